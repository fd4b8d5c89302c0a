// What a real venue seldom does: a stage that begins anew at the worst moment, a client that goes
// while its snapshot is made.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { encodeTrade, encodeTransaction, toReleased } from "../../../../test/support/released.ts";
import { ManualClock } from "../../../../test/support/manual-clock.ts";
import type { Change, Trade, Transaction } from "../../../domain/change.ts";
import { InstrumentState } from "../../../domain/instrument.ts";
import { Side } from "../../../domain/order.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../../../domain/units.ts";
import { RecentTrades } from "../../../sessions/recent-trades.ts";
import { type Listing, ReferenceData } from "../../../sessions/reference-data.ts";
import type { SessionHandle } from "../session/application.ts";
import { FixMessage } from "../wire/message.ts";
import { FixWriter } from "../wire/writer.ts";
import { MarketDataFeed } from "./feed.ts";
import { MarketStage } from "./market-stage.ts";
import type { MarketDataRequest } from "./request.ts";

const clock = new ManualClock();
const writer = new FixWriter();

/** A session that notes what is sent; `isCongested` is the test's to set. */
class Client {
  readonly lines: string[] = [];
  isCongested = false;

  begin(msgType: string): FixWriter {
    return writer.begin(msgType);
  }

  send(): void {
    const { bytes, start, end } = writer.finish({
      ...{ beginString: "FIX.4.4", senderCompId: "A", targetCompId: "B", sequence: 1 },
      ...{ sendingTimeUs: 0, timestampDigits: 3 },
    });
    const message = new FixMessage();
    message.parse(Buffer.from(bytes.subarray(start, end)), 0, end - start);
    const shown = [35, 269, 270, 271].flatMap((tag) => {
      const texts = [...Array(message.count).keys()].filter((index) => message.tags[index] === tag);
      return texts.map((index) => message.textAt(index));
    });
    this.lines.push(shown.join(" "));
  }

  get handle(): SessionHandle {
    // why: the feed uses begin, send and isCongested alone
    return this as unknown as SessionHandle;
  }
}

let book: Change[];
let executed: number;
let trades: RecentTrades;
let feed: MarketDataFeed;
let stage: MarketStage;
let listing: Listing;

beforeEach(() => {
  book = [];
  executed = 10;
  trades = new RecentTrades(10);
  const answer = () => ({ ...transaction(executed, book), code: 0 as const });
  // why: the feed asks for books alone
  const queries = { askNow: answer } as never;
  feed = new MarketDataFeed({ venue: { queries, trades }, clock });
  stage = new MarketStage(
    {
      passes: (each) => feed.passes(each),
      isFollowed: (instrument) => feed.isFollowed(instrument),
      takeLevel: (level) => feed.takeLevel(level),
      takeTrade: (trade) => feed.takeTrade(trade),
      takeInstrument: () => {},
      restart: () => feed.restart(),
    },
    10,
  );
  feed.attach(stage);
  stage.start(10);
  listing = makeListing();
});
afterEach(() => feed.stop());

function makeListing(): Listing {
  const reference = new ReferenceData();
  for (const [currencyId, code] of ["BTC", "USDT"].entries()) {
    reference.apply({
      ...{ entity: "currency", change: "created", currencyId: currencyId + 1, scale: 8, code },
    });
  }
  const none = toAmount(0n);
  reference.apply({
    ...{ entity: "instrument", change: "created", instrumentId: 1, symbol: "BTC-USDT" },
    ...{ state: InstrumentState.open, baseCurrency: 1, quoteCurrency: 2, bothSides: false },
    ...{ tickMantissa: 1, tickExponent: 0, lotSize: toAmount(100_000_000n) },
    ...{ quotePerTickLot: toAmount(1n), makerRate: 0, takerRate: 0, quantityMin: toQuantity(0) },
    ...{ quantityMax: toQuantity(0), notionalMin: none, orderValueMax: none, openOrdersMax: 1 },
    ...{ positionMax: toQuantity(0), referencePrice: toPrice(0), band: 0, feeAccumulator: none },
    ...{ nextTradeId: 1, lastTradePrice: toPrice(0) },
  });
  const found = reference.findListing("BTC-USDT");
  if (found === undefined) throw new Error("no listing");
  return found;
}

function transaction(sequence: number, changes: Change[]): Transaction {
  return {
    ...{ sequence: toSequence(sequence), timeUs: toTimeUs(sequence), code: 0, opcode: 1 },
    ...{ isDuplicate: false, hasBacklog: false, isSystem: false, account: 3 },
    ...{ result: sequence, instrument: 1, changes },
  };
}

function bid(price: number, quantity: number): Change {
  return {
    ...{ entity: "level", change: "updated", instrument: 1, side: Side.buy },
    ...{ price: toPrice(price), quantity: toQuantity(quantity), orderCount: 1 },
  };
}

function tradeAt(price: number): Change & Trade {
  return {
    ...{ entity: "trade", change: "created", tradeId: price, instrument: 1, takerSide: Side.buy },
    ...{ takerOrder: 2, makerOrder: 1, takerAccount: 3, makerAccount: 4, price: toPrice(price) },
    ...{ quantity: toQuantity(1), notional: toAmount(1n), takerFee: toAmount(0n) },
    makerFee: toAmount(0n),
  };
}

/** One command that is executed and heard. */
function happen(...changes: Change[]): void {
  executed += 1;
  for (const change of changes) {
    if (change.entity !== "trade") continue;
    const records = [encodeTrade(change)];
    trades.hear(toReleased(encodeTransaction({ sequence: executed }, records)));
  }
  stage.apply(transaction(executed, changes));
}

/** Lets everything happen that waits for a turn. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function request(more: Partial<MarketDataRequest> = {}): MarketDataRequest {
  const wanted = { bids: true, asks: true, trades: true };
  return {
    ...{ id: "r", kind: "subscribe", depth: 10, isIncremental: true, wanted, symbols: ["x"] },
    ...more,
  };
}

test("a stage that begins anew while a book is loaded does not leave it behind", async () => {
  const client = new Client();
  book = [bid(5, 1)];
  executed = 12;
  feed.subscribe(client.handle, request(), [listing]);
  await turns();
  expect(client.lines).toEqual([]);
  // What it waited for is forgotten with the stage's past.
  stage.start(10);
  await turns();
  stage.apply(transaction(11, []));
  stage.apply(transaction(12, []));
  await turns();
  expect(client.lines).toEqual(["W 0 5 1"]);
});

test("a snapshot is of its sequence: what came before is in it, the rest follows", async () => {
  const client = new Client();
  book = [bid(5, 3)];
  executed = 12;
  feed.subscribe(client.handle, request(), [listing]);
  await turns();
  stage.apply(transaction(11, [bid(5, 2)]));
  stage.apply(transaction(12, [bid(5, 3)]));
  await turns();
  stage.apply(transaction(13, [bid(5, 4)]));
  await turns();
  expect(client.lines).toEqual(["W 0 5 3", "X 0 5 4"]);
});

test("what happens in one turn is one message", async () => {
  const client = new Client();
  feed.subscribe(client.handle, request(), [listing]);
  await turns();
  happen(bid(5, 1));
  happen(bid(6, 1), tradeAt(7));
  happen(bid(5, 0), tradeAt(8));
  await turns();
  expect(client.lines).toEqual(["W", "X 0 2 2 6 7 8 1 1 1"]);
});

test("a client that is behind is left out, and then has the book and all trades", async () => {
  const [client, other] = [new Client(), new Client()];
  for (const each of [client, other]) feed.subscribe(each.handle, request(), [listing]);
  await turns();
  client.isCongested = true;
  happen(bid(5, 1), tradeAt(7));
  await turns();
  happen(bid(5, 2), tradeAt(8));
  await turns();
  clock.advanceMs(1_000);
  await turns();
  expect(client.lines).toEqual(["W"]);
  expect(feed.conflations).toBe(1);
  client.isCongested = false;
  clock.advanceMs(1_000);
  await turns();
  happen(bid(5, 3));
  await turns();
  expect(client.lines).toEqual(["W", "W 0 2 2 5 7 8 2 1 1", "X 0 5 3"]);
  expect(other.lines).toEqual(["W", "X 0 2 5 7 1 1", "X 0 2 5 8 2 1", "X 0 5 3"]);
});

test("who wants no changes gets all of it again, at most ten times a second", async () => {
  const client = new Client();
  const wanted = { bids: true, asks: true, trades: false };
  feed.subscribe(client.handle, request({ isIncremental: false, wanted }), [listing]);
  await turns();
  for (let quantity = 1; quantity <= 3; quantity += 1) {
    happen(bid(5, quantity));
    await turns();
  }
  expect(client.lines).toEqual(["W"]);
  clock.advanceMs(100);
  await turns();
  clock.advanceMs(1_000);
  await turns();
  expect(client.lines).toEqual(["W", "W 0 5 3"]);
});

test("who goes while his snapshot is made gets none, and nothing of him is left", async () => {
  const client = new Client();
  feed.subscribe(client.handle, request(), [listing]);
  feed.subscribe(client.handle, request({ id: "s" }), [listing]);
  expect(feed.followCount).toBe(2);
  expect(feed.unsubscribe(client.handle, "s")).toBe(true);
  expect(feed.unsubscribe(client.handle, "s")).toBe(false);
  feed.forget(client.handle);
  await turns();
  happen(bid(5, 1));
  await turns();
  expect(client.lines).toEqual([]);
  expect(feed.followCount).toBe(0);
  expect(feed.isFollowed(1)).toBe(false);
  expect(feed.hasRequest(client.handle, "r")).toBe(false);
});
