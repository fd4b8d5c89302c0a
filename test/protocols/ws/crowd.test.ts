// A crowd follows one instrument while others come and go: each book is whole at every message, no
// trade is missing or twice, and all of it takes fewer messages than there were changes.

import { expect, test } from "bun:test";
import { Random } from "../../../gateway/demo/random.ts";
import { Side } from "../../../gateway/domain/order.ts";
import { until } from "../../support/deadline.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { openMarket, SYMBOL } from "../http/http-venue.ts";
import { callerOf, place } from "./direct-orders.ts";
import { FeedClient, FollowedBook } from "./feed-client.ts";
import type { Message } from "./feed-client.ts";

const BOOK = `book:${SYMBOL}`;
const TRADES = `trades:${SYMBOL}`;
/** With a gap of 3 ms. */
const FOLLOWERS = 150;
const GUESTS = 40;
const ORDERS_PER_GUEST = 25;
const SEED = Number(process.env["FEED_SEED"] ?? 1);
const WAIT_MS_MAX = 20_000;

class Follower {
  readonly book = new FollowedBook();
  readonly tradeIds: number[] = [];
  updates = 0;
  #client: FeedClient | undefined;
  fault: unknown;

  async connect(address: string): Promise<void> {
    this.#client = await FeedClient.open(address);
    this.#client.listen((message) => this.#hear(message));
    await this.#client.need({ op: "subscribe", channels: [BOOK, TRADES] });
  }

  close(): void {
    this.#client?.close();
  }

  #hear(message: Message): void {
    const { channel, trades } = message;
    if (channel === TRADES && Array.isArray(trades)) {
      for (const { trade_id: id } of trades) this.tradeIds.push(Number(id));
    }
    if (channel !== BOOK) return;
    if (message["type"] === "update") this.updates += 1;
    try {
      this.book.apply(message);
    } catch (error) {
      this.fault ??= error;
    }
  }
}

test(
  `a crowd is told everything, in fewer messages (FEED_SEED=${SEED})`,
  async () => {
    const market = await openMarket({ flags: UNLIMITED });
    const { venue } = market;
    const { address } = venue.server;
    const random = new Random(SEED);
    const callers = [market.alice, market.bob].map((token) => callerOf(venue, token));
    const stay = Array.from({ length: FOLLOWERS }, () => new Follower());
    await Promise.all(stay.map((each) => each.connect(address)));
    const hasBegun = (): boolean => stay.every(({ book }) => book.sequence >= 0);
    await until(WAIT_MS_MAX, "all have begun", hasBegun);

    let last = 0;
    const guests: Follower[] = [];
    for (let round = 0; round < GUESTS; round += 1) {
      const guest = new Follower();
      guests.push(guest);
      const orders = Array.from({ length: ORDERS_PER_GUEST }, async () => {
        const caller = callers[random.below(2)];
        if (caller === undefined) return;
        const [side, price] = [random.below(2) + 1, 5_000_000 + random.below(21)];
        last = Math.max(
          last,
          await place(venue, caller, side === 1 ? Side.buy : Side.sell, price, 1),
        );
      });
      // It joins while they are told; every other one leaves as soon as it has.
      await Promise.all([...orders, guest.connect(address)]);
      if (round % 2 === 0) guest.close();
    }
    const end = [Side.buy, Side.sell].map(async (side, index) => {
      const caller = callers[index];
      if (caller !== undefined) {
        const price = side === Side.buy ? 6_000_000 : 4_000_000;
        last = Math.max(last, await place(venue, caller, side, price, 100_000));
      }
    });
    await Promise.all(end);
    const present = [...stay, ...guests.filter((_, index) => index % 2 === 1)];
    const shown = await venue.get("GET", `/api/v1/data/market/${SYMBOL}?depth=1000&limit=1`);
    const expected = JSON.stringify({ bids: shown["bids"], asks: shown["asks"] });
    const isTold = ({ book, fault }: Follower): boolean => {
      if (fault !== undefined) throw fault;
      return JSON.stringify(book.toLevels()) === expected;
    };
    await until(WAIT_MS_MAX, "all are told", () => present.every(isTold));

    expect([...stay, ...guests].map(({ fault }) => fault).filter(Boolean)).toEqual([]);
    const [first] = stay;
    const { tradeIds = [], updates = 0 } = first ?? {};
    expect(tradeIds.length).toBeGreaterThan(GUESTS);
    for (const each of stay) expect(each.tradeIds).toEqual(tradeIds);
    for (const { tradeIds: ids } of guests) {
      const [from = 0] = ids;
      expect(ids).toEqual(ids.map((_, index) => from + index));
    }
    expect(tradeIds).toEqual(tradeIds.map((_, index) => index + 1));
    expect(updates).toBeGreaterThan(GUESTS / 4);
    expect(updates).toBeLessThan((GUESTS * ORDERS_PER_GUEST) / 4);
    for (const each of [...stay, ...guests]) each.close();
    await venue.stop();
  },
  3 * WAIT_MS_MAX,
);
