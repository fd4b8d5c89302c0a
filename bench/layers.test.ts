import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bench, SIZES } from "./bench.ts";
import { LAYER_GROUPS, layersOf, runLayers } from "./layers.ts";

const QUICK_SECONDS_MAX = 180;
/** Two minutes are left for compiling. */
const FULL_SECONDS_MAX = 2_280;

test("a quick run is allowed three minutes, a full one forty", () => {
  const sumOf = (size: "quick" | "full"): number =>
    LAYER_GROUPS.reduce((sum, { budget }) => sum + budget[size], 0);
  expect(sumOf("quick")).toBeLessThanOrEqual(QUICK_SECONDS_MAX);
  expect(sumOf("full")).toBeLessThanOrEqual(FULL_SECONDS_MAX);
});

test("a full run has all layers, a quick one those of the order path", () => {
  expect(layersOf("full")).toEqual(LAYER_GROUPS.flatMap(({ names }) => names));
  const behind = ["history", "stages", "catch-up", "push"];
  expect(layersOf("quick")).toEqual(layersOf("full").filter((name) => !behind.includes(name)));
});

test("a layer that fails is left out by name, and the run has failed", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "openbell-bench-"));
  const size = { ...SIZES.tiny, rounds: 0 };
  const bench = new Bench({ size, dataDirectory, build: "debug", tell: () => undefined });
  const broken = new Bench({ size, dataDirectory: "", build: "debug", tell: () => undefined });
  Object.defineProperty(broken, "program", { value: () => "no-such-program" });
  expect(await runLayers(bench, [], {})).toEqual([]);
  expect(bench.hasFailed).toBe(false);
  const seconds = {};
  expect(await runLayers(broken, ["stream"], seconds)).toEqual([]);
  expect(broken.hasFailed).toBe(true);
  expect(broken.leftOut.join()).toContain("stream, which failed: ");
  expect(Object.keys(seconds)).toEqual(["stream"]);
  rmSync(dataDirectory, { recursive: true, force: true });
});
