// Bars and the statistics of a day, live: what they say after trades is what the bars say.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { KlineStage } from "../../../gateway/stages/klines/kline-stage.ts";
import { limitOrder, openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { FeedClient } from "./feed-client.ts";
import type { Message } from "./feed-client.ts";

const ORDERS = "/api/v1/trading/orders";
const MINUTES = `klines:${SYMBOL}:1m`;
const SECONDS = `klines:${SYMBOL}:1s`;
const TICKER = `ticker:${SYMBOL}`;

let market: Market;

beforeAll(async () => {
  market = await openMarket();
  const { core, venue } = market.venue;
  const store = { load: () => undefined, save: () => {}, savedSequence: () => 0 };
  const klines = new KlineStage(store);
  klines.start(0);
  core.subscribe((transaction) => klines.apply(transaction));
  venue.klines.attach(klines, { hasten: () => {} });
});
afterAll(() => market.venue.stop());

async function trade(price: string, quantity: string): Promise<void> {
  const { venue, alice, bob } = market;
  await venue.get("POST", ORDERS, { token: alice, body: limitOrder("SELL", price, quantity) });
  await venue.get("POST", ORDERS, { token: bob, body: limitOrder("BUY", price, quantity) });
}

function barsOf({ klines }: Message): Message[] {
  return Array.isArray(klines) ? klines : [];
}

/** The bars that a client has, by start: the later word counts. */
function follow(client: FeedClient, channel: string): Map<unknown, Message> {
  const bars = client.of(channel).flatMap(barsOf);
  return new Map(bars.map((bar) => [bar["start_at_us"], bar]));
}

/** Trades of all bars that a client has. */
function countOf(client: FeedClient, channel: string): number {
  const bars = [...follow(client, channel).values()];
  return bars.reduce((sum, { count }) => sum + Number(count), 0);
}

test("an instrument that never traded has no bars, and its first trade makes some", async () => {
  const client = await FeedClient.open(market.venue.server.address);
  await client.need({ op: "subscribe", channels: [MINUTES, SECONDS, TICKER] });
  const empty = await client.waitFor(({ channel }) => channel === TICKER);
  expect(empty).toMatchObject({ type: "snapshot", ticker: { last_price: null } });
  const none = await client.waitFor(({ channel }) => channel === MINUTES);
  expect(none).toMatchObject({ type: "snapshot", klines: [] });
  await trade("50000", "0.1");
  await trade("50010", "0.2");
  await trade("49990", "0.1");
  await client.waitFor(() => countOf(client, MINUTES) === 3 && countOf(client, SECONDS) === 3);
  const told = await client.waitFor(
    ({ ticker }) =>
      typeof ticker === "object" && ticker !== null && "count" in ticker && ticker.count === 3,
  );
  expect(told).toMatchObject({
    type: "update",
    ticker: {
      ...{ open: "50000.00", high: "50010.00", low: "49990.00", last_price: "49990.00" },
      ...{ change: "-10.00", change_percent: "-0.02", quote_volume: "20001.00000000" },
    },
  });
  // Periods without a trade are flat bars at the last price; the seconds go on without any.
  const flat = await client.waitFor(
    (message) => message["channel"] === SECONDS && barsOf(message).at(-1)?.["count"] === 0,
  );
  expect(barsOf(flat).at(-1)).toMatchObject({ open: "49990.00", close: "49990.00" });
  const starts = [...follow(client, SECONDS).keys()].map(Number);
  expect(starts).toEqual(starts.map((_, index) => (starts[0] ?? 0) + index * 1_000_000));
  client.close();
});

test("a snapshot has the bars before, and nothing that follows is left out", async () => {
  const one = await FeedClient.open(market.venue.server.address);
  await one.need({ op: "subscribe", channels: [SECONDS] });
  const first = await one.waitFor(({ type }) => type === "snapshot");
  expect(barsOf(first).length).toBeGreaterThan(0);
  await trade("50000", "0.1");
  const other = await FeedClient.open(market.venue.server.address);
  await other.need({ op: "subscribe", channels: [SECONDS, TICKER] });
  await trade("50020", "0.1");
  for (const client of [one, other]) {
    await client.waitFor(() => countOf(client, SECONDS) === 5);
    client.close();
  }
  const day = await FeedClient.open(market.venue.server.address);
  await day.need({ op: "subscribe", channels: [TICKER] });
  const shown = await day.waitFor(({ type }) => type === "snapshot");
  expect(shown).toMatchObject({ ticker: { count: 5, last_price: "50020.00", high: "50020.00" } });
  day.close();
});
