// Layer "fix-codec": what reading and writing a FIX message costs, beside looking at its bytes.

import type { Bench } from "./bench.ts";
import { measure, numberOf, placement, textOf } from "./processes.ts";
import { type Row, toRow } from "./rows.ts";

/** Name of the process's case, what it is, and the floor it is held against. */
const CASES = [
  ["order-scan", "order, bytes added up", undefined],
  ["order-framed", "order, cut out of the stream", undefined],
  ["order-decoded", "order, decoded and checksum", "order-scan"],
  ["order-validated", "order, decoded and held against the dictionary", "order-scan"],
  ["report-scan", "report, bytes added up", undefined],
  ["report-encoded", "report, encoded", "report-scan"],
] as const;

export async function runFixCodec(bench: Bench): Promise<Row[]> {
  const script = bench.script("fix-codec-process.ts");
  const samples = new Map<string, number[]>(CASES.map(([name]) => [name, []]));
  const hashes = new Map<string, string>();
  for (let round = 0; round < bench.size.rounds; round += 1) {
    for (const [name] of CASES) {
      bench.tell(`fix-codec: ${name}, process ${round + 1} of ${bench.size.rounds}`);
      const command = [process.execPath, script, name, `${bench.size.borderCommands}`];
      const measured = await measure(command, { isPinned: true });
      bench.keep("fix-codec", { case: name, ...measured });
      samples.get(name)?.push(numberOf(measured, "ns"));
      const hash = textOf(measured, "hash");
      if ((hashes.get(name) ?? hash) !== hash) throw new Error(`fix-codec: ${name} differs`);
      hashes.set(name, hash);
    }
  }
  return CASES.flatMap(([name, text, floor]) => {
    const role = name.endsWith("scan") ? ("floor" as const) : ("own" as const);
    const frame = {
      layer: "fix-codec",
      case: text,
      durability: "-",
      placement: placement(true),
      hash: hashes.get(name) ?? "",
      stand: { chart: `FIX codec, ${text.split(",")[0] ?? ""}`, name: text, role },
    };
    const own = samples.get(name) ?? [];
    const cost = toRow(frame, "ns per message", own);
    if (floor === undefined) return [cost];
    const floors = samples.get(floor) ?? [];
    const ratios = own.map((ns, round) => ns / (floors[round] ?? ns));
    return [cost, toRow(frame, "times its bytes added up", ratios)];
  });
}
