// The venue is killed under load, again and again: what its clients saw is what they are told when
// they ask anew, byte by byte, and no number is missing or doubled.

import { afterAll, expect, test } from "bun:test";
import { Random } from "../../../gateway/demo/random.ts";
import { Side } from "../../../gateway/domain/order.ts";
import { BinaryClient } from "../../support/binary-client.ts";
import { cancelOrder, newOrder, queryBalances } from "../../support/binary-frames.ts";
import { until } from "../../support/deadline.ts";
import { openSecondAccount, openSpotMarket, UNLIMITED } from "../../support/spot-market.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../../support/venue-process.ts";
import { limit } from "./binary-venue.ts";

const KILLS = 3;
/** Of each trader, before a kill. */
const MESSAGES_MIN = 400;
const FLAGS = { ...UNLIMITED, "journal-segment-bytes": `${1 << 20}` };

afterAll(removeDirectories);

/** A client that trades until its venue is gone, and comes back where it was. */
class Trader {
  /** The venue may not have heard yet that its last connection has gone. */
  readonly #login: { readonly token: string; readonly session: string; readonly takeOver: true };
  readonly #random: Random;
  /** By number, from 1. */
  readonly seen: string[] = [];
  #orders = 0;

  constructor(token: string, session: string, seed: number) {
    this.#login = { token, session, takeOver: true };
    this.#random = new Random(seed);
  }

  /** Trades until the connection ends. */
  async trade(port: number): Promise<void> {
    using client = await BinaryClient.logIn(
      { port },
      { ...this.#login, nextNumber: this.seen.length + 1 },
    );
    let taken = 0;
    for (let burst = 1n; !client.isClosed; burst += 1n) {
      client.send(...Array.from({ length: 1 + this.#random.below(20) }, () => this.#frame()));
      // A mark: while the journal waits for its next segment, orders are refused without a number.
      client.send(queryBalances(burst));
      await until(20_000, "answers", () => client.isClosed || isAnswered(client, burst));
      taken = this.#take(client, taken);
    }
    this.#take(client, taken);
  }

  /** Everything from `number` on, as the venue tells it now. */
  async ask(port: number, number: number): Promise<string[]> {
    using client = await BinaryClient.logIn({ port }, { ...this.#login, nextNumber: number });
    const count = this.seen.length - number + 1;
    await until(20_000, "the past", () => client.numbered.length >= count);
    const told = client.numbered.slice(0, count);
    expect(told.map((each) => each.number)).toEqual(told.map((_, index) => number + index));
    return told.map(({ bytes }) => Buffer.from(bytes).toString("hex"));
  }

  #take(client: BinaryClient, taken: number): number {
    const { numbered } = client;
    for (const { number, bytes } of numbered.slice(taken)) {
      expect(number).toBe(this.seen.length + 1);
      this.seen.push(Buffer.from(bytes).toString("hex"));
    }
    return numbered.length;
  }

  #frame(): Uint8Array {
    this.#orders += 1;
    const random = this.#random;
    const id = `${this.#login.session}-${this.#orders}`;
    if (random.below(4) === 0) {
      const other = `${this.#login.session}-${1 + random.below(this.#orders)}`;
      return cancelOrder({ id: other }, { requestId: id });
    }
    const side = random.below(2) === 0 ? Side.buy : Side.sell;
    return newOrder(limit(side, 95 + random.below(10), 1 + random.below(5), id));
  }
}

function isAnswered({ received }: BinaryClient, burst: bigint): boolean {
  const last = received.findLast(({ kind }) => kind === "Balances");
  return last?.kind === "Balances" && last.body.requestRef() === burst;
}

test("kill -9 under load", async () => {
  const dataDirectory = makeDirectory();
  let venue = await VenueProcess.start({ dataDirectory, flags: FLAGS });
  const token = await openSpotMarket(venue);
  const other = await openSecondAccount(venue);
  const traders = [
    new Trader(token, "A", 11),
    new Trader(token, "B", 12),
    new Trader(other, "C", 13),
  ];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const goal = traders.map(({ seen }) => seen.length + MESSAGES_MIN);
    const trading = traders.map((trader) => trader.trade(venue.binaryPort));
    await until(30_000, "trading", () =>
      traders.every(({ seen }, index) => seen.length >= (goal[index] ?? 0)),
    );
    await venue.kill();
    await Promise.all(trading);
    venue = await VenueProcess.start({ dataDirectory, flags: FLAGS });
    for (const trader of traders) {
      const { seen } = trader;
      expect(await trader.ask(venue.binaryPort, 1)).toEqual(seen);
      const middle = 1 + Math.floor(seen.length / 2);
      expect(await trader.ask(venue.binaryPort, middle)).toEqual(seen.slice(middle - 1));
    }
  }
  expect(await venue.stop()).toBe(0);
}, 120_000);
