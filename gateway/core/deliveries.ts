// What left the core, on its way to listeners and replies: in sequence order, one at a time, also
// when a callback submits and flushes.

import type { Transaction } from "../domain/change.ts";
import { Queue } from "./queue.ts";

/** Hears a transaction. */
export type Listener = (transaction: Transaction) => void;

interface Delivery {
  transaction: Transaction;
  /** Absent for what the runtime issued. */
  reply: Listener | undefined;
  /** Refused before the engine: only its owner hears of it. */
  isRefusal: boolean;
}

interface Waiter {
  sequence: number;
  resolve: () => void;
}

export class Deliveries {
  readonly #queue = new Queue<Delivery>();
  readonly #listeners = new Set<Listener>();
  /** Ascending by sequence. */
  readonly #waiters: Waiter[] = [];
  readonly #onDefect: (error: unknown) => void;
  #isDelivering = false;
  #releasedSequence: number;

  /**
   * `releasedSequence`: what everybody may know already. `onDefect` gets what a callback threw: the
   * others still hear.
   */
  constructor(releasedSequence: number, onDefect: (error: unknown) => void) {
    this.#releasedSequence = releasedSequence;
    this.#onDefect = onDefect;
  }

  /** Returns how to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything up to `sequence` was delivered. */
  whenReleased(sequence: number): Promise<void> {
    if (sequence <= this.#releasedSequence) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    let index = this.#waiters.length;
    while ((this.#waiters[index - 1]?.sequence ?? 0) > sequence) index -= 1;
    this.#waiters.splice(index, 0, { sequence, resolve });
    return promise;
  }

  add(transaction: Transaction, reply: Listener | undefined): void {
    this.#queue.add({ transaction, reply, isRefusal: false });
  }

  addRefusal(transaction: Transaction, reply: Listener): void {
    this.#queue.add({ transaction, reply, isRefusal: true });
  }

  /** Calls everybody. Inside a callback it returns at once: the call under way goes on. */
  deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) {
      const { transaction, reply, isRefusal } = next;
      if (!isRefusal) {
        for (const listener of this.#listeners) this.#call(listener, transaction);
        this.#releasedSequence = transaction.sequence;
      }
      if (reply !== undefined) this.#call(reply, transaction);
      this.#release();
    }
    this.#isDelivering = false;
  }

  #release(): void {
    let count = 0;
    while ((this.#waiters[count]?.sequence ?? Infinity) <= this.#releasedSequence) count += 1;
    if (count === 0) return;
    for (const { resolve } of this.#waiters.splice(0, count)) resolve();
  }

  #call(listener: Listener, transaction: Transaction): void {
    try {
      listener(transaction);
    } catch (error) {
      this.#onDefect(error);
    }
  }
}
