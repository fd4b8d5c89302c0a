// Who returns after a long time: as much as there is, as fast as it reads, or a snapshot that says
// that something is missing.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Side } from "../../../gateway/domain/order.ts";
import { until } from "../../support/deadline.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { HttpVenue, openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { callerOf, place, tradeOnce } from "./direct-orders.ts";
import { FeedClient } from "./feed-client.ts";
import type { Message } from "./feed-client.ts";
import { StalledClient } from "./stalled-client.ts";

const TRADES = `trades:${SYMBOL}`;
const UNSENT_BYTES_MAX = 524_288;
const PRIVATE = ["orders", "executions", "balances"];
/**
 * Of 500 fills each, some 700 KB on the three channels: together more than the system takes for a
 * socket that nobody reads, which may be 36 MB.
 */
const ROUNDS = 72;
const FILLS = 500;
/** Under way at once: below what the venue executes ahead of the disk. */
const BATCH = 500;
/** As many as the venue has in memory. */
const TRADES_MADE = 1_000;
const WAIT_MS_MAX = 20_000;
/** Some 10,000 orders and snapshots, which a busy machine was seen to need 16 s for. */
const RELEASE_MS_MAX = 120_000;
const TEST_MS_MAX = 180_000;
const FLAGS = { ...UNLIMITED, "feed-unsent-bytes-max": String(UNSENT_BYTES_MAX) };

/** Buys far below the market. Returns the last sequence. */
async function placeMany({ venue, alice }: Market, count: number): Promise<number> {
  const caller = callerOf(venue, alice);
  let last = 0;
  for (let placed = 0; placed < count; placed += BATCH) {
    const orders = Array.from({ length: BATCH }, async () => {
      const sequence = await place(venue, caller, Side.buy, 1, 1);
      last = Math.max(last, sequence);
    });
    await Promise.all(orders);
    // No more than a thousand open orders of an account in an instrument.
    await until(WAIT_MS_MAX, "they are cancelled", async () => {
      const { status } = await venue.ask("DELETE", "/api/v1/trading/orders", { token: alice });
      // As with orders: the next segment of the journal is not there yet.
      if (status === 429) return false;
      expect(status).toBe(200);
      return true;
    });
  }
  return last;
}

/** Waits for the last balances. Looks at one message: there are very many. */
function isTold({ messages }: { readonly messages: readonly Message[] }, end: number) {
  return until(WAIT_MS_MAX, `${end} is told`, () => {
    const last = messages.at(-1);
    return last?.["channel"] === "balances" && last["sequence"] === end;
  });
}

function updatesOf(messages: readonly Message[], channel: string): Message[] {
  return messages.filter(
    (message) => message["channel"] === channel && message["type"] === "update",
  );
}

function sequencesOf(messages: readonly Message[], channel: string): number[] {
  return updatesOf(messages, channel).map(({ sequence }) => Number(sequence));
}

function idsOf(trades: unknown): number[] {
  return Array.isArray(trades) ? trades.map(({ trade_id: id }) => Number(id)) : [];
}

function unsentBytes({ venue }: Market): number {
  return Number(/^ws_unsent_bytes (\d+)$/m.exec(venue.metrics.expose())?.[1] ?? Number.NaN);
}

test(
  "a long past is told as fast as its client reads, and what happens meanwhile after it",
  async () => {
    const market = await openMarket({ flags: FLAGS });
    const { venue, alice } = market;
    const { address } = venue.server;
    const witness = await FeedClient.open(address, alice);
    await witness.need({ op: "subscribe", channels: PRIVATE });
    const seen = Number(
      (await witness.waitFor(({ channel }) => channel === "balances"))["sequence"],
    );
    let end = 0;
    for (let round = 0; round < ROUNDS; round += 1) end = await tradeOnce(market, FILLS);
    // The feed is behind the orders.
    await isTold(witness, end);
    const slow = await StalledClient.open(address);
    slow.send({ op: "login", token: alice });
    slow.send({ op: "subscribe", channels: PRIVATE, from_sequence: seen });
    await slow.waitFor(({ channel }) => channel === "orders");
    slow.stall();
    await until(WAIT_MS_MAX, "there is no room", () => unsentBytes(market) > UNSENT_BYTES_MAX / 8);
    const last = await tradeOnce(market, FILLS);
    await isTold(witness, last);
    expect(unsentBytes(market)).toBeLessThanOrEqual(UNSENT_BYTES_MAX);
    slow.resume();
    // The channels go on each for itself; its twin had three snapshots more.
    const count = witness.messages.length - PRIVATE.length;
    await until(WAIT_MS_MAX, "all of it", () => slow.messages.length >= count);
    for (const channel of PRIVATE) {
      const [got = 0n, expected = 0n] = [slow, witness].map(({ messages }) =>
        BigInt(Bun.hash(JSON.stringify(updatesOf(messages, channel)))),
      );
      expect({ channel, got }).toEqual({ channel, got: expected });
    }
    expect(slow.messages.filter(({ type }) => type === "snapshot")).toEqual([]);
    slow.close();
    witness.close();
    await venue.stop();
  },
  TEST_MS_MAX,
);

test(
  "what the journal has no longer is replaced by a snapshot that says so",
  async () => {
    const market = await openMarket({ flags: FLAGS });
    const { venue, bob } = market;
    // Only then does it matter: the newest transactions are kept beside it.
    const first = await until(RELEASE_MS_MAX, "the journal has let go", async () => {
      await placeMany(market, 4 * BATCH);
      venue.venueStages.stages.keep();
      venue.core.requestSnapshot();
      const client = await FeedClient.open(venue.server.address, bob);
      const request = { op: "subscribe", channels: ["balances"], from_sequence: 1 };
      expect(await client.need(request)).toMatchObject({ resumed: ["balances"] });
      const message = await client.waitFor(({ channel }) => channel === "balances");
      client.close();
      // While there is a past, its deposits are told.
      return message["type"] === "snapshot" && message;
    });
    expect(first).toMatchObject({ resumed: false });
    await venue.stop();
  },
  TEST_MS_MAX,
);

test(
  "trades go on over a restart as far as the history gives them in two pages",
  async () => {
    const directory = mkdtempSync(join(tmpdir(), "openbell-resume-"));
    const market = await openMarket({ flags: FLAGS, directory });
    const sequences: number[] = [];
    for (let round = 0; round < 25; round += 1) sequences.push(await tradeOnce(market, 100));
    await market.venue.stop();
    const venue = new HttpVenue({ flags: FLAGS, directory });
    const again = { ...market, venue };
    const follow = async (after: number): Promise<FeedClient> => {
      const client = await FeedClient.open(venue.server.address);
      await client.need({ op: "subscribe", channels: [TRADES], from_sequence: after });
      return client;
    };
    const [near, far] = [await follow(sequences[9] ?? 0), await follow(sequences[1] ?? 0)];
    const snapshot = await far.waitFor(({ type }) => type === "snapshot");
    expect(snapshot).toMatchObject({ resumed: false, trades: [] });
    expect(Number(snapshot["complete_after"])).toBeGreaterThanOrEqual(sequences.at(-1) ?? 0);
    const next = await tradeOnce(again, 100);
    for (const client of [near, far]) await client.waitFor(({ sequence }) => sequence === next);
    expect(sequencesOf(near.messages, TRADES)).toEqual([...sequences.slice(10), next]);
    const ids = near.messages.flatMap(({ trades }) =>
      Array.isArray(trades) ? trades.map(({ trade_id: id }) => Number(id)) : [],
    );
    expect(ids).toEqual(Array.from({ length: 1_600 }, (_, index) => 1_001 + index));
    expect(sequencesOf(far.messages, TRADES)).toEqual([next]);
    for (const client of [near, far]) client.close();
    await venue.stop();
    rmSync(directory, { recursive: true });
  },
  TEST_MS_MAX,
);

test(
  "who takes up trades while others trade is told each of them once",
  async () => {
    const market = await openMarket({ flags: FLAGS });
    const { venue } = market;
    let [left, last, isOver] = [TRADES_MADE, 0, false];
    const trade = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        last = Math.max(last, await tradeOnce(market, 1));
      }
    };
    const load = Promise.all([trade(), trade(), trade()]).then(() => {
      isOver = true;
    });
    const ids: number[] = [];
    let after = 0;
    for (let visits = 0; !isOver || after < last; visits += 1) {
      const client = await FeedClient.open(venue.server.address);
      const told = (): number[] => sequencesOf(client.messages, TRADES);
      await client.need({ op: "subscribe", channels: [TRADES], from_sequence: after });
      const isEnough = (): boolean =>
        isOver ? (told().at(-1) ?? after) === last : told().length >= 3;
      await until(WAIT_MS_MAX, `trades of visit ${visits}`, isEnough);
      client.close();
      await client.ended;
      expect(client.messages.filter(({ type }) => type === "snapshot")).toEqual([]);
      after = told().at(-1) ?? after;
      ids.push(...updatesOf(client.messages, TRADES).flatMap(({ trades }) => idsOf(trades)));
    }
    await load;
    expect(ids).toEqual(Array.from({ length: TRADES_MADE }, (_, index) => 1 + index));
    await venue.stop();
  },
  TEST_MS_MAX,
);
