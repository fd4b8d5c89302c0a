// Frames that no well-behaved client sends: each has its answer, and nobody else notices.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { until, within } from "../../support/deadline.ts";
import { limitOrder, openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { FeedClient } from "./feed-client.ts";
import { StalledClient } from "./stalled-client.ts";

const BOOK = `book:${SYMBOL}`;
const WAIT_MS_MAX = 20_000;

let market: Market;
/** Somebody else, who must not notice anything. */
let witness: FeedClient;

beforeAll(async () => {
  market = await openMarket({ flags: { "requests-burst-per-address": "100000" } });
  witness = await FeedClient.open(market.venue.server.address, market.bob);
  await witness.need({ op: "subscribe", channels: [BOOK, "orders", "executions", "balances"] });
  await until(WAIT_MS_MAX, "four snapshots", () => witness.messages.length === 6);
});
afterAll(async () => {
  // The login, the subscription and four snapshots: nothing that was done here concerned it.
  expect(witness.messages.length).toBe(6);
  await witness.need({ op: "ping" });
  witness.close();
  await market.venue.stop();
});

function open(token?: string): Promise<FeedClient> {
  return FeedClient.open(market.venue.server.address, token);
}

const DEEP = `{"op":"ping","id":${"[".repeat(100)}${"]".repeat(100)}}`;
const order = limitOrder("BUY", "100", "1");

/** Sent without a login. */
const REFUSED: readonly (readonly [string, string | object, string])[] = [
  ["no JSON", "{", "malformed_request"],
  ["an empty text", "", "malformed_request"],
  ["a number", "1", "malformed_request"],
  ["null", "null", "malformed_request"],
  ["a list", "[]", "malformed_request"],
  ["deep JSON", DEEP, "malformed_request"],
  ["a key twice", '{"op":"ping","op":"ping"}', "malformed_request"],
  ["no op", { id: "a" }, "malformed_request"],
  ["an op that is no text", { op: 1 }, "malformed_request"],
  ["an unknown op", { op: "order.amend" }, "command_unknown"],
  ["an op of objects", { op: "constructor" }, "command_unknown"],
  ["an unknown field", { op: "ping", more: 1 }, "malformed_request"],
  ["an id that is none", { op: "ping", id: { a: 1 } }, "malformed_request"],
  ["a long id", { op: "ping", id: "x".repeat(65) }, "malformed_request"],
  ["a token that is no text", { op: "login", token: 7 }, "malformed_request"],
  ["a wrong token", { op: "login", token: "ob_1_2" }, "credentials_invalid"],
  ["no channels", { op: "subscribe", channels: [] }, "malformed_request"],
  ["channels that are no list", { op: "subscribe", channels: BOOK }, "malformed_request"],
  ["10,000 channels", { op: "subscribe", channels: Array(10_000).fill("a") }, "malformed_request"],
  ["an unknown channel", { op: "subscribe", channels: [BOOK, "news"] }, "malformed_request"],
  ["another account", { op: "subscribe", channels: ["orders:3"] }, "malformed_request"],
  ["a depth that is none", { op: "subscribe", channels: [`${BOOK}:7`] }, "malformed_request"],
  ["a depth of trades", { op: "subscribe", channels: [`trades:${SYMBOL}:5`] }, "malformed_request"],
  ["an unknown symbol", { op: "subscribe", channels: ["book:X-Y"] }, "instrument_not_found"],
  ["a fraction", { op: "subscribe", channels: [BOOK], from_sequence: 0.5 }, "malformed_request"],
  ["a private channel", { op: "subscribe", channels: ["balances"] }, "not_logged_in"],
  ["an order", { op: "order.place", body: order }, "not_logged_in"],
  ["an order without a body", { op: "order.place" }, "malformed_request"],
  ["a cancel of nothing", { op: "order.cancel" }, "malformed_request"],
];

/** Sent by alice. */
const REFUSED_AFTER_LOGIN: readonly (readonly [string, object, string])[] = [
  ["a second login", { op: "login", token: "x" }, "malformed_request"],
  ["an empty order", { op: "order.place", body: {} }, "malformed_request"],
  ["no price", { op: "order.place", body: { ...order, price: undefined } }, "price_required"],
  ["a number", { op: "order.place", body: { ...order, price: 1 } }, "malformed_request"],
  ["a word", { op: "order.place", body: { ...order, side: "HOLD" } }, "side_invalid"],
  ["an order of nobody", { op: "order.cancel", order: 999_999 }, "order_not_found"],
  ["an order that has no name", { op: "order.cancel", order: "../3" }, "order_not_found"],
  ["nothing to replace", { op: "order.replace", order: 1, body: {} }, "malformed_request"],
];

describe("a frame is refused and the connection goes on:", () => {
  test.each(REFUSED)("%s", async (_name, frame, expected) => {
    const client = await open();
    client.send(frame);
    const reply = await client.waitFor(({ ok }) => ok === false);
    expect(reply).toMatchObject({ error: { name: expected } });
    await client.need({ op: "ping" });
    client.close();
  });

  test.each(REFUSED_AFTER_LOGIN)("after a login, %s", async (_name, request, expected) => {
    const client = await open(market.alice);
    expect(await client.refusal(request)).toBe(expected);
    await client.need({ op: "ping" });
    client.close();
  });

  test("a key that may not trade, or not read", async () => {
    const [reader, mover] = [
      await open(market.venue.token(3, ["read"])),
      await open(market.venue.token(3, ["transfer"])),
    ];
    const denied = "permission_denied";
    expect(await reader.refusal({ op: "order.place", body: order })).toBe(denied);
    expect(await mover.refusal({ op: "subscribe", channels: ["orders"] })).toBe(denied);
    await reader.need({ op: "subscribe", channels: ["orders"] });
    reader.close();
    mover.close();
  });

  test("another account's order is one that does not exist", async () => {
    const [owner, stranger] = [await open(market.alice), await open(market.bob)];
    const placed = await owner.need({
      op: "order.place",
      body: { ...limitOrder("BUY", "100", "1"), client_order_id: "not-bobs" },
    });
    const cancel = { op: "order.cancel", order: "client:not-bobs" };
    expect(await stranger.refusal(cancel)).toBe("order_not_found");
    await owner.need(cancel);
    expect(placed).toMatchObject({ result: { client_order_id: "not-bobs" } });
    owner.close();
    stranger.close();
    // The witness follows the book: an order and its end are two messages of it.
    await until(WAIT_MS_MAX, "the book", () => witness.messages.length === 8);
    witness.messages.length = 6;
  });
});

describe("a connection ends for", () => {
  test("a binary frame", async () => {
    const client = await open();
    client.send(new Uint8Array([0xff, 0, 1]));
    const ending = await within(WAIT_MS_MAX, "the close", client.ended);
    expect(ending).toEqual({ code: 1003, reason: "text_only" });
  });

  test("a frame above the bound of a body", async () => {
    const client = await open();
    client.send(`{"op":"ping","id":"${"x".repeat(70_000)}"}`);
    const ending = await within(WAIT_MS_MAX, "the close", client.ended);
    expect(ending.code).toBe(1009);
  });

  test("a frame that promises a tebibyte, at its head", async () => {
    const client = await StalledClient.open(market.venue.server.address);
    const head = Buffer.from([0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    client.sendBytes(head);
    await within(WAIT_MS_MAX, "the end", client.ended);
  });

  test("a frame without a mask, and one of an opcode that is none", async () => {
    for (const head of [
      [0x81, 0x02, 0x7b, 0x7d],
      [0x83, 0x80, 0, 0, 0, 0],
    ]) {
      const client = await StalledClient.open(market.venue.server.address);
      client.sendBytes(Buffer.from(head));
      await within(WAIT_MS_MAX, "the end", client.ended);
    }
  });

  test("requests without end, after it was told to wait", async () => {
    const { venue } = market;
    const client = await open(venue.token(4, ["read"]));
    let isOver = false;
    void client.ended.then(() => {
      isOver = true;
    });
    await until(WAIT_MS_MAX, "the close", () => {
      for (let count = 0; count < 2_000; count += 1) client.send({ op: "ping" });
      return isOver;
    });
    expect(await client.ended).toEqual({ code: 1008, reason: "throttled" });
    const isThrottled = (text: string): boolean => text.includes('"name":"throttled"');
    expect(client.texts.filter(isThrottled).length).toBeGreaterThanOrEqual(1_000);
    expect(client.texts.at(-1)).toContain('"retry_after_seconds":1');
  });
});

test("a connection follows so many channels, and all of a request or none", async () => {
  const { venue, admin } = market;
  const client = await open(market.alice);
  const send = (path: string, body: object) =>
    venue.get("POST", `/api/v1/admin${path}`, { token: admin, body });
  for (let index = 0; index < 50; index += 1) {
    await send("/instruments", {
      symbol: `N${index}-USDT`,
      base_currency: "BTC",
      quote_currency: "USDT",
      tick_size: "0.01",
      lot_size: "0.00001",
    });
  }
  const names = Array.from({ length: 50 }, (_, index) => `N${index}-USDT`);
  const most = names.flatMap((name) => [
    ...[`book:${name}`, `book:${name}:5`, `book:${name}:20`, `trades:${name}`],
  ]);
  await client.need({ op: "subscribe", channels: most });
  await until(
    WAIT_MS_MAX,
    "200 snapshots",
    () => client.messages.filter(({ type }) => type === "snapshot").length === most.length,
  );
  expect(await client.refusal({ op: "subscribe", channels: [BOOK] })).toBe("throttled");
  await client.need({ op: "unsubscribe", channels: ["book:N0-USDT"] });
  const both = { op: "subscribe", channels: [BOOK, "orders"] };
  expect(await client.refusal(both)).toBe("throttled");
  expect(client.of("orders")).toEqual([]);
  await client.need({ op: "subscribe", channels: [BOOK] });
  client.close();
});

describe("an upgrade", () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${market.venue.server.address}/ws`, { headers });

  test("with a wrong key is refused", async () => {
    const answer = await ask({ authorization: "Bearer ob_wrong" });
    expect([answer.status, await answer.text()]).toMatchObject([
      401,
      expect.stringContaining("credentials_invalid"),
    ]);
  });

  test("that is none is a problem document", async () => {
    const answer = await ask({});
    expect([answer.status, await answer.text()]).toMatchObject([
      400,
      expect.stringContaining("malformed_request"),
    ]);
  });

  test("with a key is a login", async () => {
    const { address } = market.venue.server;
    const socket = new WebSocket(`${address.replace("http", "ws")}/ws`, {
      headers: { authorization: `Bearer ${market.alice}` },
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    socket.addEventListener("message", ({ data }) => resolve(String(data)));
    socket.addEventListener("open", () =>
      socket.send(JSON.stringify({ op: "subscribe", id: 1, channels: ["balances"] })),
    );
    const reply = await within(WAIT_MS_MAX, "the reply", promise);
    expect(JSON.parse(reply)).toMatchObject({ id: 1, ok: true });
    socket.close();
  });
});
