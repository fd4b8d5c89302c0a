// What the value of a field must look like, by the type that the dictionary gives it.

import { MINUS, NO, YES } from "../wire/ascii.ts";
import { isDecimal, isInteger, readInteger } from "../wire/number.ts";
import { isDate, isTimeOfDay, isTimestamp } from "../wire/timestamp.ts";

/** 0 is no format: a tag that the dictionary does not know. */
export const ValueFormat = {
  text: 1,
  /** Several values with a space between two. */
  texts: 2,
  integer: 3,
  /** Lengths, counts and sequence numbers. */
  unsigned: 4,
  dayOfMonth: 5,
  decimal: 6,
  character: 7,
  boolean: 8,
  timestamp: 9,
  date: 10,
  time: 11,
  monthYear: 12,
  zonedTime: 13,
  zonedTimestamp: 14,
} as const;
export type ValueFormat = (typeof ValueFormat)[keyof typeof ValueFormat];

/** Types of FIX 4.0 to 5.0 SP2; any other is text. */
const FORMATS: ReadonlyMap<string, ValueFormat> = new Map([
  ["MULTIPLEVALUESTRING", ValueFormat.texts],
  ["MULTIPLESTRINGVALUE", ValueFormat.texts],
  ["MULTIPLECHARVALUE", ValueFormat.texts],
  ["INT", ValueFormat.integer],
  ["LENGTH", ValueFormat.unsigned],
  ["SEQNUM", ValueFormat.unsigned],
  ["NUMINGROUP", ValueFormat.unsigned],
  ["TAGNUM", ValueFormat.unsigned],
  ["DAYOFMONTH", ValueFormat.dayOfMonth],
  ["FLOAT", ValueFormat.decimal],
  ["PRICE", ValueFormat.decimal],
  ["PRICEOFFSET", ValueFormat.decimal],
  ["QTY", ValueFormat.decimal],
  ["QUANTITY", ValueFormat.decimal],
  ["AMT", ValueFormat.decimal],
  ["PERCENTAGE", ValueFormat.decimal],
  ["CHAR", ValueFormat.character],
  ["BOOLEAN", ValueFormat.boolean],
  ["UTCTIMESTAMP", ValueFormat.timestamp],
  ["TIME", ValueFormat.timestamp],
  ["UTCDATEONLY", ValueFormat.date],
  ["UTCDATE", ValueFormat.date],
  ["DATE", ValueFormat.date],
  ["LOCALMKTDATE", ValueFormat.date],
  ["UTCTIMEONLY", ValueFormat.time],
  ["MONTHYEAR", ValueFormat.monthYear],
  ["TZTIMEONLY", ValueFormat.zonedTime],
  ["TZTIMESTAMP", ValueFormat.zonedTimestamp],
]);

/** FIX 4.0 and 4.1 call any text CHAR. */
export function formatOf(type: string, version: string): ValueFormat {
  const isText = type === "CHAR" && (version === "FIX.4.0" || version === "FIX.4.1");
  return isText ? ValueFormat.text : (FORMATS.get(type) ?? ValueFormat.text);
}

/**
 * Whether a value that is not empty has the format.
 *
 * Cost: small, so that the compiler puts it where it is called; what most fields have comes first.
 */
export function hasFormat(format: number, bytes: Buffer, start: number, length: number): boolean {
  if (format <= ValueFormat.texts) return true;
  if (format === ValueFormat.character) return length === 1;
  if (format === ValueFormat.decimal) return isDecimal(bytes, start, length);
  if (format === ValueFormat.timestamp) return isTimestamp(bytes, start, length);
  if (format === ValueFormat.unsigned) {
    return bytes[start] !== MINUS && isInteger(bytes, start, length);
  }
  return hasOtherFormat(format, bytes, start, length);
}

function hasOtherFormat(format: number, bytes: Buffer, start: number, length: number): boolean {
  switch (format) {
    case ValueFormat.integer:
      return isInteger(bytes, start, length);
    case ValueFormat.dayOfMonth:
      return isWithin(readInteger(bytes, start, length), 1, 31);
    case ValueFormat.boolean:
      return length === 1 && (bytes[start] === YES || bytes[start] === NO);
    case ValueFormat.date:
      return isDate(bytes, start, length);
    case ValueFormat.time:
      return isTimeOfDay(bytes, start, length);
    case ValueFormat.monthYear:
      return isMonthYear(bytes, start, length);
    case ValueFormat.zonedTime:
      return isZonedTime(bytes, start, start + length);
    default:
      return isZonedTimestamp(bytes, start, length);
  }
}

const DATE_LENGTH = 8;
const LETTER_W = 0x77;

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/** `YYYYMM`, `YYYYMMDD`, or `YYYYMMw1` to `w5`. */
function isMonthYear(bytes: Buffer, start: number, length: number): boolean {
  if (length === DATE_LENGTH && bytes[start + 6] !== LETTER_W) {
    return isDate(bytes, start, length);
  }
  const isWeek = length === DATE_LENGTH && isWithin(bytes[start + 7] ?? 0, 0x31, 0x35);
  const isMonth = isWithin(readInteger(bytes, start + 4, 2), 1, 12);
  return (length === 6 || isWeek) && isMonth && readInteger(bytes, start, 4) >= 0;
}

/** `HH:MM[:SS[.fraction]]`, then nothing, `Z`, `±hh` or `±hh:mm`. */
const ZONED_TIME = new RegExp(
  [
    "^(?:[01]\\d|2[0-3]):[0-5]\\d(?::(?:[0-5]\\d|60)(?:\\.\\d{1,12})?)?",
    "(?:Z|[+-](?:0\\d|1[0-5])(?::[0-5]\\d)?)?$",
  ].join(""),
);

/** Cost: a text is made; no message of ours has such a field. */
function isZonedTime(bytes: Buffer, start: number, end: number): boolean {
  return ZONED_TIME.test(bytes.toString("latin1", start, end));
}

/** A date, `-` and a time with its zone. */
function isZonedTimestamp(bytes: Buffer, start: number, length: number): boolean {
  const hasDate = length > DATE_LENGTH && isDate(bytes, start, DATE_LENGTH);
  const timeStart = start + DATE_LENGTH + 1;
  return hasDate && bytes[timeStart - 1] === MINUS && isZonedTime(bytes, timeStart, start + length);
}
