// OrderCancelReplaceRequest (G) → the command of order entry. What it repeats of the order must be
// as the order has it; whether it may be replaced so is the engine's to say.

import { Opcode, type SubmittedCommand } from "../../../domain/command.ts";
import { type OrderImage, Side } from "../../../domain/order.ts";
import { firstReject, RejectCode } from "../../../domain/reject.ts";
import type { FixMessage } from "../wire/message.ts";
import { isClientOrderId } from "./new-order.ts";
import type { Steps } from "./steps.ts";

/**
 * Reads a replace of the order `image`. `steps` of the instrument that it names; both `undefined`
 * where there is none.
 */
export function readReplace(
  message: FixMessage,
  steps: Steps | undefined,
  image: OrderImage | undefined,
): SubmittedCommand | RejectCode {
  if (steps === undefined) return RejectCode.instrument_not_found;
  const isOther = image?.instrument !== steps.listing.instrument.instrumentId;
  if (image === undefined || isOther) return RejectCode.order_not_found;
  const id = message.text(11) ?? "";
  if (!isClientOrderId(id)) return RejectCode.client_order_id_invalid;
  const refusal = findChangedTerm(message, image);
  if (refusal !== undefined) return refusal;
  const quantity = steps.readQuantity(message);
  const quantityRefusal = Number.isNaN(quantity) ? steps.refusal : undefined;
  const price = steps.readPrice(message);
  if (Number.isNaN(price)) return firstReject(quantityRefusal ?? steps.refusal, steps.refusal);
  if (quantityRefusal !== undefined) return quantityRefusal;
  return { opcode: Opcode.replaceOrder, orderId: image.orderId, price, quantity, text: id };
}

/** Of an order that has ended, what it was is forgotten: the engine refuses it. */
function findChangedTerm(message: FixMessage, image: OrderImage): RejectCode | undefined {
  if (image.isRetained) return undefined;
  if (message.is(54, "2") !== (image.side === Side.sell)) return RejectCode.side_invalid;
  // What rests is a limit order, good till cancelled; 0 is the same.
  if (!message.is(40, "2")) return RejectCode.order_type_unsupported;
  const isKept = !message.has(59) || message.is(59, "1") || message.is(59, "0");
  return isKept ? undefined : RejectCode.time_in_force_unsupported;
}

/** What must not change is told in words of its own; else those of the code. */
export function findReplaceText(code: RejectCode): string | undefined {
  switch (code) {
    case RejectCode.side_invalid:
      return "Side (54) must be that of the order";
    case RejectCode.order_type_unsupported:
      return "OrdType (40) must be that of the order";
    case RejectCode.time_in_force_unsupported:
      return "TimeInForce (59) must be that of the order";
    default:
      return undefined;
  }
}
