// The best levels of a book as rows of a table that never changes its size.

import { add, compare, subtract } from "./decimal.ts";
import type { Level } from "./messages.ts";

export interface LadderRow {
  readonly price: string;
  readonly quantity: string;
  /** Of this level and all better ones. */
  readonly total: string;
  /** `total` as a part of the larger side's, 0 to 1. For a bar behind the row. */
  readonly share: number;
}

export interface Ladder {
  /** From the touch outward. */
  readonly bids: readonly LadderRow[];
  readonly asks: readonly LadderRow[];
  /** `undefined` when a side is empty. */
  readonly spread: string | undefined;
}

export function toLadder(bids: readonly Level[], asks: readonly Level[], rows: number): Ladder {
  const [bidTotals, askTotals] = [totalsOf(bids.slice(0, rows)), totalsOf(asks.slice(0, rows))];
  const ends = [bidTotals.at(-1) ?? "0", askTotals.at(-1) ?? "0"] as const;
  const largest = Number(compare(ends[0], ends[1]) > 0 ? ends[0] : ends[1]);
  const toRows = (levels: readonly Level[], totals: readonly string[]): LadderRow[] =>
    totals.map((total, index) => {
      const [price, quantity] = levels[index] ?? ["", ""];
      return { price, quantity, total, share: largest === 0 ? 0 : Number(total) / largest };
    });
  const [bid, ask] = [bids[0]?.[0], asks[0]?.[0]];
  return {
    bids: toRows(bids, bidTotals),
    asks: toRows(asks, askTotals),
    spread: bid === undefined || ask === undefined ? undefined : subtract(ask, bid),
  };
}

function totalsOf(levels: readonly Level[]): string[] {
  const totals: string[] = [];
  for (const [, quantity] of levels) totals.push(add(totals.at(-1) ?? "0", quantity));
  return totals;
}
