// Orders of the caller's account: place, look up, replace, cancel.

import type { z } from "zod";
import type { Transaction } from "../../../domain/change.ts";
import { Opcode, OrdersQuery as OrdersKind, QueryKind } from "../../../domain/command.ts";
import { parsePrice, parseQuantity } from "../../../domain/decimal.ts";
import { isFinal, OrderStatus, orderStatusNames } from "../../../domain/order.ts";
import type { OrderImage } from "../../../domain/order.ts";
import { accept, acceptAll, refuse, RejectCode } from "../../../domain/reject.ts";
import type { Parsed } from "../../../domain/reject.ts";
import type { Price, Quantity } from "../../../domain/units.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { OrderReference } from "../../../sessions/queries.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { created, enter, json, listingOf, toHistoryPage, toOrderReference } from "../answers.ts";
import {
  firstOrderReject,
  fromOrderImage,
  fromOrderTransaction,
  isClientOrderId,
  toNewOrder,
} from "../codec.ts";
import type { NewOrderCommand, OrderTexts } from "../codec.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Answer, Route } from "../route.ts";
import {
  MassCancelReply,
  NewOrder,
  OrderAnswer,
  OrderReply,
  Orders,
  OrdersQuery,
  PAGE_MAX,
  ReplaceOrder,
  SymbolQuery,
} from "../schemas.ts";

const PATH = "/api/v1/trading/orders";
const ORDER_PARAMETER = {
  order: "Order id, or `client:` and the client order id, escaped for a path.",
};
const UNKNOWN_ORDER = new Refusal(RejectCode.order_not_found);

export function orderRoutes(venue: Venue): Route[] {
  return [...placingRoutes(venue), ...readingRoutes(venue), ...cancellingRoutes(venue)];
}

function placingRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "POST",
      path: PATH,
      access: ["trade"],
      kind: "command",
      tag: "Trading",
      summary: "Place an order",
      body: NewOrder,
      codeOf: (issues, body) => codeOfOrder(venue, issues, body, (order: OrderTexts) => order),
      replies: {
        201: { description: "The order, with what it traded at once", schema: OrderReply },
        200: { description: "A repetition: the order of the first time", schema: OrderReply },
      },
      handle: ({ caller, body }) => {
        const command = toNewOrder(body, venue.reference);
        if (!command.ok) return new Refusal(command.reject);
        return placeOrder(venue, caller, command.value);
      },
    }),
    defineRoute({
      method: "PATCH",
      path: `${PATH}/{order}`,
      access: ["trade"],
      kind: "command",
      tag: "Trading",
      summary: "Replace price or total quantity of an order",
      params: ORDER_PARAMETER,
      body: ReplaceOrder,
      replies: {
        200: { description: "The order, with what it traded at once", schema: OrderReply },
      },
      handle: ({ caller, params, body }) => {
        const order = toOrderReference(params["order"] ?? "");
        return order === undefined ? UNKNOWN_ORDER : replaceOrder(venue, caller, order, body);
      },
    }),
  ];
}

function readingRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: PATH,
      access: ["read"],
      kind: "query",
      tag: "Trading",
      summary: "List orders, by id",
      query: OrdersQuery,
      replies: { 200: { description: "A page of orders", schema: Orders } },
      handle: ({ caller, query }) => listOrders(venue, caller.account, query),
    }),
    defineRoute({
      method: "GET",
      path: `${PATH}/{order}`,
      access: ["read"],
      kind: "query",
      tag: "Trading",
      summary: "Look up an order",
      params: ORDER_PARAMETER,
      replies: { 200: { description: "The order", schema: OrderAnswer } },
      handle: ({ caller, params }) => {
        const order = toOrderReference(params["order"] ?? "");
        return order === undefined ? UNKNOWN_ORDER : showOrder(venue, caller.account, order);
      },
    }),
  ];
}

function cancellingRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "DELETE",
      path: PATH,
      access: ["trade"],
      kind: "cancel",
      tag: "Trading",
      summary: "Cancel all open orders, or those of one instrument",
      query: SymbolQuery,
      replies: { 200: { description: "What was cancelled", schema: MassCancelReply } },
      handle: ({ caller, query }) => cancelAll(venue, caller, query.symbol),
    }),
    defineRoute({
      method: "DELETE",
      path: `${PATH}/{order}`,
      access: ["trade"],
      kind: "cancel",
      tag: "Trading",
      summary: "Cancel an order",
      params: ORDER_PARAMETER,
      replies: { 200: { description: "The cancelled order", schema: OrderReply } },
      handle: ({ caller, params }) => {
        const order = toOrderReference(params["order"] ?? "");
        return order === undefined ? UNKNOWN_ORDER : cancelOrder(venue, caller, order);
      },
    }),
  ];
}

/** Places an order that was read, and answers with what became of it. */
export function placeOrder(venue: Venue, caller: Caller, command: NewOrderCommand): Answer {
  const clientOrderId = command.text;
  return enter(venue, caller, command, (transaction) =>
    transaction.isDuplicate
      ? answerDuplicate(venue, caller, transaction, clientOrderId)
      : created(orderReply(venue, transaction)),
  );
}

/** Cancels one order; `account` when it is not the caller's own. */
export function cancelOrder(
  venue: Venue,
  caller: Caller,
  order: OrderReference,
  account?: number,
): Answer {
  const target = "orderId" in order ? { orderId: order.orderId } : { text: order.clientOrderId };
  const command = { opcode: Opcode.cancelOrder, instrument: order.instrument, ...target };
  const toAnswer = (transaction: Transaction) => json(orderReply(venue, transaction));
  return enter(venue, caller, command, toAnswer, account);
}

/** Cancels all orders, or those of one instrument; `account` when it is not the caller's own. */
export function cancelAll(
  venue: Venue,
  caller: Caller,
  symbol: string | undefined,
  account?: number,
): Answer {
  const listing = symbol === undefined ? undefined : venue.reference.findListing(symbol);
  if (symbol !== undefined && listing === undefined) {
    return new Refusal(RejectCode.instrument_not_found);
  }
  const instrument = listing?.instrument.instrumentId;
  const command = { opcode: Opcode.massCancel, instrument };
  const toAnswer = ({ changes, hasBacklog, sequence }: Transaction) => {
    const ids = changes.flatMap((change) => (change.entity === "order" ? [change.orderId] : []));
    return json({ order_ids: ids, has_more: hasBacklog, sequence });
  };
  return enter(venue, caller, command, toAnswer, account);
}

/** What the engine knows whole. */
const LIVE_STATUSES: ReadonlySet<string> = new Set(["open", "pending", "partially_filled"]);

/** Lists orders of an account: the open ones out of the engine, all else out of the history. */
export async function listOrders(
  venue: Venue,
  account: number,
  query: z.output<typeof OrdersQuery>,
): Promise<Response | Refusal> {
  const { symbol, status, from_us: fromUs, to_us: toUs } = query;
  const listing = symbol === undefined ? undefined : venue.reference.findListing(symbol);
  if (symbol !== undefined && listing === undefined) {
    return new Refusal(RejectCode.instrument_not_found);
  }
  const instrument = listing?.instrument.instrumentId;
  const isDated = fromUs !== undefined || toUs !== undefined;
  return LIVE_STATUSES.has(status) && !isDated
    ? listLiveOrders(venue, account, instrument, query)
    : listPastOrders(venue, account, instrument, query);
}

async function listPastOrders(
  venue: Venue,
  account: number,
  instrument: number | undefined,
  query: z.output<typeof OrdersQuery>,
): Promise<Response | Refusal> {
  const filter = { instrument, statuses: toStatuses(query.status) };
  const answer = await venue.history.orders(account, filter, toHistoryPage(query));
  if (!answer.ok) return new Refusal(answer.reject);
  const { values, sequence, nextAfter } = answer.value;
  const orders = values.map((image) => fromOrderImage(image, listingOf(venue, image.instrument)));
  return json({ orders, next_after: nextAfter ?? null, as_of_sequence: sequence });
}

/** The statuses that a filter means; undefined: all. */
function toStatuses(filter: z.output<typeof OrdersQuery>["status"]): OrderStatus[] | undefined {
  if (filter === "all") return undefined;
  const statuses = Object.values(OrderStatus);
  if (filter === "open") return statuses.filter((status) => !isFinal(status));
  return statuses.filter((status) => orderStatusNames[status] === filter);
}

async function listLiveOrders(
  venue: Venue,
  account: number,
  instrument: number | undefined,
  query: z.output<typeof OrdersQuery>,
): Promise<Response | Refusal> {
  const answer = await venue.queries.ask({
    opcode: QueryKind.orders,
    account,
    instrument,
    orderId: query.after,
    // One status alone is looked for among as many orders as a page may have.
    quantity: query.status === "open" ? query.limit : PAGE_MAX,
    kind: OrdersKind.open,
  });
  if (answer.code !== 0) return new Refusal(answer.code);
  const images = answer.changes.flatMap((change) =>
    change.entity === "order" && change.change === "image" ? [change] : [],
  );
  return json({ ...toPage(venue, images, query), as_of_sequence: answer.sequence });
}

function toPage(
  venue: Venue,
  images: readonly OrderImage[],
  { status, limit }: z.output<typeof OrdersQuery>,
) {
  const isWhole = status === "open";
  const isFull = images.length === (isWhole ? limit : PAGE_MAX);
  const orders: object[] = [];
  let lastId: number | undefined;
  for (const image of images) {
    if (orders.length === limit) return { orders, next_after: lastId ?? null };
    lastId = image.orderId;
    if (!isWhole && orderStatusNames[image.status] !== status) continue;
    orders.push(fromOrderImage(image, listingOf(venue, image.instrument)));
  }
  return { orders, next_after: isFull ? (lastId ?? null) : null };
}

/**
 * Shows one order of an account: as the engine knows it whole, or out of the history; of one that
 * is not there, what the engine still keeps.
 */
export async function showOrder(
  venue: Venue,
  account: number,
  order: OrderReference,
): Promise<Response | Refusal> {
  const answer = await venue.queries.askOrder(account, order);
  if (answer.code !== 0 && answer.code !== RejectCode.order_not_found) {
    return new Refusal(answer.code);
  }
  const [change] = answer.changes;
  const image = change?.entity === "order" && change.change !== "updated" ? change : undefined;
  if (image === undefined || image.isRetained) {
    const past = await showPastOrder(venue, account, order, image);
    if (past !== undefined) return past;
  }
  if (image === undefined || isElsewhere(image, order)) return UNKNOWN_ORDER;
  const clientOrderId = "clientOrderId" in order ? order.clientOrderId : undefined;
  const body = fromOrderImage(image, listingOf(venue, image.instrument), clientOrderId);
  return json({ ...body, as_of_sequence: answer.sequence });
}

/** Undefined when the engine's `image` is all that there is. */
async function showPastOrder(
  venue: Venue,
  account: number,
  order: OrderReference,
  image: OrderImage | undefined,
): Promise<Response | Refusal | undefined> {
  if (!venue.history.isKept) return undefined;
  const found = await venue.history.findOrder(account, image ?? order);
  if (!found.ok) return image === undefined ? new Refusal(found.reject) : undefined;
  const [past] = found.value.values;
  // A history that is behind has not heard of its end.
  const isBehind = past !== undefined && image !== undefined && past.status !== image.status;
  if (past === undefined || isBehind) return undefined;
  if (isElsewhere(past, order)) return UNKNOWN_ORDER;
  const body = fromOrderImage(past, listingOf(venue, past.instrument));
  return json({ ...body, as_of_sequence: found.value.sequence });
}

function isElsewhere({ instrument }: OrderImage, order: OrderReference): boolean {
  return order.instrument !== undefined && instrument !== order.instrument;
}

function replaceOrder(
  venue: Venue,
  caller: Caller,
  order: OrderReference,
  body: z.output<typeof ReplaceOrder>,
): Answer {
  if (body.price === undefined && body.quantity === undefined) {
    const errors = [{ field: "", detail: "Give price, quantity or both" }];
    return new Refusal(RejectCode.malformed_request, { errors });
  }
  const found = venue.queries.findOrderNow(caller.account, order);
  const [image] = found.changes;
  if (image?.entity !== "order" || image.change === "updated") {
    const code = found.code === 0 ? RejectCode.order_not_found : found.code;
    return new Refusal(firstOrderReject(code, body, undefined));
  }
  const terms = readReplacement(venue, image, body);
  if (!terms.ok) return new Refusal(terms.reject);
  const [price, quantity] = terms.value;
  const { orderId } = image;
  const clientOrderId = body.client_order_id;
  const command = { opcode: Opcode.replaceOrder, orderId, price, quantity, text: clientOrderId };
  const toAnswer = (transaction: Transaction) =>
    transaction.isDuplicate
      ? answerDuplicate(venue, caller, transaction, clientOrderId)
      : json(orderReply(venue, transaction));
  return enter(venue, caller, command, toAnswer);
}

/**
 * Price and total quantity after a replace. The engine takes both: what the body leaves out stays
 * as it is, which of a final order is not known any more.
 */
function readReplacement(
  venue: Venue,
  image: OrderImage,
  { price, quantity, client_order_id: clientOrderId }: z.output<typeof ReplaceOrder>,
): Parsed<[Price, Quantity]> {
  const { instrument, quantityFormat } = listingOf(venue, image.instrument);
  const isPartial = price === undefined || quantity === undefined;
  const isKnown = !isPartial || !isFinal(image.status);
  const isNamed = clientOrderId === undefined || isClientOrderId(clientOrderId);
  const read = acceptAll<[Price, Quantity, true, true]>(
    price === undefined ? accept(image.price) : parsePrice(price, instrument),
    quantity === undefined ? accept(image.quantity) : parseQuantity(quantity, quantityFormat),
    isNamed ? accept(true) : refuse(RejectCode.client_order_id_invalid),
    isKnown ? accept(true) : refuse(RejectCode.order_already_final),
  );
  return read.ok ? accept([read.value[0], read.value[1]]) : read;
}

/** What a transaction made of its order. */
function orderReply(venue: Venue, transaction: Transaction): object {
  const reply = fromOrderTransaction(transaction, listingOf(venue, transaction.instrument));
  if (reply === undefined) throw new Error(`transaction ${transaction.sequence} has no order`);
  return reply;
}

/** Nothing was executed: answers with the order that the first command made. */
async function answerDuplicate(
  venue: Venue,
  caller: Caller,
  { result, sequence }: Transaction,
  clientOrderId: string | undefined,
): Promise<Response | Refusal> {
  const answer = await venue.queries.askOrder(caller.account, { orderId: result });
  if (answer.code !== 0) return new Refusal(answer.code, { members: { sequence } }, "engine");
  const body = imageBody(venue, answer, clientOrderId);
  return json({ ...body, fills: [], duplicate: true, sequence });
}

function imageBody(venue: Venue, answer: Transaction, clientOrderId: string | undefined): object {
  const [image] = answer.changes;
  if (image?.entity !== "order" || image.change === "updated") {
    throw new Error("an answer about an order has no image of it");
  }
  return fromOrderImage(image, listingOf(venue, image.instrument), clientOrderId);
}

/** Fields of all shapes of orders whose words have a code of their own. */
const WORD_FIELDS: ReadonlySet<PropertyKey> = new Set([
  ...["side", "direction", "type", "order_type", "time_in_force"],
  ...["time_condition", "volume_condition"],
  ...["self_trade_prevention", "self_trade_prevention_mode"],
]);

/**
 * The code of an order that does not match its schema: when all that is wrong there are words that
 * this venue does not know, the first of everything that is wrong; else `malformed_request`.
 */
export function codeOfOrder<Body>(
  venue: Venue,
  issues: readonly z.core.$ZodIssue[],
  body: unknown,
  toOrder: (body: Body) => OrderTexts,
): RejectCode {
  const isWord = ({ code, path: [field = ""] }: z.core.$ZodIssue): boolean =>
    code === "invalid_value" &&
    WORD_FIELDS.has(field) &&
    typeof readField(body, field) === "string";
  if (!issues.every(isWord)) return RejectCode.malformed_request;
  // why: it matches but for words, in whose place there are other texts
  const order = toNewOrder(toOrder(body as Body), venue.reference);
  return order.ok ? RejectCode.malformed_request : order.reject;
}

function readField(body: unknown, field: PropertyKey): unknown {
  if (typeof body !== "object" || body === null) return undefined;
  const entry = Object.entries(body).find(([name]) => name === field);
  return entry?.[1];
}
