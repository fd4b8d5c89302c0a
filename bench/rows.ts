// Rows of the printed table: what was measured, how often, and what came out.

/** What a figure is of: the product, something comparable, or what nothing can be faster than. */
export type Role = "own" | "peer" | "floor";

/** Where a figure stands on the page: those of one chart are beside each other. */
export interface Stand {
  readonly chart: string;
  readonly name: string;
  readonly role: Role;
}

/** One figure; it is never quoted without its layer. */
export interface Row {
  layer: string;
  case: string;
  /** What the figure counts, with its unit. */
  metric: string;
  median: number;
  /** Best and worst of all samples, in the sense of the metric: smallest and largest. */
  min: number;
  max: number;
  samples: number;
  /** `none`, `os`, `fsync`, or `-` where nothing is stored. */
  durability: string;
  placement: string;
  /** Of the result, so that equal work can be told; empty where there is none. */
  hash: string;
  /** Absent where a figure is not charted. */
  stand?: Stand;
}

/** What all rows of a layer share. */
export type RowFrame = Pick<Row, "layer" | "case" | "durability" | "placement"> & {
  hash?: string;
  stand?: Stand;
};

/** Makes a row of samples of one metric. */
export function toRow(frame: RowFrame, metric: string, samples: readonly number[]): Row {
  const sorted = samples.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const lower = sorted[Math.ceil(middle) - 1] ?? 0;
  const upper = sorted[Math.floor(middle)] ?? lower;
  return {
    hash: "",
    ...frame,
    metric,
    median: (lower + upper) / 2,
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    samples: sorted.length,
  };
}

/** Samples of one metric over those of another thing, each of the same round. */
export function toTimesRow(
  frame: RowFrame,
  metric: string,
  samples: readonly number[],
  others: readonly number[],
): Row {
  const times = samples.map((sample, round) => sample / (others[round] || sample));
  return toRow(frame, metric, times);
}

/** Columns of text: each as wide as its widest cell. */
export function toColumns(lines: readonly (readonly string[])[]): string {
  const count = Math.max(0, ...lines.map((line) => line.length));
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...lines.map((line) => line[at]?.length ?? 0)),
  );
  const toLine = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return lines.map(toLine).join("\n");
}

const COLUMNS = [
  "layer",
  "case",
  "metric",
  "median",
  "min",
  "max",
  "samples",
  "durability",
  "placement",
  "hash",
] as const;

/** The rows as an aligned table; `note` says something of a row at its end. */
export function toTable(rows: readonly Row[], note: (row: Row) => string = () => ""): string {
  const toCells = (row: Row): string[] => [
    ...COLUMNS.map((column) => toCell(row[column])),
    note(row),
  ];
  return toColumns([[...COLUMNS], ...rows.map(toCells)]);
}

/** A number with three digits that say something, and a thousand as one. */
export function toCell(value: string | number): string {
  if (typeof value === "string") return value;
  if (Number.isInteger(value) || Math.abs(value) >= 1_000) {
    return Math.round(value).toLocaleString("en-US");
  }
  return value.toPrecision(3);
}
