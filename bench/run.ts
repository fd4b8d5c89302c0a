/**
 * Measures one layer after the other and prints a table.
 *
 * Use: `bun run bench [--quick] [layer…]`; without names every layer runs. The table goes to the
 * terminal, the figures with every sample to `bench/results/<date>-<commit>.json`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Bench, SIZES } from "./bench.ts";
import { runBorder } from "./border.ts";
import { runCatchUp } from "./catch-up.ts";
import { runDurable } from "./durable.ts";
import { runEngine, runMemory, runStream } from "./engine-layers.ts";
import { runFix } from "./fix.ts";
import { runFixCodec } from "./fix-codec.ts";
import { runHistory } from "./history.ts";
import { runHttp } from "./http.ts";
import { readMachine } from "./machine.ts";
import { runPush } from "./push.ts";
import { runStages } from "./stages.ts";
import { type Row, toTable } from "./rows.ts";

const ROOT = join(import.meta.dir, "..");
const ENGINE_LAYERS = ["book", "core", "peer"];
const LAYERS = [
  "stream",
  ...ENGINE_LAYERS,
  "memory",
  "border",
  "durable",
  "history",
  "stages",
  "catch-up",
  "push",
  "http",
  "fix-codec",
  "fix",
];

async function runLayers(bench: Bench, layers: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  if (layers.includes("stream")) rows.push(...(await runStream(bench)));
  if (layers.some((layer) => ENGINE_LAYERS.includes(layer))) {
    rows.push(...(await runEngine(bench, layers)));
  }
  if (layers.includes("memory")) rows.push(...(await runMemory(bench)));
  if (layers.includes("border")) rows.push(...(await runBorder(bench)));
  if (layers.includes("durable")) rows.push(...(await runDurable(bench)));
  if (layers.includes("history")) rows.push(...(await runHistory(bench)));
  if (layers.includes("stages")) rows.push(...(await runStages(bench)));
  if (layers.includes("catch-up")) rows.push(...(await runCatchUp(bench)));
  if (layers.includes("push")) rows.push(...(await runPush(bench)));
  if (layers.includes("http")) rows.push(...(await runHttp(bench)));
  if (layers.includes("fix-codec")) rows.push(...(await runFixCodec(bench)));
  if (layers.includes("fix")) rows.push(...(await runFix(bench)));
  return rows;
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => name !== "--quick" && !LAYERS.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`No layer ${unknown.join(", ")}; there are: ${LAYERS.join(", ")}\n`);
    return 2;
  }
  const layers = names.filter((name) => name !== "--quick");
  const isQuick = names.includes("--quick");
  const dataDirectory = join(ROOT, "data", "bench");
  mkdirSync(dataDirectory, { recursive: true });
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const size = isQuick ? SIZES.quick : SIZES.full;
  const bench = new Bench({ size, dataDirectory, build: "release", tell });
  await bench.run([
    ...["cargo", "build", "--release", "--locked", "--package", "bench"],
    ...["--manifest-path", join(ROOT, "core-addon", "Cargo.toml")],
  ]);
  const machine = readMachine(ROOT, bench.dataDirectory);
  const date = new Date().toISOString();
  const rows = await runLayers(bench, layers.length > 0 ? layers : LAYERS);
  const { samples } = bench;
  const name = `${date.slice(0, 10)}-${machine.commit}${isQuick ? "-quick" : ""}.json`;
  const path = join(ROOT, "bench", "results", name);
  mkdirSync(join(ROOT, "bench", "results"), { recursive: true });
  await Bun.write(path, `${JSON.stringify({ date, isQuick, machine, rows, samples }, null, 1)}\n`);
  const sheet = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  process.stdout.write(`${toTable(rows)}\n\n${sheet.join(" · ")}\n${path}\n`);
  bench.removeVenues();
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
