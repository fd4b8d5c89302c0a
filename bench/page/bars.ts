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
  const longest = scaleOf(rows);
  const stands = rows.map(({ stand }) => stand);
  const bars = rows.map((row, index) => {
    const { stand, min, median, max } = row;
    const tone = `${stand.role} ${toneOf(stands, index)}`;
    const toWidth = (value: number): string => percent(Math.min(value / longest, 1));
    const beyond = median > longest ? " beyond" : "";
    const style = `width:${toWidth(median)}`;
    const bar = element("i", { class: `bar ${tone}${beyond}`, style });
    const length = Math.min(max, longest) - Math.min(min, longest);
    const from = `left:${toWidth(min)};width:${toWidth(length)}`;
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

/** A floor so far beyond all else would leave nothing to see of it: its bar is cut. */
const FLOOR_TIMES_MAX = 3;

function scaleOf(rows: readonly ChartedRow[]): number {
  const maxOf = (those: readonly ChartedRow[]): number =>
    Math.max(...those.map(({ max }) => max), Number.MIN_VALUE);
  const compared = maxOf(rows.filter(({ stand }) => stand.role !== "floor"));
  const longest = maxOf(rows);
  return longest > FLOOR_TIMES_MAX * compared ? compared : longest;
}

/**
 * Of an own figure: how many times the best peer; where there is none, the best floor, and of those
 * one that waits for the same disk.
 */
function ratioOf(row: ChartedRow, rows: readonly ChartedRow[]): string {
  const peers = rows.filter(({ stand }) => stand.role === "peer");
  const floors = rows.filter(({ stand }) => stand.role === "floor");
  const alike = floors.filter(({ durability }) => durability === row.durability);
  const others = [peers, alike, floors].find((each) => each.length > 0) ?? [];
  const isRate = row.metric.endsWith("/s");
  const [best] = others.toSorted((left, right) =>
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
