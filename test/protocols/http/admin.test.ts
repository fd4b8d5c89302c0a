import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { until } from "../../support/deadline.ts";
import { limitOrder, openMarket, SYMBOL } from "./http-venue.ts";
import type { Market, Reply } from "./http-venue.ts";

const ADMIN = "/api/v1/admin";
const BTC = `${ADMIN}/instruments/${SYMBOL}`;
const ORDERS = "/api/v1/trading/orders";

let market: Market;

beforeAll(async () => {
  market = await openMarket();
});
afterAll(() => market.venue.stop());

function send(method: string, path: string, body?: unknown): Promise<Reply["body"]> {
  return market.venue.get(method, path, { token: market.admin, body });
}

function refusal(method: string, path: string, body?: unknown): Promise<string> {
  return market.venue.refusal(method, path, { token: market.admin, body });
}

describe("currencies and instruments", () => {
  test("are created once per request id, and can be looked up at once", async () => {
    const body = { code: "ETH", scale: 9, request_id: "eth" };
    expect(await send("POST", `${ADMIN}/currencies`, body)).toMatchObject({
      id: 3,
      duplicate: false,
    });
    expect(await send("POST", `${ADMIN}/currencies`, body)).toMatchObject({
      id: 3,
      duplicate: true,
    });
    const instrument = {
      symbol: "ETH-BTC",
      base_currency: "ETH",
      quote_currency: "BTC",
      tick_size: "0.000010",
      lot_size: "0.001",
      request_id: "eth-btc",
    };
    const created = await send("POST", `${ADMIN}/instruments`, instrument);
    expect(created).toMatchObject({ id: 2, duplicate: false });
    expect(await market.venue.get("GET", "/api/v1/instruments/ETH-BTC")).toMatchObject({
      state: "halted",
      tick_size: "0.00001",
      lot_size: "0.001000000",
    });
    expect(await refusal("POST", `${ADMIN}/currencies`, { code: "ETH", scale: 2 })).toBe(
      "409 name_exists",
    );
  });

  test.each([
    [{ code: "eth", scale: 2 }, "422 name_invalid"],
    [{ code: "TOOLONGACODEXX", scale: 2 }, "422 name_invalid"],
    [{ code: "É", scale: 2 }, "422 name_invalid"],
    [{ code: "X", scale: 19 }, "422 currency_scale_out_of_range"],
    [{ code: "X", scale: -1 }, "400 malformed_request"],
    [{ code: "X", scale: 1.5 }, "400 malformed_request"],
    [{ code: "X", scale: "2" }, "400 malformed_request"],
    [{ code: "X", scale: 2, request_id: "a b" }, "422 request_id_invalid"],
  ])("refuses the currency %j", async (body, expected) => {
    expect(await refusal("POST", `${ADMIN}/currencies`, body)).toBe(expected);
  });

  test.each([
    [{ tick_size: "0" }, "422 instrument_scale_inexact"],
    [{ tick_size: "-0.01" }, "422 instrument_scale_inexact"],
    [{ tick_size: "0.000000001", lot_size: "0.000000001" }, "422 instrument_scale_inexact"],
    [{ tick_size: "9".repeat(30) }, "422 instrument_scale_inexact"],
    [{ tick_size: "1e-2" }, "400 malformed_number"],
    [{ lot_size: "0.0000000001" }, "422 instrument_scale_inexact"],
    [{ lot_size: "10000000000" }, "422 instrument_scale_inexact"],
    [{ lot_size: "0" }, "422 instrument_scale_inexact"],
    [{ base_currency: "DOGE" }, "404 currency_not_found"],
    [{ base_currency: "DOGE", lot_size: "1e1" }, "400 malformed_number"],
    [{ tick_size: "0", lot_size: "1e1" }, "400 malformed_number"],
    [{ tick_size: "0", request_id: "a b" }, "422 request_id_invalid"],
    [{ quote_currency: "BTC" }, "404 currency_not_found"],
    [{ symbol: "a b" }, "422 name_invalid"],
    [{ symbol: SYMBOL }, "409 name_exists"],
    [{ symbol: "x".repeat(33) }, "422 name_invalid"],
    [{ symbol: "x".repeat(65) }, "400 malformed_request"],
  ])("refuses the instrument %j", async (change, expected) => {
    const body = {
      symbol: "NEW-ONE",
      base_currency: "BTC",
      quote_currency: "USDT",
      tick_size: "0.01",
      lot_size: "0.001",
      ...change,
    };
    expect(await refusal("POST", `${ADMIN}/instruments`, body)).toBe(expected);
  });
});

describe("settings of an instrument", () => {
  test("are seen in what everybody sees", async () => {
    await send("PUT", `${BTC}/fees`, { maker_rate: "-0.0001", taker_rate: "0.0005" });
    await send("PUT", `${BTC}/band`, { reference_price: "50000", band: "0.1", both_sides: true });
    for (const [limit, value] of [
      ["quantity_min", "0.0001"],
      ["quantity_max", "100"],
      ["notional_min", "5"],
      ["order_value_max", "1000000"],
      ["open_orders_max", "500"],
      ["position_max", "1000"],
    ] as const) {
      await send("PUT", `${BTC}/limits/${limit}`, { value });
    }
    expect(await market.venue.get("GET", `/api/v1/instruments/${SYMBOL}`)).toMatchObject({
      maker_rate: "-0.000100",
      taker_rate: "0.000500",
      reference_price: "50000.00",
      band: "0.100000",
      both_sides: true,
      quantity_min: "0.00010",
      quantity_max: "100.00000",
      notional_min: "5.00000000",
      order_value_max: "1000000.00000000",
      open_orders_max: 500,
      position_max: "1000.00000",
    });
    await send("PUT", `${BTC}/limits/notional_min`, { value: null });
    await send("PUT", `${BTC}/limits/order_value_max`, { value: "0" });
    await send("PUT", `${BTC}/band`, { reference_price: null, band: null });
    expect(await market.venue.get("GET", `/api/v1/instruments/${SYMBOL}`)).toMatchObject({
      notional_min: null,
      order_value_max: null,
      reference_price: null,
      band: null,
      both_sides: false,
    });
  });

  test.each([
    ["fees", { maker_rate: "-0.001", taker_rate: "0.0005" }, "422 fee_rate_invalid"],
    ["fees", { maker_rate: "0.0000001", taker_rate: "0" }, "422 fee_rate_invalid"],
    ["fees", { maker_rate: "2", taker_rate: "0" }, "422 fee_rate_invalid"],
    ["fees", { maker_rate: "2", taker_rate: "1e1" }, "400 malformed_number"],
    ["fees", { maker_rate: "2", taker_rate: "0", request_id: "a b" }, "422 request_id_invalid"],
    ["band", { reference_price: "1.001", band: "2" }, "422 price_not_tick_multiple"],
    ["fees", { maker_rate: "0" }, "400 malformed_request"],
    ["band", { reference_price: "50000", band: "1" }, "422 band_invalid"],
    ["band", { reference_price: "50000", band: "-0.1" }, "422 band_invalid"],
    ["band", { reference_price: "0.001", band: "0.1" }, "422 price_not_tick_multiple"],
    ["limits/quantity_min", { value: "0.000001" }, "422 quantity_not_lot_multiple"],
    ["limits/open_orders_max", { value: "0" }, "422 limit_invalid"],
    ["limits/open_orders_max", { value: null }, "422 limit_invalid"],
    ["limits/open_orders_max", { value: "1.5" }, "422 amount_scale_exceeded"],
    ["limits/notional_min", { value: "-1" }, "422 amount_out_of_range"],
    ["limits/colour", { value: "1" }, "422 limit_invalid"],
    ["limits/notional_min", { value: 1 }, "400 malformed_request"],
    ["state", { state: "asleep" }, "400 malformed_request"],
  ])("refuses %s %j", async (setting, body, expected) => {
    expect(await refusal("PUT", `${BTC}/${setting}`, body)).toBe(expected);
  });

  test("of an unknown instrument are refused", async () => {
    const path = `${ADMIN}/instruments/X-Y`;
    const state = await refusal("PUT", `${path}/state`, { state: "open" });
    expect(state).toBe("404 instrument_not_found");
    expect(await refusal("POST", `${path}/sweep`, {})).toBe("404 instrument_not_found");
  });

  test("a halted instrument takes no order, and only the operator cancels", async () => {
    const { venue, alice } = market;
    const order = { ...limitOrder("BUY", "40000", "0.1"), client_order_id: "halted" };
    const placed = await venue.get("POST", ORDERS, { token: alice, body: order });
    await send("PUT", `${BTC}/state`, { state: "halted" });
    const path = `${ORDERS}/client:halted`;
    expect(await venue.refusal("DELETE", path, { token: alice })).toBe("409 trading_halted");
    const body = limitOrder("BUY", "40000", "0.1");
    expect(await venue.refusal("POST", ORDERS, { token: alice, body })).toBe("409 trading_closed");
    const cancelled = await send(
      "DELETE",
      `${ADMIN}/accounts/3/orders/${String(placed["order_id"])}`,
    );
    expect(cancelled).toMatchObject({ status_name: "cancelled", reason: "admin" });
    await send("PUT", `${BTC}/state`, { state: "open" });
  });

  test("collected fees are swept once", async () => {
    const { venue, alice, bob } = market;
    await venue.get("POST", ORDERS, { token: alice, body: limitOrder("SELL", "50000", "0.1") });
    await venue.get("POST", ORDERS, { token: bob, body: limitOrder("BUY", "50000", "0.1") });
    await send("POST", `${BTC}/sweep`, {});
    expect(await send("GET", "/api/v1/accounts/1")).toMatchObject({
      balances: [{ currency: "USDT", available: "2.00000000" }],
    });
    expect(await refusal("POST", `${BTC}/sweep`, {})).toBe("409 fee_accumulator_empty");
  });
});

describe("aliases", () => {
  test("are added, listed, used and removed", async () => {
    const alias = { kind: "instrument", target: SYMBOL, alias: "SHFE.btc/usdt" };
    await send("POST", `${ADMIN}/aliases`, alias);
    const path = `/api/v1/instruments/${encodeURIComponent(alias.alias)}`;
    expect(await market.venue.get("GET", path)).toMatchObject({ symbol: SYMBOL });
    await send("POST", `${ADMIN}/aliases`, { kind: "account", target: "3", alias: "al" });
    expect(await send("GET", `${ADMIN}/aliases`)).toMatchObject({
      aliases: [
        { kind: "instrument", target_id: 1, alias: "BTCUSDT" },
        { kind: "instrument", target_id: 1, alias: "SHFE.btc/usdt" },
        { kind: "account", target_id: 3, alias: "al" },
      ],
    });
    await send("DELETE", `${ADMIN}/aliases/instrument/${encodeURIComponent(alias.alias)}`);
    expect(await market.venue.refusal("GET", path)).toBe("404 instrument_not_found");
  });

  test.each([
    [{ kind: "instrument", target: "X", alias: "Y" }, "404 instrument_not_found"],
    [{ kind: "account", target: "999", alias: "Y" }, "404 account_not_found"],
    [{ kind: "account", target: "alice", alias: "Y" }, "404 account_not_found"],
    [{ kind: "instrument", target: SYMBOL, alias: "BTCUSDT" }, "409 name_exists"],
    [{ kind: "instrument", target: SYMBOL, alias: "a b" }, "422 name_invalid"],
    [{ kind: "currency", target: "BTC", alias: "XBT" }, "400 malformed_request"],
  ])("refuses %j", async (body, expected) => {
    expect(await refusal("POST", `${ADMIN}/aliases`, body)).toBe(expected);
  });

  test.each(["instrument/none", "currency/BTC", `instrument/${"x".repeat(200)}`, "account/%00"])(
    "cannot remove %s",
    async (path) => {
      expect(await refusal("DELETE", `${ADMIN}/aliases/${path}`)).toBe("404 alias_not_found");
    },
  );
});

describe("accounts", () => {
  test("are created, listed, suspended and reactivated", async () => {
    const { venue } = market;
    const created = await send("POST", `${ADMIN}/accounts`, { name: "carol" });
    const account = Number(created["id"]);
    const listed = await send("GET", `${ADMIN}/accounts?after=2&limit=2`);
    expect(listed).toMatchObject({
      accounts: [
        { account_id: 3, name: "alice", state: "active" },
        { account_id: 4, name: "bob", state: "active" },
      ],
      next_after: 4,
    });
    await send("PUT", `${ADMIN}/accounts/${account}/state`, { state: "suspended" });
    const token = venue.token(account, ["read", "trade"]);
    const body = limitOrder("BUY", "40000", "0.1");
    expect(await venue.refusal("POST", ORDERS, { token, body })).toBe("409 account_suspended");
    await send("PUT", `${ADMIN}/accounts/${account}/state`, { state: "active" });
    expect(await venue.refusal("POST", ORDERS, { token, body })).toBe(
      "422 available_balance_insufficient",
    );
  });

  test.each([
    ["POST", "/accounts", { name: "alice" }, "409 name_exists"],
    ["POST", "/accounts", { name: "a b" }, "422 name_invalid"],
    ["POST", "/accounts", { name: "" }, "400 malformed_request"],
    ["PUT", "/accounts/999/state", { state: "active" }, "404 account_not_found"],
    ["PUT", "/accounts/x/state", { state: "active" }, "404 account_not_found"],
    ["PUT", "/accounts/3/state", { state: "gone" }, "400 malformed_request"],
    ["GET", "/accounts/999/orders", undefined, "404 account_not_found"],
    ["DELETE", "/accounts/x/orders", undefined, "404 account_not_found"],
    ["DELETE", "/accounts/3/orders/999999", undefined, "404 order_not_found"],
    ["DELETE", "/accounts/3/orders?symbol=X", undefined, "404 instrument_not_found"],
  ])("%s %s %j is refused", async (method, path, body, expected) => {
    expect(await refusal(method, ADMIN + path, body)).toBe(expected);
  });

  test("orders of an account are listed and cancelled by the operator", async () => {
    const { venue, bob } = market;
    const order = limitOrder("BUY", "40000", "0.1");
    const { order_id: orderId } = await venue.get("POST", ORDERS, { token: bob, body: order });
    const listed = await send("GET", `${ADMIN}/accounts/4/orders`);
    expect(listed).toMatchObject({ orders: [{ order_id: orderId }] });
    const cancelled = await send("DELETE", `${ADMIN}/accounts/4/orders`);
    expect(cancelled).toMatchObject({ order_ids: [orderId], has_more: false });
  });
});

describe("keys", () => {
  test("are made, listed without their secret, and revoked from the next call on", async () => {
    const { venue } = market;
    const body = { account: 3, permissions: ["read"], label: "desk 7" };
    const made = await venue.ask("POST", `${ADMIN}/keys`, { token: market.admin, body });
    expect(made.status).toBe(201);
    const { key_id: keyId, token, secret } = made.body;
    expect(token).toBe(`ob_${String(keyId)}_${String(secret)}`);
    const ask = { token: String(token) };
    expect(await venue.get("GET", "/api/v1/accounts/me", ask)).toMatchObject({ name: "alice" });
    const listed = await venue.ask("GET", `${ADMIN}/keys?limit=1000`, { token: market.admin });
    expect(listed.text).toContain(String(keyId));
    expect(listed.text).not.toContain(String(secret));
    await send("DELETE", `${ADMIN}/keys/${String(keyId)}`);
    expect(await venue.refusal("GET", "/api/v1/accounts/me", ask)).toBe("401 credentials_invalid");
    expect(await refusal("DELETE", `${ADMIN}/keys/${String(keyId)}`)).toBe("404 route_not_found");
  });

  test("are listed page by page", async () => {
    const first = await send("GET", `${ADMIN}/keys?limit=1`);
    expect(first["keys"]).toHaveLength(1);
    const rest = await send("GET", `${ADMIN}/keys?after=${String(first["next_after"])}`);
    expect(rest["next_after"]).toBeNull();
    expect(JSON.stringify(rest)).not.toContain(String(first["next_after"]));
  });

  test.each([
    [{ account: 999, permissions: ["read"] }, "404 account_not_found"],
    [{ account: 3, permissions: [] }, "400 malformed_request"],
    [{ account: 3, permissions: ["root"] }, "400 malformed_request"],
    [{ account: 2 ** 32, permissions: ["read"] }, "400 malformed_request"],
    [{ account: 3, permissions: ["read"], label: "x".repeat(65) }, "400 malformed_request"],
  ])("refuses %j", async (body, expected) => {
    expect(await refusal("POST", `${ADMIN}/keys`, body)).toBe(expected);
  });
});

describe("operations", () => {
  test("a snapshot is made in the background and seen in the status", async () => {
    const { venue } = market;
    const before = Number((await send("GET", `${ADMIN}/status`))["executed_sequence"]);
    expect(await send("POST", `${ADMIN}/snapshot`)).toEqual({ accepted: true });
    await until(10_000, "the snapshot", async () => {
      const status = await send("GET", `${ADMIN}/status`);
      return Number(status["snapshot_sequence"]) >= before;
    });
    expect(await send("GET", `${ADMIN}/status`)).toMatchObject({
      mode: "open",
      clock_held: false,
      fault: null,
    });
    expect(venue.core.status().snapshot.written).toBeGreaterThanOrEqual(1);
  });

  test("the clock is confirmed", async () => {
    expect(await send("POST", `${ADMIN}/clock/confirm`)).toEqual({ accepted: true });
  });

  test("health is told to everybody", async () => {
    const { venue } = market;
    const well = { status: "ok", detail: "" };
    await until(10_000, "the stages", () =>
      venue.venueStages.stages.status().every(({ lag }) => lag === 0),
    );
    const each = ["klines", "settlement", "history", "push"].map((name) => {
      return { name, state: "live", lag_sequences: 0, lag_ms: 0 };
    });
    const stages = { ...well, each };
    // This one leaves syncing to the system.
    const syncTimes = { sync_p50_ms: null, sync_p99_ms: null };
    expect(await venue.get("GET", "/health")).toEqual({
      status: "ok",
      core: well,
      journal: { ...well, ...syncTimes },
      clock: well,
      stages,
    });
    expect(await venue.get("GET", "/health/live")).toEqual({ status: "ok" });
    expect(await venue.get("GET", "/health/ready")).toEqual({ status: "ok", stages });
  });
});
