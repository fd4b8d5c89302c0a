// What the binary protocol tells of one request → what a scenario compares. Nothing but the
// messages is looked at, and the instruments' units.

import { cancelReasonNames } from "../../gateway/domain/order.ts";
import { rejectByNumber } from "../../gateway/domain/reject.ts";
import { toPrice, toQuantity } from "../../gateway/domain/units.ts";
import type { Kind, Message, MessageOf } from "./binary-frames.ts";
import type { Directory } from "./scenario-directory.ts";
import { toFill } from "./scenario-images.ts";
import type { Fill } from "./scenario-script.ts";
import type { Found } from "./scenario-venue.ts";

/** What came of a request: the messages up to the answer to a query behind it. */
export function toFound(messages: readonly Message[], directory: Directory): Found {
  const [first] = messages;
  switch (first?.kind) {
    case "OrderRejected":
      return toRejected(first.body.code(), Number(first.body.orderId()), first.sequence);
    case "CancelRejected":
    case "ReplaceRejected":
      return toRejected(first.body.code(), Number(first.body.orderId()), first.sequence);
    case "MassCancelRejected":
      return toRejected(first.body.code(), 0, first.sequence);
    case "Rejected":
      return toRejected(first.body.code(), 0, 0);
    case "OrderAccepted":
    case "OrderReplaced": {
      const id = Number(first.body.orderId());
      if (!first.body.duplicate()) return toMoved(messages, id, first.sequence, directory);
      return { outcome: { kind: "duplicate", of: id }, id, sequence: first.sequence };
    }
    case "OrderCancelled":
    case "MassCancelDone":
      return toCancelled(messages, first.sequence, directory);
    default:
      throw new Error(`${first?.kind} answers a request`);
  }
}

function toRejected(number: number, id: number, sequence: number): Found {
  // why: a number that is not in the table makes a name that no scenario expects
  const row = rejectByNumber[number as keyof typeof rejectByNumber];
  return { outcome: { kind: "rejected", code: row?.name ?? `${number}` }, id, sequence };
}

/** Of an order that was accepted or replaced: what it traded, and what is left of it. */
function toMoved(
  messages: readonly Message[],
  id: number,
  sequence: number,
  directory: Directory,
): Found {
  const fills = of(messages, "OrderFilled").filter(({ body }) => Number(body.orderId()) === id);
  const [cancel] = of(messages, "OrderCancelled").filter(
    ({ body }) => Number(body.orderId()) === id,
  );
  const texts = fills.map(({ body }) => toTexts(body, directory));
  if (cancel !== undefined) {
    const cancelled = toCancel(cancel, directory);
    const outcome = { kind: "moved", fills: texts, rests: undefined, cancelled } as const;
    return { outcome, id, sequence };
  }
  const last = fills.at(-1)?.body;
  if (last === undefined) return { outcome: { kind: "accepted" }, id, sequence };
  const leaves = { instrument: () => last.instrument(), quantity: () => last.leaves() };
  const rests = last.leaves() === 0n ? undefined : toTexts(leaves, directory).quantity;
  return { outcome: { kind: "moved", fills: texts, rests, cancelled: undefined }, id, sequence };
}

function toCancelled(messages: readonly Message[], sequence: number, directory: Directory): Found {
  const [first] = of(messages, "OrderCancelled");
  const [done] = of(messages, "MassCancelDone");
  if (done !== undefined) {
    const count = Number(done.body.orders());
    const reason = first === undefined ? "none" : cancelReasonNames[first.body.reason()];
    return { outcome: { kind: "orders cancelled", count, reason }, id: count, sequence };
  }
  if (first === undefined) throw new Error("nothing is cancelled");
  const cancelled = toCancel(first, directory);
  const id = Number(first.body.orderId());
  return { outcome: { kind: "moved", fills: [], rests: undefined, cancelled }, id, sequence };
}

function toCancel({ body }: MessageOf<"OrderCancelled">, directory: Directory) {
  const reason = cancelReasonNames[body.reason()];
  // An order with a budget has no quantity.
  if (body.quantity() === 0n) return { quantity: undefined, reason };
  const left = {
    instrument: () => body.instrument(),
    quantity: () => body.quantity() - body.filled(),
  };
  return { quantity: toTexts(left, directory).quantity, reason };
}

interface Units {
  instrument(): number;
  quantity(): bigint;
  price?(): bigint;
}

function toTexts(body: Units, directory: Directory): Fill {
  const instrument = directory.instrumentOf(body.instrument());
  const quantity = toQuantity(Number(body.quantity()));
  return toFill({ price: toPrice(Number(body.price?.() ?? 1n)), quantity }, instrument, directory);
}

function of<Name extends Kind>(messages: readonly Message[], kind: Name): MessageOf<Name>[] {
  // why: the filter leaves only messages of this kind
  return messages.filter((message) => message.kind === kind) as MessageOf<Name>[];
}
