// Entities that stages derive: bars and settlement events, in the same form. Their `sub` counts
// within their own log.

import { formatAmount, formatQuantity } from "../domain/decimal.ts";
import { toAmount, toQuantity } from "../domain/units.ts";
import type { Bar } from "../stages/klines/bar.ts";
import type { BarsUpdate } from "../stages/klines/bars.ts";
import type { Leg, SettlementEvent } from "../stages/settlement/settlement-event.ts";
import { type KeyedEntry, type Texts, toCreated, toEntry, toUpdated } from "./entry.ts";
import { type ChangeNames, findCurrency, InstrumentTexts } from "./names.ts";

/** The bars that a command's trades closed, then those that they made or changed. */
export function toBarEntries(
  update: BarsUpdate,
  sequence: number,
  names: ChangeNames,
): KeyedEntry[] {
  const { instrument, timeUs, closed, changes } = update;
  const written = [
    ...closed.map((bar) => {
      const [before, after] = [{ is_closed: "false" }, { is_closed: "true" }];
      return { bar, change: toUpdated(before, after) };
    }),
    ...changes.map(({ before, after }) => {
      const texts = toBarTexts(after, names);
      const change =
        before === undefined ? toCreated(texts) : toUpdated(toBarTexts(before, names), texts);
      return { bar: after, change };
    }),
  ];
  return written.map(({ bar, change }, sub) => {
    const id = `${instrument}:${bar.interval}:${bar.startUs}`;
    const entry = toEntry("KLine", id, change, { timeUs, sequence, sub });
    return { entry, instrument, account: 0 };
  });
}

/** Those of one command, in the order of their trades. */
export function toSettlementEntries(
  events: readonly SettlementEvent[],
  names: ChangeNames,
): KeyedEntry[] {
  return events.map((event, sub) => {
    const { instrument, tradeId, sequence, settledAtUs: timeUs } = event;
    const created = toCreated({
      trade_id: `${tradeId}`,
      instrument: `${instrument}`,
      symbol: new InstrumentTexts(instrument, names).symbol,
      legs: writeLegs(event.legs, names),
      fees: writeLegs(event.fees, names),
      settled_at_us: `${timeUs}`,
    });
    const id = `${instrument}:${tradeId}`;
    const entry = toEntry("SettlementEvent", id, created, { timeUs, sequence, sub });
    return { entry, instrument, account: 0 };
  });
}

function toBarTexts(bar: Bar, names: ChangeNames): Texts {
  const texts = new InstrumentTexts(bar.instrument, names);
  return {
    instrument: `${bar.instrument}`,
    symbol: texts.symbol,
    interval: bar.interval,
    start_at_us: `${bar.startUs}`,
    open: texts.price(bar.open),
    high: texts.price(bar.high),
    low: texts.price(bar.low),
    close: texts.price(bar.close),
    volume: writeVolume(bar.volume, bar.instrument, names),
    quote_volume: texts.quote(bar.quoteVolume),
    count: `${bar.count}`,
    first_trade_id: `${bar.firstTradeId}`,
    last_trade_id: `${bar.lastTradeId}`,
    is_closed: "false",
  };
}

/** As a quantity; with all decimals of the currency when it is more than a quantity can be. */
function writeVolume(lots: bigint, instrument: number, names: ChangeNames): string {
  const listing = names.listingOf(instrument);
  if (listing === undefined) return "";
  const small = Number(lots);
  if (Number.isSafeInteger(small)) {
    return formatQuantity(toQuantity(small), listing.quantityFormat);
  }
  return formatAmount(toAmount(lots * listing.instrument.lotSize), listing.base.scale);
}

/** A list of its own inside a text: `[{"account":3,"currency":"BTC","amount":"1.5"}]`. */
function writeLegs(legs: readonly Leg[], names: ChangeNames): string {
  const written = legs.map(({ account, currency, amount }) => {
    const { code, scale } = findCurrency(currency, names);
    return { account, currency: code, amount: formatAmount(amount, scale) };
  });
  return JSON.stringify(written);
}
