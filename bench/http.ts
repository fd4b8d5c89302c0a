// Layer "http": placing an order over HTTP beside a bare hono route, interleaved in one run.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { VenueProcess } from "../test/support/venue-process.ts";
import type { Bench } from "./bench.ts";
import { latencyRows } from "./latencies.ts";
import { measure, type Measured, numberOf, placement } from "./processes.ts";
import { type Row, type RowFrame, toRow } from "./rows.ts";

const PATH = "/api/v1/trading/orders";
const CONNECTIONS = [1, 64];
/** Meets nobody and does not rest: the book, and with it the cost, stays the same. */
const ORDER = {
  ...{ symbol: "BASE-QUOTE", side: "BUY", type: "LIMIT", time_in_force: "IOC" },
  ...{ price: "10", quantity: "0.01" },
};

/** Something that answers orders. */
interface Server {
  name: string;
  durability: string;
  port: number;
  token: string;
  stop: () => Promise<unknown>;
}

class Case {
  readonly found: Measured[] = [];

  constructor(
    readonly server: Server,
    readonly connections: number,
  ) {}
}

export async function runHttp(bench: Bench): Promise<Row[]> {
  const servers: Server[] = [];
  try {
    for (const durability of ["none", "fsync"]) servers.push(await startVenue(bench, durability));
    const [first] = servers;
    if (first === undefined) throw new Error("http: no venue runs");
    servers.unshift(await startBareRoute(bench, await answerOf(first)));
    return await interleave(bench, servers);
  } finally {
    for (const server of servers) await server.stop();
    bench.removeVenues();
  }
}

async function interleave(bench: Bench, servers: readonly Server[]): Promise<Row[]> {
  const cases = CONNECTIONS.flatMap((connections) =>
    servers.map((server) => new Case(server, connections)),
  );
  const program = bench.script("http-load.ts");
  const { lengthMs } = bench.size;
  for (let round = 0; round < bench.size.rounds; round += 1) {
    for (const { server, connections, found } of cases) {
      bench.tell(`http: ${server.name}, ${connections} connections, round ${round + 1}`);
      const options = [`${server.port}`, PATH, server.token, JSON.stringify(ORDER)];
      const command = [process.execPath, program, ...options, `${connections}`, `${lengthMs}`];
      const measured = await measure(command);
      const statuses = Object.keys(Object(measured["statuses"]));
      if (statuses.join() !== "201") {
        throw new Error(`http: ${server.name} answered ${JSON.stringify(measured["statuses"])}`);
      }
      bench.keep("http", { server: server.name, connections, ...measured });
      found.push(measured);
    }
  }
  return cases.flatMap(({ server, connections, found }) => {
    const text = `${connections} connection${connections === 1 ? "" : "s"}`;
    const role = server.durability === "-" ? "floor" : "own";
    const frame: RowFrame = {
      layer: "http",
      case: `${server.name}, ${text}`,
      durability: server.durability,
      placement: placement(false),
      stand: { chart: `HTTP: closed loop, ${text}`, name: server.name, role },
    };
    bench.keepLatencies(frame, found);
    const rates = found.map((one) => numberOf(one, "requests_per_second"));
    return [toRow(frame, "requests/s", rates), ...latencyRows(frame, found)];
  });
}

/** A venue with one instrument, one funded account and no limit on requests that matters. */
async function startVenue(bench: Bench, durability: string): Promise<Server> {
  const dataDirectory = join(bench.dataDirectory, "venues", `http-${durability}`);
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
    stop: () => venue.stop(),
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
