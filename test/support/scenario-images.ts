// Transactions and images of the core → what a scenario compares.

import type { Change, Level, Transaction } from "../../gateway/domain/change.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import {
  formatAmount,
  formatAveragePrice,
  formatPrice,
  formatQuantity,
  formatRate,
} from "../../gateway/domain/decimal.ts";
import { type Instrument, instrumentStateNames } from "../../gateway/domain/instrument.ts";
import {
  cancelReasonNames,
  OrderStatus,
  orderStatusNames,
  type OrderImage,
  selfTradePreventionNames,
  Side,
} from "../../gateway/domain/order.ts";
import { rejectByNumber } from "../../gateway/domain/reject.ts";
import { type Amount, type Price, type Quantity, toQuantity } from "../../gateway/domain/units.ts";
import type { Directory } from "./scenario-directory.ts";
import type { BookLevel, Fill, InstrumentField, OrderField, Outcome } from "./scenario-script.ts";
import { normalNumber, type OrderView } from "./scenario-venue.ts";

/** Numbers of one instrument as texts. */
class Texts {
  readonly instrument: Instrument;
  readonly #baseScale: number;
  readonly #quoteScale: number;

  constructor(instrument: Instrument, directory: Directory) {
    this.instrument = instrument;
    this.#baseScale = directory.currencyOf(instrument.baseCurrency).scale;
    this.#quoteScale = directory.currencyOf(instrument.quoteCurrency).scale;
  }

  static of(instrumentId: number, directory: Directory): Texts {
    return new Texts(directory.instrumentOf(instrumentId), directory);
  }

  price(price: Price): string {
    return formatPrice(price, this.instrument);
  }

  quantity(quantity: Quantity): string {
    const { lotSize } = this.instrument;
    return formatQuantity(quantity, { lotSize, baseScale: this.#baseScale });
  }

  quote(amount: Amount): string {
    return formatAmount(amount, this.#quoteScale);
  }

  average(notional: Amount, filled: Quantity): string {
    const { lotSize } = this.instrument;
    const scales = { baseScale: this.#baseScale, quoteScale: this.#quoteScale };
    return formatAveragePrice(notional, filled, { lotSize, ...scales }) ?? "none";
  }
}

/** What became of the command of `transaction`. */
export function toOutcome(transaction: Transaction, directory: Directory): Outcome<number> {
  const { code, isDuplicate, opcode, result } = transaction;
  if (code !== 0) return { kind: "rejected", code: rejectByNumber[code].name };
  if (isDuplicate) return { kind: "duplicate", of: result };
  if (opcode === Opcode.massCancel || opcode === Opcode.sessionClosed) {
    const reasons = new Set(
      transaction.changes.flatMap((change) => {
        return change.entity === "order" ? [cancelReasonNames[change.reason]] : [];
      }),
    );
    const reason = reasons.size === 0 ? "none" : [...reasons].join(" and ");
    return { kind: "orders cancelled", count: result, reason };
  }
  return toOrderOutcome(transaction, directory);
}

function toOrderOutcome(transaction: Transaction, directory: Directory): Outcome<number> {
  const orderId = transaction.result;
  const order = transaction.changes.findLast(
    (change): change is Extract<Change, { entity: "order" }> =>
      change.entity === "order" && change.orderId === orderId,
  );
  if (order === undefined) return { kind: "accepted" };
  const texts = Texts.of(order.instrument, directory);
  const fills = transaction.changes.flatMap((change): Fill[] => {
    if (change.entity !== "trade" || change.takerOrder !== orderId) return [];
    return [{ quantity: texts.quantity(change.quantity), price: texts.price(change.price) }];
  });
  const { status, filled, leaves } = stateOf(order);
  if (status === OrderStatus.cancelled) {
    const left = order.quantity - filled;
    const hasQuantity = order.quantity > 0;
    const quantity = hasQuantity ? texts.quantity(toQuantity(left)) : undefined;
    const reason = cancelReasonNames[order.reason];
    return { kind: "moved", fills, rests: undefined, cancelled: { quantity, reason } };
  }
  if (fills.length === 0) return { kind: "accepted" };
  const rests = status === OrderStatus.filled ? undefined : texts.quantity(leaves);
  return { kind: "moved", fills, rests, cancelled: undefined };
}

function stateOf(order: Extract<Change, { entity: "order" }>) {
  if (order.change !== "updated") return order;
  return { status: order.statusAfter, filled: order.filledAfter, leaves: order.leavesAfter };
}

/** An order as it stands. Of a retained one only the state is known. */
export function toOrderView(image: OrderImage, directory: Directory): OrderView {
  const texts = Texts.of(image.instrument, directory);
  const fields = new Map<OrderField, string>([["filled", texts.quantity(image.filled)]]);
  if (!image.isRetained) {
    fields.set("price", image.price === 0 ? "none" : texts.price(image.price));
    fields.set("quantity", image.quantity === 0 ? "none" : texts.quantity(image.quantity));
    fields.set("leaves", texts.quantity(image.leaves));
    fields.set("fee", texts.quote(image.fee));
    fields.set("average", texts.average(image.cumulativeNotional, image.filled));
    fields.set("client_id", image.clientOrderId);
    fields.set("stp", selfTradePreventionNames[image.selfTradePrevention]);
  }
  const { status, reason } = image;
  return { status: orderStatusNames[status], reason: cancelReasonNames[reason], fields };
}

export function toInstrumentFields(
  instrument: Instrument,
  directory: Directory,
): ReadonlyMap<InstrumentField, string> {
  const texts = new Texts(instrument, directory);
  const price = (value: Price): string => (value === 0 ? "none" : texts.price(value));
  const lots = (value: Quantity): string => (value === 0 ? "none" : texts.quantity(value));
  const quote = (value: Amount): string => (value === 0n ? "none" : texts.quote(value));
  return new Map<InstrumentField, string>([
    ["symbol", instrument.symbol],
    ["state", instrumentStateNames[instrument.state]],
    ["maker", formatRate(instrument.makerRate)],
    ["taker", formatRate(instrument.takerRate)],
    ["reference", price(instrument.referencePrice)],
    ["band", instrument.band === 0 ? "none" : formatRate(instrument.band)],
    ["last", price(instrument.lastTradePrice)],
    ["fees", texts.quote(instrument.feeAccumulator)],
    ["quantity_min", lots(instrument.quantityMin)],
    ["quantity_max", lots(instrument.quantityMax)],
    ["notional_min", quote(instrument.notionalMin)],
    ["order_value_max", quote(instrument.orderValueMax)],
    ["open_orders_max", `${instrument.openOrdersMax}`],
    ["position_max", lots(instrument.positionMax)],
  ]);
}

export function toBookLevel(level: Level, directory: Directory): BookLevel {
  const texts = Texts.of(level.instrument, directory);
  const { price, quantity, orderCount } = level;
  return { price: texts.price(price), quantity: texts.quantity(quantity), orders: orderCount };
}

export function toFill(
  fill: { readonly price: Price; readonly quantity: Quantity },
  instrument: Instrument,
  directory: Directory,
): Fill {
  const texts = new Texts(instrument, directory);
  return { price: texts.price(fill.price), quantity: texts.quantity(fill.quantity) };
}

/** A change in the words of a `then changes` line; orders by id. */
export function toChangeText(change: Change, directory: Directory): string {
  switch (change.entity) {
    case "order":
      return `order ${change.orderId} ${change.change}`;
    case "trade":
      return `trade ${change.tradeId}`;
    case "level": {
      const { price, quantity, orders } = toBookLevel(change, directory);
      const side = change.side === Side.buy ? "bid" : "ask";
      if (change.change === "deleted") return `${side} ${normalNumber(price)} gone`;
      return `${side} ${normalNumber(quantity)} @ ${normalNumber(price)} in ${orders}`;
    }
    case "balance": {
      const { code } = directory.currencyOf(change.currency);
      return `balance ${directory.accountName(change.account)} ${code}`;
    }
    default:
      return `${change.entity} ${change.change}`;
  }
}
