// A conversation with the feed: what each channel says while two accounts trade.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { until, within } from "../../support/deadline.ts";
import { limitOrder, openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { FeedClient } from "./feed-client.ts";
import type { Message } from "./feed-client.ts";

const ORDERS = "/api/v1/trading/orders";
const PUBLIC = [`book:${SYMBOL}`, `book:${SYMBOL}:5`, `trades:${SYMBOL}`];
const PRIVATE = ["orders", "executions", "balances"];

let market: Market;

beforeAll(async () => {
  market = await openMarket();
});
afterAll(() => market.venue.stop());

function open(token?: string): Promise<FeedClient> {
  return FeedClient.open(market.venue.server.address, token);
}

async function place(token: string, body: object): Promise<Message> {
  return await market.venue.get("POST", ORDERS, { token, body });
}

function listOf(message: Message | undefined, field: string): Message[] {
  const list = message?.[field];
  return Array.isArray(list) ? list : [];
}

test("each channel begins with a snapshot and tells every change after it", async () => {
  const { alice, bob } = market;
  const client = await open(alice);
  const wanted = ["book:BTCUSDT", ...PUBLIC.slice(1), ...PRIVATE];
  const reply = await client.need({ op: "subscribe", channels: wanted });
  expect(reply).toMatchObject({ channels: [...PUBLIC, ...PRIVATE], resumed: [] });
  for (const channel of [...PUBLIC, ...PRIVATE]) {
    const first = await client.waitFor((message) => message["channel"] === channel);
    expect(first["type"]).toBe("snapshot");
  }
  const sold = await client.need({
    op: "order.place",
    body: limitOrder("SELL", "50000", "0.1"),
  });
  const order = sold["result"];
  const orderId =
    typeof order === "object" && order !== null && "order_id" in order ? order.order_id : undefined;
  const bought = await place(bob, limitOrder("BUY", "50001", "0.15"));
  const sequence = bought["sequence"];
  const isLast = (message: Message): boolean =>
    message["channel"] === "balances" && message["sequence"] === sequence;
  await client.waitFor(isLast);
  expect(client.of(`book:${SYMBOL}`).at(-1)).toMatchObject({
    first_sequence: sequence,
    last_sequence: sequence,
    previous_last_sequence: orderId,
    bids: [["50001.00", "0.05000"]],
    asks: [["50000.00", "0.00000"]],
  });
  const [trade] = listOf(client.of(`trades:${SYMBOL}`).at(-1), "trades");
  expect(trade).toMatchObject({ trade_id: 1, price: "50000.00", taker_side: "BUY", sequence });
  const [filled] = listOf(client.of("orders").at(-1), "orders");
  expect(filled).toMatchObject({ order_id: orderId, status_name: "filled", filled: "0.10000" });
  const [own] = listOf(client.of("executions").at(-1), "executions");
  expect(own).toMatchObject({ order_id: orderId, role: "maker", fee: "1.00000000" });
  const usdt = listOf(client.of("balances").at(-1), "balances").find(
    ({ currency }) => currency === "USDT",
  );
  expect(usdt).toMatchObject({ available: "1004999.00000000", frozen: "0.00000000" });
  const best = await client.waitFor(
    (message) =>
      message["channel"] === `book:${SYMBOL}:5` && Number(message["sequence"]) >= Number(sequence),
  );
  expect(best).toMatchObject({ type: "update", bids: [["50001.00", "0.05000"]], asks: [] });
  client.close();
});

test("an order is placed, replaced and cancelled, each reply with its id", async () => {
  const client = await open(market.alice);
  const body = { ...limitOrder("BUY", "100", "1"), client_order_id: "desk-1" };
  client.send({ op: "order.place", id: "a", body });
  client.send({ op: "order.replace", id: "b", order: "client:desk-1", body: { price: "101" } });
  client.send({ op: "order.cancel", id: 77, order: "client:desk-1" });
  client.send({ op: "order.cancel", id: 78, order: "client:desk-1" });
  const done = await client.waitFor(({ id }) => id === 77);
  expect(done).toMatchObject({
    op: "order.cancel",
    ok: true,
    result: { reason: "client_request" },
  });
  const placed = await client.waitFor(({ id }) => id === "a");
  expect(placed).toMatchObject({ ok: true, result: { price: "100.00", duplicate: false } });
  const replaced = await client.waitFor(({ id }) => id === "b");
  expect(replaced).toMatchObject({ ok: true, result: { price: "101.00" } });
  const again = await client.waitFor(({ id }) => id === 78);
  expect(again).toMatchObject({ ok: false, error: { name: "order_already_final", status: 409 } });
  client.close();
});

test("a rejected order is told to all sessions of its account", async () => {
  const [one, other] = [await open(market.alice), await open(market.alice)];
  await other.need({ op: "subscribe", channels: ["orders"] });
  const body = limitOrder("BUY", "40000", "1000000");
  expect(await one.refusal({ op: "order.place", body })).toBe("available_balance_insufficient");
  const told = await other.waitFor(({ type }) => type === "update");
  const [rejected] = listOf(told, "orders");
  expect(rejected).toMatchObject({ status: 5, reject: "available_balance_insufficient" });
  one.close();
  other.close();
});

test("who returns with the last sequence gets what was missed, and no snapshot", async () => {
  const { alice } = market;
  const client = await open(alice);
  await client.need({ op: "subscribe", channels: PRIVATE });
  const first = await place(alice, limitOrder("BUY", "200", "1"));
  const isSeen = ({ channel, sequence }: Message): boolean =>
    channel === "balances" && sequence === first["sequence"];
  await client.waitFor(isSeen);
  client.terminate();
  await client.ended;
  const missed = await place(alice, limitOrder("BUY", "201", "1"));
  const returned = await open(alice);
  const request = { op: "subscribe", channels: PRIVATE, from_sequence: first["sequence"] };
  expect(await returned.need(request)).toMatchObject({ resumed: PRIVATE });
  const next = await place(alice, limitOrder("BUY", "202", "1"));
  await returned.waitFor(
    ({ channel, sequence }) => channel === "balances" && sequence === next["sequence"],
  );
  for (const channel of ["orders", "balances"]) {
    const got = returned.of(channel).map(({ type, sequence }) => [type, sequence]);
    expect(got).toEqual([
      ["update", missed["sequence"]],
      ["update", next["sequence"]],
    ]);
  }
  // After a sequence that is still to come nothing can go on: the venue lost it, or never had it.
  const other = await open(alice);
  const channels = ["orders", `trades:${SYMBOL}`];
  const early = { op: "subscribe", channels, from_sequence: 1_000_000_000 };
  expect(await other.need(early)).toMatchObject({ resumed: [] });
  for (const name of channels) {
    const first = await other.waitFor(({ channel }) => channel === name);
    expect(first).toMatchObject({ type: "snapshot", resumed: false });
  }
  returned.close();
  other.close();
});

test("trades go on after the sequence that was seen", async () => {
  const { alice, bob } = market;
  const trade = async (): Promise<number> => {
    await place(alice, limitOrder("SELL", "300000", "0.01"));
    return Number((await place(bob, limitOrder("BUY", "300000", "0.01")))["sequence"]);
  };
  const seen = await trade();
  const missed = [await trade(), await trade()];
  const client = await open();
  const request = { op: "subscribe", channels: [`trades:${SYMBOL}`], from_sequence: seen };
  expect(await client.need(request)).toMatchObject({ resumed: request.channels });
  const next = await trade();
  await client.waitFor(({ sequence }) => sequence === next);
  const got = client.of(`trades:${SYMBOL}`).map(({ type, sequence }) => [type, sequence]);
  expect(got).toEqual([...missed, next].map((sequence) => ["update", sequence]));
  client.close();
});

test("what is left is not told any more", async () => {
  const client = await open(market.alice);
  const channels = [`book:${SYMBOL}`, "orders"];
  await client.need({ op: "subscribe", channels });
  await until(10_000, "both snapshots", () => client.messages.length >= 4);
  await client.need({ op: "unsubscribe", channels });
  const count = client.messages.length;
  await place(market.alice, limitOrder("BUY", "203", "1"));
  await client.need({ op: "ping" });
  expect(client.messages.length).toBe(count + 1);
  client.close();
});

test("a revoked key closes its connections, and no others", async () => {
  const { admin, venue, bob } = market;
  const body = { account: 3, permissions: ["read"] };
  const made = await venue.get("POST", "/api/v1/admin/keys", { token: admin, body });
  const [revoked, other] = [await open(String(made["token"])), await open(bob)];
  await venue.get("DELETE", `/api/v1/admin/keys/${String(made["key_id"])}`, { token: admin });
  expect(await within(10_000, "the close", revoked.ended)).toEqual({
    code: 1008,
    reason: "key_revoked",
  });
  await other.need({ op: "ping" });
  other.close();
});

test("counts what it does", async () => {
  const exposed = market.venue.metrics.expose();
  expect(exposed).toContain('ws_closes_total{reason="key_revoked"} 1');
  expect(exposed).toMatch(/ws_messages_sent_total [1-9]/);
  expect(exposed).toMatch(/ws_bytes_sent_total [1-9]/);
  await until(10_000, "all have left", () =>
    market.venue.metrics.expose().includes("ws_connections_open 0"),
  );
  expect(market.venue.metrics.expose()).toContain("ws_subscriptions_open 0");
});
