// Bodies → commands and changes → bodies. A number that cannot be said in ticks or lots is judged
// here, and with it the engine's checks that come before such a number; all else by the engine.

import type { Transaction, Trade } from "../../domain/change.ts";
import { isIdText, Opcode } from "../../domain/command.ts";
import type { CommandFields } from "../../domain/command.ts";
import {
  formatAmount,
  formatAveragePrice,
  formatPrice,
  formatQuantity,
  parseAmount,
  parseDecimal,
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
import { accept, firstReject, refuse, RejectCode } from "../../domain/reject.ts";
import type { Parsed } from "../../domain/reject.ts";
import type { Listing, ReferenceData } from "../../sessions/reference-data.ts";
import type {
  OrderBody,
  OrderReplyBody,
  OrderTypeName,
  SideName,
  TimeInForceName,
} from "./schemas.ts";

const SIDES: ReadonlyMap<string, Side> = new Map([
  ["BUY", Side.buy],
  ["SELL", Side.sell],
]);
const ORDER_TYPES: ReadonlyMap<string, OrderType> = new Map([
  ["LIMIT", OrderType.limit],
  ["MARKET", OrderType.market],
]);
const TIMES_IN_FORCE: ReadonlyMap<string, TimeInForce> = new Map([
  ["GTC", TimeInForce.gtc],
  ["IOC", TimeInForce.ioc],
  ["FOK", TimeInForce.fok],
  ["GTX", TimeInForce.postOnly],
]);
const EXPIRE_TAKER = "EXPIRE_TAKER";

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

/** An order as texts. Its words may be none of ours: they are judged with the rest. */
export interface OrderTexts {
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
  readonly time_in_force?: string | undefined;
  readonly price?: string | undefined;
  readonly quantity?: string | undefined;
  readonly quote_quantity?: string | undefined;
  readonly client_order_id?: string | undefined;
  readonly self_trade_prevention?: string | undefined;
}

/**
 * Reads an order. Errors: malformed_number, and those of the engine's form checks; of all that is
 * wrong the one that comes first in the order of checks.
 */
export function toNewOrder(order: OrderTexts, reference: ReferenceData): Parsed<NewOrderCommand> {
  const listing = reference.findListing(order.symbol);
  const read =
    listing === undefined ? refuse(RejectCode.instrument_not_found) : readNewOrder(order, listing);
  return read.ok ? read : refuse(firstOrderReject(read.reject, order, listing));
}

/** Reads in the order of the engine's form checks, and stops at the first that fails. */
function readNewOrder(order: OrderTexts, listing: Listing): Parsed<NewOrderCommand> {
  const command = readTerms(order, listing);
  if (!command.ok) return command;
  if (order.price !== undefined) {
    const price = parsePrice(order.price, listing.instrument);
    if (!price.ok) return price;
    command.value.price = price.value;
  }
  if (order.quantity !== undefined) {
    const quantity = parseQuantity(order.quantity, listing.quantityFormat);
    if (!quantity.ok) return quantity;
    command.value.quantity = quantity.value;
  }
  if (order.quote_quantity !== undefined) {
    const amount = parseAmount(order.quote_quantity, listing.quote.scale);
    if (!amount.ok) return amount;
    if (amount.value === 0n) return refuse(RejectCode.amount_out_of_range);
    command.value.amount = amount.value;
  }
  return command;
}

/** The order without its numbers, once its fields go together. */
function readTerms(order: OrderTexts, { instrument }: Listing): Parsed<NewOrderCommand> {
  const { price, quantity, quote_quantity: budget, client_order_id: clientOrderId } = order;
  const side = SIDES.get(order.side);
  if (side === undefined) return refuse(RejectCode.side_invalid);
  const orderType = ORDER_TYPES.get(order.type);
  const isMarket = orderType === OrderType.market;
  if (orderType === OrderType.limit && price === undefined) {
    return refuse(RejectCode.price_required);
  }
  if (isMarket && price !== undefined) return refuse(RejectCode.price_forbidden);
  const mayBudget = isMarket && side === Side.buy;
  const hasBudget = budget !== undefined;
  if ((quantity === undefined) !== hasBudget || (hasBudget && !mayBudget)) {
    return refuse(RejectCode.quantity_required);
  }
  const timeInForce = TIMES_IN_FORCE.get(order.time_in_force ?? (isMarket ? "IOC" : "GTC"));
  if (timeInForce === undefined || (isMarket && timeInForce !== TimeInForce.ioc)) {
    return refuse(RejectCode.time_in_force_unsupported);
  }
  if (orderType === undefined) return refuse(RejectCode.order_type_unsupported);
  const prevention = order.self_trade_prevention;
  if (prevention !== undefined && prevention !== EXPIRE_TAKER) {
    return refuse(RejectCode.self_trade_prevention_unsupported);
  }
  if (clientOrderId !== undefined && !isClientOrderId(clientOrderId)) {
    return refuse(RejectCode.client_order_id_invalid);
  }
  return accept({
    opcode: Opcode.newOrder,
    instrument: instrument.instrumentId,
    side,
    orderType,
    timeInForce,
    kind: prevention === undefined ? undefined : SelfTradePrevention.expireTaker,
    text: clientOrderId,
  });
}

/** Numbers of an order. */
type NumberTexts = Pick<OrderTexts, "price" | "quantity" | "quote_quantity">;

/**
 * Of the code that was found and those of the numbers, the one that comes first in the order of
 * checks.
 *
 * `listing`: without it a number can only be malformed. Cost: reads the numbers again, for a
 * refusal.
 */
export function firstOrderReject(
  found: RejectCode,
  { price, quantity, quote_quantity: budget }: NumberTexts,
  listing: Listing | undefined,
): RejectCode {
  const parsed: Parsed<unknown>[] = [price, quantity, budget].map((text = "0") =>
    parseDecimal(text),
  );
  if (listing !== undefined) {
    const { instrument, quantityFormat, quote } = listing;
    if (price !== undefined) parsed.push(parsePrice(price, instrument));
    if (quantity !== undefined) parsed.push(parseQuantity(quantity, quantityFormat));
    if (budget !== undefined) parsed.push(parseAmount(budget, quote.scale));
  }
  return firstReject(found, ...parsed.flatMap((each) => (each.ok ? [] : [each.reject])));
}

/** `ob-` names orders by id and is not the client's to give. */
export function isClientOrderId(text: string): boolean {
  return isIdText(text) && !text.startsWith("ob-");
}

/** An order with what an answer adds to it. Fields left `undefined` are not written. */
export interface OrderDocument extends OrderBody {
  fills?: OrderReplyBody["fills"] | undefined;
  duplicate?: boolean | undefined;
  sequence?: number | undefined;
}

/**
 * An order as it stands. `clientOrderId` when the caller named it so: a retained order forgot it.
 */
export function fromOrderImage(
  image: OrderImage,
  listing: Listing,
  clientOrderId?: string,
): OrderDocument {
  if (!image.isRetained) return toDocument(listing, image, image, image);
  const { status, reason } = image;
  return {
    order_id: image.orderId,
    client_order_id: clientOrderId,
    symbol: listing.instrument.symbol,
    status,
    status_name: orderStatusNames[status],
    reason: reasonOf(status, reason),
    filled: formatQuantity(image.filled, listing.quantityFormat),
    retained: true,
  };
}

/** The order that `transaction` made or changed, with its fills; `undefined` when it names none. */
export function fromOrderTransaction(
  transaction: Transaction,
  listing: Listing,
): OrderDocument | undefined {
  const orderId = transaction.result;
  let image: OrderImage | undefined;
  let update: OrderUpdate | undefined;
  const fills: OrderReplyBody["fills"] = [];
  for (const change of transaction.changes) {
    if (change.entity === "trade") {
      if (change.takerOrder === orderId) fills.push(fromFill(change, listing));
    } else if (change.entity === "order" && change.orderId === orderId) {
      if (change.change === "updated") update = change;
      else image = change;
    }
  }
  const document = fromOrderChange(image, update, listing);
  if (document === undefined) return undefined;
  document.fills = fills;
  document.duplicate = false;
  document.sequence = transaction.sequence;
  return document;
}

/** An order after one command: `image` when it is new, `update` when something moved it. */
export function fromOrderChange(
  image: OrderImage | undefined,
  update: OrderUpdate | undefined,
  listing: Listing,
): OrderDocument | undefined {
  const terms = update ?? image;
  const progress = update === undefined ? image : toProgress(update);
  if (terms === undefined || progress === undefined) return undefined;
  return toDocument(listing, terms, progress, image);
}

/** What images and updates name alike. */
type Terms = Pick<
  OrderImage,
  "orderId" | "side" | "price" | "quantity" | "cumulativeNotional" | "fee" | "clientOrderId"
>;
type Progress = Pick<OrderImage, "status" | "reason" | "filled" | "leaves">;

function toProgress(update: OrderUpdate): Progress {
  const { statusAfter, reason, filledAfter, leavesAfter } = update;
  return { status: statusAfter, reason, filled: filledAfter, leaves: leavesAfter };
}

/**
 * Writes an order. What only an image tells is left out without one.
 *
 * Cost: one object, in one literal: this is on the order path.
 */
function toDocument(
  listing: Listing,
  terms: Terms,
  { status, reason, filled, leaves }: Progress,
  image: OrderImage | undefined,
): OrderDocument {
  const { instrument, quote, quantityFormat } = listing;
  const { price, quantity, cumulativeNotional } = terms;
  const average = formatAveragePrice(cumulativeNotional, filled, quantityFormat, instrument);
  const whole = formatQuantity(quantity, quantityFormat);
  return {
    order_id: terms.orderId,
    client_order_id: terms.clientOrderId,
    symbol: instrument.symbol,
    status,
    status_name: orderStatusNames[status],
    reason: reasonOf(status, reason),
    side: terms.side === 0 ? undefined : sideText[terms.side],
    type: image && image.orderType !== 0 ? orderTypeText[image.orderType] : undefined,
    time_in_force:
      image && image.timeInForce !== 0 ? timeInForceText[image.timeInForce] : undefined,
    self_trade_prevention: image && EXPIRE_TAKER,
    price: price === 0 ? null : formatPrice(price, instrument),
    quantity: quantity === 0 ? null : whole,
    quote_quantity: image && quoteQuantityOf(image, quote.scale),
    filled: filled === quantity ? whole : formatQuantity(filled, quantityFormat),
    leaves: leaves === quantity ? whole : formatQuantity(leaves, quantityFormat),
    average_price: average ?? null,
    fee: formatAmount(terms.fee, quote.scale),
    // 0: it was made before the history began.
    created_at_us: image?.createdAtUs || undefined,
    fills: undefined,
    duplicate: undefined,
    sequence: undefined,
  };
}

function quoteQuantityOf({ quoteQuantity }: OrderImage, scale: number): string | null {
  return quoteQuantity === 0n ? null : formatAmount(quoteQuantity, scale);
}

function reasonOf(status: OrderStatus, reason: CancelReason): string | null {
  return status === OrderStatus.cancelled ? cancelReasonNames[reason] : null;
}

function fromFill(trade: Trade, listing: Listing): OrderReplyBody["fills"][number] {
  return {
    trade_id: trade.tradeId,
    price: formatPrice(trade.price, listing.instrument),
    quantity: formatQuantity(trade.quantity, listing.quantityFormat),
    fee: formatAmount(trade.takerFee, listing.quote.scale),
  };
}
