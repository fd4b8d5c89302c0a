// A trade as what it moves between accounts (rules 6.3). The core has moved it already; this says
// what for, so that it can be checked against the balances and shown to others.

import type { Trade, Transaction } from "../../domain/change.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { Side } from "../../domain/order.ts";
import {
  type Amount,
  FEE_ACCOUNT,
  type Sequence,
  type TimeUs,
  toAmount,
} from "../../domain/units.ts";

/** One movement; what an account gives is negative. */
export interface Leg {
  readonly account: number;
  readonly currency: number;
  readonly amount: Amount;
}

/** What one trade moves. Legs and fees sum to zero in each currency. */
export interface SettlementEvent {
  /** Dense from 1 per instrument. */
  readonly tradeId: number;
  readonly sequence: Sequence;
  readonly instrument: number;
  /** Base from seller to buyer, quote from buyer to seller. */
  readonly legs: readonly Leg[];
  /**
   * Of taker, maker and account 1, whose share stays in the instrument's fee accumulator until it
   * is swept. A maker's rebate is positive.
   */
  readonly fees: readonly Leg[];
  readonly settledAtUs: TimeUs;
}

/** What of an instrument decides what a trade moves; it never changes (rules 1.2). */
export type SettlementTerms = Pick<
  Instrument,
  "baseCurrency" | "quoteCurrency" | "lotSize" | "quotePerTickLot"
>;
/** Terms by instrument id. */
export type FindTerms = (instrument: number) => SettlementTerms | undefined;

const NO_EVENTS: readonly SettlementEvent[] = [];

/** The terms of an instrument that traded. Errors: throws when it is not known. */
export function termsOf(instrument: number, findTerms: FindTerms): SettlementTerms {
  const terms = findTerms(instrument);
  if (terms === undefined) throw new RangeError(`instrument ${instrument} traded and is not known`);
  return terms;
}

/** A trade with the transaction it happened in. */
export interface DatedTrade {
  readonly trade: Trade;
  readonly sequence: Sequence;
  readonly timeUs: TimeUs;
}

export function toSettlementEvent(
  { trade, sequence, timeUs }: DatedTrade,
  findTerms: FindTerms,
): SettlementEvent {
  const { tradeId, instrument } = trade;
  const terms = termsOf(instrument, findTerms);
  const legs = toLegs(trade, terms);
  const fees = toFees(trade, terms);
  return { tradeId, sequence, instrument, legs, fees, settledAtUs: timeUs };
}

/** One event per trade, in the order of the trades. Cost: no object where there is none. */
export function toSettlementEvents(
  { sequence, timeUs, changes }: Transaction,
  findTerms: FindTerms,
): readonly SettlementEvent[] {
  let events: SettlementEvent[] | undefined;
  for (const trade of changes) {
    if (trade.entity !== "trade") continue;
    events ??= [];
    events.push(toSettlementEvent({ trade, sequence, timeUs }, findTerms));
  }
  return events ?? NO_EVENTS;
}

/** What accounts paid or got: all but what the fee accumulator collects. */
export function paidFees({ fees }: SettlementEvent): Leg[] {
  return fees.filter((fee) => fee.account !== FEE_ACCOUNT);
}

function toLegs(trade: Trade, { baseCurrency, quoteCurrency, lotSize }: SettlementTerms): Leg[] {
  const isTakerBuyer = trade.takerSide === Side.buy;
  const buyer = isTakerBuyer ? trade.takerAccount : trade.makerAccount;
  const seller = isTakerBuyer ? trade.makerAccount : trade.takerAccount;
  const base = BigInt(trade.quantity) * lotSize;
  return [
    { account: buyer, currency: baseCurrency, amount: toAmount(base) },
    { account: seller, currency: baseCurrency, amount: toAmount(-base) },
    { account: buyer, currency: quoteCurrency, amount: toAmount(-trade.notional) },
    { account: seller, currency: quoteCurrency, amount: trade.notional },
  ];
}

function toFees(trade: Trade, { quoteCurrency: currency }: SettlementTerms): Leg[] {
  const { takerAccount, makerAccount, takerFee, makerFee } = trade;
  return [
    { account: takerAccount, currency, amount: toAmount(-takerFee) },
    { account: makerAccount, currency, amount: toAmount(-makerFee) },
    { account: FEE_ACCOUNT, currency, amount: toAmount(takerFee + makerFee) },
  ];
}
