// The pure parts of the page: what they make of what the venue says.

import { describe, expect, test } from "bun:test";
import { Candles } from "./candles.ts";
import { add, compare, digitsOf, isPositive, subtract } from "./decimal.ts";
import { directionOf, group, lagOf, signed, syncTimesOf, trim } from "./format.ts";
import { Holdings } from "./holdings.ts";
import { toLadder } from "./ladder.ts";
import { Link } from "./link.ts";
import { describe as inWords, type Execution, type Order, type Trade } from "./messages.ts";
import { toOrder } from "./ticket.ts";

describe("decimals", () => {
  test.each([
    ["0.1", "0.2", "0.3", "-0.1"],
    ["1", "0.05", "1.05", "0.95"],
    ["-1.5", "1.50", "0.00", "-3.00"],
    ["9007199254740993", "0.00000001", "9007199254740993.00000001", "9007199254740992.99999999"],
  ])("%s and %s are added and subtracted exactly", (one, other, sum, difference) => {
    expect(add(one, other)).toBe(sum);
    expect(subtract(one, other)).toBe(difference);
  });

  test("are compared by value", () => {
    expect(compare("10", "9.5")).toBe(1);
    expect(compare("1.50", "1.5")).toBe(0);
    expect(compare("-1", "0")).toBe(-1);
    expect(digitsOf("0.0100")).toBe(4);
  });

  test.each(["", "0", "0.00", "-1", "1e5", ".5", "1,000"])("%j is no number above 0", (text) => {
    expect(isPositive(text)).toBe(false);
  });
});

describe("texts", () => {
  test("tell how far the last stage is behind, and how long syncs take", () => {
    const stage = (lag: number, ms: number) => {
      return { name: "push", state: "live", lag_sequences: lag, lag_ms: ms };
    };
    expect(lagOf([])).toBe("0 behind");
    expect(lagOf([stage(0, 0), stage(1_200, 35), stage(7, 40)])).toBe("1,200 behind, 40 ms");
    const journal = { status: "ok", detail: "" } as const;
    const none = { ...journal, sync_p50_ms: null, sync_p99_ms: null };
    expect(syncTimesOf(none)).toBe("");
    const some = { ...journal, sync_p50_ms: 0.5, sync_p99_ms: 2 };
    expect(syncTimesOf(some)).toBe("sync 0.5 ms, p99 2 ms");
  });

  test("group thousands, show signs, drop zeros that say nothing", () => {
    expect(group("1234567.123456")).toBe("1,234,567.123456");
    expect(group("-1000")).toBe("-1,000");
    expect([signed("1.25"), signed("-1.25"), signed("0.00")]).toEqual(["+1.25", "−1.25", "0.00"]);
    expect([trim("1.500"), trim("100"), trim("100.00")]).toEqual(["1.5", "100", "100"]);
    expect([directionOf("-0.1"), directionOf("0.0"), directionOf("1")]).toEqual([
      ...(["down", "flat", "up"] as const),
    ]);
  });

  test("a refusal is its words, its code and the fields", () => {
    const errors = [{ field: "price", detail: "Too long" }];
    const problem = { code: 1002, name: "malformed_number", detail: "No decimal", errors };
    expect(inWords(problem)).toBe("No decimal (1002 malformed_number) – price: Too long");
  });
});

describe("a ladder", () => {
  test("adds up from the touch, and the larger side fills the width", () => {
    const ladder = toLadder(
      [
        ["99", "1"],
        ["98", "2"],
        ["97", "9"],
      ],
      [["101", "1.5"]],
      2,
    );
    expect(ladder.bids.map(({ total, share }) => [total, share])).toEqual([
      ["1", 1 / 3],
      ["3", 1],
    ]);
    expect(ladder.asks).toEqual([{ price: "101", quantity: "1.5", total: "1.5", share: 0.5 }]);
    expect(ladder.spread).toBe("2");
  });

  test("of an empty side has no spread", () => {
    expect(toLadder([], [["1", "1"]], 20).spread).toBeUndefined();
    expect(toLadder([], [], 20)).toEqual({ bids: [], asks: [], spread: undefined });
  });
});

function trade(id: number, price: string, second: number): Trade {
  const fixed = { quantity: "1", taker_side: "BUY" } as const;
  return { trade_id: id, price, traded_at_us: second * 1e6, ...fixed };
}

describe("candles", () => {
  const klines = [
    { start_at_us: 60e6, open: "10", high: "12", low: "9", close: "11", last_trade_id: 5 },
  ];

  test("go on with trades, each once, with flat bars in between", () => {
    const candles = new Candles(60);
    candles.load(klines);
    candles.add([trade(5, "99", 119), trade(6, "13", 119), trade(7, "8", 245)]);
    candles.add([trade(7, "99", 245)]);
    expect(candles.bars).toEqual([
      { time: 60, open: 10, high: 13, low: 9, close: 13 },
      { time: 120, open: 13, high: 13, low: 13, close: 13 },
      { time: 180, open: 13, high: 13, low: 13, close: 13 },
      { time: 240, open: 8, high: 8, low: 8, close: 8 },
    ]);
  });

  test("keep trades that come before the bars are loaded, also again", () => {
    const candles = new Candles(60);
    candles.add([trade(6, "20", 70)]);
    expect(candles.bars).toEqual([]);
    candles.load(klines);
    expect(candles.bars.at(-1)?.close).toBe(20);
    candles.reset();
    candles.add([trade(7, "21", 71)]);
    candles.load([klinesAfter(6)]);
    expect(candles.bars.at(-1)?.close).toBe(21);
  });

  test("are bounded, however long nothing was traded", () => {
    const candles = new Candles(60);
    candles.load(klines);
    candles.add([trade(6, "1", 60 * 100_000)]);
    expect(candles.bars.length).toBeLessThanOrEqual(600);
    expect(candles.bars.at(-1)?.time).toBe(60 * 100_000);
  });

  function klinesAfter(id: number) {
    const prices = { open: "10", high: "20", low: "9", close: "20" };
    return { start_at_us: 60e6, ...prices, last_trade_id: id };
  }
});

describe("the link", () => {
  test("waits longer each time, and little again once the venue was heard", () => {
    const link = new Link(() => 1);
    expect(Array.from({ length: 7 }, () => link.close())).toEqual([
      ...[250, 500, 1_000, 2_000, 4_000, 5_000, 5_000],
    ]);
    link.open(0);
    expect(link.close()).toBe(5_000);
    link.open(0);
    link.hear(1);
    expect(link.close()).toBe(250);
    expect(new Link(() => 0).close()).toBe(125);
  });

  test("is stale from its loss until it is open again", () => {
    const link = new Link(() => 1);
    expect(link.isStale).toBe(false);
    link.open(5);
    expect([link.isStale, link.state]).toEqual([false, "live"]);
    link.close();
    link.connect();
    expect([link.isStale, link.heardMs]).toEqual([true, 5]);
    link.open(9);
    expect(link.isStale).toBe(false);
  });

  test("asks a silent venue, and gives it up", () => {
    const link = new Link(() => 1);
    expect(link.watch(100_000)).toBe("nothing");
    link.open(0);
    expect([1_000, 4_000, 9_999, 10_000].map((ms) => link.watch(ms))).toEqual([
      ...(["nothing", "ping", "ping", "close"] as const),
    ]);
    link.hear(9_000);
    expect(link.watch(10_000)).toBe("nothing");
  });
});

describe("holdings", () => {
  const order: Order = {
    ...{ order_id: 7, symbol: "BTC-USDT", status_name: "pending", reason: null, filled: "0" },
    ...{ price: "100", quantity: "2", side: "BUY" },
  };
  const head = { type: "update", sequence: 1 } as const;

  test("keep what an update does not tell, and drop what has ended", () => {
    const holdings = new Holdings();
    holdings.apply({ ...head, channel: "orders", type: "snapshot", orders: [order] });
    const { price: _price, side: _side, ...moved } = order;
    const update = { ...moved, status_name: "partially_filled", filled: "1" };
    holdings.apply({ ...head, channel: "orders", orders: [update] });
    expect(holdings.orders).toMatchObject([{ price: "100", side: "BUY", filled: "1" }]);
    holdings.apply({ ...head, channel: "orders", orders: [{ ...update, status_name: "filled" }] });
    expect(holdings.orders).toEqual([]);
  });

  test("are replaced by a snapshot; executions come once, newest first", () => {
    const holdings = new Holdings();
    const usdt = { currency: "USDT", available: "1", frozen: "0", total: "1" };
    holdings.apply({ ...head, channel: "balances", balances: [usdt] });
    const balances = [{ ...usdt, currency: "EUR" }];
    holdings.apply({ ...head, type: "snapshot", channel: "balances", balances });
    expect(holdings.balances).toEqual(balances);
    const made: Execution = {
      ...{ trade_id: 1, order_id: 7, symbol: "BTC-USDT", side: "BUY", role: "taker" },
      ...{ price: "1", quantity: "1", fee: "0", traded_at_us: 1 },
    };
    holdings.apply({ ...head, channel: "executions", executions: [made] });
    holdings.addExecutions([{ ...made, trade_id: 2 }, made]);
    expect(holdings.executions.map((each) => each.trade_id)).toEqual([2, 1]);
  });
});

describe("the ticket", () => {
  const fields = {
    ...{ symbol: "BTC-USDT", side: "BUY", type: "LIMIT", price: "60,000.5", quantity: "0.01" },
    ...{ timeInForce: "IOC", isPostOnly: false },
  };

  test("becomes the body of an order", () => {
    expect(toOrder(fields, "id")).toEqual({
      ok: true,
      body: {
        ...{ symbol: "BTC-USDT", side: "BUY", type: "LIMIT", price: "60000.5", quantity: "0.01" },
        ...{ time_in_force: "IOC", client_order_id: "id" },
      },
    });
    expect(toOrder({ ...fields, isPostOnly: true }, "id")).toMatchObject({
      body: { time_in_force: "GTX" },
    });
    const market = toOrder({ ...fields, type: "MARKET", isPostOnly: true }, "id");
    expect(market).toMatchObject({ body: { time_in_force: "IOC" } });
    expect(market.ok && "price" in market.body).toBe(false);
  });

  test("names the field that is missing", () => {
    expect(toOrder({ ...fields, price: "" }, "id")).toMatchObject({ ok: false, field: "price" });
    const none = toOrder({ ...fields, quantity: "0" }, "id");
    expect(none).toMatchObject({ ok: false, field: "quantity" });
  });
});
