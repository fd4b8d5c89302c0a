// Layers "stream", "book", "core", "peer" and "memory": programs of the Rust crate `bench`, and the
// same command stream through exchange-core's parts.

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { measure, type Measured, numberOf, numbersOf, placement, textOf } from "./processes.ts";
import { type Row, toRow } from "./rows.ts";

/** A program, what it is told, and the name of its rows. */
interface Case {
  layer: "book" | "core" | "peer";
  name: string;
  command: (bench: Bench, isFirst: boolean) => string[];
  isPinned: boolean;
}

const ANCHOR = [1, 100];
const HARDER = ["mixed", "deep", "wide", "sweep"];
/** Finished orders kept per account by default: `Capacities::DEFAULT` of the engine. */
const RETAINED_DEFAULT = 65_536;

/** The stream's check values; the hash covers every command and its fills. */
export async function runStream(bench: Bench): Promise<Row[]> {
  const { streamCommands } = bench.size;
  const options = [`commands=${streamCommands}`];
  const measured = await measure([bench.program("bench"), "stream", ...options]);
  bench.keep("stream", measured);
  const frame = {
    layer: "stream",
    case: `anchor, seed ${numberOf(measured, "seed")}`,
    durability: "-",
    placement: placement(false),
    hash: textOf(measured, "hash"),
  };
  const metrics = ["commands", "trades", "volume", "ask_orders", "bid_orders"];
  return metrics.map((metric) => toRow(frame, metric, [numberOf(measured, metric)]));
}

/** Book, core and, where Java and Maven are, the peer: interleaved, in fresh processes. */
export async function runEngine(bench: Bench, layers: readonly string[]): Promise<Row[]> {
  const cases = [...bookCases(), ...coreCases()].filter((each) => layers.includes(each.layer));
  if (layers.includes("peer")) cases.push(...(await peerCases(bench)));
  const found = cases.map((): Measured[] => []);
  for (let round = 0; round < bench.size.rounds; round += 1) {
    for (const [index, each] of cases.entries()) {
      bench.tell(`${each.layer}: ${each.name}, process ${round + 1} of ${bench.size.rounds}`);
      const measured = await measure(each.command(bench, round === 0), { isPinned: each.isPinned });
      bench.keep(each.layer, measured);
      found[index]?.push(measured);
    }
  }
  return cases.flatMap((each, index) => toRows(each, found[index] ?? []));
}

/** The median of a process stands for it; a peer's first passes still compile. */
function toRows(each: Case, measured: readonly Measured[]): Row[] {
  const hashes = new Set(measured.map((one) => String(one["hash"] ?? "")));
  if (hashes.size > 1) throw new Error(`${each.layer}: ${each.name}: processes disagree`);
  const frame = {
    layer: each.layer,
    case: each.name,
    durability: "-",
    placement: placement(each.isPinned),
    hash: [...hashes][0] ?? "",
  };
  const skipped = each.layer === "peer" ? 0.5 : 0;
  const rates = measured.flatMap((one) => {
    const passes = numbersOf(one, "commands_per_second");
    return [medianOf(passes.slice(Math.floor(passes.length * skipped)))];
  });
  return [
    toRow(frame, "commands/s", rates),
    toRow(
      frame,
      "ns per command",
      rates.map((rate) => 1e9 / rate),
    ),
  ];
}

function medianOf(values: readonly number[]): number {
  return toRow({ layer: "", case: "", durability: "", placement: "" }, "", values).median;
}

function bookCases(): Case[] {
  return ANCHOR.map((instruments) => ({
    layer: "book",
    name: `anchor, instruments ${instruments}`,
    isPinned: true,
    command: (bench) => [bench.program("book"), `instruments=${instruments}`, ...amount(bench)],
  }));
}

function coreCases(): Case[] {
  const variants = [
    { instruments: 1, fees: "no", retained: 1 },
    { instruments: 100, fees: "no", retained: 1 },
    { instruments: 1, fees: "yes", retained: RETAINED_DEFAULT },
    { instruments: 100, fees: "yes", retained: RETAINED_DEFAULT },
  ];
  const anchor = variants.map(({ instruments, fees, retained }) => ({
    name: `anchor, instruments ${instruments}, fees ${fees}, finals kept ${retained}`,
    options: [`instruments=${instruments}`, `fees=${fees}`, `retained=${retained}`],
  }));
  const harder = HARDER.map((name) => ({
    name: `${name}, fees yes, finals kept ${RETAINED_DEFAULT}`,
    options: [`workload=${name}`, "fees=yes", `retained=${RETAINED_DEFAULT}`],
  }));
  return [...anchor, ...harder].map(({ name, options }) => ({
    layer: "core",
    name,
    isPinned: true,
    command: (bench, isFirst) => [
      ...[bench.program("bench"), "core", ...options, ...amount(bench)],
      ...[`check=${isFirst ? "yes" : "no"}`, `resting_max=${bench.size.restingMax}`],
    ],
  }));
}

function amount({ size }: Bench): string[] {
  return [`commands=${size.commands}`, `passes=${size.passes}`];
}

/** Bytes per account, balance and order. */
export async function runMemory(bench: Bench): Promise<Row[]> {
  const frame = {
    layer: "memory",
    case: "100,000 accounts",
    durability: "-",
    placement: placement(false),
  };
  const { memoryOrders } = bench.size;
  // Once: the same tables grow to the same size every time.
  const found = [await measure([bench.program("bench"), "memory", `commands=${memoryOrders}`])];
  found.forEach((one) => bench.keep("memory", one));
  const row = (key: string, metric: string): Row =>
    toRow(
      frame,
      metric,
      found.map((one) => numberOf(one, key)),
    );
  return [
    row("account_bytes", "bytes per account, 2 currencies"),
    row("balance_bytes", "bytes per deposit kept"),
    row("order_bytes", "bytes per resting order"),
  ];
}

// The peer keeps its parts apart from Java 17's closed packages only with these.
const JAVA_OPENS = ["java.lang", "java.nio", "sun.nio.ch"].map(
  (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
);
/** Its best of those tried here: no pauses within a pass, large pages. */
const JAVA_MEMORY = [
  ...["-XX:+UseSerialGC", "-Xms6g", "-Xmx6g", "-Xmn4g"],
  ...["-XX:+AlwaysPreTouch", "-XX:+UseTransparentHugePages"],
];

/** Empty, with a word about it, where Java or Maven is missing. */
async function peerCases(bench: Bench): Promise<Case[]> {
  if (["java", "javac", "mvn"].some((name) => Bun.which(name) === null)) {
    bench.tell("peer: left out, it needs java, javac and mvn");
    return [];
  }
  const directory = join(bench.dataDirectory, "peer");
  const jars = join(directory, "lib");
  const sources = join(bench.root, "bench", "peer");
  mkdirSync(jars, { recursive: true });
  if (!existsSync(join(jars, "exchange-core-0.5.3.jar"))) {
    const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${jars}`];
    await bench.run(["mvn", "-q", "-B", "-f", join(sources, "pom.xml"), ...goal]);
  }
  const classPath = `${join(jars, "*")}:${directory}`;
  await bench.run(["javac", "-cp", classPath, "-d", directory, join(sources, "Peer.java")]);
  const streams = new Map<number, { file: string; prefill: number }>();
  for (const instruments of ANCHOR) {
    const file = join(directory, `stream-${instruments}.bin`);
    const options = [`instruments=${instruments}`, `out=${file}`, ...amount(bench).slice(0, 1)];
    const written = await measure([bench.program("bench"), "peer-file", ...options]);
    streams.set(instruments, { file, prefill: numberOf(written, "prefill") });
  }
  const variants: [string, number][] = [
    ["book", 1],
    ["book", 100],
    ["spot", 1],
    ["spot", 100],
  ];
  return variants.map(([layer, instruments]) => ({
    layer: "peer",
    name: `exchange-core 0.5.3, ${layer}, anchor, instruments ${instruments}`,
    isPinned: false,
    command: () => {
      const { file, prefill } = streams.get(instruments) ?? { file: "", prefill: 0 };
      const options = [layer, file, `${instruments}`, `${prefill}`, `${bench.size.peerPasses}`];
      return ["java", ...JAVA_OPENS, ...JAVA_MEMORY, "-cp", classPath, "Peer", ...options];
    },
  }));
}
