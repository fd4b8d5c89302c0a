// Own trades, out of the history, and what an account holds now.

import type { z } from "zod";
import { QueryKind } from "../../../domain/command.ts";
import { formatAmount, formatPrice, formatQuantity } from "../../../domain/decimal.ts";
import { Side } from "../../../domain/order.ts";
import { RejectCode } from "../../../domain/reject.ts";
import { toAmount } from "../../../domain/units.ts";
import type { DatedTrade } from "../../../sessions/recent-trades.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { fromPageEnd, json, listingOf, toHistoryPage } from "../answers.ts";
import { sideText } from "../codec.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { OwnTrades, OwnTradesQuery } from "../history-schemas.ts";
import { Positions } from "../schemas.ts";

export function tradeRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/api/v1/trading/trades",
      access: ["read"],
      kind: "query",
      tag: "Trading",
      summary: "Own trades, newest first",
      query: OwnTradesQuery,
      replies: { 200: { description: "A page of trades", schema: OwnTrades } },
      handle: ({ caller, query }) => listOwnTrades(venue, caller.account, query),
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/trading/positions",
      access: ["read"],
      kind: "query",
      tag: "Trading",
      summary: "What the account holds of each instrument's base currency",
      replies: { 200: { description: "Positions", schema: Positions } },
      handle: ({ caller }) => showPositions(venue, caller.account),
    }),
  ];
}

async function listOwnTrades(
  venue: Venue,
  account: number,
  query: z.output<typeof OwnTradesQuery>,
): Promise<Response | Refusal> {
  const { symbol } = query;
  const listing = symbol === undefined ? undefined : venue.reference.findListing(symbol);
  if (symbol !== undefined && listing === undefined) {
    return new Refusal(RejectCode.instrument_not_found);
  }
  const instrument = listing?.instrument.instrumentId;
  const answer = await venue.history.ownTrades(account, instrument, toHistoryPage(query));
  if (!answer.ok) return new Refusal(answer.reject);
  const trades = answer.value.values.map((dated) =>
    toOwnTrade(dated, account, listingOf(venue, dated.trade.instrument)),
  );
  return json({ trades, ...fromPageEnd(answer.value) });
}

/** A trade as one of its two accounts sees it. */
export function toOwnTrade(
  { trade, sequence, timeUs }: DatedTrade,
  account: number,
  listing: Listing,
) {
  const isTaker = trade.takerAccount === account;
  const makerSide = trade.takerSide === Side.buy ? Side.sell : Side.buy;
  return {
    trade_id: trade.tradeId,
    symbol: listing.instrument.symbol,
    order_id: isTaker ? trade.takerOrder : trade.makerOrder,
    side: sideText[isTaker ? trade.takerSide : makerSide],
    role: isTaker ? "taker" : "maker",
    price: formatPrice(trade.price, listing.instrument),
    quantity: formatQuantity(trade.quantity, listing.quantityFormat),
    notional: formatAmount(trade.notional, listing.quote.scale),
    fee: formatAmount(isTaker ? trade.takerFee : trade.makerFee, listing.quote.scale),
    fee_currency: listing.quote.code,
    sequence,
    traded_at_us: timeUs,
  };
}

async function showPositions(venue: Venue, account: number): Promise<Response | Refusal> {
  const answer = await venue.queries.ask({ opcode: QueryKind.balances, account });
  if (answer.code !== 0) return new Refusal(answer.code);
  const positions = venue.reference.listings().flatMap(({ instrument, base }) =>
    answer.changes.flatMap((change) => {
      if (change.entity !== "balance" || change.currency !== base.currencyId) return [];
      const total = toAmount(change.availableAfter + change.frozenAfter);
      return [
        {
          symbol: instrument.symbol,
          currency: base.code,
          quantity: formatAmount(total, base.scale),
          available: formatAmount(change.availableAfter, base.scale),
          frozen: formatAmount(change.frozenAfter, base.scale),
        },
      ];
    }),
  );
  return json({ positions, as_of_sequence: answer.sequence });
}
