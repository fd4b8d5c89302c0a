// One bar, and how trades become one. Sums are exact: bars made of parts in any grouping are equal
// to those made trade by trade, which is what lets one command's trades be added at once.

import type { Trade } from "../../domain/change.ts";
import { type Amount, type Price, type TimeUs, toAmount } from "../../domain/units.ts";
import type { Interval } from "./interval.ts";

/** Consecutive trades of one instrument, summed up. */
export interface TradeSum {
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  /** Units: lots. Of many trades, so not bound to 2^53 as one quantity is. */
  readonly volume: bigint;
  /** Units: quote. */
  readonly quoteVolume: Amount;
  /** Number of trades; 0 = a flat bar, all of whose prices are the close before it. */
  readonly count: number;
  /** 0 in a flat bar. */
  readonly firstTradeId: number;
  /** 0 in a flat bar. */
  readonly lastTradeId: number;
}

/** The trades from `startUs` up to, but without, one interval later. Never changed once made. */
export interface Bar extends TradeSum {
  readonly instrument: number;
  readonly interval: Interval;
  readonly startUs: TimeUs;
}

/** Sums up the trades of one command. Bounds: at least one. */
export function sumTrades(trades: readonly Trade[]): TradeSum {
  const [first] = trades;
  const last = trades.at(-1);
  if (first === undefined || last === undefined) throw new RangeError("no trade to sum up");
  let [high, low] = [first.price, first.price];
  let [volume, quoteVolume] = [0n, 0n];
  for (const { price, quantity, notional } of trades) {
    if (price > high) high = price;
    if (price < low) low = price;
    volume += BigInt(quantity);
    quoteVolume += notional;
  }
  return {
    open: first.price,
    high,
    low,
    close: last.price,
    volume,
    quoteVolume: toAmount(quoteVolume),
    count: trades.length,
    firstTradeId: first.tradeId,
    lastTradeId: last.tradeId,
  };
}

/** Joins two sums of trades, the second of which follow the first. */
export function joinSums(earlier: TradeSum, later: TradeSum): TradeSum {
  return {
    open: earlier.open,
    high: later.high > earlier.high ? later.high : earlier.high,
    low: later.low < earlier.low ? later.low : earlier.low,
    close: later.close,
    volume: earlier.volume + later.volume,
    quoteVolume: toAmount(earlier.quoteVolume + later.quoteVolume),
    count: earlier.count + later.count,
    firstTradeId: earlier.firstTradeId,
    lastTradeId: later.lastTradeId,
  };
}

/** What a period without trades shows: `price` all along. */
export function flatSum(price: Price): TradeSum {
  return {
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 0n,
    quoteVolume: toAmount(0n),
    count: 0,
    firstTradeId: 0,
    lastTradeId: 0,
  };
}

export function flatBar(before: Bar, startUs: TimeUs): Bar {
  return toBar(before.instrument, before.interval, startUs, flatSum(before.close));
}

/** Cost: field by field; spreading `sum` took as long as all else that a trade costs here. */
export function toBar(instrument: number, interval: Interval, startUs: TimeUs, sum: TradeSum): Bar {
  return {
    instrument,
    interval,
    startUs,
    open: sum.open,
    high: sum.high,
    low: sum.low,
    close: sum.close,
    volume: sum.volume,
    quoteVolume: sum.quoteVolume,
    count: sum.count,
    firstTradeId: sum.firstTradeId,
    lastTradeId: sum.lastTradeId,
  };
}
