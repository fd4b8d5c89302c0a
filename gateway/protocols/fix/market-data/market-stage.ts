// Follows the change log for the market-data port: books and trades of the instruments that
// somebody follows, and the states of all. Keeps nothing: after a restart nobody is connected.

import type { Trade, Transaction } from "../../../domain/change.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import type { TimeUs } from "../../../domain/units.ts";
import { AppliedSequence } from "../../../push/applied-sequence.ts";
import type { DatedTrade } from "../../../sessions/recent-trades.ts";
import type { Stage } from "../../../stages/stage.ts";
import type { BookLevel } from "./book-mirror.ts";

export interface MarketSink {
  /** Whether levels and trades of the instrument are wanted. */
  isFollowed(instrument: number): boolean;
  takeLevel(level: BookLevel): void;
  takeTrade(trade: DatedTrade): void;
  takeInstrument(instrument: Instrument, timeUs: TimeUs): void;
  /** What was told of the next transactions is not known: all begins anew. */
  restart(): void;
}

export class MarketStage implements Stage {
  readonly name = "fix_market_data";
  readonly #sink: MarketSink;
  /** Bounds: one waits for each book that is loaded. */
  readonly #applied: AppliedSequence;
  #isStarted = false;

  /** `startedAfter`: the last sequence before the venue opened; nobody listened earlier. */
  constructor(sink: MarketSink, startedAfter: number) {
    this.#sink = sink;
    this.#applied = new AppliedSequence(startedAfter);
  }

  start(from: number): void {
    this.#applied.restart(from);
    if (this.#isStarted) this.#sink.restart();
    this.#isStarted = true;
  }

  apply({ sequence, timeUs, changes }: Transaction): void {
    const sink = this.#sink;
    for (const change of changes) {
      if (change.entity === "level") {
        if (sink.isFollowed(change.instrument)) sink.takeLevel(change);
      } else if (change.entity === "trade") {
        const trade: Trade = change;
        if (sink.isFollowed(trade.instrument)) sink.takeTrade({ trade, sequence, timeUs });
      } else if (change.entity === "instrument") {
        sink.takeInstrument(change, timeUs);
      }
    }
    this.#applied.reach(sequence);
  }

  /** The last transaction applied: after a restart of the process, nobody asks for an older one. */
  checkpoint(): number {
    return this.#applied.sequence;
  }

  /** As `AppliedSequence.whenReached`. */
  whenApplied(sequence: number, callback: () => void): void {
    this.#applied.whenReached(sequence, callback);
  }
}
