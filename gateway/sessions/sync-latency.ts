// How long syncs of the journal took of late, out of a histogram that only grows.

/** The last half minute, and up to as much again. */
const WINDOW_US = 30_000_000;

export interface SyncTimes {
  /** Upper bounds of the buckets in which these lie. Units: ms. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export class SyncLatency {
  /** Counts when the window began, and half a window at most ago. */
  #before: readonly number[] = [];
  #middle: readonly number[] = [];
  #middleAtUs: number;

  constructor(nowUs: number) {
    this.#middleAtUs = nowUs;
  }

  /**
   * Takes the counts of now, one more than there are bounds. Returns undefined when nothing was
   * synced of late.
   */
  look(nowUs: number, counts: readonly number[], boundsUs: readonly number[]) {
    if (nowUs - this.#middleAtUs >= WINDOW_US) {
      // Nobody has looked for long: what was before is not of late.
      const isOld = nowUs - this.#middleAtUs >= 2 * WINDOW_US;
      this.#before = isOld ? counts : this.#middle;
      this.#middle = counts;
      this.#middleAtUs = nowUs;
    }
    const recent = counts.map((count, bucket) => count - (this.#before[bucket] ?? 0));
    const total = recent.reduce((sum, count) => sum + count, 0);
    if (total === 0) return undefined;
    const quantileMs = (share: number): number => {
      let left = share * total;
      const bucket = recent.findIndex((count) => (left -= count) <= 0);
      return (boundsUs[bucket] ?? boundsUs.at(-1) ?? 0) / 1_000;
    };
    return { p50Ms: quantileMs(0.5), p99Ms: quantileMs(0.99) } satisfies SyncTimes;
  }
}
