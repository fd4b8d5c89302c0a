// Actions of a scenario → commands, for the engine's door: names become ids, texts become ticks, lots
// and units. What cannot be read is refused here, lowest precedence first, and gets no sequence.

import { AccountState } from "../../gateway/domain/account.ts";
import { CommandFlag, Opcode, TEXT_BYTES_MAX } from "../../gateway/domain/command.ts";
import type { SubmittedCommand } from "../../gateway/domain/command.ts";
import {
  parseAmount,
  parseDecimal,
  parsePrice,
  parseQuantity,
  parseRate,
} from "../../gateway/domain/decimal.ts";
import {
  type Instrument,
  InstrumentState,
  LimitKind,
  NameKind,
} from "../../gateway/domain/instrument.ts";
import { OrderType, SelfTradePrevention, Side, TimeInForce } from "../../gateway/domain/order.ts";
import { type Parsed, refuse, RejectCode, rejectByNumber } from "../../gateway/domain/reject.ts";
import type {
  InstrumentStateName,
  LimitName,
  NewOrderAction,
  RawByte,
  RuntimeAction,
} from "./scenario-script.ts";
import { type Directory, NO_ID } from "./scenario-directory.ts";
import type { OrderName, ResolvedAction } from "./scenario-venue.ts";

type EncodedAction = Exclude<ResolvedAction, { readonly kind: "time passes" }>;

/** Collects what could not be read; `take` gives a stand-in, as no command is made of it. */
class Readings {
  #rejects: RejectCode[] = [];

  take<Value>(parsed: Parsed<Value>, standIn: Value): Value {
    if (parsed.ok) return parsed.value;
    this.#rejects.push(parsed.reject);
    return standIn;
  }

  /** The code that comes first in the order of checks. */
  get reject(): RejectCode | undefined {
    const precedence = (code: RejectCode): number => rejectByNumber[code].precedence;
    return this.#rejects.toSorted((one, other) => precedence(one) - precedence(other))[0];
  }
}

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
    // why: a byte without a meaning is what this line of the scenario is about
    orderType: toByte(action.type, OrderType) as OrderType,
    // why: as above
    timeInForce: toByte(
      action.timeInForce ?? (isMarket ? "ioc" : "gtc"),
      TIMES_IN_FORCE,
    ) as TimeInForce,
    // why: as above
    kind: toByte(action.selfTradePrevention ?? "default", PREVENTIONS) as SelfTradePrevention,
    account: directory.accountId(action.account),
    instrument: instrument?.instrumentId ?? NO_ID,
    session: action.session === undefined ? 0 : directory.sessionId(action.session),
    price: readPrice(action.price, instrument, readings),
    quantity: readQuantity(action.quantity, instrument, directory, readings),
    amount: readBudget(action.budget, instrument, directory, readings),
    text: readText(action.clientOrderId, RejectCode.client_order_id_invalid, readings),
  };
}

/** A text that does not fit the record cannot be one that the engine would take. */
function readText(
  text: string | undefined,
  reject: RejectCode,
  readings: Readings,
): string | undefined {
  const fits = text === undefined || Buffer.byteLength(text) <= TEXT_BYTES_MAX;
  // The record's empty text means none, so an empty one cannot be said in it.
  if (fits && text !== "") return text;
  return readings.take(refuse(reject), undefined);
}

const TIMES_IN_FORCE = {
  ...{ gtc: TimeInForce.gtc, ioc: TimeInForce.ioc },
  ...{ fok: TimeInForce.fok, post_only: TimeInForce.postOnly },
} as const;
const PREVENTIONS = {
  default: SelfTradePrevention.accountDefault,
  expire_taker: SelfTradePrevention.expireTaker,
} as const;

function toByte<Word extends string>(
  word: Word | RawByte,
  numbers: Readonly<Record<Word, number>>,
): number {
  return typeof word === "string" ? numbers[word] : word.byte;
}

function readPrice(
  text: string | undefined,
  instrument: Instrument | undefined,
  readings: Readings,
): number {
  if (text === undefined) return 0;
  if (instrument === undefined) return 1;
  return readSigned(text, (digits) => readings.take<number>(parsePrice(digits, instrument), 1));
}

/** A number below zero is told to the engine, which judges it at its place among the checks. */
function readSigned(text: string, read: (digits: string) => number): number {
  return text.startsWith("-") ? -read(text.slice(1)) : read(text);
}

function readQuantity(
  text: string | undefined,
  instrument: Instrument | undefined,
  directory: Directory,
  readings: Readings,
): number {
  if (text === undefined) return 0;
  if (instrument === undefined) return 1;
  const baseScale = directory.currencyOf(instrument.baseCurrency).scale;
  const format = { lotSize: instrument.lotSize, baseScale };
  return readSigned(text, (digits) => readings.take<number>(parseQuantity(digits, format), 1));
}

function readBudget(
  text: string | undefined,
  instrument: Instrument | undefined,
  directory: Directory,
  readings: Readings,
): bigint {
  if (text === undefined) return 0n;
  if (instrument === undefined) return 1n;
  const scale = directory.currencyOf(instrument.quoteCurrency).scale;
  const amount = readAmount(text, scale, readings);
  // The record's 0 means no budget, so one of 0 cannot be said in it.
  return amount === 0n ? readings.take(refuse(RejectCode.amount_out_of_range), 1n) : amount;
}

/** As with prices, a number below zero is told to the engine. */
function readAmount(text: string, scale: number, readings: Readings): bigint {
  if (!text.startsWith("-")) return readings.take<bigint>(parseAmount(text, scale), 1n);
  return -readings.take<bigint>(parseAmount(text.slice(1), scale), 1n);
}

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
    amount: currency === undefined ? 1n : readAmount(action.amount, currency.scale, readings),
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

type Administration = Extract<EncodedAction, { readonly requestId: string | undefined }> & {
  readonly kind: Exclude<EncodedAction["kind"], "deposit" | "withdraw" | "transfer">;
};

function toAdministration(
  action: Administration,
  directory: Directory,
  readings: Readings,
): SubmittedCommand {
  const requestId = readText(action.requestId, RejectCode.request_id_invalid, readings);
  const caller = { session: directory.accountId("fees"), extensionText: requestId };
  switch (action.kind) {
    case "create currency":
      return {
        opcode: Opcode.createCurrency,
        ...caller,
        quantity: action.scale,
        text: action.code,
      };
    case "create account":
      return { opcode: Opcode.createAccount, ...caller, text: action.name };
    case "create instrument":
      return { ...toCreateInstrument(action, directory, readings), ...caller };
    case "alias": {
      const isInstrument = action.of === "instrument";
      const instrument = directory.instrument(action.target)?.instrumentId ?? NO_ID;
      return {
        opcode: Opcode.setAlias,
        ...caller,
        kind: isInstrument ? NameKind.instrument : NameKind.account,
        ...(isInstrument ? { instrument } : { account: directory.accountId(action.target) }),
        text: action.text,
      };
    }
    case "unalias": {
      const kind = action.of === "instrument" ? NameKind.instrument : NameKind.account;
      return { opcode: Opcode.removeAlias, ...caller, kind, text: action.text };
    }
    case "account state": {
      // why: a byte without a meaning is what such a line is about
      const kind = toByte(action.state, AccountState) as AccountState;
      const account = directory.accountId(action.account);
      return { opcode: Opcode.setAccountState, ...caller, account, kind };
    }
    default:
      return { ...toSetting(action, directory, readings), ...caller };
  }
}

function toCreateInstrument(
  action: Administration & { kind: "create instrument" },
  directory: Directory,
  readings: Readings,
): SubmittedCommand {
  const [baseCode = "", quoteCode = ""] = action.symbol.split("-");
  const base = directory.currency(baseCode);
  const tick = readings.take(parseDecimal(action.tick), { unscaled: 1n, scale: 0 });
  return {
    opcode: Opcode.createInstrument,
    account: base?.currencyId ?? NO_ID,
    instrument: directory.currency(quoteCode)?.currencyId ?? NO_ID,
    price: Number(tick.unscaled),
    side: tick.scale,
    quantity: base === undefined ? 1 : readings.take(parseLot(action.lot, base.scale), 1n),
    text: action.symbol,
  };
}

/** A lot below the scale of its currency is no scale for an instrument (rules 1.2). */
function parseLot(text: string, scale: number): Parsed<bigint> {
  const lot = parseAmount(text, scale);
  const isTooFine = !lot.ok && lot.reject === RejectCode.amount_scale_exceeded;
  return isTooFine ? refuse(RejectCode.instrument_scale_inexact) : lot;
}

type Setting = Administration & {
  kind: "sweep" | "fees" | "limit" | "band" | "instrument state";
};

function toSetting(action: Setting, directory: Directory, readings: Readings): SubmittedCommand {
  const found = directory.instrument(action.symbol);
  const instrument = found?.instrumentId ?? NO_ID;
  switch (action.kind) {
    case "sweep":
      return { opcode: Opcode.sweepFees, instrument };
    case "fees": {
      const price = readings.take(parseRate(action.maker), 0);
      const quantity = readings.take(parseRate(action.taker), 0);
      return { opcode: Opcode.setFees, instrument, price, quantity };
    }
    case "limit":
      return {
        opcode: Opcode.setLimit,
        instrument,
        // why: a byte without a meaning is what such a line is about
        kind: toByte(action.limit, LIMITS) as LimitKind,
        amount: readLimit(action.limit, action.value, found, directory, readings),
      };
    case "band":
      return {
        opcode: Opcode.setBand,
        flags: action.bothSides ? CommandFlag.bothSides : 0,
        instrument,
        price: readPrice(action.reference, found, readings),
        quantity: readings.take(parseRate(action.band ?? "0"), 0),
      };
    case "instrument state": {
      // why: as above
      const kind = toByte(action.state, STATES) as InstrumentState;
      return { opcode: Opcode.setInstrumentState, instrument, kind };
    }
  }
}

const LIMITS = {
  ...{ quantity_min: LimitKind.quantityMin, quantity_max: LimitKind.quantityMax },
  ...{ notional_min: LimitKind.notionalMin, order_value_max: LimitKind.orderValueMax },
  ...{ open_orders_max: LimitKind.openOrdersMax, position_max: LimitKind.positionMax },
} as const satisfies Record<LimitName, LimitKind>;
const STATES = {
  ...{ open: InstrumentState.open, cancel_only: InstrumentState.cancelOnly },
  ...{ halted: InstrumentState.halted, closed: InstrumentState.closed },
} as const satisfies Record<InstrumentStateName, InstrumentState>;

/** A limit in its unit: lots, quote units or a count. */
function readLimit(
  limit: LimitName | RawByte,
  value: string,
  instrument: Instrument | undefined,
  directory: Directory,
  readings: Readings,
): bigint {
  if (value === "0" || instrument === undefined) return 0n;
  switch (limit) {
    case "quantity_min":
    case "quantity_max":
    case "position_max":
      return BigInt(readQuantity(value, instrument, directory, readings));
    case "notional_min":
    case "order_value_max":
      return readBudget(value, instrument, directory, readings);
    default:
      return readings.take<bigint>(parseAmount(value, 0), 0n);
  }
}
