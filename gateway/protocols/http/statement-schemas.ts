// The shapes of a request for a statement and of its answer.

import { z } from "zod";
import { commonFields, completeAfter, Decimal, SymbolName, timeRangeQuery } from "./schemas.ts";

const { asOfSequence, currencyCode, id, sequence, timeUs } = commonFields;

/** Days whose microseconds are exact numbers. */
const DAYS = { first: "1970-01-01", last: "2254-12-31" };

export const StatementQuery = z
  .strictObject({
    day: z.iso
      .date()
      .refine((day) => day >= DAYS.first && day <= DAYS.last, `${DAYS.first} to ${DAYS.last}`)
      .optional()
      .describe("A day UTC, as 2026-11-21, in the place of a range."),
    ...timeRangeQuery,
  })
  .refine(
    ({ day, from_us: from, to_us: to }) =>
      day === undefined
        ? from !== undefined && to !== undefined && from <= to
        : from === undefined && to === undefined,
    "Give either `day`, or `from_us` and `to_us` that is not earlier",
  );

const signed = Decimal.describe("Signed: what the account got, or gave.");

const Line = z.object({
  sequence,
  at_us: timeUs,
  kind: z.enum(["deposit", "withdrawal", "transfer", "trade", "fee", "sweep"]),
  currency: currencyCode,
  amount: signed,
  balance: Decimal.describe("Behind this line."),
  symbol: SymbolName.optional(),
  trade_id: z.int().optional(),
});

export const Statement = z
  .object({
    account: id,
    from_us: timeUs,
    to_us: timeUs,
    currencies: z.array(
      z.object({
        currency: currencyCode,
        opening: Decimal,
        deposits: signed,
        withdrawals: signed,
        transfers: signed,
        trades: signed,
        fees: signed,
        sweeps: signed,
        closing: Decimal,
      }),
    ),
    lines: z.array(Line).describe("In the order of the log."),
    complete_after: completeAfter,
    as_of_sequence: asOfSequence,
  })
  .meta({ id: "Statement" });
