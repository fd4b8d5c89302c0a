// Layer "http": placing an order over HTTP beside a bare hono route, fresh servers in each round,
// interleaved: closed loops, and an open one.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { VenueProcess } from "../test/support/venue-process.ts";
import type { Bench } from "./bench.ts";
import { latencyRows } from "./latencies.ts";
import type { OrderTerms } from "./load/connection.ts";
import { OPEN_METRICS, OPEN_SESSIONS, openName, runOpenLoad } from "./client-load.ts";
import { measure, type Measured, numberOf, placement } from "./processes.ts";
import { type Row, type RowFrame, toRow } from "./rows.ts";

const PATH = "/api/v1/trading/orders";
/** Meets nobody and does not rest: the book, and with it the cost, stays the same. */
const ORDER = {
  ...{ symbol: "BASE-QUOTE", side: "BUY", type: "LIMIT", time_in_force: "IOC" },
  ...{ price: "10", quantity: "0.01" },
};
/** The same, as the open loop has it. */
const TERMS: OrderTerms = {
  ...{ symbol: "BASE-QUOTE", instrument: 1, price: "10", quantity: "0.01" },
  ...{ side: "buy", ticks: 1_000, lots: 1_000 },
};
const ONLY_TAKES = { limit: 0, take: 100, cancel: 0, replace: 0 };

/** Something that answers orders. */
interface Server {
  readonly name: string;
  readonly durability: string;
  readonly port: number;
  readonly token: string;
  stop(): Promise<unknown>;
}

interface Shape {
  /** Each with a request at a time; 0: an open loop. */
  readonly connections: number;
  readonly text: string;
}

function shapesOf(bench: Bench): Shape[] {
  return [
    { connections: 1, text: "1 connection" },
    { connections: 64, text: "64 connections" },
    { connections: 0, text: `${openName(bench)}, ${OPEN_SESSIONS} connections` },
  ];
}

/** What a shape found of a server. */
interface Case {
  readonly shape: Shape;
  readonly server: Pick<Server, "name" | "durability">;
  readonly found: Measured[];
}

export async function runHttp(bench: Bench): Promise<Row[]> {
  const cases = new Map<string, Case>();
  try {
    for (let round = 0; round < bench.size.rounds; round += 1) {
      await runRound(bench, round, cases);
    }
  } finally {
    bench.removeVenues();
  }
  return [...cases.values()].flatMap((each) => toRows(bench, each));
}

async function runRound(bench: Bench, round: number, cases: Map<string, Case>): Promise<void> {
  const servers: Server[] = [];
  try {
    for (const durability of ["none", "fsync"]) servers.push(await startVenue(bench, durability));
    const [first] = servers;
    if (first === undefined) throw new Error("http: no venue runs");
    servers.unshift(await startBareRoute(bench, await answerOf(first)));
    for (const shape of shapesOf(bench)) {
      for (const server of servers) {
        const { name, durability } = server;
        bench.tell(`http: ${name}, ${shape.text}, round ${round + 1}`);
        const measured = await runShape(bench, server, shape);
        bench.keep("http", { server: name, case: shape.text, ...measured });
        const key = `${name}, ${shape.text}`;
        const each = cases.get(key) ?? { shape, server: { name, durability }, found: [] };
        each.found.push(measured);
        cases.set(key, each);
      }
    }
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function runShape(
  bench: Bench,
  { name, port, token }: Server,
  { connections }: Shape,
): Promise<Measured> {
  if (connections === 0) {
    const credentials = Array.from({ length: OPEN_SESSIONS }, () => ({ token, compId: "" }));
    const load = { protocol: "http", port, credentials, mix: ONLY_TAKES, terms: TERMS } as const;
    return runOpenLoad(bench, load);
  }
  const program = bench.script("http-load.ts");
  const options = [`${port}`, PATH, token, JSON.stringify(ORDER)];
  const command = [process.execPath, program, ...options, `${connections}`];
  const measured = await measure([...command, `${bench.size.lengthMs}`]);
  const statuses = Object.keys(Object(measured["statuses"]));
  if (statuses.join() !== "201") {
    throw new Error(`http: ${name} answered ${JSON.stringify(measured["statuses"])}`);
  }
  return measured;
}

function toRows(bench: Bench, { shape, server, found }: Case): Row[] {
  const isOpen = shape.connections === 0;
  const frame: RowFrame = {
    layer: "http",
    case: `${server.name}, ${shape.text}`,
    durability: server.durability,
    placement: placement(false),
    stand: {
      chart: isOpen ? `HTTP: ${shape.text}` : `HTTP: closed loop, ${shape.text}`,
      name: server.name,
      role: server.durability === "-" ? "floor" : "own",
    },
  };
  bench.keepLatencies(frame, found);
  const samplesOf = (key: string): number[] => found.map((one) => numberOf(one, key));
  if (isOpen) return OPEN_METRICS.map(([key, metric]) => toRow(frame, metric, samplesOf(key)));
  const rates = toRow(frame, "requests/s", samplesOf("requests_per_second"));
  return [rates, ...latencyRows(frame, found)];
}

/** A venue with one instrument, one funded account and no limit on requests that matters. */
async function startVenue(bench: Bench, durability: string): Promise<Server> {
  const dataDirectory = join(bench.dataDirectory, "venues", `http-${durability}`);
  rmSync(dataDirectory, { recursive: true, force: true });
  mkdirSync(dataDirectory, { recursive: true });
  const rate = "1000000";
  const venue = await VenueProcess.start({
    dataDirectory,
    flags: {
      durability,
      "log-level": "error",
      "requests-per-second-per-key": rate,
      "requests-burst-per-key": rate,
    },
  });
  const call = async (method: string, path: string, body: object): Promise<object> => {
    const response = await venue.fetch(method, path, body);
    if (!response.ok) throw new Error(`http: ${path}: ${await response.text()}`);
    return Object(await response.json());
  };
  for (const code of ["BASE", "QUOTE"]) {
    await call("POST", "/api/v1/admin/currencies", { code, scale: 8 });
  }
  await call("POST", "/api/v1/admin/instruments", {
    ...{ symbol: "BASE-QUOTE", base_currency: "BASE", quote_currency: "QUOTE" },
    ...{ tick_size: "0.01", lot_size: "0.00001" },
  });
  await call("PUT", "/api/v1/admin/instruments/BASE-QUOTE/state", { state: "open" });
  const account = await call("POST", "/api/v1/admin/accounts", { name: "trader" });
  const id = "id" in account ? Number(account.id) : 0;
  const funds = { request_id: "funds", currency: "QUOTE", amount: "1000000" };
  await call("POST", `/api/v1/accounts/${id}/deposits`, funds);
  const key = { account: id, permissions: ["read", "trade"], label: "bench" };
  const made = await call("POST", "/api/v1/admin/keys", key);
  return {
    name: `venue, ${durability}`,
    durability,
    port: Number(new URL(venue.url).port),
    token: "token" in made ? String(made.token) : "",
    stop: () => venue.kill(),
  };
}

/** What the venue answers, to be repeated by the bare route. */
async function answerOf({ port, token }: Server): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${PATH}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(ORDER),
  });
  return response.text();
}

async function startBareRoute(bench: Bench, answer: string): Promise<Server> {
  const program = bench.script("bare-route.ts");
  const child = Bun.spawn([process.execPath, program, PATH, answer], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let port = "";
  for await (const chunk of child.stdout) {
    port += new TextDecoder().decode(chunk);
    if (port.endsWith("\n")) break;
  }
  const stop = (): Promise<number> => {
    child.kill();
    return child.exited;
  };
  return { name: "bare hono route", durability: "-", port: Number(port), token: "none", stop };
}
