// Orders and trades. An update's record does not hold what notional and fee were before; the trades
// since the order's last record say by how much they have grown.

import type { Trade } from "../domain/change.ts";
import { formatRate } from "../domain/decimal.ts";
import {
  CancelReason,
  cancelReasonNames,
  type OrderImage,
  type OrderUpdate,
  orderTypeNames,
  selfTradePreventionNames,
  sideNames,
  timeInForceNames,
} from "../domain/order.ts";
import { toAmount } from "../domain/units.ts";
import { type ChangeNames, InstrumentTexts, orNone } from "./names.ts";
import { type ChangeType, type Texts, toCreated, toUpdated } from "./entry.ts";

export function toOrderCreated(image: OrderImage, names: ChangeNames): ChangeType {
  const texts = new InstrumentTexts(image.instrument, names);
  const { side, orderType, timeInForce, status, reason, code, session } = image;
  return toCreated({
    account: `${image.account}`,
    instrument: `${image.instrument}`,
    symbol: texts.symbol,
    client_order_id: image.clientOrderId,
    side: side === 0 ? "" : sideNames[side],
    order_type: orderType === 0 ? "" : orderTypeNames[orderType],
    time_in_force: timeInForce === 0 ? "" : timeInForceNames[timeInForce],
    self_trade_prevention: selfTradePreventionNames[image.selfTradePrevention],
    cancel_on_disconnect: `${image.cancelOnDisconnect}`,
    session: orNone(session, `${session}`),
    status: `${status}`,
    reason: toReason(reason),
    reject_code: orNone(code, `${code}`),
    price: orNone(image.price, texts.price(image.price)),
    quantity: orNone(image.quantity, texts.quantity(image.quantity)),
    quote_quantity: orNone(image.quoteQuantity, texts.quote(image.quoteQuantity)),
    filled: texts.quantity(image.filled),
    leaves: texts.quantity(image.leaves),
    cumulative_notional: texts.quote(image.cumulativeNotional),
    fee: texts.quote(image.fee),
    maker_rate: formatRate(image.makerRate),
    taker_rate: formatRate(image.takerRate),
    created_at_us: `${image.createdAtUs}`,
  });
}

/** `traded`: by how much its fills since its last record have raised notional and fee. */
export function toOrderUpdated(
  update: OrderUpdate,
  traded: Traded,
  names: ChangeNames,
): ChangeType {
  const texts = new InstrumentTexts(update.instrument, names);
  const { price, quantity, priceBefore, quantityBefore, cumulativeNotional, fee } = update;
  const before: Texts = {
    client_order_id: update.clientOrderIdBefore ?? update.clientOrderId,
    status: `${update.statusBefore}`,
    reason: "",
    price: orNone(priceBefore, texts.price(priceBefore)),
    quantity: orNone(quantityBefore, texts.quantity(quantityBefore)),
    filled: texts.quantity(update.filledBefore),
    leaves: texts.quantity(update.leavesBefore),
    cumulative_notional: texts.quote(toAmount(cumulativeNotional - traded.notional)),
    fee: texts.quote(toAmount(fee - traded.fee)),
  };
  return toUpdated(before, {
    client_order_id: update.clientOrderId,
    status: `${update.statusAfter}`,
    reason: toReason(update.reason),
    price: orNone(price, texts.price(price)),
    quantity: orNone(quantity, texts.quantity(quantity)),
    filled: texts.quantity(update.filledAfter),
    leaves: texts.quantity(update.leavesAfter),
    cumulative_notional: texts.quote(cumulativeNotional),
    fee: texts.quote(fee),
  });
}

export function toTradeCreated(trade: Trade, names: ChangeNames): ChangeType {
  const texts = new InstrumentTexts(trade.instrument, names);
  return toCreated({
    trade_id: `${trade.tradeId}`,
    instrument: `${trade.instrument}`,
    symbol: texts.symbol,
    taker_side: sideNames[trade.takerSide],
    taker_order_id: `${trade.takerOrder}`,
    maker_order_id: `${trade.makerOrder}`,
    taker_account: `${trade.takerAccount}`,
    maker_account: `${trade.makerAccount}`,
    price: texts.price(trade.price),
    quantity: texts.quantity(trade.quantity),
    notional: texts.quote(trade.notional),
    taker_fee: texts.quote(trade.takerFee),
    maker_fee: texts.quote(trade.makerFee),
  });
}

function toReason(reason: CancelReason): string {
  return reason === CancelReason.none ? "" : cancelReasonNames[reason];
}

/** What fills add to an order. */
export interface Traded {
  notional: bigint;
  fee: bigint;
}

/** The fills of one transaction, by order. */
export class TradedSums {
  readonly #byOrder = new Map<number, Traded>();

  add(trade: Trade): void {
    this.#grow(trade.takerOrder, trade.notional, trade.takerFee);
    this.#grow(trade.makerOrder, trade.notional, trade.makerFee);
  }

  /** Gives what has come together for an order, and begins anew. */
  take(order: number): Traded {
    const traded = this.#byOrder.get(order) ?? { notional: 0n, fee: 0n };
    this.#byOrder.delete(order);
    return traded;
  }

  #grow(order: number, notional: bigint, fee: bigint): void {
    const traded = this.#byOrder.get(order) ?? { notional: 0n, fee: 0n };
    this.#byOrder.set(order, { notional: traded.notional + notional, fee: traded.fee + fee });
  }
}
