// Numbers with their unit in the type, so that ticks and lots cannot be exchanged by mistake.
// A constructor asserts the bound once; from there on the type carries the proof. Ids are plain
// numbers: the field's name says of what.

declare const unit: unique symbol;
type Branded<Base, Unit extends string> = Base & { readonly [unit]: Unit };

/** Whole ticks of an instrument. Bounds: below 2^53; 0 = none. */
export type Price = Branded<number, "ticks">;
/** Whole lots of an instrument. Bounds: below 2^53. */
export type Quantity = Branded<number, "lots">;
/** Whole 10^-scale units of a currency; signed. Bounds: i128. */
export type Amount = Branded<bigint, "currency units">;
/** Position in the change log. Dense from 1; 0 = none. */
export type Sequence = Branded<number, "sequence">;
/** Microseconds since 1970 UTC: exact as a double, as nanoseconds would not be. */
export type TimeUs = Branded<number, "microseconds">;

/** Exclusive bound of prices and quantities. */
export const TICKS_MAX = 2 ** 53;
/** Bound of one currency's total supply, in units. */
export const SUPPLY_MAX = 2n ** 96n;
/** Largest decimal scale of a currency. */
export const CURRENCY_SCALE_MAX = 18;
/** Fee rates and bands are in 10^-6. */
export const RATE_SCALE = 6;
/** The account that fees are swept to. */
export const FEE_ACCOUNT = 1;
/** The other leg of deposits and withdrawals. */
export const EXTERNAL_ACCOUNT = 2;

/** Bounds: safe integer, else it throws: a caller that computed ticks inexactly has a bug. */
export function toPrice(ticks: number): Price {
  // why: the assertion is what the brand stands for
  return toSafeInteger(ticks) as Price;
}

/** Bounds: safe integer, else it throws. */
export function toQuantity(lots: number): Quantity {
  // why: the assertion is what the brand stands for
  return toSafeInteger(lots) as Quantity;
}

export function toAmount(units: bigint): Amount {
  // why: every whole number is an amount; the caller names its meaning here
  return units as Amount;
}

/** Bounds: safe integer, else it throws. */
export function toSequence(value: number): Sequence {
  // why: the assertion is what the brand stands for
  return toSafeInteger(value) as Sequence;
}

/** Bounds: safe integer, else it throws. */
export function toTimeUs(microseconds: number): TimeUs {
  // why: the assertion is what the brand stands for
  return toSafeInteger(microseconds) as TimeUs;
}

function toSafeInteger(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
  return value;
}
