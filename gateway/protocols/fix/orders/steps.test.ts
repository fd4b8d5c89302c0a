import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatPrice, formatQuantity, parsePrice, parseQuantity } from "../../../domain/decimal.ts";
import { InstrumentState } from "../../../domain/instrument.ts";
import { RejectCode } from "../../../domain/reject.ts";
import { toAmount, toPrice, toQuantity } from "../../../domain/units.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import { FixMessage } from "../wire/message.ts";
import { FixWriter } from "../wire/writer.ts";
import { Steps } from "./steps.ts";

// A failing property prints its seed and path; fixed here so that every run is the same.
const run = { seed: 41, numRuns: 2_000 };
const HEADER = {
  ...{ beginString: "FIX.4.4", senderCompId: "A", targetCompId: "B" },
  ...{ sequence: 1, sendingTimeUs: 0, timestampDigits: 3 as const },
};
const writer = new FixWriter();
const message = new FixMessage();

function listingOf(tickMantissa: number, tickExponent: number, lotSize: bigint): Listing {
  const zero = toAmount(0n);
  const instrument = {
    ...{ instrumentId: 1, state: InstrumentState.open, baseCurrency: 1, quoteCurrency: 2 },
    ...{ tickMantissa, tickExponent, bothSides: false, lotSize: toAmount(lotSize) },
    ...{ quotePerTickLot: toAmount(1n), makerRate: 0, takerRate: 0 },
    ...{ quantityMin: toQuantity(0), quantityMax: toQuantity(0) },
    ...{ notionalMin: zero, orderValueMax: zero, openOrdersMax: 9, positionMax: toQuantity(0) },
    ...{ referencePrice: toPrice(0), band: 0, feeAccumulator: zero, nextTradeId: 1 },
    ...{ lastTradePrice: toPrice(0), symbol: "X-Y" },
  };
  const [base, quote] = [
    { currencyId: 1, scale: 9, code: "X" },
    { currencyId: 2, scale: 8, code: "Y" },
  ];
  const quantityFormat = { lotSize: toAmount(lotSize), baseScale: 9, quoteScale: 8 };
  return { instrument, base, quote, quantityFormat };
}

function read(price: string, quantity: string): void {
  writer.begin("D").text(38, quantity).text(44, price);
  const { bytes, start, end } = writer.finish(HEADER);
  if (message.parse(bytes, start, end) !== "ok") throw new Error("no message");
}

test("reads what the exact way reads, and refuses as it does", () => {
  const digits = fc.stringMatching(/^-?[0-9]{1,12}(\.[0-9]{1,12})?$/);
  const tick = fc.constantFrom(1, 2, 5, 25, 1_000_003);
  const lot = fc.constantFrom(1n, 10n, 10_000n, 250_000n, 10n ** 9n, 10n ** 17n);
  fc.assert(
    fc.property(
      digits,
      tick,
      fc.integer({ min: 0, max: 8 }),
      lot,
      (text, mantissa, scale, size) => {
        const steps = new Steps(listingOf(mantissa, scale, size));
        const { instrument, quantityFormat } = steps.listing;
        read(text, text);
        const price = parsePrice(text, instrument);
        expect(steps.readPrice(message)).toBe(price.ok ? price.value : Number.NaN);
        if (!price.ok) expect(steps.refusal).toBe(price.reject);
        const quantity = parseQuantity(text, quantityFormat);
        expect(steps.readQuantity(message)).toBe(quantity.ok ? quantity.value : Number.NaN);
        if (!quantity.ok) expect(steps.refusal).toBe(quantity.reject);
      },
    ),
    run,
  );
});

test("writes what the exact way writes, and nothing as 0", () => {
  const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const lot = fc.constantFrom(1n, 10_000n, 250_000n, 10n ** 9n, 3n * 10n ** 17n);
  fc.assert(
    fc.property(count, lot, fc.constantFrom(1, 25), (steps, size, mantissa) => {
      const written = new Steps(listingOf(mantissa, 2, size));
      const { instrument, quantityFormat } = written.listing;
      writer.begin("8");
      written.writeQuantity(writer, 32, steps);
      written.writePrice(writer, 31, steps);
      written.writeQuantity(writer, 14, 0);
      const { bytes, start, end } = writer.finish(HEADER);
      expect(message.parse(bytes, start, end)).toBe("ok");
      expect(message.text(32)).toBe(formatQuantity(toQuantity(steps), quantityFormat));
      expect(message.text(31)).toBe(formatPrice(toPrice(steps), instrument));
      expect(message.text(14)).toBe("0");
    }),
    run,
  );
});

test.each([
  ["0.015", "0.00002", 150, 2],
  [".5", "5.", 5_000, 500_000],
  ["00100.0000000000", "1.000000000000000", 1_000_000, 100_000],
])("judges the value of %s and %s, not the digits", (price, quantity, ticks, lots) => {
  const steps = new Steps(listingOf(1, 4, 10_000n));
  read(price, quantity);
  expect([steps.readPrice(message), steps.readQuantity(message)]).toEqual([ticks, lots]);
});

test("a number of more than 40 characters is none", () => {
  const steps = new Steps(listingOf(1, 2, 10_000n));
  read(`1.${"0".repeat(39)}`, "1");
  expect(steps.readPrice(message)).toBeNaN();
  expect(steps.refusal).toBe(RejectCode.malformed_number);
});
