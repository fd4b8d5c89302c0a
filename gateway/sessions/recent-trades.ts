// The last trades of each instrument since this process started: what can be shown until there is a
// history. Says from which sequence on it is complete, so that nobody takes it for more.

import type { Trade } from "../domain/change.ts";
import type { Sequence, TimeUs } from "../domain/units.ts";

/** A trade with the transaction it happened in. */
export interface DatedTrade {
  readonly trade: Trade;
  readonly sequence: Sequence;
  readonly timeUs: TimeUs;
}

/** Trades kept per instrument: one page of the longest answer. About 300 bytes each. */
export const RECENT_TRADES_MAX = 1_000;

interface Tape {
  readonly trades: DatedTrade[];
  /** Where the next trade goes once the tape is full. */
  next: number;
  /** Every trade of a later sequence is on the tape. */
  completeAfter: number;
}

export class RecentTrades {
  readonly #startedAfter: number;
  readonly #tapes = new Map<number, Tape>();

  /** `startedAfter`: the last sequence before this process saw its first transaction. */
  constructor(startedAfter: number) {
    this.#startedAfter = startedAfter;
  }

  add(trade: Trade, sequence: Sequence, timeUs: TimeUs): void {
    let tape = this.#tapes.get(trade.instrument);
    if (tape === undefined) {
      tape = { trades: [], next: 0, completeAfter: this.#startedAfter };
      this.#tapes.set(trade.instrument, tape);
    }
    const dated = { trade, sequence, timeUs };
    if (tape.trades.length < RECENT_TRADES_MAX) {
      tape.trades.push(dated);
      return;
    }
    tape.completeAfter = tape.trades[tape.next]?.sequence ?? tape.completeAfter;
    tape.trades[tape.next] = dated;
    tape.next = (tape.next + 1) % RECENT_TRADES_MAX;
  }

  /**
   * Lists the trades of an instrument, newest first, at most `limit` of those that `fits` wants.
   */
  list(instrument: number, limit: number, fits: (trade: Trade) => boolean): DatedTrade[] {
    const tape = this.#tapes.get(instrument);
    const found: DatedTrade[] = [];
    if (tape === undefined) return found;
    const count = tape.trades.length;
    for (let age = 1; age <= count && found.length < limit; age += 1) {
      const dated = tape.trades[(tape.next + count - age) % count];
      if (dated !== undefined && fits(dated.trade)) found.push(dated);
    }
    return found;
  }

  /** The last price since the start, if there was a trade. */
  lastPrice(instrument: number): Trade["price"] | undefined {
    const [last] = this.list(instrument, 1, () => true);
    return last?.trade.price;
  }

  /** Every trade of an instrument with a later sequence than this is kept. */
  completeAfter(instrument: number): number {
    return this.#tapes.get(instrument)?.completeAfter ?? this.#startedAfter;
  }
}
