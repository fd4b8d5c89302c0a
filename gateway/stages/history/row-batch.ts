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
    let sub = -1;
    for (const change of transaction.changes) {
      sub += 1;
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
    let at = this.#begin(RowKind.orderCreated, transaction, sub);
    const numbers = this.#numbers;
    numbers[at++] = order.orderId;
    numbers[at++] = order.account;
    numbers[at++] = order.instrument;
    numbers[at++] = order.side;
    numbers[at++] = order.orderType;
    numbers[at++] = order.timeInForce;
    numbers[at++] = order.status;
    numbers[at++] = order.reason;
    numbers[at++] = order.selfTradePrevention;
    numbers[at++] = order.cancelOnDisconnect ? 1 : 0;
    numbers[at++] = order.code;
    numbers[at++] = order.session;
    numbers[at++] = order.price;
    numbers[at++] = order.quantity;
    numbers[at++] = order.filled;
    numbers[at++] = order.leaves;
    this.#putAmount(at++, order.quoteQuantity);
    this.#putAmount(at++, order.cumulativeNotional);
    this.#putAmount(at++, order.fee);
    numbers[at++] = order.makerRate;
    numbers[at++] = order.takerRate;
    numbers[at++] = order.createdAtUs;
    // A refused one may ask for an id that looks like the venue's own.
    const isTheirs = order.code !== 0 && order.clientOrderId !== `ob-${order.orderId}`;
    if (isTheirs) this.#putText(at++, order.clientOrderId);
    else this.#putClientOrderId(at++, order.clientOrderId);
    this.#length = at;
  }

  #addUpdate(transaction: Transaction, sub: number, order: OrderUpdate): void {
    let at = this.#begin(RowKind.orderUpdated, transaction, sub);
    const numbers = this.#numbers;
    this.#putClientOrderId(at++, order.clientOrderId);
    numbers[at++] = order.orderId;
    numbers[at++] = order.account;
    numbers[at++] = order.instrument;
    numbers[at++] = order.side;
    numbers[at++] = order.statusAfter;
    numbers[at++] = order.reason;
    numbers[at++] = order.cause;
    numbers[at++] = order.session;
    numbers[at++] = order.price;
    numbers[at++] = order.quantity;
    numbers[at++] = order.filledAfter;
    numbers[at++] = order.leavesAfter;
    this.#putAmount(at++, order.cumulativeNotional);
    this.#putAmount(at++, order.fee);
    this.#length = at;
  }

  #addTrade(transaction: Transaction, sub: number, trade: Trade): void {
    let at = this.#begin(RowKind.trade, transaction, sub);
    const numbers = this.#numbers;
    numbers[at++] = trade.instrument;
    numbers[at++] = trade.tradeId;
    numbers[at++] = trade.takerSide;
    numbers[at++] = trade.takerOrder;
    numbers[at++] = trade.makerOrder;
    numbers[at++] = trade.takerAccount;
    numbers[at++] = trade.makerAccount;
    numbers[at++] = trade.price;
    numbers[at++] = trade.quantity;
    this.#putAmount(at++, trade.notional);
    this.#putAmount(at++, trade.takerFee);
    this.#putAmount(at++, trade.makerFee);
    this.#length = at;
  }

  #addBalance(transaction: Transaction, sub: number, balance: BalanceUpdate): void {
    let at = this.#begin(RowKind.balance, transaction, sub);
    const numbers = this.#numbers;
    numbers[at++] = transaction.opcode;
    numbers[at++] = balance.account;
    numbers[at++] = balance.currency;
    this.#putAmount(at++, balance.availableBefore);
    this.#putAmount(at++, balance.availableAfter);
    this.#putAmount(at++, balance.frozenBefore);
    this.#putAmount(at++, balance.frozenAfter);
    this.#length = at;
  }

  /** Makes room for a row and writes what all have in common. Returns where the rest goes. */
  #begin(kind: RowKind, { sequence, timeUs }: Transaction, sub: number): number {
    if (this.#length + ROW_VALUES_MAX > this.#numbers.length) this.#grow();
    this.#weight += 1;
    const at = this.#length;
    const numbers = this.#numbers;
    numbers[at] = kind;
    numbers[at + 1] = sequence;
    numbers[at + 2] = sub;
    numbers[at + 3] = timeUs;
    return at + 4;
  }

  #putAmount(at: number, amount: Amount): void {
    const number = Number(amount);
    if (Number.isSafeInteger(number)) this.#numbers[at] = number;
    else this.#putText(at, amount.toString());
  }

  /** The venue's own are made of the order id and not stored; no client can give such a one. */
  #putClientOrderId(at: number, clientOrderId: string): void {
    if (clientOrderId.startsWith("ob-")) this.#numbers[at] = NOTHING;
    else this.#putText(at, clientOrderId);
  }

  #putText(at: number, text: string): void {
    this.#texts.push(text);
    this.#numbers[at] = TEXT;
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
