// How often a crowd is told. A message is a write for each of its receivers: what comes close
// together goes to many of them in one.

import type { Clock, StopTimer } from "../clock.ts";

/** About twice what a write to one socket takes: the other half is for orders. Units: µs. */
const GAP_US_PER_RECEIVER = 20;
/** What nobody notices on a screen, in milliseconds: reached with 5,000 receivers. */
const GAP_MS_MAX = 100;

/** Least time between two sendings to so many. None below 50: timers are not as exact. */
export function gapMs(receivers: number): number {
  return Math.min(GAP_MS_MAX, Math.floor((receivers * GAP_US_PER_RECEIVER) / 1e3));
}

export class Pace {
  readonly #clock: Pick<Clock, "elapsedUs" | "after">;
  readonly #send: () => void;
  #sentAtUs = -Infinity;
  #stopWaiting: StopTimer | undefined;

  constructor(clock: Pick<Clock, "elapsedUs" | "after">, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** There is something for so many: sends it at once, or when the gap is over. */
  ask(receivers: number): void {
    if (this.#stopWaiting !== undefined) return;
    const gap = gapMs(receivers);
    const waitMs = gap === 0 ? 0 : gap - (this.#clock.elapsedUs() - this.#sentAtUs) / 1e3;
    if (waitMs <= 0) this.#sendNow();
    else this.#stopWaiting = this.#clock.after(waitMs, () => this.#sendNow());
  }

  /** Sends what waits now. */
  settle(): void {
    if (this.#stopWaiting !== undefined) this.#sendNow();
  }

  /** What waits is not sent. */
  stop(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  #sendNow(): void {
    this.stop();
    this.#sentAtUs = this.#clock.elapsedUs();
    this.#send();
  }
}
