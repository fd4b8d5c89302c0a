// The newest transactions as objects, in sequence order, for readers that each go at their own
// pace: the first who needs one has it decoded, the others find it. One writer, which never waits.

import type { Released } from "../core/released.ts";
import type { Transaction } from "../domain/change.ts";

export interface RingBounds {
  /** A power of two. */
  readonly transactionsMax: number;
  /** Changes in those that were decoded; a single one may be larger and then stands alone. */
  readonly changesMax: number;
}

/** Finds the bytes of one of the newest transactions; undefined when they are not kept. */
export type LookBack = (sequence: number) => Released | undefined;

export class ChangeRing {
  /** Empty until somebody needs it. */
  readonly #slots: (Transaction | undefined)[];
  readonly #bounds: RingBounds;
  readonly #lookBack: LookBack;
  #oldestSequence: number;
  #nextSequence: number;
  #changes = 0;

  /** `releasedSequence`: the last one before the first that will be added. */
  constructor(bounds: RingBounds, releasedSequence: number, lookBack: LookBack) {
    this.#bounds = bounds;
    this.#lookBack = lookBack;
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

  /** Adds the next transaction, with its objects if somebody has made them already. */
  add(sequence: number, decoded: Transaction | undefined): void {
    if (sequence !== this.#nextSequence) {
      throw new Error(`sequence ${sequence} does not follow ${this.newestSequence}`);
    }
    if (this.length === this.#bounds.transactionsMax) this.#drop();
    this.#nextSequence += 1;
    if (decoded !== undefined) this.#hold(decoded);
  }

  /** Lets go of what everybody has had: what is not held need not outlive a collection. */
  forget(sequence: number): void {
    const end = Math.min(sequence, this.newestSequence);
    while (this.#oldestSequence <= end) this.#drop();
  }

  /** The bytes of one that was added, as far as they are kept; see `LookBack`. */
  lookAt(sequence: number): Released | undefined {
    return sequence < this.#nextSequence ? this.#lookBack(sequence) : undefined;
  }

  /**
   * The transaction at `sequence`; undefined when it is gone or still to come. One that is older
   * than what is held is decoded for each who asks.
   */
  at(sequence: number): Transaction | undefined {
    if (sequence >= this.#nextSequence) return undefined;
    if (sequence < this.#oldestSequence) return this.#lookBack(sequence)?.transaction();
    const held = this.#slots[this.#slotOf(sequence)];
    if (held !== undefined) return held;
    const decoded = this.#lookBack(sequence)?.transaction();
    if (decoded !== undefined) this.#hold(decoded);
    return decoded;
  }

  /** Keeps what was decoded, and lets go of older ones beyond the bound. */
  #hold(transaction: Transaction): void {
    this.#slots[this.#slotOf(transaction.sequence)] = transaction;
    this.#changes += transaction.changes.length;
    while (this.#changes > this.#bounds.changesMax && this.length > 1) this.#drop();
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
