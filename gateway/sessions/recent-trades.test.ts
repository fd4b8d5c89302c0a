import { describe, expect, test } from "bun:test";
import {
  encodeClock,
  encodeTrade,
  encodeTransaction,
  toReleased,
} from "../../test/support/released.ts";
import type { Trade } from "../domain/change.ts";
import { toAmount, toPrice, toQuantity, toSequence } from "../domain/units.ts";
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
    const head = { sequence: 1_000 + id, timeUs: id };
    const records = [encodeClock(1), encodeTrade(trade(id, instrument)), encodeClock(2)];
    trades.hear(toReleased(encodeTransaction(head, records)));
  }
}

describe("recent trades", () => {
  test("are listed newest first, per instrument", () => {
    const trades = new RecentTrades(1_000);
    fill(trades, 5, 1);
    fill(trades, 2, 2);
    expect(trades.list(1, 3).map((each) => each.trade.tradeId)).toEqual([5, 4, 3]);
    expect(trades.list(2, 10).map((each) => each.trade.tradeId)).toEqual([2, 1]);
    expect(trades.lastPrice(1)).toBe(toPrice(105));
  });

  test("are those that were made, with their transaction", () => {
    const trades = new RecentTrades(0);
    const wide = { ...trade(1, 7), notional: toAmount(-(2n ** 90n)), makerFee: toAmount(-3n) };
    const both = [encodeTrade(wide), encodeTrade(trade(2, 7))];
    trades.hear(toReleased(encodeTransaction({ sequence: 5, timeUs: 99 }, both)));
    expect(trades.list(7, 10)).toMatchObject([
      { trade: trade(2, 7), sequence: 5, timeUs: 99 },
      { trade: wide, sequence: 5, timeUs: 99 },
    ]);
  });

  test("are listed between two sequences", () => {
    const trades = new RecentTrades(0);
    fill(trades, 9, 1);
    const between = trades.list(1, 3, 1_002, 1_007);
    expect(between.map((each) => each.sequence)).toEqual([1_007, 1_006, 1_005].map(toSequence));
    expect(trades.list(1, 9, 1_005, 1_007)).toHaveLength(2);
  });

  test("are complete since the start until the tape is full, then since the oldest dropped", () => {
    const trades = new RecentTrades(1_000);
    fill(trades, RECENT_TRADES_MAX, 1);
    expect(trades.completeAfter(1)).toBe(1_000);
    fill(trades, 3, 1);
    const kept = trades.list(1, 2 * RECENT_TRADES_MAX);
    expect(kept).toHaveLength(RECENT_TRADES_MAX);
    expect(kept.slice(0, 4).map((each) => each.trade.tradeId)).toEqual([3, 2, 1, 1_000]);
    expect(trades.completeAfter(1)).toBe(1_003);
  });

  test("of an instrument without any are none, complete since the start", () => {
    const trades = new RecentTrades(7);
    expect(trades.list(9, 10)).toEqual([]);
    expect(trades.lastPrice(9)).toBeUndefined();
    expect(trades.completeAfter(9)).toBe(7);
  });
});
