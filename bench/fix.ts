// Layer "fix": orders and their cancels over FIX, beside echoes of the same sizes and QuickFIX/J;
// and what a resend costs the session beside it.

import { join } from "node:path";
import type { Bench } from "./bench.ts";
import {
  buildPeer,
  buildPrograms,
  type FixServer,
  type FixTemplate,
  makeTemplate,
  type MessageSizes,
  SESSIONS,
  startBareListener,
  startEcho,
  startPeer,
  startVenue,
} from "./fix-servers.ts";
import { LATENCY_METRICS } from "./histogram.ts";
import { OPEN_METRICS, OPEN_SESSIONS, openName, runOpenLoad } from "./client-load.ts";
import {
  measure,
  type Measured,
  moveThread,
  numberOf,
  placement,
  readThreadTimes,
  textOf,
} from "./processes.ts";
import { type Role, type Row, type RowFrame, toRow } from "./rows.ts";

type Metrics = readonly (readonly [key: string, metric: string])[];

/** How many are in flight, where, and what is told of it. */
interface Shape {
  readonly name: string;
  readonly mode: "trade" | "resend" | "open";
  readonly sessions: number;
  readonly window: number;
  /** Client and server on one CPU: a round trip is then what both do, and no waking of another. */
  readonly isPinned: boolean;
  readonly requests: number;
  readonly metrics: Metrics;
}

/** What a shape found of a server. */
interface Case {
  readonly shape: Shape;
  readonly server: Pick<FixServer, "name" | "durability">;
  readonly found: Measured[];
}

const THROUGHPUT: Metrics = [
  ["requests_per_second", "requests/s"],
  ["cpu_us", "CPU of the busiest thread, µs/request"],
  ...LATENCY_METRICS,
];
const RESEND: Metrics = [
  ["resend_ms", "resend, ms"],
  ["resent_per_second", "messages resent/s"],
  ["before_p99_us", "the other session before, p99 µs"],
  ["during_p99_us", "the other session meanwhile, p99 µs"],
  ["during_max_us", "the other session meanwhile, max µs"],
];
const ECHO = "C epoll echo";
const WINDOW = 64;
/** Of each of all sessions. */
const SMALL_WINDOW = 8;
/** Of a load that is on another shape than the one before. */
const WARM_TURNS = 20;
/** Runs on one server have orders of their own: it knows those of the runs before. */
const ORDERS_PER_RUN = 10_000_000;

export async function runFix(bench: Bench): Promise<Row[]> {
  try {
    await buildPrograms(bench);
    const hasPeer = await buildPeer(bench);
    const template = await makeTemplate(bench);
    const cases = new Map<string, Case>();
    const sizes = await withServers([startVenue(bench, template, "none")], (venues) =>
      findSizes(bench, venues),
    );
    for (let round = 0; round < bench.size.rounds; round += 1) {
      const starting = startAll(bench, template, sizes, hasPeer);
      await withServers(starting, (all) => runRound(bench, all, round, cases));
    }
    for (const each of cases.values()) {
      if (each.shape.mode !== "resend") bench.keepLatencies(frameOf(each), each.found);
    }
    return [...cases.values()].flatMap((each) => toRows(each, cases));
  } finally {
    bench.removeVenues();
  }
}

/** What a server answers before anything is measured: compilers take that long. */
function warmingOf({ size }: Bench): Shape {
  const requests = size.fixWarmRequests;
  const loop = { mode: "trade", metrics: [], isPinned: false } as const;
  return { ...loop, name: "warming up", sessions: 1, window: WINDOW, requests };
}

function shapesOf(bench: Bench): Shape[] {
  const { size } = bench;
  const loop = { mode: "trade", metrics: THROUGHPUT, isPinned: false } as const;
  const requests = size.fixRequests;
  return [
    {
      ...{ ...loop, name: "round trip", sessions: 1, window: 1, isPinned: true },
      ...{ requests: size.fixRoundTrips, metrics: LATENCY_METRICS },
    },
    { ...loop, name: `1 session × ${WINDOW}`, sessions: 1, window: WINDOW, requests },
    {
      ...{ ...loop, name: `${SESSIONS} sessions × ${SMALL_WINDOW}`, sessions: SESSIONS },
      ...{ window: SMALL_WINDOW, requests },
    },
    {
      ...{ ...loop, mode: "open", sessions: OPEN_SESSIONS, window: 0, requests: 0 },
      ...{ name: `${openName(bench)}, ${OPEN_SESSIONS} sessions`, metrics: OPEN_METRICS },
    },
    {
      ...{ mode: "resend", sessions: 2, window: WINDOW, isPinned: false, metrics: RESEND },
      name: `resend of ${size.fixResent.toLocaleString("en-US")}`,
      requests: size.fixResent,
    },
  ];
}

function startAll(
  bench: Bench,
  template: FixTemplate,
  sizes: MessageSizes,
  hasPeer: boolean,
): Promise<FixServer>[] {
  return [
    startEcho(bench, sizes),
    ...(bench.size.hasAllCases ? [startBareListener(bench, sizes)] : []),
    startVenue(bench, template, "none"),
    startVenue(bench, template, "fsync"),
    ...(hasPeer ? [startPeer(bench)] : []),
  ];
}

/** Runs with servers that go when it is done, whatever becomes of it. */
async function withServers<T>(
  starting: readonly Promise<FixServer>[],
  run: (servers: readonly FixServer[]) => Promise<T>,
): Promise<T> {
  const settled = await Promise.allSettled(starting);
  try {
    await Promise.all(starting);
    const fulfilled = settled.filter((each) => each.status === "fulfilled");
    return await run(fulfilled.map(({ value }) => value));
  } finally {
    for (const each of settled) if (each.status === "fulfilled") await each.value.stop();
  }
}

/** How long an order and its report are, on average with a cancel and its report. */
async function findSizes(bench: Bench, venues: readonly FixServer[]): Promise<MessageSizes> {
  const [venue] = venues;
  if (venue === undefined) throw new Error("fix: no venue runs");
  const measured = await runLoad(bench, venue, { ...warmingOf(bench), requests: WINDOW * 2 }, 0);
  return {
    request: numberOf(measured, "request_bytes"),
    reply: Math.round(numberOf(measured, "reply_bytes")),
  };
}

async function runRound(
  bench: Bench,
  servers: readonly FixServer[],
  round: number,
  cases: Map<string, Case>,
): Promise<void> {
  for (const server of servers) {
    bench.tell(`fix: warming up ${server.name}, ${server.durability}, round ${round + 1}`);
    await runLoad(bench, server, warmingOf(bench), 0);
  }
  for (const [index, shape] of shapesOf(bench).entries()) {
    for (const server of servers) {
      const { name, durability } = server;
      // An echo keeps nothing that it could send again; a resend does not wait for the disk.
      const isLate = round >= bench.size.fixResendRounds;
      const isLeftOut = isLate || name.endsWith("echo") || durability === "fsync";
      if (shape.mode === "resend" && isLeftOut) continue;
      bench.tell(`fix: ${shape.name}, ${name}, ${durability}, round ${round + 1}`);
      const measured =
        shape.mode === "open"
          ? await runOpenLoad(bench, { ...server.load, firstOrder: index + 1 })
          : await runLoad(bench, server, shape, index + 1);
      bench.keep("fix", { case: shape.name, server: name, durability, ...measured });
      const each = cases.get(keyOf(shape, server)) ?? { shape, server, found: [] };
      each.found.push(measured);
      cases.set(keyOf(shape, server), each);
    }
  }
}

function keyOf(shape: Shape, { name, durability }: Pick<FixServer, "name" | "durability">): string {
  return `${shape.name}, ${name}, ${durability}`;
}

async function runLoad(
  bench: Bench,
  server: FixServer,
  shape: Shape,
  run: number,
): Promise<Measured> {
  const { mode, sessions, window, requests, isPinned } = shape;
  movePath(server, isPinned);
  const before = readThreadTimes(server.pid);
  const warm = WARM_TURNS * sessions * window;
  const options = { port: server.port, sessions, window, requests, warm };
  const words = Object.entries({ ...options, first_order: run * ORDERS_PER_RUN });
  const command = [
    ...[join(bench.dataDirectory, "fix-load"), mode],
    ...words.map(([key, value]) => `${key}=${value}`),
    ...server.options,
  ];
  const measured = await measure(command, { isPinned });
  const spent = [...readThreadTimes(server.pid)].map(
    ([thread, ns]) => ns - (before.get(thread) ?? 0),
  );
  return { ...measured, cpu_us: Math.max(...spent) / 1e3 / (requests + warm) };
}

/** Moves the threads that a request passes through, all of them where it is not one. */
function movePath({ pid, isOneThread }: FixServer, isPinned: boolean): void {
  const threads = isOneThread ? [pid] : readThreadTimes(pid).keys();
  for (const thread of threads) moveThread(thread, isPinned);
}

function toRows(each: Case, cases: ReadonlyMap<string, Case>): Row[] {
  const { shape, server, found } = each;
  const frame = frameOf(each);
  const rows = shape.metrics.map(([key, metric]) =>
    toRow(
      frame,
      metric,
      found.map((one) => numberOf(one, key)),
    ),
  );
  const echo = cases.get(keyOf(shape, { name: ECHO, durability: "-" }));
  if (shape.window !== 1 || echo === undefined || server.name === ECHO) return rows;
  const excess = found.map((one, round) => {
    return numberOf(one, "p50_us") - numberOf(echo.found[round] ?? one, "p50_us");
  });
  return [...rows, toRow(frame, "p50 beyond the C echo, µs", excess)];
}

/** Errors: throws when not all of them did the same. */
function frameOf({ shape, server, found }: Case): RowFrame {
  const name = `${shape.name}, ${server.name}`;
  const [hash = "", ...others] = new Set(found.map((one) => textOf(one, "hash")));
  if (others.length > 0) throw new Error(`fix: results of ${name} differ`);
  const { durability } = server;
  const place = placement(shape.isPinned);
  const isOwn = durability !== "-";
  const role: Role = server.name.endsWith("echo") ? "floor" : isOwn ? "own" : "peer";
  const stand = {
    chart: `FIX: ${shape.name}`,
    name: isOwn ? `${server.name}, ${durability}` : server.name,
    role,
  };
  return { layer: "fix", case: name, durability, placement: place, hash, stand };
}
