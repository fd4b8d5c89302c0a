// Bodies → commands and changes → bodies. Only what cannot be said in ticks and lots is judged here,
// in the order in which the engine judges the rest.

import type { Transaction, Trade } from "../../domain/change.ts";
import { isIdText, Opcode } from "../../domain/command.ts";
import type { CommandFields } from "../../domain/command.ts";
import {
  formatAmount,
  formatAveragePrice,
  formatPrice,
  formatQuantity,
  parseAmount,
  parsePrice,
  parseQuantity,
} from "../../domain/decimal.ts";
import {
  cancelReasonNames,
  OrderStatus,
  orderStatusNames,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../domain/order.ts";
import type { CancelReason, OrderImage, OrderUpdate } from "../../domain/order.ts";
import { accept, refuse, RejectCode } from "../../domain/reject.ts";
import type { Parsed } from "../../domain/reject.ts";
import type { Listing, ReferenceData } from "../../sessions/reference-data.ts";
import type {
  NewOrderBody,
  OrderBody,
  OrderReplyBody,
  OrderTypeName,
  SideName,
  TimeInForceName,
} from "./schemas.ts";

const SIDES = { BUY: Side.buy, SELL: Side.sell } as const satisfies Record<SideName, Side>;
const ORDER_TYPES = { LIMIT: OrderType.limit, MARKET: OrderType.market } as const satisfies Record<
  OrderTypeName,
  OrderType
>;
const TIMES_IN_FORCE = {
  GTC: TimeInForce.gtc,
  IOC: TimeInForce.ioc,
  FOK: TimeInForce.fok,
  GTX: TimeInForce.postOnly,
} as const satisfies Record<TimeInForceName, TimeInForce>;

export const sideText = { 1: "BUY", 2: "SELL" } as const satisfies Record<Side, SideName>;
const orderTypeText = { 1: "LIMIT", 2: "MARKET" } as const satisfies Record<
  OrderType,
  OrderTypeName
>;
const timeInForceText = { 1: "GTC", 2: "IOC", 3: "FOK", 4: "GTX" } as const satisfies Record<
  TimeInForce,
  TimeInForceName
>;

/** A new order that can be given to order entry. */
export type NewOrderCommand = CommandFields & { opcode: typeof Opcode.newOrder };

/** Reads an order body. Errors: those of the engine's form checks, in its order. */
export function toNewOrder(body: NewOrderBody, reference: ReferenceData): Parsed<NewOrderCommand> {
  const listing = reference.findListing(body.symbol);
  if (listing === undefined) return refuse(RejectCode.instrument_not_found);
  const misfit = findMisfit(body);
  if (misfit !== undefined) return refuse(misfit);
  const isLimit = body.type === "LIMIT";
  const command: NewOrderCommand = {
    opcode: Opcode.newOrder,
    instrument: listing.instrument.instrumentId,
    side: SIDES[body.side],
    orderType: ORDER_TYPES[body.type],
    timeInForce: TIMES_IN_FORCE[body.time_in_force ?? (isLimit ? "GTC" : "IOC")],
    text: body.client_order_id,
  };
  if (body.self_trade_prevention !== undefined) command.kind = SelfTradePrevention.expireTaker;
  if (body.price !== undefined) {
    const price = parsePrice(body.price, listing.instrument);
    if (!price.ok) return price;
    command.price = price.value;
  }
  if (body.quantity !== undefined) {
    const quantity = parseQuantity(body.quantity, listing.quantityFormat);
    if (!quantity.ok) return quantity;
    command.quantity = quantity.value;
  }
  if (body.quote_quantity !== undefined) {
    const amount = parseAmount(body.quote_quantity, listing.quote.scale);
    if (!amount.ok) return amount;
    if (amount.value === 0n) return refuse(RejectCode.amount_out_of_range);
    command.amount = amount.value;
  }
  return accept(command);
}

/** The first field that does not go with the others, before any number is read. */
function findMisfit(body: NewOrderBody): RejectCode | undefined {
  const isLimit = body.type === "LIMIT";
  if (isLimit && body.price === undefined) return RejectCode.price_required;
  if (!isLimit && body.price !== undefined) return RejectCode.price_forbidden;
  const hasBudget = body.quote_quantity !== undefined;
  const mayBudget = !isLimit && body.side === "BUY";
  if ((body.quantity === undefined) !== hasBudget || (hasBudget && !mayBudget)) {
    return RejectCode.quantity_required;
  }
  if (!isLimit && (body.time_in_force ?? "IOC") !== "IOC") {
    return RejectCode.time_in_force_unsupported;
  }
  const clientOrderId = body.client_order_id;
  if (clientOrderId !== undefined && !isClientOrderId(clientOrderId)) {
    return RejectCode.client_order_id_invalid;
  }
  return undefined;
}

/** `ob-` names orders by id and is not the client's to give. */
export function isClientOrderId(text: string): boolean {
  return isIdText(text) && !text.startsWith("ob-");
}

/** An order as it stands. `clientOrderId` when the caller named it so: a retained order forgot it. */
export function fromOrderImage(
  image: OrderImage,
  listing: Listing,
  clientOrderId?: string,
): OrderBody {
  const { instrument, quantityFormat } = listing;
  const state = {
    order_id: image.orderId,
    symbol: instrument.symbol,
    ...fromStatus(image.status, image.reason),
    filled: formatQuantity(image.filled, quantityFormat),
  };
  if (image.isRetained || image.side === 0 || image.orderType === 0 || image.timeInForce === 0) {
    return { ...state, client_order_id: clientOrderId, retained: true };
  }
  return {
    ...state,
    client_order_id: image.clientOrderId,
    side: sideText[image.side],
    type: orderTypeText[image.orderType],
    time_in_force: timeInForceText[image.timeInForce],
    self_trade_prevention: "EXPIRE_TAKER",
    ...fromTerms(image, listing),
    quote_quantity:
      image.quoteQuantity === 0n ? null : formatAmount(image.quoteQuantity, listing.quote.scale),
    leaves: formatQuantity(image.leaves, quantityFormat),
    average_price:
      formatAveragePrice(image.cumulativeNotional, image.filled, quantityFormat) ?? null,
    fee: formatAmount(image.fee, listing.quote.scale),
    created_at_us: image.createdAtUs,
  };
}

/** What a command made of an order that existed before. */
export function fromOrderUpdate(update: OrderUpdate, listing: Listing): OrderBody {
  const { instrument, quantityFormat } = listing;
  return {
    order_id: update.orderId,
    client_order_id: update.clientOrderId,
    symbol: instrument.symbol,
    side: sideText[update.side],
    ...fromStatus(update.statusAfter, update.reason),
    ...fromTerms(update, listing),
    filled: formatQuantity(update.filledAfter, quantityFormat),
    leaves: formatQuantity(update.leavesAfter, quantityFormat),
    average_price:
      formatAveragePrice(update.cumulativeNotional, update.filledAfter, quantityFormat) ?? null,
    fee: formatAmount(update.fee, listing.quote.scale),
  };
}

/** The order that `transaction` made or changed, with its fills; `undefined` when it names none. */
export function fromOrderTransaction(
  transaction: Transaction,
  listing: Listing,
): OrderReplyBody | undefined {
  const orderId = transaction.result;
  let order: OrderBody | undefined;
  const fills: OrderReplyBody["fills"] = [];
  for (const change of transaction.changes) {
    if (change.entity === "trade") {
      if (change.takerOrder === orderId) fills.push(fromFill(change, listing));
    } else if (change.entity === "order" && change.orderId === orderId) {
      order =
        change.change === "updated"
          ? { ...order, ...fromOrderUpdate(change, listing) }
          : fromOrderImage(change, listing);
    }
  }
  if (order === undefined) return undefined;
  return { ...order, fills, duplicate: false, sequence: transaction.sequence };
}

function fromFill(trade: Trade, listing: Listing): OrderReplyBody["fills"][number] {
  return {
    trade_id: trade.tradeId,
    price: formatPrice(trade.price, listing.instrument),
    quantity: formatQuantity(trade.quantity, listing.quantityFormat),
    fee: formatAmount(trade.takerFee, listing.quote.scale),
  };
}

function fromStatus(status: OrderStatus, reason: CancelReason) {
  return {
    status,
    status_name: orderStatusNames[status],
    reason: status === OrderStatus.cancelled ? cancelReasonNames[reason] : null,
  };
}

function fromTerms(order: Pick<OrderImage, "price" | "quantity">, listing: Listing) {
  const { instrument, quantityFormat } = listing;
  return {
    price: order.price === 0 ? null : formatPrice(order.price, instrument),
    quantity: order.quantity === 0 ? null : formatQuantity(order.quantity, quantityFormat),
  };
}
