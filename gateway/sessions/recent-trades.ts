// The last trades of each instrument since this process started: what can be shown until there is a
// history. Says from which sequence on it is complete, so that nobody takes it for more.

import { Entity } from "../core/change-log.ts";
import type { Released } from "../core/released.ts";
import { type DatedTrade, TradeTape } from "../core/trade-tape.ts";
import type { Trade } from "../domain/change.ts";

export type { DatedTrade } from "../core/trade-tape.ts";

/** Trades kept per instrument: one page of the longest answer. 128 bytes each. */
export const RECENT_TRADES_MAX = 1_000;

interface Recent {
  readonly tape: TradeTape;
  /** Every trade of a later sequence is on the tape. */
  completeAfter: number;
}

export class RecentTrades {
  readonly #startedAfter: number;
  readonly #recent = new Map<number, Recent>();

  /** `startedAfter`: the last sequence before this process saw its first transaction. */
  constructor(startedAfter: number) {
    this.#startedAfter = startedAfter;
  }

  /** Takes the trades of a transaction, as bytes. */
  hear(released: Released): void {
    let record = released.findRecord(Entity.trade);
    while (record >= 0) {
      const recent = this.#recentOf(released.tradeInstrument(record));
      const dropped = recent.tape.add(released, record);
      if (dropped !== undefined) recent.completeAfter = dropped;
      record = released.findRecord(Entity.trade, released.behind(record));
    }
  }

  /**
   * Lists the trades of an instrument, newest first, at most `limit` of those whose sequence is
   * later than `after` and not later than `until`.
   */
  list(instrument: number, limit: number, after = 0, until = Infinity): DatedTrade[] {
    const found: DatedTrade[] = [];
    const tape = this.#recent.get(instrument)?.tape;
    if (tape === undefined) return found;
    for (let age = 0; age < tape.length && found.length < limit; age += 1) {
      const sequence = tape.sequenceAt(age);
      if (sequence <= after) break;
      if (sequence <= until) found.push(tape.at(age));
    }
    return found;
  }

  /** The last price since the start, if there was a trade. */
  lastPrice(instrument: number): Trade["price"] | undefined {
    const [last] = this.list(instrument, 1);
    return last?.trade.price;
  }

  /** Every trade of an instrument with a later sequence than this is kept. */
  completeAfter(instrument: number): number {
    return this.#recent.get(instrument)?.completeAfter ?? this.#startedAfter;
  }

  #recentOf(instrument: number): Recent {
    let recent = this.#recent.get(instrument);
    if (recent === undefined) {
      recent = { tape: new TradeTape(RECENT_TRADES_MAX), completeAfter: this.#startedAfter };
      this.#recent.set(instrument, recent);
    }
    return recent;
  }
}
