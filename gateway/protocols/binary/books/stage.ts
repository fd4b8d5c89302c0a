// Follows the change log for the binary port: books that somebody follows, and what is traded.
// Keeps nothing: after a restart nobody is connected.

import type { Transaction } from "../../../domain/change.ts";
import { AppliedSequence } from "../../../push/applied-sequence.ts";
import { type MarketChanges, sortChanges } from "../../../push/sorted-changes.ts";
import type { Stage } from "../../../stages/stage.ts";

export interface BookSink {
  pushMarket(changes: MarketChanges, transaction: Transaction): void;
  /** An instrument or currency is new, or changed. */
  noteInstrument(instrumentId: number): void;
  noteCurrency(currencyId: number): void;
  /** What was sent of the next transactions is not known: all begins anew. */
  restart(): void;
}

export class BookStage implements Stage {
  readonly name = "binary_market_data";
  readonly #sink: BookSink;
  /** Bounds: one waits for each snapshot. */
  readonly #applied: AppliedSequence;
  #isStarted = false;

  /** `startedAfter`: the last sequence before the venue opened; nobody listened earlier. */
  constructor(sink: BookSink, startedAfter: number) {
    this.#sink = sink;
    this.#applied = new AppliedSequence(startedAfter);
  }

  start(from: number): void {
    this.#applied.restart(from);
    if (this.#isStarted) this.#sink.restart();
    this.#isStarted = true;
  }

  apply(transaction: Transaction): void {
    const sink = this.#sink;
    for (const changes of sortChanges(transaction, () => false).markets) {
      if (changes.levels.length > 0) sink.pushMarket(changes, transaction);
    }
    for (const change of transaction.changes) {
      if (change.entity === "instrument") sink.noteInstrument(change.instrumentId);
      else if (change.entity === "currency") sink.noteCurrency(change.currencyId);
    }
    this.#applied.reach(transaction.sequence);
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
