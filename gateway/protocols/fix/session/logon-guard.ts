// Slows down who guesses: a CompID whose Logons fail five times within a minute is not listened to
// for 15 s.

const FAILURES_MAX = 5;
const WINDOW_US = 60_000_000;
export const BLOCK_MS = 15_000;

export class LogonGuard {
  /** Times of the last failures, oldest first. Bounds: `FAILURES_MAX`. */
  #failures: number[] = [];
  #blockedUntilUs = 0;

  isBlocked(steadyUs: number): boolean {
    return steadyUs < this.#blockedUntilUs;
  }

  block(steadyUs: number, blockMs: number): void {
    this.#blockedUntilUs = Math.max(this.#blockedUntilUs, steadyUs + blockMs * 1_000);
  }

  noteFailure(steadyUs: number): void {
    this.#failures = this.#failures.filter((time) => steadyUs - time < WINDOW_US);
    this.#failures.push(steadyUs);
    if (this.#failures.length < FAILURES_MAX) return;
    this.#failures = [];
    this.block(steadyUs, BLOCK_MS);
  }

  noteSuccess(): void {
    this.#failures = [];
  }
}
