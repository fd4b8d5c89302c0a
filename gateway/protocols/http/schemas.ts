// The shapes of requests and answers. The same schemas validate, type the code and make the OpenAPI
// document. What a number text must look like is told here and judged by domain/decimal.ts, so that
// it is read once.

import { z } from "zod";
import { rejectByNumber } from "../../domain/reject.ts";

/** Longest page. Source: rules 9. */
export const PAGE_MAX = 1_000;
const PAGE_DEFAULT = 100;
/** Longest text of a name, id or code. */
const TEXT_MAX = 64;

const NUMBER_PATTERN = "^-?[0-9]+(\\.[0-9]+)?$";
const ID_PATTERN = "^[!#-&(-+\\--_a-~]{1,64}$";

export const Decimal = z.string().meta({
  id: "Decimal",
  description:
    "An exact decimal as text. The value counts, not its digits: 1.50 is 1.5. No exponent, no `+`.",
  pattern: NUMBER_PATTERN,
  maxLength: 40,
  examples: ["50000.25", "0.015"],
});

/** Of the endpoints kept from other venues. */
export const DecimalOrNumber = z.string().meta({
  id: "DecimalOrNumber",
  description:
    "An exact decimal as text or as a JSON number, read digit by digit, never as a float.",
  type: ["string", "number"],
  pattern: NUMBER_PATTERN,
  maxLength: 40,
  examples: ["0.015", 50000.5],
});

const name = z.string().min(1).max(TEXT_MAX);
export const SymbolName = name.meta({
  id: "Symbol",
  description: "Symbol of an instrument, or an alias of it.",
  examples: ["BTC-USDT", "BTCUSDT"],
});
const currencyCode = name.describe("Currency code.").meta({ examples: ["USDT"] });
export const ClientOrderId = z.string().meta({
  id: "ClientOrderId",
  description:
    "The client's own id: repeating it with the same content executes nothing and answers with " +
    "the first order. Absent, the venue assigns `ob-<order id>`.",
  pattern: ID_PATTERN,
  examples: ["desk-7:000123"],
});
const requestId = z.string().meta({
  id: "RequestId",
  description: "Repeating it with the same content executes nothing and answers as the first time.",
  pattern: ID_PATTERN,
  examples: ["payout-2026-000017"],
});
const id = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
/** Account ids are u32. */
const accountId = z
  .int()
  .min(1)
  .max(2 ** 32 - 1);
const sequence = z.int().min(0).describe("Position in the change log.");
const asOfSequence = z.int().min(0).describe("The answer shows what commands up to this one made.");
const timeUs = z.int().describe("Microseconds since 1970 UTC.");

/** A whole number in a query: digits only, where a conversion would also take "1e3" or "". */
export function queryInteger(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^[0-9]{1,16}$/, "Must be a whole number")
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .meta({ type: "integer", pattern: undefined, minimum, maximum });
}

export const PageQuery = {
  limit: queryInteger(1, PAGE_MAX).default(PAGE_DEFAULT),
  after: queryInteger(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe("Last id of the page before."),
};

const timeBound = () => queryInteger(0, Number.MAX_SAFE_INTEGER).optional();
export const timeRangeQuery = {
  from_us: timeBound().describe("Microseconds since 1970 UTC; not earlier than this."),
  to_us: timeBound().describe("Earlier than this."),
};

export const INSTRUMENT_STATES = ["open", "cancel_only", "halted", "closed"] as const;
export const ACCOUNT_STATES = ["active", "suspended"] as const;

const side = z.enum(["BUY", "SELL"]);
const orderType = z.enum(["LIMIT", "MARKET"]);
const timeInForce = z.enum(["GTC", "IOC", "FOK", "GTX"]);
const selfTradePrevention = z.enum(["EXPIRE_TAKER"]);
export type SideName = z.infer<typeof side>;
export type OrderTypeName = z.infer<typeof orderType>;
export type TimeInForceName = z.infer<typeof timeInForce>;

export const NewOrder = z
  .strictObject({
    symbol: SymbolName,
    side,
    type: orderType.describe("Required: a missing price never means market."),
    time_in_force: timeInForce
      .optional()
      .describe("GTX is post-only. Absent: GTC of a limit order, IOC of a market order."),
    price: Decimal.optional().describe("Of a limit order; a market order takes none."),
    quantity: Decimal.optional(),
    quote_quantity: Decimal.optional().describe("Budget of a market buy, fees inside."),
    client_order_id: ClientOrderId.optional(),
    self_trade_prevention: selfTradePrevention.optional(),
  })
  .meta({
    id: "NewOrder",
    examples: [
      { symbol: "BTC-USDT", side: "BUY", type: "LIMIT", price: "50000", quantity: "0.01" },
      { symbol: "BTC-USDT", side: "BUY", type: "MARKET", quote_quantity: "100" },
    ],
  });

export const ReplaceOrder = z
  .strictObject({
    price: Decimal.optional().describe("Absent: stays."),
    quantity: Decimal.optional().describe("The new total, filled part included. Absent: stays."),
    client_order_id: ClientOrderId.optional(),
  })
  .meta({ id: "ReplaceOrder", examples: [{ price: "50100" }] });

const Fill = z
  .object({
    trade_id: id,
    price: Decimal,
    quantity: Decimal,
    fee: Decimal.describe("Of this fill, in the quote currency."),
  })
  .meta({ id: "Fill" });

/** Fields of an order that a retained one no longer has. */
const orderTerms = {
  client_order_id: z.string().optional(),
  side: side.optional(),
  type: orderType.optional(),
  time_in_force: timeInForce.optional(),
  self_trade_prevention: selfTradePrevention.optional(),
  price: Decimal.nullable().optional().describe("Null of a market order."),
  quantity: Decimal.nullable().optional().describe("Null of an order by budget."),
  quote_quantity: Decimal.nullable().optional(),
  leaves: Decimal.optional().describe("Still open; 0 when final."),
  average_price: Decimal.nullable().optional().describe("8 digits, half-even; for display."),
  fee: Decimal.optional().describe("Charged so far, in the quote currency."),
  created_at_us: timeUs.optional(),
};
export const orderStatusName = z.enum([
  ...(["conditional_pending", "pending", "partially_filled", "filled", "cancelled"] as const),
  ...(["rejected", "expired"] as const),
]);
const orderState = {
  order_id: id,
  symbol: SymbolName,
  status: z.int().min(0).max(6),
  status_name: orderStatusName,
  reason: z.string().nullable().describe("Why it was cancelled."),
  filled: Decimal,
};
const retained = z
  .literal(true)
  .optional()
  .describe("It is final, and only id, status, reason and filled are still known.");

export const Order = z
  .object({ ...orderState, ...orderTerms, retained })
  .meta({ id: "Order", description: "An order as it stands." });
export type OrderBody = z.infer<typeof Order>;

export const OrderReply = z
  .object({
    ...orderState,
    ...orderTerms,
    retained,
    fills: z.array(Fill).describe("What this command traded, in order of the matches."),
    duplicate: z.boolean().describe("Nothing was executed: this is the order of the first time."),
    sequence,
  })
  .meta({ id: "OrderReply" });
export type OrderReplyBody = z.infer<typeof OrderReply>;

export const OrderAnswer = z
  .object({ ...orderState, ...orderTerms, retained, as_of_sequence: asOfSequence })
  .meta({ id: "OrderAnswer" });

const ORDER_STATUS_FILTERS = [
  ...(["open", "all", "pending", "partially_filled", "filled", "cancelled"] as const),
  ...(["rejected", "expired"] as const),
] as const;
export const OrdersQuery = z.strictObject({
  symbol: SymbolName.optional(),
  status: z
    .enum(ORDER_STATUS_FILTERS)
    .default("open")
    .describe("All but `open`, `pending` and `partially_filled` come from the history."),
  ...timeRangeQuery,
  ...PageQuery,
});

export const Orders = z
  .object({
    orders: z.array(Order),
    next_after: z
      .int()
      .nullable()
      .describe("Pass as `after` for the next page, which may be empty; null at the end."),
    as_of_sequence: asOfSequence,
  })
  .meta({ id: "Orders" });

export const SymbolQuery = z.strictObject({ symbol: SymbolName.optional() });

export const MassCancelReply = z
  .object({
    order_ids: z.array(id).describe("Cancelled so far, ascending."),
    has_more: z.boolean().describe("More are being cancelled after this answer."),
    sequence,
  })
  .meta({ id: "MassCancelReply" });

export const completeAfter = z
  .int()
  .min(0)
  .describe("Nothing of a later sequence is missing; what is older may not be kept any more.");

export const OwnTrade = z
  .object({
    trade_id: id,
    symbol: SymbolName,
    order_id: id,
    side,
    role: z.enum(["maker", "taker"]),
    price: Decimal,
    quantity: Decimal,
    notional: Decimal,
    fee: Decimal,
    fee_currency: currencyCode,
    sequence,
    traded_at_us: timeUs,
  })
  .meta({ id: "OwnTrade" });
export const Positions = z
  .object({
    positions: z.array(
      z.object({
        symbol: SymbolName,
        currency: currencyCode,
        quantity: Decimal.describe("Available and frozen."),
        available: Decimal,
        frozen: Decimal,
      }),
    ),
    as_of_sequence: asOfSequence,
  })
  .meta({
    id: "Positions",
    description: "Spot: the base currency held. No average price is kept.",
  });

const priceLevel = z.tuple([Decimal, Decimal]).describe("Price and quantity.");
export const PublicTrade = z
  .object({
    trade_id: id,
    price: Decimal,
    quantity: Decimal,
    taker_side: side,
    sequence,
    traded_at_us: timeUs,
  })
  .meta({ id: "PublicTrade" });
export const MarketQuery = z.strictObject({
  depth: queryInteger(1, PAGE_MAX).default(20).describe("Levels a side."),
  limit: queryInteger(0, PAGE_MAX).default(20).describe("Trades."),
});
export const Market = z
  .object({
    symbol: SymbolName,
    state: z.enum(INSTRUMENT_STATES),
    last_price: Decimal.nullable(),
    best_bid: priceLevel.nullable(),
    best_ask: priceLevel.nullable(),
    bids: z.array(priceLevel).describe("From the touch outward."),
    asks: z.array(priceLevel).describe("From the touch outward."),
    as_of_sequence: asOfSequence,
    trades: z.array(PublicTrade).describe("Newest first."),
    trades_as_of_sequence: asOfSequence,
    trades_complete_after: completeAfter,
  })
  .meta({ id: "Market" });

const Balance = z
  .object({ currency: currencyCode, available: Decimal, frozen: Decimal, total: Decimal })
  .meta({ id: "Balance" });
export const Account = z
  .object({
    account_id: id,
    name,
    state: z.enum(ACCOUNT_STATES),
    balances: z.array(Balance).describe("Currencies with a total other than 0."),
    as_of_sequence: asOfSequence,
  })
  .meta({ id: "Account" });

const ledgerMove = { request_id: requestId, currency: currencyCode, amount: Decimal };
export const LedgerMove = z.strictObject(ledgerMove).meta({
  id: "LedgerMove",
  examples: [{ request_id: "wire-1", currency: "USDT", amount: "1000" }],
});
export const Transfer = z.strictObject({ ...ledgerMove, to_account: accountId }).meta({
  id: "Transfer",
  examples: [{ request_id: "move-1", currency: "USDT", amount: "10", to_account: 4 }],
});
export const LedgerReply = z
  .object({
    balance: Balance.nullable().describe("Of the account, after the move; null of a duplicate."),
    duplicate: z.boolean(),
    sequence,
  })
  .meta({ id: "LedgerReply" });

export const Instrument = z
  .object({
    instrument_id: id,
    symbol: SymbolName,
    aliases: z.array(z.string()),
    base_currency: currencyCode,
    quote_currency: currencyCode,
    state: z.enum(INSTRUMENT_STATES),
    tick_size: Decimal,
    lot_size: Decimal,
    maker_rate: Decimal.describe("Fraction of the notional; negative is a rebate."),
    taker_rate: Decimal,
    quantity_min: Decimal.nullable(),
    quantity_max: Decimal.nullable(),
    notional_min: Decimal.nullable(),
    order_value_max: Decimal.nullable(),
    open_orders_max: z.int(),
    position_max: Decimal.nullable(),
    reference_price: Decimal.nullable(),
    band: Decimal.nullable().describe("Fraction of the reference price."),
    both_sides: z.boolean().describe("The band refuses both sides, not only the aggressive one."),
  })
  .meta({ id: "Instrument" });
export const Instruments = z
  .object({ instruments: z.array(Instrument), as_of_sequence: asOfSequence })
  .meta({ id: "Instruments" });
export const Currencies = z
  .object({
    currencies: z.array(z.object({ currency_id: id, code: currencyCode, scale: z.int() })),
    as_of_sequence: asOfSequence,
  })
  .meta({ id: "Currencies" });

const codes = Object.values(rejectByNumber).map((row) => row.number);
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.int().meta({ enum: codes }),
    name: z.string(),
    detail: z.string(),
    retryable: z.boolean().describe("The same request may succeed later."),
    errors: z.array(z.object({ field: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457; docs/reject-codes.md lists the codes." });

export const requestIdField = { request_id: requestId.optional() };
export const commonFields = {
  id,
  accountId,
  name,
  sequence,
  asOfSequence,
  timeUs,
  currencyCode,
  side,
};
