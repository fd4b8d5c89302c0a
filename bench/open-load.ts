// An open loop on a server of the layers "http" and "fix": what a client sees whose orders have
// their own times.

import type { Bench } from "./bench.ts";
import { LATENCY_METRICS } from "./histogram.ts";
import type { Credential, OrderTerms } from "./load/connection.ts";
import type { Mix } from "./load/mix.ts";
import { measure, type Measured } from "./processes.ts";

export const OPEN_SESSIONS = 16;
const WARM_UP_SECONDS = 0.5;
const SEED = 1;

export interface OpenLoad {
  readonly protocol: "http" | "fix" | "echo";
  readonly port: number;
  /** One for each session. */
  readonly credentials: readonly Credential[];
  /** Of an echo. */
  readonly requestBytes: number;
  readonly replyBytes: number;
  readonly mix: Mix;
  readonly terms: OrderTerms;
  readonly perSecond: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly seed: number;
  /** Told apart from the orders of other runs on the same venue. */
  readonly firstOrder: number;
}

/** What a server of a bench needs of it. */
export type OpenTarget = Pick<OpenLoad, "protocol" | "port" | "credentials" | "mix" | "terms"> &
  Partial<Pick<OpenLoad, "requestBytes" | "replyBytes" | "firstOrder">>;

export function openName({ size }: Bench): string {
  return `open loop, ${size.openRate.toLocaleString("en-US")} requests/s`;
}

export const OPEN_METRICS = [
  ...LATENCY_METRICS,
  ["late_p99_us", "the load itself late, p99 µs"],
] as const;

/** Errors: throws when an order is refused or not answered. */
export function runOpenLoad(bench: Bench, target: OpenTarget): Promise<Measured> {
  const load: OpenLoad = {
    ...{ requestBytes: 0, replyBytes: 0, firstOrder: 0, ...target },
    ...{ perSecond: bench.size.openRate, seconds: bench.size.lengthMs / 1e3 },
    ...{ warmUpSeconds: WARM_UP_SECONDS, seed: SEED },
  };
  return measure([process.execPath, bench.script("open-load-process.ts"), JSON.stringify(load)]);
}
