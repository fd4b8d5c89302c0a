// Decimal texts as they come from the venue, added and compared exactly: what is shown as a sum is
// the sum.

interface Parts {
  readonly mantissa: bigint;
  readonly digits: number;
}

function toParts(text: string): Parts {
  const point = text.indexOf(".");
  const digits = point < 0 ? 0 : text.length - point - 1;
  return { mantissa: BigInt(text.replace(".", "")), digits };
}

function toText({ mantissa, digits }: Parts): string {
  const sign = mantissa < 0n ? "-" : "";
  const all = (mantissa < 0n ? -mantissa : mantissa).toString().padStart(digits + 1, "0");
  if (digits === 0) return sign + all;
  return `${sign}${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

/** Both with as many digits as the longer has. */
function align(one: string, other: string): [bigint, bigint, number] {
  const [a, b] = [toParts(one), toParts(other)];
  const digits = Math.max(a.digits, b.digits);
  const grow = ({ mantissa, digits: has }: Parts) => mantissa * 10n ** BigInt(digits - has);
  return [grow(a), grow(b), digits];
}

export function add(one: string, other: string): string {
  const [a, b, digits] = align(one, other);
  return toText({ mantissa: a + b, digits });
}

export function subtract(one: string, other: string): string {
  const [a, b, digits] = align(one, other);
  return toText({ mantissa: a - b, digits });
}

/** Below 0, 0 or above 0, as for sorting. */
export function compare(one: string, other: string): number {
  const [a, b] = align(one, other);
  return a < b ? -1 : Number(a > b);
}

/** Digits behind the point. */
export function digitsOf(text: string): number {
  return toParts(text).digits;
}

/** Whether the venue would read it as a number above 0. */
export function isPositive(text: string): boolean {
  return /^[0-9]{1,20}(\.[0-9]{1,18})?$/.test(text) && /[1-9]/.test(text);
}
