// Random trading followed by clients that lose their connection at random: what they have built is
// what HTTP says at the same sequence; each session of an account is told all that the change log
// says of it, and nothing of another one.
//
// Longer runs: `FEED_STEPS=20000 FEED_SEED=7 bun test test/protocols/ws/follow.test.ts`

import { expect, test } from "bun:test";
import { Random } from "../../../gateway/demo/random.ts";
import type { Core } from "../../../gateway/core/core.ts";
import { formatAmount } from "../../../gateway/domain/decimal.ts";
import { until } from "../../support/deadline.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { limitOrder, openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { FeedClient, FollowedBook } from "./feed-client.ts";
import type { Message } from "./feed-client.ts";
import { ReturningClient } from "./returning-client.ts";

const STEPS = Number(process.env["FEED_STEPS"] ?? 300);
const SEED = Number(process.env["FEED_SEED"] ?? 1);
const FOLLOWERS = 4;
const WAIT_MS_MAX = 20_000;
const ORDERS = "/api/v1/trading/orders";
const BOOK = `book:${SYMBOL}`;
const PRIVATE = ["orders", "executions", "balances"];
/** Accounts and currencies that `openMarket` makes. */
const [ALICE, BOB] = [3, 4];
const CURRENCIES = [
  { code: "BTC", scale: 9 },
  { code: "USDT", scale: 8 },
];

/** What was true at a sequence, as text. */
interface Moment {
  readonly sequence: number;
  readonly state: string;
}

/** Follows something over connections that break; remembers what it believed when. */
class Follower {
  /** Per connection, in order. */
  readonly connections: Moment[][] = [];
  #client: FeedClient | undefined;
  readonly #connect: (seen: Moment[]) => Promise<FeedClient>;

  constructor(connect: (seen: Moment[]) => Promise<FeedClient>) {
    this.#connect = connect;
  }

  async reconnect(): Promise<void> {
    this.#client?.terminate();
    const seen: Moment[] = [];
    this.connections.push(seen);
    this.#client = await this.#connect(seen);
  }

  get sequence(): number {
    return this.connections.at(-1)?.at(-1)?.sequence ?? 0;
  }

  /** What it believed to be true at `sequence`; nothing when it was away. */
  at(sequence: number): string[] {
    return this.connections.flatMap((seen) => {
      const last = seen.at(-1)?.sequence ?? 0;
      if (sequence > last) return [];
      return seen.findLast((moment) => moment.sequence <= sequence)?.state ?? [];
    });
  }

  close(): void {
    this.#client?.close();
  }
}

function followBook(address: string): Follower {
  return new Follower(async (seen) => {
    const book = new FollowedBook();
    const client = await FeedClient.open(address);
    client.listen((message) => {
      if (message["channel"] !== BOOK) return;
      book.apply(message);
      seen.push({ sequence: book.sequence, state: JSON.stringify(book.toLevels()) });
    });
    client.send({ op: "subscribe", channels: [BOOK] });
    return client;
  });
}

/** Balances go on after what was seen last, also on another connection. */
function followBalances(address: string, token: string): Follower {
  const balances = new Map<unknown, unknown>();
  let from: number | undefined;
  return new Follower(async (seen) => {
    const client = await FeedClient.open(address, token);
    if (from !== undefined) seen.push({ sequence: from, state: "" });
    client.listen(({ channel, type, sequence, balances: list }) => {
      if (channel !== "balances" || !Array.isArray(list)) return;
      if (from !== undefined && Number(sequence) <= from) throw new Error(`double ${from}`);
      if (type === "snapshot") balances.clear();
      for (const balance of list) balances.set(balance.currency, balance);
      from = Number(sequence);
      seen.push({ sequence: from, state: sortedText([...balances.values()]) });
    });
    const resume = from === undefined ? {} : { from_sequence: from };
    client.send({ op: "subscribe", channels: ["balances"], ...resume });
    return client;
  });
}

function sortedText(balances: readonly unknown[]): string {
  const texts = balances.map((balance) => JSON.stringify(balance)).sort();
  return `[${texts.join(",")}]`;
}

/** Account → what the change log says of it on a channel, a line for each transaction. */
function listenToCore(core: Pick<Core, "subscribe">): Map<string, string[]> {
  const told = new Map<string, string[]>();
  const tell = (account: number, channel: string, sequence: number, ids: string[]): void => {
    if (ids.length === 0) return;
    const key = `${account} ${channel}`;
    const lines = told.get(key) ?? [];
    told.set(key, lines);
    lines.push(`${sequence}: ${ids.join(" ")}`);
  };
  core.subscribe(({ sequence, changes }) => {
    for (const account of [ALICE, BOB]) {
      const orders = new Set<string>();
      const [trades, balances]: [string[], string[]] = [[], []];
      for (const change of changes) {
        if (change.entity === "order" && change.account === account)
          orders.add(`${change.orderId}`);
        const isOwn = change.entity === "balance" && change.account === account;
        if (isOwn) {
          const { code, scale } = CURRENCIES[change.currency - 1] ?? { code: "", scale: 0 };
          balances.push(`${code}=${formatAmount(change.availableAfter, scale)}`);
        }
        if (change.entity !== "trade") continue;
        const { takerAccount, makerAccount, tradeId } = change;
        if (takerAccount === account || makerAccount === account) trades.push(`${tradeId}`);
      }
      // The taker's own order is told last, as its command leaves it.
      tell(account, "orders", sequence, [...orders].sort());
      tell(account, "executions", sequence, trades);
      tell(account, "balances", sequence, balances);
    }
  });
  return told;
}

/** The same lines, of what a session was told. */
function toLines(texts: readonly string[], channel: string): string[] {
  return texts.map((text) => {
    const message: Message = JSON.parse(text);
    const list = message[channel];
    const entries: Message[] = Array.isArray(list) ? list : [];
    const ids = entries.map(({ order_id: order, trade_id: trade, currency, available }) => {
      if (channel === "balances") return `${String(currency)}=${String(available)}`;
      return String(channel === "orders" ? order : trade);
    });
    return `${String(message["sequence"])}: ${(channel === "orders" ? ids.sort() : ids).join(" ")}`;
  });
}

/** A random order of one of the two, or the end of all of them. */
async function act(market: Market, random: Random, step: number): Promise<void> {
  const [name, token] = random.below(2) === 0 ? ["alice", market.alice] : ["bob", market.bob];
  if (random.below(25) === 0) {
    await market.venue.ask("DELETE", ORDERS, { token });
    return;
  }
  const side = random.below(2) === 0 ? "BUY" : "SELL";
  const price = (50_000 + random.below(21) / 100).toFixed(2);
  const order = limitOrder(side, price, `0.000${1 + random.below(9)}`);
  const body = { ...order, client_order_id: `${name}-${step}` };
  await market.venue.ask("POST", ORDERS, { token, body });
}

/** Who can be made to lose its connection. */
interface Breakable {
  reconnect(): Promise<void>;
}

/** Trades for a while; between the orders connections break and HTTP is asked. */
async function trade(
  market: Market,
  random: Random,
  followers: readonly Breakable[],
  look: () => Promise<void>,
): Promise<void> {
  for (let step = 0; step < STEPS; step += 1) {
    const acts = Array.from({ length: 1 + random.below(6) }, (_, index) =>
      act(market, random, step * 10 + index),
    );
    // In the middle of it, so that there are orders that are executed and not yet durable.
    const broken = followers[random.below(followers.length * 4)];
    if (broken !== undefined) acts.push(broken.reconnect());
    if (random.below(3) === 0) acts.push(look());
    await Promise.all(acts);
  }
}

/** Holds what a follower believed against what HTTP told. Returns how often that could be. */
function check(follower: Follower, told: ReadonlyMap<number, string>): number {
  let count = 0;
  for (const [sequence, expected] of told) {
    for (const state of follower.at(sequence).filter((each) => each !== "")) {
      expect({ sequence, state }).toEqual({ sequence, state: expected });
      count += 1;
    }
  }
  return count;
}

/** All that the change log says of its account, and nothing else. */
async function checkSession(
  session: ReturningClient,
  account: number,
  log: ReadonlyMap<string, string[]>,
): Promise<void> {
  for (const channel of PRIVATE) {
    const expected = log.get(`${account} ${channel}`) ?? [];
    const last = Number(expected.at(-1)?.split(":")[0]);
    const isTold = (): boolean => session.sequenceOf(channel) >= last;
    await until(WAIT_MS_MAX, `the last of ${channel}`, isTold);
    const lines = toLines(session.texts.get(channel) ?? [], channel);
    expect({ account, channel, lines }).toEqual({ account, channel, lines: expected });
    expect(lines.length).toBeGreaterThan(STEPS / 2);
  }
  const [own, other] = account === ALICE ? ["alice-", "bob-"] : ["bob-", "alice-"];
  const texts = session.texts.get("orders")?.join("") ?? "";
  expect([texts.includes(own), texts.includes(other)]).toEqual([true, false]);
}

test(
  `followed over broken connections, books and balances are those of HTTP (FEED_SEED=${SEED})`,
  async () => {
    const market = await openMarket({ flags: UNLIMITED, durability: "fsync" });
    const { venue, alice, bob } = market;
    const { address } = venue.server;
    const random = new Random(SEED);
    const books = Array.from({ length: FOLLOWERS }, () => followBook(address));
    const balances = followBalances(address, alice);
    for (const follower of [...books, balances]) await follower.reconnect();
    const sessions = [alice, alice, bob, bob].map((each) => new ReturningClient(each, PRIVATE));
    for (const session of sessions) await session.connect(address);
    // One of each account stays, the other one comes and goes.
    const breakable = sessions
      .filter((_, index) => index % 2 === 1)
      .map((session) => ({ reconnect: () => session.connect(address) }));
    const log = listenToCore(venue.core);

    const told = { book: new Map<number, string>(), balances: new Map<number, string>() };
    const look = async (): Promise<void> => {
      const path = `/api/v1/data/market/${SYMBOL}?depth=1000&limit=0`;
      const shown = await venue.get("GET", path);
      const { bids, asks } = shown;
      told.book.set(Number(shown["as_of_sequence"]), JSON.stringify({ bids, asks }));
      const account = await venue.get("GET", "/api/v1/accounts/me", { token: alice });
      const list = account["balances"];
      const state = sortedText(Array.isArray(list) ? list : []);
      told.balances.set(Number(account["as_of_sequence"]), state);
    };
    await trade(market, random, [...books, balances, ...breakable], look);

    // The last changes are of all that is followed.
    const body = limitOrder("BUY", "1", "1");
    await venue.get("POST", ORDERS, { token: bob, body });
    const last = Number((await venue.get("POST", ORDERS, { token: alice, body }))["sequence"]);
    for (const follower of [...books, balances]) {
      await until(WAIT_MS_MAX, "the last change is told", () => follower.sequence >= last);
    }
    const checkedCounts = [
      ...books.map((book) => check(book, told.book)),
      check(balances, told.balances),
    ];
    expect(checkedCounts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(STEPS / 2);
    for (const [index, session] of sessions.entries()) {
      await checkSession(session, index < 2 ? ALICE : BOB, log);
    }
    for (const session of sessions) await session.leave();
    for (const follower of [...books, balances]) follower.close();
    await venue.stop();
  },
  60_000 + STEPS * 50,
);
