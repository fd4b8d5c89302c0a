// What left the core, on its way to listeners and replies: in sequence order, one at a time, also
// when a callback submits and flushes. It stays bytes; objects are made for who asks for them.

import type { Transaction } from "../domain/change.ts";
import { Queue } from "./queue.ts";
import { type OutputBuffer, Released, type TransactionHead } from "./released.ts";

/** Hears a transaction, as objects. */
export type Listener = (transaction: Transaction) => void;
/** Hears a transaction where it lies: it is gone when the call returns. */
export type ReleaseListener = (released: Released) => void;
/** Hears what the header of a transaction says, which is gone when the call returns. */
export type HeadListener = (head: TransactionHead) => void;

/** Who waits for a command's transaction, and for how much of it. */
export type Reply =
  | { readonly wants: "changes"; readonly hear: Listener }
  | { readonly wants: "head"; readonly hear: HeadListener };

/** Whole transactions; or a refusal in front of the engine: only its owner hears of it. */
type Delivery =
  | { readonly output: OutputBuffer; readonly byteLength: number }
  | { readonly transaction: Transaction; readonly reply: Reply };

interface Waiter {
  sequence: number;
  resolve: () => void;
}

export class Deliveries {
  readonly #queue = new Queue<Delivery>();
  /** Of executed commands whose transactions were not delivered, oldest first. */
  readonly #replies: Pick<Queue<Reply>, "take">;
  /** Replaced, never changed: a call under way goes through those it began with. */
  #listeners: readonly ReleaseListener[] = [];
  /** Ascending by sequence. */
  readonly #waiters: Waiter[] = [];
  readonly #onDefect: (error: unknown) => void;
  readonly #released = new Released();
  #isDelivering = false;
  #releasedSequence: number;

  /**
   * `releasedSequence`: what everybody may know already. `onDefect` gets what a callback threw: the
   * others still hear.
   */
  constructor(
    releasedSequence: number,
    replies: Pick<Queue<Reply>, "take">,
    onDefect: (error: unknown) => void,
  ) {
    this.#releasedSequence = releasedSequence;
    this.#replies = replies;
    this.#onDefect = onDefect;
  }

  /** Whether everything was delivered. */
  get isIdle(): boolean {
    return !this.#isDelivering && this.#queue.length === 0;
  }

  /** Returns how to stop. */
  listen(listener: ReleaseListener): () => void {
    // One of its own, so that who listens twice can stop once.
    const own: ReleaseListener = (released) => listener(released);
    this.#listeners = [...this.#listeners, own];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== own);
    };
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

  /** Adds whole transactions. Order: the bytes stay as they are until `isIdle`. */
  add(output: OutputBuffer, byteLength: number): void {
    this.#queue.add({ output, byteLength });
  }

  addRefusal(transaction: Transaction, reply: Reply): void {
    this.#queue.add({ transaction, reply });
  }

  /**
   * Calls everybody. Inside a callback it returns at once: the call under way goes on.
   *
   * Errors: throws `change_log_unreadable`; what lies behind is not delivered.
   */
  deliver(): void {
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) {
        if ("reply" in next) this.#answer(next.reply, next.transaction);
        else this.#deliverAll(next.output, next.byteLength);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  #deliverAll(output: OutputBuffer, byteLength: number): void {
    const released = this.#released;
    for (let offset = 0; offset < byteLength;) {
      offset = released.moveTo(output, offset, byteLength);
      const isWaited = !released.isSystem && !released.isAnswered;
      const reply = isWaited ? this.#replies.take() : undefined;
      // First, so that who keeps transactions for later can keep this one as it is.
      if (reply?.wants === "changes") released.transaction();
      for (const listener of this.#listeners) this.#call(listener, released);
      this.#releasedSequence = released.sequence;
      if (reply !== undefined) this.#answer(reply, released);
      if (this.#waiters.length > 0) this.#release();
    }
  }

  #answer(reply: Reply, what: Released | Transaction): void {
    if (reply.wants === "head") this.#call(reply.hear, what);
    else this.#call(reply.hear, what instanceof Released ? what.transaction() : what);
  }

  #release(): void {
    let count = 0;
    while ((this.#waiters[count]?.sequence ?? Infinity) <= this.#releasedSequence) count += 1;
    if (count === 0) return;
    for (const { resolve } of this.#waiters.splice(0, count)) resolve();
  }

  #call<What>(hear: (what: What) => void, what: What): void {
    try {
      hear(what);
    } catch (error) {
      this.#onDefect(error);
    }
  }
}
