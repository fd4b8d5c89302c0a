// All layers, in the order of the table, and how long each may take.

import type { Bench } from "./bench.ts";
import { runBinary } from "./binary.ts";
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
  { names: ["stream"], run: runStream, budget: { quick: 3, full: 5 } },
  { names: ["book", "core", "peer"], run: runEngine, budget: { quick: 50, full: 560 } },
  { names: ["memory"], run: runMemory, budget: { quick: 2, full: 5 } },
  { names: ["border"], run: runBorder, budget: { quick: 10, full: 100 } },
  { names: ["durable"], run: runDurable, budget: { quick: 14, full: 230 } },
  { names: ["history"], run: runHistory, budget: { quick: 0, full: 40 } },
  { names: ["stages"], run: runStages, budget: { quick: 0, full: 150 } },
  { names: ["catch-up"], run: runCatchUp, budget: { quick: 0, full: 50 } },
  { names: ["push"], run: runPush, budget: { quick: 0, full: 260 } },
  { names: ["http"], run: runHttp, budget: { quick: 19, full: 190 } },
  { names: ["fix-codec"], run: runFixCodec, budget: { quick: 4, full: 30 } },
  { names: ["fix"], run: runFix, budget: { quick: 40, full: 290 } },
  { names: ["binary"], run: runBinary, budget: { quick: 33, full: 260 } },
];

export const LAYERS: readonly string[] = LAYER_GROUPS.flatMap(({ names }) => names);

/** What runs when nobody names a layer. */
export function layersOf(size: "quick" | "full"): string[] {
  return LAYER_GROUPS.flatMap(({ names, budget }) => (budget[size] > 0 ? names : []));
}

/**
 * Measures layers, one group after the other; one that fails is left out. Returns their rows; how
 * long each group took is added to `seconds`.
 */
export async function runLayers(
  bench: Bench,
  layers: readonly string[],
  seconds: Record<string, number>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { names, run, budget } of LAYER_GROUPS) {
    const wanted = names.filter((name) => layers.includes(name));
    if (wanted.length === 0) continue;
    const startNs = Bun.nanoseconds();
    try {
      rows.push(...(await run(bench, wanted)));
    } catch (error) {
      // Half an hour of other layers is not lost for it.
      const text = error instanceof Error ? error.message : String(error);
      bench.tell(text);
      bench.fail(`${wanted.join(", ")}, which failed: ${text.split("\n")[0] ?? ""}`);
    }
    const took = Math.round((Bun.nanoseconds() - startNs) / 1e8) / 10;
    seconds[wanted.join(", ")] = took;
    const allowed = bench.size.hasAllCases ? budget.full : budget.quick;
    if (allowed > 0 && took > allowed) {
      bench.tell(`${wanted.join(", ")}: ${took} s, more than its ${allowed}`);
    }
  }
  return rows;
}
