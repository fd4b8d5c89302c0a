// Layer "history": changes per second that the history stage keeps, from `apply` to the disk, at a
// steady stream and from a full ring; and what they cost the thread of the order path.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { measure, type Measured, numberOf, placement, textOf } from "./processes.ts";
import { type Row, type RowFrame, toRow } from "./rows.ts";

const CASES = ["sustained", "burst"] as const;
const METRICS: [string, string][] = [
  ["changes_per_second", "changes/s"],
  ["seconds", "s"],
  ["apply_ns", "ns of the main thread per change"],
];

export async function runHistory(bench: Bench): Promise<Row[]> {
  const found = CASES.map((): Measured[] => []);
  const { fewRounds } = bench.size;
  for (let round = 0; round < fewRounds; round += 1) {
    for (const [index, kind] of CASES.entries()) {
      bench.tell(`history: ${kind}, process ${round + 1} of ${fewRounds}`);
      const directory = join(bench.dataDirectory, "venues", `history-${kind}`);
      mkdirSync(directory, { recursive: true });
      const program = bench.script("history-process.ts");
      const count = `${bench.size.historyTransactions}`;
      const measured = await measure([process.execPath, program, kind, directory, count]);
      bench.keep("history", { kind, ...measured });
      found[index]?.push(measured);
      bench.removeVenues();
    }
  }
  const hashes = new Set(found.flat().map((each) => textOf(each, "hash")));
  if (hashes.size > 1) throw new Error("history: results differ");
  return CASES.flatMap((kind, index) => {
    const frame: RowFrame = {
      layer: "history",
      case: `${kind}, ${bench.size.historyTransactions.toLocaleString("en-US")} transactions`,
      durability: "fsync",
      placement: placement(false),
      hash: [...hashes][0] ?? "",
    };
    return METRICS.map(([key, metric]) => {
      const samples = (found[index] ?? []).map((each) => numberOf(each, key));
      return toRow(frame, metric, samples);
    });
  });
}
