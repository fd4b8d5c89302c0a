// How connections end that did nothing wrong: silence, a full house, a feed that begins anew.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { until, within } from "../../support/deadline.ts";
import { limitOrder, openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { FeedClient } from "./feed-client.ts";
import { StalledClient } from "./stalled-client.ts";

const WAIT_MS_MAX = 20_000;
const CONNECTIONS_MAX = 20;
const ORDERS = "/api/v1/trading/orders";

let market: Market;

beforeAll(async () => {
  market = await openMarket({
    flags: { "request-timeout-ms": "1000", "connections-max": String(CONNECTIONS_MAX) },
  });
});
afterAll(() => market.venue.stop());

test(
  "who answers no ping is gone after the shortest idle time, who answers stays",
  async () => {
    const { address } = market.venue.server;
    const silent = await StalledClient.open(address);
    const quiet = await FeedClient.open(address);
    const ending = await within(WAIT_MS_MAX, "the end", silent.ended);
    expect(ending.code).toBe(1006);
    await quiet.need({ op: "ping" });
    quiet.close();
  },
  WAIT_MS_MAX,
);

test(
  "connections of the feed count with the others, and those that are there stay",
  async () => {
    const { address } = market.venue.server;
    const clients: FeedClient[] = [];
    // They are counted once a second, also while they come: both ends of each are of this process.
    for (let isFull = false; !isFull && clients.length < CONNECTIONS_MAX;) {
      const client = await FeedClient.open(address).catch(() => undefined);
      if (client === undefined) isFull = true;
      else clients.push(client);
    }
    expect(clients.length).toBeGreaterThan(0);
    const refused = await until(WAIT_MS_MAX, "the house is full", async () => {
      const answer = await fetch(`${address}/ws`);
      return answer.status === 503 ? answer : undefined;
    });
    expect(await refused.text()).toContain("connection_limit_reached");
    for (const client of clients) {
      await client.need({ op: "ping" });
      client.close();
    }
    await until(
      WAIT_MS_MAX,
      "there is room",
      async () => (await fetch(`${address}/ws`)).status < 500,
    );
  },
  2 * WAIT_MS_MAX,
);

test("a feed that begins anew ends its connections, and who returns goes on", async () => {
  const { alice, venue } = market;
  const { address } = venue.server;
  const client = await FeedClient.open(address, alice);
  const channels = [`book:${SYMBOL}`, "orders"];
  await client.need({ op: "subscribe", channels });
  const body = limitOrder("BUY", "100", "1");
  await client.need({ op: "order.place", body });
  const told = await client.waitFor(
    ({ channel, type }) => channel === "orders" && type === "update",
  );
  // As after a failure in the middle of a transaction.
  venue.feed.stage.start(venue.feed.stage.checkpoint());
  expect(await within(WAIT_MS_MAX, "the end", client.ended)).toEqual({
    code: 1012,
    reason: "feed_restarted",
  });
  const returned = await FeedClient.open(address, alice);
  const request = { op: "subscribe", channels, from_sequence: told["sequence"] };
  expect(await returned.need(request)).toMatchObject({ resumed: ["orders"] });
  const book = await returned.waitFor((message) => message["channel"] === channels[0]);
  expect(book["type"]).toBe("snapshot");
  const { sequence } = await venue.get("POST", ORDERS, { token: alice, body });
  const next = await returned.waitFor(({ channel }) => channel === "orders");
  expect(next).toMatchObject({ type: "update", sequence });
  returned.close();
});
