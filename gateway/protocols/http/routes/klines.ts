// Bars and 24-hour figures, for everybody.

import type { z } from "zod";
import { formatAmount, formatDecimal, formatPrice } from "../../../domain/decimal.ts";
import { toAmount, toPrice } from "../../../domain/units.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import type { Bar, TradeSum } from "../../../stages/klines/bar.ts";
import { json, onListing } from "../answers.ts";
import { Klines, KlinesQuery, Tickers } from "../kline-schemas.ts";
import { defineRoute } from "../route.ts";
import type { Route } from "../route.ts";

const PUBLIC_QUERY = { method: "GET", access: [], kind: "query", tag: "Market data" } as const;

export function klineRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      ...{ ...PUBLIC_QUERY, path: "/api/v1/data/history/{symbol}/klines" },
      summary: "Bars of an instrument",
      params: { symbol: "Symbol of an instrument, or an alias of it." },
      query: KlinesQuery,
      replies: { 200: { description: "The bars", schema: Klines } },
      handle: ({ params, query }) =>
        onListing(venue, params, (listing) => json(showKlines(venue, listing, query))),
    }),
    defineRoute({
      ...{ ...PUBLIC_QUERY, path: "/api/v1/data/tickers" },
      summary: "24-hour figures of all instruments",
      replies: { 200: { description: "The figures", schema: Tickers } },
      handle: () => {
        const tickers = venue.reference.listings().map((listing) => showTicker(venue, listing));
        return json({ tickers, as_of_sequence: venue.klines.sequence });
      },
    }),
  ];
}

function showKlines(venue: Venue, listing: Listing, query: z.output<typeof KlinesQuery>) {
  const { instrumentId, symbol } = listing.instrument;
  const { interval, limit, until_us: untilUs = Infinity } = query;
  const bars = venue.klines.list(instrumentId, interval, untilUs, limit);
  const klines = bars.map((bar) => fromBar(bar, listing));
  const { sequence, completeFromUs } = venue.klines;
  return { symbol, interval, klines, complete_from_us: completeFromUs, as_of_sequence: sequence };
}

export function fromBar(bar: Bar, listing: Listing) {
  const { instrument } = listing;
  return {
    start_at_us: bar.startUs,
    open: formatPrice(bar.open, instrument),
    high: formatPrice(bar.high, instrument),
    low: formatPrice(bar.low, instrument),
    close: formatPrice(bar.close, instrument),
    ...fromSums(bar, listing),
    first_trade_id: bar.firstTradeId,
    last_trade_id: bar.lastTradeId,
  };
}

function fromSums(
  { volume, quoteVolume, count }: Pick<TradeSum, "volume" | "quoteVolume" | "count">,
  { instrument, base, quote }: Listing,
) {
  return {
    volume: formatAmount(toAmount(volume * instrument.lotSize), base.scale),
    quote_volume: formatAmount(quoteVolume, quote.scale),
    count,
  };
}

const NOTHING = { volume: 0n, quoteVolume: toAmount(0n), count: 0 };

export function showTicker(venue: Pick<Venue, "klines" | "trades">, listing: Listing) {
  const { instrument } = listing;
  const { instrumentId, symbol } = instrument;
  const day = venue.klines.rollingDay(instrumentId);
  const { completeFromUs } = venue.klines;
  const dayStartUs = day?.startUs ?? completeFromUs;
  // Null in nearly every venue: a time that moves would be news to every follower.
  const since_us = completeFromUs > 0 && completeFromUs >= dayStartUs ? completeFromUs : null;
  if (day === undefined) {
    const lastPrice = venue.trades.lastPrice(instrumentId) ?? instrument.lastTradePrice;
    const last_price = lastPrice === 0 ? null : formatPrice(lastPrice, instrument);
    const prices = { last_price, open: null, high: null, low: null };
    const change = { change: null, change_percent: null };
    return { symbol, ...prices, ...change, ...fromSums(NOTHING, listing), since_us };
  }
  const { open, high, low, close, change } = day;
  return {
    symbol,
    last_price: formatPrice(close, instrument),
    open: formatPrice(open, instrument),
    high: formatPrice(high, instrument),
    low: formatPrice(low, instrument),
    change: `${change < 0 ? "-" : ""}${formatPrice(toPrice(Math.abs(change)), instrument)}`,
    change_percent: toPercent(change, open),
    ...fromSums(day, listing),
    since_us,
  };
}

/** Rounded half away from zero: a figure to look at. */
function toPercent(change: number, open: number): string {
  const [numerator, denominator] = [BigInt(Math.abs(change)) * 20_000n, 2n * BigInt(open)];
  const hundredths = (numerator + BigInt(open)) / denominator;
  return `${change < 0 && hundredths > 0n ? "-" : ""}${formatDecimal(hundredths, 2)}`;
}
