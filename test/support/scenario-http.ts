// The HTTP door of a scenario: the gateway as main.ts wires it, on a port of its own, through
// /api/v1 with a key per account. Every answer must have the shape that the API document promises.
//
// Asked of the core beside it: fees not yet swept, which no endpoint shows, and the time.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "zod";
import { systemClock } from "../../gateway/clock.ts";
import { type Config, loadConfig } from "../../gateway/config.ts";
import type { Core } from "../../gateway/core/core.ts";
import { formatAmount } from "../../gateway/domain/decimal.ts";
import { EXTERNAL_ACCOUNT, FEE_ACCOUNT } from "../../gateway/domain/units.ts";
import { KeyStore } from "../../gateway/identity/key-store.ts";
import { PERMISSION_NAMES, toPermissionBits } from "../../gateway/identity/permission.ts";
import { Log } from "../../gateway/log.ts";
import { Metrics } from "../../gateway/metrics.ts";
import { Accounts, AdminReply, CreatedKey } from "../../gateway/protocols/http/admin-schemas.ts";
import {
  Account,
  Currencies,
  Instrument,
  LedgerReply,
  Market,
  MassCancelReply,
  OrderAnswer,
  OrderReply,
  Orders,
  Problem,
} from "../../gateway/protocols/http/schemas.ts";
import { startHttpServer } from "../../gateway/protocols/http/server.ts";
import { NativeFeed } from "../../gateway/protocols/ws/server.ts";
import { openVenue, type Venue as SharedVenue } from "../../gateway/sessions/venue.ts";
import { adminFound, type Answered, orderFound, toFound, toOrderView } from "./scenario-answers.ts";
import { openCore, START_US } from "./scenario-core.ts";
import { Directory, NO_ID } from "./scenario-directory.ts";
import { type ApiRequest, toOrderPath, toRequest } from "./scenario-requests.ts";
import type { BookLevel, Capacities, Fill, InstrumentField } from "./scenario-script.ts";
import type {
  Found,
  LedgerRow,
  OrderName,
  OrderView,
  ResolvedAction,
  Venue,
} from "./scenario-venue.ts";

/** A scenario is as fast as the machine: no limit of calls may slow it down. */
const RATES_MAX = [
  ...(["requests-per-second-per-key", "requests-burst-per-key"] as const),
  ...(["cancels-per-second-per-key", "cancels-burst-per-key"] as const),
  ...(["requests-per-second-per-address", "requests-burst-per-address"] as const),
].map((name) => [name, "1000000"] as const);

/** Opens an empty venue with its HTTP door, in a directory of its own. */
export async function openHttp(capacities: Capacities): Promise<Venue> {
  return (await openHttpDoor(capacities)).http;
}

/** A venue with its HTTP door, for another door beside it. */
export interface HttpDoor {
  readonly http: HttpVenue;
  readonly core: Core;
  readonly venue: SharedVenue;
  readonly keys: KeyStore;
  readonly config: Config;
  readonly log: Log;
  /** Goes when the venue stops. */
  readonly directory: string;
}

export async function openHttpDoor(capacities: Capacities): Promise<HttpDoor> {
  const directory = mkdtempSync(join(tmpdir(), "openbell-scenario-"));
  const parts = new AsyncDisposableStack();
  parts.defer(() => rmSync(directory, { recursive: true }));
  const core = openCore(directory, capacities);
  parts.defer(() => void core.stop());
  const flags = new Map<string, string>([["profile", "test"], ...RATES_MAX]);
  const config = loadConfig({ environment: {}, flags });
  const [clock, metrics] = [systemClock, new Metrics()];
  const log = new Log("error", clock);
  const keys = KeyStore.open(join(directory, "keys.sqlite"), clock);
  parts.defer(() => keys.close());
  const quietAccounts = new Set<number>();
  const venue = openVenue({ core, keys, config, clock, log, metrics, quietAccounts });
  parts.defer(() => venue.stop());
  const version = "0.0.0";
  const webSocket = new NativeFeed({ venue, config, clock, log, metrics });
  const http = startHttpServer({ venue, webSocket, config, clock, log, metrics, version });
  parts.defer(() => http.stop());
  const permissions = toPermissionBits(PERMISSION_NAMES);
  const tokenOf = (account: number): string => keys.create({ account, permissions }).token;
  const tokens = { fees: tokenOf(FEE_ACCOUNT), external: tokenOf(EXTERNAL_ACCOUNT) };
  const door = new HttpVenue(core, http.address, tokens, parts);
  return { http: door, core, venue, keys, config, log, directory };
}

export class HttpVenue implements Venue {
  readonly #core: Core;
  readonly #directory: Directory;
  readonly #url: string;
  readonly #parts: AsyncDisposableStack;
  readonly #accountIds = new Map<string, number>([
    ["fees", FEE_ACCOUNT],
    ["external", EXTERNAL_ACCOUNT],
  ]);
  /** By account name. That of `fees` is the operator's. */
  readonly #tokens: Map<string, string>;
  #timeUs = START_US;
  #lastSequence = 0;

  constructor(
    core: Core,
    url: string,
    tokens: Readonly<Record<string, string>>,
    parts: AsyncDisposableStack,
  ) {
    this.#core = core;
    this.#directory = new Directory(core);
    this.#url = url;
    this.#tokens = new Map(Object.entries(tokens));
    this.#parts = parts;
  }

  async execute(action: ResolvedAction): Promise<Found> {
    if (action.kind === "time passes") {
      this.#timeUs += action.microseconds;
      this.#core.setCallerTime(this.#timeUs);
      this.#core.tick();
      return { outcome: { kind: "accepted" }, id: 0, sequence: 0 };
    }
    const request = toRequest(action, (name) => this.#accountId(name));
    switch (action.kind) {
      case "new order":
      case "cancel":
      case "replace":
        return toFound(await this.#call(request, OrderReply), orderFound);
      case "cancel all":
        return this.#cancelAll(request, action.account);
      case "deposit":
      case "withdraw":
      case "transfer":
        return toFound(await this.#call(request, LedgerReply), ({ duplicate, sequence }) => {
          // The original is not named: the balance is what the caller wanted.
          const outcome = duplicate
            ? ({ kind: "duplicate", of: undefined } as const)
            : ({ kind: "accepted" } as const);
          return { outcome, id: sequence, sequence };
        });
      default: {
        const found = toFound(await this.#call(request, AdminReply), adminFound);
        const isNew = action.kind === "create account" && found.outcome.kind === "accepted";
        if (isNew) await this.#welcome(action.name, found.id);
        return found;
      }
    }
  }

  async sequence(): Promise<number> {
    const { as_of_sequence } = await this.#read("/api/v1/currencies", Currencies);
    return as_of_sequence;
  }

  async ledger(): Promise<readonly LedgerRow[]> {
    const { accounts } = await this.#read("/api/v1/admin/accounts?limit=1000", Accounts);
    const rows: LedgerRow[] = [];
    for (const { account_id, name } of accounts) {
      const { balances } = await this.#read(`/api/v1/accounts/${account_id}`, Account);
      for (const { currency, available, frozen } of balances) {
        const mayBeNegative = name === "external";
        rows.push({ holder: name, currency, available, frozen, mayBeNegative });
      }
    }
    for (const instrument of this.#directory.instruments()) {
      const { code, scale } = this.#directory.currencyOf(instrument.quoteCurrency);
      const available = formatAmount(instrument.feeAccumulator, scale);
      const holder = `fees of ${instrument.symbol}`;
      rows.push({ holder, currency: code, available, frozen: "0", mayBeNegative: true });
    }
    return rows;
  }

  async accountState(account: string): Promise<string> {
    const path = `/api/v1/accounts/${this.#accountId(account)}`;
    return (await this.#read(path, Account)).state;
  }

  async book(symbol: string): Promise<{ bids: BookLevel[]; asks: BookLevel[] }> {
    const { bids, asks } = await this.#market(symbol);
    const toLevel = ([price, quantity]: [string, string]): BookLevel => {
      return { price, quantity, orders: undefined };
    };
    return { bids: bids.map(toLevel), asks: asks.map(toLevel) };
  }

  async order(account: string, order: OrderName): Promise<OrderView | undefined> {
    const path = `/api/v1/trading/orders/${toOrderPath(order)}`;
    const answered = await this.#call({ method: "GET", path, account }, OrderAnswer);
    if (answered.ok) return toOrderView(answered.body);
    if (answered.problem.name === "order_not_found") return undefined;
    throw new Error(`${path}: ${answered.problem.name}`);
  }

  async openOrders(account: string): Promise<readonly number[]> {
    const path = "/api/v1/trading/orders?status=open&limit=1000";
    const { orders } = await this.#read(path, Orders, account);
    return orders.map((order) => order.order_id);
  }

  async trades(symbol: string): Promise<readonly (Fill & { readonly tradeId: number })[]> {
    const { trades } = await this.#market(symbol);
    return trades
      .map(({ price, quantity, trade_id }) => ({ price, quantity, tradeId: trade_id }))
      .toReversed();
  }

  async instrument(symbol: string): Promise<ReadonlyMap<InstrumentField, string>> {
    const path = `/api/v1/instruments/${encodeURIComponent(symbol)}`;
    const body = await this.#read(path, Instrument);
    const { last_price } = await this.#market(symbol);
    const [accumulator] = (await this.ledger()).filter((row) => {
      return row.holder === `fees of ${body.symbol}`;
    });
    return new Map<InstrumentField, string>([
      ["symbol", body.symbol],
      ["state", body.state],
      ["maker", body.maker_rate],
      ["taker", body.taker_rate],
      ["reference", body.reference_price ?? "none"],
      ["band", body.band ?? "none"],
      ["last", last_price ?? "none"],
      ["fees", accumulator?.available ?? "none"],
      ["quantity_min", body.quantity_min ?? "none"],
      ["quantity_max", body.quantity_max ?? "none"],
      ["notional_min", body.notional_min ?? "none"],
      ["order_value_max", body.order_value_max ?? "none"],
      ["open_orders_max", `${body.open_orders_max}`],
      ["position_max", body.position_max ?? "none"],
    ]);
  }

  sessionCount(): Promise<number> {
    throw new Error("HTTP has no word for sessions: mark the line engine");
  }

  changes(): Promise<readonly string[]> {
    throw new Error("HTTP has no word for changes: mark the line engine");
  }

  /** The key of an account, for another door beside this one. */
  tokenOf(account: string): string | undefined {
    return this.#tokens.get(account);
  }

  async stop(): Promise<void> {
    await this.#parts.disposeAsync();
  }

  #accountId(name: string): number {
    return this.#accountIds.get(name) ?? NO_ID;
  }

  /** A key of its own for a new account. */
  async #welcome(name: string, id: number): Promise<void> {
    const body = { account: id, permissions: ["read", "trade", "transfer"] };
    const request = { method: "POST", path: "/api/v1/admin/keys", body } as const;
    const answered = await this.#call(request, CreatedKey);
    if (!answered.ok) throw new Error(`no key for ${name}: ${answered.problem.name}`);
    this.#accountIds.set(name, id);
    this.#tokens.set(name, answered.body.token ?? "");
  }

  /** The reason is asked of the first order: the reply has ids only. */
  async #cancelAll(request: ApiRequest, account: string): Promise<Found> {
    const answered = await this.#call(request, MassCancelReply);
    let reason = "none";
    const [first] = answered.ok ? answered.body.order_ids : [];
    if (first !== undefined) {
      reason = (await this.order(account, { orderId: first }))?.reason ?? "unknown";
    }
    return toFound(answered, ({ order_ids, sequence }) => {
      const outcome = { kind: "orders cancelled", count: order_ids.length, reason } as const;
      return { outcome, id: order_ids.length, sequence };
    });
  }

  #market(symbol: string): Promise<z.output<typeof Market>> {
    const path = `/api/v1/data/market/${encodeURIComponent(symbol)}?depth=1000&limit=1000`;
    return this.#read(path, Market);
  }

  /** A query that must be answered: what it saw is not before the last reply (rules 5.4). */
  async #read<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    account?: string,
  ): Promise<z.output<Schema>> {
    const answered = await this.#call({ method: "GET", path, account }, schema);
    if (!answered.ok) throw new Error(`${path}: ${answered.problem.name}`);
    return answered.body;
  }

  async #call<Schema extends z.ZodType>(
    { method, path, body, account = "fees" }: ApiRequest,
    schema: Schema,
  ): Promise<Answered<z.output<Schema>>> {
    const token = this.#tokens.get(account);
    if (token === undefined) throw new Error(`${account} has no key: mark the line engine`);
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const json: unknown = await response.json();
    this.#checkSequence(path, json);
    if (!response.ok) return { ok: false, problem: Problem.parse(json) };
    return { ok: true, body: schema.parse(json) };
  }

  #checkSequence(path: string, json: unknown): void {
    const isObject = typeof json === "object" && json !== null;
    if (isObject && "as_of_sequence" in json && Number(json.as_of_sequence) < this.#lastSequence) {
      throw new Error(`${path} answers as of ${json.as_of_sequence}, before ${this.#lastSequence}`);
    }
    if (isObject && "sequence" in json) this.#lastSequence = Number(json.sequence);
  }
}
