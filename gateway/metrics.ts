// Counters, gauges and histograms, written as Prometheus text. Our own exposition: the hot path
// pays one addition, and the default collectors of the usual package report nonsense on Bun.
//
// Names carry their unit. Labels come from closed sets (opcodes, codes, route templates), never
// from what a client sent; a bound guards against the mistake.

import type { Clock } from "./clock.ts";

/** Most label combinations of one metric; the rest are counted together as "other". */
const SERIES_MAX = 2_000;

/** Upper bounds in seconds for what takes from microseconds to seconds. */
export const LATENCY_BUCKETS_SECONDS = [
  ...[0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  ...[2.5, 5, 10],
] as const;

type Labels = Readonly<Record<string, string>>;

/** One growing number. Callers keep the handle and add to it. */
export interface Counter {
  value: number;
}

/** Counts of observations at or below each bound. Bounds ascend. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One more than bounds: the last counts what is above all of them. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** `times`: so many observations had that value. */
  observe(value: number, times = 1): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + times;
    this.sum += value * times;
  }
}

/** What a histogram read elsewhere looks like when it is exposed. */
export type HistogramView = Pick<Histogram, "bounds" | "counts" | "sum">;

interface Family {
  readonly name: string;
  write(lines: string[]): void;
}

/** All metrics of the process. */
export class Metrics {
  readonly #families: Family[] = [];

  /**
   * Adds a counter with labels; the returned function gives the handle of one label combination.
   */
  counter(name: string, help: string): (labels?: Labels) => Counter {
    const find = bounded((): Counter => ({ value: 0 }));
    this.#add(name, "counter", help, (lines) => {
      for (const [labels, { value }] of find.series) lines.push(`${name}${labels} ${value}`);
    });
    return find;
  }

  /** Adds a histogram with labels. Units: those of `bounds`. */
  histogram(name: string, help: string, bounds: readonly number[]): (labels?: Labels) => Histogram {
    const find = bounded(() => new Histogram(bounds));
    this.#add(name, "histogram", help, (lines) => {
      for (const [labels, each] of find.series) writeHistogram(lines, name, labels, each);
    });
    return find;
  }

  /** Adds a number that is read when asked for. `type` is counter when it never falls. */
  read(name: string, type: "gauge" | "counter", help: string, value: () => number): void {
    this.#add(name, type, help, (lines) => lines.push(`${name} ${value()}`));
  }

  /** Adds a number of each of several things, read when asked for. */
  readEach<Thing>(
    name: string,
    type: "gauge" | "counter",
    help: string,
    things: readonly Thing[],
    read: (thing: Thing) => { readonly labels: Labels; readonly value: number },
  ): void {
    this.#add(name, type, help, (lines) => {
      for (const { labels, value } of things.map(read)) {
        lines.push(`${name}${formatLabels(labels)} ${value}`);
      }
    });
  }

  /** Adds a histogram that is kept elsewhere. */
  readHistogram(name: string, help: string, view: () => HistogramView): void {
    this.#add(name, "histogram", help, (lines) => writeHistogram(lines, name, "", view()));
  }

  /** Writes everything as Prometheus text format 0.0.4. */
  expose(): string {
    const lines: string[] = [];
    for (const family of this.#families) family.write(lines);
    return `${lines.join("\n")}\n`;
  }

  #add(name: string, type: string, help: string, writeSeries: (lines: string[]) => void): void {
    if (this.#families.some((family) => family.name === name)) {
      throw new Error(`metric ${name} exists`);
    }
    const write = (lines: string[]): void => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      writeSeries(lines);
    };
    this.#families.push({ name, write });
  }
}

/**
 * Adds what the operating system and the event loop say of this process. Returns how to stop it.
 */
export function observeProcess(metrics: Metrics, clock: Clock): () => void {
  metrics.read("process_resident_memory_bytes", "gauge", "Resident memory", () =>
    process.memoryUsage.rss(),
  );
  metrics.read("process_cpu_seconds_total", "counter", "Processor time, user and system", () => {
    const usage = process.cpuUsage();
    return (usage.user + usage.system) / 1_000_000;
  });
  const startedAtUs = clock.nowUs();
  metrics.read("process_start_time_seconds", "gauge", "Start, since 1970", () =>
    Math.floor(startedAtUs / 1_000_000),
  );
  const delay = metrics.histogram(
    "openbell_event_loop_delay_seconds",
    "How late a timer fires: what a request waits for the thread",
    LATENCY_BUCKETS_SECONDS,
  )();
  let dueUs = clock.elapsedUs() + EVENT_LOOP_SAMPLE_MS * 1_000;
  return clock.every(EVENT_LOOP_SAMPLE_MS, () => {
    const nowUs = clock.elapsedUs();
    delay.observe(Math.max(0, nowUs - dueUs) / 1_000_000);
    dueUs = nowUs + EVENT_LOOP_SAMPLE_MS * 1_000;
  });
}

/** Ten samples a second cost nothing and see every stall of 100 ms. */
const EVENT_LOOP_SAMPLE_MS = 100;

interface Series<Value> {
  (labels?: Labels): Value;
  readonly series: ReadonlyMap<string, Value>;
}

function bounded<Value>(create: () => Value): Series<Value> {
  const series = new Map<string, Value>();
  const find = (labels: Labels = {}): Value => {
    const isFull = series.size >= SERIES_MAX;
    const key = formatLabels(labels);
    let value = series.get(key);
    if (value !== undefined) return value;
    const overflow = formatLabels(mapValues(labels, () => "other"));
    if (isFull) value = series.get(overflow);
    if (value !== undefined) return value;
    value = create();
    series.set(isFull ? overflow : key, value);
    return value;
  };
  return Object.assign(find, { series });
}

function mapValues(labels: Labels, change: (value: string) => string): Labels {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, change(value)]));
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function writeHistogram(lines: string[], name: string, labels: string, view: HistogramView): void {
  const withBound = (bound: string): string =>
    labels === "" ? `{le="${bound}"}` : `${labels.slice(0, -1)},le="${bound}"}`;
  let count = 0;
  for (const [bucket, bound] of view.bounds.entries()) {
    count += view.counts[bucket] ?? 0;
    lines.push(`${name}_bucket${withBound(String(bound))} ${count}`);
  }
  count += view.counts[view.bounds.length] ?? 0;
  lines.push(`${name}_bucket${withBound("+Inf")} ${count}`);
  lines.push(`${name}_sum${labels} ${view.sum}`, `${name}_count${labels} ${count}`);
}
