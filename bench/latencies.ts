// Latencies of all processes of a case, joined: what the plots are drawn from.

import {
  type HistogramSteps,
  LATENCY_METRICS,
  LatencyHistogram,
  type Percentiles,
} from "./histogram.ts";
import { type Measured, numberOf, numbersOf, toMeasured } from "./processes.ts";
import { type Role, type Row, type RowFrame, toRow } from "./rows.ts";

/** All samples of one case. */
export interface Latency extends Percentiles, HistogramSteps {
  readonly layer: string;
  readonly case: string;
  readonly durability: string;
  readonly placement: string;
  readonly chart: string;
  readonly name: string;
  readonly role: Role;
  /** Processes, and samples of all of them. */
  readonly processes: number;
  readonly count: number;
}

/** Rows of all percentiles that processes printed, one sample a process. */
export function latencyRows(frame: RowFrame, found: readonly Measured[]): Row[] {
  return LATENCY_METRICS.map(([key, metric]) =>
    toRow(
      frame,
      metric,
      found.map((one) => numberOf(one, key)),
    ),
  );
}

/** Joins the histograms that processes printed. Errors: throws when the frame has no stand. */
export function joinLatencies(frame: RowFrame, found: readonly Measured[]): Latency {
  const { layer, case: name, durability, placement, stand } = frame;
  if (stand === undefined) throw new Error(`${layer}: ${name}: no chart is named`);
  const joined = new LatencyHistogram();
  for (const one of found) joined.merge(readSteps(one["histogram"]));
  return {
    ...{ layer, case: name, durability, placement, ...stand },
    ...{ processes: found.length, count: joined.count },
    ...joined.toPercentiles(),
    ...joined.toSteps(),
  };
}

/** Reads what `LatencyHistogram.toSteps` gave. Errors: throws when it is something else. */
export function readSteps(value: unknown): HistogramSteps {
  const steps = toMeasured(value);
  return { steps: numbersOf(steps, "steps"), max_ns: numberOf(steps, "max_ns") };
}
