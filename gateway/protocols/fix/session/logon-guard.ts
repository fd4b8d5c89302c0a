// Slows down who guesses: when Logons of a CompID from one network fail five times within a minute,
// it is not listened to for 15 s. Others are: a stranger must not keep a client out.

const FAILURES_MAX = 5;
const WINDOW_US = 60_000_000;
export const BLOCK_MS = 15_000;
/** Networks that are told apart; the others share one account. */
const NETWORKS_MAX = 64;
const OTHERS = "";
/** Answers to who is blocked, in 15 s: each spends a number of the session and is stored. */
const TOLD_MAX = 5;

interface Attempts {
  /** Times of the last failures, oldest first. Bounds: `FAILURES_MAX`. */
  failures: number[];
  blockedUntilUs: number;
}

export class LogonGuard {
  readonly #byNetwork = new Map<string, Attempts>();
  /** Of all networks. */
  #blockedUntilUs = 0;
  #toldSinceUs = 0;
  #told = 0;

  isBlocked(network: string, steadyUs: number): boolean {
    const { blockedUntilUs } = this.#byNetwork.get(this.#keyOf(network)) ?? { blockedUntilUs: 0 };
    return steadyUs < Math.max(this.#blockedUntilUs, blockedUntilUs);
  }

  /** Counts an answer to who is blocked. Returns whether it may be given. */
  mayTell(steadyUs: number): boolean {
    if (steadyUs - this.#toldSinceUs >= BLOCK_MS * 1_000) {
      this.#toldSinceUs = steadyUs;
      this.#told = 0;
    }
    this.#told += 1;
    return this.#told <= TOLD_MAX;
  }

  /** Blocks the CompID, wherever it comes from. */
  block(steadyUs: number, blockMs: number): void {
    this.#blockedUntilUs = Math.max(this.#blockedUntilUs, steadyUs + blockMs * 1_000);
  }

  noteFailure(network: string, steadyUs: number): void {
    if (this.#keyOf(network) === OTHERS) this.#forgetOld(steadyUs);
    const key = this.#keyOf(network);
    const attempts = this.#byNetwork.get(key) ?? { failures: [], blockedUntilUs: 0 };
    this.#byNetwork.set(key, attempts);
    attempts.failures = attempts.failures.filter((time) => steadyUs - time < WINDOW_US);
    attempts.failures.push(steadyUs);
    if (attempts.failures.length < FAILURES_MAX) return;
    attempts.failures = [];
    attempts.blockedUntilUs = steadyUs + BLOCK_MS * 1_000;
  }

  noteSuccess(network: string): void {
    this.#byNetwork.delete(network);
  }

  #keyOf(network: string): string {
    const isKnown = this.#byNetwork.has(network) || this.#byNetwork.size < NETWORKS_MAX;
    return isKnown ? network : OTHERS;
  }

  #forgetOld(steadyUs: number): void {
    for (const [network, { failures, blockedUntilUs }] of this.#byNetwork) {
      const lastUs = Math.max(blockedUntilUs, failures.at(-1) ?? 0);
      if (steadyUs - lastUs >= WINDOW_US) this.#byNetwork.delete(network);
    }
  }
}
