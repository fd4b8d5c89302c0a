// Other exchanges' engines on the anchor stream: exchange-core's parts on Java, whose results must
// be ours, and the order book of npm's `nodejs-order-book` on Node and on Bun.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { BORDER_CHART, bookChart, coreChart, type EngineCase } from "./engine-case.ts";
import { measure, type Measured, numberOf } from "./processes.ts";

const EXCHANGE_CORE = "exchange-core 0.5.3";
/** What comes from registries, once. */
const INSTALLED = ".toolchain/peers";
const ORDER_BOOK = "nodejs-order-book";
const ORDER_BOOK_VERSION = "10.1.1";
/** The first compiles; each takes some ten times as long as one of the others. */
const ORDER_BOOK_PASSES = 2;

// It keeps its parts apart from Java 17's closed packages only with these.
const JAVA_OPENS = ["java.lang", "java.nio", "sun.nio.ch"].map(
  (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
);
/** Its best of those tried here: no pauses within a pass, large pages. */
const JAVA_FLAGS = ["-XX:+UseSerialGC", "-XX:+AlwaysPreTouch", "-XX:+UseTransparentHugePages"];
/** What is allocated in a pass lies in two thirds of the memory. */
const YOUNG_SHARE = 2 / 3;
/** What a peer's result is held against. */
const RESULTS = ["trades", "volume", "ask_levels", "ask_orders", "bid_levels", "bid_orders"];

/** A stream that was written for peers. */
interface PeerStream {
  readonly file: string;
  readonly instruments: number;
  readonly prefill: number;
  /** What the stream's generator found on its own book. */
  readonly expected: Measured;
}

/** The peers that this machine has the programs for; others are named as left out. */
export async function peerCases(
  bench: Bench,
  instruments: readonly number[],
): Promise<EngineCase[]> {
  mkdirSync(join(bench.dataDirectory, "peer"), { recursive: true });
  const streams: PeerStream[] = [];
  for (const count of instruments) streams.push(await writeStream(bench, count));
  return [...(await exchangeCoreCases(bench, streams)), ...(await orderBookCases(bench, streams))];
}

async function writeStream(bench: Bench, instruments: number): Promise<PeerStream> {
  const file = join(bench.dataDirectory, "peer", `stream-${instruments}.bin`);
  const options = [`instruments=${instruments}`, `out=${file}`, `commands=${bench.size.commands}`];
  const expected = await measure([bench.program("bench"), "peer-file", ...options]);
  return { file, instruments, prefill: numberOf(expected, "prefill"), expected };
}

async function exchangeCoreCases(
  bench: Bench,
  streams: readonly PeerStream[],
): Promise<EngineCase[]> {
  const missing = ["java", "javac", "mvn"].filter((name) => Bun.which(name) === null);
  if (missing.length > 0) {
    bench.leaveOut(`peer: ${EXCHANGE_CORE}, which needs ${missing.join(", ")}`);
    return [];
  }
  const directory = join(bench.dataDirectory, "peer");
  const jars = join(bench.root, INSTALLED, "exchange-core");
  const sources = join(bench.root, "bench", "peer");
  if (!existsSync(join(jars, "exchange-core-0.5.3.jar"))) {
    const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${jars}`];
    await bench.run(["mvn", "-q", "-B", "-f", join(sources, "pom.xml"), ...goal]);
  }
  const classPath = `${join(jars, "*")}:${directory}`;
  await bench.run(["javac", "-cp", classPath, "-d", directory, join(sources, "Peer.java")]);
  return (["book", "spot"] as const).flatMap((layer) =>
    streams.map((stream): EngineCase => {
      const { file, instruments, prefill } = stream;
      const chart = (layer === "book" ? bookChart : coreChart)(instruments);
      const name = layer === "book" ? EXCHANGE_CORE : `${EXCHANGE_CORE}, spot`;
      return {
        layer: "peer",
        name: `${EXCHANGE_CORE}, ${layer}, anchor, instruments ${instruments}`,
        isPinned: false,
        isMain: layer === "spot",
        hasPeer: true,
        stand: { chart, name, role: "peer" },
        command: () => {
          const options = [layer, file, `${instruments}`, `${prefill}`, `${bench.size.peerPasses}`];
          const java = ["java", ...JAVA_OPENS, ...JAVA_FLAGS, ...memoryOf(bench)];
          return [...java, "-cp", classPath, "Peer", ...options];
        },
        hashOf: (measured) => checkResult(stream, measured),
      };
    }),
  );
}

function memoryOf({ size: { peerMemoryMib } }: Bench): string[] {
  const young = Math.floor(peerMemoryMib * YOUNG_SHARE);
  return [`-Xms${peerMemoryMib}m`, `-Xmx${peerMemoryMib}m`, `-Xmn${young}m`];
}

/** Errors: throws when a peer ended with other trades or another book than ours. */
function checkResult({ expected }: PeerStream, measured: Measured): string {
  const results = RESULTS.map((key) => {
    const [found, wanted] = [numberOf(measured, key), numberOf(expected, key)];
    if (found !== wanted) throw new Error(`peer: ${key} is ${found}, not ${wanted}`);
    return found;
  });
  return toHash(results);
}

function toHash(results: readonly number[]): string {
  return Bun.hash(results.join(" ")).toString(16);
}

/**
 * One book, without accounts. It has no way to make an order smaller in its place, so that a
 * reduced order goes to the end of its queue and the trades are not exactly ours.
 */
async function orderBookCases(bench: Bench, streams: readonly PeerStream[]): Promise<EngineCase[]> {
  const stream = streams.find(({ instruments }) => instruments === 1);
  const directory = join(bench.root, INSTALLED, ORDER_BOOK);
  if (stream === undefined || !(await installOrderBook(bench, directory))) return [];
  const { file, prefill } = stream;
  const runtimes: [name: string, program: string][] = [["Bun", process.execPath]];
  const node = Bun.which("node");
  if (node !== null) runtimes.unshift(["Node", node]);
  const program = bench.script("peer/order-book.mjs");
  return runtimes.map(([runtime, path]) => ({
    layer: "peer",
    name: `${ORDER_BOOK} ${ORDER_BOOK_VERSION} on ${runtime}, anchor, instruments 1`,
    isPinned: false,
    isMain: runtime === "Bun",
    hasPeer: true,
    stand: { chart: BORDER_CHART, name: `${ORDER_BOOK} on ${runtime}, no accounts`, role: "peer" },
    hashOf: (measured) => toHash([numberOf(measured, "orders_touched")]),
    command: () => {
      const sizes = [prefill, bench.size.orderBookCommands, ORDER_BOOK_PASSES].map(String);
      return [path, program, directory, file, ...sizes];
    },
  }));
}

/** False, with a word about it, where the registry does not answer. */
async function installOrderBook(bench: Bench, directory: string): Promise<boolean> {
  const installed = join(directory, "node_modules", ORDER_BOOK, "package.json");
  if (existsSync(installed)) return true;
  mkdirSync(directory, { recursive: true });
  const dependencies = { [ORDER_BOOK]: ORDER_BOOK_VERSION };
  writeFileSync(join(directory, "package.json"), JSON.stringify({ private: true, dependencies }));
  try {
    await bench.run([process.execPath, "install", "--silent", "--cwd", directory]);
    return true;
  } catch {
    bench.leaveOut(`peer: ${ORDER_BOOK}, which could not be installed`);
    return false;
  }
}
