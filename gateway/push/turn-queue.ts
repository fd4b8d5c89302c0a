// Work that may wait: a little of it in each turn of the event loop, so that a crowd of newcomers
// does not hold up an order.

import type { Clock } from "../clock.ts";

/** What one turn spends on it, in microseconds: that of the stages. Source: rules 5.6. */
const TURN_US_MAX = 1_000;

export class TurnQueue {
  readonly #clock: Pick<Clock, "elapsedUs">;
  /** In the order in which they came. Bounds: one per subscription of a connection. */
  readonly #tasks = new Set<() => void>();
  #turn: NodeJS.Immediate | undefined;

  constructor(clock: Pick<Clock, "elapsedUs">) {
    this.#clock = clock;
  }

  /** Runs `task` in a later turn. */
  add(task: () => void): void {
    this.#tasks.add(task);
    this.#turn ??= setImmediate(() => this.#run());
  }

  stop(): void {
    this.#tasks.clear();
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
  }

  #run(): void {
    this.#turn = undefined;
    const endUs = this.#clock.elapsedUs() + TURN_US_MAX;
    for (const task of this.#tasks) {
      this.#tasks.delete(task);
      task();
      if (this.#clock.elapsedUs() >= endUs) break;
    }
    if (this.#tasks.size > 0) this.#turn ??= setImmediate(() => this.#run());
  }
}
