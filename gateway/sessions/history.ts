// Questions about the past, for every protocol: the words of the domain around the history stage's
// rows. An answer shows at least what was released when it was asked for, unless the stage is far
// behind; its sequence says what it shows.

import type { Clock } from "../clock.ts";
import type { OrderImage } from "../domain/order.ts";
import { accept, type Parsed, refuse, RejectCode } from "../domain/reject.ts";
import type { HistoryStage } from "../stages/history/history-stage.ts";
import type { HistoryQuestion, HistoryRows, TimeRange } from "../stages/history/questions.ts";
import {
  type BalanceChange,
  type OrderEvent,
  type StoredTrade,
  type Total,
  toBalanceChange,
  toOrder,
  toOrderEvent,
  toStoredTrade,
  toTotal,
} from "../stages/history/stored-changes.ts";
import type { Stages } from "../stages/stages.ts";
import type { OrderReference } from "./queries.ts";

export type { BalanceChange, OrderEvent } from "../stages/history/stored-changes.ts";

/** How long a question waits for a stage that is behind: what is later is said by its sequence. */
const BEHIND_MS_MAX = 1_000;
/** A turn of the stage comes within the next turns of the event loop. */
const LOOK_MS = 2;

/** `after`: `nextAfter` of the page before; undefined on the first one. */
export interface HistoryPageFields {
  readonly after?: number | undefined;
  readonly limit: number;
}

/** One page. */
export interface HistoryAnswer<Value> {
  readonly values: readonly Value[];
  /** The last transaction that it shows. */
  readonly sequence: number;
  /** Nothing of a later sequence is missing. */
  readonly completeAfter: number;
  /** Nothing from this time on is missing; 0: nothing at all. */
  readonly completeFromUs: number;
  /** Undefined at the end; else the next page, which may be empty, begins there. */
  readonly nextAfter: number | undefined;
}

/** Errors: throttled, history_unavailable. */
type Answering<Value> = Promise<Parsed<HistoryAnswer<Value>>>;

/** Who keeps it. */
export type HistorySource = Pick<HistoryStage, "ask" | "taken">;

export class History {
  readonly #releasedSequence: () => number;
  readonly #clock: Clock;
  #source: HistorySource | undefined;
  #stages: Pick<Stages, "hasten"> | undefined;

  /** `releasedSequence` tells what clients may know already. */
  constructor(releasedSequence: () => number, clock: Clock) {
    this.#releasedSequence = releasedSequence;
    this.#clock = clock;
  }

  /** Whether this venue keeps one; every answer is `history_unavailable` else. */
  get isKept(): boolean {
    return this.#source !== undefined;
  }

  /**
   * Asks `source`, one of `stages`, from now on: the stage needs parts of the venue and so is made
   * after it.
   */
  attach(source: HistorySource, stages: Pick<Stages, "hasten">): void {
    this.#source = source;
    this.#stages = stages;
  }

  /** One order of `account` or none; of several with a client's id the newest. */
  findOrder(account: number, order: OrderReference): Answering<OrderImage> {
    return "orderId" in order
      ? this.#ask({ ask: "order", account, orderId: order.orderId }, toOrder)
      : this.#ask({ ask: "client_order", account, clientOrderId: order.clientOrderId }, toOrder);
  }

  /** By id. The time is that of their making. */
  orders(
    account: number,
    filter: { instrument?: number | undefined; statuses?: readonly number[] | undefined },
    page: TimeRange & HistoryPageFields,
  ): Answering<OrderImage> {
    return this.#ask({ ask: "orders", account, ...filter, ...page }, toOrder);
  }

  /** Of an order, whoever owns it, from its making on. */
  events(orderId: number, page: HistoryPageFields): Answering<OrderEvent> {
    return this.#ask({ ask: "events", orderId, ...page }, toOrderEvent);
  }

  /** Newest first. */
  trades(instrument: number, page: TimeRange & HistoryPageFields): Answering<StoredTrade> {
    return this.#ask({ ask: "trades", instrument, ...page }, toStoredTrade);
  }

  /** One or none. */
  trade(instrument: number, tradeId: number): Answering<StoredTrade> {
    return this.#ask({ ask: "trade", instrument, tradeId }, toStoredTrade);
  }

  /** Newest first, in one instrument or all. */
  ownTrades(
    account: number,
    instrument: number | undefined,
    page: TimeRange & HistoryPageFields,
  ): Answering<StoredTrade> {
    return this.#ask({ ask: "own_trades", account, instrument, ...page }, toStoredTrade);
  }

  /** Newest first, of one currency or all. */
  balanceChanges(
    account: number,
    currency: number | undefined,
    page: TimeRange & HistoryPageFields,
  ): Answering<BalanceChange> {
    return this.#ask({ ask: "balance_changes", account, currency, ...page }, toBalanceChange);
  }

  /** What an account had before the first transaction at `timeUs`, of what ever moved. */
  balancesAt(account: number, timeUs: number): Answering<Total> {
    return this.#ask({ ask: "balances_at", account, timeUs }, toTotal);
  }

  async #ask<Ask extends HistoryQuestion["ask"], Value>(
    question: Extract<HistoryQuestion, { ask: Ask }>,
    toValue: (row: HistoryRows[Ask]) => Value,
  ): Answering<Value> {
    const source = this.#source;
    if (source === undefined) return refuse(RejectCode.history_unavailable);
    await this.#whenTaken(source, this.#releasedSequence());
    const answer = await source.ask(question);
    if (!answer.ok) return answer;
    const { rows, ...shown } = answer.value;
    return accept({ ...shown, values: rows.map(toValue) });
  }

  async #whenTaken(source: HistorySource, sequence: number): Promise<void> {
    this.#stages?.hasten();
    const deadlineUs = this.#clock.elapsedUs() + BEHIND_MS_MAX * 1_000;
    while (source.taken < sequence && this.#clock.elapsedUs() < deadlineUs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#clock.after(LOOK_MS, resolve);
      await promise;
    }
  }
}
