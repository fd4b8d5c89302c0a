// A real gateway over a real core on a free port, and a client that holds every answer against the
// schema of its endpoint.

import { expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../gateway/clock.ts";
import type { Clock } from "../../../gateway/clock.ts";
import { loadConfig } from "../../../gateway/config.ts";
import { Core } from "../../../gateway/core/core.ts";
import { KeyStore } from "../../../gateway/identity/key-store.ts";
import { toPermissionBits } from "../../../gateway/identity/permission.ts";
import type { PermissionName } from "../../../gateway/identity/permission.ts";
import { Log } from "../../../gateway/log.ts";
import { Metrics } from "../../../gateway/metrics.ts";
import { FixServer } from "../../../gateway/protocols/fix/server.ts";
import { listRoutes } from "../../../gateway/protocols/http/endpoints.ts";
import { refusalStatuses } from "../../../gateway/protocols/http/openapi.ts";
import { PROBLEM_MEDIA_TYPE } from "../../../gateway/protocols/http/rejects.ts";
import type { Route } from "../../../gateway/protocols/http/route.ts";
import { Problem } from "../../../gateway/protocols/http/schemas.ts";
import { startHttpServer } from "../../../gateway/protocols/http/server.ts";
import type { Protocol } from "../../../gateway/protocols/protocol.ts";
import { NativeFeed } from "../../../gateway/protocols/ws/server.ts";
import { openVenueStages, type VenueStages } from "../../../gateway/sessions/venue-stages.ts";
import { openVenue } from "../../../gateway/sessions/venue.ts";
import type { Venue } from "../../../gateway/sessions/venue.ts";
import { within } from "../../support/deadline.ts";

/** Longest wait for one answer, in milliseconds. */
const ANSWER_MS_MAX = 10_000;

/** Small, because a segment is written full of zeros before its first use. */
const SEGMENT_BYTES = 1 << 20;

/** An answer, read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed; `undefined` of an answer that is no JSON. Tests look into it by name. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Ask {
  /** Bearer token; none: without credentials. */
  readonly token?: string | undefined;
  /** Text is sent as it is, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface VenueOptions {
  readonly clock?: Clock;
  /** Flags of the configuration, as on the command line. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** `os` unless told otherwise: with `fsync` things are executed before they may be shown. */
  readonly durability?: "os" | "fsync";
  readonly logLines?: string[];
  /** Opens the two ports of FIX as well. */
  readonly withFix?: boolean;
}

/** Two currencies, one open instrument with an alias, two funded accounts. */
export class HttpVenue {
  readonly directory: string;
  readonly core: Core;
  readonly keys: KeyStore;
  readonly venue: Venue;
  readonly feed: NativeFeed;
  readonly server: Protocol;
  readonly metrics: Metrics;
  readonly routes: readonly Route[];
  readonly venueStages: VenueStages;
  readonly #fix: FixServer | undefined;
  readonly #isOwnDirectory: boolean;

  constructor(options: VenueOptions = {}) {
    const { clock = systemClock, flags = {}, directory, logLines = [] } = options;
    this.#isOwnDirectory = directory === undefined;
    this.directory = directory ?? mkdtempSync(join(tmpdir(), "openbell-http-"));
    const given = { profile: "test", "data-directory": this.directory, ...flags };
    const config = loadConfig({ environment: {}, flags: new Map(Object.entries(given)) });
    const decoder = new TextDecoder();
    const log = new Log("info", clock, (bytes) => {
      logLines.push(
        ...decoder
          .decode(bytes)
          .split("\n")
          .filter((line) => line !== ""),
      );
      return bytes.length;
    });
    this.metrics = new Metrics();
    this.core = Core.open({
      dataDirectory: join(this.directory, "journal"),
      durability: options.durability ?? "os",
      segmentBytes: SEGMENT_BYTES,
    });
    this.keys = KeyStore.open(join(this.directory, "identity.sqlite"), clock);
    const quietAccounts = new Set<number>();
    const { core, keys, metrics } = this;
    this.venue = openVenue({ core, keys, config, clock, log, metrics, quietAccounts });
    const { venue } = this;
    const webSocket = new NativeFeed({ venue, config, clock, log, metrics });
    this.feed = webSocket;
    const { directory: kept } = this;
    this.venueStages = openVenueStages({
      venue,
      core,
      directory: kept,
      config,
      clock,
      log,
      metrics,
    });
    const fixParts = { venue, config, clock, log, metrics, directory: join(kept, "fix") };
    this.#fix = options.withFix === true ? new FixServer(fixParts) : undefined;
    for (const stage of [webSocket.stage, ...(this.#fix?.stages ?? [])]) {
      this.venueStages.stages.add(stage);
    }
    this.venueStages.stages.start();
    this.#fix?.listenForOrders();
    this.#fix?.listenForMarketData();
    const version = "0.0.0";
    this.server = startHttpServer({ venue, webSocket, config, clock, log, metrics, version });
    this.routes = listRoutes(venue, "0.0.0");
  }

  /** Of a venue that has it. */
  get fix(): FixServer {
    if (this.#fix === undefined) throw new Error("open the venue with FIX");
    return this.#fix;
  }

  async stop(): Promise<void> {
    await this.#fix?.stop();
    await this.server.stop();
    this.venue.stop();
    await this.venueStages.stop();
    this.core.stop();
    this.keys.close();
    if (this.#isOwnDirectory) rmSync(this.directory, { recursive: true });
  }

  /** Makes a key past the API. */
  token(account: number, permissions: readonly PermissionName[]): string {
    const bits = toPermissionBits(permissions);
    return this.keys.create({ account, permissions: bits }).token;
  }

  /** Asks, and checks that the answer has the shape its endpoint promises. */
  async ask(method: string, path: string, { token, body, headers }: Ask = {}): Promise<Reply> {
    const isText = typeof body === "string" || body instanceof Uint8Array;
    const sent = isText || body === undefined ? body : JSON.stringify(body);
    const response = await within(
      ANSWER_MS_MAX,
      `${method} ${path}`,
      fetch(`${this.server.address}${path}`, {
        method,
        redirect: "manual",
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(sent === undefined ? {} : { body: sent }),
      }),
    );
    const text = await response.text();
    const reply = { status: response.status, headers: response.headers, text, body: parse(text) };
    if (method !== "HEAD") this.#check(method, path, reply);
    return reply;
  }

  /** Asks, expects success and returns the body. */
  async get(method: string, path: string, ask: Ask = {}): Promise<Reply["body"]> {
    const reply = await this.ask(method, path, ask);
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.text}`);
    return reply.body;
  }

  /** Asks, and returns the status and name of the refusal. */
  async refusal(method: string, path: string, ask: Ask = {}): Promise<string> {
    const { status, body } = await this.ask(method, path, ask);
    return `${status} ${String(body["name"])}`;
  }

  #check(method: string, path: string, reply: Reply): void {
    const type = reply.headers.get("content-type");
    const [pathname = ""] = path.split("?");
    const route = this.routes.find((each) => each.method === method && fits(each, pathname));
    if (reply.status >= 400) {
      expect(type).toBe(PROBLEM_MEDIA_TYPE);
      const problem = Problem.parse(reply.body);
      expect(problem.status).toBe(reply.status);
      if (route !== undefined) expect(refusalStatuses(route)).toContain(String(reply.status));
      return;
    }
    const shape = route?.replies[reply.status];
    if (shape === undefined) throw new Error(`${method} ${path}: undescribed ${reply.status}`);
    if (shape.schema === undefined) return;
    expect(type).toBe("application/json");
    shape.schema.parse(reply.body);
  }
}

function fits(route: Route, pathname: string): boolean {
  const pattern = route.path.replace(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.");
  return new RegExp(`^${pattern}$`).test(pathname);
}

function parse(text: string): Reply["body"] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** What most conversations start with. */
export interface Market {
  readonly venue: HttpVenue;
  readonly admin: string;
  /** Account 3, with every permission but `admin`. */
  readonly alice: string;
  /** Account 4, with every permission but `admin`. */
  readonly bob: string;
}

export const SYMBOL = "BTC-USDT";

/** Opens a venue and lists BTC-USDT; alice and bob have 10 BTC and 1,000,000 USDT each. */
export async function openMarket(options: VenueOptions = {}): Promise<Market> {
  const venue = new HttpVenue(options);
  const admin = venue.token(1, ["read", "admin"]);
  const send = (method: string, path: string, body: unknown) =>
    venue.get(method, `/api/v1${path}`, { token: admin, body });
  await send("POST", "/admin/currencies", { code: "BTC", scale: 9 });
  await send("POST", "/admin/currencies", { code: "USDT", scale: 8 });
  await send("POST", "/admin/instruments", {
    symbol: SYMBOL,
    base_currency: "BTC",
    quote_currency: "USDT",
    tick_size: "0.01",
    lot_size: "0.00001",
  });
  await send("PUT", `/admin/instruments/${SYMBOL}/state`, { state: "open" });
  const fees = { maker_rate: "0.0002", taker_rate: "0.0005" };
  await send("PUT", `/admin/instruments/${SYMBOL}/fees`, fees);
  const alias = { kind: "instrument", target: SYMBOL, alias: "BTCUSDT" };
  await send("POST", "/admin/aliases", alias);
  for (const [name, account] of [
    ["alice", 3],
    ["bob", 4],
  ] as const) {
    await send("POST", "/admin/accounts", { name });
    const deposits = `/accounts/${account}/deposits`;
    const btc = { request_id: `${name}-btc`, currency: "BTC", amount: "10" };
    const usdt = { request_id: `${name}-usdt`, currency: "USDT", amount: "1000000" };
    await send("POST", deposits, btc);
    await send("POST", deposits, usdt);
  }
  const permissions = ["read", "trade", "transfer"] as const;
  return { venue, admin, alice: venue.token(3, permissions), bob: venue.token(4, permissions) };
}

/** A limit order that rests or trades. */
export function limitOrder(side: "BUY" | "SELL", price: string, quantity: string) {
  return { symbol: SYMBOL, side, type: "LIMIT", price, quantity };
}
