// Layer "stages": what orders notice of stages that keep up, are slow, dead or catching up.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { latencyRows } from "./latencies.ts";
import { measure, type Measured, numberOf, placement } from "./processes.ts";
import { type Row, type RowFrame, toRow } from "./rows.ts";

const CASES = ["none", "live", "slow", "dead", "catching_up"] as const;
const IN_FLIGHT = 16;
/** Orders per second of the steady load: about a tenth of what one thread takes without stages. */
const RATE = 5_000;
const LOADS = [
  { rate: RATE, text: `${RATE} orders/s` },
  { rate: 0, text: `${IN_FLIGHT} in flight` },
] as const;
export async function runStages(bench: Bench): Promise<Row[]> {
  const { lengthMs, restMs, stageCommands, fewRounds: rounds } = bench.size;
  const found = CASES.map(() => LOADS.map((): Measured[] => []));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, kind] of CASES.entries()) {
      for (const [at, { rate, text }] of LOADS.entries()) {
        bench.tell(`stages: ${kind}, ${text}, process ${round + 1} of ${rounds}`);
        const directory = join(bench.dataDirectory, "venues", `stages-${kind}`);
        mkdirSync(directory, { recursive: true });
        const program = bench.script("stages-process.ts");
        const sizes = [rate, IN_FLIGHT, lengthMs, restMs, stageCommands].map(String);
        const measured = await measure([process.execPath, program, kind, ...sizes, directory]);
        bench.keep("stages", { kind, rate, ...measured });
        found[index]?.[at]?.push(measured);
        bench.removeVenues();
      }
    }
  }
  return LOADS.flatMap(({ text }, at) =>
    CASES.flatMap((kind, index) => {
      const name = `${kind.replace("_", " ")}, ${text}`;
      const measured = found[index]?.[at] ?? [];
      const role = kind === "none" ? "floor" : "own";
      const frame: RowFrame = {
        ...{ layer: "stages", case: name, durability: "fsync", placement: placement(false) },
        stand: { chart: `Orders beside stages, ${text}`, name: kind.replace("_", " "), role },
      };
      bench.keepLatencies(frame, measured);
      const rates = measured.map((each) => numberOf(each, "acks_per_second"));
      return [toRow(frame, "acks/s", rates), ...latencyRows(frame, measured)];
    }),
  );
}
