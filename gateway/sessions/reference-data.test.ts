import { expect, test } from "bun:test";
import type { Change } from "../domain/change.ts";
import { InstrumentState, NameKind } from "../domain/instrument.ts";
import { toAmount, toPrice, toQuantity } from "../domain/units.ts";
import { ReferenceData } from "./reference-data.ts";

function currency(currencyId: number, code: string, scale: number): Change {
  return { entity: "currency", change: "created", currencyId, code, scale };
}

function instrument(instrumentId: number, symbol: string): Change & { entity: "instrument" } {
  return {
    entity: "instrument",
    change: "created",
    instrumentId,
    state: InstrumentState.halted,
    baseCurrency: 1,
    quoteCurrency: 2,
    tickMantissa: 1,
    tickExponent: 2,
    bothSides: false,
    lotSize: toAmount(10n),
    quotePerTickLot: toAmount(1n),
    makerRate: 0,
    takerRate: 0,
    quantityMin: toQuantity(0),
    quantityMax: toQuantity(0),
    notionalMin: toAmount(0n),
    orderValueMax: toAmount(0n),
    openOrdersMax: 1_000,
    positionMax: toQuantity(0),
    referencePrice: toPrice(0),
    band: 0,
    feeAccumulator: toAmount(0n),
    nextTradeId: 1,
    lastTradePrice: toPrice(0),
    symbol,
  };
}

function alias(change: "created" | "deleted", kind: NameKind, text: string): Change {
  return { entity: "alias", change, kind, targetId: 1, text };
}

function filled(): ReferenceData {
  const reference = new ReferenceData();
  reference.apply(currency(1, "BTC", 9));
  reference.apply(currency(2, "USDT", 8));
  reference.apply(instrument(1, "BTC-USDT"));
  return reference;
}

test("an instrument is found by symbol and alias, with its currencies", () => {
  const reference = filled();
  reference.apply(alias("created", NameKind.instrument, "BTCUSDT"));
  const listing = reference.findListing("BTCUSDT");
  expect(listing).toBe(reference.findListing("BTC-USDT"));
  expect(listing).toMatchObject({
    base: { code: "BTC" },
    quote: { code: "USDT" },
    quantityFormat: { lotSize: 10n, baseScale: 9, quoteScale: 8 },
  });
  expect(reference.findListing("btcusdt")).toBeUndefined();
  expect(reference.findListing("__proto__")).toBeUndefined();
});

test("an update is seen through every name, and a removed alias no more", () => {
  const reference = filled();
  reference.apply(alias("created", NameKind.instrument, "BTCUSDT"));
  reference.apply({ ...instrument(1, "BTC-USDT"), change: "updated", state: InstrumentState.open });
  expect(reference.findListing("BTCUSDT")?.instrument.state).toBe(InstrumentState.open);
  expect(reference.listings()).toHaveLength(1);
  reference.apply(alias("deleted", NameKind.instrument, "BTCUSDT"));
  expect(reference.findListing("BTCUSDT")).toBeUndefined();
  expect(reference.aliases()).toEqual([]);
});

test("an account's alias names no instrument, and both kinds may share a text", () => {
  const reference = filled();
  reference.apply(alias("created", NameKind.account, "one"));
  expect(reference.findListing("one")).toBeUndefined();
  reference.apply(alias("created", NameKind.instrument, "one"));
  reference.apply(alias("deleted", NameKind.account, "one"));
  expect(reference.findListing("one")?.instrument.symbol).toBe("BTC-USDT");
});

test("an instrument before its currencies is a bug that is noticed", () => {
  expect(() => new ReferenceData().apply(instrument(1, "BTC-USDT"))).toThrow(
    "before its currencies",
  );
});

test("aliases are listed by kind and text, whatever came first", () => {
  const reference = filled();
  reference.apply(alias("created", NameKind.account, "a"));
  reference.apply(alias("created", NameKind.instrument, "c"));
  reference.apply(alias("created", NameKind.instrument, "b"));
  expect(reference.aliases().map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    `${NameKind.instrument} b`,
    `${NameKind.instrument} c`,
    `${NameKind.account} a`,
  ]);
  expect(reference.aliasesOf(1)).toEqual(["b", "c"]);
});
