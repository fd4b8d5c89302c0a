// Layer "binary": orders and their cancels over the binary protocol, beside echoes of messages of
// the same lengths, with the same client.

import type { Bench } from "./bench.ts";
import {
  type LoadTarget,
  OPEN_METRICS,
  OPEN_SESSIONS,
  openName,
  runClosedLoad,
  runOpenLoad,
} from "./client-load.ts";
import {
  buildPrograms,
  type FixServer,
  type FixTemplate,
  makeTemplate,
  SESSIONS,
  startBareListener,
  startEcho,
  startVenue,
} from "./fix-servers.ts";
import { latencyRows } from "./latencies.ts";
import { type Measured, numberOf, placement, textOf } from "./processes.ts";
import { type Role, type Row, type RowFrame, toRow } from "./rows.ts";

/** Bytes of an order or its cancel with their ids, and of what accepts them, on average. */
const SIZES = { request: 90, reply: 192 };
const IN_FLIGHT = 16;

/** In flight of each session; 0: an open loop. */
interface Shape {
  readonly text: string;
  readonly sessions: number;
  readonly inFlight: number;
}

/** Something that answers: a venue by its binary port. */
interface Server extends Pick<FixServer, "name" | "durability" | "stop"> {
  readonly load: LoadTarget;
}

interface Case {
  readonly shape: Shape;
  readonly server: Pick<Server, "name" | "durability">;
  readonly found: Measured[];
}

export async function runBinary(bench: Bench): Promise<Row[]> {
  const cases = new Map<string, Case>();
  try {
    await buildPrograms(bench);
    const template = await makeTemplate(bench);
    for (let round = 0; round < bench.size.rounds; round += 1) {
      await runRound(bench, template, round, cases);
    }
  } finally {
    bench.removeVenues();
  }
  return [...cases.values()].flatMap((each) => toRows(bench, each));
}

function shapesOf(bench: Bench): Shape[] {
  return [
    { text: "round trip", sessions: 1, inFlight: 1 },
    { text: `${SESSIONS} sessions × ${IN_FLIGHT}`, sessions: SESSIONS, inFlight: IN_FLIGHT },
    { text: `${openName(bench)}, ${OPEN_SESSIONS} sessions`, sessions: OPEN_SESSIONS, inFlight: 0 },
  ];
}

async function runRound(
  bench: Bench,
  template: FixTemplate,
  round: number,
  cases: Map<string, Case>,
): Promise<void> {
  const servers: Server[] = [];
  try {
    servers.push(await startEcho(bench, SIZES));
    if (bench.size.hasAllCases) servers.push(await startBareListener(bench, SIZES));
    for (const durability of ["none", "fsync"]) {
      const venue = await startVenue(bench, template, durability);
      const load = { ...venue.load, protocol: "binary", port: venue.binaryPort } as const;
      servers.push({ ...venue, load });
    }
    for (const [index, shape] of shapesOf(bench).entries()) {
      for (const server of servers) {
        const { name, durability } = server;
        bench.tell(`binary: ${shape.text}, ${name}, ${durability}, round ${round + 1}`);
        const measured = await runShape(bench, { ...server.load, firstOrder: index + 1 }, shape);
        bench.keep("binary", { case: shape.text, server: name, durability, ...measured });
        const key = `${shape.text}, ${name}, ${durability}`;
        const each = cases.get(key) ?? { shape, server: { name, durability }, found: [] };
        each.found.push(measured);
        cases.set(key, each);
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
}

function runShape(bench: Bench, target: LoadTarget, shape: Shape): Promise<Measured> {
  return shape.inFlight === 0 ? runOpenLoad(bench, target) : runClosedLoad(bench, target, shape);
}

function toRows(bench: Bench, { shape, server, found }: Case): Row[] {
  const { name, durability } = server;
  const isFloor = durability === "-";
  const role: Role = isFloor ? "floor" : "own";
  const frame: RowFrame = {
    layer: "binary",
    case: `${shape.text}, ${name}`,
    durability,
    placement: placement(false),
    hash: textOf(found[0] ?? {}, "hash"),
    stand: {
      chart: `Binary: ${shape.text}`,
      name: isFloor ? name : `${name}, ${durability}`,
      role,
    },
  };
  bench.keepLatencies(frame, found);
  const samplesOf = (key: string): number[] => found.map((one) => numberOf(one, key));
  if (shape.inFlight === 0) {
    return OPEN_METRICS.map(([key, metric]) => toRow(frame, metric, samplesOf(key)));
  }
  const rates = toRow(frame, "requests/s", samplesOf("requests_per_second"));
  return [rates, ...latencyRows(frame, found)];
}
