// Layer "push": from an order to the clients that are told of its trade, beside a bare server that
// tells as many; and what telling costs the venue.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { measure, type Measured, numberOf, placement, textOf, toMeasured } from "./processes.ts";
import { type Plan, runPlan } from "./push-run.ts";
import { makeTemplate, startBareServer, startVenue, type Template } from "./push-servers.ts";
import { type Row, type RowFrame, type Stand, toRow } from "./rows.ts";

/** A load that two processors carry with all that takes part. */
const ORDERS_PER_SECOND = 1_000;
/** Of updates to a crowd: with a thousand clients 50,000 messages a second. */
const UPDATES_PER_SECOND = 50;
/** Messages of one run to a crowd: more take longer and say the same. */
const CROWD_MESSAGES_MAX = 500_000;
/** Files of a server, or of a client, beside its connections. */
const SPARE_FILES = 500;
const BARE = "bare server";

/** Something to follow, and what is told of it. */
interface Case {
  readonly server: string;
  /** `-` of the bare server. */
  readonly durability: string;
  readonly plan: Plan;
  readonly template: Template;
  readonly metrics: readonly [key: string, metric: string][];
  readonly found: Measured[];
}

const LATENCIES: readonly [string, string][] = [
  ["since_order.p50_us", "order to client p50 µs"],
  ["since_order.p99_us", "order to client p99 µs"],
];
const FILL_LATENCIES: readonly [string, string][] = [
  ...LATENCIES,
  ["since_fill.p50_us", "fill to client p50 µs"],
  ["since_fill.p99_us", "fill to client p99 µs"],
];
const CROWD_METRICS: readonly [string, string][] = [
  ["updates_per_second", "orders told/s"],
  ["cpu_us_per_order", "CPU of the server, µs/order"],
  ...LATENCIES,
];
const OWNER_METRICS: readonly [string, string][] = [
  ["clients_per_second", "clients connected/s"],
  ["kib_per_client", "RSS of the server, KiB/client"],
  ...FILL_LATENCIES,
];
const COST_CASES: readonly [key: string, name: string][] = [
  ["nobody", "nobody"],
  ["trades", "1 client, trades"],
  ["executions", "1 client, executions"],
  ["account", "1 client, orders, executions and balances"],
  ["left", "nobody, after a client of the account"],
  ["bare", "sending alone"],
];

export async function runPush(bench: Bench): Promise<Row[]> {
  const { size } = bench;
  const owners = Math.min(size.pushOwners, filesMax(bench) - SPARE_FILES);
  if (owners < size.pushOwners) {
    bench.leaveOut(`push: clients beyond ${owners}, which the limit on open files allows`);
  }
  try {
    const venues = join(bench.dataDirectory, "venues");
    const one = await makeTemplate(join(venues, "push-one-seller"), 0, size.pushWarmOrders);
    const many = await makeTemplate(join(venues, "push-sellers"), owners, size.pushWarmOrders);
    const tape = tapeCases(bench, one);
    const crowd = [...crowdCases(bench, one), ...ownerCases(many, owners)];
    const costs: Measured[] = [];
    for (let round = 0; round < size.rounds; round += 1) {
      for (const each of tape) await runCase(bench, each, round);
      costs.push(await runCosts(bench, round));
      for (const each of round < size.pushCrowdRounds ? crowd : []) {
        await runCase(bench, each, round);
      }
    }
    const all = [...tape, ...crowd];
    for (const each of all) keepLatencies(bench, each);
    const rows = all.flatMap((each) => toRows(each));
    return [...rows, excessRow(crowd), ...costRows(size.pushFills, costs)];
  } finally {
    bench.removeVenues();
  }
}

/** Descriptors that a process may have open. */
function filesMax(bench: Bench): number {
  const { stdout } = Bun.spawnSync(["sh", "-c", "ulimit -Hn"], { cwd: bench.root });
  const text = stdout.toString().trim();
  return text === "unlimited" ? Infinity : Number(text);
}

function makeCases(
  servers: readonly string[],
  rest: Pick<Case, "plan" | "template" | "metrics">,
): Case[] {
  return servers.map((durability) => ({
    ...rest,
    server: durability === "-" ? BARE : "venue",
    durability,
    found: [],
  }));
}

function tapeCases({ size }: Bench, template: Template): Case[] {
  const orders = (size.pushMs * ORDERS_PER_SECOND) / 1e3;
  const plan: Plan = { kind: "trades", clients: 1, orders, perSecond: ORDERS_PER_SECOND };
  return makeCases(["-", "none", "fsync"], { plan, template, metrics: FILL_LATENCIES });
}

function crowdCases({ size }: Bench, template: Template): Case[] {
  return [UPDATES_PER_SECOND, ORDERS_PER_SECOND].flatMap((perSecond) => {
    const clients = size.pushCrowd;
    const orders = Math.min((size.pushMs * perSecond) / 1e3, CROWD_MESSAGES_MAX / clients);
    const plan: Plan = { kind: "book", clients, orders, perSecond };
    return makeCases(["-", "fsync"], { plan, template, metrics: CROWD_METRICS });
  });
}

function ownerCases(template: Template, owners: number): Case[] {
  const plan: Plan = {
    ...{ kind: "fills", clients: owners, orders: owners, perSecond: ORDERS_PER_SECOND },
  };
  return makeCases(["-", "fsync"], { plan, template, metrics: OWNER_METRICS });
}

async function runCase(bench: Bench, each: Case, round: number): Promise<void> {
  const { durability, plan, template, found } = each;
  bench.tell(`push: ${nameOf(each)}, round ${round + 1}`);
  const server =
    durability === "-"
      ? await startBareServer(bench, plan.kind)
      : await startVenue(bench, template, durability);
  try {
    const measured = await runPlan(bench, server, plan);
    bench.keep("push", { case: nameOf(each), durability, ...measured });
    found.push(measured);
  } finally {
    await server.stop();
  }
}

async function runCosts(bench: Bench, round: number): Promise<Measured> {
  bench.tell(`push: cost of a fill, process ${round + 1}`);
  const directory = join(bench.dataDirectory, "venues", `push-cost-${round}`);
  mkdirSync(directory, { recursive: true });
  const program = bench.script("push-cost-process.ts");
  const measured = await measure([
    ...[process.execPath, program, `${bench.size.pushFills}`, directory],
  ]);
  bench.keep("push", { case: "cost", ...measured });
  return measured;
}

function nameOf({ server, plan }: Case): string {
  return `${server}, ${planName(plan)}`;
}

function planName({ kind, clients, perSecond }: Plan): string {
  const [count, rate] = [clients, perSecond].map((each) => each.toLocaleString("en-US"));
  return `${kind}, ${count} client${clients === 1 ? "" : "s"}, ${rate} orders/s`;
}

/** From an order's intended time to each client that is told of it. */
function keepLatencies(bench: Bench, each: Case): void {
  bench.keepLatencies(
    chartedFrameOf(each),
    each.found.map((one) => toMeasured(one["since_order"])),
  );
}

function chartedFrameOf(each: Case): RowFrame {
  const { server, durability, plan, found } = each;
  const isBare = server === BARE;
  const chart = `Push: ${planName(plan)}`;
  const name = isBare ? server : `${server}, ${durability}`;
  const stand: Stand = { chart, name, role: isBare ? "floor" : "own" };
  return { ...frameOf(nameOf(each), durability, found), stand };
}

function toRows(each: Case): Row[] {
  const { metrics, found } = each;
  const frame = chartedFrameOf(each);
  return metrics.map(([key, metric]) => {
    return toRow(
      frame,
      metric,
      found.map((one) => valueOf(one, key)),
    );
  });
}

/** Errors: throws when not all of them did the same. */
function frameOf(name: string, durability: string, found: readonly Measured[]): RowFrame {
  const [hash = "", ...others] = new Set(found.map((one) => textOf(one, "hash")));
  if (others.length > 0) throw new Error(`push: results of ${name} differ`);
  return { layer: "push", case: name, durability, placement: placement(false), hash };
}

/** `since_order.p99_us`: a number of a part. */
function valueOf(measured: Measured, path: string): number {
  const [key = "", inner] = path.split(".");
  return inner === undefined ? numberOf(measured, key) : numberOf(toMeasured(measured[key]), inner);
}

/** What a client costs the venue beyond what it costs any server, round by round. */
function excessRow(crowd: readonly Case[]): Row {
  const [bare, venue] = crowd.filter(({ plan }) => plan.kind === "fills");
  if (bare === undefined || venue === undefined) throw new Error("push: no client had a fill");
  const [bareKib, venueKib] = [bare, venue].map(({ found }) =>
    found.map((one) => numberOf(one, "kib_per_client")),
  );
  const excess = (venueKib ?? []).map((kib, round) => kib - (bareKib?.[round] ?? 0));
  const frame = frameOf(nameOf(venue), venue.durability, venue.found);
  return toRow(frame, "beyond the bare server, KiB/client", excess);
}

function costRows(fills: number, costs: readonly Measured[]): Row[] {
  return [1, 64].flatMap((perTurn) =>
    COST_CASES.map(([key, name]) => {
      const title = `${fills.toLocaleString("en-US")} fills, ${perTurn} a turn, ${name}`;
      const samples = costs.map((one) => numberOf(one, `${key}_${perTurn}`));
      return toRow(frameOf(title, "none", costs), "CPU µs/fill", samples);
    }),
  );
}
