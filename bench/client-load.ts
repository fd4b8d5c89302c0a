// An open loop of the load's generator on a server of the layers "http", "fix" and "binary": each
// order has its own time.

import type { Bench } from "./bench.ts";
import { LATENCY_METRICS } from "./histogram.ts";
import type { Credential, OrderTerms } from "./load/connection.ts";
import type { Mix } from "./load/mix.ts";
import { measure, type Measured } from "./processes.ts";

export const OPEN_SESSIONS = 16;
/** Of the time that is measured, before it. */
const WARM_UP_SHARE = 0.5;
const SEED = 1;

export interface ClientLoad {
  readonly protocol: "http" | "fix" | "binary" | "echo";
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
export type LoadTarget = Pick<ClientLoad, "protocol" | "port" | "credentials" | "mix" | "terms"> &
  Partial<Pick<ClientLoad, "requestBytes" | "replyBytes" | "firstOrder">>;

export function openName({ size }: Bench): string {
  return `open loop, ${size.openRate.toLocaleString("en-US")} requests/s`;
}

export const OPEN_METRICS = [
  ...LATENCY_METRICS,
  ["late_p99_us", "the load itself late, p99 µs"],
] as const;

/** Errors: throws when an order is refused or not answered. */
export function runOpenLoad(bench: Bench, target: LoadTarget): Promise<Measured> {
  const seconds = bench.size.lengthMs / 1e3;
  const load: ClientLoad = {
    ...{ requestBytes: 0, replyBytes: 0, firstOrder: 0, ...target },
    ...{ seconds, warmUpSeconds: seconds * WARM_UP_SHARE, seed: SEED },
    perSecond: bench.size.openRate,
    credentials: target.credentials.slice(0, OPEN_SESSIONS),
  };
  return measure([process.execPath, bench.script("client-load-process.ts"), JSON.stringify(load)]);
}
