import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpVenue, limitOrder, openMarket, SYMBOL } from "./http-venue.ts";
import type { Market } from "./http-venue.ts";

const ORDERS = "/api/v1/trading/orders";
const MARKET = `/api/v1/data/market/${SYMBOL}`;

let market: Market;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "openbell-market-"));
  market = await openMarket({ directory });
  const { venue, alice, bob } = market;
  for (const [price, quantity] of [
    ["50000", "0.2"],
    ["50001", "0.3"],
    ["50002", "0.4"],
  ] as const) {
    await venue.get("POST", ORDERS, { token: alice, body: limitOrder("SELL", price, quantity) });
  }
  await venue.get("POST", ORDERS, { token: alice, body: limitOrder("BUY", "49999", "0.1") });
  await venue.get("POST", ORDERS, { token: alice, body: limitOrder("BUY", "49999", "0.15") });
  await venue.get("POST", ORDERS, { token: bob, body: limitOrder("BUY", "50001", "0.25") });
});
afterAll(async () => {
  await market.venue.stop();
  rmSync(directory, { recursive: true });
});

describe("the market", () => {
  test("shows book, touch, last price and trades to everybody, by symbol or alias", async () => {
    const { venue } = market;
    const shown = await venue.get("GET", MARKET);
    expect(shown).toMatchObject({
      symbol: SYMBOL,
      state: "open",
      last_price: "50001.00",
      best_bid: ["49999.00", "0.25000"],
      best_ask: ["50001.00", "0.25000"],
      bids: [["49999.00", "0.25000"]],
      asks: [
        ["50001.00", "0.25000"],
        ["50002.00", "0.40000"],
      ],
      trades: [
        { trade_id: 2, price: "50001.00", quantity: "0.05000", taker_side: "BUY" },
        { trade_id: 1, price: "50000.00", quantity: "0.20000", taker_side: "BUY" },
      ],
    });
    expect(shown["trades_complete_after"]).toBe(0);
    expect(await venue.get("GET", "/api/v1/data/market/BTCUSDT")).toEqual(shown);
  });

  test("shows as many levels and trades as asked for", async () => {
    const shown = await market.venue.get("GET", `${MARKET}?depth=1&limit=0`);
    expect(shown).toMatchObject({ asks: [["50001.00", "0.25000"]], trades: [] });
    expect(shown["last_price"]).toBe("50001.00");
  });

  test.each(["?depth=0", "?depth=1001", "?limit=1001", "?depth=five", "?colour=red"])(
    "refuses %s",
    async (query) => {
      expect(await market.venue.refusal("GET", MARKET + query)).toBe("400 malformed_request");
    },
  );

  test.each(["X-Y", "btc-usdt", "%ff", "a%00b", "a".repeat(1_000)])(
    "of %s there is none",
    async (symbol) => {
      const { venue } = market;
      for (const path of [`/api/v1/data/market/${symbol}`, `/api/v1/instruments/${symbol}`]) {
        expect(await venue.refusal("GET", path)).toBe("404 instrument_not_found");
      }
    },
  );

  test("lists instruments and currencies", async () => {
    const { venue } = market;
    const instrument = {
      instrument_id: 1,
      symbol: SYMBOL,
      aliases: ["BTCUSDT"],
      base_currency: "BTC",
      quote_currency: "USDT",
      state: "open",
      tick_size: "0.01",
      lot_size: "0.000010000",
      maker_rate: "0.000200",
      taker_rate: "0.000500",
      quantity_min: null,
      quantity_max: null,
      notional_min: null,
      order_value_max: null,
      open_orders_max: 1_000,
      position_max: null,
      reference_price: null,
      band: null,
      both_sides: false,
    };
    const list = await venue.get("GET", "/api/v1/instruments");
    expect(list).toMatchObject({ instruments: [instrument] });
    expect(await venue.get("GET", "/api/v1/instruments/BTCUSDT")).toEqual(instrument);
    expect(await venue.get("GET", "/api/v1/currencies")).toMatchObject({
      currencies: [
        { currency_id: 1, code: "BTC", scale: 9 },
        { currency_id: 2, code: "USDT", scale: 8 },
      ],
    });
  });
});

describe("own trades and positions", () => {
  test("show the caller's side of each trade", async () => {
    const { venue, alice, bob } = market;
    const path = `/api/v1/trading/trades?symbol=${SYMBOL}`;
    expect(await venue.get("GET", path, { token: bob })).toMatchObject({
      trades: [
        { trade_id: 2, side: "BUY", role: "taker", notional: "2500.05000000", fee: "1.25002500" },
        { trade_id: 1, side: "BUY", role: "taker", price: "50000.00", fee: "5.00000000" },
      ],
      complete_after: 0,
    });
    const own = await venue.get("GET", `${path}&limit=1`, { token: alice });
    expect(own).toMatchObject({
      trades: [{ trade_id: 2, side: "SELL", role: "maker", fee: "0.50001000" }],
    });
    const unknown = await venue.refusal("GET", "/api/v1/trading/trades?symbol=X", { token: bob });
    expect(unknown).toBe("404 instrument_not_found");
  });

  test("positions are what is held of the base currency", async () => {
    const { venue, bob } = market;
    expect(await venue.get("GET", "/api/v1/trading/positions", { token: bob })).toMatchObject({
      positions: [
        {
          symbol: SYMBOL,
          currency: "BTC",
          quantity: "10.250000000",
          available: "10.250000000",
          frozen: "0.000000000",
        },
      ],
    });
  });
});

test("a second start shows the same book, and says from where its trades are", async () => {
  const before = await market.venue.get("GET", MARKET);
  const { sequence } = { sequence: market.venue.core.status().executedSequence };
  await market.venue.stop();
  const venue = new HttpVenue({ directory });
  market = { ...market, venue };
  const after = await venue.get("GET", MARKET);
  const { bids, asks, last_price } = before;
  expect(after).toMatchObject({ bids, asks, last_price, trades: [] });
  expect(after["trades_complete_after"]).toBeGreaterThanOrEqual(sequence);
  // Keys are good after a restart too.
  const account = await venue.get("GET", "/api/v1/accounts/me", { token: market.alice });
  expect(account).toMatchObject({ name: "alice" });
});
