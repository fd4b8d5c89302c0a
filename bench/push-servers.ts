// What the clients of the layer "push" follow: a venue that begins with its orders in place, and
// the bare server it is compared with.

import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../gateway/clock.ts";
import { DataFiles } from "../gateway/commands/data-files.ts";
import { initialise, toCoreOptions } from "../gateway/commands/init.ts";
import { loadConfig } from "../gateway/config.ts";
import { Core } from "../gateway/core/core.ts";
import { Opcode, type SubmittedCommand } from "../gateway/domain/command.ts";
import { OrderType, Side, TimeInForce } from "../gateway/domain/order.ts";
import { toAmount } from "../gateway/domain/units.ts";
import { KeyStore } from "../gateway/identity/key-store.ts";
import { toPermissionBits } from "../gateway/identity/permission.ts";
import { VenueProcess } from "../test/support/venue-process.ts";
import type { Bench } from "./bench.ts";
import { ACCOUNT, INSTRUMENT, venueCommands } from "./core-doors.ts";
import { type FeedKind, LOTS, PRICE_TICKS } from "./push-market.ts";

/** Base units of a lot. */
const LOT_UNITS = 1_000;
const BASE_CURRENCY = 1;
/** Commands at once while a venue is filled. */
const AT_ONCE = 1_024;
/** Above all clients of a run; the bound is on files, and they are counted once a second. */
const CONNECTIONS_MAX = "60000";
const RATE = "1000000";

/** What a venue is copied from, so that each start finds the same. */
export interface Template {
  readonly directory: string;
  /** Of the account that buys. */
  readonly token: string;
  /** A file with the token of each client on a line; empty: there are none. */
  readonly tokens: string;
}

/** What a server says of itself. */
export interface Vitals {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
}

export interface PushServer {
  readonly port: number;
  readonly token: string;
  readonly tokens: string;
  readVitals(): Promise<Vitals>;
  stop(): Promise<unknown>;
}

/** Gives an account lots of the base currency. `text`: the request id. */
export function depositCommand(account: number, lots: number, text: string): SubmittedCommand {
  return {
    ...{ opcode: Opcode.deposit, account, instrument: BASE_CURRENCY, session: account },
    ...{ amount: toAmount(BigInt(lots) * BigInt(LOT_UNITS)), text },
  };
}

/** Makes an account, the next of its venue, and lets it sell what it is given. */
export function sellCommands(
  account: number,
  lots: number,
  price = PRICE_TICKS,
): SubmittedCommand[] {
  return [
    { opcode: Opcode.createAccount, text: `seller-${account}` },
    depositCommand(account, lots, `funds-${account}`),
    {
      ...{ opcode: Opcode.newOrder, account, instrument: INSTRUMENT, side: Side.sell },
      ...{ orderType: OrderType.limit, timeInForce: TimeInForce.gtc },
      ...{ price, quantity: lots },
    },
  ];
}

/** Gives commands to a core. Errors: throws when one is refused. */
export async function submitAll(core: Core, commands: readonly SubmittedCommand[]): Promise<void> {
  let refusal = "";
  for (let at = 0; at < commands.length; at += AT_ONCE) {
    for (const command of commands.slice(at, at + AT_ONCE)) {
      const refused = core.submit(command, ({ code }) => {
        if (code !== 0) refusal = `opcode ${command.opcode} was refused with ${code}`;
      });
      if (refused !== undefined) refusal = `opcode ${command.opcode} was refused with ${refused}`;
    }
    core.flush();
    await core.whenDurable(core.status().executedSequence);
    if (refusal !== "") throw new Error(refusal);
  }
}

/**
 * Makes a venue in which each client sells one lot at the same price, in their order; without
 * clients one account sells them all. Before them comes, at a better price, what warming up buys.
 */
export async function makeTemplate(
  directory: string,
  clients: number,
  warmOrders: number,
): Promise<Template> {
  mkdirSync(directory, { recursive: true });
  const flags = new Map([
    ["profile", "test"],
    ["data-directory", directory],
    ["durability", "os"],
  ]);
  const config = loadConfig({ environment: {}, flags });
  const files = new DataFiles(directory);
  initialise(config, files, systemClock);
  const core = Core.open(toCoreOptions(config));
  const lots = clients === 0 ? LOTS : 1;
  const sellers = Array.from({ length: Math.max(clients, 1) }, (_, client) =>
    sellCommands(ACCOUNT + 1 + client, lots),
  );
  const first = sellCommands(ACCOUNT + 1 + sellers.length, warmOrders, PRICE_TICKS - 1);
  await submitAll(core, [...venueCommands(), ...sellers.flat(), ...first]);
  core.stop();
  const keys = KeyStore.open(files.keysPath, systemClock);
  const permissions = toPermissionBits(["read", "trade"]);
  const makeKey = (account: number): string => keys.create({ account, permissions }).token;
  const token = makeKey(ACCOUNT);
  const tokens = clients === 0 ? "" : join(directory, "tokens");
  const lines = Array.from({ length: clients }, (_, client) => makeKey(ACCOUNT + 1 + client));
  keys.close();
  if (tokens !== "") writeFileSync(tokens, lines.join("\n"));
  return { directory, token, tokens };
}

/** A venue of its own on a copy of the template, which goes with it. */
export async function startVenue(
  bench: Bench,
  template: Template,
  durability: string,
): Promise<PushServer> {
  const dataDirectory = join(bench.dataDirectory, "venues", "push");
  cpSync(template.directory, dataDirectory, { recursive: true });
  const venue = await VenueProcess.start({
    dataDirectory,
    flags: {
      ...{ durability, "log-level": "error", "connections-max": CONNECTIONS_MAX },
      ...{ "requests-per-second-per-key": RATE, "requests-burst-per-key": RATE },
      ...{ "requests-per-second-per-address": RATE, "requests-burst-per-address": RATE },
    },
  });
  const metricsUrl = /Metrics +(\S+)/.exec(venue.output)?.[1] ?? "";
  return {
    port: Number(new URL(venue.url).port),
    token: template.token,
    tokens: template.tokens,
    readVitals: () => readVitals(metricsUrl),
    async stop() {
      await venue.kill();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

export async function startBareServer(bench: Bench, kind: FeedKind): Promise<PushServer> {
  const options = [kind, `${bench.size.pushWarmOrders}`];
  const child = Bun.spawn([process.execPath, bench.script("push-bare.ts"), ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let port = "";
  for await (const chunk of child.stdout) {
    port += new TextDecoder().decode(chunk);
    if (port.endsWith("\n")) break;
  }
  return {
    port: Number(port),
    ...{ token: "", tokens: "" },
    readVitals: () => readVitals(`http://127.0.0.1:${Number(port)}/metrics`),
    stop() {
      child.kill();
      return child.exited;
    },
  };
}

async function readVitals(url: string): Promise<Vitals> {
  const text = await (await fetch(url)).text();
  const read = (name: string): number => {
    const found = new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
    if (found === undefined) throw new Error(`push: ${url} tells no ${name}`);
    return Number(found);
  };
  return {
    residentBytes: read("process_resident_memory_bytes"),
    cpuSeconds: read("process_cpu_seconds_total"),
  };
}
