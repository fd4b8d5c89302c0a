// A clock that moves only when a test says so.

import type { Clock, StopTimer } from "../../gateway/clock.ts";

interface Timer {
  dueUs: number;
  readonly intervalUs: number | undefined;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  #elapsedUs = 0;
  readonly #originUs: number;
  readonly #timers = new Set<Timer>();

  /** Starts at a fixed instant (2026-01-01T00:00:00Z) unless told otherwise. */
  constructor(originUs = 1_767_225_600_000_000) {
    this.#originUs = originUs;
  }

  nowUs(): number {
    return this.#originUs + this.#elapsedUs;
  }

  elapsedUs(): number {
    return this.#elapsedUs;
  }

  after(delayMs: number, callback: () => void): StopTimer {
    return this.#add(delayMs * 1_000, undefined, callback);
  }

  every(intervalMs: number, callback: () => void): StopTimer {
    return this.#add(intervalMs * 1_000, intervalMs * 1_000, callback);
  }

  /** Moves time on and fires what falls due, in order of time. */
  advanceMs(milliseconds: number): void {
    const untilUs = this.#elapsedUs + milliseconds * 1_000;
    let timer = this.#next();
    while (timer !== undefined && timer.dueUs <= untilUs) {
      this.#elapsedUs = timer.dueUs;
      if (timer.intervalUs === undefined) this.#timers.delete(timer);
      else timer.dueUs += timer.intervalUs;
      timer.callback();
      timer = this.#next();
    }
    this.#elapsedUs = untilUs;
  }

  #add(delayUs: number, intervalUs: number | undefined, callback: () => void): StopTimer {
    const timer = { dueUs: this.#elapsedUs + delayUs, intervalUs, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.dueUs < next.dueUs) next = timer;
    }
    return next;
  }
}
