// The sequence of the last change of each book: by it a book's updates are linked to its snapshot.

import type { PassingTransaction } from "../stages/stage.ts";

export class BookSequences {
  /** By instrument. */
  readonly #last = new Map<number, number>();
  readonly #startedAfter: number;

  /** `startedAfter`: the last sequence before the venue opened. */
  constructor(startedAfter: number) {
    this.#startedAfter = startedAfter;
  }

  of(instrument: number): number {
    return this.#last.get(instrument) ?? this.#startedAfter;
  }

  note(instrument: number, sequence: number): void {
    this.#last.set(instrument, sequence);
  }

  /** Notes what a transaction has changed, unless it is of a book that is followed. */
  passes(transaction: PassingTransaction, followed: ReadonlyMap<number, unknown>): boolean {
    if (followed.size > 0 && transaction.changesBook(followed)) return false;
    transaction.noteBooks(this.#last);
    return true;
  }
}
