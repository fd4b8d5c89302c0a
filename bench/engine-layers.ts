// Layers "stream", "book", "core", "peer" and "memory": programs of the Rust crate `bench`, and the
// same command stream through the peers.

import type { Bench } from "./bench.ts";
import { bookChart, coreChart, type EngineCase } from "./engine-case.ts";
import { peerCases } from "./peers.ts";
import { measure, type Measured, numberOf, numbersOf, placement, textOf } from "./processes.ts";
import { type Row, toRow } from "./rows.ts";

const ANCHOR = [1, 100];
/** Our own streams, on the whole engine and on books alone. */
const HARDER = ["mixed", "deep", "wide", "sweep"];
const BOOKS = ["single", "still", "deep", "wide", "sweep", "mixed"];
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
  const anchor = metrics.map((metric) => toRow(frame, metric, [numberOf(measured, metric)]));
  const own: Row[] = [];
  for (const name of BOOKS) own.push(...(await ownStream(bench, name)));
  return [...anchor, ...own];
}

/** What one of our own streams is known by. */
async function ownStream(bench: Bench, name: string): Promise<Row[]> {
  const { ownStreamCommands, restingMax } = bench.size;
  const options = [`commands=${ownStreamCommands}`, `resting_max=${restingMax}`, "fees=yes"];
  const command = [bench.program("bench"), "stream", `workload=${name}`, ...options];
  const measured = await measure(command);
  bench.keep("stream", { workload: name, ...measured });
  const frame = {
    layer: "stream",
    case: `${name}, seed 1`,
    durability: "-",
    placement: placement(false),
    hash: textOf(measured, "hash"),
  };
  return ["commands", "trades", "volume", "rejects"].map((metric) =>
    toRow(frame, metric, [numberOf(measured, metric)]),
  );
}

/** Book, core and, where Java and Maven are, the peer: interleaved, in fresh processes. */
export async function runEngine(bench: Bench, layers: readonly string[]): Promise<Row[]> {
  const ours = [...bookCases(), ...coreCases()].filter((each) => layers.includes(each.layer));
  const peers = layers.includes("peer") ? await peerCases(bench, ANCHOR) : [];
  const { hasAllCases } = bench.size;
  const cases = [...ours, ...peers].filter(({ isMain }) => isMain || hasAllCases);
  const found = cases.map((): Measured[] => []);
  const { rounds, fewRounds } = bench.size;
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, each] of cases.entries()) {
      const own = each.hasPeer ? rounds : fewRounds;
      if (round >= own) continue;
      bench.tell(`${each.layer}: ${each.name}, process ${round + 1} of ${own}`);
      const printed = await measure(each.command(bench, round === 0), { isPinned: each.isPinned });
      const hash = each.hashOf?.(printed);
      const measured = hash === undefined ? printed : { ...printed, hash };
      bench.keep(each.layer, measured);
      found[index]?.push(measured);
    }
  }
  return cases.flatMap((each, index) => toRows(each, found[index] ?? []));
}

/** The median of a process stands for it; a peer's first passes still compile. */
function toRows(each: EngineCase, measured: readonly Measured[]): Row[] {
  const hashes = new Set(measured.map((one) => String(one["hash"] ?? "")));
  if (hashes.size > 1) throw new Error(`${each.layer}: ${each.name}: processes disagree`);
  const frame = {
    layer: each.layer,
    case: each.name,
    durability: "-",
    placement: placement(each.isPinned),
    hash: [...hashes][0] ?? "",
    stand: each.stand,
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

function bookCases(): EngineCase[] {
  const anchor = ANCHOR.map((instruments) => ({
    name: `anchor, instruments ${instruments}`,
    options: [`instruments=${instruments}`],
    chart: bookChart(instruments),
    isMain: true,
    hasPeer: true,
    title: "openbell",
  }));
  const harder = BOOKS.map((name) => ({
    name,
    options: [`workload=${name}`],
    chart: "Book on our own streams",
    isMain: name === "mixed",
    hasPeer: false,
    title: name,
  }));
  return [...anchor, ...harder].map(({ name, options, chart, title, isMain, hasPeer }) => ({
    layer: "book",
    name,
    isPinned: true,
    isMain,
    hasPeer,
    stand: { chart, name: title, role: "own" },
    command: (bench) => {
      const resting = `resting_max=${bench.size.restingMax}`;
      return [bench.program("book"), ...options, ...amount(bench), resting];
    },
  }));
}

function coreCases(): EngineCase[] {
  const variants = [
    { instruments: 1, fees: "no", retained: 1 },
    { instruments: 100, fees: "no", retained: 1 },
    { instruments: 1, fees: "yes", retained: RETAINED_DEFAULT },
    { instruments: 100, fees: "yes", retained: RETAINED_DEFAULT },
  ];
  const anchor = variants.map(({ instruments, fees, retained }) => ({
    name: `anchor, instruments ${instruments}, fees ${fees}, finals kept ${retained}`,
    options: [`instruments=${instruments}`, `fees=${fees}`, `retained=${retained}`],
    chart: coreChart(instruments),
    isMain: fees === "no",
    hasPeer: true,
    title: fees === "no" ? "openbell, set as the peer" : "openbell, default venue",
  }));
  const harder = HARDER.map((name) => ({
    name: `${name}, fees yes, finals kept ${RETAINED_DEFAULT}`,
    options: [`workload=${name}`, "fees=yes", `retained=${RETAINED_DEFAULT}`],
    chart: "Core on our own streams",
    isMain: name === "mixed",
    hasPeer: false,
    title: name,
  }));
  return [...anchor, ...harder].map(({ name, options, chart, title, isMain, hasPeer }) => ({
    layer: "core",
    name,
    isPinned: true,
    isMain,
    hasPeer,
    stand: { chart, name: title, role: "own" },
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
