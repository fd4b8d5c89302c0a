// Trades over the binary protocol, and misses nothing when a connection or the venue breaks:
// `bun trade.ts PORT KEY SESSION [NEXT_NUMBER]`, then `buy|sell INSTRUMENT LOTS TICKS` or
// `cancel ORDER_ID` on standard input.

import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { Builder, ByteBuffer } from "flatbuffers";
import * as schema from "./generated/openbell/order-entry.ts";

const { ClientBody, EndReason, OrderType, ServerBody, Side, TimeInForce } = schema;
const HEARTBEAT_MS = 1_000;
const [port = "9880", key = "", session = "", first = "1"] = process.argv.slice(2);
let nextNumber = BigInt(first);
/** Beyond those of earlier runs. */
let reference = BigInt(Date.now()) * 1_000n;
/** Frames that wait for a connection. */
const waiting: Uint8Array[] = [];
let loggedIn: Socket | undefined;

function frame(type: schema.ClientBody, body: schema.ClientMessageT["body"]): Uint8Array {
  const builder = new Builder(256);
  builder.finishSizePrefixed(new schema.ClientMessageT(type, body).pack(builder));
  return builder.asUint8Array();
}

function toRequest(line: string): Uint8Array {
  const [word, ...numbers] = line.split(" ");
  const [one = 0, lots = 0, ticks = 0] = numbers.map(Number);
  reference += 1n;
  if (word === "cancel") {
    const cancel = new schema.CancelOrderT(BigInt(one), null, 0n, 0, null, reference);
    return frame(ClientBody.CancelOrder, cancel);
  }
  const side = word === "buy" ? Side.Buy : Side.Sell;
  const order = new schema.NewOrderT(one, side, OrderType.Limit, TimeInForce.Gtc);
  [order.price, order.quantity, order.clientRef] = [BigInt(ticks), BigInt(lots), reference];
  return frame(ClientBody.NewOrder, order);
}

function hear({ number, bodyType, body }: schema.ServerMessageT): void {
  if (number > 0n) nextNumber = number + 1n;
  if (body instanceof schema.LoginAcceptedT) {
    for (const { symbol, id, tickMantissa, tickExponent, lotSize } of body.instruments) {
      const tick = `${tickMantissa}e-${tickExponent}`;
      process.stdout.write(`${symbol}: instrument ${id}, tick ${tick}, lot ${lotSize}\n`);
    }
  } else if (bodyType !== ServerBody.Heartbeat) {
    const fields = Object.entries(body ?? {}).map(([name, value]) => {
      return `${name}=${value instanceof schema.AmountT ? value.low : value}`;
    });
    process.stdout.write(`#${number} ${ServerBody[bodyType]} ${fields.join(" ")}\n`);
  }
  const isEnd = body instanceof schema.EndOfSessionT && body.reason !== EndReason.VenueStopping;
  if (isEnd || body instanceof schema.LoginRejectedT) process.exit(isEnd ? 0 : 1);
}

function send(...frames: readonly Uint8Array[]): void {
  waiting.push(...frames);
  if (loggedIn !== undefined) for (const each of waiting.splice(0)) loggedIn.write(each);
}

function trade(): void {
  const socket = connect(Number(port), "127.0.0.1");
  const login = new schema.LoginT(1, key, session, nextNumber, false, HEARTBEAT_MS, true);
  socket.write(frame(ClientBody.Login, login));
  let received = Buffer.alloc(0);
  let silentBeats = 0;
  const timer = setInterval(() => {
    socket.write(frame(ClientBody.Heartbeat, new schema.HeartbeatT()));
    silentBeats += 1;
    if (silentBeats > 10) socket.destroy();
  }, HEARTBEAT_MS / 2);
  socket.on("data", (chunk: Buffer) => {
    silentBeats = 0;
    received = Buffer.concat([received, chunk]);
    for (let end = 0; received.length >= 4; received = received.subarray(end)) {
      end = 4 + received.readUInt32LE(0);
      if (received.length < end) break;
      const bytes = new ByteBuffer(received.subarray(4, end));
      hear(schema.ServerMessage.getRootAsServerMessage(bytes).unpack());
      loggedIn = socket;
      send();
    }
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    clearInterval(timer);
    loggedIn = undefined;
    setTimeout(trade, 200);
  });
}

const input = createInterface({ input: process.stdin });
input.on("line", (line) => send(toRequest(line)));
input.on("close", () => send(frame(ClientBody.Logout, new schema.LogoutT())));
trade();
