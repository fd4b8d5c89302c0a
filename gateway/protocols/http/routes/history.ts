// The past: the changes of one order, all trades of an instrument, the movements of a balance.
// Lists of orders and own trades are beside what they are the past of.

import type { z } from "zod";
import { Opcode } from "../../../domain/command.ts";
import {
  formatAmount,
  formatAveragePrice,
  formatPrice,
  formatQuantity,
} from "../../../domain/decimal.ts";
import {
  cancelReasonNames,
  orderCauseNames,
  OrderStatus,
  orderStatusNames,
} from "../../../domain/order.ts";
import { RejectCode } from "../../../domain/reject.ts";
import type { BalanceChange, OrderEvent } from "../../../sessions/history.ts";
import type { OrderReference } from "../../../sessions/queries.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import {
  fromPageEnd,
  json,
  listingOf,
  onAccount,
  onListing,
  toHistoryPage,
  toOrderReference,
} from "../answers.ts";
import {
  BalanceChanges,
  BalanceChangesQuery,
  OrderEvents,
  OrderEventsQuery,
  PastTrades,
  PastTradesQuery,
} from "../history-schemas.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { toPublicTrade } from "./market.ts";

const UNKNOWN_ORDER = new Refusal(RejectCode.order_not_found);

export function historyRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/api/v1/trading/orders/{order}/events",
      access: ["read"],
      kind: "query",
      tag: "Trading",
      summary: "Every change of an order",
      params: { order: "Order id, or `client:` and the client order id, escaped for a path." },
      query: OrderEventsQuery,
      replies: { 200: { description: "A page of changes", schema: OrderEvents } },
      handle: ({ caller, params, query }) => {
        const order = toOrderReference(params["order"] ?? "");
        if (order === undefined) return UNKNOWN_ORDER;
        return listEvents(venue, caller.account, order, query);
      },
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/data/history/{symbol}/trades",
      access: [],
      kind: "query",
      tag: "Market data",
      summary: "All trades of an instrument, newest first",
      params: { symbol: "Symbol of an instrument, or an alias of it." },
      query: PastTradesQuery,
      replies: { 200: { description: "A page of trades", schema: PastTrades } },
      handle: ({ params, query }) =>
        onListing(venue, params, (listing) => listTrades(venue, listing, query)),
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/accounts/{account}/balance-changes",
      access: ["read", "admin"],
      kind: "query",
      tag: "Accounts",
      summary: "What changed the balances of an account, newest first",
      params: { account: "Account id, or `me`." },
      query: BalanceChangesQuery,
      replies: { 200: { description: "A page of changes", schema: BalanceChanges } },
      handle: ({ caller, params, query }) =>
        onAccount(caller, params, (account) => listBalanceChanges(venue, account, query)),
    }),
  ];
}

async function listEvents(
  venue: Venue,
  account: number,
  named: OrderReference,
  query: z.output<typeof OrderEventsQuery>,
): Promise<Response | Refusal> {
  const { history, queries } = venue;
  // The engine knows every client order id that an order has had; the history its last one.
  const known = "orderId" in named ? undefined : await queries.askOrder(account, named);
  const [image] = known?.changes ?? [];
  const found = await history.findOrder(account, image?.entity === "order" ? image : named);
  if (!found.ok) return new Refusal(found.reject);
  const [order] = found.value.values;
  if (order === undefined) return UNKNOWN_ORDER;
  const answer = await history.events(order.orderId, toHistoryPage(query));
  if (!answer.ok) return new Refusal(answer.reject);
  const listing = listingOf(venue, order.instrument);
  return json({
    order_id: order.orderId,
    symbol: listing.instrument.symbol,
    events: answer.value.values.map((event) => fromEvent(event, listing)),
    ...fromPageEnd(answer.value),
  });
}

function fromEvent(event: OrderEvent, { instrument, quote, quantityFormat }: Listing) {
  const { status, reason, price, quantity, filled, cumulativeNotional } = event;
  return {
    sequence: event.sequence,
    sub: event.sub,
    at_us: event.timeUs,
    cause: event.cause === 0 ? "created" : orderCauseNames[event.cause],
    status,
    status_name: orderStatusNames[status],
    reason: status === OrderStatus.cancelled ? cancelReasonNames[reason] : null,
    client_order_id: event.clientOrderId,
    price: price === 0 ? null : formatPrice(price, instrument),
    quantity: quantity === 0 ? null : formatQuantity(quantity, quantityFormat),
    filled: formatQuantity(filled, quantityFormat),
    leaves: formatQuantity(event.leaves, quantityFormat),
    average_price:
      formatAveragePrice(cumulativeNotional, filled, quantityFormat, instrument) ?? null,
    fee: formatAmount(event.fee, quote.scale),
  };
}

async function listTrades(
  { history }: Venue,
  listing: Listing,
  query: z.output<typeof PastTradesQuery>,
): Promise<Response | Refusal> {
  const { instrumentId, symbol } = listing.instrument;
  const answer = await history.trades(instrumentId, toHistoryPage(query));
  if (!answer.ok) return new Refusal(answer.reject);
  const trades = answer.value.values.map((trade) => toPublicTrade(trade, listing));
  return json({ symbol, trades, ...fromPageEnd(answer.value) });
}

async function listBalanceChanges(
  venue: Venue,
  account: number,
  query: z.output<typeof BalanceChangesQuery>,
): Promise<Response | Refusal> {
  const { history, reference } = venue;
  const { currency: code } = query;
  const currency = code === undefined ? undefined : reference.findCurrency(code);
  if (code !== undefined && currency === undefined) {
    return new Refusal(RejectCode.currency_not_found);
  }
  const page = toHistoryPage(query);
  const answer = await history.balanceChanges(account, currency?.currencyId, page);
  if (!answer.ok) return new Refusal(answer.reject);
  const changes = answer.value.values.map((change) => fromBalanceChange(venue, change));
  return json({ changes, ...fromPageEnd(answer.value) });
}

function fromBalanceChange({ reference }: Venue, change: BalanceChange) {
  const { balance, opcode, sequence, timeUs } = change;
  const currency = reference.currencyOf(balance.currency);
  if (currency === undefined) throw new Error(`currency ${balance.currency} is not known`);
  const { code, scale } = currency;
  return {
    sequence,
    at_us: timeUs,
    command: commandNames.get(opcode) ?? "unknown",
    currency: code,
    available_before: formatAmount(balance.availableBefore, scale),
    available_after: formatAmount(balance.availableAfter, scale),
    frozen_before: formatAmount(balance.frozenBefore, scale),
    frozen_after: formatAmount(balance.frozenAfter, scale),
  };
}

/** Opcode → its name as clients write names. */
const commandNames: ReadonlyMap<number, string> = new Map(
  Object.entries(Opcode).map(([name, opcode]) => [
    opcode,
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
);
