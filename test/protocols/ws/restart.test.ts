// The real venue is killed under load, again and again, while a stock client (the `ws` package
// under Node, `websockets` under Python) and one of our own follow it: both end with what HTTP
// says. Without Python its test is skipped by name.

import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { Random } from "../../../gateway/demo/random.ts";
import { installPythonPackages } from "../../../tools/python-packages.ts";
import { until, within } from "../../support/deadline.ts";
import { openSecondAccount, openSpotMarket, UNLIMITED } from "../../support/spot-market.ts";
import { removeDirectories, VenueProcess } from "../../support/venue-process.ts";
import { FeedClient, FollowedBook } from "./feed-client.ts";
import { StockClient } from "./stock-client.ts";

const SYMBOL = "BTC-USDT";
const BOOK = `book:${SYMBOL}`;
const ROUNDS = Number(process.env["FEED_KILLS"] ?? 3);
const SEED = Number(process.env["FEED_SEED"] ?? 1);
const ORDERS_PER_ROUND = 150;
const WAIT_MS_MAX = 20_000;
const TEST_MS_MAX = 120_000;
const FLAGS = { ...UNLIMITED, durability: "fsync" };

const REQUIREMENTS = join(import.meta.dir, "python-requirements.txt");
const packages = installPythonPackages("websockets", REQUIREMENTS, "20 MB");
if (!packages.isThere) {
  process.stdout.write(`${packages.reason}: the client under Python is skipped\n`);
}
const NODE = ["node", join(import.meta.dir, "node-client.mjs")];
const PYTHON = [
  packages.isThere ? packages.python : "python3",
  join(import.meta.dir, "python_client.py"),
];

afterAll(removeDirectories);

type Shown = Readonly<Record<string, unknown>>;

/** Sends orders one after the other until the venue is gone or `count` have been answered. */
async function trade(
  venue: VenueProcess,
  tokens: readonly string[],
  random: Random,
  count: number,
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const side = random.below(2) === 0 ? "BUY" : "SELL";
    const price = `${100 + random.below(20)}`;
    const order = { symbol: SYMBOL, side, type: "LIMIT", price, quantity: "0.5" };
    const token = tokens[random.below(tokens.length)];
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

async function compare(venue: VenueProcess, token: string, stock: StockClient): Promise<Shown> {
  const order = { symbol: SYMBOL, side: "BUY", type: "LIMIT", price: "1", quantity: "0.5" };
  const placed = await venue.fetch("POST", "/api/v1/trading/orders", order, token);
  const reply: unknown = await placed.json();
  const sequence =
    typeof reply === "object" && reply !== null && "sequence" in reply ? reply.sequence : 0;
  // The last order changes the book and a balance.
  const shown = await until(WAIT_MS_MAX, "the client has the last order", async () => {
    const state = await stock.show();
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
  const { trades } = await until(WAIT_MS_MAX, "a history as new as the order", async () => {
    const answer = await ask(venue, "/api/v1/trading/trades?limit=1000", token);
    return Number(answer["as_of_sequence"]) >= Number(sequence) && answer;
  });
  const own = Array.isArray(trades) ? trades.map(({ trade_id: id }) => Number(id)).reverse() : [];
  expect(shown["executions"]).toEqual(own);
  return { ...market, sequence };
}

/** Returns what the client has built in the end. */
async function followOverKills(command: readonly string[]): Promise<Shown> {
  const first = await VenueProcess.start({ flags: FLAGS });
  const token = await openSpotMarket(first);
  const tokens = [token, await openSecondAccount(first)] as const;
  const stock = new StockClient(command, token, SYMBOL);
  let venue = first;
  try {
    const random = new Random(SEED);
    for (let round = 0; round <= ROUNDS; round += 1) {
      stock.connect(venue.url);
      await until(WAIT_MS_MAX, "it follows", async () => {
        return Number((await stock.show())["executionsSequence"]) > 0;
      });
      venue = await tradeAndEnd({ venue, stock, tokens, random, round });
    }
    return await stock.show();
  } finally {
    await stock.stop();
    await venue.kill();
  }
}

interface Round {
  readonly venue: VenueProcess;
  readonly stock: StockClient;
  /** The first is that of the account which is followed. */
  readonly tokens: readonly [string, string];
  readonly random: Random;
  readonly round: number;
}

/** Trades, compares, and kills the venue under load; the last time it stops. Returns the next. */
async function tradeAndEnd({ venue, stock, tokens, random, round }: Round): Promise<VenueProcess> {
  const [token] = tokens;
  const book = new FollowedBook();
  const client = await FeedClient.open(venue.url, token);
  client.listen((message) => {
    if (message["channel"] === BOOK) book.apply(message);
  });
  await client.need({ op: "subscribe", channels: [BOOK] });
  await trade(venue, tokens, random, ORDERS_PER_ROUND);
  const market = await compare(venue, token, stock);
  await until(WAIT_MS_MAX, "our own client is as far", () => book.sequence === market["sequence"]);
  expect(sorted([...book.bids])).toEqual(sorted(market["bids"]));
  if (round === ROUNDS) {
    expect(await venue.stop()).toBe(0);
    expect(await within(WAIT_MS_MAX, "the end", client.ended)).toEqual({
      code: 1001,
      reason: "venue_stopping",
    });
    return venue;
  }
  const load = trade(venue, tokens, random, ORDERS_PER_ROUND);
  await until(WAIT_MS_MAX, "the load is seen", () => book.sequence > Number(market["sequence"]));
  await venue.kill();
  await load;
  await within(WAIT_MS_MAX, "the end", client.ended);
  await until(WAIT_MS_MAX, "the client has noticed", () => stock.goneCount === round + 1);
  return VenueProcess.start({ flags: FLAGS, dataDirectory: venue.dataDirectory });
}

test(
  `under Node, the feed is followed over ${ROUNDS} kills without a hole (FEED_SEED=${SEED})`,
  async () => {
    const shown = await followOverKills(NODE);
    expect(shown).toMatchObject({ holes: 0, snapshots: ROUNDS + 1 });
  },
  TEST_MS_MAX,
);

test.if(packages.isThere)(
  `under Python, it is, and the account goes on where it was left (FEED_SEED=${SEED})`,
  async () => {
    const shown = await followOverKills(PYTHON);
    // The account began with a snapshot of each channel, and never needed another one.
    expect(shown).toMatchObject({ holes: 0, snapshots: ROUNDS + 1, privateSnapshots: 3 });
  },
  TEST_MS_MAX,
);
