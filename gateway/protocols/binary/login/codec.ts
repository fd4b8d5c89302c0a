// LoginAccepted with what is traded, ReferenceData for what does not fit and what changes later,
// and LoginRejected.

import type { Builder } from "flatbuffers";
import {
  Currency,
  Instrument,
  LoginAccepted,
  LoginRejected,
  ReferenceData,
} from "../../../generated/order-entry.ts";
import type { Currency as CurrencyTerms } from "../../../domain/instrument.ts";
import type { Instrument as InstrumentTerms } from "../../../domain/instrument.ts";
import type { RejectCode } from "../../../domain/reject.ts";
import { addAmount, type FrameWriter, ServerBody, type Stamp, toNs } from "../codec.ts";
import type { NumberRange } from "../streams/directory.ts";

/** The one that there is. */
export const VERSION = 1;
/** Of one message: 64 KiB hold some more, with the longest names. */
export const ENTRIES_MAX = 200;

/** What is traded, or a part of it. */
export interface ReferencePart {
  readonly currencies: readonly CurrencyTerms[];
  readonly instruments: readonly InstrumentTerms[];
  readonly hasMore: boolean;
}

export interface LoginTerms {
  readonly account: number;
  /** Of the engine. */
  readonly session: number;
  readonly nextNumber: number;
  readonly heartbeatMs: number;
  /** `undefined`: client_refs need not rise. */
  readonly lastClientRef: number | undefined;
}

/** Parts of at most `ENTRIES_MAX`; one, when there is nothing. */
export function splitReference(
  currencies: readonly CurrencyTerms[],
  instruments: readonly InstrumentTerms[],
): ReferencePart[] {
  const total = currencies.length + instruments.length;
  const parts: ReferencePart[] = [];
  for (let from = 0; from === 0 || from < total; from += ENTRIES_MAX) {
    const to = from + ENTRIES_MAX;
    const first = Math.max(0, from - currencies.length);
    parts.push({
      currencies: currencies.slice(from, to),
      instruments: instruments.slice(first, Math.max(0, to - currencies.length)),
      hasMore: to < total,
    });
  }
  return parts;
}

export function loginAccepted(
  writer: FrameWriter,
  stamp: Stamp,
  { account, session, nextNumber, heartbeatMs, lastClientRef }: LoginTerms,
  part: ReferencePart,
): Uint8Array {
  return writer.write(ServerBody.LoginAccepted, stamp, (builder) => {
    const { currencies, instruments } = addTables(builder, part);
    LoginAccepted.startLoginAccepted(builder);
    LoginAccepted.addVersion(builder, VERSION);
    LoginAccepted.addAccount(builder, account);
    LoginAccepted.addSession(builder, BigInt(session));
    LoginAccepted.addNextNumber(builder, BigInt(nextNumber));
    LoginAccepted.addTimeNs(builder, toNs(stamp.timeUs));
    LoginAccepted.addHeartbeatMs(builder, heartbeatMs);
    LoginAccepted.addCurrencies(builder, currencies);
    LoginAccepted.addInstruments(builder, instruments);
    LoginAccepted.addHasMore(builder, part.hasMore);
    LoginAccepted.addIncreasingRefs(builder, lastClientRef !== undefined);
    LoginAccepted.addLastClientRef(builder, BigInt(lastClientRef ?? 0));
    return LoginAccepted.endLoginAccepted(builder);
  });
}

export function referenceData(writer: FrameWriter, stamp: Stamp, part: ReferencePart): Uint8Array {
  return writer.write(ServerBody.ReferenceData, stamp, (builder) => {
    const { currencies, instruments } = addTables(builder, part);
    ReferenceData.startReferenceData(builder);
    ReferenceData.addCurrencies(builder, currencies);
    ReferenceData.addInstruments(builder, instruments);
    ReferenceData.addHasMore(builder, part.hasMore);
    return ReferenceData.endReferenceData(builder);
  });
}

/** `numbers`: of `sequence_not_available` those that there are. */
export function loginRejected(
  writer: FrameWriter,
  stamp: Stamp,
  code: RejectCode,
  numbers?: NumberRange,
): Uint8Array {
  return writer.write(ServerBody.LoginRejected, stamp, (builder) => {
    LoginRejected.startLoginRejected(builder);
    LoginRejected.addCode(builder, code);
    LoginRejected.addVersionMin(builder, VERSION);
    LoginRejected.addVersionMax(builder, VERSION);
    LoginRejected.addFirstNumber(builder, BigInt(numbers?.first ?? 0));
    LoginRejected.addNextNumber(builder, BigInt(numbers?.next ?? 0));
    return LoginRejected.endLoginRejected(builder);
  });
}

function addTables(builder: Builder, part: ReferencePart) {
  const currencies = part.currencies.map((each) => addCurrency(builder, each));
  const instruments = part.instruments.map((each) => addInstrument(builder, each));
  return {
    currencies: LoginAccepted.createCurrenciesVector(builder, currencies),
    instruments: LoginAccepted.createInstrumentsVector(builder, instruments),
  };
}

function addCurrency(builder: Builder, { currencyId, code, scale }: CurrencyTerms): number {
  const text = builder.createString(code);
  return Currency.createCurrency(builder, currencyId, text, scale);
}

function addInstrument(builder: Builder, terms: InstrumentTerms): number {
  const symbol = builder.createString(terms.symbol);
  Instrument.startInstrument(builder);
  Instrument.addId(builder, terms.instrumentId);
  Instrument.addSymbol(builder, symbol);
  Instrument.addState(builder, terms.state);
  Instrument.addBaseCurrency(builder, terms.baseCurrency);
  Instrument.addQuoteCurrency(builder, terms.quoteCurrency);
  Instrument.addTickMantissa(builder, BigInt(terms.tickMantissa));
  Instrument.addTickExponent(builder, terms.tickExponent);
  Instrument.addLotSize(builder, terms.lotSize);
  Instrument.addQuotePerTickLot(builder, terms.quotePerTickLot);
  Instrument.addMakerRate(builder, terms.makerRate);
  Instrument.addTakerRate(builder, terms.takerRate);
  Instrument.addQuantityMin(builder, BigInt(terms.quantityMin));
  Instrument.addQuantityMax(builder, BigInt(terms.quantityMax));
  Instrument.addNotionalMin(builder, addAmount(builder, terms.notionalMin));
  Instrument.addOrderValueMax(builder, addAmount(builder, terms.orderValueMax));
  Instrument.addOpenOrdersMax(builder, terms.openOrdersMax);
  Instrument.addPositionMax(builder, BigInt(terms.positionMax));
  Instrument.addReferencePrice(builder, BigInt(terms.referencePrice));
  Instrument.addBand(builder, terms.band);
  Instrument.addBandBothSides(builder, terms.bothSides);
  return Instrument.endInstrument(builder);
}
