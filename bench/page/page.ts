// The page of a run: one file that needs nothing else, for a person with a browser.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Change, describeChange, isTold, summarise } from "../comparison.ts";
import type { Latency } from "../latencies.ts";
import type { BenchResult } from "../result.ts";
import { type Row, toCell } from "../rows.ts";
import type { Workload } from "../workloads.ts";
import { barChart, type ChartedRow } from "./bars.ts";
import { glance } from "./glance.ts";
import { element, escape } from "./markup.ts";
import { percentilePlot } from "./percentile-plot.ts";

const style = readFileSync(join(import.meta.dir, "style.css"), "utf8");
const script = readFileSync(join(import.meta.dir, "readout.mjs"), "utf8");

/** `changes`: beside the run before, where there was one. */
export function toPage(result: BenchResult, changes: ReadonlyMap<Row, Change>): string {
  const { date, machine, isQuick } = result;
  const title = `openbell bench, ${date.slice(0, 10)}`;
  const charts = rateCharts(result.rows);
  const latencies = latencyCharts(result.latencies);
  const parts = [
    "<h1>openbell bench</h1>",
    `<p class="soft">${escape(sheetOf(result))}</p>`,
    ...noticesOf(result).map((text) => `<p class="notice">${escape(text)}</p>`),
    glance({ rates: charts, latencies }),
    changesOf(changes),
    section(
      "Throughput",
      THROUGHPUT,
      [...charts].map(([chart, rows]) => barChart(chart, rows)),
    ),
    section(
      "Latency",
      LATENCY,
      [...latencies].map(([chart, all]) => percentilePlot(chart, all)),
    ),
    figuresOf(result.rows, changes),
    methodOf(result),
  ];
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${title}, ${machine.commit}${isQuick ? ", quick" : ""}</title>`,
    `<style>${style}</style>`,
  ].join("");
  const body = `${parts.join("\n")}<script type="module">${script}</script>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>\n`;
}

const THROUGHPUT =
  "Median of the processes; the thin line reaches from the slowest to the fastest. " +
  "Grey is a floor: the same bytes without the work; one far beyond the rest is cut. " +
  "Warm colours are peers on the same input.";
const LATENCY =
  "All samples of all processes. To the right: one more nine each step. Upwards: tenfold each " +
  "step. Dashed is the floor of the same run. Beside a name: its samples in so many processes.";

function sheetOf({ machine, date }: BenchResult): string {
  const { cpu, cpuCount, memoryGib, kernel, fileSystem, commit, isModified } = machine;
  const state = isModified ? " with changes" : "";
  return (
    `${date.slice(0, 16).replace("T", " ")} UTC · commit ${commit}${state} · ${cpuCount} × ${cpu}` +
    ` · ${memoryGib} GiB · Linux ${kernel} · ${fileSystem}`
  );
}

function noticesOf({ isQuick, leftOut, machine }: BenchResult): string[] {
  return [
    ...(isQuick ? ["A quick run: few processes, short. Good for comparing, not for quoting."] : []),
    ...(machine.isModified ? ["Files differed from the commit."] : []),
    ...leftOut.map((what) => `Left out: ${what}.`),
  ];
}

function section(title: string, text: string, charts: readonly string[]): string {
  if (charts.length === 0) return "";
  return `<h2>${title}</h2><p class="soft">${text}</p><div class="grid">${charts.join("\n")}</div>`;
}

/** Rates by chart, and costs where a chart has no rate. */
function rateCharts(rows: readonly Row[]): Map<string, readonly ChartedRow[]> {
  const charts = Map.groupBy(rows.filter(isCharted), ({ stand }) => stand.chart);
  const shown = [...charts].map(([chart, all]): [string, readonly ChartedRow[]] => {
    const metrics = [...new Set(all.map(({ metric }) => metric))];
    const rate = metrics.find((metric) => metric.endsWith("/s"));
    const metric = rate ?? metrics.find((each) => each.startsWith("ns per"));
    return [chart, all.filter((row) => row.metric === metric)];
  });
  return new Map(shown.filter(([, own]) => own.length > 1));
}

function isCharted(row: Row): row is ChartedRow {
  return row.stand !== undefined;
}

function latencyCharts(latencies: readonly Latency[]): Map<string, readonly Latency[]> {
  const measured = latencies.filter(({ count }) => count > 0);
  return Map.groupBy(measured, ({ chart }) => chart);
}

/** More of them would stand in the way of what was measured. */
const CHANGES_SHOWN_MAX = 8;

/** What changed beyond the noise. */
function changesOf(changes: ReadonlyMap<Row, Change>): string {
  const all = [...changes.values()];
  const [first] = all;
  if (first === undefined) return "";
  const text = `Against the newest earlier run of each: ${summarise(changes)}.`;
  const since = `<p class="soft">${text}</p>`;
  const items = all.filter(isTold).map((change) => {
    const { layer, case: name, metric } = change.row;
    const text = `${layer}: ${name}, ${metric}: ${describeChange(change)}`;
    return element("li", { class: change.verdict }, escape(text));
  });
  const list = `<ul>${items.join("")}</ul>`;
  const shown =
    items.length <= CHANGES_SHOWN_MAX
      ? list
      : `<details><summary>All ${items.length}</summary>${list}</details>`;
  return `<h2>Since the last run</h2>${since}${shown}`;
}

const COLUMNS = ["case", "metric", "median", "min", "max", "samples", "durability", "placement"];

function figuresOf(rows: readonly Row[], changes: ReadonlyMap<Row, Change>): string {
  const layers = Map.groupBy(rows, ({ layer }) => layer);
  const tables = [...layers].map(([layer, own]) => {
    const heads = [...COLUMNS, "since"].map((text) => element("th", {}, text));
    const lines = own.map((row) => lineOf(row, changes.get(row)));
    const table = `<table class="figures"><tr>${heads.join("")}</tr>${lines.join("")}</table>`;
    const summary = `<summary>${escape(layer)} <small>${own.length} figures</small></summary>`;
    return `<details>${summary}<div class="scroll">${table}</div></details>`;
  });
  return `<h2>All figures</h2>${tables.join("\n")}`;
}

function lineOf(row: Row, change: Change | undefined): string {
  const numbers = [row.median, row.min, row.max, row.samples].map((value) =>
    element("td", { class: "number" }, toCell(value)),
  );
  const texts = [row.durability, row.placement].map((text) => element("td", {}, escape(text)));
  const name = element("td", {}, escape(row.case)) + element("td", {}, escape(row.metric));
  const since =
    change === undefined
      ? "<td></td>"
      : element("td", { class: change.verdict }, escape(describeChange(change)));
  return `<tr>${name}${numbers.join("")}${texts.join("")}${since}</tr>`;
}

function methodOf({ machine, workloads, seconds }: BenchResult): string {
  const pairs = (entries: readonly (readonly [string, string])[]): string =>
    entries.map(([key, value]) => `<dt>${escape(key)}</dt><dd>${escape(value)}</dd>`).join("");
  const sheet = Object.entries(machine).map(([key, value]) => [key, String(value)] as const);
  const work = workloads.map((each) => [each.layer, describeWorkload(each)] as const);
  const times = Object.entries(seconds).map(([layer, took]) => `${layer} ${Math.round(took)} s`);
  return (
    `<h2>Machine</h2><dl>${pairs(sheet)}</dl>` +
    `<h2>What is sent</h2><dl>${pairs(work)}</dl>` +
    `<h2>Time of the layers</h2><p class="soft">${escape(times.join(" · "))}</p>`
  );
}

function describeWorkload({ loop, seed, mix, warmUp }: Workload): string {
  const shares = Object.entries(mix).map(([what, share]) => `${share} % ${what}`);
  const drawn = seed === undefined ? "" : `, seed ${seed}`;
  const how = loop === "batches" ? loop : `${loop} loop`;
  return `${how}: ${shares.join(", ")}${drawn}; not counted: ${warmUp}`;
}
