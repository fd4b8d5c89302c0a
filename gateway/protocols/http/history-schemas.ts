// The shapes of requests and answers about the past.

import { z } from "zod";
import {
  commonFields,
  completeAfter,
  Decimal,
  OwnTrade,
  orderStatusName,
  PageQuery,
  PublicTrade,
  queryInteger,
  SymbolName,
  timeRangeQuery,
} from "./schemas.ts";

const { accountId, asOfSequence, currencyCode, id, sequence, timeUs } = commonFields;

/** Newest first: a page ends with the oldest of it. */
const newestFirst = {
  limit: PageQuery.limit,
  after: queryInteger(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe("`next_after` of the page before."),
};
const pageEnd = {
  next_after: z
    .int()
    .nullable()
    .describe("Pass as `after` for the next page, which may be empty; null at the end."),
  complete_after: completeAfter,
  as_of_sequence: asOfSequence,
};

export const OwnTradesQuery = z.strictObject({
  symbol: SymbolName.optional(),
  ...timeRangeQuery,
  ...newestFirst,
});
export const OwnTrades = z
  .object({ trades: z.array(OwnTrade).describe("Newest first."), ...pageEnd })
  .meta({ id: "OwnTrades" });

export const PastTradesQuery = z.strictObject({ ...timeRangeQuery, ...newestFirst });
export const PastTrades = z
  .object({
    symbol: SymbolName,
    trades: z.array(PublicTrade).describe("Newest first."),
    ...pageEnd,
  })
  .meta({ id: "PastTrades" });

export const OrderEventsQuery = z.strictObject(PageQuery);
export const OrderEvents = z
  .object({
    order_id: id,
    symbol: SymbolName,
    events: z
      .array(
        z.object({
          sequence,
          sub: z.int().min(0).describe("Position among the changes of its command."),
          at_us: timeUs,
          cause: z.enum(["created", "fill", "cancel", "replace"]),
          status: z.int().min(0).max(6),
          status_name: orderStatusName,
          reason: z.string().nullable().describe("Why it was cancelled."),
          client_order_id: z.string(),
          price: Decimal.nullable(),
          quantity: Decimal.nullable(),
          filled: Decimal,
          leaves: Decimal,
          average_price: Decimal.nullable().describe("8 digits, half-even; for display."),
          fee: Decimal.describe("Charged so far, in the quote currency."),
        }),
      )
      .describe("The order after each change, from its making on."),
    ...pageEnd,
  })
  .meta({ id: "OrderEvents" });

export const BalanceChangesQuery = z.strictObject({
  currency: currencyCode.optional(),
  ...timeRangeQuery,
  ...newestFirst,
});
export const BalanceChanges = z
  .object({
    changes: z
      .array(
        z.object({
          sequence,
          at_us: timeUs,
          command: z.string().meta({ examples: ["new_order", "deposit"] }),
          currency: currencyCode,
          available_before: Decimal,
          available_after: Decimal,
          frozen_before: Decimal,
          frozen_after: Decimal,
        }),
      )
      .describe("Newest first."),
    ...pageEnd,
  })
  .meta({ id: "BalanceChanges" });

const ofTrades = {
  trade_id: queryInteger(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .describe("This one alone; needs `symbol`, and nothing else counts."),
  ...timeRangeQuery,
  ...newestFirst,
};
export const SettlementEventsQuery = z
  .strictObject({ symbol: SymbolName.optional(), ...ofTrades })
  .refine(
    ({ symbol, trade_id: tradeId }) => tradeId === undefined || symbol !== undefined,
    "`trade_id` needs `symbol`: trades are counted by instrument",
  );
export const VenueSettlementEventsQuery = z.strictObject({ symbol: SymbolName, ...ofTrades });

const leg = z.object({
  account: accountId,
  currency: currencyCode,
  amount: Decimal.describe("What the account gave is negative."),
});
export const SettlementEvents = z
  .object({
    events: z
      .array(
        z.object({
          trade_id: id,
          symbol: SymbolName,
          sequence,
          legs: z
            .array(leg)
            .describe("Base and quote. A client sees its own alone, an operator all of them."),
          fees: z
            .array(leg)
            .describe("A rebate is positive; of account 1 what the instrument collected."),
          settled_at_us: timeUs,
        }),
      )
      .describe("Newest first."),
    ...pageEnd,
  })
  .meta({ id: "SettlementEvents" });
