// A run beside the one before: what changed by more than the processes of either differ among
// themselves.

import type { PastResult } from "./result.ts";
import { type Row, toCell } from "./rows.ts";

/** A step of the histograms: what is less is no difference of latencies. */
const SHARE_MIN = 0.03;
/** Of fewer processes the spread says too little. */
const SAMPLES_MIN = 3;

/**
 * `better`, `worse`: beyond the noise. `same`: within it. `unjudged`: too few processes, or a
 * figure that is neither good nor bad.
 */
export type Verdict = "better" | "worse" | "same" | "unjudged";

export interface Change {
  readonly row: Row;
  readonly before: Row;
  /** Of what the earlier run was. */
  readonly commit: string;
  readonly date: string;
  /** 0.1: a tenth more than before. */
  readonly share: number;
  readonly verdict: Verdict;
}

/** More of it is better. */
const HIGHER = /\/s(, times .+)?$/;
/** Follows from the load, and says nothing of speed. */
const NEUTRAL = /^(fsyncs\/s|snapshots|commands|trades|volume|rejects|ask_orders|bid_orders)$/;

/**
 * Compares each row with the newest earlier one of its kind: as long a run on such a machine, the
 * same figure on the same placement. `past` is newest first.
 */
export function compare(run: PastResult, past: readonly PastResult[]): Map<Row, Change> {
  const earlier = past.filter((each) => each.date < run.date && isOfKind(run, each));
  const found = new Map<string, { row: Row; result: PastResult }>();
  for (const result of earlier) {
    for (const row of result.rows) {
      if (!found.has(keyOf(row))) found.set(keyOf(row), { row, result });
    }
  }
  const changes = new Map<Row, Change>();
  for (const row of run.rows) {
    const before = found.get(keyOf(row));
    if (before === undefined) continue;
    const { date, machine } = before.result;
    const share = before.row.median === 0 ? 0 : row.median / before.row.median - 1;
    const verdict = judge(row, before.row);
    changes.set(row, { row, before: before.row, commit: machine.commit, date, share, verdict });
  }
  return changes;
}

function isOfKind(run: PastResult, other: PastResult): boolean {
  const [own, its] = [run.machine, other.machine];
  return run.isQuick === other.isQuick && own.cpu === its.cpu && own.cpuCount === its.cpuCount;
}

function keyOf({ layer, case: name, metric, durability, placement }: Row): string {
  return JSON.stringify([layer, name, metric, durability, placement]);
}

/**
 * Beyond the noise is what no process of the one run and none of the other have in common, where
 * the medians differ by more than the processes of either, and by more than a step of a histogram.
 */
function judge(now: Row, before: Row): Verdict {
  if (NEUTRAL.test(now.metric)) return "unjudged";
  if (Math.min(now.samples, before.samples) < SAMPLES_MIN) return "unjudged";
  const isApart = now.min > before.max || now.max < before.min;
  const spread = Math.max(now.max - now.min, before.max - before.min);
  const difference = now.median - before.median;
  const least = Math.max(spread, SHARE_MIN * Math.abs(before.median));
  if (!isApart || Math.abs(difference) <= least) return "same";
  return difference > 0 === HIGHER.test(now.metric) ? "better" : "worse";
}

/** Changes beyond the noise, in one sentence; none without an earlier run. */
export function summarise(changes: ReadonlyMap<Row, Change>): string {
  const all = [...changes.values()];
  const told = all.filter(isTold);
  const others = told.filter(({ row }) => row.stand !== undefined && row.stand.role !== "own");
  const besides =
    others.length === 0
      ? ""
      : `, ${others.length} of them of floors and peers: the machine was not as it was`;
  return `${told.length} of ${all.length} figures changed beyond their noise${besides}`;
}

/** Beyond the noise. */
export function isTold({ verdict }: Change): boolean {
  return verdict === "better" || verdict === "worse";
}

/** `+12 % worse (was 4,100, 1a2b3c)`; only the share where nothing is to be said. */
export function describeChange({ share, verdict, before, commit }: Change): string {
  const percent = `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} %`;
  if (verdict === "same" || verdict === "unjudged") return percent;
  return `${percent} ${verdict.toUpperCase()} (was ${toCell(before.median)} at ${commit})`;
}
