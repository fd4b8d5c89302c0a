// Layer "catch-up": how fast a stage that has seen nothing gets to where the venue is, by
// re-execution, while no orders come.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { measure, type Measured, numberOf, placement, textOf } from "./processes.ts";
import { type Row, type RowFrame, toRow } from "./rows.ts";

const CASES = ["reading", "klines", "settlement", "history", "klines settlement history"];
const METRICS: [string, string][] = [
  ["changes_per_second", "changes/s"],
  ["commands_per_second", "commands/s"],
];

export async function runCatchUp(bench: Bench): Promise<Row[]> {
  const { fewRounds: rounds, catchUpCommands } = bench.size;
  const found = CASES.map((): Measured[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, kind] of CASES.entries()) {
      bench.tell(`catch-up: ${kind}, process ${round + 1} of ${rounds}`);
      const directory = join(bench.dataDirectory, "venues", `catch-up-${index}`);
      mkdirSync(directory, { recursive: true });
      const program = bench.script("catch-up-process.ts");
      const options = [kind, `${catchUpCommands}`, directory];
      const measured = await measure([process.execPath, program, ...options]);
      bench.keep("catch-up", { kind, ...measured });
      found[index]?.push(measured);
      bench.removeVenues();
    }
  }
  const hashes = new Set(found.flat().map((each) => textOf(each, "hash")));
  if (hashes.size > 1) throw new Error("catch-up: results differ");
  return CASES.flatMap((kind, index) => {
    const frame: RowFrame = {
      layer: "catch-up",
      case: `${kind.replaceAll(" ", ", ")}, ${catchUpCommands.toLocaleString("en-US")} commands`,
      durability: "os",
      placement: placement(false),
      hash: [...hashes][0] ?? "",
    };
    return METRICS.map(([key, metric]) => {
      const samples = (found[index] ?? []).map((each) => numberOf(each, key));
      return toRow(frame, metric, samples);
    });
  });
}
