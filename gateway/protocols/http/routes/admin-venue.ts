// The operator's side of currencies, instruments and aliases. Each change is a journaled command.

import type { Transaction } from "../../../domain/change.ts";
import { CommandFlag, Opcode, TEXT_BYTES_MAX } from "../../../domain/command.ts";
import type { CommandFields } from "../../../domain/command.ts";
import {
  parseAmount,
  parseDecimal,
  parsePrice,
  parseQuantity,
  parseRate,
} from "../../../domain/decimal.ts";
import {
  InstrumentState,
  LimitKind,
  limitKindNames,
  NameKind,
} from "../../../domain/instrument.ts";
import type { Currency } from "../../../domain/instrument.ts";
import { accept, acceptAll, refuse, RejectCode } from "../../../domain/reject.ts";
import type { Parsed } from "../../../domain/reject.ts";
import { CURRENCY_SCALE_MAX, toAmount } from "../../../domain/units.ts";
import type { Amount } from "../../../domain/units.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { EnteredCommand } from "../../../sessions/order-entry.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import {
  AdminReply,
  ALIAS_KINDS,
  Aliases,
  RequestIdQuery,
  CreateCurrency,
  CreateInstrument,
  RequestOnly,
  SetAlias,
  SetBand,
  SetFees,
  SetInstrumentState,
  SetLimit,
} from "../admin-schemas.ts";
import { enter, json, parseRequestId, toAccountId } from "../answers.ts";
import { Refusal } from "../rejects.ts";
import { defineRoute } from "../route.ts";
import type { Answer, Call, Route } from "../route.ts";
import type { INSTRUMENT_STATES } from "../schemas.ts";

const INSTRUMENTS = "/api/v1/admin/instruments";
const SYMBOL_PARAMETER = { symbol: "Symbol of an instrument, or an alias of it." };

const STATES: Readonly<Record<(typeof INSTRUMENT_STATES)[number], InstrumentState>> = {
  open: InstrumentState.open,
  cancel_only: InstrumentState.cancelOnly,
  halted: InstrumentState.halted,
  closed: InstrumentState.closed,
};
const ALIAS_KIND_NUMBERS: Readonly<Record<(typeof ALIAS_KINDS)[number], NameKind>> = {
  instrument: NameKind.instrument,
  account: NameKind.account,
};

/** What every command of administration has in common. */
export const ADMIN_COMMAND = {
  access: ["admin"],
  kind: "command",
  tag: "Administration",
  replies: { 200: { description: "Done", schema: AdminReply } },
} as const;

/** Enters a command of administration. Errors: those of texts that no command can carry. */
export function administer(
  venue: Venue,
  caller: Caller,
  command: EnteredCommand,
  account?: number,
): Answer {
  const { text = "", extensionText } = command;
  const requestId = parseRequestId(extensionText);
  if (!requestId.ok) return new Refusal(requestId.reject);
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX) return new Refusal(RejectCode.name_invalid);
  const toAnswer = ({ result, isDuplicate, sequence }: Transaction) =>
    json({ id: result, duplicate: isDuplicate, sequence });
  return enter(venue, caller, command, toAnswer, account);
}

export function adminVenueRoutes(venue: Venue): Route[] {
  return [
    ...creationRoutes(venue),
    ...settingRoutes(venue),
    ...limitRoutes(venue),
    ...aliasRoutes(venue),
  ];
}

function creationRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      ...{ method: "POST", path: "/api/v1/admin/currencies", ...ADMIN_COMMAND },
      summary: "Add a currency",
      body: CreateCurrency,
      handle: ({ caller, body }) =>
        administer(venue, caller, {
          opcode: Opcode.createCurrency,
          quantity: body.scale,
          text: body.code,
          extensionText: body.request_id,
        }),
    }),
    defineRoute({
      ...{ method: "POST", path: INSTRUMENTS, ...ADMIN_COMMAND },
      summary: "Add an instrument, halted",
      body: CreateInstrument,
      handle: ({ caller, body }) => {
        const base = venue.reference.findCurrency(body.base_currency);
        const quote = venue.reference.findCurrency(body.quote_currency);
        const read = acceptAll(
          toCurrencyId(base),
          toCurrencyId(quote),
          parseTick(body.tick_size),
          // Of an unknown currency only that the number is none can come first.
          parseLot(body.lot_size, base?.scale ?? CURRENCY_SCALE_MAX),
          parseRequestId(body.request_id),
        );
        if (!read.ok) return new Refusal(read.reject);
        const [account, instrument, tick, quantity, extensionText] = read.value;
        const { mantissa: price, exponent: side } = tick;
        const opcode = Opcode.createInstrument;
        const fields = { account, instrument, price, side, quantity };
        return administer(venue, caller, { opcode, ...fields, text: body.symbol, extensionText });
      },
    }),
  ];
}

function toCurrencyId(currency: Currency | undefined): Parsed<number> {
  return currency === undefined
    ? refuse(RejectCode.currency_not_found)
    : accept(currency.currencyId);
}

/** Reads a tick as mantissa × 10^−exponent, without trailing zeros. */
function parseTick(text: string): Parsed<{ mantissa: number; exponent: number }> {
  const parsed = parseDecimal(text);
  if (!parsed.ok) return parsed;
  let { unscaled, scale } = parsed.value;
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale -= 1;
  }
  const mantissa = Number(unscaled);
  if (mantissa < 1 || !Number.isSafeInteger(mantissa)) {
    return refuse(RejectCode.instrument_scale_inexact);
  }
  return accept({ mantissa, exponent: scale });
}

/** Reads a lot in base units. One below the scale of its currency is inexact too (rules 1.2). */
function parseLot(text: string, scale: number): Parsed<number> {
  const units = parseAmount(text, scale);
  if (!units.ok && units.reject === RejectCode.malformed_number) return units;
  const lot = units.ok ? Number(units.value) : 0;
  const isExact = lot >= 1 && Number.isSafeInteger(lot);
  return isExact ? accept(lot) : refuse(RejectCode.instrument_scale_inexact);
}

/** An endpoint below one instrument. */
function onInstrument<Body extends { readonly request_id?: string | undefined }>(
  venue: Venue,
  toCommand: (listing: Listing, call: Call<Body, undefined>) => Parsed<CommandFields>,
): (call: Call<Body, undefined>) => Answer {
  return (call) => {
    const listing = venue.reference.findListing(call.params["symbol"] ?? "");
    if (listing === undefined) return new Refusal(RejectCode.instrument_not_found);
    const read = acceptAll(toCommand(listing, call), parseRequestId(call.body.request_id));
    if (!read.ok) return new Refusal(read.reject);
    const [command, extensionText] = read.value;
    const instrument = listing.instrument.instrumentId;
    // why: toCommand names one of the opcodes of administration, none of the runtime's
    const entered = { ...command, instrument, extensionText } as EnteredCommand;
    return administer(venue, call.caller, entered);
  };
}

function settingRoutes(venue: Venue): Route[] {
  const setting = { method: "PUT", params: SYMBOL_PARAMETER, ...ADMIN_COMMAND } as const;
  return [
    defineRoute({
      ...{ ...setting, path: `${INSTRUMENTS}/{symbol}/state`, summary: "Open, halt or close" },
      body: SetInstrumentState,
      handle: onInstrument(venue, (_listing, { body }) =>
        accept({ opcode: Opcode.setInstrumentState, kind: STATES[body.state] }),
      ),
    }),
    defineRoute({
      ...{ ...setting, path: `${INSTRUMENTS}/{symbol}/fees` },
      summary: "Set the fee rates of orders accepted from now on",
      body: SetFees,
      handle: onInstrument(venue, (_listing, { body }) => {
        const rates = acceptAll(parseRate(body.maker_rate), parseRate(body.taker_rate));
        if (!rates.ok) return rates;
        const [price, quantity] = rates.value;
        return accept({ opcode: Opcode.setFees, price, quantity });
      }),
    }),
    defineRoute({
      ...{ ...setting, path: `${INSTRUMENTS}/{symbol}/band` },
      summary: "Set reference price and price band",
      body: SetBand,
      handle: onInstrument(venue, ({ instrument }, { body }) => {
        const reference = body.reference_price;
        const read = acceptAll<[number, number]>(
          reference === null ? accept(0) : parsePrice(reference, instrument),
          body.band === null ? accept(0) : parseBand(body.band),
        );
        if (!read.ok) return read;
        const [price, quantity] = read.value;
        const flags = body.both_sides === true ? CommandFlag.bothSides : 0;
        return accept({ opcode: Opcode.setBand, price, quantity, flags });
      }),
    }),
  ];
}

function parseBand(text: string): Parsed<number> {
  const band = parseRate(text);
  const isNumber = band.ok || band.reject !== RejectCode.malformed_number;
  return band.ok || !isNumber ? band : refuse(RejectCode.band_invalid);
}

function limitRoutes(venue: Venue): Route[] {
  return [
    defineRoute({
      ...{ method: "PUT", path: `${INSTRUMENTS}/{symbol}/limits/{limit}`, ...ADMIN_COMMAND },
      summary: "Set or remove one limit",
      params: { ...SYMBOL_PARAMETER, limit: Object.values(limitKindNames).join(", ") },
      body: SetLimit,
      handle: onInstrument(venue, (listing, { params, body }) => {
        const kind = Object.values(LimitKind).find(
          (each) => limitKindNames[each] === params["limit"],
        );
        if (kind === undefined) return refuse(RejectCode.limit_invalid);
        const amount = parseLimit(kind, body.value, listing);
        if (!amount.ok) return amount;
        return accept({ opcode: Opcode.setLimit, kind, amount: amount.value });
      }),
    }),
    defineRoute({
      ...{ method: "POST", path: `${INSTRUMENTS}/{symbol}/sweep`, ...ADMIN_COMMAND },
      summary: "Move the collected fees to the fee account",
      params: SYMBOL_PARAMETER,
      body: RequestOnly,
      handle: onInstrument(venue, () => accept({ opcode: Opcode.sweepFees })),
    }),
  ];
}

/** A limit in the unit the engine counts it in: lots, quote units or orders. */
function parseLimit(kind: LimitKind, text: string | null, listing: Listing): Parsed<Amount> {
  if (text === null) return accept(toAmount(0n));
  switch (kind) {
    case LimitKind.quantityMin:
    case LimitKind.quantityMax:
    case LimitKind.positionMax: {
      const lots = parseQuantity(text, listing.quantityFormat);
      return lots.ok ? accept(toAmount(BigInt(lots.value))) : lots;
    }
    case LimitKind.notionalMin:
    case LimitKind.orderValueMax:
      return parseAmount(text, listing.quote.scale);
    case LimitKind.openOrdersMax:
      return parseAmount(text, 0);
  }
}

function aliasRoutes(venue: Venue): Route[] {
  const path = "/api/v1/admin/aliases";
  return [
    defineRoute({
      ...{ method: "GET", path, access: ["admin"], kind: "query", tag: "Administration" },
      summary: "All aliases",
      replies: { 200: { description: "Aliases, by kind and text", schema: Aliases } },
      handle: () => {
        const aliases = venue.reference.aliases().map(({ kind, targetId, text }) => ({
          kind: kind === NameKind.instrument ? "instrument" : "account",
          target_id: targetId,
          alias: text,
        }));
        return json({ aliases, as_of_sequence: venue.router.releasedSequence });
      },
    }),
    defineRoute({
      ...{ method: "POST", path, ...ADMIN_COMMAND },
      summary: "Add another name of an instrument or account",
      body: SetAlias,
      handle: ({ caller, body }) => {
        const { kind, target } = body;
        const isInstrument = kind === "instrument";
        // 0 names nothing: the engine says so, in its order of checks.
        const listing = isInstrument ? venue.reference.findListing(target) : undefined;
        return administer(venue, caller, {
          opcode: Opcode.setAlias,
          kind: ALIAS_KIND_NUMBERS[kind],
          instrument: listing?.instrument.instrumentId ?? 0,
          account: isInstrument ? 0 : (toAccountId(target) ?? 0),
          text: body.alias,
          extensionText: body.request_id,
        });
      },
    }),
    defineRoute({
      ...{ method: "DELETE", path: `${path}/{kind}/{alias}`, ...ADMIN_COMMAND },
      summary: "Remove an alias",
      params: { kind: ALIAS_KINDS.join(" or "), alias: "The alias, escaped for a path." },
      query: RequestIdQuery,
      handle: ({ caller, params, query }) => {
        const kind = ALIAS_KINDS.find((each) => each === params["kind"]);
        const text = params["alias"] ?? "";
        if (kind === undefined || Buffer.byteLength(text) > TEXT_BYTES_MAX) {
          return new Refusal(RejectCode.alias_not_found);
        }
        return administer(venue, caller, {
          opcode: Opcode.removeAlias,
          kind: ALIAS_KIND_NUMBERS[kind],
          text,
          extensionText: query.request_id,
        });
      },
    }),
  ];
}
