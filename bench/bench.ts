// What the layers of one run share: how much is measured, where files go, what was found.

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { DoorSize } from "./door-layer.ts";
import { joinLatencies, type Latency } from "./latencies.ts";
import type { Measured } from "./processes.ts";
import type { RowFrame } from "./rows.ts";

/** How much is measured. */
export interface Size {
  /** Fresh processes per figure. */
  rounds: number;
  /** Of what is behind the order path, and of engines that nothing stands beside. */
  fewRounds: number;
  /** False: only the cases that say most. */
  hasAllCases: boolean;
  /** Commands of the layer stream; 3,000,000 have the check values. */
  streamCommands: number;
  /** Of each of our own streams, behind its first orders: what README.md has the hashes of. */
  ownStreamCommands: number;
  /** Commands of the layers book, core and peer. */
  commands: number;
  passes: number;
  /** Most orders that rest in a book of our own streams. */
  restingMax: number;
  /** A peer on a virtual machine compiles during its first passes. */
  peerPasses: number;
  /** Of the stream, behind its first orders, for an order book that is slow. */
  orderBookCommands: number;
  /** Of exchange-core's process. */
  peerMemoryMib: number;
  memoryOrders: number;
  borderCommands: number;
  /** Of an open loop, per second: two processors carry it with a client that never rests. */
  openRate: number;
  /** Length of one run in ms; with snapshots in turn, of one that is longer. */
  lengthMs: number;
  snapshotLengthMs: number;
  recoveryCommands: number;
  /** Starts that replay the same journal. */
  recoveryRounds: number;
  /** Some three changes each; a burst holds all of them in memory. */
  historyTransactions: number;
  /** For a process to come to rest before it is measured, in ms. */
  restMs: number;
  /** Commands that were there before the stages: what one that catches up has before it. */
  stageCommands: number;
  /** Commands whose changes are caught up with. */
  catchUpCommands: number;
  /** Length of a run of the layer push in ms, where it is not one order for each client. */
  pushMs: number;
  /** Orders that a server gets first, as fast as it takes them. */
  pushWarmOrders: number;
  /** Clients of one book, and those with an account each. */
  pushCrowd: number;
  pushOwners: number;
  /** Runs with many clients. */
  pushCrowdRounds: number;
  /** Whose cost is measured. */
  pushFills: number;
  fix: DoorSize;
  binary: DoorSize;
}

export const SIZES = {
  full: {
    ...{ rounds: 7, fewRounds: 3, hasAllCases: true },
    ...{ commands: 1_500_000, passes: 2, peerPasses: 6, memoryOrders: 1_000_000 },
    ...{
      restingMax: 1_000_000,
      streamCommands: 3_000_000,
      ownStreamCommands: 100_000,
      orderBookCommands: 300_000,
      peerMemoryMib: 3_072,
    },
    ...{ openRate: 2_000, borderCommands: 400_000, lengthMs: 1_500, snapshotLengthMs: 6_000 },
    restMs: 500,
    ...{
      recoveryCommands: 5_000_000,
      recoveryRounds: 3,
      stageCommands: 300_000,
      historyTransactions: 500_000,
    },
    ...{ pushMs: 2_000, pushCrowd: 1_000, pushOwners: 5_000 },
    ...{ pushCrowdRounds: 2, pushFills: 12_000, pushWarmOrders: 10_000 },
    fix: { warm: 61_440, roundTrips: 5_000, requests: 51_200, resent: 100_096, resendRounds: 3 },
    binary: {
      warm: 61_440,
      roundTrips: 10_000,
      requests: 204_800,
      resent: 100_096,
      resendRounds: 3,
    },
    catchUpCommands: 200_000,
  },
  quick: {
    ...{ rounds: 3, fewRounds: 3, hasAllCases: false },
    ...{ commands: 300_000, passes: 2, peerPasses: 6, memoryOrders: 100_000 },
    ...{
      restingMax: 1_000_000,
      streamCommands: 3_000_000,
      ownStreamCommands: 100_000,
      orderBookCommands: 100_000,
      peerMemoryMib: 1_536,
    },
    ...{ openRate: 2_000, borderCommands: 100_000, lengthMs: 400, snapshotLengthMs: 3_000 },
    restMs: 500,
    ...{
      recoveryCommands: 500_000,
      recoveryRounds: 1,
      stageCommands: 100_000,
      historyTransactions: 100_000,
    },
    ...{ pushMs: 700, pushCrowd: 1_000, pushOwners: 2_000 },
    ...{ pushCrowdRounds: 1, pushFills: 5_000, pushWarmOrders: 10_000 },
    fix: { warm: 15_360, roundTrips: 1_000, requests: 12_800, resent: 20_032, resendRounds: 1 },
    binary: {
      warm: 30_720,
      roundTrips: 3_000,
      requests: 51_200,
      resent: 20_032,
      resendRounds: 1,
    },
    catchUpCommands: 50_000,
  },
  /** For tests: whether it runs, not how fast. */
  tiny: {
    ...{ rounds: 1, fewRounds: 1, hasAllCases: true },
    ...{ commands: 2_000, passes: 1, peerPasses: 1, memoryOrders: 2_000 },
    ...{
      restingMax: 1_000,
      streamCommands: 2_000,
      ownStreamCommands: 2_000,
      orderBookCommands: 2_000,
      peerMemoryMib: 192,
    },
    ...{ openRate: 200, borderCommands: 2_000, lengthMs: 100, snapshotLengthMs: 200 },
    restMs: 20,
    ...{
      recoveryCommands: 2_000,
      recoveryRounds: 1,
      stageCommands: 2_048,
      historyTransactions: 1_000,
    },
    ...{ pushMs: 100, pushCrowd: 20, pushOwners: 20, pushCrowdRounds: 1, pushFills: 128 },
    ...{ catchUpCommands: 2_048, pushWarmOrders: 64 },
    fix: { warm: 1_024, roundTrips: 64, requests: 1_024, resent: 256, resendRounds: 1 },
    binary: { warm: 1_024, roundTrips: 64, requests: 2_048, resent: 256, resendRounds: 1 },
  },
} as const satisfies Record<string, Size>;

/** One run. */
export class Bench {
  readonly root = join(import.meta.dir, "..");
  readonly size: Size;
  /** Journals and streams; on the disk that the product would use. */
  readonly dataDirectory: string;
  /** Everything that measuring processes printed, by layer. */
  readonly samples: Record<string, Measured[]> = {};
  readonly latencies: Latency[] = [];
  /** What this machine could not measure, and why. */
  readonly leftOut: string[] = [];
  hasFailed = false;
  readonly #programs: string;
  readonly #tell: (line: string) => void;

  /**
   * Bounds: `dataDirectory` belongs to this run alone. `build` names the folder of cargo's output
   * that holds the programs.
   */
  constructor(options: {
    size: Size;
    dataDirectory: string;
    build: "release" | "debug";
    tell: (line: string) => void;
  }) {
    this.size = options.size;
    this.dataDirectory = options.dataDirectory;
    this.#tell = options.tell;
    const target = process.env["CARGO_TARGET_DIR"] ?? join(this.root, "core-addon", "target");
    this.#programs = join(target, options.build);
  }

  /** Path of a program of the Rust crate `bench`. */
  program(name: "bench" | "book"): string {
    return join(this.#programs, name);
  }

  /** Path of a program of this folder. */
  script(name: string): string {
    return join(this.root, "bench", name);
  }

  /** Removes the journals written so far: the disk is shared. */
  removeVenues(): void {
    rmSync(join(this.dataDirectory, "venues"), { recursive: true, force: true });
  }

  tell(line: string): void {
    this.#tell(line);
  }

  /** Keeps what a process printed, without its histograms: these are joined by case. */
  keep(layer: string, measured: Measured): void {
    (this.samples[layer] ??= []).push(withoutHistograms(measured));
  }

  /** Keeps the latencies of all processes of a case, for the plots. */
  keepLatencies(frame: RowFrame, found: readonly Measured[]): void {
    this.latencies.push(joinLatencies(frame, found));
  }

  /** Says that a layer could not be measured: the run is none to rely on. */
  fail(what: string): void {
    this.hasFailed = true;
    this.leaveOut(what);
  }

  /** Says that a figure is missing, and why. */
  leaveOut(what: string): void {
    if (this.leftOut.includes(what)) return;
    this.leftOut.push(what);
    this.tell(`${what}: left out`);
  }

  /** Errors: throws when the command fails; what it says is shown. */
  async run(command: readonly string[]): Promise<void> {
    const child = Bun.spawn([...command], { stdio: ["ignore", "inherit", "inherit"] });
    const exitCode = await child.exited;
    if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}`);
  }
}

function withoutHistograms(measured: Measured): Measured {
  const isKept = ([key]: readonly [string, unknown]): boolean => !key.endsWith("histogram");
  const strip = (value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? withoutHistograms(Object.fromEntries(Object.entries(value)))
      : value;
  const kept = Object.entries(measured).filter(isKept);
  return Object.fromEntries(kept.map(([key, value]) => [key, strip(value)]));
}
