import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { limitOrder, openMarket, SYMBOL } from "./http-venue.ts";
import type { Market, Reply } from "./http-venue.ts";

const ORDERS = "/api/v1/trading/orders";

let market: Market;

/** Each test has its own book. */
function useFreshMarket(): void {
  beforeEach(async () => {
    market = await openMarket();
  });
  afterEach(() => market.venue.stop());
}

/** Tests that leave nothing behind share a venue. */
function useSharedMarket(): void {
  beforeAll(async () => {
    market = await openMarket();
  });
  afterAll(() => market.venue.stop());
}

function place(token: string, body: unknown): Promise<Reply> {
  return market.venue.ask("POST", ORDERS, { token, body });
}

describe("placing", () => {
  useFreshMarket();

  test("a resting order is answered whole", async () => {
    const { venue, alice } = market;
    const order = { ...limitOrder("BUY", "50000.10", "0.5"), client_order_id: "a-1" };
    const { status, body } = await place(alice, order);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      client_order_id: "a-1",
      symbol: SYMBOL,
      status: 1,
      status_name: "pending",
      reason: null,
      side: "BUY",
      type: "LIMIT",
      time_in_force: "GTC",
      price: "50000.10",
      quantity: "0.50000",
      filled: "0.00000",
      leaves: "0.50000",
      average_price: null,
      fills: [],
      duplicate: false,
    });
    expect(body["sequence"]).toBe(body["order_id"]);
    const seen = await venue.get("GET", `${ORDERS}/${String(body["order_id"])}`, { token: alice });
    expect(seen["as_of_sequence"]).toBeGreaterThanOrEqual(Number(body["sequence"]));
    const { fills, duplicate, sequence, ...order1 } = body;
    expect(seen).toEqual({ ...order1, as_of_sequence: seen["as_of_sequence"] });
    expect(await venue.get("GET", `${ORDERS}/client:a-1`, { token: alice })).toMatchObject(order1);
  });

  test("a taker is answered with its fills, fees and average price", async () => {
    const { alice, bob } = market;
    await place(alice, limitOrder("SELL", "50000", "0.1"));
    await place(alice, limitOrder("SELL", "50001", "0.1"));
    const { body } = await place(bob, limitOrder("BUY", "50001", "0.15"));
    expect(body).toMatchObject({
      status_name: "filled",
      filled: "0.15000",
      leaves: "0.00000",
      average_price: "50000.33333333",
      fee: "3.75002500",
      fills: [
        { trade_id: 1, price: "50000.00", quantity: "0.10000", fee: "2.50000000" },
        { trade_id: 2, price: "50001.00", quantity: "0.05000", fee: "1.25002500" },
      ],
    });
  });

  test("a market buy by budget and what is left of an immediate-or-cancel order", async () => {
    const { alice, bob } = market;
    await place(alice, limitOrder("SELL", "50000", "0.001"));
    const budget = { symbol: SYMBOL, side: "BUY", type: "MARKET", quote_quantity: "25.0125" };
    const bought = (await place(bob, budget)).body;
    expect(bought).toMatchObject({
      status_name: "filled",
      type: "MARKET",
      time_in_force: "IOC",
      price: null,
      quantity: null,
      quote_quantity: "25.01250000",
      filled: "0.00050",
      fee: "0.01250000",
    });
    const order = { ...limitOrder("BUY", "50000", "1"), time_in_force: "IOC" };
    const rest = (await place(bob, order)).body;
    expect(rest).toMatchObject({
      status: 4,
      status_name: "cancelled",
      reason: "immediate_or_cancel",
      filled: "0.00050",
      leaves: "0.00000",
    });
  });

  test("a repetition executes nothing and answers with the first order", async () => {
    const { alice } = market;
    const order = { ...limitOrder("BUY", "40000", "0.1"), client_order_id: "once" };
    const first = await place(alice, order);
    const again = await place(alice, { ...order, price: "40000.00" });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toMatchObject({
      order_id: first.body["order_id"],
      client_order_id: "once",
      duplicate: true,
      fills: [],
    });
    const other = await place(alice, { ...order, quantity: "0.2" });
    expect([other.status, other.body["name"]]).toEqual([409, "client_order_id_exists"]);
  });

  test("a repetition of an order that has ended tells what is kept of it", async () => {
    const { venue, alice } = market;
    const order = { ...limitOrder("BUY", "40000", "0.1"), client_order_id: "gone" };
    await place(alice, order);
    await venue.get("DELETE", `${ORDERS}/client:gone`, { token: alice });
    const { body } = await place(alice, order);
    expect(body).toMatchObject({
      client_order_id: "gone",
      status_name: "cancelled",
      retained: true,
      duplicate: true,
    });
    expect(body["price"]).toBeUndefined();
  });

  test("a refusal of the engine names the order it made and its sequence", async () => {
    const { alice } = market;
    const { status, body } = await place(alice, limitOrder("BUY", "50000", "1000"));
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: 2001,
      name: "available_balance_insufficient",
      retryable: true,
    });
    expect(body["order_id"]).toBe(body["sequence"]);
  });
});

/** One field each that is wrong, in the order of checks. */
const DEFECTS: readonly (readonly [string, Readonly<Record<string, string | undefined>>])[] = [
  ["malformed_number", { quantity: "1e1" }],
  ["instrument_not_found", { symbol: "X-Y" }],
  ["side_invalid", { side: "HOLD" }],
  ["price_required", { price: undefined }],
  ["quantity_required", { quantity: undefined }],
  ["time_in_force_unsupported", { time_in_force: "DAY" }],
  ["order_type_unsupported", { type: "STOP" }],
  ["self_trade_prevention_unsupported", { self_trade_prevention: "NONE" }],
  ["client_order_id_invalid", { client_order_id: "a b" }],
  ["price_not_tick_multiple", { price: "50000.001" }],
  ["quantity_not_lot_multiple", { quantity: "0.000001" }],
];

describe("what a new order is refused for", () => {
  useSharedMarket();

  test.each([
    ["an unknown symbol", { symbol: "X-Y" }, "404 instrument_not_found"],
    [
      "an unknown symbol before an unknown side",
      { symbol: "X-Y", side: "HOLD" },
      "404 instrument_not_found",
    ],
    ["an unknown side", { side: "HOLD" }, "422 side_invalid"],
    ["an unknown type", { type: "STOP" }, "422 order_type_unsupported"],
    ["an unknown time in force", { time_in_force: "DAY" }, "422 time_in_force_unsupported"],
    ["a limit order without a price", { price: undefined }, "422 price_required"],
    ["a market order with a price", { type: "MARKET" }, "422 price_forbidden"],
    ["an order without a quantity", { quantity: undefined }, "422 quantity_required"],
    ["a budget for a limit order", { quote_quantity: "5" }, "422 quantity_required"],
    [
      "a post-only market order",
      { type: "MARKET", price: undefined, time_in_force: "GTX" },
      "422 time_in_force_unsupported",
    ],
    [
      "a market order off the lot whose time in force does not fit",
      { type: "MARKET", price: undefined, time_in_force: "GTX", quantity: "0.000001" },
      "422 time_in_force_unsupported",
    ],
    ["a client id with a space", { client_order_id: "a b" }, "422 client_order_id_invalid"],
    ["a client id that is empty", { client_order_id: "" }, "422 client_order_id_invalid"],
    ["a client id of the venue's form", { client_order_id: "ob-1" }, "422 client_order_id_invalid"],
    [
      "a client id of 65 characters",
      { client_order_id: "x".repeat(65) },
      "422 client_order_id_invalid",
    ],
    ["a price off the tick", { price: "50000.001" }, "422 price_not_tick_multiple"],
    ["a quantity off the lot", { quantity: "0.000001" }, "422 quantity_not_lot_multiple"],
    ["a price of nothing", { price: "0" }, "422 price_out_of_range"],
    ["a negative price", { price: "-1" }, "422 price_out_of_range"],
    ["a price beyond 2^53 ticks", { price: "90071992547409.92" }, "422 price_out_of_range"],
    ["a quantity of nothing", { quantity: "0.0" }, "422 quantity_out_of_range"],
    ["an exponent", { price: "5e4" }, "400 malformed_number"],
    [
      "100,000 digits are too many for a body",
      { price: "9".repeat(100_000) },
      "413 body_too_large",
    ],
    ["60,000 digits", { price: "9".repeat(60_000) }, "400 malformed_number"],
    ["a price that is a number", { price: 50_000 }, "400 malformed_request"],
    ["a field that is null", { quantity: null }, "400 malformed_request"],
    ["an unknown field", { colour: "red" }, "400 malformed_request"],
    [
      "a budget of nothing",
      { type: "MARKET", price: undefined, quantity: undefined, quote_quantity: "0" },
      "422 amount_out_of_range",
    ],
    [
      "a budget below the scale",
      { type: "MARKET", price: undefined, quantity: undefined, quote_quantity: "0.000000001" },
      "422 amount_scale_exceeded",
    ],
  ])("refuses %s", async (_what, change, refusal) => {
    const body = { ...limitOrder("BUY", "50000", "0.1"), ...change };
    const { venue, alice } = market;
    expect(await venue.refusal("POST", ORDERS, { token: alice, body })).toBe(refusal);
  });

  test("of two defects the one that comes first in the order of checks is told", async () => {
    const { alice } = market;
    for (const [index, [first, change]] of DEFECTS.entries()) {
      for (const [second, other] of DEFECTS.slice(index)) {
        const isOneField = first !== second && Object.keys(change)[0] === Object.keys(other)[0];
        // What is no limit order needs no price.
        const isOther = first === "price_required" && second === "order_type_unsupported";
        if (isOneField || isOther) continue;
        const body = { ...limitOrder("BUY", "50000", "0.1"), ...other, ...change };
        const { body: problem } = await place(alice, body);
        expect(`${first} and ${second}: ${problem["name"]}`).toBe(
          `${first} and ${second}: ${first}`,
        );
      }
    }
  });

  test("a refused body says which fields are wrong, and leaves no trace", async () => {
    const { venue, alice } = market;
    const before = venue.core.status().executedSequence;
    const body = { ...limitOrder("BUY", "1", "1"), price: 1, colour: "red", quantity: undefined };
    const reply = await place(alice, body);
    expect(reply.body["errors"]).toEqual([
      { field: "price", detail: "Invalid input: expected string, received number" },
      { field: "colour", detail: "No such field" },
    ]);
    expect(venue.core.status().executedSequence).toBe(before);
  });
});

describe("replacing", () => {
  useFreshMarket();

  test("price or quantity alone leaves the other, and the order id stays", async () => {
    const { venue, alice } = market;
    const { body } = await place(alice, limitOrder("BUY", "40000", "0.1"));
    const path = `${ORDERS}/${String(body["order_id"])}`;
    const moved = await venue.get("PATCH", path, { token: alice, body: { price: "41000" } });
    expect(moved).toMatchObject({ price: "41000.00", quantity: "0.10000", leaves: "0.10000" });
    const change = { quantity: "0.05", client_order_id: "second" };
    const less = await venue.get("PATCH", path, { token: alice, body: change });
    expect(less).toMatchObject({
      order_id: body["order_id"],
      client_order_id: "second",
      price: "41000.00",
      quantity: "0.05000",
    });
    const again = await venue.get("PATCH", path, { token: alice, body: change });
    expect(again).toMatchObject({ duplicate: true, quantity: "0.05000" });
  });

  test("a replace that trades at once is answered with its fills", async () => {
    const { venue, alice, bob } = market;
    await place(alice, limitOrder("SELL", "50000", "0.1"));
    await place(bob, { ...limitOrder("BUY", "40000", "0.3"), client_order_id: "b" });
    const body = { price: "50000" };
    const reply = await venue.get("PATCH", `${ORDERS}/client:b`, { token: bob, body });
    expect(reply).toMatchObject({
      status_name: "partially_filled",
      filled: "0.10000",
      leaves: "0.20000",
      fills: [{ price: "50000.00", quantity: "0.10000" }],
    });
  });

  test.each([
    ["nothing", {}, "400 malformed_request"],
    ["an unknown field", { side: "SELL" }, "400 malformed_request"],
    ["a price off the tick", { price: "1.001" }, "422 price_not_tick_multiple"],
    ["a quantity of nothing", { quantity: "0" }, "422 quantity_out_of_range"],
    ["a bad client id", { price: "1", client_order_id: "a,b" }, "422 client_order_id_invalid"],
    [
      "a bad client id and a price that is none",
      { price: "x", client_order_id: "a,b" },
      "400 malformed_number",
    ],
    ["more than there is money for", { quantity: "9000" }, "422 available_balance_insufficient"],
  ])("refuses %s, and the old order stands", async (_what, body, refusal) => {
    const { venue, alice } = market;
    await place(alice, { ...limitOrder("BUY", "40000", "0.1"), client_order_id: "a" });
    const path = `${ORDERS}/client:a`;
    expect(await venue.refusal("PATCH", path, { token: alice, body })).toBe(refusal);
    const stands = await venue.get("GET", path, { token: alice });
    expect(stands).toMatchObject({ price: "40000.00", quantity: "0.10000" });
  });

  test("a final order cannot be replaced", async () => {
    const { venue, alice } = market;
    await place(alice, { ...limitOrder("BUY", "40000", "0.1"), client_order_id: "a" });
    const path = `${ORDERS}/client:a`;
    await venue.get("DELETE", path, { token: alice });
    for (const body of [{ price: "1" }, { price: "1", quantity: "1" }]) {
      const refusal = await venue.refusal("PATCH", path, { token: alice, body });
      expect(refusal).toBe("409 order_already_final");
    }
  });
});

describe("cancelling", () => {
  useFreshMarket();

  test("an order by id, and not twice", async () => {
    const { venue, alice } = market;
    const { body } = await place(alice, limitOrder("BUY", "40000", "0.1"));
    const path = `${ORDERS}/${String(body["order_id"])}`;
    const cancelled = await venue.get("DELETE", path, { token: alice });
    expect(cancelled).toMatchObject({
      order_id: body["order_id"],
      status: 4,
      reason: "client_request",
      leaves: "0.00000",
      duplicate: false,
    });
    expect(await venue.refusal("DELETE", path, { token: alice })).toBe("409 order_already_final");
  });

  test("all orders, or those of one instrument", async () => {
    const { venue, alice, bob } = market;
    const first = await place(alice, limitOrder("BUY", "40000", "0.1"));
    const second = await place(alice, limitOrder("BUY", "40001", "0.1"));
    await place(bob, limitOrder("BUY", "40002", "0.1"));
    const ids = [first.body["order_id"], second.body["order_id"]];
    const reply = await venue.get("DELETE", `${ORDERS}?symbol=BTCUSDT`, { token: alice });
    expect(reply).toMatchObject({ order_ids: ids, has_more: false });
    expect(await venue.get("DELETE", ORDERS, { token: alice })).toMatchObject({ order_ids: [] });
    const left = await venue.get("GET", ORDERS, { token: bob });
    expect(left["orders"]).toHaveLength(1);
    const unknown = await venue.refusal("DELETE", `${ORDERS}?symbol=X`, { token: alice });
    expect(unknown).toBe("404 instrument_not_found");
  });
});

test("a mass cancel of more than one transaction holds says that more follow", async () => {
  market = await openMarket({
    flags: { "requests-burst-per-key": "10000", "cancels-burst-per-key": "10000" },
  });
  const { venue, admin, alice } = market;
  const limit = `/api/v1/admin/instruments/${SYMBOL}/limits/open_orders_max`;
  await venue.get("PUT", limit, { token: admin, body: { value: "2000" } });
  const count = 1_030;
  const order = limitOrder("BUY", "100", "0.001");
  for (let placed = 0; placed < count; placed += 103) {
    await Promise.all(Array.from({ length: 103 }, () => place(alice, order)));
  }
  const reply = await venue.get("DELETE", ORDERS, { token: alice });
  expect(reply["order_ids"]).toHaveLength(1_024);
  expect(reply["has_more"]).toBe(true);
  const left = await venue.get("GET", ORDERS, { token: alice });
  expect(left["orders"]).toEqual([]);
  await venue.stop();
});

describe("listing", () => {
  useFreshMarket();

  test("open orders page by page, and final ones on demand", async () => {
    const { venue, alice } = market;
    const ids: unknown[] = [];
    for (let index = 0; index < 5; index += 1) {
      const { body } = await place(alice, limitOrder("BUY", `4000${index}`, "0.1"));
      ids.push(body["order_id"]);
    }
    await venue.get("DELETE", `${ORDERS}/${String(ids[1])}`, { token: alice });
    const list = async (query: string): Promise<{ found: unknown[]; next: unknown }> => {
      const { orders, next_after: next } = await venue.get("GET", `${ORDERS}${query}`, {
        token: alice,
      });
      const found = Array.isArray(orders) ? orders.map((order) => order.order_id) : [];
      return { found, next };
    };
    const open = [ids[0], ids[2], ids[3], ids[4]];
    expect(await list("")).toEqual({ found: open, next: null });
    expect(await list("?limit=3")).toEqual({ found: open.slice(0, 3), next: ids[3] });
    const rest = await list(`?limit=3&after=${String(ids[3])}`);
    expect(rest).toEqual({ found: [ids[4]], next: null });
    expect(await list("?status=all")).toEqual({ found: ids, next: null });
    expect(await list("?status=cancelled")).toEqual({ found: [ids[1]], next: null });
    expect(await list("?status=pending&limit=2")).toEqual({
      found: open.slice(0, 2),
      next: ids[2],
    });
    expect(await list("?status=filled")).toEqual({ found: [], next: null });
    expect(await list("?symbol=BTCUSDT&limit=1000")).toEqual({ found: open, next: null });
  });
});

describe("what cannot be found or listed", () => {
  useSharedMarket();

  test.each([
    "1",
    "999999999",
    "9007199254740993",
    "0",
    "abc",
    "client:",
    "client:a%20b",
    "-1",
    "1e3",
  ])("an order that is not there: %s", async (order) => {
    const { venue, alice } = market;
    for (const method of ["GET", "DELETE"]) {
      const refusal = await venue.refusal(method, `${ORDERS}/${order}`, { token: alice });
      expect(refusal).toBe("404 order_not_found");
    }
    const body = { price: "1" };
    const patch = await venue.refusal("PATCH", `${ORDERS}/${order}`, { token: alice, body });
    expect(patch).toBe("404 order_not_found");
  });

  test.each([
    ["?limit=0", "400 malformed_request"],
    ["?limit=1001", "400 malformed_request"],
    ["?limit=1e2", "400 malformed_request"],
    ["?limit=", "400 malformed_request"],
    ["?limit=5&limit=6", "400 malformed_request"],
    ["?after=-1", "400 malformed_request"],
    ["?after=99999999999999999", "400 malformed_request"],
    ["?status=new", "400 malformed_request"],
    ["?colour=red", "400 malformed_request"],
    ["?symbol=X-Y", "404 instrument_not_found"],
  ])("refuses %s", async (query, refusal) => {
    const { venue, alice } = market;
    expect(await venue.refusal("GET", `${ORDERS}${query}`, { token: alice })).toBe(refusal);
  });
});
