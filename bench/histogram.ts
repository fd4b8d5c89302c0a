// Latencies by powers of two, each divided into 32 steps: at most 3 % too large, no allocation per
// sample.

/** Steps of one power of two. */
const STEPS = 32;
const STEP_BITS = 5;
/** Longer samples count as this one, about 2.1 s. */
const SAMPLE_MAX = 2 ** 31 - 1;

/** Percentiles in µs. */
export interface Percentiles {
  p50_us: number;
  p99_us: number;
  p999_us: number;
  max_us: number;
}

export class LatencyHistogram {
  readonly #counts = new Float64Array((32 - STEP_BITS) * STEPS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a sample. Units: ns. */
  add(nanoseconds: number): void {
    const sample = Math.min(Math.max(Math.round(nanoseconds), 0), SAMPLE_MAX);
    const index = indexOf(sample);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    this.#max = Math.max(this.#max, sample);
  }

  /** All samples in a form that another process can be told, for `merge`. */
  toSteps(): { counts: number[]; max: number } {
    return { counts: [...this.#counts], max: this.#max };
  }

  /** Adds the samples of another histogram. */
  merge({ counts, max }: { readonly counts: readonly number[]; readonly max: number }): void {
    for (const [index, count] of counts.entries()) {
      this.#counts[index] = (this.#counts[index] ?? 0) + count;
      this.#count += count;
    }
    this.#max = Math.max(this.#max, max);
  }

  /** The largest value of the step in which `share` of the samples is reached. Units: µs. */
  percentile(share: number): number {
    const goal = Math.ceil(this.#count * share);
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= goal) return Math.min(upperBound(index), this.#max) / 1e3;
    }
    return this.#max / 1e3;
  }

  toPercentiles(): Percentiles {
    return {
      p50_us: this.percentile(0.5),
      p99_us: this.percentile(0.99),
      p999_us: this.percentile(0.999),
      max_us: this.#max / 1e3,
    };
  }
}

/** Below 64 every value has its own place; from there each power of two has 32. */
function indexOf(sample: number): number {
  const shift = Math.max(31 - Math.clz32(sample) - STEP_BITS, 0);
  return shift * STEPS + (sample >> shift);
}

function upperBound(index: number): number {
  const shift = Math.max(Math.floor(index / STEPS) - 1, 0);
  return (index - shift * STEPS + 1) * 2 ** shift - 1;
}
