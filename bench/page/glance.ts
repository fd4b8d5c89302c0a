// What a reader takes away who reads nothing else: each chart in a line, beside the best of what
// stands in it.

import type { Latency } from "../latencies.ts";
import type { Role } from "../rows.ts";
import { type ChartedRow, toShort } from "./bars.ts";
import { element, escape } from "./markup.ts";
import { toTime } from "./percentile-plot.ts";

const OTHERS: readonly Role[] = ["peer", "floor"];
const HEADS = ["", "openbell", "beside it", "times"];

/** `charts`: rows of one metric each. Empty where nothing stands beside an own figure. */
export function glance(
  charts: ReadonlyMap<string, readonly ChartedRow[]>,
  latencies: ReadonlyMap<string, readonly Latency[]>,
): string {
  const lines = [
    ...[...charts].flatMap(([chart, rows]) => rateLine(chart, rows)),
    ...[...latencies].flatMap(([chart, all]) => latencyLine(chart, all)),
  ];
  if (lines.length === 0) return "";
  const head = HEADS.map((text) => element("th", {}, text)).join("");
  const body = lines.map(([name = "", ...cells]) => {
    const rest = cells.map((cell) => element("td", {}, escape(cell))).join("");
    return `<tr>${element("th", { scope: "row" }, escape(name))}${rest}</tr>`;
  });
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
  return `<h2>At a glance</h2>${element("div", { class: "scroll" }, table)}`;
}

/** The best own figure beside the best peer, and beside the best floor. */
function rateLine(chart: string, rows: readonly ChartedRow[]): string[][] {
  const metric = rows[0]?.metric ?? "";
  const isRate = metric.endsWith("/s");
  const sorted = rows.toSorted((left, right) =>
    isRate ? right.median - left.median : left.median - right.median,
  );
  const own = sorted.find(({ stand }) => stand.role === "own");
  return OTHERS.flatMap((role) => {
    const other = sorted.find(({ stand }) => stand.role === role);
    if (own === undefined || other === undefined || other.median === 0) return [];
    const toText = ({ median, stand }: ChartedRow): string => `${toShort(median)} (${stand.name})`;
    const times = (own.median / other.median).toPrecision(2);
    return [[`${chart}, ${metric}`, toText(own), toText(other), times]];
  });
}

function latencyLine(chart: string, all: readonly Latency[]): string[][] {
  const sorted = all.toSorted((left, right) => left.p50_us - right.p50_us);
  const own = sorted.find(({ role }) => role === "own");
  return OTHERS.flatMap((role) => {
    const other = sorted.find((each) => each.role === role);
    if (own === undefined || other === undefined || other.p50_us === 0) return [];
    const toText = ({ p50_us, p99_us, name }: Latency): string =>
      `${toTime(p50_us)}, ${toTime(p99_us)} (${name})`;
    const times = (own.p50_us / other.p50_us).toPrecision(2);
    return [[`${chart}, p50 and p99`, toText(own), toText(other), times]];
  });
}
