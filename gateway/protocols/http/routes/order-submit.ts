// `POST /api/order/submit`: an order in the words of a futures venue, for spot instruments. A thin
// translation: the answer is that of the native endpoint.

import { parseDecimal } from "../../../domain/decimal.ts";
import { accept, refuse, RejectCode } from "../../../domain/reject.ts";
import type { Parsed } from "../../../domain/reject.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { toNewOrder } from "../codec.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Answer, Route } from "../route.ts";
import { OrderReply } from "../schemas.ts";
import type { NewOrderBody, TimeInForceName } from "../schemas.ts";
import { SubmitOrder } from "../seed-schemas.ts";
import type { SubmitOrderBody } from "../seed-schemas.ts";
import { codeOfOrder, placeOrder } from "./orders.ts";

export function submitRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      method: "POST",
      path: "/api/order/submit",
      access: ["trade"],
      kind: "command",
      tag: "Other venues' shapes",
      summary: "An order by user, direction and volume",
      body: SubmitOrder,
      readsNumbersExactly: true,
      codeOf: (issues, body) => codeOfOrder(venue, issues, body),
      replies: { 201: { description: "The order", schema: OrderReply } },
      handle: ({ caller, body }) => submit(venue, caller, body),
    }),
  ];
}

function submit(venue: Venue, caller: Caller, body: SubmitOrderBody): Answer {
  for (const name of [body.user_id, body.account_id ?? body.user_id]) {
    const isOwn = venue.queries.isNameOf(caller.account, name);
    if (!isOwn) return new Refusal(RejectCode.account_not_found);
  }
  const order = toNativeOrder(body);
  if (!order.ok) return new Refusal(order.reject);
  const command = toNewOrder(order.value, venue.reference);
  return command.ok ? placeOrder(venue, caller, command.value) : new Refusal(command.reject);
}

function toNativeOrder(body: SubmitOrderBody): Parsed<NewOrderBody> {
  const timeInForce = toTimeInForce(body);
  if (!timeInForce.ok) return timeInForce;
  // The shape has always a price; 0 is how it says that a market order has none.
  const isAbsent = body.order_type === "MARKET" && isZero(body.price);
  return accept({
    symbol: body.instrument_id,
    side: body.direction,
    type: body.order_type,
    time_in_force: timeInForce.value,
    price: isAbsent ? undefined : body.price,
    quantity: body.volume,
  });
}

function toTimeInForce(body: SubmitOrderBody): Parsed<TimeInForceName> {
  const isMarket = body.order_type === "MARKET";
  const time = body.time_condition ?? (isMarket ? "IOC" : "GTC");
  const volume = body.volume_condition ?? "ANY";
  if (volume === "ANY" && (time === "GTC" || time === "IOC")) return accept(time);
  if (volume === "ALL" && time === "IOC") return accept("FOK");
  return refuse(RejectCode.time_in_force_unsupported);
}

function isZero(text: string | undefined): boolean {
  const parsed = parseDecimal(text ?? "");
  return parsed.ok && parsed.value.unscaled === 0n;
}
