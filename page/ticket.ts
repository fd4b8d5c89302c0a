// The order ticket: what was typed → the body of `order.place`, or what is missing.

import { isPositive } from "./decimal.ts";

export interface TicketFields {
  readonly symbol: string;
  readonly side: string;
  readonly type: string;
  readonly price: string;
  readonly quantity: string;
  readonly timeInForce: string;
  readonly isPostOnly: boolean;
}

export type Ticket =
  | { readonly ok: true; readonly body: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly field: "price" | "quantity"; readonly text: string };

/** `id`: of the client, so that an order sent twice is one. */
export function toOrder(fields: TicketFields, id: string): Ticket {
  const { symbol, side, type, timeInForce, isPostOnly } = fields;
  const [price, quantity] = [fields.price, fields.quantity].map((text) => text.replaceAll(",", ""));
  const isLimit = type === "LIMIT";
  if (isLimit && !isPositive(price ?? "")) {
    return { ok: false, field: "price", text: "Give a price above 0, such as 100.50" };
  }
  if (!isPositive(quantity ?? "")) {
    return { ok: false, field: "quantity", text: "Give a quantity above 0, such as 0.01" };
  }
  const terms = isLimit
    ? { price: price ?? "", time_in_force: isPostOnly ? "GTX" : timeInForce }
    : { time_in_force: "IOC" };
  const body = { symbol, side, type, quantity: quantity ?? "", ...terms, client_order_id: id };
  return { ok: true, body };
}
