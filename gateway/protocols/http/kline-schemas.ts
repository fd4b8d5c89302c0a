// The shapes of requests and answers about bars.

import { z } from "zod";
import { CLOSED_BARS_MAX } from "../../stages/klines/bars.ts";
import { INTERVALS } from "../../stages/klines/interval.ts";
import { commonFields, Decimal, queryInteger, SymbolName } from "./schemas.ts";

const { asOfSequence, timeUs } = commonFields;
/** The longest answer: a page, and fewer than are kept. */
const KLINES_MAX = 1_000;
const KLINES_DEFAULT = 500;

export const KlinesQuery = z.strictObject({
  interval: z.enum(INTERVALS).default("1m"),
  limit: queryInteger(1, KLINES_MAX).default(KLINES_DEFAULT),
  until_us: queryInteger(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe("The newest bar starts then or before; now when missing."),
});

const completeFromUs = timeUs.describe(
  "No trade from this time on is missing in bars; 0: none at all.",
);

const sums = { volume: Decimal, quote_volume: Decimal, count: z.int().describe("Trades.") };

const Kline = z
  .object({
    start_at_us: timeUs,
    open: Decimal,
    high: Decimal,
    low: Decimal,
    close: Decimal,
    ...sums,
    first_trade_id: z.int().describe("0 in a flat bar."),
    last_trade_id: z.int().describe("0 in a flat bar."),
  })
  .meta({ id: "Kline" });
export const Klines = z
  .object({
    symbol: SymbolName,
    interval: z.enum(INTERVALS),
    klines: z
      .array(Kline)
      .describe(
        "Oldest first; a period without a trade is a flat bar at the close before it. The " +
          `newest ${CLOSED_BARS_MAX} with trades are kept.`,
      ),
    complete_from_us: completeFromUs,
    as_of_sequence: asOfSequence,
  })
  .meta({ id: "Klines" });

const Ticker = z
  .object({
    symbol: SymbolName,
    last_price: Decimal.nullable().describe("Null when it never traded."),
    open: Decimal.nullable().describe("24 hours ago. Null, as what follows, without any trade."),
    high: Decimal.nullable(),
    low: Decimal.nullable(),
    change: Decimal.nullable().describe("Last price less the open one."),
    change_percent: Decimal.nullable().describe("Two decimals."),
    ...sums,
    since_us: timeUs
      .nullable()
      .describe("Since when this is counted, where it is less than 24 hours."),
  })
  .meta({ id: "Ticker" });
export const Tickers = z
  .object({
    tickers: z.array(Ticker).describe("Of the last 24 hours, by instrument."),
    as_of_sequence: asOfSequence,
  })
  .meta({ id: "Tickers" });
