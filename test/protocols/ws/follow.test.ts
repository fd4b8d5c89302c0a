// Random trading followed by clients that lose their connection at random: what they have built is
// what HTTP says at the same sequence, and nobody hears of another account.
//
// Longer runs: `FEED_STEPS=20000 FEED_SEED=7 bun test test/protocols/ws/follow.test.ts`

import { expect, test } from "bun:test";
import { Random } from "../../../gateway/demo/random.ts";
import { until } from "../../support/deadline.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { limitOrder, openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { FeedClient, FollowedBook } from "./feed-client.ts";
import type { Message } from "./feed-client.ts";

const STEPS = Number(process.env["FEED_STEPS"] ?? 300);
const SEED = Number(process.env["FEED_SEED"] ?? 1);
const FOLLOWERS = 4;
const WAIT_MS_MAX = 20_000;
const ORDERS = "/api/v1/trading/orders";
const BOOK = `book:${SYMBOL}`;
const PRIVATE = ["orders", "executions", "balances"];

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

/** Trades for a while; between the orders connections break and HTTP is asked. */
async function trade(
  market: Market,
  random: Random,
  followers: readonly Follower[],
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
    const steady = [await FeedClient.open(address, alice), await FeedClient.open(address, alice)];
    const other = await FeedClient.open(address, bob);
    for (const client of [...steady, other]) {
      await client.need({ op: "subscribe", channels: PRIVATE });
    }

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
    await trade(market, random, [...books, balances], look);

    // The last change is one of all that is followed.
    const body = limitOrder("BUY", "1", "1");
    const last = Number((await venue.get("POST", ORDERS, { token: alice, body }))["sequence"]);
    for (const follower of [...books, balances]) {
      await until(WAIT_MS_MAX, "the last change is told", () => follower.sequence >= last);
    }
    let checkedCount = 0;
    for (const [sequence, expected] of told.book) {
      for (const book of books) {
        for (const state of book.at(sequence)) {
          expect({ sequence, state }).toEqual({ sequence, state: expected });
          checkedCount += 1;
        }
      }
    }
    for (const [sequence, expected] of told.balances) {
      for (const state of balances.at(sequence).filter((each) => each !== "")) {
        expect({ sequence, state }).toEqual({ sequence, state: expected });
        checkedCount += 1;
      }
    }
    expect(checkedCount).toBeGreaterThan(STEPS / 2);

    // Two sessions of one account hear the same; the other account nothing of it.
    const [one, two] = steady.map((client) => privateTexts(client, last));
    for (const client of [...steady, other]) {
      await client.need({ op: "ping" });
    }
    expect(one).toEqual(two ?? []);
    expect(one?.length).toBeGreaterThan(STEPS);
    const strange = other.texts.filter((text) => text.includes("alice-"));
    expect(strange).toEqual([]);
    const owned = new Set(other.messages.flatMap((message) => idsOf(message, "orders")));
    const filled = other.messages.flatMap((message) => idsOf(message, "executions"));
    expect(filled.filter((id) => !owned.has(id))).toEqual([]);
    for (const follower of [...books, balances]) follower.close();
    for (const client of [...steady, other]) client.close();
    await venue.stop();
  },
  60_000 + STEPS * 50,
);

function privateTexts({ messages, texts }: FeedClient, last: number): string[] {
  return texts.filter((_, index) => {
    const { type, sequence } = messages[index] ?? {};
    return type === "update" && Number(sequence) <= last;
  });
}

function idsOf(message: Message, field: string): unknown[] {
  const list = message[field];
  return Array.isArray(list) ? list.map(({ order_id: id }) => id) : [];
}
