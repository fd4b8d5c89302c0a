// Transactions as rows of SQL values, in the form in which they cross to the Worker: numbers in one
// transferable array, texts beside it. Only what is stored crosses; the Worker knows no changes.

import type { BalanceUpdate } from "../../domain/account.ts";
import type { Trade, Transaction } from "../../domain/change.ts";
import type { OrderImage, OrderUpdate } from "../../domain/order.ts";
import type { Amount } from "../../domain/units.ts";

/** What a row is about; its first number. */
export const RowKind = { orderCreated: 0, orderUpdated: 1, trade: 2, balance: 3 } as const;
export type RowKind = (typeof RowKind)[keyof typeof RowKind];

/** Values of a row behind its kind. The first three are sequence, sub and time. */
const ROW_WIDTHS = [26, 18, 15, 10] as const satisfies Record<RowKind, number>;
/** With the kind. */
const ROW_VALUES_MAX = 1 + Math.max(...ROW_WIDTHS);
/** Room that a batch begins with: the rows of some ten orders. */
const VALUES_MIN = 512;

/** In place of a number: the value is the next text. */
const TEXT = Number.NaN;
/** In place of a number: there is no value. */
const NOTHING = Number.POSITIVE_INFINITY;

export type SqlValue = number | string | null;

/** Whole transactions, without a gap from `first` to `last`. */
export interface RowBatch {
  readonly first: number;
  readonly last: number;
  /** Of the last transaction. */
  readonly timeUs: number;
  /** Rows and transactions: what the batch counts for where batches are bounded. */
  readonly weight: number;
  /** Values used of `numbers`. */
  readonly length: number;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly texts: readonly string[];
}

/** Collects transactions. */
export class RowWriter {
  readonly #first: number;
  #last: number;
  #timeUs = 0;
  #weight = 0;
  #length = 0;
  #numbers = new Float64Array(VALUES_MIN);
  readonly #texts: string[] = [];

  /** `first`: sequence of the first transaction. */
  constructor(first: number) {
    this.#first = first;
    this.#last = first - 1;
  }

  get weight(): number {
    return this.#weight;
  }

  /**
   * Adds the rows of the next transaction.
   *
   * Order: after the one before it, without a gap.
   */
  add(transaction: Transaction): void {
    for (const [sub, change] of transaction.changes.entries()) {
      if (change.entity === "order") {
        if (change.change === "updated") this.#addUpdate(transaction, sub, change);
        else this.#addOrder(transaction, sub, change);
      } else if (change.entity === "balance") this.#addBalance(transaction, sub, change);
      else if (change.entity === "trade") this.#addTrade(transaction, sub, change);
    }
    this.#last = transaction.sequence;
    this.#timeUs = transaction.timeUs;
    this.#weight += 1;
  }

  /** What was collected; the writer must not be used afterwards. */
  finish(): RowBatch {
    return {
      first: this.#first,
      last: this.#last,
      timeUs: this.#timeUs,
      length: this.#length,
      weight: this.#weight,
      numbers: this.#numbers,
      texts: this.#texts,
    };
  }

  #addOrder(transaction: Transaction, sub: number, order: OrderImage): void {
    this.#begin(RowKind.orderCreated, transaction, sub);
    this.#put(order.orderId, order.account, order.instrument, order.side);
    this.#put(order.orderType, order.timeInForce, order.status, order.reason);
    this.#put(order.selfTradePrevention, order.cancelOnDisconnect ? 1 : 0);
    this.#put(order.code, order.session, order.price, order.quantity, order.filled, order.leaves);
    this.#putAmount(order.quoteQuantity);
    this.#putAmount(order.cumulativeNotional);
    this.#putAmount(order.fee);
    this.#put(order.makerRate, order.takerRate, order.createdAtUs);
    this.#putClientOrderId(order);
  }

  #addUpdate(transaction: Transaction, sub: number, order: OrderUpdate): void {
    this.#begin(RowKind.orderUpdated, transaction, sub);
    this.#putClientOrderId(order);
    this.#put(order.orderId, order.account, order.instrument, order.side);
    this.#put(order.statusAfter, order.reason, order.cause, order.session);
    this.#put(order.price, order.quantity, order.filledAfter, order.leavesAfter);
    this.#putAmount(order.cumulativeNotional);
    this.#putAmount(order.fee);
  }

  #addTrade(transaction: Transaction, sub: number, trade: Trade): void {
    this.#begin(RowKind.trade, transaction, sub);
    this.#put(trade.instrument, trade.tradeId, trade.takerSide);
    this.#put(trade.takerOrder, trade.makerOrder, trade.takerAccount, trade.makerAccount);
    this.#put(trade.price, trade.quantity);
    this.#putAmount(trade.notional);
    this.#putAmount(trade.takerFee);
    this.#putAmount(trade.makerFee);
  }

  #addBalance(transaction: Transaction, sub: number, balance: BalanceUpdate): void {
    this.#begin(RowKind.balance, transaction, sub);
    this.#put(transaction.opcode, balance.account, balance.currency);
    this.#putAmount(balance.availableBefore);
    this.#putAmount(balance.availableAfter);
    this.#putAmount(balance.frozenBefore);
    this.#putAmount(balance.frozenAfter);
  }

  #begin(kind: RowKind, { sequence, timeUs }: Transaction, sub: number): void {
    if (this.#length + ROW_VALUES_MAX > this.#numbers.length) this.#grow();
    this.#weight += 1;
    this.#put(kind, sequence, sub, timeUs);
  }

  #put(...values: readonly number[]): void {
    for (const value of values) this.#numbers[this.#length++] = value;
  }

  #putText(text: string): void {
    this.#texts.push(text);
    this.#numbers[this.#length++] = TEXT;
  }

  #putAmount(amount: Amount): void {
    const number = Number(amount);
    if (Number.isSafeInteger(number)) this.#numbers[this.#length++] = number;
    else this.#putText(amount.toString());
  }

  /** The venue's own are made of the order id and not stored. */
  #putClientOrderId({ orderId, clientOrderId }: OrderUpdate | OrderImage): void {
    const isOwn = clientOrderId.startsWith("ob-") && clientOrderId === `ob-${orderId}`;
    if (isOwn) this.#numbers[this.#length++] = NOTHING;
    else this.#putText(clientOrderId);
  }

  #grow(): void {
    const numbers = new Float64Array(2 * this.#numbers.length);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}

/** Reads the rows of a batch one after the other. */
export class RowReader {
  readonly #batch: RowBatch;
  #at = 0;
  #text = 0;

  constructor(batch: RowBatch) {
    this.#batch = batch;
  }

  /** Kind of the next row; undefined at the end. */
  next(): RowKind | undefined {
    const { length, numbers } = this.#batch;
    if (this.#at >= length) return undefined;
    const kind = numbers[this.#at++];
    if (kind === RowKind.orderCreated || kind === RowKind.orderUpdated) return kind;
    if (kind === RowKind.trade || kind === RowKind.balance) return kind;
    throw new Error(`a row of kind ${kind}`);
  }

  /** Its values. */
  values(kind: RowKind): SqlValue[] {
    const { numbers, texts } = this.#batch;
    const width = ROW_WIDTHS[kind];
    const values: SqlValue[] = [];
    for (let index = 0; index < width; index += 1) {
      const number = numbers[this.#at++] ?? NOTHING;
      if (number === NOTHING) values.push(null);
      else if (Number.isNaN(number)) values.push(texts[this.#text++] ?? null);
      else values.push(number);
    }
    return values;
  }
}
