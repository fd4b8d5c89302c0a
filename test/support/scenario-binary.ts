// The binary door of a scenario, beside that of HTTP: orders, cancels and replaces go through the
// binary protocol where it has numbers for them, all else through HTTP. What a command did is read
// off the messages alone; open orders, book and balances are asked for through both doors.

import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { formatAmount } from "../../gateway/domain/decimal.ts";
import { toAmount, toPrice, toQuantity } from "../../gateway/domain/units.ts";
import type { Level, SelfTradePrevention } from "../../gateway/generated/order-entry.ts";
import { Metrics } from "../../gateway/metrics.ts";
import { BinaryServer } from "../../gateway/protocols/binary/server.ts";
import { StreamDirectory } from "../../gateway/protocols/binary/streams/directory.ts";
import { BinaryStreams } from "../../gateway/sessions/binary-streams.ts";
import { Stages } from "../../gateway/stages/stages.ts";
import { BinaryClient } from "./binary-client.ts";
import {
  cancelOrder,
  type ClientId,
  massCancel,
  type Message,
  newOrder,
  queryBalances,
  queryOrders,
  replaceOrder,
  subscribeBook,
  type Target,
  toBigInt,
  unsubscribeBook,
} from "./binary-frames.ts";
import { toFound } from "./scenario-binary-answers.ts";
import { Directory } from "./scenario-directory.ts";
import { encodeAction } from "./scenario-encoding.ts";
import { type HttpDoor, openHttpDoor } from "./scenario-http.ts";
import { toFill } from "./scenario-images.ts";
import type { BookLevel, Capacities } from "./scenario-script.ts";
import type { Found, LedgerRow, OrderName, ResolvedAction, Venue } from "./scenario-venue.ts";

type Trade = Extract<
  ResolvedAction,
  { readonly kind: "new order" | "cancel" | "cancel all" | "replace" }
>;

/** Opens an empty venue with both doors. */
export async function openBinary(capacities: Capacities): Promise<Venue> {
  const door = await openHttpDoor(capacities);
  const { core, venue, keys, config, log, directory } = door;
  const [clock, metrics] = [systemClock, new Metrics()];
  const names = new BinaryStreams(keys.binaryStreams, log);
  const places = { core, streams: names, directory: join(directory, "binary"), clock, log };
  const streams = await StreamDirectory.open(places);
  const server = new BinaryServer({ venue, streams, config, clock, log, metrics });
  server.listen();
  // Books are told of by a stage.
  const ring = { transactionsMax: 1_024, changesMax: 65_536 };
  const stages = new Stages({ core, clock, log, metrics, heldBytesMax: Infinity, ring });
  stages.add(server.stage);
  stages.start();
  return new BinaryDoorVenue(door, server, stages);
}

class BinaryDoorVenue implements Venue {
  readonly #door: HttpDoor;
  readonly #server: BinaryServer;
  readonly #stages: Stages;
  readonly #http: Venue;
  readonly #directory: Directory;
  /** By account name, once it was asked for an order. */
  readonly #clients = new Map<string, BinaryClient>();
  #count = 0n;

  constructor(door: HttpDoor, server: BinaryServer, stages: Stages) {
    this.#door = door;
    this.#server = server;
    this.#stages = stages;
    this.#http = door.http;
    this.#directory = new Directory(door.core);
  }

  async execute(action: ResolvedAction): Promise<Found> {
    const frame = isTrade(action) ? toFrame(action, this.#directory) : undefined;
    if (frame === undefined || !isTrade(action)) return this.#http.execute(action);
    const client = await this.#client(action.account);
    if (client === undefined) return this.#http.execute(action);
    // What other doors did before is told first.
    await this.#exchange(client);
    return toFound(await this.#exchange(client, frame), this.#directory);
  }

  /** Without the opening of sessions, which no story knows of. */
  sequence = async () => (await this.#http.sequence()) - this.#clients.size;
  accountState = (account: string) => this.#http.accountState(account);
  order = (account: string, order: OrderName) => this.#http.order(account, order);
  trades = (symbol: string) => this.#http.trades(symbol);
  instrument = (symbol: string) => this.#http.instrument(symbol);
  sessionCount = () => this.#http.sessionCount();
  changes = () => this.#http.changes();

  async ledger(): Promise<readonly LedgerRow[]> {
    const rows = await this.#http.ledger();
    for (const [account, client] of this.#clients) {
      const own = rows.filter(({ holder }) => holder === account);
      const texts = own.map(
        ({ currency, available, frozen }) => `${currency} ${available} ${frozen}`,
      );
      mustBe(`balances of ${account}`, await this.#balances(client), texts);
    }
    return rows;
  }

  async openOrders(account: string): Promise<readonly number[]> {
    const client = this.#clients.get(account);
    if (client === undefined) return this.#http.openOrders(account);
    const found: number[] = [];
    for (let hasMore = true; hasMore;) {
      client.send(queryOrders(this.#newRef(), { after: found.at(-1) ?? 0 }));
      const { body } = await client.next("Orders");
      const page = each(body.ordersLength(), (index) => body.orders(index));
      found.push(...page.map((order) => Number(order.orderId())));
      hasMore = body.hasMore();
    }
    mustBe(`orders of ${account}`, found, await this.#http.openOrders(account));
    return found;
  }

  async book(symbol: string): Promise<{ bids: readonly BookLevel[]; asks: readonly BookLevel[] }> {
    const [client] = this.#clients.values();
    const listed = this.#directory.instrument(symbol);
    if (client === undefined || listed === undefined) return this.#http.book(symbol);
    const instrument = listed.instrumentId;
    client.send(subscribeBook(this.#newRef(), instrument));
    const { body } = await client.next("BookSnapshot");
    client.send(unsubscribeBook(this.#newRef(), instrument));
    const toLevels = (levels: readonly Level[]): BookLevel[] =>
      levels.map((level) => {
        const price = toPrice(Number(level.price()));
        const quantity = toQuantity(Number(level.quantity()));
        const fill = toFill({ price, quantity }, listed, this.#directory);
        return { ...fill, orders: Number(level.orders()) };
      });
    const bids = toLevels(each(body.bidsLength(), (index) => body.bids(index)));
    const asks = toLevels(each(body.asksLength(), (index) => body.asks(index)));
    const http = await this.#http.book(symbol);
    const text = (side: readonly BookLevel[]): string[] =>
      side.map(({ price, quantity }) => `${quantity} @ ${price}`);
    mustBe(`bids of ${symbol}`, text(bids), text(http.bids));
    mustBe(`asks of ${symbol}`, text(asks), text(http.asks));
    return { bids, asks };
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.values()) client[Symbol.dispose]();
    await this.#server.stop();
    this.#stages.stop();
    await this.#http.stop();
  }

  /** Of an account with a key; it logs in with its first order. */
  async #client(account: string): Promise<BinaryClient | undefined> {
    const token = this.#door.http.tokenOf(account);
    const known = this.#clients.get(account);
    if (known !== undefined || token === undefined) return known;
    const fields = { token, session: "scenario" };
    const port = Number(this.#server.address.split(":")[1]);
    const client = await BinaryClient.logIn({ port }, fields);
    this.#clients.set(account, client);
    return client;
  }

  /** Sends a request and a query, and returns all that comes before its answer. */
  async #exchange(client: BinaryClient, ...request: Uint8Array[]): Promise<readonly Message[]> {
    const before = client.received.length;
    client.send(...request, queryBalances(this.#newRef()));
    await client.next("Balances");
    // What is listed or changed is told whenever the venue gets to it.
    const told = client.received.slice(before).filter(({ kind }) => kind !== "ReferenceData");
    return told.slice(
      0,
      told.findIndex(({ kind }) => kind === "Balances"),
    );
  }

  async #balances(client: BinaryClient): Promise<string[]> {
    client.send(queryBalances(this.#newRef()));
    const { body } = await client.next("Balances");
    return each(body.balancesLength(), (index) => body.balances(index)).map((balance) => {
      const { code, scale } = this.#directory.currencyOf(balance.currency());
      const [available, frozen] = [balance.available(), balance.frozen()].map((amount) =>
        formatAmount(toAmount(toBigInt(amount)), scale),
      );
      return `${code} ${available} ${frozen}`;
    });
  }

  #newRef(): bigint {
    this.#count += 1n;
    return this.#count;
  }
}

function isTrade(action: ResolvedAction): action is Trade {
  return ["new order", "cancel", "cancel all", "replace"].includes(action.kind);
}

/** `undefined`: the protocol has no number for what it says, or it is the venue's own command. */
function toFrame(action: Trade, directory: Directory): Uint8Array | undefined {
  if (action.kind !== "new order" && action.kind !== "replace") {
    if (action.isByVenue) return undefined;
    const encoded = encodeAction(action, directory);
    if (!encoded.ok) return undefined;
    const { instrument = 0 } = encoded.value;
    if (action.kind === "cancel all") return massCancel({ instrument });
    return cancelOrder(toTarget(action.order), { instrument });
  }
  const { clientOrderId } = action;
  // A text without a character is none.
  if (clientOrderId === "") return undefined;
  const encoded = encodeAction({ ...action, clientOrderId: undefined }, directory);
  if (!encoded.ok) return undefined;
  const command = encoded.value;
  const { instrument = 0, price = 0 } = command;
  const quantity = Number(command.quantity ?? 0);
  const id = toClientId(clientOrderId);
  if (action.kind === "replace") {
    return replaceOrder(toTarget(action.order), { price, quantity, newId: id });
  }
  return newOrder({
    ...{ instrument, price, quantity, id },
    side: command.side ?? 0,
    orderType: command.orderType ?? 0,
    timeInForce: command.timeInForce ?? 0,
    // why: the byte that the command record of a new order has there
    selfTradePrevention: (command.kind ?? 0) as SelfTradePrevention,
    ...(action.budget === undefined ? {} : { budget: command.amount ?? 0n }),
  });
}

function toTarget(order: OrderName): Target {
  if ("orderId" in order) return order;
  return { id: toClientId(order.clientOrderId) ?? order.clientOrderId };
}

/** The number, when the text is the decimal one of a number. */
function toClientId(text: string | undefined): ClientId {
  const isNumber = text !== undefined && /^[1-9][0-9]{0,18}$/.test(text);
  return isNumber ? BigInt(text) : text;
}

/** The elements of a vector. */
function each<Item>(length: number, read: (index: number) => Item | null): Item[] {
  return Array.from({ length }, (_, index) => read(index)).filter((item) => item !== null);
}

/** Errors: throws when the binary protocol says something else than HTTP. */
function mustBe(what: string, found: readonly unknown[], wanted: readonly unknown[]): void {
  const [one, other] = [found.join(", "), wanted.join(", ")];
  if (one !== other) throw new Error(`${what}: ${one} is not ${other}`);
}
