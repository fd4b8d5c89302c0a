// A stage that tells those who listen now: how far it is, and who waits for it to get somewhere.
// Keeps nothing: after a restart of the process nobody is connected.

import type { Transaction } from "../domain/change.ts";
import type { PassingTransaction, Stage } from "../stages/stage.ts";

export interface LiveSink {
  /** Whether a transaction is for nobody, as long as nobody joins in front of it. */
  passes(transaction: PassingTransaction): boolean;
  /** What was told of the next transactions is not known: whoever listens must begin again. */
  restart(): void;
}

export abstract class LiveStage<Sink extends LiveSink> implements Stage {
  abstract readonly name: string;
  readonly kind = "live";
  protected readonly sink: Sink;
  /** The last transaction applied or passed. */
  #sequence: number;
  /** By the sequence they wait for. Bounds: one for each snapshot under way. */
  readonly #waiting = new Map<number, (() => void)[]>();
  #isStarted = false;

  /** `startedAfter`: the last sequence before the venue opened; nobody listened earlier. */
  constructor(sink: Sink, startedAfter: number) {
    this.sink = sink;
    this.#sequence = startedAfter;
  }

  /** Hands on what the transaction did. */
  protected abstract tell(transaction: Transaction): void;

  /** Goes on behind `from`; who waited is not called back any more. */
  start(from: number): void {
    this.#sequence = from;
    this.#waiting.clear();
    if (this.#isStarted) this.sink.restart();
    this.#isStarted = true;
  }

  passes(transaction: PassingTransaction): boolean {
    if (this.#waiting.size > 0 || !this.sink.passes(transaction)) return false;
    this.#sequence = transaction.sequence;
    return true;
  }

  apply(transaction: Transaction): void {
    this.tell(transaction);
    const { sequence } = transaction;
    this.#sequence = sequence;
    const reached = this.#waiting.get(sequence);
    if (reached === undefined) return;
    this.#waiting.delete(sequence);
    for (const callback of reached) callback();
  }

  /** The last one applied or passed: after a restart of the process nobody asks for older ones. */
  checkpoint(): number {
    return this.#sequence;
  }

  /**
   * Calls back when everything up to `sequence` has been told and nothing of what follows: at once,
   * or at the end of its transaction. What was true at `sequence` may be shown then, and who joins
   * in the callback misses nothing and gets nothing twice.
   */
  whenApplied(sequence: number, callback: () => void): void {
    if (sequence <= this.#sequence) {
      callback();
      return;
    }
    const waiting = this.#waiting.get(sequence);
    if (waiting === undefined) this.#waiting.set(sequence, [callback]);
    else waiting.push(callback);
  }
}
