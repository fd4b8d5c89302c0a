// A result that nobody measured, for tests of what reads results.

import { LatencyHistogram } from "./histogram.ts";
import { joinLatencies } from "./latencies.ts";
import type { BenchResult } from "./result.ts";
import { type RowFrame, type Stand, toRow } from "./rows.ts";
import { WORKLOADS } from "./workloads.ts";

const SAMPLES = 20_000;
const PROCESSES = 3;

interface Making {
  readonly seed: number;
  readonly date: string;
  /** Times what the first run took. */
  readonly factor: number;
}

/** The same seed gives the same numbers. */
export function madeUpResult({ seed, date, factor }: Making): BenchResult {
  let state = seed;
  const draw = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  const process = (us: number) => {
    const histogram = new LatencyHistogram();
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      // Most near the middle, and a long tail.
      histogram.add(us * 1e3 * (1 + 0.2 * draw() - 0.3 * Math.log(draw()) ** 3 * 0.05));
    }
    return { ...histogram.toMeasured() };
  };
  const frames: [frame: RowFrame, us: number][] = [
    [
      frameOf({ chart: "HTTP: closed loop, 1 connection", name: "venue, none", role: "own" }),
      60 * factor,
    ],
    [
      frameOf({ chart: "HTTP: closed loop, 1 connection", name: "venue, fsync", role: "own" }),
      300 * factor,
    ],
    [frameOf({ chart: "HTTP: closed loop, 1 connection", name: '<b> & "peer"', role: "peer" }), 90],
    [frameOf({ chart: "HTTP: closed loop, 1 connection", name: "bare route", role: "floor" }), 4],
  ];
  const found = frames.map(([frame, us]) => ({
    frame,
    processes: Array.from({ length: PROCESSES }, () => process(us)),
    rates: Array.from({ length: PROCESSES }, () => (1e6 / us) * (1 + 0.01 * draw())),
  }));
  return {
    ...{ date, isQuick: true, seconds: { http: 12.5 }, leftOut: ["a peer, which needs java"] },
    machine: MACHINE,
    workloads: WORKLOADS.slice(0, 2),
    rows: found.map(({ frame, rates }) => toRow(frame, "requests/s", rates)),
    latencies: found.map(({ frame, processes }) => joinLatencies(frame, processes)),
    samples: { http: [{ server: "venue" }, { server: "bare" }] },
  };
}

function frameOf(stand: Stand): RowFrame {
  const { name } = stand;
  return { layer: "http", case: name, durability: "none", placement: "any CPU", stand };
}

const MACHINE: BenchResult["machine"] = {
  ...{ commit: "0123456789ab", isModified: false, cpu: "made up", cpuCount: 2, memoryGib: 4 },
  ...{
    kernel: "6.0",
    bun: "1.0",
    rustc: "1.0",
    node: "20",
    java: "17",
    cc: "12",
    fileSystem: "ext4",
    hugePages: "never",
  },
};
