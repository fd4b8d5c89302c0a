// What a reader takes away who reads nothing else: a card for each door and what lies below it,
// with the product, its peers and floors beside each other.

import { coreChart } from "../engine-case.ts";
import type { Latency } from "../latencies.ts";
import type { Role } from "../rows.ts";
import { type ChartedRow, toShort } from "./bars.ts";
import { element, escape } from "./markup.ts";
import { toTime } from "./percentile-plot.ts";
import { toneOf } from "./tones.ts";

interface Column {
  readonly head: string;
  readonly chart: string;
  readonly figure: "p50_us" | "p99_us" | "rate";
}

interface Card {
  readonly title: string;
  readonly about: string;
  readonly columns: readonly Column[];
  /** Only what waits for the disk. */
  readonly isSynced?: boolean;
}

/** Charts by name, as the page has them. */
export interface Charts {
  /** Rows of one metric each. */
  readonly rates: ReadonlyMap<string, readonly ChartedRow[]>;
  readonly latencies: ReadonlyMap<string, readonly Latency[]>;
}

function columnsOf(trip: string, load: string, head: string): Column[] {
  return [
    { head: "p50", chart: trip, figure: "p50_us" },
    { head: "p99", chart: trip, figure: "p99_us" },
    { head, chart: load, figure: "rate" },
  ];
}

const CARDS: readonly Card[] = [
  {
    ...{ title: "Binary", about: "One order at a time; then 64 sessions × 16 in flight" },
    columns: columnsOf("Binary: round trip", "Binary: 64 sessions × 16", "requests/s"),
  },
  {
    ...{ title: "FIX", about: "One order at a time; then 64 sessions × 8 in flight" },
    columns: columnsOf("FIX: round trip", "FIX: 64 sessions × 8", "requests/s"),
  },
  {
    ...{ title: "HTTP", about: "One order at a time; then 64 connections with one each" },
    columns: columnsOf(
      "HTTP: closed loop, 1 connection",
      "HTTP: closed loop, 64 connections",
      "requests/s",
    ),
  },
  {
    ...{ title: "Binary, on disk before the answer", about: "64 sessions × 4 in flight" },
    columns: columnsOf("Binary: 64 sessions × 4", "Binary: 64 sessions × 4", "requests/s"),
    isSynced: true,
  },
  {
    ...{ title: "Core, on disk before the answer", about: "256 in flight, no sockets" },
    columns: columnsOf(
      "Durable acknowledgements, 256 in flight",
      "Durable acknowledgements, 256 in flight",
      "acks/s",
    ),
  },
  {
    ...{ title: "Engine alone", about: "One thread, commands/s of the stream of exchange-core" },
    columns: [
      { head: "1 instrument", chart: coreChart(1), figure: "rate" },
      { head: "100 instruments", chart: coreChart(100), figure: "rate" },
    ],
  },
];

const METHOD =
  "Client and venue share this machine, over loopback: over binary and FIX an order that rests, " +
  "then its cancel, and one at a time on one CPU with the thread that answers; over HTTP orders " +
  "that end at once. none: answered from memory; fsync: once it is on disk. Echo and bare route: " +
  "the same bytes without the work; QuickFIX/J: sessions without books. Latencies are of all " +
  "samples of all processes, rates the median of the processes, warm-up left out.";

/** What the cards are made of. */
export const GLANCE_CHARTS: ReadonlySet<string> = new Set(
  CARDS.flatMap(({ columns }) => columns.map(({ chart }) => chart)),
);

/** Empty where no chart of the cards was measured. */
export function glance(charts: Charts): string {
  const cards = CARDS.map((card) => cardOf(card, charts)).filter((card) => card !== "");
  if (cards.length === 0) return "";
  const grid = element("div", { class: "cards" }, cards.join("\n"));
  return `${grid}<p class="soft">${METHOD}</p>`;
}

/** A line of a card: something measured, and its figures by column. */
interface Line {
  readonly name: string;
  readonly role: Role;
  readonly values: readonly (number | undefined)[];
}

const NO_BREAK = "\u00a0";
const ROLES: readonly Role[] = ["own", "peer", "floor"];

function cardOf({ title, about, columns: all, isSynced }: Card, charts: Charts): string {
  const measured = all.map((column) => ({
    column,
    values: valuesOf(column, charts, isSynced ?? false),
  }));
  const shown = measured.filter(({ values }) => values.size > 0);
  const columns = shown.map(({ column }) => column);
  const found = shown.map(({ values }) => values);
  const roles = new Map(found.flatMap((each) => [...each].map(([name, { role }]) => [name, role])));
  const lines = ROLES.flatMap((role): Line[] =>
    [...roles.keys()]
      .filter((name) => roles.get(name) === role)
      .map((name) => ({ name, role, values: found.map((each) => each.get(name)?.value) })),
  );
  if (lines.length === 0) return "";
  const heads = ["", ...columns.map(({ head }) => head)];
  const head = heads.map((text) => element("th", {}, escape(text))).join("");
  const body = lines.map((line, index) => lineOf(line, columns, toneOf(lines, index)));
  const table = `<table><tr>${head}</tr>${body.join("")}</table>`;
  const heading = `<h3>${escape(title)}</h3><p class="soft">${escape(about)}</p>`;
  const beside = timesOf(lines, columns).map((text) => `<li>${escape(text)}</li>`);
  const list = beside.length === 0 ? "" : `<ul class="times">${beside.join("")}</ul>`;
  return element("figure", {}, heading + table + list);
}

type Values = ReadonlyMap<string, { readonly role: Role; readonly value: number }>;

function valuesOf(
  { chart, figure }: Column,
  { rates, latencies }: Charts,
  isSynced: boolean,
): Values {
  const isShown = ({ durability }: { readonly durability: string }): boolean =>
    !isSynced || durability === "fsync";
  if (figure === "rate") {
    const rows = (rates.get(chart) ?? []).filter(isShown);
    return new Map(rows.map(({ stand: { name, role }, median: value }) => [name, { role, value }]));
  }
  const all = (latencies.get(chart) ?? []).filter(isShown);
  return new Map(all.map((each) => [each.name, { role: each.role, value: each[figure] }]));
}

function lineOf({ name, role, values }: Line, columns: readonly Column[], tone: string): string {
  const mark = `<i class="mark ${role} ${tone}"></i>`;
  const head = element("th", { scope: "row" }, `${mark}${escape(name)}`);
  const cells = values.map((value, at) => {
    const toText = columns[at]?.figure === "rate" ? toShort : toTime;
    return `<td>${value === undefined ? "–" : toText(value)}</td>`;
  });
  return `<tr class="${role}">${head}${cells.join("")}</tr>`;
}

/** The first own line beside the first peer, and beside the first floor. */
function timesOf(lines: readonly Line[], columns: readonly Column[]): string[] {
  const [own] = lines;
  if (own?.role !== "own") return [];
  return ROLES.slice(1).flatMap((role) => {
    const other = lines.find((line) => line.role === role);
    if (other === undefined) return [];
    const times = columns.flatMap(({ head }, at) => {
      const [value, others] = [own.values[at], other.values[at]];
      if (value === undefined || others === undefined || others === 0) return [];
      return [`${head} ${(value / others).toPrecision(2)} ×`.replaceAll(" ", NO_BREAK)];
    });
    return times.length === 0 ? [] : [`${own.name}, beside ${other.name}: ${times.join(", ")}`];
  });
}
