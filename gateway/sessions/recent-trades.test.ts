import { describe, expect, test } from "bun:test";
import type { Trade } from "../domain/change.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../domain/units.ts";
import { RECENT_TRADES_MAX, RecentTrades } from "./recent-trades.ts";

function trade(tradeId: number, instrument: number): Trade {
  return {
    tradeId,
    instrument,
    takerSide: 1,
    takerOrder: 1,
    makerOrder: 2,
    takerAccount: 3 + (tradeId % 2),
    makerAccount: 5,
    price: toPrice(100 + tradeId),
    quantity: toQuantity(1),
    notional: toAmount(1n),
    takerFee: toAmount(0n),
    makerFee: toAmount(0n),
  };
}

function fill(trades: RecentTrades, count: number, instrument: number): void {
  for (let id = 1; id <= count; id += 1) {
    trades.add(trade(id, instrument), toSequence(1_000 + id), toTimeUs(id));
  }
}

const all = (): boolean => true;

describe("recent trades", () => {
  test("are listed newest first, per instrument", () => {
    const trades = new RecentTrades(1_000);
    fill(trades, 5, 1);
    fill(trades, 2, 2);
    expect(trades.list(1, 3, all).map((each) => each.trade.tradeId)).toEqual([5, 4, 3]);
    expect(trades.list(2, 10, all).map((each) => each.trade.tradeId)).toEqual([2, 1]);
    expect(trades.lastPrice(1)).toBe(toPrice(105));
  });

  test("of one account leave out the others", () => {
    const trades = new RecentTrades(0);
    fill(trades, 6, 1);
    const own = trades.list(1, 2, (each) => each.takerAccount === 4);
    expect(own.map((each) => each.trade.tradeId)).toEqual([5, 3]);
  });

  test("are complete since the start until the tape is full, then since the oldest dropped", () => {
    const trades = new RecentTrades(1_000);
    fill(trades, RECENT_TRADES_MAX, 1);
    expect(trades.completeAfter(1)).toBe(1_000);
    fill(trades, 3, 1);
    const kept = trades.list(1, 2 * RECENT_TRADES_MAX, all);
    expect(kept).toHaveLength(RECENT_TRADES_MAX);
    expect(kept.slice(0, 4).map((each) => each.trade.tradeId)).toEqual([3, 2, 1, 1_000]);
    expect(trades.completeAfter(1)).toBe(1_003);
  });

  test("of an instrument without any are none, complete since the start", () => {
    const trades = new RecentTrades(7);
    expect(trades.list(9, 10, all)).toEqual([]);
    expect(trades.lastPrice(9)).toBeUndefined();
    expect(trades.completeAfter(9)).toBe(7);
  });
});
