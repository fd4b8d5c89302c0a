// Books: a snapshot, then updates that join on; whatever happens, a client's copy is the book.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Random } from "../../../gateway/demo/random.ts";
import { Opcode, QueryKind } from "../../../gateway/domain/command.ts";
import { InstrumentState } from "../../../gateway/domain/instrument.ts";
import { Side } from "../../../gateway/domain/order.ts";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import type { BinaryClient } from "../../support/binary-client.ts";
import { type Message, newOrder, queryBalances } from "../../support/binary-frames.ts";
import { subscribeBook, unsubscribeBook } from "../../support/binary-frames.ts";
import { until } from "../../support/deadline.ts";
import {
  ALICE,
  BOB,
  type BinaryVenue,
  INSTRUMENT,
  limit,
  openMarket,
  UNLIMITED,
} from "./binary-venue.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

let venue: BinaryVenue;
let follower: BinaryClient;
let trader: BinaryClient;

beforeEach(async () => {
  venue = await openMarket({ flags: UNLIMITED });
  follower = await venue.logIn({ token: venue.token(BOB), session: "F" });
  trader = await venue.logIn({ token: venue.token(ALICE), session: "T" });
});
afterEach(async () => {
  follower[Symbol.dispose]();
  trader[Symbol.dispose]();
  await venue.stop();
});

/** A client's copy of the book. */
class Copy {
  readonly levels = new Map<string, bigint>();
  sequence = 0;
  updates = 0;
  snapshots = 0;

  apply(message: Message): void {
    if (message.kind !== "BookSnapshot" && message.kind !== "BookUpdate") return;
    const { body } = message;
    if (message.kind === "BookSnapshot") {
      this.levels.clear();
      this.snapshots += 1;
    } else {
      expect(Number(message.body.previousSequence())).toBe(this.sequence);
      expect(Number(message.body.firstSequence())).toBeGreaterThan(this.sequence);
      this.updates += 1;
    }
    this.sequence = message.sequence;
    for (let index = 0; index < body.bidsLength(); index += 1) this.#set("bid", body.bids(index));
    for (let index = 0; index < body.asksLength(); index += 1) this.#set("ask", body.asks(index));
  }

  #set(side: string, level: { price(): bigint; quantity(): bigint } | null): void {
    const key = `${side} ${level?.price()}`;
    const quantity = level?.quantity() ?? 0n;
    if (quantity === 0n) this.levels.delete(key);
    else this.levels.set(key, quantity);
  }
}

function bookOf(): Map<string, bigint> {
  const query = { opcode: QueryKind.book, instrument: INSTRUMENT, quantity: 1_000 };
  const levels = new Map<string, bigint>();
  for (const change of venue.core.query(query).changes) {
    if (change.entity !== "level") continue;
    const side = change.side === Side.buy ? "bid" : "ask";
    levels.set(`${side} ${change.price}`, BigInt(change.quantity));
  }
  return levels;
}

function enterSome(random: Random, count: number): void {
  const orders = Array.from({ length: count }, () => {
    const side = random.below(2) === 0 ? Side.buy : Side.sell;
    return newOrder(limit(side, 90 + random.below(20), 1 + random.below(9)));
  });
  trader.send(...orders);
}

async function settle(client: BinaryClient): Promise<void> {
  client.send(queryBalances(1n));
  await client.next("Balances");
}

/** What was entered has been executed and told. */
async function untilTold(): Promise<void> {
  await settle(trader);
  const { stages } = venue.venueStages;
  await until(10_000, "the stages", () => stages.status().every(({ lag }) => lag === 0));
  await settle(follower);
}

/** The follower has what its stage will tell it. */
async function untilSame(copy: Copy): Promise<void> {
  let looked = 0;
  await until(20_000, "the same book", () => {
    while (looked < follower.received.length) {
      const message = follower.received[looked];
      if (message !== undefined) copy.apply(message);
      looked += 1;
    }
    return Bun.deepEquals(copy.levels, bookOf());
  });
}

describe("a copy is the book", () => {
  test.each([1, 2, 3])("after any trading, seed %d", async (seed) => {
    const random = new Random(seed);
    const copy = new Copy();
    enterSome(random, 50);
    follower.send(subscribeBook(7n, INSTRUMENT));
    await follower.next("BookSnapshot");
    for (let round = 0; round < 30; round += 1) {
      enterSome(random, random.below(20));
      if (random.below(3) === 0) await untilTold();
      // Again, while it is followed already.
      if (round === 20) follower.send(subscribeBook(8n, INSTRUMENT));
    }
    await untilTold();
    await untilSame(copy);
    expect(copy.snapshots).toBe(2);
    expect(copy.updates).toBeGreaterThan(3);
  });

  test("also for a client that does not read for a while: it gets a new snapshot", async () => {
    const copy = new Copy();
    const random = new Random(4);
    follower.send(subscribeBook(7n, INSTRUMENT));
    await follower.next("BookSnapshot");
    follower.pause();
    const levels = Array.from({ length: 1_000 }, (_, index) => index + 1);
    trader.send(...levels.map((price) => newOrder(limit(Side.buy, price, 1))));
    await until(30_000, "conflation", async () => {
      // Each brings 24 kB.
      follower.send(subscribeBook(7n, INSTRUMENT));
      enterSome(random, 20);
      await settle(trader);
      return venue.metric("openbell_binary_book_conflations_total") > 0;
    });
    enterSome(random, 100);
    await settle(trader);
    follower.resume();
    await untilSame(copy);
    expect(copy.snapshots).toBeGreaterThanOrEqual(2);
  }, 40_000);
});

test("nothing comes of a book that is not followed any more", async () => {
  follower.send(subscribeBook(7n, INSTRUMENT));
  await follower.next("BookSnapshot");
  follower.send(unsubscribeBook(8n, INSTRUMENT));
  await settle(follower);
  const { length } = follower.received;
  enterSome(new Random(5), 50);
  await untilTold();
  const kinds = follower.received.slice(length).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind.startsWith("Book"))).toEqual([]);
  expect(venue.metric("openbell_binary_book_follows")).toBe(0);
});

test("what is listed or changed is told to who is logged in", async () => {
  const symbol = "ETH-USDT";
  await venue.submit({ opcode: Opcode.createCurrency, session: 1, text: "ETH", quantity: 9 });
  const listed = { price: 1, side: 2, quantity: 10_000, text: symbol };
  const made = await venue.submit({
    ...{ opcode: Opcode.createInstrument, session: 1, account: 3, instrument: 2 },
    ...listed,
  });
  expect(made.code).toBe(0);
  /** It comes together with whatever else has changed of late. */
  const isTold = (message: Message, state: number): boolean => {
    if (message.kind !== "ReferenceData") return false;
    const { body } = message;
    return Array.from({ length: body.instrumentsLength() }, (_, at) => body.instruments(at)).some(
      (each) => each?.symbol() === symbol && each.state() === state,
    );
  };
  const { halted, open } = InstrumentState;
  await follower.nextWhere("the instrument", (message) => isTold(message, halted));
  const state = { opcode: Opcode.setInstrumentState, session: 1, instrument: 2, kind: open };
  await venue.submit(state);
  await follower.nextWhere("its state", (message) => isTold(message, open));
});

test("a connection follows so many books", async () => {
  for (let index = 2; index <= 201; index += 1) {
    await venue.submit({
      ...{ opcode: Opcode.createInstrument, session: 1, account: 1, instrument: 2, price: 1 },
      ...{ side: 2, quantity: 10_000, text: `I${index}` },
    });
  }
  await until(5_000, "the listings", () => venue.venue.reference.listingOf(201) !== undefined);
  using client = await venue.connect();
  const accepted = await client.logIn({ token: venue.token(BOB), session: "G" });
  expect([accepted.body.instrumentsLength(), accepted.body.hasMore()]).toEqual([198, true]);
  const rest = await client.next("ReferenceData");
  expect([rest.body.instrumentsLength(), rest.body.hasMore()]).toEqual([3, false]);
  for (let index = 1; index <= 201; index += 1) client.send(subscribeBook(BigInt(index), index));
  const { body } = await client.next("Rejected");
  expect([body.code(), body.requestRef()]).toEqual([RejectCode.throttled, 201n]);
});
