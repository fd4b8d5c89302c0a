// Exact decimal text ↔ ticks, lots and currency units, by rules 1.3 and 1.6. Whole numbers only:
// safe integers where they suffice (small-decimal.ts), else BigInt; never a fraction in a double.
// Nothing is rounded but the average price, which is for display only.

import { RejectCode } from "../generated/reject-codes.ts";
import type { Instrument } from "./instrument.ts";
import { accept, refuse } from "./reject.ts";
import type { Parsed } from "./reject.ts";
import { countSmallSteps, formatSmall } from "./small-decimal.ts";
import {
  CURRENCY_SCALE_MAX,
  RATE_SCALE,
  SUPPLY_MAX,
  TICKS_MAX,
  toAmount,
  toPrice,
  toQuantity,
} from "./units.ts";
import type { Amount, Price, Quantity } from "./units.ts";

/** Longest number text in characters. Source: rules 1.3. */
const NUMBER_TEXT_LENGTH_MAX = 40;
/** Digits of a display-only quotient. Source: rules 1.6. */
const QUOTIENT_SCALE = 8;

/** The value `unscaled` × 10^−`scale`. */
export interface Decimal {
  unscaled: bigint;
  scale: number;
}

/** What decides a price's text. */
export type PriceFormat = Pick<Instrument, "tickMantissa" | "tickExponent">;
/** What decides a quantity's text: base units of a lot, and the base currency's scale. */
export interface QuantityFormat {
  lotSize: Amount;
  baseScale: number;
}

/**
 * Reads `-?digits[.digits]`, digits 0 to 9; leading and trailing zeros do not matter.
 *
 * Errors: malformed_number, also above 40 characters.
 */
export function parseDecimal(text: string): Parsed<Decimal> {
  if (text.length > NUMBER_TEXT_LENGTH_MAX || !/^-?[0-9]+(\.[0-9]+)?$/.test(text)) {
    return refuse(RejectCode.malformed_number);
  }
  const point = text.indexOf(".");
  if (point < 0) return accept({ unscaled: BigInt(text), scale: 0 });
  const digits = text.slice(0, point) + text.slice(point + 1);
  return accept({ unscaled: BigInt(digits), scale: text.length - point - 1 });
}

/** Errors: malformed_number, price_not_tick_multiple, price_out_of_range. */
export function parsePrice(text: string, format: PriceFormat): Parsed<Price> {
  const small = countSmallSteps(text, format.tickMantissa, format.tickExponent);
  if (small !== undefined && small > 0) return accept(toPrice(small));
  const parsed = parseDecimal(text);
  if (!parsed.ok) return parsed;
  const ticks = divideExactly(parsed.value, BigInt(format.tickMantissa), format.tickExponent);
  if (ticks === undefined) return refuse(RejectCode.price_not_tick_multiple);
  if (!isCount(ticks)) return refuse(RejectCode.price_out_of_range);
  return accept(toPrice(Number(ticks)));
}

/** Errors: malformed_number, quantity_not_lot_multiple, quantity_out_of_range. */
export function parseQuantity(text: string, format: QuantityFormat): Parsed<Quantity> {
  const small = countSmallSteps(text, Number(format.lotSize), format.baseScale);
  if (small !== undefined && small > 0) return accept(toQuantity(small));
  const parsed = parseDecimal(text);
  if (!parsed.ok) return parsed;
  const lots = divideExactly(parsed.value, format.lotSize, format.baseScale);
  if (lots === undefined) return refuse(RejectCode.quantity_not_lot_multiple);
  if (!isCount(lots)) return refuse(RejectCode.quantity_out_of_range);
  return accept(toQuantity(Number(lots)));
}

/**
 * Reads an amount of a currency of `scale`.
 *
 * Bounds: 0 to 2^96 units; whether 0 makes sense, the engine judges.
 * Errors: malformed_number, amount_scale_exceeded, amount_out_of_range.
 */
export function parseAmount(text: string, scale: number): Parsed<Amount> {
  const parsed = parseDecimal(text);
  if (!parsed.ok) return parsed;
  const units = divideExactly(parsed.value, 1n, scale);
  if (units === undefined) return refuse(RejectCode.amount_scale_exceeded);
  if (units < 0n || units > SUPPLY_MAX) return refuse(RejectCode.amount_out_of_range);
  return accept(toAmount(units));
}

/**
 * Reads a fee rate as a signed fraction: "0.001" is 1,000.
 *
 * Errors: malformed_number, fee_rate_invalid.
 */
export function parseRate(text: string): Parsed<number> {
  const parsed = parseDecimal(text);
  if (!parsed.ok) return parsed;
  const rate = divideExactly(parsed.value, 1n, RATE_SCALE);
  const one = 10n ** BigInt(RATE_SCALE);
  if (rate === undefined || rate > one || rate < -one) return refuse(RejectCode.fee_rate_invalid);
  return accept(Number(rate));
}

/** Writes `unscaled` × 10^−`scale` with exactly `scale` decimals. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  const isNegative = unscaled < 0n;
  const digits = (isNegative ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const point = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return isNegative ? `-${text}` : text;
}

/** Writes a price with the decimals of its tick. */
export function formatPrice(price: Price, format: PriceFormat): string {
  const small = price * format.tickMantissa;
  if (Number.isSafeInteger(small)) return formatSmall(small, format.tickExponent);
  return formatDecimal(BigInt(price) * BigInt(format.tickMantissa), format.tickExponent);
}

/** Writes a quantity with the decimals of its lot, so that "1.500" and not "1.500000000". */
export function formatQuantity(quantity: Quantity, format: QuantityFormat): string {
  let smallLot = Number(format.lotSize);
  if (Number.isSafeInteger(smallLot)) {
    let smallScale = format.baseScale;
    while (smallScale > 0 && smallLot % 10 === 0) {
      smallLot /= 10;
      smallScale -= 1;
    }
    const small = quantity * smallLot;
    if (Number.isSafeInteger(small)) return formatSmall(small, smallScale);
  }
  let units = BigInt(quantity) * format.lotSize;
  let lot: bigint = format.lotSize;
  let scale = format.baseScale;
  while (scale > 0 && lot % 10n === 0n) {
    lot /= 10n;
    units /= 10n;
    scale -= 1;
  }
  return formatDecimal(units, scale);
}

/** Writes an amount with the decimals of its currency. */
export function formatAmount(amount: Amount, scale: number): string {
  const small = Number(amount);
  if (Number.isSafeInteger(small)) return formatSmall(small, scale);
  return formatDecimal(amount, scale);
}

/** Writes a fee rate as a fraction with 6 decimals. */
export function formatRate(rate: number): string {
  return formatDecimal(BigInt(rate), RATE_SCALE);
}

/** What decides the text of an average price. */
export type AverageFormat = QuantityFormat & { quoteScale: number };

/**
 * Writes the average price of what was filled: 8 decimals, half-even; never fed back.
 *
 * `notional` is the exact sum over the fills. Nothing filled has no average. `tick`: when the
 * average is a whole number of ticks, as when all was filled at one price, it is written as that
 * price.
 * Source: rules 1.6.
 */
export function formatAveragePrice(
  notional: Amount,
  filled: Quantity,
  format: AverageFormat,
  tick?: PriceFormat & Pick<Instrument, "quotePerTickLot">,
): string | undefined {
  if (filled === 0) return undefined;
  const whole = tick === undefined ? undefined : formatWholeTicks(notional, filled, tick);
  if (whole !== undefined) return whole;
  // notional / 10^quoteScale ÷ (filled × lotSize / 10^baseScale), times 10^8.
  const numerator = notional * power(format.baseScale + QUOTIENT_SCALE);
  const denominator = BigInt(filled) * format.lotSize * power(format.quoteScale);
  return formatDecimal(divideHalfEven(numerator, denominator), QUOTIENT_SCALE);
}

/** Cost: a tenth of the division. */
function formatWholeTicks(
  notional: Amount,
  filled: Quantity,
  tick: PriceFormat & Pick<Instrument, "quotePerTickLot">,
): string | undefined {
  const value = Number(notional);
  const perTick = filled * Number(tick.quotePerTickLot);
  const isExact = Number.isSafeInteger(value) && Number.isSafeInteger(perTick);
  if (!isExact || value % perTick !== 0 || tick.tickExponent > QUOTIENT_SCALE) return undefined;
  const price = (value / perTick) * tick.tickMantissa;
  if (!Number.isSafeInteger(price)) return undefined;
  const zeros = "0".repeat(QUOTIENT_SCALE - tick.tickExponent);
  const text = formatSmall(price, tick.tickExponent);
  return tick.tickExponent === 0 ? `${text}.${zeros}` : text + zeros;
}

/** Powers of ten up to the largest scale and the digits of a quotient: raising anew costs more. */
const POWERS = Array.from(
  { length: CURRENCY_SCALE_MAX + QUOTIENT_SCALE + 1 },
  (_, exponent) => 10n ** BigInt(exponent),
);

function power(exponent: number): bigint {
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

/** Bounds: numerator not negative, denominator positive. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const isUp = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

/** `value` ÷ (`step` × 10^−`stepScale`) when that is whole. */
function divideExactly(value: Decimal, step: bigint, stepScale: number): bigint | undefined {
  const shift = stepScale - value.scale;
  const numerator = shift > 0 ? value.unscaled * power(shift) : value.unscaled;
  const denominator = shift < 0 ? step * power(-shift) : step;
  return numerator % denominator === 0n ? numerator / denominator : undefined;
}

/** Whether a number of ticks or lots is one that an order may have. */
function isCount(count: bigint): boolean {
  return count >= 1n && count < BigInt(TICKS_MAX);
}
