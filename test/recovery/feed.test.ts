// A client is away while the venue trades and is killed, again and again. When it returns it is
// told, once and in order, exactly what those were told who were there.
//
// Longer runs: `FEED_KILLS=20 FEED_SEED=7 bun test test/recovery/feed.test.ts`

import { afterAll, expect, test } from "bun:test";
import { Random } from "../../gateway/demo/random.ts";
import type { Message } from "../protocols/ws/feed-client.ts";
import { ReturningClient } from "../protocols/ws/returning-client.ts";
import { until } from "../support/deadline.ts";
import { openSecondAccount, openSpotMarket, UNLIMITED } from "../support/spot-market.ts";
import { removeDirectories, VenueProcess } from "../support/venue-process.ts";

const SYMBOL = "BTC-USDT";
const TRADES = `trades:${SYMBOL}`;
const CHANNELS = ["orders", "executions", "balances", TRADES];
const KILLS = Number(process.env["FEED_KILLS"] ?? 3);
const SEED = Number(process.env["FEED_SEED"] ?? 1);
const ORDERS_PER_ROUND = 200;
/** Orders under way at once: what is executed and what is durable are then not the same. */
const TRADERS = 6;
const WAIT_MS_MAX = 20_000;
const FLAGS = { ...UNLIMITED, durability: "fsync" };

afterAll(removeDirectories);

async function ask(venue: VenueProcess, path: string, token: string): Promise<Message> {
  const answer: unknown = await (await venue.fetch("GET", path, undefined, token)).json();
  return typeof answer === "object" && answer !== null ? { ...answer } : {};
}

/** Several trade at once, until the venue is gone or so many orders were answered. */
async function trade(venue: VenueProcess, tokens: readonly string[], random: Random) {
  let left = ORDERS_PER_ROUND;
  const trader = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const side = random.below(2) === 0 ? "BUY" : "SELL";
      const price = `${100 + random.below(12)}`;
      const quantity = `0.${1 + random.below(9)}`;
      const order = { symbol: SYMBOL, side, type: "LIMIT", price, quantity };
      const token = tokens[random.below(tokens.length)];
      try {
        await (await venue.fetch("POST", "/api/v1/trading/orders", order, token)).text();
      } catch {
        // It was killed.
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: TRADERS }, trader));
}

function idsIn(texts: readonly string[], list: string): number[] {
  return texts.flatMap((text) => {
    const message: Message = JSON.parse(text);
    const entries = message[list];
    return Array.isArray(entries) ? entries.map(({ trade_id: id }) => Number(id)) : [];
  });
}

/** Holds what was told against the answers of HTTP. */
async function compare(venue: VenueProcess, token: string, memory: ReturningClient): Promise<void> {
  const executed = idsIn(memory.texts.get("executions") ?? [], "executions");
  const { trades } = await until(WAIT_MS_MAX, "a history as new as the feed", async () => {
    const answer = await ask(venue, "/api/v1/trading/trades?limit=1000", token);
    return Number(answer["as_of_sequence"]) >= memory.sequenceOf("balances") && answer;
  });
  const own = Array.isArray(trades) ? trades.map(({ trade_id: id }) => Number(id)).reverse() : [];
  expect(new Set(executed).size).toBe(executed.length);
  expect(executed).toEqual(own.slice(own.length - executed.length));
  const traded = idsIn(memory.texts.get(TRADES) ?? [], "trades");
  const [first = 0] = traded;
  expect(traded).toEqual(traded.map((_, index) => first + index));
}

test(`who was away over ${KILLS} kills is told what others were (FEED_SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  let venue = await VenueProcess.start({ flags: FLAGS });
  await using _end = { [Symbol.asyncDispose]: async () => void (await venue.kill()) };
  const { dataDirectory } = venue;
  const token = await openSpotMarket(venue);
  const tokens = [token, await openSecondAccount(venue)];
  const stayed = new ReturningClient(token, CHANNELS);
  const left = new ReturningClient(token, CHANNELS);
  await left.connect(venue.url);
  await stayed.connect(venue.url);
  await trade(venue, tokens, random);
  await left.leave();
  const leftAt = left.countOf("orders");

  for (let round = 0; round < KILLS; round += 1) {
    const before = stayed.countOf("executions");
    const load = trade(venue, tokens, random);
    const isTraded = (): boolean => stayed.countOf("executions") >= before + 20;
    await until(WAIT_MS_MAX, "trades", isTraded);
    await venue.kill();
    await load;
    await stayed.leave();
    venue = await VenueProcess.start({ flags: FLAGS, dataDirectory });
    await stayed.connect(venue.url);
  }

  // It returns while others trade.
  const load = trade(venue, tokens, random);
  await left.connect(venue.url);
  await load;
  const last = { symbol: SYMBOL, side: "BUY", type: "LIMIT", price: "1", quantity: "1" };
  const placed = await venue.fetch("POST", "/api/v1/trading/orders", last, token);
  const sequence = Number(/"sequence":(\d+)/.exec(await placed.text())?.[1]);
  for (const memory of [stayed, left]) {
    await until(WAIT_MS_MAX, "the last order", () => memory.sequenceOf("balances") === sequence);
  }
  // Trades may come out of the history, later than the rest.
  const isTold = (): boolean => left.sequenceOf(TRADES) === stayed.sequenceOf(TRADES);
  await until(WAIT_MS_MAX, "the last trade", isTold);
  expect(left.countOf("orders")).toBeGreaterThan(leftAt + KILLS * 20);
  for (const channel of CHANNELS) {
    expect(left.texts.get(channel)).toEqual(stayed.texts.get(channel) ?? []);
  }
  await compare(venue, token, left);
  expect(await venue.stop()).toBe(0);
}, 120_000);
