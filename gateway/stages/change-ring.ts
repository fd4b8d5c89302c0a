// The newest transactions, in sequence order, for readers that each go at their own pace. One
// writer, which never waits: who is too slow finds its next transaction gone.

import type { Transaction } from "../domain/change.ts";

export interface RingBounds {
  /** A power of two. */
  readonly transactionsMax: number;
  /** Changes in all of them; a single transaction may be larger and then stands alone. */
  readonly changesMax: number;
}

export class ChangeRing {
  readonly #slots: (Transaction | undefined)[];
  readonly #bounds: RingBounds;
  #oldestSequence: number;
  #nextSequence: number;
  #changes = 0;

  /** `releasedSequence`: the last one before the first that will be added. */
  constructor(bounds: RingBounds, releasedSequence: number) {
    this.#bounds = bounds;
    this.#slots = Array.from({ length: bounds.transactionsMax }, () => undefined);
    this.#oldestSequence = releasedSequence + 1;
    this.#nextSequence = releasedSequence + 1;
  }

  /** The last one added, or the one before the first. */
  get newestSequence(): number {
    return this.#nextSequence - 1;
  }

  /** Transactions held. */
  get length(): number {
    return this.#nextSequence - this.#oldestSequence;
  }

  /** Adds the next transaction and lets go of older ones beyond the bounds. */
  add(transaction: Transaction): void {
    const { sequence, changes } = transaction;
    if (sequence !== this.#nextSequence) {
      throw new Error(`sequence ${sequence} does not follow ${this.newestSequence}`);
    }
    if (this.length === this.#bounds.transactionsMax) this.#drop();
    this.#slots[this.#slotOf(sequence)] = transaction;
    this.#nextSequence += 1;
    this.#changes += changes.length;
    while (this.#changes > this.#bounds.changesMax && this.length > 1) this.#drop();
  }

  /** Lets go of what everybody has had: what is not held need not outlive a collection. */
  forget(sequence: number): void {
    const end = Math.min(sequence, this.newestSequence);
    while (this.#oldestSequence <= end) this.#drop();
  }

  /** The transaction at `sequence`; undefined when it is gone or still to come. */
  at(sequence: number): Transaction | undefined {
    const isHeld = sequence >= this.#oldestSequence && sequence < this.#nextSequence;
    return isHeld ? this.#slots[this.#slotOf(sequence)] : undefined;
  }

  #drop(): void {
    const slot = this.#slotOf(this.#oldestSequence);
    this.#changes -= this.#slots[slot]?.changes.length ?? 0;
    this.#slots[slot] = undefined;
    this.#oldestSequence += 1;
  }

  #slotOf(sequence: number): number {
    return sequence % this.#bounds.transactionsMax;
  }
}
