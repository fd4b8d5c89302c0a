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

const { asOfSequence, currencyCode, id, sequence, timeUs } = commonFields;

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
