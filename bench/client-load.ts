// Loops of the load's generator on a server of the layers "http", "fix" and "binary": open ones,
// whose orders have their own times, and closed ones.

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
  /** Of an open loop; 0: a closed one. */
  readonly perSecond: number;
  /** Of each session of a closed loop. */
  readonly inFlight: number;
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

/** How many sessions, and how they send. */
interface Loop extends Pick<ClientLoad, "perSecond" | "inFlight"> {
  readonly sessions: number;
}

/** Errors: throws when an order is refused or not answered. */
export function runOpenLoad(bench: Bench, target: LoadTarget): Promise<Measured> {
  const loop = { perSecond: bench.size.openRate, inFlight: 0, sessions: OPEN_SESSIONS };
  return runClientLoad(bench, target, loop);
}

/** A closed loop. Errors: as `runOpenLoad`. */
export function runClosedLoad(
  bench: Bench,
  target: LoadTarget,
  loop: Pick<Loop, "sessions" | "inFlight">,
): Promise<Measured> {
  return runClientLoad(bench, target, { ...loop, perSecond: 0 });
}

function runClientLoad(
  bench: Bench,
  target: LoadTarget,
  { sessions, ...loop }: Loop,
): Promise<Measured> {
  const seconds = bench.size.lengthMs / 1e3;
  const load: ClientLoad = {
    ...{ requestBytes: 0, replyBytes: 0, firstOrder: 0, ...target, ...loop },
    ...{ seconds, warmUpSeconds: seconds * WARM_UP_SHARE, seed: SEED },
    credentials: target.credentials.slice(0, sessions),
  };
  return measure([process.execPath, bench.script("client-load-process.ts"), JSON.stringify(load)]);
}
