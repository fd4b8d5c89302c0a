// Rows of the history → the words of the domain.

import type { BalanceUpdate } from "../../domain/account.ts";
import type { Trade } from "../../domain/change.ts";
import type {
  CancelReason,
  OrderCause,
  OrderImage,
  OrderStatus,
  SelfTradePrevention,
  Side,
} from "../../domain/order.ts";
import { findRejectCode } from "../../domain/reject.ts";
import {
  type Amount,
  type Price,
  type Quantity,
  type Sequence,
  type TimeUs,
  toAmount,
  toPrice,
  toQuantity,
  toSequence,
  toTimeUs,
} from "../../domain/units.ts";
import type {
  BalanceChangeRow,
  BalanceRow,
  OrderEventRow,
  OrderRow,
  StoredAmount,
  TradeRow,
} from "./questions.ts";

/** Where in the change log something happened. */
interface Place {
  readonly sequence: Sequence;
  readonly sub: number;
  readonly timeUs: TimeUs;
}

/** An order as it stood after one change of it. */
export interface OrderEvent extends Place {
  readonly orderId: number;
  /** 0: it was made. */
  readonly cause: OrderCause | 0;
  readonly status: OrderStatus;
  readonly reason: CancelReason;
  readonly price: Price;
  readonly quantity: Quantity;
  readonly filled: Quantity;
  readonly leaves: Quantity;
  readonly cumulativeNotional: Amount;
  readonly fee: Amount;
  readonly clientOrderId: string;
}

export interface StoredTrade extends Place {
  readonly trade: Trade;
}

export interface BalanceChange extends Place {
  /** Of the command that made it. */
  readonly opcode: number;
  readonly balance: BalanceUpdate;
}

/**
 * An order as it stands, but for its priority, which is not kept. What is not known of an order
 * made before the history began is 0.
 */
export function toOrder(row: OrderRow): OrderImage {
  return {
    orderId: row.order_id,
    account: row.account,
    instrument: row.instrument,
    // why: this and the numbers below were written from the same vocabularies
    side: row.side as Side | 0,
    // why: see side
    orderType: row.order_type as OrderImage["orderType"],
    // why: see side
    timeInForce: row.time_in_force as OrderImage["timeInForce"],
    // why: see side
    status: row.status as OrderStatus,
    // why: see side
    reason: row.reason as CancelReason,
    // why: see side
    selfTradePrevention: row.self_trade_prevention as SelfTradePrevention,
    cancelOnDisconnect: row.cancel_on_disconnect !== 0,
    code: findRejectCode(row.code) ?? 0,
    isRetained: false,
    session: row.session,
    price: toPrice(row.price),
    quantity: toQuantity(row.quantity),
    filled: toQuantity(row.filled),
    leaves: toQuantity(row.leaves),
    quoteQuantity: toExactAmount(row.quote_quantity),
    cumulativeNotional: toExactAmount(row.cumulative_notional),
    fee: toExactAmount(row.fee),
    makerRate: row.maker_rate,
    takerRate: row.taker_rate,
    createdAtUs: toTimeUs(row.created_at_us),
    priority: toSequence(0),
    clientOrderId: row.client_order_id ?? `ob-${row.order_id}`,
  };
}

export function toOrderEvent(row: OrderEventRow): OrderEvent {
  return {
    ...toPlace(row),
    orderId: row.order_id,
    // why: this and the numbers below were written from the same vocabularies
    cause: row.cause as OrderCause | 0,
    // why: see cause
    status: row.status as OrderStatus,
    // why: see cause
    reason: row.reason as CancelReason,
    price: toPrice(row.price),
    quantity: toQuantity(row.quantity),
    filled: toQuantity(row.filled),
    leaves: toQuantity(row.leaves),
    cumulativeNotional: toExactAmount(row.cumulative_notional),
    fee: toExactAmount(row.fee),
    clientOrderId: row.client_order_id ?? `ob-${row.order_id}`,
  };
}

export function toStoredTrade(row: TradeRow): StoredTrade {
  return {
    ...toPlace(row),
    trade: {
      tradeId: row.trade_id,
      instrument: row.instrument,
      // why: written from the same vocabulary
      takerSide: row.taker_side as Side,
      takerOrder: row.taker_order,
      makerOrder: row.maker_order,
      takerAccount: row.taker_account,
      makerAccount: row.maker_account,
      price: toPrice(row.price),
      quantity: toQuantity(row.quantity),
      notional: toExactAmount(row.notional),
      takerFee: toExactAmount(row.taker_fee),
      makerFee: toExactAmount(row.maker_fee),
    },
  };
}

export function toBalanceChange(row: BalanceChangeRow): BalanceChange {
  return {
    ...toPlace(row),
    opcode: row.opcode,
    balance: {
      account: row.account,
      currency: row.currency,
      availableBefore: toExactAmount(row.available_before),
      availableAfter: toExactAmount(row.available_after),
      frozenBefore: toExactAmount(row.frozen_before),
      frozenAfter: toExactAmount(row.frozen_after),
    },
  };
}

/** Available and frozen together. */
export interface Total {
  readonly currency: number;
  readonly amount: Amount;
}

export function toTotal({ currency, available, frozen }: BalanceRow): Total {
  return { currency, amount: toAmount(toExactAmount(available) + toExactAmount(frozen)) };
}

function toPlace({ sequence, sub, time_us: timeUs }: OrderEventRow | TradeRow | BalanceChangeRow) {
  return { sequence: toSequence(sequence), sub, timeUs: toTimeUs(timeUs) };
}

function toExactAmount(stored: StoredAmount): Amount {
  return toAmount(BigInt(stored));
}
