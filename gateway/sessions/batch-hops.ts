// Hops of orders that come, are executed and are answered many at once, without a stamp for each:
// those of a chunk were received together, those of a batch submitted together, and those of a turn
// came back and were written together. Each counts as one in the histograms.

import type { Clock } from "../clock.ts";
import type { GateProgress } from "../core/gate.ts";
import type { DoorHistograms } from "./order-hops.ts";

/** Orders that have a time in common. Units: µs of the steady clock. */
interface Stamp {
  readonly atUs: number;
  orders: number;
}

/** More than a turn has chunks, and a sync turns. Beyond it orders count with those before them. */
const STAMPS_MAX = 4_096;

export class BatchHops {
  readonly #histograms: DoorHistograms;
  readonly #clock: Clock;
  readonly #progress: () => GateProgress;
  #known: GateProgress;
  /** Chunks whose orders are in the batch. */
  readonly #received: Stamp[] = [];
  /** Of the batch that was given to the core since orders came back last. */
  #submittedUs: number | undefined;
  /** Batches, oldest first, whose orders are not all answered. */
  readonly #submitted: Stamp[] = [];
  #unwritten: Stamp = { atUs: 0, orders: 0 };

  /** `progress` counts the orders of one door, which are answered as they were submitted. */
  constructor(histograms: DoorHistograms, clock: Clock, progress: () => GateProgress) {
    this.#histograms = histograms;
    this.#clock = clock;
    this.#progress = progress;
    this.#known = progress();
  }

  /** The orders of a chunk that was read at that time are in the batch. */
  received(atUs: number): void {
    const progress = this.#progress();
    const orders = progress.waiting - this.#known.waiting;
    this.#known = { ...this.#known, waiting: progress.waiting };
    if (orders > 0) put(this.#received, { atUs, orders });
  }

  /** The batch is given to the core now. */
  submitted(): void {
    const atUs = this.#clock.elapsedUs();
    this.#submittedUs ??= atUs;
    for (const chunk of this.#received.splice(0)) {
      this.#histograms.receivedToSubmitted.observe(toSeconds(atUs - chunk.atUs), chunk.orders);
    }
  }

  /** Transactions may have left the core. Order: before they are written. */
  durable(): void {
    const before = this.#known;
    this.#known = this.#progress();
    const orders = this.#known.executed - before.executed;
    if (orders > 0 && this.#submittedUs !== undefined) {
      put(this.#submitted, { atUs: this.#submittedUs, orders });
    }
    this.#submittedUs = undefined;
    const answered = this.#known.answered - before.answered;
    if (answered === 0) return;
    const atUs = this.#clock.elapsedUs();
    this.#unwritten = { atUs, orders: answered };
    for (let left = answered; left > 0;) left -= this.#answer(atUs, left);
  }

  /** What came back was given to the sockets. */
  written(): void {
    const { atUs, orders } = this.#unwritten;
    if (orders === 0) return;
    const seconds = toSeconds(this.#clock.elapsedUs() - atUs);
    this.#histograms.durableToWritten.observe(seconds, orders);
    this.#unwritten = { atUs, orders: 0 };
  }

  /** Counts up to `most` orders of the oldest batch. Returns how many. */
  #answer(atUs: number, most: number): number {
    const oldest = this.#submitted[0];
    // Nobody has seen them submitted.
    if (oldest === undefined) return most;
    const orders = Math.min(oldest.orders, most);
    this.#histograms.submittedToDurable.observe(toSeconds(atUs - oldest.atUs), orders);
    oldest.orders -= orders;
    if (oldest.orders === 0) this.#submitted.shift();
    return orders;
  }
}

function put(stamps: Stamp[], stamp: Stamp): void {
  const last = stamps.at(-1);
  if (last === undefined || stamps.length < STAMPS_MAX) stamps.push(stamp);
  else last.orders += stamp.orders;
}

function toSeconds(us: number): number {
  return us / 1_000_000;
}
