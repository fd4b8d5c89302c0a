// `POST /api/order/submit`: an order in the words of a futures venue, for spot instruments. A thin
// translation: the answer is that of the native endpoint.

import { parseDecimal } from "../../../domain/decimal.ts";
import { RejectCode } from "../../../domain/reject.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { toNewOrder } from "../codec.ts";
import type { OrderTexts } from "../codec.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Answer, Route } from "../route.ts";
import { OrderReply } from "../schemas.ts";
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
      codeOf: (issues, body) => codeOfOrder(venue, issues, body, toNativeOrder),
      replies: { 201: { description: "The order", schema: OrderReply } },
      handle: ({ caller, body }) => submit(venue, caller, body),
    }),
  ];
}

function submit(venue: Venue, caller: Caller, body: SubmitOrderBody): Answer {
  const command = toNewOrder(toNativeOrder(body), venue.reference);
  if (!command.ok) return new Refusal(command.reject);
  for (const name of [body.user_id, body.account_id ?? body.user_id]) {
    const isOwn = venue.queries.isNameOf(caller.account, name);
    if (!isOwn) return new Refusal(RejectCode.account_not_found);
  }
  return placeOrder(venue, caller, command.value);
}

function toNativeOrder(body: SubmitOrderBody): OrderTexts {
  // The shape has always a price; 0 is how it says that a market order has none.
  const isAbsent = body.order_type === "MARKET" && isZero(body.price);
  return {
    symbol: body.instrument_id,
    side: body.direction,
    type: body.order_type,
    time_in_force: toTimeInForce(body),
    price: isAbsent ? undefined : body.price,
    quantity: body.volume,
  };
}

/** What is not supported becomes a word that is none of ours. */
function toTimeInForce(body: SubmitOrderBody): string {
  const time = body.time_condition ?? (body.order_type === "MARKET" ? "IOC" : "GTC");
  const volume = body.volume_condition ?? "ANY";
  if (volume === "ANY" && (time === "GTC" || time === "IOC")) return time;
  return volume === "ALL" && time === "IOC" ? "FOK" : `${time} ${volume}`;
}

function isZero(text: string | undefined): boolean {
  const parsed = parseDecimal(text ?? "");
  return parsed.ok && parsed.value.unscaled === 0n;
}
