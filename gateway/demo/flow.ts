// The demo's order flow: seeded, without intelligence, through the same order entry as everybody.
// Makers rest post-only orders around an anchor that wanders and returns; takers trade into them.
// The open orders are bounded by cancelling the oldest; every account leans towards what it started
// with, so that the flow runs for weeks. Prices are chosen with floats and become whole ticks here.

import type { Clock, StopTimer } from "../clock.ts";
import type { Transaction } from "../domain/change.ts";
import type { Instrument } from "../domain/instrument.ts";
import { isFinal, OrderType, Side, TimeInForce } from "../domain/order.ts";
import { type Price, type Quantity, toPrice, toQuantity } from "../domain/units.ts";
import { Anchor } from "./anchor.ts";
import { Random } from "./random.ts";

/** One order of the flow. A market order has no price. */
export interface FlowOrder {
  readonly account: number;
  readonly instrument: number;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: Price | undefined;
  readonly quantity: Quantity;
}

/** What the flow needs of the venue. */
export interface FlowVenue {
  /** Calls back once, also after a refusal. */
  place(order: FlowOrder, onReply: () => void): void;
  /** Calls back once with whether the order is final now. */
  cancel(account: number, orderId: number, onReply: (isOver: boolean) => void): void;
  /** Best resting prices; `undefined` for an empty side. */
  touch(instrument: number): { bid: Price | undefined; ask: Price | undefined };
  /** Ids of the account's open orders in the instrument, oldest first. */
  openOrders(account: number, instrument: number): number[];
  /** What the account has of the currency, divided by what it started with. */
  inventory(account: number, currency: number): number;
}

export interface FlowInstrument {
  readonly instrument: Instrument;
  /** What the anchor returns to, in ticks. */
  readonly reference: number;
  /** Bounds of an order, in lots times ticks. */
  readonly valueMin: number;
  readonly valueMax: number;
}

export interface FlowOptions {
  readonly venue: FlowVenue;
  readonly clock: Clock;
  readonly instruments: readonly FlowInstrument[];
  readonly makers: readonly number[];
  readonly takers: readonly number[];
  /** New orders over all instruments. */
  readonly ordersPerSecond: number;
  readonly seed: number;
}

const TURN_MS = 20;
/** A late turn makes up for at most this many turns: a busy machine is not made busier. */
const TURNS_MADE_UP_MAX = 5;
/** Replies the flow waits for at most; behind a slow disk it pauses instead of queueing. */
const REPLIES_AWAITED_MAX = 256;
/** Open orders of the flow per instrument: a deep enough book that is read at a glance. */
const OPEN_ORDERS_MAX = 240;
/** Of 1; the rest are makers' orders. Six trades a second and instrument at 200 orders/s. */
const TAKER_SHARE = 0.15;
/** Parts of the price between the anchor and the nearest quote, and mean distance beyond it. */
const HALF_SPREAD = 0.000_05;
const QUOTE_DISTANCE = 0.000_5;
/** Largest lean of a coin: at 0.4 still one in ten goes the other way. */
const LEAN_MAX = 0.4;

interface Market extends FlowInstrument {
  readonly anchor: Anchor;
  /** Order id → account, oldest first. */
  readonly open: Map<number, number>;
}

/** Keeps demo markets alive. */
export class DemoFlow {
  readonly #options: FlowOptions;
  readonly #random: Random;
  readonly #markets: Market[];
  readonly #accounts: ReadonlySet<number>;
  #stopTimer: StopTimer | undefined;
  #lastTurnUs = 0;
  /** Orders owed by now; the part below 1 waits for the next turn. */
  #owed = 0;
  #awaited = 0;
  #turnCount = 0;

  constructor(options: FlowOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#accounts = new Set([...options.makers, ...options.takers]);
    this.#markets = options.instruments.map((each) => ({
      ...each,
      anchor: new Anchor(each.reference, each.instrument.lastTradePrice),
      open: new Map(),
    }));
  }

  /** Takes over the open orders that are there and begins. */
  start(): void {
    const { venue, clock, makers } = this.#options;
    for (const { instrument, open } of this.#markets) {
      for (const account of makers) {
        for (const id of venue.openOrders(account, instrument.instrumentId)) open.set(id, account);
      }
    }
    this.#lastTurnUs = clock.elapsedUs();
    this.#stopTimer = clock.every(TURN_MS, () => this.#turn());
  }

  /** Places nothing more. Open orders stay: the next start takes them over. */
  stop(): void {
    this.#stopTimer?.();
  }

  /** Follows the change log: which of its orders are open. */
  apply(transaction: Transaction): void {
    if (!this.#markets.some((each) => each.instrument.instrumentId === transaction.instrument))
      return;
    for (const change of transaction.changes) {
      if (change.entity !== "order" || !this.#accounts.has(change.account)) continue;
      const market = this.#markets.find(
        (each) => each.instrument.instrumentId === change.instrument,
      );
      const status = change.change === "updated" ? change.statusAfter : change.status;
      if (isFinal(status)) market?.open.delete(change.orderId);
      else market?.open.set(change.orderId, change.account);
    }
  }

  #turn(): void {
    const nowUs = this.#options.clock.elapsedUs();
    const passedUs = Math.min(nowUs - this.#lastTurnUs, TURNS_MADE_UP_MAX * TURN_MS * 1_000);
    this.#lastTurnUs = nowUs;
    this.#owed += (passedUs * this.#options.ordersPerSecond) / 1_000_000;
    for (const { anchor } of this.#markets) anchor.move(passedUs / 1_000_000, this.#random);
    while (this.#owed >= 1) {
      this.#owed -= 1;
      if (this.#awaited >= REPLIES_AWAITED_MAX) continue;
      const market = this.#markets[this.#turnCount % this.#markets.length];
      this.#turnCount += 1;
      if (market === undefined) return;
      if (this.#random.unit() < TAKER_SHARE) this.#take(market);
      else this.#make(market);
    }
  }

  /** Rests one post-only order; the oldest makes room for it. */
  #make(market: Market): void {
    const { venue, makers } = this.#options;
    const account = this.#pick(makers);
    if (market.open.size >= OPEN_ORDERS_MAX) this.#cancelOldest(market);
    const side = this.#toss(this.#lean(account, market)) ? Side.buy : Side.sell;
    const distance = HALF_SPREAD + this.#random.exponential(QUOTE_DISTANCE);
    const anchor = market.anchor.price;
    const { bid, ask } = venue.touch(market.instrument.instrumentId);
    const price =
      side === Side.buy
        ? Math.min(Math.floor(anchor * (1 - distance)), (ask ?? Number.POSITIVE_INFINITY) - 1)
        : Math.max(Math.ceil(anchor * (1 + distance)), (bid ?? 0) + 1);
    this.#place(market, account, side, Math.max(1, price), TimeInForce.postOnly);
  }

  #cancelOldest({ open }: Market): void {
    const [oldest] = open;
    if (oldest === undefined) return;
    const [orderId, account] = oldest;
    // Forgotten at once, so that the next turn takes the next oldest.
    open.delete(orderId);
    this.#awaited += 1;
    this.#options.venue.cancel(account, orderId, (isOver) => {
      this.#awaited -= 1;
      // Refused while it still rests, as in a halted instrument: it stays ours to cancel.
      if (!isOver) open.set(orderId, account);
    });
  }

  /** Trades at once: with a market order, or up to a little beyond the touch. */
  #take(market: Market): void {
    const { venue, takers } = this.#options;
    const { bid, ask } = venue.touch(market.instrument.instrumentId);
    if (bid === undefined || ask === undefined) return;
    const account = this.#pick(takers);
    const anchor = market.anchor.price;
    // A book that stands beside the anchor is traded back to it.
    const error = (anchor - (bid + ask) / 2) / (anchor * QUOTE_DISTANCE);
    const side = this.#toss(this.#lean(account, market) + error / 4) ? Side.buy : Side.sell;
    const isMarket = this.#random.unit() < 0.5;
    const reach = Math.ceil(anchor * HALF_SPREAD);
    const limit = side === Side.buy ? ask + reach : Math.max(1, bid - reach);
    this.#place(market, account, side, isMarket ? undefined : limit, TimeInForce.ioc);
  }

  #place(
    market: Market,
    account: number,
    side: Side,
    price: number | undefined,
    timeInForce: TimeInForce,
  ): void {
    const value = market.valueMin + this.#random.unit() ** 3 * (market.valueMax - market.valueMin);
    this.#awaited += 1;
    this.#options.venue.place(
      {
        account,
        instrument: market.instrument.instrumentId,
        side,
        orderType: price === undefined ? OrderType.market : OrderType.limit,
        timeInForce,
        price: price === undefined ? undefined : toPrice(price),
        // Rounded up: never below the smallest value that the instrument takes.
        quantity: toQuantity(Math.ceil(value / (price ?? market.anchor.price))),
      },
      () => {
        this.#awaited -= 1;
      },
    );
  }

  /** Positive when the account should buy: it has less of the base than it started with. */
  #lean(account: number, { instrument }: Market): number {
    return (1 - this.#options.venue.inventory(account, instrument.baseCurrency)) * 5;
  }

  #toss(lean: number): boolean {
    return this.#random.unit() < 0.5 + Math.max(-LEAN_MAX, Math.min(LEAN_MAX, lean));
  }

  #pick(accounts: readonly number[]): number {
    const account = accounts[this.#random.below(accounts.length)];
    if (account === undefined) throw new RangeError("the flow has no account of this role");
    return account;
  }
}
