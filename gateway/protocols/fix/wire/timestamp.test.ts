import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  isDate,
  isTimeOfDay,
  readTimestamp,
  type TimestampDigits,
  timestampLength,
  writeTimestamp,
} from "./timestamp.ts";

const NOON_US = Date.UTC(2026, 10, 21, 12, 0, 0) * 1_000;

function read(text: string): number {
  return readTimestamp(Buffer.from(`=${text}|`), 1, text.length);
}

function write(timeUs: number, digits: TimestampDigits): string {
  const bytes = Buffer.alloc(timestampLength(digits));
  writeTimestamp(bytes, 0, timeUs, digits);
  return bytes.toString("latin1");
}

test("no bytes are a time before anything was read", () => {
  expect(read("\0".repeat(17))).toBeNaN();
  expect(read(`\0\0\0\0\0\0\0\0-12:00:00`)).toBeNaN();
});

test.each([
  ["20261121-12:00:00", 0],
  ["20261121-12:00:00.001", 1_000],
  ["20261121-12:00:00.123456", 123_456],
  ["20261121-12:00:00.123456789", 123_456],
  ["20261121-12:00:00.123456789012", 123_456],
  ["20261121-12:00:60", 60_000_000],
  ["20261122-12:00:00", 86_400_000_000],
])("%s is read", (text, sinceNoonUs) => expect(read(text)).toBe(NOON_US + sinceNoonUs));

test("29 February is a day of a leap year only", () => {
  expect(read("20240229-00:00:00")).toBe(Date.UTC(2024, 1, 29) * 1_000);
  expect(read("20260229-00:00:00")).toBeNaN();
});

test.each([
  "",
  "20261121",
  "20261121-12:00",
  "20261121 12:00:00",
  "20261121-24:00:00",
  "20261121-12:60:00",
  "20261121-12:00:61",
  "20261321-12:00:00",
  "20260021-12:00:00",
  "20261100-12:00:00",
  "20261131-12:00:00",
  "00001121-12:00:00",
  "20261121-12.00.00",
  "20261121-12:00:00.",
  "20261121-12:00:00.1",
  "20261121-12:00:00.12",
  "20261121-12:00:00.1234",
  "20261121-12:00:00.12x",
  "20261121-12:00:00.1234567890123",
  "20261121-12:00:00Z",
  "2026112x-12:00:00",
  "+0261121-12:00:00",
])("%p is refused, also after one that is good", (text) => {
  expect(read("20261121-12:00:00")).toBe(NOON_US);
  expect(read(text)).toBeNaN();
});

/** As `readTimestamp`, without a memory. */
function readAlone(text: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d):(\d\d):(\d\d)$/.exec(text)?.map(Number) ?? [];
  const ms = Date.UTC(year ?? 0, (month ?? 0) - 1, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0);
  const date = new Date(ms);
  const isDay = date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
  const isTime = (hour ?? 24) < 24 && (minute ?? 60) < 60 && (second ?? 61) < 60;
  return (year ?? 0) >= 1_000 && isDay && isTime ? ms * 1_000 : Number.NaN;
}

test("a time that differs in one character from the one before is read as if it were alone", () => {
  const before = "20261121-12:34:56";
  for (let place = 0; place < before.length; place += 1) {
    for (const character of "0123456789-:x") {
      const text = before.slice(0, place) + character + before.slice(place + 1);
      if (text === "20261121-12:34:60") continue;
      read(before);
      expect([text, read(text)]).toEqual([text, readAlone(text)]);
    }
  }
});

test.each<[TimestampDigits, string]>([
  [3, "20261121-12:00:00.123"],
  [6, "20261121-12:00:00.123456"],
  [9, "20261121-12:00:00.123456000"],
])("a time is written with %d digits", (digits, text) => {
  expect(write(NOON_US + 123_456, digits)).toBe(text);
});

test("what is written is read back, in any order of seconds", () => {
  const time = fc.integer({ min: 0, max: 4_102_444_800_000_000 });
  fc.assert(
    fc.property(time, (timeUs) => {
      expect(read(write(timeUs, 6))).toBe(timeUs);
      expect(read(write(timeUs, 3))).toBe(timeUs - (timeUs % 1_000));
      expect(write(timeUs, 3)).toBe(
        new Date(Math.floor(timeUs / 1_000)).toISOString().replace(/-|Z/g, "").replace("T", "-"),
      );
    }),
    { seed: 52, numRuns: 1_000 },
  );
});

test.each([-1, 0.5, Number.NaN, 2 ** 53])("%d is no time to write", (timeUs) => {
  expect(() => write(timeUs, 3)).toThrow("no time in microseconds");
});

test("a date and a time of day are told alone", () => {
  expect(isDate(Buffer.from("20261121"), 0, 8)).toBe(true);
  expect(isDate(Buffer.from("20261131"), 0, 8)).toBe(false);
  expect(isTimeOfDay(Buffer.from("12:00:00.123"), 0, 12)).toBe(true);
  expect(isTimeOfDay(Buffer.from("12:00:0"), 0, 7)).toBe(false);
});
