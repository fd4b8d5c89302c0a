import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limitOrder, openMarket, SYMBOL } from "./http-venue.ts";
import type { Market, Reply } from "./http-venue.ts";

const SPOT = "/api/spot/v2/";
const SUBMIT = "/api/order/submit";

let market: Market;

beforeAll(async () => {
  market = await openMarket();
  const { venue, admin } = market;
  // The account and the instrument that the kept bodies name.
  for (const body of [
    { kind: "account", target: "4", alias: "user123" },
    { kind: "instrument", target: SYMBOL, alias: "SHFE.cu2512" },
  ]) {
    await venue.get("POST", "/api/v1/admin/aliases", { token: admin, body });
  }
});
afterAll(() => market.venue.stop());

function spot(body: unknown, token = market.alice): Promise<Reply> {
  return market.venue.ask("POST", SPOT, { token, body });
}

function refusal(path: string, body: unknown, token = market.alice): Promise<string> {
  return market.venue.refusal("POST", path, { token, body });
}

describe("the flat body of spot/v2", () => {
  test("works as its document writes it, to the last digit", async () => {
    const body = `{
     "symbol": "BTCUSDT",
     "side": "BUY",
     "price": 50000.0,
     "quantity": 1.0
   }`;
    const { status, body: order } = await spot(body);
    expect(status).toBe(201);
    expect(order).toMatchObject({
      symbol: SYMBOL,
      side: "BUY",
      type: "LIMIT",
      time_in_force: "GTC",
      price: "50000.00",
      quantity: "1.00000",
    });
    await spot({ CancelAllOpenOrders: { symbol: "BTCUSDT" } });
  });

  test("numbers are read digit by digit: a price that no float holds is kept", async () => {
    const body = '{"symbol":"BTCUSDT","side":"SELL","price":90071992547409.91,"quantity":1e0}';
    expect(await refusal(SPOT, body)).toBe("400 malformed_number");
    const exact = '{"symbol":"BTCUSDT","side":"SELL","price":90071992547409.91,"quantity":0.00001}';
    const { body: order } = await spot(exact);
    expect(order).toMatchObject({ price: "90071992547409.91", quantity: "0.00001" });
    await spot({ CancelAllOpenOrders: { symbol: "BTCUSDT" } });
  });

  test.each([
    ['{"symbol":"BTCUSDT","side":"BUY","quantity":1}', "422 price_required"],
    ['{"symbol":"X","side":"BUY","price":1,"quantity":1}', "404 instrument_not_found"],
    ['{"symbol":"BTCUSDT","side":"HOLD","price":1,"quantity":1}', "422 side_invalid"],
    ['{"symbol":"BTCUSDT","side":"HOLD","quantity":1}', "422 side_invalid"],
    ['{"symbol":"X","side":"HOLD","quantity":1}', "404 instrument_not_found"],
    ['{"symbol":"X","side":"HOLD","price":"x","quantity":1}', "400 malformed_number"],
    [
      '{"symbol":"BTCUSDT","side":"BUY","price":1,"quantity":1,"type":"LIMIT"}',
      "400 malformed_request",
    ],
    ['{"symbol":"BTCUSDT","side":"BUY","price":1}', "400 malformed_request"],
    ['{"symbol":"BTCUSDT"}', "400 malformed_request"],
    ['{"symbol":"BTCUSDT","side":"BUY","price":1,"price":2,"quantity":1}', "400 malformed_request"],
    ['{"symbol":"BTCUSDT","side":"BUY","price":-0,"quantity":1}', "422 price_out_of_range"],
    ['{"symbol":"BTCUSDT","side":"BUY","price":0.001,"quantity":1}', "422 price_not_tick_multiple"],
    [
      `{"symbol":"BTCUSDT","side":"BUY","price":${"9".repeat(41)},"quantity":1}`,
      "400 malformed_number",
    ],
    ["{}", "400 malformed_request"],
    ["[]", "400 malformed_request"],
    ["null", "400 malformed_request"],
    ["5", "400 malformed_request"],
  ])("%s is refused", async (body, expected) => {
    expect(await refusal(SPOT, body)).toBe(expected);
  });
});

describe("the command enum of spot/v2", () => {
  test("an order is placed, looked up, listed, replaced and cancelled", async () => {
    const order = {
      symbol: "BTCUSDT",
      side: "BUY",
      order_type: "LIMIT_MAKER",
      quantity: 0.5,
      price: "40000",
      new_client_order_id: "enum-1",
      self_trade_prevention_mode: "EXPIRE_TAKER",
    };
    const { status, body: placed } = await spot({ NewOrder: order });
    expect(status).toBe(201);
    expect(placed).toMatchObject({ client_order_id: "enum-1", time_in_force: "GTX" });
    const name = { symbol: "BTCUSDT", orig_client_order_id: "enum-1" };
    expect((await spot({ QueryOrder: name })).body).toMatchObject({ order_id: placed["order_id"] });
    const byId = { symbol: "BTCUSDT", order_id: placed["order_id"] };
    expect((await spot({ QueryOrder: byId })).body).toMatchObject({ client_order_id: "enum-1" });
    expect((await spot({ CurrentOpenOrders: {} })).body["orders"]).toHaveLength(1);
    const replacement = {
      ...{ symbol: "BTCUSDT", side: "BUY", order_type: "LIMIT", time_in_force: "GTC" },
      ...{ quantity: "0.25", price: 39000, cancel_replace_mode: "STOP_ON_FAILURE" },
    };
    const replaced = await spot({
      CancelReplaceOrder: { ...replacement, cancel_order_id: placed["order_id"] },
    });
    expect(replaced.body).toMatchObject({ price: "39000.00", quantity: "0.25000" });
    expect((await spot({ QueryOrder: name })).body).toMatchObject({ status_name: "cancelled" });
    const last = { symbol: "BTCUSDT", order_id: replaced.body["order_id"] };
    expect((await spot({ CancelOrder: last })).body).toMatchObject({ reason: "client_request" });
    const all = await spot({
      AllOrders: { symbol: "BTCUSDT", order_id: placed["order_id"], limit: 2 },
    });
    expect(all.body["orders"]).toHaveLength(2);
    expect((await spot({ Account: {} })).body).toMatchObject({ name: "alice" });
  });

  test("a market order by budget", async () => {
    const { venue, bob } = market;
    const order = limitOrder("SELL", "50000", "0.001");
    await venue.get("POST", "/api/v1/trading/orders", { token: bob, body: order });
    const body = { symbol: "BTCUSDT", side: "BUY", order_type: "MARKET", quote_order_qty: 50.025 };
    expect((await spot({ NewOrder: body })).body).toMatchObject({
      status_name: "filled",
      filled: "0.00100",
      quote_quantity: "50.02500000",
    });
  });

  test("a test order is read and not placed", async () => {
    const before = market.venue.core.status().executedSequence;
    const order = { symbol: "BTCUSDT", side: "BUY", order_type: "LIMIT", quantity: 1, price: 1 };
    expect(await spot({ TestNewOrder: order })).toMatchObject({ status: 200, body: {} });
    expect(await refusal(SPOT, { TestNewOrder: { ...order, price: 0.001 } })).toBe(
      "422 price_not_tick_multiple",
    );
    expect(market.venue.core.status().executedSequence).toBe(before);
  });

  test("a replacement that cannot be read does not cost the old order", async () => {
    const order = { symbol: "BTCUSDT", side: "BUY", order_type: "LIMIT", quantity: 1, price: 100 };
    await spot({ NewOrder: { ...order, new_client_order_id: "keep" } });
    const body = { ...order, price: 0.001, cancel_replace_mode: "ALLOW_FAILURE" };
    const cancel = { cancel_orig_client_order_id: "keep" };
    expect(await refusal(SPOT, { CancelReplaceOrder: { ...body, ...cancel } })).toBe(
      "422 price_not_tick_multiple",
    );
    const name = { symbol: "BTCUSDT", orig_client_order_id: "keep" };
    expect((await spot({ QueryOrder: name })).body).toMatchObject({ status_name: "pending" });
    await spot({ CancelOrder: name });
  });

  test("without the old order, the mode says whether the new one is placed", async () => {
    const order = { symbol: "BTCUSDT", side: "BUY", order_type: "LIMIT", quantity: 1, price: 100 };
    const replace = { ...order, cancel_orig_client_order_id: "nobody" };
    const stop = { ...replace, cancel_replace_mode: "STOP_ON_FAILURE" };
    expect(await refusal(SPOT, { CancelReplaceOrder: stop })).toBe("404 order_not_found");
    const allow = { ...replace, cancel_replace_mode: "ALLOW_FAILURE" };
    expect(await spot({ CancelReplaceOrder: allow })).toMatchObject({ status: 201 });
    await spot({ CancelAllOpenOrders: { symbol: "BTCUSDT" } });
  });

  test.each([
    [{ NewOco: {} }, "400 command_unknown"],
    [{ MyTrades: { symbol: "BTCUSDT" } }, "400 command_unknown"],
    [{ Constructor: {} }, "400 command_unknown"],
    [{ NewOrder: null }, "400 malformed_request"],
    [{ NewOrder: { symbol: "BTCUSDT" } }, "400 malformed_request"],
    [{ NewOrder: {}, CancelOrder: {} }, "400 malformed_request"],
    [
      { NewOrder: { symbol: "BTCUSDT", side: "BUY", order_type: "STOP_LOSS", quantity: 1 } },
      "422 order_type_unsupported",
    ],
    [
      {
        NewOrder: {
          symbol: "BTCUSDT",
          side: "BUY",
          order_type: "LIMIT",
          quantity: 1,
          time_in_force: "DAY",
        },
      },
      "422 price_required",
    ],
    [
      {
        NewOrder: {
          symbol: "BTCUSDT",
          side: "BUY",
          order_type: "LIMIT",
          quantity: 1,
          price: 1,
          iceberg_qty: 1,
        },
      },
      "400 malformed_request",
    ],
    [{ QueryOrder: { symbol: "BTCUSDT" } }, "404 order_not_found"],
    [{ QueryOrder: { symbol: "X", order_id: 1 } }, "404 instrument_not_found"],
    [{ QueryOrder: { symbol: "BTCUSDT", order_id: 1.5 } }, "404 order_not_found"],
    [{ CancelOrder: { symbol: "BTCUSDT", order_id: 1 } }, "404 order_not_found"],
    [{ CancelAllOpenOrders: {} }, "400 malformed_request"],
    [{ AllOrders: { symbol: "BTCUSDT", limit: 1_001 } }, "400 malformed_number"],
    [{ AllOrders: { symbol: "BTCUSDT", order_id: "x" } }, "400 malformed_number"],
    [{ Account: { omit_zero_balances: true } }, "400 malformed_request"],
  ])("%j is refused", async (body, expected) => {
    expect(await refusal(SPOT, body)).toBe(expected);
  });

  test("each command needs its own permission", async () => {
    const { venue } = market;
    const reader = venue.token(3, ["read"]);
    const trader = venue.token(3, ["trade"]);
    const order = { symbol: "BTCUSDT", side: "BUY", price: 1, quantity: 1 };
    const name = { symbol: "BTCUSDT", order_id: 1 };
    expect(await refusal(SPOT, order, reader)).toBe("403 permission_denied");
    expect(await refusal(SPOT, { CancelOrder: name }, reader)).toBe("403 permission_denied");
    expect(await refusal(SPOT, { QueryOrder: name }, trader)).toBe("403 permission_denied");
    expect(await refusal(SPOT, { Account: {} }, trader)).toBe("403 permission_denied");
    expect(await refusal(SPOT, { QueryOrder: name }, reader)).toBe("404 order_not_found");
  });
});

describe("order/submit", () => {
  const order = {
    user_id: "bob",
    instrument_id: "BTC-USDT",
    direction: "BUY",
    offset: "OPEN",
    volume: "0.1",
    price: "40000",
    order_type: "LIMIT",
  };

  test("works as its document writes it", async () => {
    const { venue, bob } = market;
    const body = `{
"user_id": "user123",
"instrument_id": "SHFE.cu2512",
"direction": "BUY",
"offset": "OPEN",
"volume": 10,
"price": 75230,
"order_type": "LIMIT"
}`;
    const { status, body: placed } = await venue.ask("POST", SUBMIT, { token: bob, body });
    expect(status).toBe(201);
    expect(placed).toMatchObject({ price: "75230.00", quantity: "10.00000", side: "BUY" });
    await venue.get("DELETE", "/api/v1/trading/orders", { token: bob });
  });

  test.each([
    [{}, { type: "LIMIT", time_in_force: "GTC" }],
    [{ time_condition: "GTC", offset: "CLOSE" }, { time_in_force: "GTC" }],
    [{ time_condition: "IOC", account_id: "bob" }, { time_in_force: "IOC" }],
    [{ time_condition: "IOC", volume_condition: "ALL" }, { time_in_force: "FOK" }],
    [
      { order_type: "MARKET", price: 0, direction: "SELL" },
      { type: "MARKET", price: null },
    ],
    [
      { order_type: "MARKET", price: undefined, direction: "SELL" },
      { type: "MARKET", price: null },
    ],
  ])("%j becomes %j", async (change, expected) => {
    const { venue, bob } = market;
    const placed = await venue.get("POST", SUBMIT, { token: bob, body: { ...order, ...change } });
    expect(placed).toMatchObject(expected);
    await venue.get("DELETE", "/api/v1/trading/orders", { token: bob });
  });

  test.each([
    [{ user_id: "alice" }, "404 account_not_found"],
    [{ user_id: "nobody" }, "404 account_not_found"],
    [{ user_id: "é".repeat(64) }, "404 account_not_found"],
    [{ account_id: "alice" }, "404 account_not_found"],
    [{ instrument_id: "SHFE.none" }, "404 instrument_not_found"],
    [{ direction: "LONG" }, "422 side_invalid"],
    [{ offset: undefined }, "400 malformed_request"],
    [{ time_condition: "GFD" }, "422 time_in_force_unsupported"],
    [{ time_condition: "GFD", price: undefined }, "422 price_required"],
    [{ time_condition: "TODAY" }, "422 time_in_force_unsupported"],
    [{ user_id: "nobody", volume: "1.5x" }, "400 malformed_number"],
    [{ volume_condition: "ALL" }, "422 time_in_force_unsupported"],
    [{ volume_condition: "MIN", time_condition: "IOC" }, "422 time_in_force_unsupported"],
    [{ price: undefined }, "422 price_required"],
    [{ order_type: "MARKET" }, "422 price_forbidden"],
    [{ order_type: "STOP" }, "422 order_type_unsupported"],
    [{ volume: "1.5x" }, "400 malformed_number"],
    [{ colour: "red" }, "400 malformed_request"],
  ])("%j is refused", async (change, expected) => {
    expect(await refusal(SUBMIT, { ...order, ...change }, market.bob)).toBe(expected);
  });
});
