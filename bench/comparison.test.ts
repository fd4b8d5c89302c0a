import { expect, test } from "bun:test";
import { compare, describeChange, summarise, type Verdict } from "./comparison.ts";
import { LatencyHistogram } from "./histogram.ts";
import { madeUpResult } from "./made-up-result.ts";
import { type BenchResult, type PastResult, toText } from "./result.ts";
import { toRow } from "./rows.ts";

const FRAME = { layer: "http", case: "venue", durability: "fsync", placement: "any CPU" };
const MACHINE = { commit: "c", cpu: "x", cpuCount: 2 };

function run(date: string, metric: string, samples: readonly number[]): PastResult {
  return { date, isQuick: true, machine: MACHINE, rows: [toRow(FRAME, metric, samples)] };
}

test.each<[string, string, number[], number[], Verdict]>([
  ["more requests", "requests/s", [10, 11, 12], [20, 21, 22], "better"],
  ["fewer requests", "requests/s", [20, 21, 22], [10, 11, 12], "worse"],
  ["more of a floor", "acks/s, times the floor", [1, 1, 1.1], [2, 2, 2.1], "better"],
  ["longer latencies", "p99 µs", [10, 11, 12], [20, 21, 22], "worse"],
  ["shorter latencies", "p99 µs", [20, 21, 22], [10, 11, 12], "better"],
  ["runs that overlap", "p99 µs", [10, 15, 20], [19, 25, 30], "same"],
  ["runs apart by less than either's spread", "p99 µs", [10, 18, 20], [21, 22, 23], "same"],
  ["runs apart by less than 3 %", "p99 µs", [100, 100, 100], [102, 102, 102], "same"],
  ["two processes", "p99 µs", [10, 10], [20, 20], "unjudged"],
  ["what follows from the load", "fsyncs/s", [10, 11, 12], [20, 21, 22], "unjudged"],
])("%s", (_, metric, before, now, verdict) => {
  const later = run("2026-01-02", metric, now);
  const [change] = compare(later, [run("2026-01-01", metric, before)]).values();
  expect(change?.verdict).toBe(verdict);
});

test("the newest earlier run of the kind counts, figure by figure", () => {
  const now = run("2026-01-09", "p50 µs", [10, 11, 12]);
  const past = [
    run("2026-01-10", "p50 µs", [1, 1, 1]),
    { ...run("2026-01-08", "p50 µs", [2, 2, 2]), isQuick: false },
    { ...run("2026-01-07", "p50 µs", [3, 3, 3]), machine: { ...MACHINE, cpu: "y" } },
    run("2026-01-06", "p90 µs", [4, 4, 4]),
    run("2026-01-05", "p50 µs", [5, 5, 5]),
    run("2026-01-04", "p50 µs", [6, 6, 6]),
  ];
  const [change] = compare(now, past).values();
  expect(change?.before.median).toBe(5);
  expect(change === undefined ? "" : describeChange(change)).toBe("+120.0 % WORSE (was 5 at c)");
  expect(compare(now, past.slice(0, 4)).size).toBe(0);
});

test("the file of a run is read back as it was, and holds whole histograms", () => {
  const result = madeUpResult({ seed: 7, date: "2026-01-01T00:00:00Z", factor: 1 });
  // why: what toText wrote is what it was given
  const read = JSON.parse(toText(result)) as BenchResult;
  expect(read).toEqual(result);
  for (const latency of read.latencies) {
    const histogram = new LatencyHistogram();
    histogram.merge(latency);
    expect(histogram.count).toBe(latency.count);
    expect(histogram.toPercentiles()).toMatchObject({
      p50_us: latency.p50_us,
      p9999_us: latency.p9999_us,
      max_us: latency.max_us,
    });
  }
});

test("a machine that was not as it was is told", () => {
  const before = madeUpResult({ seed: 1, date: "2026-01-01", factor: 1 });
  const slow = { ...before, date: "2026-01-02", rows: before.rows.map(halved) };
  const all = "4 of 4 figures changed beyond their noise";
  const others = "2 of them of floors and peers: the machine was not as it was";
  expect(summarise(compare(slow, [before]))).toBe(`${all}, ${others}`);
  const rows = before.rows.map((row) => (row.stand?.role === "own" ? halved(row) : row));
  const slower = { ...before, date: "2026-01-02", rows };
  expect(summarise(compare(slower, [before]))).toBe(all.replace("4 of", "2 of"));
});

function halved(row: BenchResult["rows"][number]): BenchResult["rows"][number] {
  return { ...row, min: row.min / 2, median: row.median / 2, max: row.max / 2 };
}
