// The file of a run: everything that was measured, for the page, for people, and for the run that
// is compared with it.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Latency } from "./latencies.ts";
import type { Machine } from "./machine.ts";
import type { Measured } from "./processes.ts";
import type { Row } from "./rows.ts";
import type { Workload } from "./workloads.ts";

export interface BenchResult {
  /** ISO 8601, of the start. */
  readonly date: string;
  readonly isQuick: boolean;
  readonly machine: Machine;
  /** What the layers of this run send. */
  readonly workloads: readonly Workload[];
  /** How long each layer took. Units: s. */
  readonly seconds: Readonly<Record<string, number>>;
  /** What this machine could not measure, and why. */
  readonly leftOut: readonly string[];
  readonly rows: readonly Row[];
  readonly latencies: readonly Latency[];
  readonly samples: Readonly<Record<string, readonly Measured[]>>;
}

/** A result as far as a later run reads it. */
export type PastResult = Pick<BenchResult, "date" | "isQuick" | "rows"> & {
  readonly machine: Pick<Machine, "commit" | "cpu" | "cpuCount">;
};

/** The text of the file: a line for each row, each case and each process. */
export function toText(result: BenchResult): string {
  const { rows, latencies, samples, ...head } = result;
  const parts = Object.entries(head).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
  const layers = Object.entries(samples).map(
    ([layer, list]) => `  ${JSON.stringify(layer)}: ${toLines(list, "  ")}`,
  );
  parts.push(`"rows": ${toLines(rows)}`, `"latencies": ${toLines(latencies)}`);
  parts.push(`"samples": {\n${layers.join(",\n")}\n}`);
  return `{\n${parts.join(",\n")}\n}\n`;
}

function toLines(list: readonly object[], indent = ""): string {
  const lines = list.map((each) => `${indent}  ${JSON.stringify(each)}`);
  return `[\n${lines.join(",\n")}\n${indent}]`;
}

/** Results of a folder, newest first. Errors: throws when one is not readable. */
export function readResults(directory: string): PastResult[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
  const results = names.map((name): PastResult => {
    const text = readFileSync(join(directory, name), "utf8");
    // why: this folder holds what toText wrote; the fields read of it have always been there
    return JSON.parse(text) as PastResult;
  });
  return results.sort((left, right) => (left.date < right.date ? 1 : -1));
}
