// The arithmetic of decimal.ts on doubles, for the usual case in which every number on the way is a
// safe integer and therefore exact. What is not usual is left to the caller's exact way on BigInt,
// which costs about ten times as much and also says what is wrong.

/** Most digits that are a safe integer whatever they are. */
const DIGITS_MAX = 15;
const POWERS = Array.from({ length: DIGITS_MAX + 1 }, (_, exponent) => 10 ** exponent);

const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Reads `text` as a whole number of `step` × 10^−`stepScale`.
 *
 * `undefined`: not that simple, or not a number, or not whole; the exact way tells which.
 */
export function countSmallSteps(text: string, step: number, stepScale: number): number | undefined {
  const { length } = text;
  if (length === 0 || length > DIGITS_MAX) return undefined;
  let value = 0;
  let scale = 0;
  let hasPoint = false;
  for (let index = 0; index < length; index += 1) {
    const character = text.charCodeAt(index);
    if (character >= ZERO && character <= NINE) {
      value = value * 10 + (character - ZERO);
      if (hasPoint) scale += 1;
    } else if (character === POINT && !hasPoint && index > 0) {
      hasPoint = true;
    } else {
      return undefined;
    }
  }
  if (hasPoint && scale === 0) return undefined;
  const numerator = value * (POWERS[stepScale - scale] ?? 1);
  const denominator = step * (POWERS[scale - stepScale] ?? 1);
  // A product of safe integers is exact when it is one itself; a shift beyond the table is not.
  const isExact =
    Math.abs(stepScale - scale) <= DIGITS_MAX &&
    Number.isSafeInteger(numerator) &&
    Number.isSafeInteger(denominator);
  return isExact && numerator % denominator === 0 ? numerator / denominator : undefined;
}

/** Longest run of zeros in front that is not made anew. */
const ZEROS = "0".repeat(32);

function zeros(count: number): string {
  return count <= ZEROS.length ? ZEROS.slice(0, count) : "0".repeat(count);
}

/** Nothing, with 0 to 18 decimals: what most numbers of a resting order are. */
const ZERO_TEXTS = Array.from(
  { length: 19 },
  (_, scale) => `0${scale > 0 ? "." : ""}${zeros(scale)}`,
);

/** Writes a safe integer × 10^−`scale` with exactly `scale` decimals. */
export function formatSmall(value: number, scale: number): string {
  if (value === 0) return ZERO_TEXTS[scale] ?? `0.${zeros(scale)}`;
  const text = String(Math.abs(value));
  const sign = value < 0 ? "-" : "";
  if (scale === 0) return sign + text;
  const digits = text.length > scale ? text : zeros(scale + 1 - text.length) + text;
  const point = digits.length - scale;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
