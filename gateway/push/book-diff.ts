// What became of a book's levels over some transactions: quantities are absolute, so the last one
// of a level says all.

import { Side } from "../domain/order.ts";
import type { MarketChanges } from "./sorted-changes.ts";

type LevelChange = MarketChanges["levels"][number];

/** The sequences between which it tells everything. */
export interface DiffSpan {
  /** Of the first and the last transaction in it. */
  first: number;
  last: number;
  /** Of the last change of the book before it. */
  previousLast: number;
}

export class BookDiff {
  readonly #bids = new Map<number, LevelChange>();
  readonly #asks = new Map<number, LevelChange>();
  readonly span: DiffSpan;

  /** `first`: the sequence of what is added first. */
  constructor(first: number, previousLast: number) {
    this.span = { first, last: first, previousLast };
  }

  /** Order: by sequence. */
  add(levels: readonly LevelChange[], sequence: number): void {
    this.span.last = sequence;
    for (const level of levels) {
      const side = level.side === Side.buy ? this.#bids : this.#asks;
      side.set(level.price, level);
    }
  }

  /** Each level once, as it is at the last sequence. */
  levels(): LevelChange[] {
    return [...this.#bids.values(), ...this.#asks.values()];
  }
}
