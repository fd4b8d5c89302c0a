/**
 * The server that the feed is compared with: `Bun.serve`, which answers each order and tells those
 * who follow, in texts of the product's length, without a venue in between.
 *
 * Use: `bun bench/push-bare.ts <kind> <orders that nobody is told of>`; prints its port and runs
 * until it is killed.
 */
import type { ServerWebSocket } from "bun";
import { systemClock } from "../gateway/clock.ts";
import {
  CHANNELS,
  type FeedKind,
  isFeedKind,
  LOTS,
  PRICE_TEXT,
  toLotsText,
} from "./push-market.ts";

interface Connection {
  readonly client: number;
}

const [kind = "", warmOrders] = process.argv.slice(2);
if (!isFeedKind(kind)) throw new Error(`nothing to follow is named ${kind}`);
const channel = CHANNELS[kind];
const snapshot = JSON.stringify({ channel, type: "snapshot", sequence: 1, ...bodyOf(kind, -1) });
/** As long as the answer of the venue. */
const ORDER_ANSWER = JSON.stringify({ op: "order.place", ok: true, result: "a".repeat(600) });
const SUBSCRIBE_ANSWER = JSON.stringify({ op: "subscribe", ok: true, channels: [channel] });
const clients: (ServerWebSocket<Connection> | undefined)[] = [];
let orders = -Number(warmOrders);

/** What the product says of an order. */
function bodyOf(what: FeedKind, order: number): object {
  const trade = { price: PRICE_TEXT, quantity: toLotsText(1), sequence: 100_000 };
  const traded = {
    trade_id: order + 1 + Number(warmOrders),
    ...trade,
    traded_at_us: systemClock.nowUs(),
  };
  const rest = { symbol: "BASE-QUOTE", order_id: order, side: "SELL", role: "maker" };
  switch (what) {
    case "trades":
      return { trades: order < 0 ? [] : [{ ...traded, taker_side: "BUY" }] };
    case "book":
      return { bids: [], asks: [[PRICE_TEXT, toLotsText(LOTS - order - 1)]] };
    case "fills":
      return { executions: order < 0 ? [] : [{ ...traded, ...rest, fee: "0.00", is_maker: true }] };
  }
}

const server = Bun.serve<Connection, string>({
  hostname: "127.0.0.1",
  port: 0,
  routes: {
    "/ws": (request, each) => {
      const client = Number(new URL(request.url).searchParams.get("client") ?? -1);
      return each.upgrade(request, { data: { client } })
        ? undefined
        : new Response("", { status: 400 });
    },
    "/metrics": () => {
      const { user, system } = process.cpuUsage();
      const lines = [
        `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
        `process_cpu_seconds_total ${(user + system) / 1e6}`,
      ];
      return new Response(`${lines.join("\n")}\n`);
    },
  },
  websocket: {
    perMessageDeflate: false,
    message(socket, message) {
      if (String(message).startsWith('{"op":"order')) {
        socket.send(ORDER_ANSWER);
        tell(orders);
        orders += 1;
        return;
      }
      clients[socket.data.client] = socket;
      if (kind !== "fills") socket.subscribe(channel);
      socket.send(SUBSCRIBE_ANSWER);
      socket.send(snapshot);
    },
  },
});

function tell(order: number): void {
  // why: narrowed at the start, which a function does not see
  const body = bodyOf(kind as FeedKind, order);
  const text = JSON.stringify({ channel, type: "update", sequence: order, ...body });
  if (kind === "fills") clients[order]?.send(text);
  else server.publish(channel, text);
}

process.stdout.write(`${server.port}\n`);
