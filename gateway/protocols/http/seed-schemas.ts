// The shapes of the two endpoints kept from other venues. Numbers are read digit by digit.

import { z } from "zod";
import { ClientOrderId, commonFields, DecimalOrNumber, SymbolName } from "./schemas.ts";

const { side } = commonFields;

/** `POST /api/spot/v2/` without a command: the flat body. It has no type, so it needs a price. */
export const FlatOrder = z
  .strictObject({
    symbol: SymbolName,
    side,
    price: DecimalOrNumber.describe("A missing price never means market: price_required."),
    quantity: DecimalOrNumber,
  })
  .meta({
    id: "FlatOrder",
    description: "A limit order, good till cancelled.",
    examples: [{ symbol: "BTCUSDT", side: "BUY", price: 50000.0, quantity: 1.0 }],
  });

const orderTerms = {
  symbol: SymbolName,
  side,
  order_type: z.enum(["LIMIT", "MARKET", "LIMIT_MAKER"]).describe("LIMIT_MAKER is post-only."),
  time_in_force: z.enum(["GTC", "IOC", "FOK", "GTX"]).optional(),
  quantity: DecimalOrNumber.optional(),
  quote_order_qty: DecimalOrNumber.optional(),
  price: DecimalOrNumber.optional(),
  new_client_order_id: ClientOrderId.optional(),
  self_trade_prevention_mode: z.enum(["EXPIRE_TAKER"]).optional(),
};
export const SpotNewOrder = z.strictObject(orderTerms).meta({ id: "SpotNewOrder" });
export type SpotNewOrderBody = z.infer<typeof SpotNewOrder>;

/** An id of an order: digits, as number or text. */
const orderId = z.string().meta({ type: ["integer", "string"], pattern: "^[0-9]{1,16}$" });

export const SpotOrderName = z
  .strictObject({
    symbol: SymbolName,
    order_id: orderId.optional(),
    orig_client_order_id: ClientOrderId.optional(),
  })
  .meta({ id: "SpotOrderName", description: "One of the two ids is needed; order_id wins." });
export type SpotOrderNameBody = z.infer<typeof SpotOrderName>;

export const SpotSymbol = z.strictObject({ symbol: SymbolName }).meta({ id: "SpotSymbol" });
export const SpotOpenOrders = z
  .strictObject({ symbol: SymbolName.optional() })
  .meta({ id: "SpotOpenOrders" });
export const SpotAllOrders = z
  .strictObject({
    symbol: SymbolName,
    order_id: orderId.optional().describe("Lists orders from this id on."),
    limit: z
      .string()
      .meta({ type: ["integer", "string"], pattern: "^[0-9]{1,4}$" })
      .optional()
      .describe("1 to 1,000; 500 when absent."),
  })
  .meta({ id: "SpotAllOrders" });
const SpotAccount = z.strictObject({}).meta({ id: "SpotAccount" });

export const SpotCancelReplace = z
  .strictObject({
    ...orderTerms,
    cancel_replace_mode: z.enum(["STOP_ON_FAILURE", "ALLOW_FAILURE"]),
    cancel_order_id: orderId.optional(),
    cancel_orig_client_order_id: ClientOrderId.optional(),
  })
  .meta({
    id: "SpotCancelReplace",
    description: "Two commands: a cancel, then a new order. PATCH replaces in one.",
  });
export type SpotCancelReplaceBody = z.infer<typeof SpotCancelReplace>;

/** Commands of the enum, by tag. */
export const SPOT_COMMANDS = {
  NewOrder: SpotNewOrder,
  TestNewOrder: SpotNewOrder,
  CancelOrder: SpotOrderName,
  CancelAllOpenOrders: SpotSymbol,
  CancelReplaceOrder: SpotCancelReplace,
  QueryOrder: SpotOrderName,
  CurrentOpenOrders: SpotOpenOrders,
  AllOrders: SpotAllOrders,
  Account: SpotAccount,
} as const;
export type SpotCommandName = keyof typeof SPOT_COMMANDS;

/** For the document: the flat body, or one tagged command. What is validated depends on the tag. */
export const SpotRequest = z
  .union([
    FlatOrder,
    ...Object.entries(SPOT_COMMANDS).map(([tag, schema]) => z.strictObject({ [tag]: schema })),
  ])
  .meta({ id: "SpotRequest" });

/** `POST /api/order/submit`. */
export const SubmitOrder = z
  .strictObject({
    user_id: z.string().min(1).max(64).describe("Name of the key's own account."),
    account_id: z.string().min(1).max(64).optional().describe("The same account, or absent."),
    instrument_id: SymbolName.describe("Symbol or alias, such as `EXCHANGE.id`."),
    direction: side,
    offset: z
      .enum(["OPEN", "CLOSE", "CLOSETODAY"])
      .describe("Spot has no positions to open or close: it changes nothing."),
    volume: DecimalOrNumber,
    price: DecimalOrNumber.optional().describe("Of LIMIT; of MARKET absent or 0."),
    order_type: z.enum(["LIMIT", "MARKET"]),
    time_condition: z
      .enum(["IOC", "GFS", "GFD", "GTD", "GTC", "GFA"])
      .optional()
      .describe("GTC or IOC; absent: GTC of LIMIT, IOC of MARKET. The others are not supported."),
    volume_condition: z
      .enum(["ANY", "MIN", "ALL"])
      .optional()
      .describe("ANY; ALL with IOC is fill or kill. MIN is not supported."),
  })
  .meta({
    id: "SubmitOrder",
    examples: [
      {
        user_id: "alice",
        instrument_id: "BTC-USDT",
        direction: "BUY",
        offset: "OPEN",
        volume: 0.01,
        price: 50000,
        order_type: "LIMIT",
      },
    ],
  });
export type SubmitOrderBody = z.infer<typeof SubmitOrder>;
