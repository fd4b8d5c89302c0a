// Latency by percentile: each further nine takes as much room as the one before, and each tenfold
// time too. The plot has no width of its own; its texts keep their size on any screen.

import type { Latency } from "../latencies.ts";
import { toCell } from "../rows.ts";
import { element, escape, percent } from "./markup.ts";
import { toneOf } from "./tones.ts";

/** A sample of the curve: nines of the percentile, and µs. */
interface Point {
  readonly nines: number;
  readonly us: number;
}

const TICKS: readonly [text: string, nines: number][] = [
  ["50 %", Math.log10(2)],
  ["90 %", 1],
  ["99 %", 2],
  ["99.9 %", 3],
  ["99.99 %", 4],
  ["99.999 %", 5],
  ["99.9999 %", 6],
];
/** Where a curve begins: what lies below the half says little. */
const NINES_MIN = 0;
const NINES_SHOWN_MIN = 2;
/** Of more than these, every other is not written where there is little room. */
const NINES_WIDE = 4.2;
/** Most points of a curve; those left out would lie on its line. */
const POINTS_MAX = 160;

/** A plot with the table of its percentiles. */
export function percentilePlot(chart: string, latencies: readonly Latency[]): string {
  const curves = latencies.map(curveOf);
  const all = curves.flat();
  const ninesMax = Math.max(NINES_SHOWN_MIN, ...all.map(({ nines }) => nines));
  const logs = all.filter(({ us }) => us > 0).map(({ us }) => Math.log10(us));
  const low = Math.floor(Math.min(...logs) * 3) / 3;
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs) * 3) / 3);
  const toX = (nines: number): number => (nines - NINES_MIN) / (ninesMax - NINES_MIN);
  const toY = (us: number): number => (high - Math.log10(Math.max(us, 1e-3))) / (high - low);
  const paths = latencies.map((latency, index) => {
    const points = (curves[index] ?? []).map(({ nines, us }) => {
      return `${(toX(nines) * 100).toFixed(2)},${(toY(us) * 100).toFixed(2)}`;
    });
    const tone = toneOf(latencies, index);
    return `<polyline class="curve ${latency.role} ${tone}" points="${points.join(" ")}"/>`;
  });
  const ticksX = TICKS.filter(([, nines]) => nines <= ninesMax + 1e-9).map(([text, nines]) => {
    const isOdd = ninesMax > NINES_WIDE && nines % 2 === 1;
    const names = `tick x${isOdd ? " odd" : ""}`;
    return element("span", { class: names, style: `left:${percent(toX(nines))}` }, text);
  });
  const ticksY = levelsBetween(low, high).map((us) =>
    element("span", { class: "tick y", style: `top:${percent(toY(us))}` }, toTime(us)),
  );
  const data = latencies.map(({ name }, index) => ({ name, points: curves[index] }));
  const canvas = `<svg viewBox="0 0 100 100" preserveAspectRatio="none">${paths.join("")}</svg>`;
  const plot = element(
    "div",
    { class: "plot", "data-curves": JSON.stringify({ data, ninesMax }) },
    `${ticksY.join("")}${ticksX.join("")}${canvas}<div class="hair"></div>`,
  );
  const title = element("h3", {}, escape(chart));
  return element("figure", {}, `${title}${plot}<p class="readout"></p>${tableOf(latencies)}`);
}

/** Percentile for percentile, as far as samples reach. */
function curveOf({ steps, count }: Latency): Point[] {
  const points: Point[] = [];
  let seen = 0;
  for (let at = 0; at + 1 < steps.length; at += 2) {
    seen += steps[at + 1] ?? 0;
    // The last sample stands for its own share, not for all that could ever come.
    const left = Math.max(1 - seen / count, 1 / (count + 1));
    points.push({ nines: Number((-Math.log10(left)).toFixed(3)), us: (steps[at] ?? 0) / 1e3 });
  }
  const every = Math.ceil(points.length / POINTS_MAX);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

/** 1, 3, 10, 30, … µs. */
function levelsBetween(low: number, high: number): number[] {
  const levels: number[] = [];
  for (let power = Math.floor(low); power <= high; power += 1) {
    levels.push(10 ** power, 3 * 10 ** power);
  }
  return levels.filter((us) => Math.log10(us) >= low && Math.log10(us) <= high);
}

/** Units: µs. */
export function toTime(us: number): string {
  if (us >= 1e6) return `${toCell(us / 1e6)} s`;
  if (us >= 1e3) return `${toCell(us / 1e3)} ms`;
  return us >= 1 ? `${toCell(us)} µs` : `${toCell(us * 1e3)} ns`;
}

const HEADS = ["p50", "p90", "p99", "p99.9", "p99.99", "max"];
/** Of fewer samples a percentile is the largest of them. */
const SAMPLES_MIN = [2, 10, 100, 1_000, 10_000, 1];

function tableOf(latencies: readonly Latency[]): string {
  const head = ["", ...HEADS].map((text) => element("th", {}, text)).join("");
  const rows = latencies.map((latency, index) => {
    const { p50_us, p90_us, p99_us, p999_us, p9999_us, max_us, count, processes } = latency;
    const cells = [p50_us, p90_us, p99_us, p999_us, p9999_us, max_us].map((us, at) =>
      count < (SAMPLES_MIN[at] ?? 0) ? "–" : toTime(us),
    );
    const samples = `<small>${count.toLocaleString("en-US")} in ${processes}</small>`;
    const mark = `<i class="mark ${latency.role} ${toneOf(latencies, index)}"></i>`;
    const name = element("th", { scope: "row" }, `${mark}${escape(latency.name)} ${samples}`);
    return `<tr>${name}${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
  return element("div", { class: "scroll" }, table);
}
