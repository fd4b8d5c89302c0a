/**
 * Measures one layer after the other, prints a table, and compares with the run before.
 *
 * Use: `bun run bench [--quick] [layer…]`; without names all layers run, with `--quick` those that
 * fit three minutes. Figures and samples go to `bench/results/<date>-<commit>.json`, beside it a
 * page that shows them.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Bench, SIZES } from "./bench.ts";
import { type Change, compare, describeChange, isTold, summarise } from "./comparison.ts";
import { LAYERS, layersOf, runLayers } from "./layers.ts";
import { readMachine } from "./machine.ts";
import { toPage } from "./page/page.ts";
import { type BenchResult, readResults, toText } from "./result.ts";
import { type Row, toTable } from "./rows.ts";
import { WORKLOADS } from "./workloads.ts";

const ROOT = join(import.meta.dir, "..");
const RESULTS = join(ROOT, "bench", "results");

interface Plan {
  readonly isQuick: boolean;
  readonly layers: readonly string[];
  /** Of the file; says which layers it has when these are not all. */
  readonly suffix: string;
}

/** Undefined, with a word about it, when a name is no layer. */
function readPlan(words: readonly string[]): Plan | undefined {
  const names = words.filter((word) => word !== "--quick");
  const unknown = names.filter((name) => !LAYERS.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`No layer ${unknown.join(", ")}; there are: ${LAYERS.join(", ")}\n`);
    return undefined;
  }
  const isQuick = words.includes("--quick");
  const layers = names.length > 0 ? names : layersOf(isQuick ? "quick" : "full");
  const suffix = [...(isQuick ? ["quick"] : []), ...names].map((word) => `-${word}`).join("");
  return { isQuick, layers, suffix };
}

async function measureAll({ isQuick, layers }: Plan): Promise<[BenchResult, boolean]> {
  const dataDirectory = join(ROOT, "data", "bench");
  mkdirSync(dataDirectory, { recursive: true });
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const size = isQuick ? SIZES.quick : SIZES.full;
  const bench = new Bench({ size, dataDirectory, build: "release", tell });
  await bench.run([
    ...["cargo", "build", "--release", "--locked", "--package", "bench"],
    ...["--manifest-path", join(ROOT, "core-addon", "Cargo.toml")],
  ]);
  const machine = readMachine(ROOT, dataDirectory);
  const date = new Date().toISOString();
  const seconds: Record<string, number> = {};
  const rows = await runLayers(bench, layers, seconds);
  bench.removeVenues();
  const { samples, latencies, leftOut } = bench;
  const workloads = WORKLOADS.filter(({ layer }) => layers.includes(layer));
  const found = { workloads, seconds, leftOut, rows, latencies, samples };
  return [{ date, isQuick, machine, ...found }, bench.hasFailed];
}

function tellResult(result: BenchResult, changes: ReadonlyMap<Row, Change>): void {
  const note = (row: Row): string => {
    const change = changes.get(row);
    return change === undefined ? "" : describeChange(change);
  };
  const { machine, seconds, leftOut, rows } = result;
  const sheet = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  const times = Object.entries(seconds).map(([layer, took]) => `${layer} ${took} s`);
  const total = Object.values(seconds).reduce((sum, took) => sum + took, 0);
  const lines = [
    toTable(rows, note),
    "",
    sheet.join(" · "),
    `${Math.round(total)} s: ${times.join(" · ")}`,
    ...leftOut.map((what) => `left out: ${what}`),
    ...toldOf(changes),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** The figures that changed beyond the noise, once more in one place. */
function toldOf(changes: ReadonlyMap<Row, Change>): string[] {
  const all = [...changes.values()];
  const told = all.filter(isTold);
  if (all.length === 0) return ["no earlier run of this kind to compare with"];
  const lines = told.map((change) => {
    const { layer, case: name, metric } = change.row;
    return `  ${layer}: ${name}, ${metric}: ${describeChange(change)}`;
  });
  return [summarise(changes), ...lines];
}

async function main(words: readonly string[]): Promise<number> {
  const plan = readPlan(words);
  if (plan === undefined) return 2;
  const [result, hasFailed] = await measureAll(plan);
  mkdirSync(RESULTS, { recursive: true });
  const changes = compare(result, readResults(RESULTS));
  const name = `${result.date.slice(0, 10)}-${result.machine.commit}${plan.suffix}`;
  await Bun.write(join(RESULTS, `${name}.json`), toText(result));
  await Bun.write(join(RESULTS, `${name}.html`), toPage(result, changes));
  tellResult(result, changes);
  process.stdout.write(`bench/results/${name}.json and ${name}.html\n`);
  return hasFailed ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
