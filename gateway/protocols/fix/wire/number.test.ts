import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseDecimal } from "../../../domain/decimal.ts";
import { countDigits, isDecimal, readDecimal, readInteger, writeDigitsBefore } from "./number.ts";

function integerOf(text: string): number {
  const bytes = Buffer.from(`=${text}|`);
  return readInteger(bytes, 1, text.length);
}

function decimalOf(text: string): string {
  const decimal = { mantissa: 0, scale: 0 };
  const bytes = Buffer.from(`=${text}|`);
  const result = readDecimal(bytes, 1, text.length, decimal);
  return result === "ok" ? `${decimal.mantissa} ${decimal.scale}` : result;
}

describe("a whole number", () => {
  test.each([
    ["0", 0],
    ["7", 7],
    ["-7", -7],
    ["-0", 0],
    ["00012", 12],
    ["999999999999999", 999_999_999_999_999],
    ["0000000000000000000001", 1],
  ])("%s is read", (text, value) => expect(integerOf(text)).toBe(value));

  test.each(["", "-", "+1", "1.0", " 1", "1 ", "1e3", "0x1", "--1", "1000000000000000", "1,000"])(
    "%p is refused",
    (text) => expect(integerOf(text)).toBeNaN(),
  );
});

describe("a decimal", () => {
  test.each([
    ["0", "0 0"],
    ["-0.00", "0 0"],
    ["002000.00", "2000 0"],
    ["50000.00000000", "50000 0"],
    ["1.50", "15 1"],
    ["-0.0001", "-1 4"],
    [".5", "5 1"],
    ["5.", "5 0"],
    ["100", "100 0"],
    ["1000000.0000001", "10000000000001 7"],
    ["999999999999999", "999999999999999 0"],
    ["0.000000000000000000000000001", "1 27"],
    ["1000000000000000", "large"],
    ["123456789.1234567", "large"],
    ["1.0000000000000000000000001", "large"],
  ])("%s is %s", (text, value) => expect(decimalOf(text)).toBe(value));

  test.each(["", "-", ".", "-.", "+1", "1e3", "1.2.3", "1,000", " 1", "NaN", "Infinity", "0x1"])(
    "%p is refused",
    (text) => expect(decimalOf(text)).toBe("malformed"),
  );

  test("is what the exact reader of the venue reads", () => {
    const digits = fc.stringMatching(/^-?[0-9]{1,12}(\.[0-9]{1,12})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        const exact = parseDecimal(text);
        const [mantissa = "", scale = ""] = decimalOf(text).split(" ");
        if (!exact.ok) throw new Error(text);
        if (mantissa === "large") return;
        const shift = exact.value.scale - Number(scale);
        expect(BigInt(mantissa) * 10n ** BigInt(shift)).toBe(exact.value.unscaled);
      }),
      { seed: 44, numRuns: 2_000 },
    );
  });

  test("its format is told without reading it", () => {
    expect(isDecimal(Buffer.from("-12.5"), 0, 5)).toBe(true);
    expect(isDecimal(Buffer.from("12.5e"), 0, 5)).toBe(false);
  });
});

test.each([
  [0, 1],
  [9, 1],
  [10, 2],
  [2_147_483_647, 10],
  [2_147_483_648, 10],
  [9_007_199_254_740_991, 16],
])("%d has %d digits, and is written so", (value, digits) => {
  expect(countDigits(value)).toBe(digits);
  const bytes = Buffer.alloc(20, " ");
  const start = writeDigitsBefore(bytes, 20, value, 1);
  expect(bytes.toString("latin1", start)).toBe(`${value}`);
  expect(start).toBe(20 - digits);
});

test("digits are filled up with zeros", () => {
  const bytes = Buffer.alloc(6);
  writeDigitsBefore(bytes, 6, 42, 6);
  expect(bytes.toString("latin1")).toBe("000042");
});
