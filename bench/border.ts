// Layer "border": what a command costs through the addon, by batch size, durability `none`.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { BORDER_CHART } from "./engine-case.ts";
import { measure, numberOf, placement, textOf } from "./processes.ts";
import { type Row, toRow } from "./rows.ts";

const BATCHES = [1, 8, 64, 512];
const MAIN_BATCHES = [1, 64];
const DOORS = ["raw", "heads", "facade"] as const;

export async function runBorder(bench: Bench): Promise<Row[]> {
  const file = join(bench.dataDirectory, "border.bin");
  const options = [`commands=${bench.size.borderCommands}`, "fees=yes", `out=${file}`];
  const written = await measure([bench.program("bench"), "records", ...options]);
  const parts = [`${numberOf(written, "setup")}`, `${numberOf(written, "prefill")}`];
  const batches = BATCHES.filter((batch) => bench.size.hasAllCases || MAIN_BATCHES.includes(batch));
  const cases = DOORS.flatMap((door) => batches.map((batch) => ({ door, batch })));
  const samples = cases.map((): number[] => []);
  const hashes = DOORS.map(() => new Set<string>());
  for (let round = 0; round < bench.size.rounds; round += 1) {
    for (const [index, { door, batch }] of cases.entries()) {
      bench.tell(`border: ${door}, batch ${batch}, process ${round + 1} of ${bench.size.rounds}`);
      const venue = join(bench.dataDirectory, "venues", `border-${round}-${index}`);
      mkdirSync(venue, { recursive: true });
      const command = [
        process.execPath,
        bench.script("border-process.ts"),
        door,
        `${batch}`,
        file,
        ...parts,
        venue,
      ];
      const measured = await measure(command);
      bench.keep("border", { door, batch, ...measured });
      samples[index]?.push(numberOf(measured, "ns"));
      hashes[DOORS.indexOf(door)]?.add(textOf(measured, "hash"));
      bench.removeVenues();
    }
  }
  if (hashes.some((each) => each.size > 1)) throw new Error("border: results differ");
  return cases.flatMap(({ door, batch }, index) => {
    const frame = {
      layer: "border",
      case: `${door}, batch ${batch}`,
      durability: "none",
      placement: placement(false),
      hash: [...(hashes[DOORS.indexOf(door)] ?? [])][0] ?? "",
      stand: { chart: BORDER_CHART, name: `${door}, batch ${batch}`, role: "own" as const },
    };
    const costs = samples[index] ?? [];
    const rates = costs.map((ns) => 1e9 / ns);
    return [toRow(frame, "ns per command", costs), toRow(frame, "commands/s", rates)];
  });
}
