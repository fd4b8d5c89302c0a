// `POST /api/spot/v2/`: a flat order, or one of the Binance-shaped commands that exist. A thin
// translation: answers are those of the native endpoints.

import { z } from "zod";
import { RejectCode } from "../../../domain/reject.ts";
import type { Caller, PermissionName } from "../../../sessions/authenticator.ts";
import { isAllowed } from "../../../sessions/authenticator.ts";
import type { OrderReference } from "../../../sessions/queries.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { json, toOrderReference } from "../answers.ts";
import { toNewOrder } from "../codec.ts";
import type { OrderTexts } from "../codec.ts";
import { Refusal, throttledFor } from "../rejects.ts";
import { defineRoute, malformedBody } from "../route.ts";
import type { Answer, Route } from "../route.ts";
import { Account, MassCancelReply, OrderAnswer, OrderReply, Orders, PAGE_MAX } from "../schemas.ts";
import {
  FlatOrder,
  SPOT_COMMANDS,
  SpotAllOrders,
  SpotCancelReplace,
  SpotOpenOrders,
  SpotOrderName,
  SpotNewOrder,
  SpotRequest,
  SpotSymbol,
} from "../seed-schemas.ts";
import type {
  SpotCancelReplaceBody,
  SpotCommandName,
  SpotNewOrderBody,
  SpotOrderNameBody,
} from "../seed-schemas.ts";
import { showAccount } from "./accounts.ts";
import {
  cancelAll,
  cancelOrder,
  codeOfOrder,
  listOrders,
  placeOrder,
  showOrder,
} from "./orders.ts";

const ALL_ORDERS_LIMIT = 500;

const ANSWERS: readonly [z.ZodType, ...z.ZodType[]] = [
  ...([OrderReply, OrderAnswer, Orders, MassCancelReply, Account] as const),
  z.object({}).describe("TestNewOrder: the body could be read."),
];

/** A command of the enum: what its body must be, which permission it needs, what it does. */
interface SpotCommand {
  readonly permission: PermissionName;
  /** Whether order entry counts it; what never gets there is counted here. */
  readonly isEntered: boolean;
  readonly answer: (venue: Venue, caller: Caller, body: unknown) => Answer;
}

export function spotRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "POST",
      path: "/api/spot/v2/",
      access: ["read", "trade"],
      kind: "mixed",
      tag: "Other venues' shapes",
      summary: "A flat limit order, or one Binance-shaped command under its name",
      body: z.unknown(),
      bodyShape: SpotRequest,
      readsNumbersExactly: true,
      replies: {
        201: { description: "A placed order", schema: OrderReply },
        200: {
          description: "What the command asked for",
          schema: z.union(ANSWERS),
        },
      },
      handle: ({ caller, body }) => serve(venue, caller, body),
    }),
  ];
}

function serve(venue: Venue, caller: Caller, body: unknown): Answer {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return malformedBody(RejectCode.malformed_request, FlatOrder.safeParse(body));
  }
  const entries = Object.entries(body);
  const [first] = entries;
  if (first === undefined || entries.length !== 1) return placeFlat(venue, caller, body);
  const [tag, inner] = first;
  const command = isCommandName(tag) ? COMMANDS[tag] : undefined;
  if (command === undefined) {
    // One lower-case key is a flat order that lacks the rest.
    if (/^[a-z]/.test(tag)) return placeFlat(venue, caller, body);
    return new Refusal(RejectCode.command_unknown);
  }
  if (!isAllowed(caller, command.permission)) return new Refusal(RejectCode.permission_denied);
  if (!command.isEntered) {
    const nowUs = venue.authenticator.nowUs();
    const isFree = caller.requests.take(nowUs);
    if (!isFree) return throttledFor(caller.requests.waitUs(nowUs), "entry");
  }
  return command.answer(venue, caller, inner);
}

function isCommandName(tag: string): tag is SpotCommandName {
  return Object.hasOwn(SPOT_COMMANDS, tag);
}

/** Makes a command of a schema and of what to do with a body that matches it. */
function command<Body>(
  kind: "enter" | "test" | "read",
  schema: z.ZodType<Body>,
  answer: (venue: Venue, caller: Caller, body: Body) => Answer,
  codeOf: CodeOf = () => RejectCode.malformed_request,
): SpotCommand {
  return {
    permission: kind === "read" ? "read" : "trade",
    isEntered: kind === "enter",
    answer: (venue, caller, raw) => {
      const result = schema.safeParse(raw);
      if (result.success) return answer(venue, caller, result.data);
      return malformedBody(codeOf(venue, result.error.issues, raw), result);
    },
  };
}

/** The code of a body that does not match. */
type CodeOf = (venue: Venue, issues: readonly z.core.$ZodIssue[], raw: unknown) => RejectCode;

const codeOfSpotOrder: CodeOf = (venue, issues, raw) =>
  codeOfOrder(venue, issues, raw, toNativeOrder);

const COMMANDS: Readonly<Record<SpotCommandName, SpotCommand>> = {
  NewOrder: command(
    "enter",
    SpotNewOrder,
    (venue, caller, body) => place(venue, caller, toNativeOrder(body)),
    codeOfSpotOrder,
  ),
  // What the engine alone can judge (state, funds, limits) is not tried.
  TestNewOrder: command(
    "test",
    SpotNewOrder,
    (venue, _caller, body) => {
      const order = toNewOrder(toNativeOrder(body), venue.reference);
      return order.ok ? json({}) : new Refusal(order.reject);
    },
    codeOfSpotOrder,
  ),
  CancelOrder: command("enter", SpotOrderName, (venue, caller, body) => {
    const order = toReference(venue, body);
    return order instanceof Refusal ? order : cancelOrder(venue, caller, order);
  }),
  CancelAllOpenOrders: command("enter", SpotSymbol, (venue, caller, { symbol }) =>
    cancelAll(venue, caller, symbol),
  ),
  CancelReplaceOrder: command("enter", SpotCancelReplace, cancelReplace, codeOfSpotOrder),
  QueryOrder: command("read", SpotOrderName, (venue, caller, body) => {
    const order = toReference(venue, body);
    return order instanceof Refusal ? order : showOrder(venue, caller.account, order);
  }),
  CurrentOpenOrders: command("read", SpotOpenOrders, (venue, caller, { symbol }) => {
    const query = { symbol, status: "open" as const, limit: PAGE_MAX, after: 0 };
    return listOrders(venue, caller.account, query);
  }),
  AllOrders: command("read", SpotAllOrders, (venue, caller, { symbol, order_id, limit }) => {
    const count = limit === undefined ? ALL_ORDERS_LIMIT : readCount(limit);
    const from = order_id === undefined ? 1 : readCount(order_id);
    if (from === undefined || count === undefined || count < 1 || count > PAGE_MAX) {
      return new Refusal(RejectCode.malformed_number);
    }
    const page = { symbol, status: "all" as const, limit: count, after: Math.max(0, from - 1) };
    return listOrders(venue, caller.account, page);
  }),
  Account: command("read", SPOT_COMMANDS.Account, (venue, caller) =>
    showAccount(venue, caller.account),
  ),
};

function place(venue: Venue, caller: Caller, texts: OrderTexts): Answer {
  const order = toNewOrder(texts, venue.reference);
  return order.ok ? placeOrder(venue, caller, order.value) : new Refusal(order.reject);
}

/** The flat body has no type: with a price it is a limit order, without one it is refused. */
function placeFlat(venue: Venue, caller: Caller, raw: unknown): Answer {
  if (!isAllowed(caller, "trade")) return new Refusal(RejectCode.permission_denied);
  const result = FlatOrder.safeParse(raw);
  if (!result.success) {
    const { issues } = result.error;
    return malformedBody(codeOfFlatOrder(venue, issues, raw), result);
  }
  return place(venue, caller, toLimitOrder(result.data));
}

/** As of other orders; a missing price is judged with the rest of the order. */
const codeOfFlatOrder: CodeOf = (venue, issues, raw) => {
  const isPriceMissing = typeof raw === "object" && raw !== null && !("price" in raw);
  const others = issues.filter(({ path }) => !isPriceMissing || path[0] !== "price");
  return codeOfOrder(venue, others, raw, toLimitOrder);
};

function toLimitOrder(body: z.output<typeof FlatOrder>): OrderTexts {
  return { ...body, type: "LIMIT" };
}

function toNativeOrder(body: SpotNewOrderBody): OrderTexts {
  const isPostOnly = body.order_type === "LIMIT_MAKER";
  return {
    symbol: body.symbol,
    side: body.side,
    type: isPostOnly ? "LIMIT" : body.order_type,
    time_in_force: isPostOnly ? "GTX" : body.time_in_force,
    price: body.price,
    quantity: body.quantity,
    quote_quantity: body.quote_order_qty,
    client_order_id: body.new_client_order_id,
    self_trade_prevention: body.self_trade_prevention_mode,
  };
}

/**
 * The order that a command names. The symbol must be known; that it is the order's own, the engine
 * checks.
 */
function toReference(
  venue: Venue,
  { symbol, order_id: orderId, orig_client_order_id: clientOrderId }: SpotOrderNameBody,
): OrderReference | Refusal {
  const listing = venue.reference.findListing(symbol);
  if (listing === undefined) return new Refusal(RejectCode.instrument_not_found);
  const text = orderId ?? (clientOrderId === undefined ? "" : `client:${clientOrderId}`);
  const reference = toOrderReference(text);
  if (reference === undefined) return new Refusal(RejectCode.order_not_found);
  return { ...reference, instrument: listing.instrument.instrumentId };
}

/**
 * Cancels, then places. With STOP_ON_FAILURE a refused cancel ends it; its refusal is the answer.
 */
async function cancelReplace(
  venue: Venue,
  caller: Caller,
  body: SpotCancelReplaceBody,
): Promise<Response | Refusal> {
  const {
    cancel_replace_mode: mode,
    cancel_order_id: order_id,
    cancel_orig_client_order_id: orig_client_order_id,
    ...order
  } = body;
  const target = toReference(venue, { symbol: body.symbol, order_id, orig_client_order_id });
  if (target instanceof Refusal) return target;
  // The new order is read first: what cannot be placed must not cost the old one.
  const replacement = toNewOrder(toNativeOrder(order), venue.reference);
  if (!replacement.ok) return new Refusal(replacement.reject);
  const cancelled = await cancelOrder(venue, caller, target);
  if (cancelled instanceof Refusal && mode === "STOP_ON_FAILURE") return cancelled;
  return placeOrder(venue, caller, replacement.value);
}

/** A count in digits, as a number of at most 2^53 − 1. */
function readCount(text: string): number | undefined {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : undefined;
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}
