// The words of an order and their numbers: the numbers of the command record, the change log and,
// for the status, of every wire (docs/formats.md). Asserted equal to Rust by test/vectors/core.

import type { RejectCode } from "../generated/reject-codes.ts";
import type { Amount, Price, Quantity, Sequence, TimeUs } from "./units.ts";

/** Buy pays quote and receives base. */
export const Side = { buy: 1, sell: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** A market order trades at once within the band and never rests. */
export const OrderType = { limit: 1, market: 2 } as const;
export type OrderType = (typeof OrderType)[keyof typeof OrderType];

/** Numbers 5 and 6 are kept for good-till-date and day. */
export const TimeInForce = { gtc: 1, ioc: 2, fok: 3, postOnly: 4 } as const;
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce];

/** `accountDefault` is allowed in commands only; an order carries the mode in force. */
export const SelfTradePrevention = { accountDefault: 0, expireTaker: 1 } as const;
export type SelfTradePrevention = (typeof SelfTradePrevention)[keyof typeof SelfTradePrevention];

/** Source: rules 4.1. From `filled` on a status is final. */
export const OrderStatus = {
  conditionalPending: 0,
  pending: 1,
  partiallyFilled: 2,
  filled: 3,
  cancelled: 4,
  rejected: 5,
  expired: 6,
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

/** Why an order was cancelled. Source: rules 4.2. */
export const CancelReason = {
  none: 0,
  clientRequest: 1,
  immediateOrCancel: 2,
  fillOrKill: 3,
  marketRemainder: 4,
  selfTradePrevention: 5,
  massCancel: 6,
  sessionDisconnected: 7,
  killSwitch: 8,
  instrumentClosed: 9,
  linkedOrder: 10,
  liquidation: 11,
  admin: 12,
} as const;
export type CancelReason = (typeof CancelReason)[keyof typeof CancelReason];

/** What moved an order. */
export const OrderCause = { fill: 1, cancel: 2, replace: 3 } as const;
export type OrderCause = (typeof OrderCause)[keyof typeof OrderCause];

export const sideNames = { 1: "buy", 2: "sell" } as const satisfies Record<Side, string>;

export const orderTypeNames = {
  1: "limit",
  2: "market",
} as const satisfies Record<OrderType, string>;

export const timeInForceNames = {
  1: "gtc",
  2: "ioc",
  3: "fok",
  4: "post_only",
} as const satisfies Record<TimeInForce, string>;

export const selfTradePreventionNames = {
  0: "default",
  1: "expire_taker",
} as const satisfies Record<SelfTradePrevention, string>;

export const orderStatusNames = {
  0: "conditional_pending",
  1: "pending",
  2: "partially_filled",
  3: "filled",
  4: "cancelled",
  5: "rejected",
  6: "expired",
} as const satisfies Record<OrderStatus, string>;

export const cancelReasonNames = {
  0: "none",
  1: "client_request",
  2: "immediate_or_cancel",
  3: "fill_or_kill",
  4: "market_remainder",
  5: "self_trade_prevention",
  6: "mass_cancel",
  7: "session_disconnected",
  8: "kill_switch",
  9: "instrument_closed",
  10: "linked_order",
  11: "liquidation",
  12: "admin",
} as const satisfies Record<CancelReason, string>;

export const orderCauseNames = {
  1: "fill",
  2: "cancel",
  3: "replace",
} as const satisfies Record<OrderCause, string>;

/** An order as it stands. */
export interface OrderImage {
  orderId: number;
  account: number;
  instrument: number;
  /** 0 = not known: of a refused order the byte was none, of a retained one it is forgotten. */
  side: Side | 0;
  /** 0 = not known, as with `side`. */
  orderType: OrderType | 0;
  /** 0 = not known, as with `side`. */
  timeInForce: TimeInForce | 0;
  status: OrderStatus;
  reason: CancelReason;
  selfTradePrevention: SelfTradePrevention;
  /** Whether it ends with its session. */
  cancelOnDisconnect: boolean;
  code: RejectCode | 0;
  /** Only id, client id, status, reason and filled are still known (rules 5.7). */
  isRetained: boolean;
  session: number;
  price: Price;
  quantity: Quantity;
  filled: Quantity;
  /** 0 when final. */
  leaves: Quantity;
  /** Budget of a market buy, fees inside; 0 = none. Units: quote. */
  quoteQuantity: Amount;
  /** Sum of price × quantity over all fills. Units: quote. */
  cumulativeNotional: Amount;
  /** Charged so far; negative is a rebate. Units: quote. */
  fee: Amount;
  /** Captured at acceptance. Units: 10^-6. */
  makerRate: number;
  /** Captured at acceptance. Units: 10^-6. */
  takerRate: number;
  createdAtUs: TimeUs;
  /** Sequence at which it got its place in the queue. */
  priority: Sequence;
  /** The client's, or `ob-<order id>`. */
  clientOrderId: string;
}

/** What one command made of an order. */
export interface OrderUpdate {
  orderId: number;
  account: number;
  instrument: number;
  side: Side;
  statusBefore: OrderStatus;
  statusAfter: OrderStatus;
  reason: CancelReason;
  cause: OrderCause;
  session: number;
  price: Price;
  quantity: Quantity;
  filledBefore: Quantity;
  filledAfter: Quantity;
  leavesBefore: Quantity;
  leavesAfter: Quantity;
  /** Units: quote. */
  cumulativeNotional: Amount;
  /** Charged so far. Units: quote. */
  fee: Amount;
  /** Differs from `price` after a replace only. */
  priceBefore: Price;
  /** Differs from `quantity` after a replace only. */
  quantityBefore: Quantity;
  clientOrderId: string;
  /** Set by a replace; the same when it gave no new one. */
  clientOrderIdBefore: string | undefined;
}

/** Whether no further change can follow. */
export function isFinal(status: OrderStatus): boolean {
  return status >= OrderStatus.filled;
}
