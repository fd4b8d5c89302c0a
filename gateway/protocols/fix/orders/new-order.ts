// NewOrderSingle (D) → the command of order entry. Judged here is what the core has no word for and
// what cannot be said in ticks and lots; all else is the engine's.

import { isIdText, Opcode, type SubmittedCommand } from "../../../domain/command.ts";
import { OrderType, Side, TimeInForce } from "../../../domain/order.ts";
import { firstReject, RejectCode } from "../../../domain/reject.ts";
import type { FixMessage } from "../wire/message.ts";
import type { Steps } from "./steps.ts";

const [ONE, TWO, THREE, FOUR, SIX] = [0x31, 0x32, 0x33, 0x34, 0x36];
/** OrdType (40); 3 is a stop. */
const [MARKET, LIMIT, STOP_LIMIT] = [ONE, TWO, FOUR];
/** TimeInForce (59). */
const [IOC, FOK, GTD] = [THREE, FOUR, SIX];
/** Side (54). */
const SELL = TWO;

/** Fields that FIX wants only in company: a limit without price, a stop without its trigger. */
export function findMissingField(message: FixMessage): string | undefined {
  const type = message.character(40);
  const isPriced = type === LIMIT || type === STOP_LIMIT;
  if (isPriced && !message.has(44)) return "Price (44) is required for this OrdType";
  const isStop = type !== LIMIT && type !== MARKET;
  if (isStop && !message.has(99)) return "StopPx (99) is required for this OrdType";
  if (message.is(59, "6") && !message.has(126)) return "ExpireTime (126) is required for GTD";
  return undefined;
}

/**
 * Reads an order; of all that is wrong, the first in the order of checks.
 *
 * Order: its conditional fields are there.
 */
export function readNewOrder(message: FixMessage, steps: Steps): SubmittedCommand | RejectCode {
  const type = message.character(40);
  const isMarket = type === MARKET;
  const id = message.text(11) ?? "";
  const refusal = findTermsRefusal(message, type, id);
  const quantity = steps.readQuantity(message);
  const quantityRefusal = Number.isNaN(quantity) ? steps.refusal : undefined;
  const price = isMarket || !message.has(44) ? 0 : steps.readPrice(message);
  const priceRefusal = Number.isNaN(price) ? steps.refusal : undefined;
  const first = firstOf(refusal, quantityRefusal, priceRefusal);
  if (first !== undefined) return first;
  return {
    opcode: Opcode.newOrder,
    instrument: steps.listing.instrument.instrumentId,
    side: message.character(54) === SELL ? Side.sell : Side.buy,
    orderType: isMarket ? OrderType.market : OrderType.limit,
    timeInForce: isMarket ? TimeInForce.ioc : readTimeInForce(message),
    price,
    quantity,
    text: id,
  };
}

/** What the venue has no order for, in the order of checks. */
function findTermsRefusal(message: FixMessage, type: number, id: string): RejectCode | undefined {
  const isMarket = type === MARKET;
  if (isMarket && message.has(44)) return RejectCode.price_forbidden;
  const timeInForce = message.character(59);
  const isPostOnly = message.has(18);
  // FOK of a market order, GTD; post-only of what never rests.
  const isUnknown = timeInForce === GTD || (isMarket && timeInForce === FOK);
  const isImmediate = isMarket || timeInForce === IOC || timeInForce === FOK;
  if (isUnknown || (isPostOnly && isImmediate)) return RejectCode.time_in_force_unsupported;
  // Stops, minimum and shown quantities.
  const isPlain = (type === LIMIT || isMarket) && !message.has(110) && !message.has(111);
  if (!isPlain) return RejectCode.order_type_unsupported;
  if (!isClientOrderId(id)) return RejectCode.client_order_id_invalid;
  return undefined;
}

/** 59 of a limit order: absent and 0 (day) are GTC, there is no end of day. */
function readTimeInForce(message: FixMessage): TimeInForce {
  switch (message.character(59)) {
    case IOC:
      return TimeInForce.ioc;
    case FOK:
      return TimeInForce.fok;
    default:
      return message.has(18) ? TimeInForce.postOnly : TimeInForce.gtc;
  }
}

/** `ob-` names orders by id and is not the client's to give. */
export function isClientOrderId(text: string): boolean {
  return isIdText(text) && !text.startsWith("ob-");
}

function firstOf(...codes: readonly (RejectCode | undefined)[]): RejectCode | undefined {
  let first: RejectCode | undefined;
  for (const code of codes) {
    if (code !== undefined) first = first === undefined ? code : firstReject(first, code);
  }
  return first;
}
