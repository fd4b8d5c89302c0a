// One figure of each thing in a chart as bars, with the spread of its processes and, where peers or
// floors are beside it, how much of them it is.

import { type Row, toCell } from "../rows.ts";
import { element, escape, percent } from "./markup.ts";
import { toneOf } from "./tones.ts";

/** A row that stands in a chart. */
export type ChartedRow = Row & Required<Pick<Row, "stand">>;

/** Rows of one metric. */
export function barChart(chart: string, rows: readonly ChartedRow[]): string {
  const metric = rows[0]?.metric ?? "";
  const longest = Math.max(...rows.map(({ max }) => max), Number.MIN_VALUE);
  const stands = rows.map(({ stand }) => stand);
  const bars = rows.map((row, index) => {
    const { stand, min, median, max } = row;
    const tone = `${stand.role} ${toneOf(stands, index)}`;
    const bar = element("i", { class: `bar ${tone}`, style: `width:${percent(median / longest)}` });
    const from = `left:${percent(min / longest)};width:${percent((max - min) / longest)}`;
    const spread = element("i", { class: "spread", style: from });
    const name = element("span", { class: "name" }, escape(stand.name));
    const ratio = ratioOf(row, rows);
    const value = element("span", { class: "value" }, `<b>${toShort(median)}</b>${ratio}`);
    const title = `${toCell(min)} to ${toCell(max)}, ${row.samples} processes`;
    return element("li", { title }, `${name}${value}<span class="track">${bar}${spread}</span>`);
  });
  const head = `<h3>${escape(chart)} <small>${escape(metric)}</small></h3>`;
  return element("figure", {}, `${head}<ul class="bars">${bars.join("")}</ul>`);
}

/** Of an own figure: how many times the best of the others. */
function ratioOf(row: ChartedRow, rows: readonly ChartedRow[]): string {
  const others = rows.filter(({ stand }) => stand.role !== "own");
  const isRate = row.metric.endsWith("/s");
  const [best] = others.sort((left, right) =>
    isRate ? right.median - left.median : left.median - right.median,
  );
  if (row.stand.role !== "own" || best === undefined || best.median === 0) return "";
  const times = (row.median / best.median).toPrecision(2);
  return ` <small>${times} × ${escape(best.stand.name)}</small>`;
}

/** 21.4 M, 38.2 k. */
export function toShort(value: number): string {
  if (value >= 1e6) return `${toCell(value / 1e6)} M`;
  return value >= 1e4 ? `${toCell(value / 1e3)} k` : toCell(value);
}
