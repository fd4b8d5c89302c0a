// Somebody subscribes to the same again and again, with and without going back: only the last time
// counts, and nobody else notices.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { until } from "../../support/deadline.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { tradeOnce } from "./direct-orders.ts";
import { FeedClient } from "./feed-client.ts";

const CHANNELS = [`book:${SYMBOL}`, `trades:${SYMBOL}`, "orders", "executions", "balances"];
const REQUESTS = 10_000;
/** Sent at once: their replies stay below what may be unsent. */
const BATCH = 100;
const WAIT_MS_MAX = 20_000;
const TEST_MS_MAX = 60_000;

let market: Market;

beforeAll(async () => {
  market = await openMarket({ flags: UNLIMITED });
});
afterAll(() => market.venue.stop());

test(
  `${REQUESTS} subscriptions of the same are the last of them`,
  async () => {
    const { address } = market.venue.server;
    const [client, other] = [
      await FeedClient.open(address, market.alice),
      await FeedClient.open(address, market.bob),
    ];
    await other.need({ op: "subscribe", channels: CHANNELS });
    await tradeOnce(market, 10);
    for (let sent = 0; sent < REQUESTS; sent += BATCH) {
      for (let index = 0; index < BATCH - 1; index += 1) {
        const resume = index % 2 === 0 ? {} : { from_sequence: index % 7 };
        client.send({ op: "subscribe", channels: CHANNELS, ...resume });
      }
      await client.need({ op: "subscribe", channels: CHANNELS });
      // What was asked for is forgotten, for this test only.
      client.messages.length = 0;
      client.texts.length = 0;
      await other.need({ op: "ping" });
    }
    await client.need({ op: "subscribe", channels: CHANNELS });
    const hasBegun = (): boolean => CHANNELS.every((name) => client.of(name).length > 0);
    await until(WAIT_MS_MAX, "it begins", hasBegun);
    const last = await tradeOnce(market, 10);
    const isTold = (name: string): boolean =>
      client.of(name).some((message) => (message["sequence"] ?? message["last_sequence"]) === last);
    await until(WAIT_MS_MAX, "it is told", () => CHANNELS.every(isTold));
    await client.need({ op: "ping" });
    for (const name of CHANNELS) {
      const told = client.of(name).map((each) => each["sequence"] ?? each["last_sequence"]);
      expect({ name, told }).toEqual({ name, told: [...new Set(told)] });
      expect(told.at(-1)).toBe(last);
    }
    expect(other.of("orders").filter(({ type }) => type === "snapshot")).toHaveLength(1);
    client.close();
    other.close();
  },
  TEST_MS_MAX,
);
