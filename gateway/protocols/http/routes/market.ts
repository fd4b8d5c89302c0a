// What everybody may see without a key: the book, the last price, the last trades, and what is
// listed.

import type { Change } from "../../../domain/change.ts";
import { QueryKind } from "../../../domain/command.ts";
import {
  formatAmount,
  formatDecimal,
  formatPrice,
  formatQuantity,
  formatRate,
} from "../../../domain/decimal.ts";
import { instrumentStateNames } from "../../../domain/instrument.ts";
import { Side } from "../../../domain/order.ts";
import type { Amount, Price, Quantity } from "../../../domain/units.ts";
import type { DatedTrade } from "../../../sessions/recent-trades.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { json, onListing } from "../answers.ts";
import { sideText } from "../codec.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";
import { Currencies, Instrument, Instruments, Market, MarketQuery } from "../schemas.ts";

const SYMBOL_PARAMETER = { symbol: "Symbol of an instrument, or an alias of it." };

export function marketRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/api/v1/data/market/{symbol}",
      access: [],
      kind: "query",
      tag: "Market data",
      summary: "Book, last price and last trades of an instrument",
      params: SYMBOL_PARAMETER,
      query: MarketQuery,
      replies: { 200: { description: "The market", schema: Market } },
      handle: ({ params, query }) =>
        onListing(venue, params, (listing) => showMarket(venue, listing, query.depth, query.limit)),
    }),
    ...listRoutes(venue),
  ];
}

function listRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/api/v1/instruments",
      access: [],
      kind: "query",
      tag: "Market data",
      summary: "All instruments",
      replies: { 200: { description: "Instruments, by id", schema: Instruments } },
      handle: () => {
        const instruments = venue.reference.listings().map((each) => fromListing(venue, each));
        return json({ instruments, as_of_sequence: venue.router.releasedSequence });
      },
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/instruments/{symbol}",
      access: [],
      kind: "query",
      tag: "Market data",
      summary: "One instrument",
      params: SYMBOL_PARAMETER,
      replies: { 200: { description: "The instrument", schema: Instrument } },
      handle: ({ params }) =>
        onListing(venue, params, (listing) => json(fromListing(venue, listing))),
    }),
    defineRoute({
      method: "GET",
      path: "/api/v1/currencies",
      access: [],
      kind: "query",
      tag: "Market data",
      summary: "All currencies",
      replies: { 200: { description: "Currencies, by id", schema: Currencies } },
      handle: () => {
        const currencies = venue.reference
          .currencies()
          .map(({ currencyId, code, scale }) => ({ currency_id: currencyId, code, scale }));
        return json({ currencies, as_of_sequence: venue.router.releasedSequence });
      },
    }),
  ];
}

async function showMarket(
  venue: Venue,
  listing: Listing,
  depth: number,
  limit: number,
): Promise<Response | Refusal> {
  const { instrument } = listing;
  const { instrumentId } = instrument;
  const book = { opcode: QueryKind.book, instrument: instrumentId, quantity: depth };
  const answer = await venue.queries.ask(book);
  if (answer.code !== 0) return new Refusal(answer.code);
  const { bids, asks } = toLevels(answer.changes, listing);
  const { trades } = venue;
  const lastPrice = trades.lastPrice(instrumentId) ?? instrument.lastTradePrice;
  return json({
    symbol: instrument.symbol,
    state: instrumentStateNames[instrument.state],
    last_price: priceOrNull(lastPrice, listing),
    best_bid: bids[0] ?? null,
    best_ask: asks[0] ?? null,
    bids,
    asks,
    as_of_sequence: answer.sequence,
    trades: trades.list(instrumentId, limit).map((trade) => toPublicTrade(trade, listing)),
    trades_as_of_sequence: venue.router.releasedSequence,
    trades_complete_after: trades.completeAfter(instrumentId),
  });
}

/**
 * The levels among `changes`, in their order: price and quantity, which is 0 of one that is gone.
 */
export function toLevels(changes: readonly Change[], { instrument, quantityFormat }: Listing) {
  const bids: [string, string][] = [];
  const asks: [string, string][] = [];
  for (const change of changes) {
    if (change.entity !== "level" || change.instrument !== instrument.instrumentId) continue;
    const price = formatPrice(change.price, instrument);
    const side = change.side === Side.buy ? bids : asks;
    side.push([price, formatQuantity(change.quantity, quantityFormat)]);
  }
  return { bids, asks };
}

/** A trade as everybody sees it. */
export function toPublicTrade({ trade, sequence, timeUs }: DatedTrade, listing: Listing) {
  return {
    trade_id: trade.tradeId,
    price: formatPrice(trade.price, listing.instrument),
    quantity: formatQuantity(trade.quantity, listing.quantityFormat),
    taker_side: sideText[trade.takerSide],
    sequence,
    traded_at_us: timeUs,
  };
}

/** An instrument with its limits; 0 means none. */
function fromListing(venue: Venue, listing: Listing) {
  const { instrument, base, quote } = listing;
  return {
    instrument_id: instrument.instrumentId,
    symbol: instrument.symbol,
    aliases: venue.reference.aliasesOf(instrument.instrumentId),
    base_currency: base.code,
    quote_currency: quote.code,
    state: instrumentStateNames[instrument.state],
    tick_size: formatDecimal(BigInt(instrument.tickMantissa), instrument.tickExponent),
    lot_size: formatAmount(instrument.lotSize, base.scale),
    maker_rate: formatRate(instrument.makerRate),
    taker_rate: formatRate(instrument.takerRate),
    quantity_min: quantityOrNull(instrument.quantityMin, listing),
    quantity_max: quantityOrNull(instrument.quantityMax, listing),
    notional_min: amountOrNull(instrument.notionalMin, listing),
    order_value_max: amountOrNull(instrument.orderValueMax, listing),
    open_orders_max: instrument.openOrdersMax,
    position_max: quantityOrNull(instrument.positionMax, listing),
    reference_price: priceOrNull(instrument.referencePrice, listing),
    band: instrument.band === 0 ? null : formatRate(instrument.band),
    both_sides: instrument.bothSides,
  };
}

function priceOrNull(price: Price, { instrument }: Listing): string | null {
  return price === 0 ? null : formatPrice(price, instrument);
}

function quantityOrNull(quantity: Quantity, { quantityFormat }: Listing): string | null {
  return quantity === 0 ? null : formatQuantity(quantity, quantityFormat);
}

function amountOrNull(amount: Amount, { quote }: Listing): string | null {
  return amount === 0n ? null : formatAmount(amount, quote.scale);
}
