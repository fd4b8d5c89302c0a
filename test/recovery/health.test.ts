// Readiness tells whether orders are taken, within two seconds of any change; liveness does not
// care.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { until } from "../support/deadline.ts";
import { removeDirectories } from "../support/venue-process.ts";
import type { JsonObject } from "./json-object.ts";
import { flipBit, listEntries, listSegments } from "./journal-files.ts";
import { MachineShim } from "./machine-shim.ts";
import { Trial } from "./trial.ts";

const TEST_MS_MAX = 60_000;
/** Two seconds, and what a busy machine adds. */
const TOLD_MS_MAX = 10_000;
const CLOCK_JUMPED = "clock: the system clock jumped; confirm it";

let shim: MachineShim;
let trial: Trial;

beforeAll(async () => {
  shim = new MachineShim();
  const { environment } = shim;
  // No snapshot by itself: the last test damages what the next one would read.
  const flags = { "snapshot-interval-commands": "1000000" };
  trial = await Trial.begin({ durability: "fsync", seed: 1, environment, flags });
}, TEST_MS_MAX);

afterAll(async () => {
  await trial.venue.kill();
  removeDirectories();
});

/** Status and body of a question that needs no key. */
async function look(path: string): Promise<{ status: number; body: JsonObject }> {
  const answer = await trial.market.operator.ask("GET", path);
  if (answer === undefined) throw new Error(`${path}: no answer`);
  return answer;
}

/** Readiness as it is now. The venue is alive all the time. */
async function lookAtReadiness(): Promise<{ isReady: boolean; failing: string[] }> {
  expect((await look("/health/live")).status).toBe(200);
  const { status, body } = await look("/health/ready");
  return { isReady: status === 200, failing: listFailing(body) };
}

async function whenReady(): Promise<void> {
  await until(TOLD_MS_MAX, "ready", async () => (await lookAtReadiness()).isReady);
}

/** Waits until the venue is not ready for this. A disk that others use may stall, too. */
async function whenFailing(what: string): Promise<void> {
  await until(TOLD_MS_MAX, `not ready: ${what}`, async () => {
    const { isReady, failing } = await lookAtReadiness();
    return !isReady && failing.includes(what);
  });
}

/** The parts that fail, with what they say. */
function listFailing({ fields }: JsonObject): string[] {
  return Object.entries(fields).flatMap(([name, part]) => {
    const isPart = typeof part === "object" && part !== null && "detail" in part;
    return isPart && part.detail !== "" ? [`${name}: ${part.detail}`] : [];
  });
}

/** The line of the log that says what is not well, if it speaks of `part`. */
function readComplaint(part: string): string | undefined {
  const lines = trial.venue.log.split("\n").filter((line) => line.includes("event=unhealthy"));
  return lines.findLast((line) => line.includes(part));
}

/** Sends an order that rests. Returns its HTTP status. */
async function place(id: string): Promise<number | undefined> {
  const order = { symbol: "ETH-EUR", side: "BUY", type: "LIMIT", price: "15", quantity: "1" };
  const body = { ...order, client_order_id: id };
  const [trader] = trial.market.traders;
  const answer = await trader?.client.ask("POST", "/api/v1/trading/orders", body);
  return answer?.status;
}

test(
  "a jump of the system clock is held until the operator confirms it",
  async () => {
    await whenReady();
    shim.set("clock", "3600");
    await whenFailing(CLOCK_JUMPED);
    const told = await until(TOLD_MS_MAX, "a line in the log", () => readComplaint("clock"));
    expect(told).toContain("the system clock jumped; confirm it");
    await trial.market.operator.need("POST", "/api/v1/admin/clock/confirm");
    await whenReady();
    expect(await place("later")).toBe(201);
  },
  TEST_MS_MAX,
);

test(
  "a clock set back, and a jump that is taken back, need nobody",
  async () => {
    shim.clear("clock");
    expect(await place("set-back")).toBe(201);
    await whenReady();
    shim.set("clock", "7200");
    await whenFailing(CLOCK_JUMPED);
    shim.set("clock", "3600");
    await whenReady();
    shim.clear("clock");
  },
  TEST_MS_MAX,
);

test(
  "a disk that does not answer is told, and forgiven when it does",
  async () => {
    shim.set("hang-sync");
    const waiting = place("waits");
    await whenFailing("journal: the disk does not answer");
    shim.clear("hang-sync");
    expect(await waiting).toBe(201);
    await whenReady();
  },
  TEST_MS_MAX,
);

test(
  "a snapshot that cannot be written is a fault, and no reason to refuse orders",
  async () => {
    // The next segment is there already, so that only the snapshot wants space.
    shim.set("full");
    const { operator } = trial.market;
    await operator.need("POST", "/api/v1/admin/snapshot");
    await until(TOLD_MS_MAX, "unhealthy", async () => {
      const { status, body } = await look("/health");
      return status === 503 && listFailing(body).includes("core: fault snapshot_failed");
    });
    await whenReady();
    expect(await place("meanwhile")).toBe(201);
    shim.clear("full");
    await operator.need("POST", "/api/v1/admin/snapshot");
    await until(TOLD_MS_MAX, "healthy", async () => (await look("/health")).status === 200);
  },
  TEST_MS_MAX,
);

test(
  "a journal that cannot be read back is a fault that ends readiness",
  async () => {
    const { dataDirectory } = trial.venue;
    const count = listSegments(dataDirectory).length;
    let orders = 0;
    await until(TEST_MS_MAX, "two more segments", async () => {
      orders += 1;
      await place(`fill-${orders}`);
      return listSegments(dataDirectory).length > count + 1;
    });
    const segment = listSegments(dataDirectory).at(-2) ?? "";
    flipBit(segment, (listEntries(segment)[3]?.offset ?? 0) + 60);
    await trial.market.operator.need("POST", "/api/v1/admin/snapshot");
    await whenFailing("core: fault journal_damaged");
    const told = await until(TOLD_MS_MAX, "a line in the log", () => readComplaint("journal_"));
    expect(told).toContain(segment);
    expect(told).toContain("Restore the named segment from a backup");
  },
  TEST_MS_MAX,
);
