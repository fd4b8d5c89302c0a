// What the operator does in a scenario → commands, for the engine's door.

import { AccountState } from "../../gateway/domain/account.ts";
import { CommandFlag, Opcode, type SubmittedCommand } from "../../gateway/domain/command.ts";
import { parseAmount, parseDecimal, parseRate } from "../../gateway/domain/decimal.ts";
import {
  type Instrument,
  InstrumentState,
  LimitKind,
  NameKind,
} from "../../gateway/domain/instrument.ts";
import { type Parsed, refuse, RejectCode } from "../../gateway/domain/reject.ts";
import { type Directory, NO_ID } from "./scenario-directory.ts";
import {
  readBudget,
  readPrice,
  readQuantity,
  readText,
  type Readings,
  toByte,
} from "./scenario-readings.ts";
import type { InstrumentStateName, LimitName, RawByte } from "./scenario-script.ts";
import type { ResolvedAction } from "./scenario-venue.ts";

/** What the operator asks for, but for money and orders. */
export type Administration = Extract<ResolvedAction, { readonly requestId: string | undefined }> & {
  readonly kind: Exclude<ResolvedAction["kind"], "deposit" | "withdraw" | "transfer">;
};

/** The command of an operator's action. */
export function toAdministration(
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
      const kind = toByte(action.state, AccountState);
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
        kind: toByte(action.limit, LIMITS),
        amount: readLimit(action.limit, action.value, found, directory, readings),
      };
    case "band":
      return {
        opcode: Opcode.setBand,
        flags: action.bothSides ? CommandFlag.bothSides : 0,
        instrument,
        price: readPrice(action.reference, found, readings),
        quantity: readings.take(parseBand(action.band ?? "0"), 0),
      };
    case "instrument state": {
      const kind = toByte(action.state, STATES);
      return { opcode: Opcode.setInstrumentState, instrument, kind };
    }
  }
}

function parseBand(text: string): Parsed<number> {
  const band = parseRate(text);
  const isNumber = band.ok || band.reject !== RejectCode.malformed_number;
  return band.ok || !isNumber ? band : refuse(RejectCode.band_invalid);
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
