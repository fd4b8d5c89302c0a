// The only place of the gateway that reads time or sets a timer. Everything else is given a Clock;
// tests give it test/support/manual-clock.ts. The engine's time is stamped in Rust, not here.

/** Stops a timer. Calling it again, or after the timer fired, does nothing. */
export type StopTimer = () => void;

export interface Clock {
  /** Microseconds since 1970 UTC; may jump. For texts and logs. */
  nowUs(): number;
  /** Microseconds since some start; never goes back. For durations, rates and deadlines. */
  elapsedUs(): number;
  /** Calls back once, after at least `delayMs`. */
  after(delayMs: number, callback: () => void): StopTimer;
  /** Calls back every `intervalMs`; a late turn is not made up for. */
  every(intervalMs: number, callback: () => void): StopTimer;
}

/** Milliseconds since 1970 at which the process began. */
const { timeOrigin } = performance;

export const systemClock: Clock = {
  nowUs: () => Math.round((timeOrigin + performance.now()) * 1_000),
  elapsedUs: () => Math.round(performance.now() * 1_000),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  every(intervalMs, callback) {
    const timer = setInterval(callback, intervalMs);
    return () => clearInterval(timer);
  },
};
