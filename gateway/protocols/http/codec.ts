// Bodies → commands and changes → bodies. Only what cannot be said in ticks and lots is judged
// here, in the order in which the engine judges the rest.

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
import { accept, refuse, rejectByNumber, RejectCode } from "../../domain/reject.ts";
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
  const misfit = listing === undefined ? RejectCode.instrument_not_found : findMisfit(body);
  if (listing === undefined || misfit !== undefined) {
    return refuse(firstReject(misfit ?? RejectCode.instrument_not_found, body, listing));
  }
  const order = readNewOrder(body, listing);
  return order.ok ? order : refuse(firstReject(order.reject, body, listing));
}

function readNewOrder(body: NewOrderBody, listing: Listing): Parsed<NewOrderCommand> {
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

/** Numbers of an order body. */
type NumberTexts = Partial<Pick<NewOrderBody, "price" | "quantity" | "quote_quantity">>;

/**
 * The code that comes first in the order of checks, of the one found and those of the numbers.
 *
 * `listing`: without it a number can only be malformed. Cost: reads the numbers again, for a
 * refusal.
 */
export function firstReject(
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
  const codes = parsed.flatMap((each) => (each.ok ? [] : [each.reject]));
  return codes.reduce(
    (first, code) =>
      rejectByNumber[code].precedence < rejectByNumber[first].precedence ? code : first,
    found,
  );
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
  const terms = update ?? image;
  if (terms === undefined) return undefined;
  const progress = update === undefined ? image : toProgress(update);
  if (progress === undefined) return undefined;
  const document = toDocument(listing, terms, progress, image);
  document.fills = fills;
  document.duplicate = false;
  document.sequence = transaction.sequence;
  return document;
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
    self_trade_prevention: image && "EXPIRE_TAKER",
    price: price === 0 ? null : formatPrice(price, instrument),
    quantity: quantity === 0 ? null : whole,
    quote_quantity: image && quoteQuantityOf(image, quote.scale),
    filled: filled === quantity ? whole : formatQuantity(filled, quantityFormat),
    leaves: leaves === quantity ? whole : formatQuantity(leaves, quantityFormat),
    average_price: average ?? null,
    fee: formatAmount(terms.fee, quote.scale),
    created_at_us: image?.createdAtUs,
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
