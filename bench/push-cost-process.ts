/**
 * Gives the push stage of a venue the transactions of fills and prints what processor time each
 * took the process, beside who listens.
 *
 * Use: `bun bench/push-cost-process.ts <fills> <directory>`
 *
 * Listeners are connections of another process; `left` has none any more. `bare` is
 * what it takes a socket to send as many texts of the length of `executions`. A turn of the event
 * loop has 1 fill, or 64 as under load.
 */
import type { ServerWebSocket } from "bun";
import { join } from "node:path";
import { systemClock } from "../gateway/clock.ts";
import { loadConfig } from "../gateway/config.ts";
import { Core } from "../gateway/core/core.ts";
import type { Transaction } from "../gateway/domain/change.ts";
import { Opcode } from "../gateway/domain/command.ts";
import { OrderType, Side, TimeInForce } from "../gateway/domain/order.ts";
import { KeyStore } from "../gateway/identity/key-store.ts";
import { toPermissionBits } from "../gateway/identity/permission.ts";
import { Log } from "../gateway/log.ts";
import { Metrics } from "../gateway/metrics.ts";
import { startHttpServer } from "../gateway/protocols/http/server.ts";
import { NativeFeed } from "../gateway/protocols/ws/server.ts";
import { openVenue } from "../gateway/sessions/venue.ts";
import { ACCOUNT, INSTRUMENT, venueCommands } from "./core-doors.ts";
import { numberOf } from "./processes.ts";
import { CHANNELS, LOTS, PRICE_TICKS } from "./push-market.ts";
import { sellCommands, submitAll } from "./push-servers.ts";
import { SteeredProcess } from "./steered-process.ts";

/** Channels of the one listener, by case. */
const LISTENERS = {
  nobody: [],
  trades: [CHANNELS.trades],
  executions: ["executions"],
  account: ["orders", "executions", "balances"],
  left: [],
} as const;
type ListenerName = keyof typeof LISTENERS;
const TURNS = [1, 64];
/** The compiler has seen enough by then. */
const WARM_FILLS = 5_000;
/** Made and given at once: few enough to be in the cache still, as those of a venue are. */
const AT_ONCE = 256;
/** About that of a message of `executions`. */
const BARE_TEXT = JSON.stringify({ channel: "executions", executions: "a".repeat(290) });
/**
 * Between texts, as a venue has work between fills: a reader that never sleeps need not be woken.
 */
const BARE_PAUSE_NS = 15_000;

const BUY = {
  ...{ opcode: Opcode.newOrder, account: ACCOUNT, instrument: INSTRUMENT, side: Side.buy },
  ...{ orderType: OrderType.limit, timeInForce: TimeInForce.ioc },
  ...{ price: PRICE_TICKS, quantity: 1 },
};

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Processor time of all threads so far. Units: µs. */
function usedUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Does `each` so many times, some in every turn. Returns the processor time. Units: µs. */
async function costOf(count: number, perTurn: number, each: (index: number) => void) {
  const startUs = usedUs();
  for (let index = 0; index < count;) {
    for (const end = Math.min(index + perTurn, count); index < end; index += 1) each(index);
    await turn();
  }
  return usedUs() - startUs;
}

/** A venue without stages but its feed, which gets its transactions by hand. */
class Market {
  readonly #core: Core;
  readonly #feed: NativeFeed;
  readonly port: number;
  readonly token: string;
  #made: Transaction[] = [];

  constructor(core: Core, directory: string) {
    this.#core = core;
    const config = loadConfig({ environment: {}, flags: new Map([["profile", "test"]]) });
    const keys = KeyStore.open(join(directory, "keys.sqlite"), systemClock);
    this.token = keys.create({ account: ACCOUNT, permissions: toPermissionBits(["read"]) }).token;
    const log = new Log("error", systemClock, (bytes) => bytes.length);
    const parts = { config, clock: systemClock, log, metrics: new Metrics() };
    const venue = openVenue({ ...parts, core, keys, quietAccounts: new Set() });
    this.#feed = new NativeFeed({ ...parts, venue });
    const door = startHttpServer({ ...parts, venue, webSocket: this.#feed, version: "bench" });
    this.#feed.stage.start(core.status().executedSequence);
    this.port = Number(new URL(door.address).port);
    core.subscribe((transaction) => this.#made.push(transaction));
  }

  /** Makes fills and gives them to the stage, which alone is counted. */
  async give(count: number, perTurn: number): Promise<number> {
    const fills = Array.from({ length: AT_ONCE }, () => BUY);
    let costUs = 0;
    for (let given = 0; given < count; given += AT_ONCE) {
      this.#made = [];
      await submitAll(this.#core, fills.slice(0, count - given));
      const made = this.#made;
      costUs += await costOf(made.length, perTurn, (index) => {
        const transaction = made[index];
        if (transaction !== undefined) this.#feed.stage.apply(transaction);
      });
    }
    return costUs;
  }
}

/** A socket that sends a text as often as there are fills. */
class BareSender {
  #socket: ServerWebSocket<undefined> | undefined;
  readonly port: number;

  constructor() {
    const server = Bun.serve<undefined, string>({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request, each) =>
        each.upgrade(request) ? undefined : new Response("", { status: 400 }),
      websocket: {
        perMessageDeflate: false,
        message: (socket) => {
          this.#socket = socket;
          socket.send(BARE_TEXT);
        },
      },
    });
    this.port = server.port ?? 0;
  }

  /** What sending alone takes: turns with it, less turns that only pause. */
  async give(count: number, perTurn: number): Promise<number> {
    const turns = Math.ceil(count / perTurn);
    const pause = (): void => {
      const endNs = Bun.nanoseconds() + BARE_PAUSE_NS * perTurn;
      while (Bun.nanoseconds() < endNs);
    };
    const withSending = await costOf(turns, 1, (turnIndex) => {
      pause();
      const length = Math.min(perTurn, count - turnIndex * perTurn);
      this.#socket?.cork((socket) => {
        for (let sent = 0; sent < length; sent += 1) socket.sendText(BARE_TEXT);
      });
    });
    return withSending - (await costOf(turns, 1, pause));
  }
}

class Costs {
  readonly #market: Market;
  readonly #bare = new BareSender();
  readonly #listener = new SteeredProcess(join(import.meta.dir, "push-listener.ts"), []);
  readonly #fills: number;
  /** What the listener heard, by case and turn. */
  readonly heard: string[] = [];

  constructor(market: Market, fills: number) {
    this.#market = market;
    this.#fills = fills;
  }

  async stop(): Promise<void> {
    await this.#listener.stop();
  }

  async measure(name: ListenerName | "bare", perTurn: number, fills = this.#fills) {
    const { port, token } = this.#market;
    const isBare = name === "bare";
    const channels = isBare ? ["any"] : LISTENERS[name];
    const address = isBare ? { port: this.#bare.port, token: "" } : { port, token };
    this.#listener.tell({ ...address, channels });
    await this.#listener.hear();
    const costUs = await (isBare ? this.#bare : this.#market).give(fills, perTurn);
    this.#listener.tell({ messages: fills * channels.length });
    const heard = await this.#listener.hear();
    this.heard.push(`${name} ${perTurn} ${numberOf(heard, "messages")}`);
    return costUs / fills;
  }
}

async function main([fillsText, directory = ""]: readonly string[]): Promise<void> {
  const fills = Number(fillsText);
  const core = Core.open({ dataDirectory: directory, durability: "none" });
  await submitAll(core, [...venueCommands(), ...sellCommands(ACCOUNT + 1, LOTS)]);
  const costs = new Costs(new Market(core, directory), fills);
  const names = ["nobody", "trades", "executions", "account", "left", "bare"] as const;
  const warmFills = Math.min(WARM_FILLS, fills);
  const found: Record<string, number> = {};
  for (const name of names) {
    for (const perTurn of TURNS) {
      await costs.measure(name, perTurn, warmFills);
      found[`${name}_${perTurn}`] = await costs.measure(name, perTurn);
    }
  }
  await costs.stop();
  const hash = Bun.hash(costs.heard.join()).toString(16);
  process.stdout.write(`${JSON.stringify({ ...found, hash, state: core.stateHash() })}\n`);
  process.exit(0);
}

await main(process.argv.slice(2));
