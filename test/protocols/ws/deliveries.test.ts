// What is written and for whom, seen from sockets that are none: when a transaction is pushed, and
// when time goes on, is in the hand of the test.

import { afterAll, beforeAll, expect, spyOn, test } from "bun:test";
import type { ServerWebSocket } from "bun";
import type { Transaction } from "../../../gateway/domain/change.ts";
import { Log } from "../../../gateway/log.ts";
import { Metrics } from "../../../gateway/metrics.ts";
import { AccountFeed } from "../../../gateway/protocols/ws/account-feed.ts";
import { parseChannel } from "../../../gateway/protocols/ws/channel.ts";
import { Connection } from "../../../gateway/protocols/ws/connection.ts";
import { FeedMetrics } from "../../../gateway/protocols/ws/feed-metrics.ts";
import { MarketFeed } from "../../../gateway/protocols/ws/market-feed.ts";
import { PushStage } from "../../../gateway/push/push-stage.ts";
import { TokenBucket } from "../../../gateway/sessions/throttle.ts";
import { until } from "../../support/deadline.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { openMarket, SYMBOL } from "../http/http-venue.ts";
import type { Market } from "../http/http-venue.ts";
import { tradeOnce } from "./direct-orders.ts";

const TRADES = `trades:${SYMBOL}`;
const ALICE = 3;
const UNSENT_BYTES_MAX = 524_288;
/** With a gap of a millisecond. */
const CROWD = 60;
const WAIT_MS_MAX = 10_000;

let market: Market;

beforeAll(async () => {
  market = await openMarket({ flags: UNLIMITED });
});
afterAll(() => market.venue.stop());

/** A connection, what it was sent, and what of it the system has not taken. */
function openConnection(metrics: FeedMetrics) {
  const texts: string[] = [];
  const seen = { texts, topics: new Set<string>(), unsentBytes: 0 };
  const socket = {
    sendText: (text: string) => seen.texts.push(text),
    getBufferedAmount: () => seen.unsentBytes,
    cork: (write: () => void) => write(),
    subscribe: (topic: string) => seen.topics.add(topic),
    unsubscribe: (topic: string) => seen.topics.delete(topic),
  };
  const buckets = { messages: TokenBucket.unlimited(), patience: TokenBucket.unlimited() };
  const bounds = { unsentBytesMax: UNSENT_BYTES_MAX, isCompressed: false };
  const connection = new Connection("none", buckets, bounds, metrics);
  // why: a connection asks no more of its socket than this
  connection.attach(socket as unknown as ServerWebSocket<Connection>);
  return { connection, seen };
}

/** A feed beside that of the venue; what happens from now on is pushed by hand. */
function openFeed() {
  const { venue, core } = market.venue;
  const clock = new ManualClock();
  const metrics = new FeedMetrics(new Metrics(), new Set());
  const log = new Log("error", clock, (bytes) => bytes.length);
  const startedAfter = venue.router.releasedSequence;
  const markets = new MarketFeed({ venue, clock, metrics, startedAfter });
  const accounts = new AccountFeed({ venue, clock, log, metrics });
  const sink = {
    passes: markets.passes.bind(markets),
    isFollowed: (account: number) => accounts.isFollowed(account),
    pushMarket: markets.push.bind(markets),
    pushAccount: accounts.push.bind(accounts),
    restart: () => {},
  };
  const stage = new PushStage(sink, startedAfter);
  accounts.start(stage);
  const made: Transaction[] = [];
  const unsubscribe = core.subscribe((transaction) => made.push(transaction));
  const push = (): void => {
    for (const transaction of made.splice(0)) stage.apply(transaction);
  };
  const stop = (): void => {
    unsubscribe();
    markets.stop();
    accounts.stop();
  };
  return { clock, metrics, markets, accounts, stage, push, stop };
}

function tradeIds(texts: readonly string[]): number[] {
  return texts.flatMap((text) =>
    [...text.matchAll(/"trade_id":(\d+)/g)].map(([, id]) => Number(id)),
  );
}

test("who is left out while trades wait for the crowd is told each of them once", async () => {
  const { clock, metrics, markets, stage, push, stop } = openFeed();
  const crowd = Array.from({ length: CROWD }, () => openConnection(metrics));
  const told: string[] = [];
  markets.start(stage, (topic, text) => {
    told.push(text);
    for (const { seen } of crowd) if (seen.topics.has(topic)) seen.texts.push(text);
  });
  const channel = parseChannel(TRADES, market.venue.venue.reference);
  if (!channel.ok || channel.value.scope === "private") throw new Error("no channel");
  for (const { connection } of crowd) markets.subscribe(connection, channel.value);
  const isLive = (): boolean => crowd.every(({ seen }) => seen.topics.size === 1);
  await until(WAIT_MS_MAX, "all are live", isLive);
  const before = tradeIds(crowd[0]?.seen.texts ?? []).length;

  // Where both are due it is first looked who does not read.
  clock.advanceMs(24);
  for (let trades = 0; trades < 2; trades += 1) await tradeOnce(market, 1);
  push();
  expect(tradeIds(told)).toHaveLength(1);
  const [slow, quick] = crowd;
  if (slow === undefined || quick === undefined) throw new Error("no crowd");
  slow.seen.unsentBytes = UNSENT_BYTES_MAX;
  clock.advanceMs(1);
  expect(slow.seen.topics.size).toBe(0);
  await tradeOnce(market, 1);
  push();
  slow.seen.unsentBytes = 0;
  clock.advanceMs(25);
  await until(WAIT_MS_MAX, "it is live again", isLive);
  await tradeOnce(market, 1);
  push();
  clock.advanceMs(25);
  const ids = tradeIds(quick.seen.texts);
  expect(ids).toHaveLength(before + 4);
  expect(tradeIds(slow.seen.texts)).toEqual(ids);
  stop();
});

test("private messages are written for channels that have a connection", async () => {
  const { reference } = market.venue.venue;
  const { metrics, accounts, stage, push, stop } = openFeed();
  const { connection, seen } = openConnection(metrics);
  /** Instruments that were looked up for messages about two fills, and what was sent. */
  const pushFills = async (): Promise<[number, number]> => {
    await tradeOnce(market, 2);
    seen.texts.length = 0;
    const lookups = spyOn(reference, "listingOf");
    push();
    const count = lookups.mock.calls.length;
    lookups.mockRestore();
    await Promise.resolve();
    return [count, seen.texts.length];
  };
  expect(await pushFills()).toEqual([0, 0]);
  accounts.subscribe(connection, ALICE, "balances");
  expect(await pushFills()).toEqual([0, 3]);
  accounts.subscribe(connection, ALICE, "executions");
  expect(await pushFills()).toEqual([2, 4]);
  accounts.unsubscribe(connection, ALICE, "balances");
  expect(await pushFills()).toEqual([2, 1]);
  accounts.subscribe(connection, ALICE, "orders");
  expect(await pushFills()).toEqual([6, 4]);
  expect(accounts.isFollowed(ALICE)).toBe(true);
  accounts.forget(connection, ALICE);
  expect(accounts.isFollowed(ALICE)).toBe(false);
  expect(await pushFills()).toEqual([0, 0]);
  expect(stage.checkpoint()).toBe(market.venue.venue.router.releasedSequence);
  stop();
});
