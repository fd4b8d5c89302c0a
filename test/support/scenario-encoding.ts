// Actions of a scenario → commands, for the engine's door: names become ids, texts become ticks,
// lots and units. What cannot be read is refused here, lowest precedence first, and gets no
// sequence.

import { CommandFlag, Opcode, type SubmittedCommand } from "../../gateway/domain/command.ts";
import { OrderType, SelfTradePrevention, Side, TimeInForce } from "../../gateway/domain/order.ts";
import { type Parsed, refuse, RejectCode } from "../../gateway/domain/reject.ts";
import { toAdministration } from "./scenario-administration.ts";
import { type Directory, NO_ID } from "./scenario-directory.ts";
import {
  readAmount,
  readBudget,
  readPrice,
  readQuantity,
  Readings,
  readText,
  toByte,
} from "./scenario-readings.ts";
import type { NewOrderAction, RuntimeAction } from "./scenario-script.ts";
import type { OrderName, ResolvedAction } from "./scenario-venue.ts";

type EncodedAction = Exclude<ResolvedAction, { readonly kind: "time passes" }>;

/** The command an action means. */
export function encodeAction(
  action: EncodedAction,
  directory: Directory,
): Parsed<SubmittedCommand> {
  const readings = new Readings();
  const command = toCommand(action, directory, readings);
  const { reject } = readings;
  return reject === undefined ? { ok: true, value: command } : refuse(reject);
}

function toCommand(
  action: EncodedAction,
  directory: Directory,
  readings: Readings,
): SubmittedCommand {
  switch (action.kind) {
    case "new order":
      return toNewOrder(action, directory, readings);
    case "cancel":
    case "cancel all":
    case "replace":
      return toAmendment(action, directory, readings);
    case "deposit":
    case "withdraw":
    case "transfer":
      return toLedgerMove(action, directory, readings);
    case "open session":
    case "close session":
      return toSessionCommand(action, directory);
    default:
      return toAdministration(action, directory, readings);
  }
}

function toNewOrder(
  action: NewOrderAction,
  directory: Directory,
  readings: Readings,
): SubmittedCommand {
  const instrument = directory.instrument(action.symbol ?? "");
  const isMarket = action.type === "market";
  return {
    opcode: Opcode.newOrder,
    flags: action.cancelOnDisconnect ? CommandFlag.cancelOnDisconnect : 0,
    side: toByte(action.side, Side),
    orderType: toByte(action.type, OrderType),
    timeInForce: toByte(action.timeInForce ?? (isMarket ? "ioc" : "gtc"), TIMES_IN_FORCE),
    kind: toByte(action.selfTradePrevention ?? "default", PREVENTIONS),
    account: directory.accountId(action.account),
    instrument: instrument?.instrumentId ?? NO_ID,
    session: action.session === undefined ? 0 : directory.sessionId(action.session),
    price: readPrice(action.price, instrument, readings),
    quantity: readQuantity(action.quantity, instrument, directory, readings),
    amount: readBudget(action.budget, instrument, directory, readings),
    text: readText(action.clientOrderId, RejectCode.client_order_id_invalid, readings),
  };
}

const TIMES_IN_FORCE = {
  ...{ gtc: TimeInForce.gtc, ioc: TimeInForce.ioc },
  ...{ fok: TimeInForce.fok, post_only: TimeInForce.postOnly },
} as const;
const PREVENTIONS = {
  default: SelfTradePrevention.accountDefault,
  expire_taker: SelfTradePrevention.expireTaker,
} as const;

function toAmendment(
  action: EncodedAction & { kind: "cancel" | "cancel all" | "replace" },
  directory: Directory,
  readings: Readings,
): SubmittedCommand {
  const account = directory.accountId(action.account);
  const session = action.session === undefined ? 0 : directory.sessionId(action.session);
  if (action.kind === "replace") {
    const [orderId, text] = toTarget(action.order);
    // A replace names no instrument: what its numbers mean, the order says.
    const found = directory.order(action.account, action.order);
    const instrument = found && directory.instrumentOf(found.instrument);
    return {
      opcode: Opcode.replaceOrder,
      ...{ account, session, orderId },
      price: readPrice(action.price, instrument, readings),
      quantity: readQuantity(action.quantity, instrument, directory, readings),
      text: readText(action.clientOrderId, RejectCode.client_order_id_invalid, readings),
      extensionText: text,
    };
  }
  const flags = action.isByVenue ? CommandFlag.admin : 0;
  const isNamed = action.symbol !== undefined;
  const named = isNamed ? (directory.instrument(action.symbol)?.instrumentId ?? NO_ID) : 0;
  if (action.kind === "cancel all") {
    return { opcode: Opcode.massCancel, flags, account, session, instrument: named };
  }
  const [orderId, text] = toTarget(action.order);
  return { opcode: Opcode.cancelOrder, flags, account, session, instrument: named, orderId, text };
}

function toTarget(order: OrderName): [orderId: number, text: string | undefined] {
  return "orderId" in order ? [order.orderId, undefined] : [0, order.clientOrderId];
}

function toLedgerMove(
  action: EncodedAction & { kind: "deposit" | "withdraw" | "transfer" },
  directory: Directory,
  readings: Readings,
): SubmittedCommand {
  const currency = directory.currency(action.currency);
  const account = directory.accountId(action.account);
  return {
    opcode: Opcode[action.kind],
    account,
    instrument: currency?.currencyId ?? NO_ID,
    session: action.isByVenue ? directory.accountId("fees") : account,
    orderId: action.to === undefined ? 0 : directory.accountId(action.to),
    amount:
      currency === undefined
        ? BigInt(readings.standIn(action.amount))
        : readAmount(action.amount, currency.scale, readings),
    text: readText(action.requestId, RejectCode.request_id_invalid, readings),
  };
}

function toSessionCommand(
  action: Exclude<RuntimeAction, { kind: "time passes" }>,
  directory: Directory,
): SubmittedCommand {
  if (action.kind === "close session") {
    return { opcode: Opcode.sessionClosed, session: directory.sessionId(action.session) };
  }
  return {
    opcode: Opcode.sessionOpened,
    flags: action.cancelOnDisconnect ? CommandFlag.cancelOnDisconnect : 0,
    account: directory.accountId(action.account),
    text: action.session,
  };
}
