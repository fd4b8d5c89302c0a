// One run of the layer "push": clients that follow, and orders that come at their own times.

import type { Bench } from "./bench.ts";
import { LatencyHistogram } from "./histogram.ts";
import { readSteps } from "./latencies.ts";
import { type Measured, numberOf, textOf } from "./processes.ts";
import type { FeedKind } from "./push-market.ts";
import type { PushServer } from "./push-servers.ts";
import { scheduleOf, SteeredProcess } from "./steered-process.ts";

/** How many follow what, and how many orders they are told of. */
export interface Plan {
  readonly kind: FeedKind;
  readonly clients: number;
  readonly orders: number;
  readonly perSecond: number;
}

/** The first clients of a crowd; memory is measured from then on. */
const FIRST_SHARE = 0.1;
/** Processes of the other clients. */
const CROWD_PROCESSES = 2;
/** A server has settled when so many looks found it at rest. */
const LOOKS = 2;
const SAME_BYTES = 1_048_576;
/** Of a processor. */
const RESTING_SHARE = 0.2;
/** Looks after which it is taken as it is. */
const LOOKS_MAX = 8;

/** A part of the clients, in a process of its own. */
interface Group {
  readonly first: number;
  readonly clients: number;
}

/** Runs a plan once. */
export async function runPlan(bench: Bench, server: PushServer, plan: Plan): Promise<Measured> {
  const processes: SteeredProcess[] = [];
  try {
    return await steer(bench, server, plan, processes);
  } finally {
    for (const each of processes) await each.stop();
  }
}

async function steer(
  bench: Bench,
  server: PushServer,
  plan: Plan,
  processes: SteeredProcess[],
): Promise<Measured> {
  const start = (program: string, options: readonly string[]): SteeredProcess => {
    const each = new SteeredProcess(bench.script(program), options);
    processes.push(each);
    return each;
  };
  const follow = ({ first, clients }: Group): SteeredProcess => {
    const { port, tokens } = server;
    const options = { kind: plan.kind, port, tokens, first, clients, warmOrders };
    return start("push-clients.ts", [JSON.stringify(options)]);
  };
  const { pushWarmOrders: warmOrders } = bench.size;
  const load = start("push-load.ts", [`${server.port}`, server.token, `${warmOrders}`]);
  await load.hear();
  const [first, ...others] = toGroups(plan.clients);
  const followers = first === undefined ? [] : [follow(first)];
  for (const each of followers) await each.hear();
  const isMeasured = plan.kind === "fills";
  const before = isMeasured ? await settle(bench, server) : 0;
  const crowd = others.map(follow);
  const connected = await Promise.all(crowd.map((each) => each.hear()));
  const after = await settle(bench, server);
  followers.push(...crowd);
  const { cpuSeconds } = await server.readVitals();
  const schedule = scheduleOf(plan.orders, plan.perSecond);
  for (const each of processes) each.tell(schedule);
  const late = await load.hear();
  const found = await Promise.all(followers.map((each) => each.hear()));
  const cpu = (await server.readVitals()).cpuSeconds - cpuSeconds;
  const crowdClients = plan.clients - (first?.clients ?? 0);
  return {
    ...joinFound(plan, found, cpu),
    late_p99_us: numberOf(late, "p99_us"),
    clients_per_second: rateOf(crowdClients, connected),
    kib_per_client: isMeasured ? (after - before) / 1_024 / Math.max(crowdClients, 1) : 0,
  };
}

/**
 * Waits until what starting, warming up and connecting left behind is done with. Returns resident
 * bytes.
 */
async function settle({ size }: Bench, server: PushServer): Promise<number> {
  const lookMs = size.restMs / LOOKS;
  let last = await server.readVitals();
  for (let look = 0, resting = 0; look < LOOKS_MAX && resting < LOOKS; look += 1) {
    await Bun.sleep(lookMs);
    const next = await server.readVitals();
    const hasSameSize = Math.abs(next.residentBytes - last.residentBytes) < SAME_BYTES;
    const share = ((next.cpuSeconds - last.cpuSeconds) * 1e3) / lookMs;
    resting = hasSameSize && share < RESTING_SHARE ? resting + 1 : 0;
    last = next;
  }
  return last.residentBytes;
}

/** One client, or a first tenth and two halves of the rest. */
function toGroups(clients: number): Group[] {
  if (clients === 1) return [{ first: 0, clients: 1 }];
  const first = Math.ceil(clients * FIRST_SHARE);
  const each = Math.ceil((clients - first) / CROWD_PROCESSES);
  const groups: Group[] = [{ first: 0, clients: first }];
  for (let at = first; at < clients; at += each) {
    groups.push({ first: at, clients: Math.min(each, clients - at) });
  }
  return groups;
}

function rateOf(clients: number, connected: readonly Measured[]): number {
  const slowest = Math.max(0, ...connected.map((each) => numberOf(each, "connect_ms")));
  return slowest === 0 ? 0 : (clients * 1e3) / slowest;
}

function joinFound(plan: Plan, found: readonly Measured[], cpuSeconds: number): Measured {
  const sum = (key: string): number =>
    found.reduce((total, each) => total + numberOf(each, key), 0);
  const updates = sum("updates");
  const seconds = Math.max(...found.map((each) => numberOf(each, "seconds")));
  const hashes = found.map((each) => textOf(each, "hash")).join();
  return {
    updates,
    snapshots: sum("snapshots"),
    updates_per_second: updates / seconds,
    messages_per_second: sum("messages") / seconds,
    cpu_us_per_order: (cpuSeconds * 1e6) / plan.orders,
    since_order: join(found, "since_order").toMeasured(),
    since_fill: join(found, "since_fill").toMeasured(),
    hash: Bun.hash(hashes).toString(16),
  };
}

function join(found: readonly Measured[], key: string): LatencyHistogram {
  const joined = new LatencyHistogram();
  for (const each of found) joined.merge(readSteps(each[key]));
  return joined;
}
