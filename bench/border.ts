// Layer "border": what a command costs through the addon, by batch size, durability `none`.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { measure, numberOf, placement, textOf } from "./processes.ts";
import { type Row, toRow } from "./rows.ts";

const BATCHES = [1, 8, 64, 512];
const DOORS = ["raw", "heads", "facade"] as const;

export async function runBorder(bench: Bench): Promise<Row[]> {
  const file = join(bench.dataDirectory, "border.bin");
  const options = [`commands=${bench.size.borderCommands}`, "fees=yes", `out=${file}`];
  const written = await measure([bench.program("bench"), "records", ...options]);
  const parts = [`${numberOf(written, "setup")}`, `${numberOf(written, "prefill")}`];
  const cases = DOORS.flatMap((door) => BATCHES.map((batch) => ({ door, batch })));
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
  return cases.map(({ door, batch }, index) => {
    const frame = {
      layer: "border",
      case: `${door}, batch ${batch}`,
      durability: "none",
      placement: placement(false),
      hash: [...(hashes[DOORS.indexOf(door)] ?? [])][0] ?? "",
      stand: { chart: "Border", name: `${door}, batch ${batch}`, role: "own" as const },
    };
    return toRow(frame, "ns per command", samples[index] ?? []);
  });
}
