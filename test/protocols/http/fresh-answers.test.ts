// What a client asks behind an order shows that order, and who follows is told of it, with a clock
// that never goes on: nobody waits for the moment after which things are derived.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { systemClock } from "../../../gateway/clock.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { FeedClient } from "../ws/feed-client.ts";
import { limitOrder, type Market, openMarket, SYMBOL } from "./http-venue.ts";

const ORDERS = "/api/v1/trading/orders";
/** Behind every trade of this test: a bar ends there. */
const AHEAD_US = 60_000_000;

let market: Market;
let clock: ManualClock;
let nextPrice = 50_000;

beforeAll(async () => {
  clock = new ManualClock(systemClock.nowUs() + AHEAD_US);
  market = await openMarket({ clock });
});
afterAll(() => market.venue.stop());

/** Trades 0.1 at a price. Returns the sequence of the trade. */
async function trade(price: string): Promise<number> {
  const { venue, alice, bob } = market;
  const [sell, buy] = [limitOrder("SELL", price, "0.1"), limitOrder("BUY", price, "0.1")];
  await venue.get("POST", ORDERS, { token: alice, body: sell });
  const { sequence } = await venue.get("POST", ORDERS, { token: bob, body: buy });
  return Number(sequence);
}

const today = () => new Date(clock.nowUs() / 1_000).toISOString().slice(0, 10);

// Each price is new, and the highest so far.
test.each([
  ["bars", () => `/api/v1/data/history/${SYMBOL}/klines?interval=1h`, '"high":"50001.00"'],
  ["24-hour figures", () => "/api/v1/data/tickers", '"last_price":"50002.00"'],
  ["own trades", () => "/api/v1/trading/trades", '"price":"50003.00"'],
  ["past orders", () => `${ORDERS}?status=filled`, '"price":"50004.00"'],
  ["settlement events", () => "/api/v1/accounts/me/settlement-events", '"-5000.50000000"'],
  [
    "balance changes",
    () => "/api/v1/accounts/me/balance-changes",
    '"available_after":"10.600000000"',
  ],
  ["a statement", () => `/api/v1/accounts/me/statement?day=${today()}`, '"currencies":'],
])("%s have what was traded the moment before", async (_name, toPath, text) => {
  nextPrice += 1;
  const sequence = await trade(`${nextPrice}`);
  const answer = await market.venue.get("GET", toPath(), { token: market.bob });
  expect(answer["as_of_sequence"]).toBe(sequence);
  expect(JSON.stringify(answer)).toContain(text);
});

test("a snapshot of bars has them, and followers are told at once", async () => {
  const client = await FeedClient.open(market.venue.server.address, market.bob);
  const channels = [`book:${SYMBOL}`, `trades:${SYMBOL}`, "orders"];
  await client.need({ op: "subscribe", channels });
  for (const channel of channels) await client.waitFor((each) => each["channel"] === channel);
  const sequence = await trade("50100");
  for (const channel of channels) {
    const isTold = (each: { readonly [name: string]: unknown }): boolean =>
      each["channel"] === channel && (each["sequence"] ?? each["last_sequence"]) === sequence;
    await client.waitFor(isTold);
  }
  const bars = `klines:${SYMBOL}:1h`;
  await client.need({ op: "subscribe", channels: [bars] });
  const snapshot = await client.waitFor((each) => each["channel"] === bars);
  expect(snapshot).toMatchObject({ type: "snapshot", sequence });
  client.close();
});
