// Every layer of this folder with tiny parameters: whether it runs, never how fast.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingProgram } from "../test/engines/engine.ts";
import { Bench, SIZES } from "./bench.ts";
import { runBinary } from "./binary.ts";
import { runBorder } from "./border.ts";
import { runCatchUp } from "./catch-up.ts";
import { runDurable } from "./durable.ts";
import { runEngine, runMemory, runStream } from "./engine-layers.ts";
import { runFix } from "./fix.ts";
import { runFixCodec } from "./fix-codec.ts";
import { runHistory } from "./history.ts";
import { runPush } from "./push.ts";
import { runStages } from "./stages.ts";
import { runHttp } from "./http.ts";
import { GLANCE_CHARTS } from "./page/glance.ts";
import { type Row, toTable } from "./rows.ts";

/** Two echoes, two venues, and QuickFIX/J where its tool chain is. */
const fixServers = missingProgram("quickfixj") === undefined ? 5 : 4;
/** exchange-core with 1 and 100 instruments, book and spot; an order book on two runtimes. */
const peerRows = (missingProgram("quickfixj") === undefined ? 4 * 2 : 0) + 2 * 2;
/** These do as much as they can in a time: no two processes do the same. Memory is no result. */
const TIMED: ReadonlySet<string> = new Set(["memory", "stages", "http"]);
/** The programs may have to be compiled first. */
const BUILD_MS_MAX = 300_000;
/** Some twenty processes, on a machine that is busy with other tests. */
const LAYER_MS_MAX = 240_000;

/** Of all layers that were measured. */
const charts = new Set<string>();

const dataDirectory = mkdtempSync(join(tmpdir(), "openbell-bench-"));
const bench = new Bench({ size: SIZES.tiny, dataDirectory, build: "debug", tell: () => undefined });

beforeAll(async () => {
  const manifest = join(bench.root, "core-addon", "Cargo.toml");
  const build = ["cargo", "build", "--quiet", "--locked", "--package", "bench"];
  await bench.run([...build, "--manifest-path", manifest]);
}, BUILD_MS_MAX);

afterAll(() => rmSync(dataDirectory, { recursive: true, force: true }));

test.each<[string, (bench: Bench) => Promise<Row[]>, number]>([
  ["stream", runStream, 5 + 6 * 4],
  ["book and core", (each) => runEngine(each, ["book", "core"]), 2 * (8 + 8)],
  ["peer", (each) => runEngine(each, ["peer"]), peerRows],
  ["memory", runMemory, 3],
  ["border", runBorder, 3 * 4 * 2],
  ["durable", runDurable, 9 * 8 + 6 * 2 + 2 * 6 + 1 + 2],
  ["history", runHistory, 2 * 3],
  ["stages", runStages, 5 * 7 * 2],
  ["catch-up", runCatchUp, 5 * 2],
  ["push", runPush, 3 * 4 + 4 * 4 + 2 * 6 + 1 + 6 * 2],
  ["http", runHttp, 9 * 7],
  ["fix-codec", runFixCodec, 6 + 3],
  ["binary", runBinary, 4 * (7 + 3 * 9 + 7) - 1 - 3 + 7 + 2 + 5],
  ["fix", runFix, fixServers * (7 + 9 + 9 + 7) - 1 - 2 + (fixServers - 3) * 5],
])(
  "layer %s runs and names every figure",
  async (name, run, count) => {
    const rows = await run(bench);
    process.stdout.write(`${toTable(rows)}\n`);
    expect(rows).toHaveLength(count);
    expect(rows.some(({ hash }) => hash !== "")).toBe(!TIMED.has(name));
    for (const row of rows) {
      charts.add(row.stand?.chart ?? "");
      expect(row.layer).not.toBe("");
      expect(row.metric).not.toBe("");
      expect(Number.isFinite(row.median)).toBe(true);
      expect(row.min).toBeLessThanOrEqual(row.median);
      expect(row.max).toBeGreaterThanOrEqual(row.median);
    }
  },
  LAYER_MS_MAX,
);

test("what the page tells first is measured", () => {
  expect([...GLANCE_CHARTS].filter((chart) => !charts.has(chart))).toEqual([]);
});

test("our own streams are those that were published", async () => {
  const rows = await runStream(bench);
  const own = rows.filter((row) => row.metric === "rejects");
  expect(own.map((row) => [row.case, row.hash])).toEqual([
    ["single, seed 1", "2c72f240b4957a27"],
    ["still, seed 1", "fdf8b4f8ad941220"],
    ["deep, seed 1", "55c8ff8fb5404f2c"],
    ["wide, seed 1", "8b4c8e270becce83"],
    ["sweep, seed 1", "2403d2c0f540ffd6"],
    ["mixed, seed 1", "f2b89594293468cf"],
  ]);
});
