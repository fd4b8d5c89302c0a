// Latencies by powers of two, each divided into 32 steps: at most 3 % too large, no allocation per
// sample.

/** Steps of one power of two. */
const STEPS = 32;
const STEP_BITS = 5;
const SAMPLE_BITS = 37;
/** Longer samples count as this one, some two minutes. */
const SAMPLE_MAX = 2 ** SAMPLE_BITS - 1;

/** Percentiles in µs. */
export interface Percentiles {
  p50_us: number;
  p90_us: number;
  p99_us: number;
  p999_us: number;
  p9999_us: number;
  max_us: number;
}

/** Keys of percentiles and their names in tables. */
export const LATENCY_METRICS = [
  ["p50_us", "p50 µs"],
  ["p90_us", "p90 µs"],
  ["p99_us", "p99 µs"],
  ["p999_us", "p99.9 µs"],
  ["p9999_us", "p99.99 µs"],
  ["max_us", "max µs"],
] as const satisfies readonly (readonly [keyof Percentiles, string])[];

/** All samples of a histogram, for a file or another process. */
export interface HistogramSteps {
  /** Pairs: the largest value of a step in ns, and how many samples it has. Ascending. */
  readonly steps: readonly number[];
  readonly max_ns: number;
}

export class LatencyHistogram {
  readonly #counts = new Float64Array((SAMPLE_BITS + 1 - STEP_BITS) * STEPS);
  #count = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a sample. Units: ns. */
  add(nanoseconds: number): void {
    const sample = Math.min(Math.max(Math.round(nanoseconds), 0), SAMPLE_MAX);
    this.#addMany(indexOf(sample), 1);
    this.#max = Math.max(this.#max, sample);
  }

  toSteps(): HistogramSteps {
    const steps: number[] = [];
    for (const [index, count] of this.#counts.entries()) {
      if (count > 0) steps.push(upperBound(index), count);
    }
    return { steps, max_ns: this.#max };
  }

  /** Adds the samples of another histogram. */
  merge({ steps, max_ns: max }: HistogramSteps): void {
    for (let at = 0; at + 1 < steps.length; at += 2) {
      this.#addMany(indexOf(Math.min(steps[at] ?? 0, SAMPLE_MAX)), steps[at + 1] ?? 0);
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
      p90_us: this.percentile(0.9),
      p99_us: this.percentile(0.99),
      p999_us: this.percentile(0.999),
      p9999_us: this.percentile(0.9999),
      max_us: this.#max / 1e3,
    };
  }

  /** Percentiles and all samples, as measuring processes print them. */
  toMeasured(): Percentiles & { histogram: HistogramSteps } {
    return { ...this.toPercentiles(), histogram: this.toSteps() };
  }

  #addMany(index: number, count: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#count += count;
  }
}

/** Below 64 every value has its own place; from there each power of two has 32. */
function indexOf(sample: number): number {
  if (sample > 2 ** 31 - 1) {
    const highShift = Math.floor(Math.log2(sample)) - STEP_BITS;
    return highShift * STEPS + Math.floor(sample / 2 ** highShift);
  }
  const shift = Math.max(31 - Math.clz32(sample) - STEP_BITS, 0);
  return shift * STEPS + (sample >> shift);
}

function upperBound(index: number): number {
  const shift = Math.max(Math.floor(index / STEPS) - 1, 0);
  return (index - shift * STEPS + 1) * 2 ** shift - 1;
}
