// Layer "durable": acknowledgements per second and their latency with `fsync`, beside the bare
// floor of the same run; what a running snapshot does to them; the time a restart takes.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { latencyRows } from "./latencies.ts";
import { measure, type Measured, numberOf, placement, textOf, toMeasured } from "./processes.ts";
import { type Row, type RowFrame, type Stand, toRow, toTimesRow } from "./rows.ts";
import { measureSyncFloor, SYNC_FLOOR } from "./sync-floor.ts";

const IN_FLIGHT_MIDDLE = 16;
const IN_FLIGHT = [1, IN_FLIGHT_MIDDLE, 256];
/** Orders in flight while snapshots are written. */
const IN_FLIGHT_SNAPSHOT = 64;
const RUNS = ["floor", "raw", "facade"] as const;
type Run = (typeof RUNS)[number];

const METRICS: [string, string][] = [
  ["acks_per_second", "acks/s"],
  ["syncs_per_second", "fsyncs/s"],
];
const NAMES: Readonly<Record<Run, string>> = {
  floor: SYNC_FLOOR,
  raw: "core through the addon",
  facade: "core as the gateway uses it",
};

export async function runDurable(bench: Bench): Promise<Row[]> {
  return [
    ...(await runAcknowledgements(bench)),
    ...(bench.size.hasAllCases ? await runSnapshots(bench) : []),
    ...(await runRecovery(bench)),
  ];
}

/** A B C A B C, so that a slow minute of the disk hits all alike. */
async function runAcknowledgements(bench: Bench): Promise<Row[]> {
  const { hasAllCases } = bench.size;
  const inFlights = IN_FLIGHT.filter((inFlight) => hasAllCases || inFlight !== IN_FLIGHT_MIDDLE);
  const cases = inFlights.flatMap((inFlight) => RUNS.map((run) => ({ run, inFlight })));
  const found = cases.map((): Measured[] => []);
  for (let round = 0; round < bench.size.rounds; round += 1) {
    for (const [index, { run, inFlight }] of cases.entries()) {
      bench.tell(`durable: ${run}, ${inFlight} in flight, process ${round + 1}`);
      const measured = await measureRun(bench, run, inFlight);
      bench.keep("durable", { run, in_flight: inFlight, ...measured });
      found[index]?.push(measured);
      bench.removeVenues();
    }
  }
  return cases.flatMap(({ run, inFlight }, index) => {
    const chart = `Durable acknowledgements, ${inFlight} in flight`;
    const role = run === "floor" ? "floor" : "own";
    const stand: Stand = { chart, name: NAMES[run], role };
    const frame = toFrame(`${run}, ${inFlight} in flight`, stand);
    const measured = found[index] ?? [];
    bench.keepLatencies(frame, measured);
    const rates = METRICS.map(([key, metric]) =>
      toRow(
        frame,
        metric,
        measured.map((one) => numberOf(one, key)),
      ),
    );
    const floor = found[cases.findIndex((one) => one.run === "floor" && one.inFlight === inFlight)];
    const ratios = run === "floor" ? [] : floorRows(frame, measured, floor ?? []);
    return [...rates, ...latencyRows(frame, measured), ...ratios];
  });
}

/** How many times the floor of the same round. */
function floorRows(frame: RowFrame, found: readonly Measured[], floor: readonly Measured[]): Row[] {
  const toTimes = (key: string, metric: string): Row => {
    const [own, others] = [found, floor].map((all) => all.map((one) => numberOf(one, key)));
    return toTimesRow(frame, `${metric}, times the ${SYNC_FLOOR}`, own ?? [], others ?? []);
  };
  return [toTimes("acks_per_second", "acks/s"), toTimes("p50_us", "p50")];
}

function toFrame(name: string, stand?: Stand): RowFrame {
  const frame = { layer: "durable", case: name, durability: "fsync", placement: placement(false) };
  return stand === undefined ? frame : { ...frame, stand };
}

function measureRun(bench: Bench, run: Run, inFlight: number): Promise<Measured> {
  if (run === "floor") return measureSyncFloor(bench, inFlight);
  const directory = makeVenue(bench, "durable");
  return measure(loopCommand(bench, run, inFlight, bench.size.lengthMs, "no", directory));
}

function loopCommand(
  bench: Bench,
  door: Exclude<Run, "floor">,
  inFlight: number,
  lengthMs: number,
  snapshots: "yes" | "no",
  directory: string,
): string[] {
  const program = bench.script("durable-process.ts");
  return [
    process.execPath,
    program,
    door,
    "fsync",
    `${inFlight}`,
    `${lengthMs}`,
    snapshots,
    directory,
  ];
}

function makeVenue(bench: Bench, name: string): string {
  const directory = join(bench.dataDirectory, "venues", name);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Both kinds of acknowledgement come from the same process, in turns. */
async function runSnapshots(bench: Bench): Promise<Row[]> {
  const found: Measured[] = [];
  for (let round = 0; round < bench.size.rounds; round += 1) {
    bench.tell(`durable: snapshots, process ${round + 1}`);
    const directory = makeVenue(bench, "snapshots");
    const lengthMs = bench.size.snapshotLengthMs;
    const command = loopCommand(bench, "facade", IN_FLIGHT_SNAPSHOT, lengthMs, "yes", directory);
    const measured = await measure(command);
    bench.keep("durable", { run: "snapshots", ...measured });
    found.push(measured);
    bench.removeVenues();
  }
  const during = found.map((each) => toMeasured(each["during"]));
  const name = `facade, ${IN_FLIGHT_SNAPSHOT} in flight`;
  const rows = (title: string, from: readonly Measured[]): Row[] => {
    const chart = "Acknowledgements while snapshots are written";
    const frame = toFrame(`${name}, ${title}`, { chart, name: title, role: "own" });
    bench.keepLatencies(frame, from);
    return latencyRows(frame, from);
  };
  return [
    ...rows("no snapshot running", found),
    ...rows("snapshot running", during),
    toRow(
      toFrame(name),
      "snapshots",
      found.map((one) => numberOf(one, "snapshots")),
    ),
  ];
}

/** The anchor stream, journaled without a snapshot and replayed. */
async function runRecovery(bench: Bench): Promise<Row[]> {
  const commands = bench.size.recoveryCommands;
  const file = join(bench.dataDirectory, "recovery.bin");
  const options = [`commands=${commands}`, "fees=yes", `out=${file}`];
  await measure([bench.program("bench"), "records", ...options]);
  const directory = makeVenue(bench, "recovery");
  const program = bench.script("recovery-process.ts");
  bench.tell(`durable: filling a journal with ${commands} commands`);
  const filled = await measure([process.execPath, program, "fill", directory, file]);
  const found: Measured[] = [];
  for (let round = 0; round < bench.size.recoveryRounds; round += 1) {
    bench.tell(`durable: recovery, process ${round + 1}`);
    const opened = await measure([process.execPath, program, "open", directory]);
    bench.keep("durable", { run: "recovery", ...opened });
    if (textOf(opened, "hash") !== textOf(filled, "hash")) {
      throw new Error("durable: the recovered state is not the one that was left");
    }
    found.push(opened);
  }
  bench.removeVenues();
  const frame: RowFrame = {
    layer: "durable",
    case: `recovery of ${commands.toLocaleString("en-US")} commands`,
    durability: "os",
    placement: placement(false),
    hash: textOf(filled, "hash"),
  };
  const seconds = found.map((one) => numberOf(one, "recovery_ms") / 1e3);
  const rates = found.map((one) => numberOf(one, "commands") / numberOf(one, "recovery_ms"));
  return [toRow(frame, "s", seconds), toRow(frame, "thousand commands/s", rates)];
}
