// Numbers in FIX text, never through a float of a fraction: whole numbers are safe integers, and a
// decimal is its digits and its scale.

import { MINUS, NINE, POINT, ZERO } from "./ascii.ts";

/** Most digits that are a safe integer whatever they are. */
const DIGITS_MAX = 15;

/** The value `mantissa` × 10^−`scale`; without trailing zeros, so that "2000.00" is 2000 and 0. */
export interface FixDecimal {
  mantissa: number;
  scale: number;
}

/**
 * Reads `-?digits`; leading zeros do not matter.
 *
 * Errors: NaN for anything else, also for more than 15 digits after leading zeros.
 */
export function readInteger(bytes: Buffer, start: number, length: number): number {
  const end = start + length;
  let at = start;
  const isNegative = length > 1 && bytes[start] === MINUS;
  if (isNegative) at += 1;
  while (at < end - 1 && bytes[at] === ZERO) at += 1;
  if (at >= end || end - at > DIGITS_MAX) return Number.NaN;
  let value = 0;
  for (; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return Number.NaN;
    value = value * 10 + (byte - ZERO);
  }
  // Not −0, which compares as equal and prints as 0 but is another value to Object.is.
  return isNegative && value !== 0 ? -value : value;
}

/** Whether `readInteger` reads it. */
export function isInteger(bytes: Buffer, start: number, length: number): boolean {
  const end = start + length;
  let at = length > 1 && bytes[start] === MINUS ? start + 1 : start;
  if (end - at > DIGITS_MAX) return !Number.isNaN(readInteger(bytes, start, length));
  if (at === end) return false;
  for (; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return false;
  }
  return true;
}

/**
 * Whether the bytes are a FIX float: `-?digits[.digits]`, digits on one side of the point may be
 * missing. No `+`, exponent or separator.
 */
export function isDecimal(bytes: Buffer, start: number, length: number): boolean {
  const end = start + length;
  let digits = 0;
  let hasPoint = false;
  for (let at = bytes[start] === MINUS ? start + 1 : start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) digits += 1;
    else if (byte === POINT && !hasPoint) hasPoint = true;
    else return false;
  }
  return digits > 0;
}

/**
 * Reads a FIX float into `decimal`, exactly.
 *
 * "malformed": not one. "large": one of more than 15 digits that count; `parseDecimal` of
 * domain/decimal.ts reads its text.
 */
export function readDecimal(
  bytes: Buffer,
  start: number,
  length: number,
  decimal: FixDecimal,
): "ok" | "malformed" | "large" {
  if (!isDecimal(bytes, start, length)) return "malformed";
  const end = start + length;
  const isNegative = bytes[start] === MINUS;
  let mantissa = 0;
  let scale = 0;
  let digits = 0;
  /** Zeros since the last other digit, which count only when another digit follows. */
  let zeros = 0;
  let hasPoint = false;
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === POINT) {
      mantissa = shift(mantissa, zeros);
      if (mantissa !== 0) digits += zeros;
      zeros = 0;
      hasPoint = true;
    } else if (byte === ZERO) {
      zeros += 1;
    } else {
      const places = zeros + 1;
      digits = mantissa === 0 ? 1 : digits + places;
      if (digits > DIGITS_MAX) return "large";
      mantissa = shift(mantissa, places) + (byte - ZERO);
      if (hasPoint) scale += places;
      zeros = 0;
    }
    if (digits > DIGITS_MAX) return "large";
  }
  if (!hasPoint && mantissa !== 0) {
    if (digits + zeros > DIGITS_MAX) return "large";
    mantissa = shift(mantissa, zeros);
  }
  decimal.mantissa = isNegative && mantissa !== 0 ? -mantissa : mantissa;
  decimal.scale = scale;
  return "ok";
}

/** Exact: the callers hold the result below 10^15, or leave before they use it. */
function shift(mantissa: number, places: number): number {
  let shifted = mantissa;
  if (shifted === 0) return 0;
  for (let place = 0; place < places; place += 1) shifted *= 10;
  return shifted;
}

/** Digits of a whole number that is not negative. Bounds: below 10^16. */
export function countDigits(value: number): number {
  if (value < 10) return 1;
  let digits = 2;
  for (let bound = 100; bound <= value; bound *= 10) digits += 1;
  return digits;
}

/** Below this, division by ten is one of 32-bit integers. */
const SMALL_MAX = 0x7fff_ffff;

/**
 * Writes the digits of a whole number that ends before `end`, at least `digits` of them.
 *
 * Returns where the first one is. Bounds: `value` is a safe integer and not negative.
 */
export function writeDigitsBefore(
  bytes: Buffer,
  end: number,
  value: number,
  digits: number,
): number {
  let at = end;
  let rest = value;
  while (rest > SMALL_MAX) {
    const tenth = Math.floor(rest / 10);
    at -= 1;
    bytes[at] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  let small = rest | 0;
  while (small !== 0) {
    const tenth = (small / 10) | 0;
    at -= 1;
    bytes[at] = ZERO + (small - tenth * 10);
    small = tenth;
  }
  while (at > end - digits) {
    at -= 1;
    bytes[at] = ZERO;
  }
  return at;
}

/**
 * Writes `value` × 10^−`scale`, which ends before `end`, with exactly `scale` decimals and at least
 * one digit before the point.
 *
 * Bounds: as `writeDigitsBefore`.
 */
export function writeDecimalBefore(bytes: Buffer, end: number, value: number, scale: number): void {
  let at = end;
  let rest = value;
  /** Digits that are still to come behind the point. */
  let decimals = scale;
  while (decimals >= 0 || rest > 0) {
    const tenth = rest > SMALL_MAX ? Math.floor(rest / 10) : ((rest | 0) / 10) | 0;
    at -= 1;
    bytes[at] = ZERO + (rest - tenth * 10);
    rest = tenth;
    decimals -= 1;
    if (decimals !== 0) continue;
    at -= 1;
    bytes[at] = POINT;
  }
}
