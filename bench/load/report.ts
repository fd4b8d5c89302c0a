// What a load found, as a table and as a file.

import { type HistogramSteps, LATENCY_METRICS, type LatencyHistogram } from "../histogram.ts";
import type { Percentiles } from "../histogram.ts";
import { toTime } from "../page/percentile-plot.ts";
import { toColumns } from "../rows.ts";
import type { Driven } from "./drive.ts";
import type { Hop } from "./hops.ts";
import { Draws, type Mix, REQUEST_KINDS } from "./mix.ts";
import type { LoadOptions } from "./options.ts";
import type { Findings } from "./session.ts";

/** Samples of one kind of request. */
interface Latencies extends Percentiles {
  readonly count: number;
  readonly histogram: HistogramSteps;
}

export interface LoadResult {
  /** ISO 8601, of the start. */
  readonly date: string;
  readonly protocol: string;
  readonly url: string;
  readonly symbol: string;
  readonly loop: "open" | "closed";
  /** Asked for; 0 in a closed loop. */
  readonly rate: number;
  readonly inFlight: number;
  readonly sessions: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly mix: Mix;
  readonly seed: number;
  /** Of the first thousand draws: equal for the same mix and seed. */
  readonly streamHash: string;
  readonly answersPerSecond: number;
  readonly unanswered: number;
  readonly unsent: number;
  readonly refusals: Readonly<Record<string, number>>;
  /** What was sent in fact, in percent: a session without orders has nothing to cancel. */
  readonly sentMix: Readonly<Record<string, number>>;
  readonly latencies: Readonly<Record<string, Latencies>>;
  /** How late the load saw what was due, sessions free or not; empty in a closed loop. */
  readonly late: Partial<Percentiles>;
  /** From the venue's own stamps; empty when they were not asked for. */
  readonly hops: readonly Hop[];
}

export function toResult(
  options: LoadOptions,
  symbol: string,
  date: string,
  findings: Findings,
  driven: Driven,
  hops: readonly Hop[],
): LoadResult {
  const { protocol, url, rate, inFlight, sessions, seconds, warmUpSeconds, mix, seed } = options;
  const { all, byKind, late, refusals } = findings;
  const kinds = REQUEST_KINDS.filter((kind) => byKind[kind].count > 0);
  return {
    ...{ date, protocol, url, symbol, loop: rate > 0 ? "open" : "closed", rate, inFlight },
    ...{ sessions, seconds, warmUpSeconds, mix, seed, streamHash: Draws.hashOf(mix, seed) },
    answersPerSecond: all.count / driven.measuredSeconds,
    ...{ unanswered: driven.unanswered, unsent: driven.unsent },
    refusals: Object.fromEntries(refusals),
    sentMix: Object.fromEntries(
      kinds.map((kind) => [kind, Math.round((byKind[kind].count / all.count) * 1_000) / 10]),
    ),
    latencies: Object.fromEntries(
      [["all", all] as const, ...kinds.map((kind) => [kind, byKind[kind]] as const)].map(
        ([name, histogram]) => [name, toLatencies(histogram)],
      ),
    ),
    late: late.count === 0 ? {} : late.toPercentiles(),
    hops,
  };
}

function toLatencies(histogram: LatencyHistogram): Latencies {
  return { count: histogram.count, ...histogram.toMeasured() };
}

/** The table for people. */
export function toText(result: LoadResult): string {
  const { protocol, symbol, sessions, seed, streamHash, hops } = result;
  const loop =
    result.loop === "open"
      ? `open loop, ${result.rate.toLocaleString("en-US")} requests/s`
      : `closed loop, ${result.inFlight} in flight each`;
  const drawn = `seed ${seed} (${streamHash})`;
  const head = [protocol, symbol, loop, `${sessions} sessions`, drawn].join(", ");
  const heads = ["", "count", ...LATENCY_METRICS.map(([, metric]) => metric.split(" ")[0] ?? "")];
  const lines = Object.entries(result.latencies).map(([name, { count, ...percentiles }]) => [
    name,
    count.toLocaleString("en-US"),
    ...LATENCY_METRICS.map(([key]) => toTime(percentiles[key])),
  ]);
  const mix = Object.entries(result.sentMix).map(([kind, share]) => `${kind} ${share} %`);
  return [
    head,
    `${Math.round(result.answersPerSecond).toLocaleString("en-US")} answers/s: ${mix.join(", ")}`,
    toColumns([heads, ...lines]),
    ...notesOf(result),
    ...(hops.length === 0
      ? []
      : ["", "hops, from the venue's stamps, warm-up included", hopTable(hops)]),
  ].join("\n");
}

function notesOf({ refusals, unanswered, unsent, late }: LoadResult): string[] {
  const refused = Object.entries(refusals).map(([name, count]) => `${name} ${count}`);
  const { p50_us: p50, p99_us: p99 } = late;
  const lateness =
    p50 === undefined || p99 === undefined ? "" : `${toTime(p50)} (p50), ${toTime(p99)} (p99)`;
  return [
    ...(refused.length === 0 ? [] : [`refused: ${refused.join(", ")}`]),
    ...(unanswered === 0 ? [] : [`never answered: ${unanswered}`]),
    ...(unsent === 0 ? [] : [`due and never sent: ${unsent}`]),
    ...(lateness === ""
      ? []
      : [`the load itself was late by ${lateness}, which is in the latencies`]),
  ];
}

function hopTable(hops: readonly Hop[]): string {
  const heads = ["", "count", "mean", "p50 ≤", "p90 ≤", "p99 ≤", "p99.9 ≤"];
  const lines = hops.map(({ name, count, mean_us, p50_us, p90_us, p99_us, p999_us }) => [
    name,
    count.toLocaleString("en-US"),
    ...[mean_us, p50_us, p90_us, p99_us, p999_us].map(toTime),
  ]);
  return toColumns([heads, ...lines]);
}
