// Clients that do not read among a hundred that do: those hear everything, and what is kept for the
// others stays within its bound.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { until, within } from "../../support/deadline.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { tradeOnce } from "./direct-orders.ts";
import { FeedClient, FollowedBook } from "./feed-client.ts";
import { StalledClient } from "./stalled-client.ts";

const BOOK = `book:${SYMBOL}`;
const TRADES = `trades:${SYMBOL}`;
const READERS = 100;
const UNSENT_BYTES_MAX = 524_288;
/** Fills of one taker: their trades are one message of some 14 KB. */
const FILLS = 100;
/** What the system itself takes for a socket that nobody reads is some megabytes. */
const ROUNDS_MAX = 2_000;
const WAIT_MS_MAX = 30_000;
const TEST_MS_MAX = 120_000;

let market: Market;

beforeAll(async () => {
  const flags = { ...UNLIMITED, "feed-unsent-bytes-max": String(UNSENT_BYTES_MAX) };
  market = await openMarket({ flags });
});
afterAll(() => market.venue.stop());

/** Trades that were made, each one message of the channel. */
let tradeCount = 0;

/** Returns once the feed has told it: a feed that is behind would only be tested later. */
async function trade(): Promise<number> {
  tradeCount += 1;
  const sequence = await tradeOnce(market, FILLS);
  const { stage } = market.venue.feed;
  await until(WAIT_MS_MAX, "the feed follows", () => stage.checkpoint() >= sequence);
  return sequence;
}

function metric(name: string): number {
  const line = new RegExp(`^${name.replace(/[{}"]/g, "\\$&")} (\\d+)$`, "m");
  return Number(line.exec(market.venue.metrics.expose())?.[1] ?? Number.NaN);
}

/** Trades until `isOver`. Returns the largest number of unsent bytes that was seen. */
async function tradeUntil(what: string, isOver: () => boolean): Promise<number> {
  let unsentMax = 0;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await trade();
    unsentMax = Math.max(unsentMax, metric("ws_unsent_bytes"));
    if (isOver()) return unsentMax;
  }
  throw new Error(`${what}: not within ${ROUNDS_MAX} rounds`);
}

/** Reads trades and keeps no more than a hash of them. */
async function openReader(address: string) {
  const socket = new WebSocket(`${address.replace("http", "ws")}/ws`);
  const reader = { socket, count: 0, hash: 0n, text: "" };
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.addEventListener("message", ({ data }) => {
    reader.text = String(data);
    reader.hash = BigInt(Bun.hash(reader.text, reader.hash));
    reader.count += 1;
    if (reader.count === 2) resolve();
  });
  socket.addEventListener("open", () =>
    socket.send(JSON.stringify({ op: "subscribe", channels: [TRADES] })),
  );
  await within(WAIT_MS_MAX, "a reader", promise);
  return reader;
}

test(
  "a public reader that stalls costs nobody anything, and gets snapshots when it reads again",
  async () => {
    const { address } = market.venue.server;
    const readers = await Promise.all(Array.from({ length: READERS }, () => openReader(address)));
    const stalled = await StalledClient.open(address);
    stalled.send({ op: "subscribe", channels: [BOOK, TRADES] });
    await stalled.waitFor(({ channel, type }) => channel === TRADES && type === "snapshot");
    stalled.stall();
    const unsentMax = await tradeUntil(
      "it is left out",
      () => metric("ws_conflations_total") === 2,
    );
    expect(unsentMax).toBeGreaterThan(UNSENT_BYTES_MAX / 2);
    expect(unsentMax).toBeLessThanOrEqual(2 * UNSENT_BYTES_MAX);
    const kept = metric("ws_unsent_bytes");
    for (let round = 0; round < 20; round += 1) await trade();
    // Nothing more is kept for it.
    expect(metric("ws_unsent_bytes")).toBeLessThanOrEqual(kept);
    const last = await trade();
    await until(WAIT_MS_MAX, "all readers have the last trade", () =>
      readers.every(({ text }) => text.includes(`"sequence":${last},`)),
    );
    const [first] = readers;
    // A reply, a snapshot, and each trade once.
    const count = 2 + tradeCount;
    for (const reader of readers) {
      expect([reader.count, reader.hash]).toEqual([count, first?.hash ?? 0n]);
    }

    stalled.resume();
    const isNew = (channel: string) => (message: Readonly<Record<string, unknown>>) =>
      message["channel"] === channel &&
      message["type"] === "snapshot" &&
      Number(message["sequence"]) >= last;
    await stalled.waitFor(isNew(BOOK));
    const trades = await stalled.waitFor(isNew(TRADES));
    // Of the trades that it missed a thousand are kept, and it is told so.
    expect(Number(trades["complete_after"])).toBeGreaterThan(0);
    const next = await trade();
    await stalled.waitFor(
      (message) => message["channel"] === TRADES && message["sequence"] === next,
    );
    const book = new FollowedBook();
    for (const message of stalled.messages) if (message["channel"] === BOOK) book.apply(message);
    const shown = await market.venue.get("GET", `/api/v1/data/market/${SYMBOL}?depth=1000`);
    const { bids, asks } = book.toLevels();
    expect({ bids, asks }).toEqual({ bids: toPairs(shown["bids"]), asks: toPairs(shown["asks"]) });
    stalled.close();
    for (const { socket } of readers) socket.close();
  },
  TEST_MS_MAX,
);

function toPairs(levels: unknown): [string, string][] {
  if (!Array.isArray(levels)) return [];
  return levels.map((level) => [String(level[0]), String(level[1])]);
}

test(
  "a private reader that stalls is closed at its bound, with the reason; its twin loses nothing",
  async () => {
    const { address } = market.venue.server;
    const twin = await FeedClient.open(address, market.alice);
    await twin.need({ op: "subscribe", channels: ["executions"] });
    const stalled = await StalledClient.open(address);
    stalled.send({ op: "login", token: market.alice });
    stalled.send({ op: "subscribe", channels: ["orders", "executions", "balances"] });
    await stalled.waitFor(({ channel }) => channel === "balances");
    stalled.stall();
    const isClosed = (): boolean => metric('ws_closes_total{reason="slow_reader"}') === 1;
    const unsentMax = await tradeUntil("it is closed", isClosed);
    expect(unsentMax).toBeLessThanOrEqual(2 * UNSENT_BYTES_MAX);
    stalled.resume();
    const ending = await within(WAIT_MS_MAX, "the end", stalled.ended);
    expect(ending).toEqual({ code: 1008, reason: "slow_reader" });
    const last = await trade();
    await twin.waitFor(({ channel, sequence }) => channel === "executions" && sequence === last);
    const ids = twin
      .of("executions")
      .flatMap(({ executions }) =>
        Array.isArray(executions) ? executions.map(({ trade_id: id }) => Number(id)) : [],
      );
    const [from = 0] = ids;
    expect(ids).toEqual(ids.map((_, index) => from + index));
    twin.close();
  },
  TEST_MS_MAX,
);
