// Layers of a door with sessions: orders and their cancels in closed loops and an open one, beside
// echoes of the same sizes; and what it costs the session beside it when one asks for all again.

import { join } from "node:path";
import type { Bench } from "./bench.ts";
import {
  buildPrograms,
  type DoorServer,
  makeTemplate,
  type MessageSizes,
  SESSIONS,
  startBareListener,
  startEcho,
  startVenue,
  type VenueServer,
  type VenueTemplate,
} from "./door-servers.ts";
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
import { type Role, type Row, type RowFrame, toRow, toTimesRow } from "./rows.ts";
import { measureSyncFloor, SYNC_FLOOR } from "./sync-floor.ts";

type Metrics = readonly (readonly [key: string, metric: string])[];

/** Requests to each server first; of a run one by one, and many at once. */
export interface DoorSize {
  readonly warm: number;
  readonly roundTrips: number;
  readonly requests: number;
  /** Messages that a client asks for again. */
  readonly resent: number;
  readonly resendRounds: number;
}

/** A door, and how its layer is measured. */
export interface DoorLayer {
  readonly layer: "fix" | "binary";
  /** In the charts. */
  readonly title: string;
  readonly size: DoorSize;
  /** In flight of each of all sessions. */
  readonly windows: readonly number[];
  /** One of them, which the floor of the disk stands beside. */
  readonly floorWindow: number | undefined;
  /** The door of a venue. */
  toServer(venue: VenueServer): DoorServer;
  /** Of the load in C, for all servers. */
  readonly options: readonly string[];
  /** Other servers that take the same messages. */
  startPeers(): Promise<DoorServer>[];
}

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
  readonly hasSyncFloor?: boolean;
}

type Named = Pick<DoorServer, "name" | "durability">;

/** What a shape found of a server. */
interface Case {
  readonly shape: Shape;
  readonly server: Named;
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
const SYNCED: Named = { name: SYNC_FLOOR, durability: "fsync" };
const WINDOW = 64;
/** Of a load that is on another shape than the one before. */
const WARM_TURNS = 20;
/** Runs on one server have orders of their own: it knows those of the runs before. */
const ORDERS_PER_RUN = 10_000_000;

/** Measures a door; `prepare` makes what it needs of the venues' template. */
export async function runDoor(
  bench: Bench,
  isFix: boolean,
  prepare: (template: VenueTemplate) => DoorLayer | Promise<DoorLayer>,
): Promise<Row[]> {
  try {
    await buildPrograms(bench);
    const template = await makeTemplate(bench, isFix);
    const run = new DoorRun(bench, await prepare(template), template);
    const sizes = await run.findSizes();
    for (let round = 0; round < bench.size.rounds; round += 1) await run.measureRound(sizes, round);
    return run.toRows();
  } finally {
    bench.removeVenues();
  }
}

class DoorRun {
  readonly #bench: Bench;
  readonly #door: DoorLayer;
  readonly #template: VenueTemplate;
  readonly #cases = new Map<string, Case>();

  constructor(bench: Bench, door: DoorLayer, template: VenueTemplate) {
    this.#bench = bench;
    this.#door = door;
    this.#template = template;
  }

  /** How long an order and its report are, on average with a cancel and its report. */
  async findSizes(): Promise<MessageSizes> {
    const venue = await this.#startVenue("none");
    try {
      const measured = await this.#load(venue, { ...this.#warming(), requests: WINDOW * 2 }, 0);
      return {
        request: Math.round(numberOf(measured, "request_bytes")),
        reply: Math.round(numberOf(measured, "reply_bytes")),
      };
    } finally {
      await venue.stop();
    }
  }

  /** Every shape on every server, in turn; the servers are new. */
  async measureRound(sizes: MessageSizes, round: number): Promise<void> {
    const bench = this.#bench;
    const starting = [
      startEcho(bench, sizes),
      ...(bench.size.hasAllCases ? [startBareListener(bench, sizes)] : []),
      this.#startVenue("none"),
      this.#startVenue("fsync"),
      ...this.#door.startPeers(),
    ];
    await withServers(starting, async (servers) => {
      for (const server of servers) {
        this.#tell("warming up", server, round);
        await this.#load(server, this.#warming(), 0);
      }
      for (const [index, shape] of this.#shapes().entries()) {
        for (const server of servers) await this.#measure(server, shape, index + 1, round);
        if (shape.hasSyncFloor) await this.#measureFloor(shape, round);
      }
    });
  }

  toRows(): Row[] {
    const cases = [...this.#cases.values()];
    for (const each of cases) {
      if (each.shape.mode !== "resend") {
        this.#bench.keepLatencies(frameOf(this.#door, each), each.found);
      }
    }
    return cases.flatMap((each) => this.#toRows(each));
  }

  /** What a server answers before anything is measured: compilers take that long. */
  #warming(): Shape {
    const loop = { mode: "trade", metrics: [], isPinned: false } as const;
    const requests = this.#door.size.warm;
    return { ...loop, name: "warming up", sessions: 1, window: WINDOW, requests };
  }

  #shapes(): Shape[] {
    const { size, windows } = this.#door;
    const loop = { mode: "trade", metrics: THROUGHPUT, isPinned: false } as const;
    const { requests } = size;
    const open = `${openName(this.#bench)}, ${OPEN_SESSIONS} sessions`;
    return [
      {
        ...{ ...loop, name: "round trip", sessions: 1, window: 1, isPinned: true },
        ...{ requests: size.roundTrips, metrics: LATENCY_METRICS },
      },
      { ...loop, name: `1 session × ${WINDOW}`, sessions: 1, window: WINDOW, requests },
      ...windows.map((window) => {
        const name = `${SESSIONS} sessions × ${window}`;
        const hasSyncFloor = window === this.#door.floorWindow;
        return { ...loop, name, sessions: SESSIONS, window, requests, hasSyncFloor };
      }),
      {
        ...{ ...loop, mode: "open", sessions: OPEN_SESSIONS, window: 0, requests: 0 },
        ...{ name: open, metrics: OPEN_METRICS },
      },
      {
        ...{ mode: "resend", sessions: 2, window: WINDOW, isPinned: false, metrics: RESEND },
        name: `resend of ${size.resent.toLocaleString("en-US")}`,
        requests: size.resent,
      },
    ];
  }

  async #startVenue(durability: string): Promise<DoorServer> {
    return this.#door.toServer(await startVenue(this.#bench, this.#template, durability));
  }

  #tell(what: string, { name, durability }: Named, round: number): void {
    const { layer } = this.#door;
    this.#bench.tell(`${layer}: ${what}, ${name}, ${durability}, round ${round + 1}`);
  }

  async #measure(server: DoorServer, shape: Shape, run: number, round: number): Promise<void> {
    const { name, durability } = server;
    // An echo keeps nothing that it could send again; a resend does not wait for the disk.
    const isLate = round >= this.#door.size.resendRounds;
    const isLeftOut = isLate || isFloor(server) || durability === "fsync";
    if (shape.mode === "resend" && isLeftOut) return;
    this.#tell(shape.name, server, round);
    const measured =
      shape.mode === "open"
        ? await runOpenLoad(this.#bench, { ...server.load, firstOrder: run })
        : await this.#load(server, shape, run);
    this.#note(shape, { name, durability }, measured);
  }

  /** As many in flight as the sessions have. */
  async #measureFloor(shape: Shape, round: number): Promise<void> {
    this.#tell(shape.name, SYNCED, round);
    const measured = await measureSyncFloor(this.#bench, shape.sessions * shape.window);
    const rate = numberOf(measured, "acks_per_second");
    const found = { ...measured, requests_per_second: rate, hash: "" };
    const metrics = shape.metrics.filter(([key]) => key in found);
    this.#note({ ...shape, metrics }, SYNCED, found);
  }

  #note(shape: Shape, server: Named, measured: Measured): void {
    const { name, durability } = server;
    this.#bench.keep(this.#door.layer, { case: shape.name, server: name, durability, ...measured });
    const key = keyOf(shape, server);
    const each = this.#cases.get(key) ?? { shape, server, found: [] };
    each.found.push(measured);
    this.#cases.set(key, each);
  }

  async #load(server: DoorServer, shape: Shape, run: number): Promise<Measured> {
    const { mode, sessions, window, requests, isPinned } = shape;
    movePath(server, isPinned);
    const before = readThreadTimes(server.pid);
    const warm = WARM_TURNS * sessions * window;
    const options = { port: server.port, sessions, window, requests, warm };
    const words = Object.entries({ ...options, first_order: run * ORDERS_PER_RUN });
    const command = [
      ...[join(this.#bench.dataDirectory, `${this.#door.layer}-load`), mode],
      ...words.map(([key, value]) => `${key}=${value}`),
      ...server.options,
      ...this.#door.options,
    ];
    const measured = await measure(command, { isPinned });
    const spent = [...readThreadTimes(server.pid)].map(
      ([thread, ns]) => ns - (before.get(thread) ?? 0),
    );
    return { ...measured, cpu_us: Math.max(...spent) / 1e3 / (requests + warm) };
  }

  #toRows(each: Case): Row[] {
    const { shape, server, found } = each;
    const frame = frameOf(this.#door, each);
    const rows = shape.metrics.map(([key, metric]) =>
      toRow(
        frame,
        metric,
        found.map((one) => numberOf(one, key)),
      ),
    );
    if (shape.mode !== "trade" || [ECHO, SYNC_FLOOR].includes(server.name)) return rows;
    const echo = this.#cases.get(keyOf(shape, { name: ECHO, durability: "-" }));
    const synced = this.#cases.get(keyOf(shape, SYNCED));
    if (server.durability === SYNCED.durability && synced !== undefined) {
      rows.push(timesRow(frame, each, synced, "requests_per_second", "requests/s"));
      rows.push(timesRow(frame, each, synced, "p50_us", "p50"));
    }
    if (echo === undefined) return rows;
    if (shape.window > 1) {
      return [...rows, timesRow(frame, each, echo, "requests_per_second", "requests/s")];
    }
    const excess = found.map((one, round) => {
      return numberOf(one, "p50_us") - numberOf(echo.found[round] ?? one, "p50_us");
    });
    return [...rows, toRow(frame, "p50 beyond the C echo, µs", excess)];
  }
}

/** How many times another one of the same shape, round by round. */
function timesRow(frame: RowFrame, own: Case, other: Case, key: string, metric: string): Row {
  const [samples, others] = [own, other].map(({ found }) => found.map((one) => numberOf(one, key)));
  const name = `${metric}, times the ${other.server.name}`;
  return toTimesRow(frame, name, samples ?? [], others ?? []);
}

/** Runs with servers that go when it is done, whatever becomes of it. */
async function withServers(
  starting: readonly Promise<DoorServer>[],
  run: (servers: readonly DoorServer[]) => Promise<void>,
): Promise<void> {
  const settled = await Promise.allSettled(starting);
  const fulfilled = settled.filter((each) => each.status === "fulfilled");
  try {
    await Promise.all(starting);
    await run(fulfilled.map(({ value }) => value));
  } finally {
    for (const { value } of fulfilled) await value.stop();
  }
}

function isFloor({ name }: Named): boolean {
  return name.endsWith("echo") || name === SYNC_FLOOR;
}

function keyOf(shape: Shape, { name, durability }: Named): string {
  return `${shape.name}, ${name}, ${durability}`;
}

/** Moves the threads that a request passes through, all of them where it is not one. */
function movePath({ pid, isOneThread }: DoorServer, isPinned: boolean): void {
  const threads = isOneThread ? [pid] : readThreadTimes(pid).keys();
  for (const thread of threads) moveThread(thread, isPinned);
}

/** Errors: throws when not all of them did the same. */
function frameOf({ layer, title }: DoorLayer, { shape, server, found }: Case): RowFrame {
  const name = `${shape.name}, ${server.name}`;
  const [hash = "", ...others] = new Set(found.map((one) => textOf(one, "hash")));
  if (others.length > 0) throw new Error(`${layer}: results of ${name} differ`);
  const { durability } = server;
  const place = placement(shape.isPinned);
  const isOwn = durability !== "-";
  const role: Role = isFloor(server) ? "floor" : isOwn ? "own" : "peer";
  const stand = {
    chart: `${title}: ${shape.name}`,
    name: role === "own" ? `${server.name}, ${durability}` : server.name,
    role,
  };
  return { layer, case: name, durability, placement: place, hash, stand };
}
