// Answers of the HTTP API → what a scenario compares.

import type { z } from "zod";
import { formatAmount } from "../../gateway/domain/decimal.ts";
import { toAmount } from "../../gateway/domain/units.ts";
import type { AdminReply } from "../../gateway/protocols/http/admin-schemas.ts";
import type { OrderAnswer, OrderReply, Problem } from "../../gateway/protocols/http/schemas.ts";
import type { OrderField } from "./scenario-script.ts";
import type { Found, OrderView } from "./scenario-venue.ts";

/** An answer that was no refusal, or the name of the refusal. */
export type Answered<Body> =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly problem: z.output<typeof Problem> };

export function toFound<Body>(answered: Answered<Body>, read: (body: Body) => Found): Found {
  if (answered.ok) return read(answered.body);
  const { name, order_id, sequence } = answered.problem;
  const outcome = { kind: "rejected", code: name } as const;
  return { outcome, id: Number(order_id ?? 0), sequence: Number(sequence ?? 0) };
}

export function adminFound({ id, duplicate, sequence }: z.output<typeof AdminReply>): Found {
  const outcome = duplicate
    ? ({ kind: "duplicate", of: id } as const)
    : ({ kind: "accepted" } as const);
  return { outcome, id, sequence };
}

export function orderFound(body: z.output<typeof OrderReply>): Found {
  const { order_id: id, sequence } = body;
  return { outcome: toOutcome(body), id, sequence };
}

function toOutcome(body: z.output<typeof OrderReply>): Found["outcome"] {
  const { status_name, fills } = body;
  if (body.duplicate) return { kind: "duplicate", of: body.order_id };
  if (status_name === "cancelled") {
    const quantity =
      typeof body.quantity === "string" ? subtract(body.quantity, body.filled) : undefined;
    const cancelled = { quantity, reason: body.reason ?? "none" };
    return { kind: "moved", fills, rests: undefined, cancelled };
  }
  if (fills.length === 0) return { kind: "accepted" };
  const rests = status_name === "filled" ? undefined : body.leaves;
  return { kind: "moved", fills, rests, cancelled: undefined };
}

export function toOrderView(body: z.output<typeof OrderAnswer>): OrderView {
  const fields = new Map<OrderField, string>([["filled", body.filled]]);
  if (body.client_order_id !== undefined) fields.set("client_id", body.client_order_id);
  if (body.retained !== true) {
    fields.set("price", body.price ?? "none");
    fields.set("quantity", body.quantity ?? "none");
    fields.set("leaves", body.leaves ?? "none");
    fields.set("fee", body.fee ?? "none");
    fields.set("average", body.average_price ?? "none");
    fields.set("stp", body.self_trade_prevention?.toLowerCase() ?? "none");
  }
  return { status: body.status_name, reason: body.reason ?? "none", fields };
}

/** Of two texts with the same decimals. */
function subtract(total: string, part: string): string {
  const scale = (total.split(".")[1] ?? "").length;
  const units = BigInt(total.replace(".", "")) - BigInt(part.replace(".", ""));
  return formatAmount(toAmount(units), scale);
}
