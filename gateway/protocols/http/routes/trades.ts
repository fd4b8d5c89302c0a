// Own trades and holdings, as far as they can be told without a history: trades since the start of
// the process, a bounded number, and what an account holds now.

import type { Trade } from "../../../domain/change.ts";
import { QueryKind } from "../../../domain/command.ts";
import { formatAmount, formatPrice, formatQuantity } from "../../../domain/decimal.ts";
import { Side } from "../../../domain/order.ts";
import { RejectCode } from "../../../domain/reject.ts";
import { toAmount } from "../../../domain/units.ts";
import type { DatedTrade } from "../../../sessions/recent-trades.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { json } from "../answers.ts";
import { sideText } from "../codec.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { OwnTrades, OwnTradesQuery, Positions } from "../schemas.ts";

export function tradeRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/api/v1/trading/trades",
      access: ["read"],
      kind: "query",
      tag: "Trading",
      summary: "Own trades in an instrument, newest first, since the venue started",
      query: OwnTradesQuery,
      replies: { 200: { description: "Trades", schema: OwnTrades } },
      handle: ({ caller, query }) => {
        const listing = venue.reference.findListing(query.symbol);
        if (listing === undefined) return new Refusal(RejectCode.instrument_not_found);
        const { account } = caller;
        const { instrumentId } = listing.instrument;
        const isOwn = (trade: Trade): boolean =>
          trade.takerAccount === account || trade.makerAccount === account;
        const trades = venue.trades.list(instrumentId, query.limit, isOwn);
        return json({
          trades: trades.map((trade) => toOwnTrade(trade, account, listing)),
          complete_after: venue.trades.completeAfter(instrumentId),
          as_of_sequence: venue.router.releasedSequence,
        });
      },
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
