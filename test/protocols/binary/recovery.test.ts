// What a client missed is told again, the same bytes, however it was away: out of memory, out of
// the journal, over a restart of the venue.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../gateway/clock.ts";
import { Random } from "../../../gateway/demo/random.ts";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import { Side } from "../../../gateway/domain/order.ts";
import type { BinaryClient } from "../../support/binary-client.ts";
import {
  cancelOrder,
  login,
  massCancel,
  newOrder,
  queryBalances,
} from "../../support/binary-frames.ts";
import { replaceOrder } from "../../support/binary-frames.ts";
import type { LoginFields } from "../../support/binary-frames.ts";
import { until } from "../../support/deadline.ts";
import {
  ALICE,
  BOB,
  type BinaryVenue,
  limit,
  openMarket,
  reopen,
  UNLIMITED,
} from "./binary-venue.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

const DAY_US = 24 * 3_600_000_000;
/** Its stages take what some ten thousand orders left. */
const STOP_MS_MAX = 60_000;

let directory: string;
let venue: BinaryVenue;
let alice: string;
let bob: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "openbell-binary-"));
  venue = await openMarket({ directory, flags: UNLIMITED });
  alice = venue.token(ALICE);
  bob = venue.token(BOB);
});
afterEach(async () => {
  await venue.stop();
  rmSync(directory, { recursive: true });
}, STOP_MS_MAX);

/** Numbered messages as they came, by number. */
function toldTo(client: BinaryClient): Map<number, string> {
  const told = new Map<number, string>();
  for (const { number, bytes } of client.numbered) {
    expect(told.has(number)).toBe(false);
    told.set(number, Buffer.from(bytes).toString("hex"));
  }
  return told;
}

/** Everything up to a question has come. */
async function settle(client: BinaryClient): Promise<void> {
  client.send(queryBalances(1n));
  await client.next("Balances");
}

/** A client's orders, some of which trade with its other ones, are replaced or cancelled. */
function enterSome(client: BinaryClient, random: Random, count: number, name: string): void {
  const frames = Array.from({ length: count }, (_, index) => {
    const [id, other] = [`${name}-${index}`, `${name}-${random.below(index + 1)}`];
    switch (random.below(8)) {
      case 0:
        return cancelOrder({ id: other }, { requestId: BigInt(index + 1) });
      case 1: {
        const terms = { price: 95 + random.below(10), quantity: 1 + random.below(5) };
        return replaceOrder({ id: other }, { ...terms, newId: `${id}-r` });
      }
      case 2:
        return random.below(8) === 0 ? massCancel({ requestId: id }) : cancelOrder({ id: "none" });
      default: {
        const side = random.below(2) === 0 ? Side.buy : Side.sell;
        return newOrder(limit(side, 95 + random.below(10), 1 + random.below(5), id));
      }
    }
  });
  client.send(...frames);
}

/** What a new connection is told that asks for everything from `nextNumber` on. */
async function recover(fields: LoginFields, nextNumber: number, last: number) {
  using client = await venue.logIn({ ...fields, nextNumber });
  const isThere = (): boolean => nextNumber > last || client.numbered.at(-1)?.number === last;
  await until(20_000, `message ${last}`, isThere);
  await settle(client);
  const told = toldTo(client);
  expect([...told.keys()]).toEqual(
    Array.from({ length: Math.max(0, last - nextNumber + 1) }, (_, index) => nextNumber + index),
  );
  return told;
}

function expectSame(told: ReadonlyMap<number, string>, seen: ReadonlyMap<number, string>): void {
  for (const [number, bytes] of told) expect(bytes).toBe(seen.get(number) ?? "");
}

/** The venue may not have heard yet that one before has gone. */
const SESSION = { session: "A", balanceUpdates: true, takeOver: true } as const;

/** Trades between two accounts; returns what alice saw. */
async function trade(seed: number, count: number): Promise<Map<number, string>> {
  using mine = await venue.logIn({ token: alice, ...SESSION });
  using theirs = await venue.logIn({ token: bob, session: "B", takeOver: true });
  const random = new Random(seed);
  enterSome(mine, random, count, `a${seed}`);
  enterSome(theirs, random, count, `b${seed}`);
  await settle(theirs);
  await settle(mine);
  return toldTo(mine);
}

test("from any number on, out of memory", async () => {
  const seen = await trade(1, 200);
  const last = seen.size;
  expect(last).toBeGreaterThan(300);
  for (const number of [1, 2, 77, last, last + 1]) {
    expectSame(await recover({ token: alice, ...SESSION }, number, last), seen);
  }
});

test("0 asks for none of the past", async () => {
  const seen = await trade(2, 20);
  using client = await venue.logIn({ token: alice, ...SESSION });
  client.send(newOrder(limit(Side.buy, 1, 1, "new")));
  expect((await client.next("OrderAccepted")).number).toBe(seen.size + 1);
});

test("out of transactions in memory, out of the journal, and live behind it", async () => {
  // A stream has some thousand messages of its own in memory.
  const seen = new Map<number, string>();
  for (let seed = 1; seed <= 8; seed += 1) {
    for (const [number, bytes] of await trade(seed, 1_500)) seen.set(number, bytes);
  }
  const last = seen.size;
  expect(last).toBeGreaterThan(12_000);
  const stream = venue.streams.find(ALICE, "A");
  // Long before anything is written down.
  await until(10_000, "a place near the end is known", () => {
    return stream !== undefined && (venue.streams.positionBefore(stream, last)?.number ?? 0) > 0;
  });
  expectSame(await recover({ token: alice, ...SESSION }, 1, last), seen);
  venue = await reopen(venue, { directory, flags: UNLIMITED, end: "crash" });
  for (const number of [1, 4_321]) {
    expectSame(await recover({ token: alice, ...SESSION }, number, last), seen);
  }
  using client = await venue.logIn({ token: alice, ...SESSION, nextNumber: 1 });
  enterSome(client, new Random(9), 500, "late");
  await settle(client);
  const told = toldTo(client);
  expect(told.size).toBeGreaterThan(last + 500);
  expectSame(new Map([...told].filter(([number]) => number <= last)), seen);
}, 60_000);

test("a stream that goes on meanwhile is met", async () => {
  using trader = await venue.logIn({ token: alice, session: "T" });
  const random = new Random(6);
  const trade = async (round: number): Promise<void> => {
    enterSome(trader, random, 500, `t${round}`);
    await settle(trader);
  };
  (await venue.logIn({ token: alice, session: "A" }))[Symbol.dispose]();
  for (let round = 0; round < 30; round += 1) await trade(round);
  using client = await venue.logIn({ token: alice, session: "A", nextNumber: 1 });
  const slot = venue.streams.find(ALICE, "A")?.slot ?? -1;
  let round = 30;
  await until(20_000, "the stream is met", async () => {
    await trade((round += 1));
    const last = client.numbered.at(-1)?.number ?? 0;
    return last >= venue.streams.gate.positionOf(slot).number - 1_500;
  });
  await settle(client);
  expect([...toldTo(client).keys()]).toEqual([...toldTo(client).keys()].map((_, at) => at + 1));
}, 60_000);

describe("over a restart", () => {
  test.each(["clean", "crash"] as const)("of a venue that ended by a %s", async (end) => {
    const seen = await trade(3, 300);
    venue = await reopen(venue, { directory, flags: UNLIMITED, end });
    const more = await trade(4, 300);
    for (const [number, bytes] of more) seen.set(number, bytes);
    venue = await reopen(venue, { directory, flags: UNLIMITED, end });
    for (const number of [1, 250, seen.size]) {
      expectSame(await recover({ token: alice, ...SESSION }, number, seen.size), seen);
    }
  });

  test("also when the places of streams were lost", async () => {
    const seen = await trade(5, 300);
    const lose = (): void => rmSync(join(directory, "binary"), { recursive: true });
    venue = await reopen(venue, { directory, flags: UNLIMITED, end: "crash", meanwhile: lose });
    expectSame(await recover({ token: alice, ...SESSION }, 1, seen.size), seen);
  });

  test("a session that returns in time keeps its orders, and its id in the venue", async () => {
    const login = { token: alice, session: "A", cancelOnDisconnect: true };
    const first = await venue.logIn(login);
    first.send(newOrder(limit(Side.buy, 90, 1, "kept")));
    await first.next("OrderAccepted");
    venue = await reopen(venue, { directory, flags: UNLIMITED, end: "crash" });
    using second = await venue.logIn({ ...login, nextNumber: 1 });
    second.send(cancelOrder({ id: "kept" }, { requestId: "c1" }));
    expect((await second.next("OrderAccepted")).body.clientOrderId()).toBe("kept");
    const cancelled = await second.next("OrderCancelled");
    expect([cancelled.number, cancelled.body.requestId()]).toEqual([2, "c1"]);
  });
});

test("what is older than a day, or was never given, is refused with what there is", async () => {
  await venue.stop();
  rmSync(directory, { recursive: true });
  let aheadUs = 0;
  const clock = { ...systemClock, nowUs: () => systemClock.nowUs() + aheadUs };
  venue = await openMarket({ directory, flags: UNLIMITED, clock });
  const token = venue.token(ALICE);
  const enter = async (id: string): Promise<void> => {
    using client = await venue.logIn({ token, session: "A" });
    client.send(newOrder(limit(Side.buy, 90, 1, id)));
    await client.next("OrderAccepted");
    venue.streams.save();
  };
  await enter("one");
  aheadUs += DAY_US / 2;
  await enter("two");
  aheadUs += DAY_US + 60_000_000;
  await enter("three");
  using client = await venue.connect();
  client.send(login({ token, session: "A", nextNumber: 1 }));
  const { body } = await client.next("LoginRejected");
  expect(body.code()).toBe(RejectCode.sequence_not_available);
  expect([body.firstNumber(), body.nextNumber()]).toEqual([3n, 4n]);
  using early = await venue.connect();
  early.send(login({ token, session: "A", nextNumber: 5 }));
  const { body: ahead } = await early.next("LoginRejected");
  expect([ahead.firstNumber(), ahead.nextNumber()]).toEqual([3n, 4n]);
  using stranger = await venue.connect();
  stranger.send(login({ token, session: "B", nextNumber: 2 }));
  const { body: unknown } = await stranger.next("LoginRejected");
  expect([unknown.firstNumber(), unknown.nextNumber()]).toEqual([1n, 1n]);
  using again = await venue.logIn({ token, session: "A", nextNumber: 3 });
  expect((await again.next("OrderAccepted")).body.clientOrderId()).toBe("three");
});
