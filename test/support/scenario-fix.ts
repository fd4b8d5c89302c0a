// The FIX door of a scenario, beside that of HTTP: orders, cancels and replaces go through FIX
// where FIX has words for them, all else and every question through HTTP. So each story also shows
// that what one door made the other one sees. What a command did is read off the reports alone.

import { systemClock } from "../../gateway/clock.ts";
import { cancelReasonNames } from "../../gateway/domain/order.ts";
import { rejectByNumber } from "../../gateway/domain/reject.ts";
import { toPermissionBits } from "../../gateway/identity/permission.ts";
import { Acceptor, ACCEPTOR_BOUNDS } from "../../gateway/protocols/fix/acceptor/acceptor.ts";
import { makeVenueDictionary } from "../../gateway/protocols/fix/codec.ts";
import { OrderDesk } from "../../gateway/protocols/fix/orders/order-desk.ts";
import { cancelReasonText } from "../../gateway/protocols/fix/orders/report.ts";
import { MemoryStore } from "../../gateway/protocols/fix/session/memory-store.ts";
import { VENUE_SETTINGS } from "../../gateway/protocols/fix/session/settings.ts";
import { TokenBucket } from "../../gateway/sessions/throttle.ts";
import { type Body, FixClient, type Received, VENUE_COMP_ID } from "./fix-client.ts";
import { type HttpDoor, openHttpDoor } from "./scenario-http.ts";
import type { Capacities, MassCancelAction, NewOrderAction } from "./scenario-script.ts";
import type { Found, OrderName, ResolvedAction, Venue } from "./scenario-venue.ts";

const STORE_BYTES_MAX = 1 << 22;
const TRANSACT_TIME = "20260101-00:00:00";
const TIMES_IN_FORCE = { gtc: "1", ioc: "3", fok: "4", post_only: "1" } as const;
const PLAIN_NUMBER = /^-?[0-9]+(\.[0-9]+)?$/;

/** What a client remembers of its orders: a replace repeats it. */
interface SentOrder {
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
}

type ResolvedReplace = Extract<ResolvedAction, { readonly kind: "replace" }>;

/** Opens an empty venue with both doors. An order without an id of the client is given one. */
export async function openFix(capacities: Capacities): Promise<Venue> {
  return new FixDoorVenue(await openHttpDoor(capacities), true);
}

/** As `openFix`, for stories about ids: what has none from the client goes through HTTP. */
export async function openFixForIds(capacities: Capacities): Promise<Venue> {
  return new FixDoorVenue(await openHttpDoor(capacities), false);
}

class FixDoorVenue implements Venue {
  readonly #door: HttpDoor;
  readonly #http: Venue;
  readonly #givesIds: boolean;
  readonly #desk: OrderDesk;
  readonly #acceptor: Acceptor;
  readonly #accountIds = new Map<string, number>();
  /** By account name, once it was asked for an order. */
  readonly #clients = new Map<string, FixClient>();
  /** By account and client id, and by order id. */
  readonly #orders = new Map<string, SentOrder>();
  #count = 0;

  constructor(door: HttpDoor, givesIds: boolean) {
    this.#door = door;
    this.#givesIds = givesIds;
    this.#http = door.http;
    const { venue, log } = door;
    const desk = new OrderDesk({
      ...{ venue, clock: systemClock },
      judge: ({ id }) => ({ kind: "accepted", grant: this.#grant(id.targetCompId) }),
    });
    this.#desk = desk;
    const plan = {
      application: desk,
      dictionary: makeVenueDictionary(),
      settingsOf: () => VENUE_SETTINGS,
      openStore: (_: unknown, nowUs: number) => new MemoryStore(STORE_BYTES_MAX, nowUs),
    };
    this.#acceptor = new Acceptor({ plan, bounds: ACCEPTOR_BOUNDS, clock: systemClock, log });
    // No stage catches up here: the log is heard from the first command on.
    venue.owed.start(door.core.status().executedSequence);
  }

  async execute(action: ResolvedAction): Promise<Found> {
    switch (action.kind) {
      case "new order":
        return isSayable(action) && this.#isNamed(action)
          ? this.#place(action)
          : this.#placeElsewhere(action);
      case "cancel":
        if (action.isByVenue || action.symbol !== undefined) break;
        return this.#cancel(action.account, action.order);
      case "replace":
        if (!this.#isNamed(action)) break;
        if (![action.price, action.quantity].every((text) => PLAIN_NUMBER.test(text))) break;
        return this.#replace(action);
      case "cancel all":
        if (action.isByVenue) break;
        return this.#cancelAll(action);
      case "create account": {
        const found = await this.#http.execute(action);
        this.#accountIds.set(action.name, found.id);
        return found;
      }
      default:
        break;
    }
    return this.#http.execute(action);
  }

  /** Without the opening of sessions, which no story knows of. */
  sequence = async () => (await this.#http.sequence()) - this.#clients.size;
  ledger = () => this.#http.ledger();
  accountState = (account: string) => this.#http.accountState(account);
  book = (symbol: string) => this.#http.book(symbol);
  order = (account: string, order: OrderName) => this.#http.order(account, order);
  openOrders = (account: string) => this.#http.openOrders(account);
  trades = (symbol: string) => this.#http.trades(symbol);
  instrument = (symbol: string) => this.#http.instrument(symbol);
  sessionCount = () => this.#http.sessionCount();
  changes = () => this.#http.changes();

  async stop(): Promise<void> {
    await this.#acceptor.stop("Scenario is over");
    await this.#http.stop();
  }

  #grant(compId: string) {
    const permissions = toPermissionBits(["read", "trade"]);
    const account = this.#accountIds.get(compId) ?? 0;
    const [requests, cancels] = [TokenBucket.unlimited(), TokenBucket.unlimited()];
    const caller = { keyId: compId, account, permissions, requests, cancels };
    const isKept = { cancelsOnDisconnect: false, cancelsOnLogout: false };
    return { caller, isDropCopy: false, ...isKept };
  }

  /** Of an account that there is; its session is made with its first order. */
  async #client(account: string): Promise<FixClient | undefined> {
    const id = this.#accountIds.get(account);
    const known = this.#clients.get(account);
    if (known !== undefined || id === undefined || id === 0) return known;
    const names = { beginString: "FIX.4.4", senderCompId: VENUE_COMP_ID, targetCompId: account };
    const handle = this.#acceptor.session(names);
    if (handle === undefined) throw new Error(`no session for ${account}`);
    this.#desk.add(handle, { account: id, timestampDigits: 6 });
    const client = new FixClient(account);
    this.#clients.set(account, client);
    await client.logOn(this.#acceptor);
    return client;
  }

  async #place(action: NewOrderAction & ResolvedAction): Promise<Found> {
    const client = await this.#client(action.account);
    if (client === undefined) return this.#placeElsewhere(action);
    const { quantity = "", price, timeInForce, symbol = "" } = action;
    const id = action.clientOrderId ?? this.#newId();
    const side = action.side === "sell" ? "2" : "1";
    const type = action.type === "market" ? "1" : "2";
    const isPostOnly = timeInForce === "post_only";
    const word = typeof timeInForce === "string" ? TIMES_IN_FORCE[timeInForce] : undefined;
    const found = await this.#ask(client, "D", {
      ...{ 11: id, ...(isPostOnly ? { 18: "6" } : {}), 38: quantity, 40: type },
      ...{ ...(price === undefined ? {} : { 44: price }), 54: side, 55: symbol },
      ...{ ...(word === undefined ? {} : { 59: word }), 60: TRANSACT_TIME },
    });
    this.#remember(action.account, id, found.id, { symbol, side, type });
    return found;
  }

  async #placeElsewhere(action: NewOrderAction & ResolvedAction): Promise<Found> {
    const found = await this.#http.execute(action);
    const { symbol = "", clientOrderId = `ob-${found.id}` } = action;
    const [side, type] = [action.side === "sell" ? "2" : "1", action.type === "market" ? "1" : "2"];
    this.#remember(action.account, clientOrderId, found.id, { symbol, side, type });
    return found;
  }

  async #cancel(account: string, order: OrderName): Promise<Found> {
    const client = await this.#client(account);
    if (client === undefined) throw new Error(`${account} has no session`);
    const { symbol, side } = this.#sentOrder(account, order);
    const target = "orderId" in order ? { 37: order.orderId } : { 41: order.clientOrderId };
    const terms = { 54: side, 55: symbol, 60: TRANSACT_TIME };
    return this.#ask(client, "F", { 11: this.#newId(), ...target, ...terms });
  }

  async #replace(action: ResolvedReplace): Promise<Found> {
    const { account, order, price, quantity, clientOrderId = this.#newId() } = action;
    const client = await this.#client(account);
    if (client === undefined) throw new Error(`${account} has no session`);
    const sent = this.#sentOrder(account, order);
    const target = "orderId" in order ? `ob-${order.orderId}` : order.clientOrderId;
    const found = await this.#ask(client, "G", {
      ...{ 11: clientOrderId, 38: quantity, 40: sent.type, 41: target, 44: price },
      ...{ 54: sent.side, 55: sent.symbol, 60: TRANSACT_TIME },
    });
    if (found.outcome.kind !== "rejected") this.#remember(account, clientOrderId, found.id, sent);
    return found;
  }

  async #cancelAll(action: MassCancelAction): Promise<Found> {
    const client = await this.#client(action.account);
    if (client === undefined) throw new Error(`${action.account} has no session`);
    const { symbol } = action;
    const scope = symbol === undefined ? { 530: "7" } : { 530: "1" };
    const named = symbol === undefined ? {} : { 55: symbol };
    const body = { 11: this.#newId(), ...named, 60: TRANSACT_TIME, ...scope };
    const messages = await this.#exchange(client, "q", body);
    const report = messages.find(({ type }) => type === "r");
    if (report === undefined) throw new Error("no report of a mass cancel");
    const sequence = Number(report.fields.get(37));
    if (report.fields.get(531) === "0") return toRejected(report);
    const count = Number(report.fields.get(533));
    const first = messages.find(({ fields }) => fields.get(150) === "4");
    const reason = first === undefined ? "none" : toReason(first);
    return { outcome: { kind: "orders cancelled", count, reason }, id: count, sequence };
  }

  async #ask(client: FixClient, type: string, body: Body): Promise<Found> {
    return toFound(await this.#exchange(client, type, body));
  }

  /** Sends a request and returns all that comes back in the same turn. */
  async #exchange(client: FixClient, type: string, body: Body): Promise<readonly Received[]> {
    const before = client.received.length;
    client.send(type, body);
    this.#door.core.flush();
    await new Promise<void>((resolve) => setImmediate(resolve));
    return client.received.slice(before);
  }

  #isNamed({ clientOrderId }: { readonly clientOrderId: string | undefined }): boolean {
    return this.#givesIds || clientOrderId !== undefined;
  }

  #newId(): string {
    this.#count += 1;
    return `fix-${this.#count}`;
  }

  #remember(account: string, clientOrderId: string, orderId: number, order: SentOrder): void {
    this.#orders.set(`${account} ${clientOrderId}`, order);
    if (orderId !== 0) this.#orders.set(`${orderId}`, order);
  }

  #sentOrder(account: string, order: OrderName): SentOrder {
    const key = "orderId" in order ? `${order.orderId}` : `${account} ${order.clientOrderId}`;
    const [known] = this.#door.venue.reference.listings();
    const symbol = known?.instrument.symbol ?? "";
    return this.#orders.get(key) ?? { symbol, side: "1", type: "2" };
  }
}

/** Whether a NewOrderSingle can say it: words, a quantity, a price where one belongs. */
function isSayable(action: NewOrderAction): boolean {
  const { side, type, timeInForce, quantity, price, selfTradePrevention, clientOrderId } = action;
  const words = [side, type, timeInForce ?? ""];
  const isFixType = type === "limit" ? price !== undefined : price === undefined;
  const numbers = [quantity ?? "", price ?? "0"];
  return (
    words.every((word) => typeof word === "string") &&
    // A market order is immediate whatever FIX is told.
    (type === "limit" || timeInForce === undefined || timeInForce === "ioc") &&
    isFixType &&
    numbers.every((text) => PLAIN_NUMBER.test(text)) &&
    selfTradePrevention === undefined &&
    action.budget === undefined &&
    clientOrderId !== ""
  );
}

/** What the reports to one client say that a command did. */
function toFound(messages: readonly Received[]): Found {
  const [first] = messages;
  if (first === undefined) throw new Error("no answer");
  const isRejected = first.type !== "8" || first.fields.get(150) === "8";
  if (isRejected) return toRejected(first);
  const fills = messages
    .filter(({ fields }) => fields.get(150) === "F")
    .map(({ fields }) => ({ price: fields.get(31) ?? "", quantity: fields.get(32) ?? "" }));
  const last = messages.at(-1) ?? first;
  const id = Number(first.fields.get(37));
  const sequence = Number((first.fields.get(17) ?? "").split("-")[0]);
  if (last.fields.get(150) === "4") {
    const cancelled = { quantity: restOf(last), reason: toReason(last) };
    return { outcome: { kind: "moved", fills, rests: undefined, cancelled }, id, sequence };
  }
  if (fills.length === 0) return { outcome: { kind: "accepted" }, id, sequence };
  const rests = last.fields.get(39) === "2" ? undefined : last.fields.get(151);
  return { outcome: { kind: "moved", fills, rests, cancelled: undefined }, id, sequence };
}

function toRejected({ fields }: Received): Found {
  const text = fields.get(58) ?? "";
  const row = Object.values(rejectByNumber).find((each) => each.text === text);
  const orderId = Number(fields.get(37));
  const id = Number.isNaN(orderId) ? 0 : orderId;
  if (text === "Same request was accepted before under this id") {
    return { outcome: { kind: "duplicate", of: undefined }, id, sequence: 0 };
  }
  return { outcome: { kind: "rejected", code: row?.name ?? text }, id, sequence: id };
}

/** 38 − 14, both with the decimals of a lot. */
function restOf({ fields }: Received): string {
  const [whole = "0", filled = "0"] = [fields.get(38), fields.get(14)];
  const scale = (whole.split(".")[1] ?? "").length;
  const units = (text: string): number => Math.round(Number(text) * 10 ** scale);
  return ((units(whole) - units(filled)) / 10 ** scale).toFixed(scale);
}

function toReason({ fields }: Received): string {
  const found = Object.entries(cancelReasonText).find(([, text]) => text === fields.get(58));
  const names: Readonly<Record<string, string>> = cancelReasonNames;
  return names[found?.[0] ?? ""] ?? "unknown";
}
