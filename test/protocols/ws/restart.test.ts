// The real venue is killed under load, again and again, while a stock client (the `ws` package
// under Node) and one of our own follow it: both end with what HTTP says.

import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { Random } from "../../../gateway/demo/random.ts";
import { until, within } from "../../support/deadline.ts";
import { openSpotMarket, UNLIMITED } from "../../support/spot-market.ts";
import { removeDirectories, VenueProcess } from "../../support/venue-process.ts";
import { FeedClient, FollowedBook } from "./feed-client.ts";

const SYMBOL = "BTC-USDT";
const BOOK = `book:${SYMBOL}`;
const ROUNDS = Number(process.env["FEED_KILLS"] ?? 3);
const SEED = Number(process.env["FEED_SEED"] ?? 1);
const ORDERS_PER_ROUND = 150;
const WAIT_MS_MAX = 20_000;

afterAll(removeDirectories);

type Shown = Readonly<Record<string, unknown>>;

/** The client under Node. */
class NodeClient {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #lines: string[] = [];

  constructor(token: string) {
    const script = join(import.meta.dir, "node-client.mjs");
    this.#child = Bun.spawn(["node", script, token, SYMBOL], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    void this.#read();
  }

  /** How many connections have ended. */
  get goneCount(): number {
    return this.#lines.filter((line) => line === "gone").length;
  }

  connect(url: string): void {
    this.#write(`connect ${url.replace("http", "ws")}/ws`);
  }

  /** What it has built. */
  async show(): Promise<Shown> {
    const isDocument = (line: string): boolean => line.startsWith("{");
    const count = this.#lines.filter(isDocument).length;
    this.#write("show");
    const line = await until(
      WAIT_MS_MAX,
      "the client shows its state",
      () => this.#lines.filter(isDocument)[count],
    );
    const shown: unknown = JSON.parse(line);
    return typeof shown === "object" && shown !== null ? { ...shown } : {};
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }

  #write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
    this.#child.stdin.flush();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of this.#child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
    }
  }
}

/** Sends orders one after the other until the venue is gone or `count` have been answered. */
async function trade(venue: VenueProcess, token: string, random: Random, count: number) {
  for (let index = 0; index < count; index += 1) {
    const side = random.below(2) === 0 ? "BUY" : "SELL";
    const price = `${100 + random.below(20)}`;
    const order = { symbol: SYMBOL, side, type: "LIMIT", price, quantity: "0.5" };
    try {
      await (await venue.fetch("POST", "/api/v1/trading/orders", order, token)).text();
    } catch {
      // It was killed.
      return;
    }
  }
}

async function ask(venue: VenueProcess, path: string, token: string): Promise<Shown> {
  const answer: unknown = await (await venue.fetch("GET", path, undefined, token)).json();
  return typeof answer === "object" && answer !== null ? { ...answer } : {};
}

/** Levels, orders and balances without the order in which a client happens to hold them. */
function sorted(list: unknown): string[] {
  return Array.isArray(list) ? list.map((entry) => JSON.stringify(entry)).sort() : [];
}

async function compare(venue: VenueProcess, token: string, node: NodeClient): Promise<Shown> {
  const order = { symbol: SYMBOL, side: "BUY", type: "LIMIT", price: "1", quantity: "0.5" };
  const placed = await venue.fetch("POST", "/api/v1/trading/orders", order, token);
  const reply: unknown = await placed.json();
  const sequence =
    typeof reply === "object" && reply !== null && "sequence" in reply ? reply.sequence : 0;
  // The last order changes the book and a balance.
  const shown = await until(WAIT_MS_MAX, "the client has the last order", async () => {
    const state = await node.show();
    return [state["bookSequence"], state["balancesSequence"]].every((each) => each === sequence)
      ? state
      : undefined;
  });
  const market = await ask(venue, `/api/v1/data/market/${SYMBOL}?depth=1000`, token);
  expect(market["as_of_sequence"]).toBe(sequence);
  expect(sorted(shown["bids"])).toEqual(sorted(market["bids"]));
  expect(sorted(shown["asks"])).toEqual(sorted(market["asks"]));
  const account = await ask(venue, "/api/v1/accounts/me", token);
  expect(sorted(shown["balances"])).toEqual(sorted(account["balances"]));
  const { orders } = await ask(venue, "/api/v1/trading/orders?limit=1000", token);
  const open = Array.isArray(orders)
    ? orders.map(({ order_id: id, filled }) => [Number(id), String(filled)])
    : [];
  expect(sorted(shown["orders"])).toEqual(sorted(open));
  return { ...market, sequence };
}

test(`the feed is followed over ${ROUNDS} kills without a hole (FEED_SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  const flags = { ...UNLIMITED, durability: "fsync" };
  let venue = await VenueProcess.start({ flags });
  const { dataDirectory } = venue;
  const token = await openSpotMarket(venue);
  const node = new NodeClient(token);
  for (let round = 0; round <= ROUNDS; round += 1) {
    node.connect(venue.url);
    const book = new FollowedBook();
    const client = await FeedClient.open(venue.url, token);
    client.listen((message) => {
      if (message["channel"] === BOOK) book.apply(message);
    });
    await client.need({ op: "subscribe", channels: [BOOK] });
    await trade(venue, token, random, ORDERS_PER_ROUND);
    const market = await compare(venue, token, node);
    await until(
      WAIT_MS_MAX,
      "our own client is as far",
      () => book.sequence === market["sequence"],
    );
    expect(sorted([...book.bids])).toEqual(sorted(market["bids"]));
    if (round === ROUNDS) {
      expect(await venue.stop()).toBe(0);
      expect(await within(WAIT_MS_MAX, "the end", client.ended)).toEqual({
        code: 1001,
        reason: "venue_stopping",
      });
      break;
    }
    const load = trade(venue, token, random, ORDERS_PER_ROUND);
    await until(WAIT_MS_MAX, "the load is seen", () => book.sequence > Number(market["sequence"]));
    await venue.kill();
    await load;
    await within(WAIT_MS_MAX, "the end", client.ended);
    await until(WAIT_MS_MAX, "the client has noticed", () => node.goneCount === round + 1);
    venue = await VenueProcess.start({ flags, dataDirectory });
  }
  const { holes, snapshots } = await node.show();
  expect({ holes, snapshots }).toEqual({ holes: 0, snapshots: ROUNDS + 1 });
  await node.stop();
}, 120_000);
