// All layers, in the order of the table, and how long each may take.

import type { Bench } from "./bench.ts";
import { runBorder } from "./border.ts";
import { runCatchUp } from "./catch-up.ts";
import { runDurable } from "./durable.ts";
import { runEngine, runMemory, runStream } from "./engine-layers.ts";
import { runFix } from "./fix.ts";
import { runFixCodec } from "./fix-codec.ts";
import { runHistory } from "./history.ts";
import { runHttp } from "./http.ts";
import { runPush } from "./push.ts";
import type { Row } from "./rows.ts";
import { runStages } from "./stages.ts";

/** Layers that are measured together, interleaved. */
export interface LayerGroup {
  readonly names: readonly string[];
  /** Measures those of its layers that are asked for. */
  readonly run: (bench: Bench, names: readonly string[]) => Promise<Row[]>;
  /** Time on two processors that nobody else uses. 0: only when named. Units: s. */
  readonly budget: { readonly quick: number; readonly full: number };
}

export const LAYER_GROUPS: readonly LayerGroup[] = [
  { names: ["stream"], run: runStream, budget: { quick: 5, full: 5 } },
  { names: ["book", "core", "peer"], run: runEngine, budget: { quick: 60, full: 780 } },
  { names: ["memory"], run: runMemory, budget: { quick: 2, full: 5 } },
  { names: ["border"], run: runBorder, budget: { quick: 12, full: 60 } },
  { names: ["durable"], run: runDurable, budget: { quick: 30, full: 380 } },
  { names: ["history"], run: runHistory, budget: { quick: 0, full: 120 } },
  { names: ["stages"], run: runStages, budget: { quick: 0, full: 320 } },
  { names: ["catch-up"], run: runCatchUp, budget: { quick: 0, full: 90 } },
  { names: ["push"], run: runPush, budget: { quick: 0, full: 220 } },
  { names: ["http"], run: runHttp, budget: { quick: 20, full: 140 } },
  { names: ["fix-codec"], run: runFixCodec, budget: { quick: 6, full: 30 } },
  { names: ["fix"], run: runFix, budget: { quick: 40, full: 240 } },
];

export const LAYERS: readonly string[] = LAYER_GROUPS.flatMap(({ names }) => names);

/** What runs when nobody names a layer. */
export function layersOf(size: "quick" | "full"): string[] {
  return LAYER_GROUPS.flatMap(({ names, budget }) => (budget[size] > 0 ? names : []));
}

/**
 * Measures layers, one group after the other. Returns their rows; how long each group took is
 * added to `seconds`.
 */
export async function runLayers(
  bench: Bench,
  layers: readonly string[],
  seconds: Record<string, number>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { names, run } of LAYER_GROUPS) {
    const wanted = names.filter((name) => layers.includes(name));
    if (wanted.length === 0) continue;
    const startNs = Bun.nanoseconds();
    rows.push(...(await run(bench, wanted)));
    seconds[wanted.join(", ")] = Math.round((Bun.nanoseconds() - startNs) / 1e8) / 10;
  }
  return rows;
}
