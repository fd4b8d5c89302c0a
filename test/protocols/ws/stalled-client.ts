// A client of the feed on a plain socket, because it must be able to stop reading.

import { connect } from "node:net";
import type { Socket } from "node:net";
import { until, within } from "../../support/deadline.ts";
import type { Ending, Message } from "./feed-client.ts";

const WAIT_MS_MAX = 20_000;
/** Any 16 bytes in base64. Source: RFC 6455, 4.1. */
const KEY = "b3BlbmJlbGwgb3BlbmJlbA==";
const OPCODE = { text: 1, close: 8, ping: 9 } as const;

export class StalledClient {
  readonly #socket: Socket;
  readonly messages: Message[] = [];
  readonly ended: Promise<Ending>;
  #bytes: Buffer = Buffer.alloc(0);
  #ending: Ending = { code: 1006, reason: "" };

  private constructor(socket: Socket) {
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ended = promise;
    socket.on("data", (bytes) => this.#take(Buffer.from(bytes)));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(this.#ending));
  }

  /** `extensions`: offered; it still takes plain frames alone. */
  static async open(address: string, extensions?: string): Promise<StalledClient> {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    socket.once("data", (bytes) => resolve(Buffer.from(bytes)));
    const lines = ["GET /ws HTTP/1.1", "Host: venue", "Connection: Upgrade", "Upgrade: websocket"];
    if (extensions !== undefined) lines.push(`Sec-WebSocket-Extensions: ${extensions}`);
    lines.push("Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${KEY}`, "", "");
    socket.write(lines.join("\r\n"));
    const answer = await within(WAIT_MS_MAX, "the upgrade", promise);
    if (!answer.toString("latin1").startsWith("HTTP/1.1 101")) throw new Error(String(answer));
    return new StalledClient(socket);
  }

  /** Sends a text of less than 64 KiB, with a mask that changes nothing. */
  send(request: object): void {
    const payload = Buffer.from(JSON.stringify(request));
    const head = Buffer.from([0x81, 0xfe, 0, 0, 0, 0, 0, 0]);
    head.writeUInt16BE(payload.length, 2);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  /** Sends what may be no frame. */
  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  waitFor(fits: (message: Message) => boolean): Promise<Message> {
    return until(WAIT_MS_MAX, "a message", () => this.messages.find(fits));
  }

  /** Reads nothing from now on. */
  stall(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Takes whole frames. A server sends them unmasked and, here, in one piece. */
  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    let start = 0;
    for (;;) {
      const frame = readFrame(this.#bytes, start);
      if (frame === undefined) break;
      start = frame.end;
      if (frame.opcode === OPCODE.close) {
        const [code, reason] = [frame.payload.readUInt16BE(), frame.payload.toString("utf8", 2)];
        this.#ending = { code, reason };
      } else if (frame.opcode === OPCODE.text) {
        const parsed: unknown = JSON.parse(frame.payload.toString());
        if (typeof parsed === "object" && parsed !== null) this.messages.push({ ...parsed });
      } else if (frame.opcode !== OPCODE.ping) throw new Error(`opcode ${frame.opcode}`);
    }
    this.#bytes = this.#bytes.subarray(start);
  }
}

/** Source: RFC 6455, 5.2. */
function readFrame(bytes: Buffer, start: number) {
  if (bytes.length < start + 2) return undefined;
  const opcode = bytes.readUInt8(start) & 0x0f;
  const short = bytes.readUInt8(start + 1);
  const headLength = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start + headLength) return undefined;
  let length = short;
  if (short === 126) length = bytes.readUInt16BE(start + 2);
  if (short === 127) length = Number(bytes.readBigUInt64BE(start + 2));
  const end = start + headLength + length;
  if (bytes.length < end) return undefined;
  return { opcode, payload: bytes.subarray(start + headLength, end), end };
}
