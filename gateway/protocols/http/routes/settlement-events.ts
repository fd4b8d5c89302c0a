// What each trade moved (rules 6.3): of an account its own legs and fees, for an operator all of
// them. Made of the trades in the history, as the settlement stage makes them of the change log.

import type { z } from "zod";
import { formatAmount } from "../../../domain/decimal.ts";
import { RejectCode } from "../../../domain/reject.ts";
import { isAllowed } from "../../../sessions/authenticator.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { Venue } from "../../../sessions/venue.ts";
import {
  type DatedTrade,
  type Leg,
  type SettlementEvent,
  toSettlementEvent,
} from "../../../stages/settlement/settlement-event.ts";
import { fromPageEnd, json, listingOf, onAccount, toHistoryPage } from "../answers.ts";
import {
  SettlementEvents,
  SettlementEventsQuery,
  VenueSettlementEventsQuery,
} from "../history-schemas.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";

const REPLIES = { 200: { description: "A page of events", schema: SettlementEvents } };
const UNKNOWN_INSTRUMENT = new Refusal(RejectCode.instrument_not_found);

export function settlementEventRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/api/v1/accounts/{account}/settlement-events",
      access: ["read", "admin"],
      kind: "query",
      tag: "Accounts",
      summary: "What trades moved for an account, newest first",
      params: { account: "Account id, or `me`." },
      query: SettlementEventsQuery,
      replies: REPLIES,
      handle: ({ caller, params, query }) =>
        onAccount(caller, params, (account) => list(venue, caller, account, query)),
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/admin/settlement-events",
      access: ["admin"],
      kind: "query",
      tag: "Administration",
      summary: "What all trades of an instrument moved, newest first",
      query: VenueSettlementEventsQuery,
      replies: REPLIES,
      handle: ({ caller, query }) => list(venue, caller, undefined, query),
    }),
  ];
}

/** Of an account, or of a whole instrument. */
async function list(
  venue: Venue,
  caller: Caller,
  account: number | undefined,
  query: z.output<typeof SettlementEventsQuery>,
): Promise<Response | Refusal> {
  const { history } = venue;
  const { symbol, trade_id: tradeId } = query;
  const listing = symbol === undefined ? undefined : venue.reference.findListing(symbol);
  if (symbol !== undefined && listing === undefined) return UNKNOWN_INSTRUMENT;
  const instrument = listing?.instrument.instrumentId;
  const page = toHistoryPage(query);
  const asked =
    instrument !== undefined && tradeId !== undefined
      ? history.trade(instrument, tradeId)
      : account === undefined
        ? history.trades(instrument ?? 0, page)
        : history.ownTrades(account, instrument, page);
  const found = await asked;
  if (!found.ok) return new Refusal(found.reject);
  const seenBy = isAllowed(caller, "admin") ? undefined : account;
  const events = found.value.values
    .filter((dated) => account === undefined || isIn(dated, account))
    .map((dated) => showEvent(venue, dated, seenBy));
  return json({ events, ...fromPageEnd(found.value) });
}

function isIn({ trade }: DatedTrade, account: number): boolean {
  return trade.takerAccount === account || trade.makerAccount === account;
}

/** `seenBy`: undefined is an operator. */
function showEvent(venue: Venue, dated: DatedTrade, seenBy: number | undefined) {
  const { reference } = venue;
  const findTerms = (id: number) => reference.listingOf(id)?.instrument;
  const event: SettlementEvent = toSettlementEvent(dated, findTerms);
  const { base, quote, instrument } = listingOf(venue, event.instrument);
  // Of the other side a client learns nothing (rules 7.3).
  const toLegs = (legs: readonly Leg[]) =>
    legs
      .filter(({ account }) => seenBy === undefined || account === seenBy)
      .map(({ account, currency, amount }) => {
        const { code, scale } = currency === base.currencyId ? base : quote;
        return { account, currency: code, amount: formatAmount(amount, scale) };
      });
  return {
    trade_id: event.tradeId,
    symbol: instrument.symbol,
    sequence: event.sequence,
    legs: toLegs(event.legs),
    fees: toLegs(event.fees),
    settled_at_us: event.settledAtUs,
  };
}
