// UTCTimestamp: `YYYYMMDD-HH:MM:SS[.sss[sss[sss]]]` ↔ whole microseconds since 1970. What both
// directions remember is one day or second; a venue's messages rarely leave it.

import { COLON, MINUS, NINE, POINT, ZERO } from "./ascii.ts";
import { writeDigitsBefore } from "./number.ts";

/** Fractional digits that a session writes; 9 ends in 000, because the clock has microseconds. */
export type TimestampDigits = 3 | 6 | 9;

const DATE_LENGTH = 8;
/** `YYYYMMDD-HH:MM:SS`. */
const SECOND_LENGTH = 17;
const SECOND_US = 1_000_000;

let knownDate = 0;
let knownDayUs = Number.NaN;

/**
 * Reads a UTCTimestamp of 0, 3, 6, 9 or 12 fractional digits; what is below 1 µs is cut off.
 *
 * Errors: NaN, also for a date that no calendar has. A leap second (60) is the next
 * second. Exact until 2255, then to the precision of a double.
 */
export function readTimestamp(bytes: Buffer, start: number, length: number): number {
  if (length < SECOND_LENGTH || bytes[start + DATE_LENGTH] !== MINUS) return Number.NaN;
  const dayUs = readDate(bytes, start);
  return dayUs + readTimeOfDay(bytes, start + DATE_LENGTH + 1, length - DATE_LENGTH - 1);
}

/** Reads `YYYYMMDD` as the microsecond at which that day starts. Errors: NaN. */
export function readDate(bytes: Buffer, start: number): number {
  const date = readDigits(bytes, start, DATE_LENGTH);
  if (date === knownDate) return knownDayUs;
  const year = Math.floor(date / 10_000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  const time = new Date(Date.UTC(year, month - 1, day));
  const isDay =
    year >= 1_000 && time.getUTCMonth() === month - 1 && time.getUTCDate() === day && date > 0;
  if (!isDay) return Number.NaN;
  knownDate = date;
  knownDayUs = time.getTime() * 1_000;
  return knownDayUs;
}

/** Reads `HH:MM:SS[.fraction]` as microseconds of the day. Errors: NaN. */
export function readTimeOfDay(bytes: Buffer, start: number, length: number): number {
  if (length < 8 || bytes[start + 2] !== COLON || bytes[start + 5] !== COLON) return Number.NaN;
  const hour = readDigits(bytes, start, 2);
  const minute = readDigits(bytes, start + 3, 2);
  const second = readDigits(bytes, start + 6, 2);
  const isTime = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 61;
  if (!isTime) return Number.NaN;
  const us = ((hour * 60 + minute) * 60 + second) * SECOND_US;
  return length === 8 ? us : us + readFraction(bytes, start + 8, length - 8);
}

function readFraction(bytes: Buffer, start: number, length: number): number {
  const digits = length - 1;
  if (bytes[start] !== POINT) return Number.NaN;
  if (digits === 3) {
    const ms = readDigits(bytes, start + 1, 3);
    return ms < 0 ? Number.NaN : ms * 1_000;
  }
  if (digits !== 6 && digits !== 9 && digits !== 12) return Number.NaN;
  const us = readDigits(bytes, start + 1, 6);
  const rest = digits === 6 ? 0 : readDigits(bytes, start + 7, digits - 6);
  return us < 0 || rest < 0 ? Number.NaN : us;
}

/** The value of `length` digits; −1 when one is none. */
function readDigits(bytes: Buffer, start: number, length: number): number {
  let value = 0;
  for (let at = start; at < start + length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

const knownSecondText = Buffer.alloc(SECOND_LENGTH);
let knownSecond = -1;

/** Length of what `writeTimestamp` writes. */
export function timestampLength(digits: TimestampDigits): number {
  return SECOND_LENGTH + 1 + digits;
}

/** Writes a time at `at`. Bounds: whole microseconds from 1970 to 2255, a safe integer. */
export function writeTimestamp(
  bytes: Buffer,
  at: number,
  timeUs: number,
  digits: TimestampDigits,
): void {
  const second = Math.floor(timeUs / SECOND_US);
  if (second !== knownSecond) formatSecond(timeUs, second);
  for (let index = 0; index < SECOND_LENGTH; index += 1) {
    bytes[at + index] = knownSecondText[index] ?? 0;
  }
  bytes[at + SECOND_LENGTH] = POINT;
  const us = timeUs - second * SECOND_US;
  const fraction = digits === 3 ? Math.floor(us / 1_000) : us;
  const shown = digits === 3 ? 3 : 6;
  writeDigitsBefore(bytes, at + SECOND_LENGTH + 1 + shown, fraction, shown);
  if (digits === 9) bytes.fill(ZERO, at + SECOND_LENGTH + 7, at + SECOND_LENGTH + 10);
}

function formatSecond(timeUs: number, second: number): void {
  if (!Number.isSafeInteger(timeUs) || timeUs < 0) {
    throw new RangeError(`${timeUs} is no time in microseconds since 1970`);
  }
  const text = new Date(second * 1_000).toISOString();
  const date = text.slice(0, 10).replaceAll("-", "");
  knownSecondText.write(`${date}-${text.slice(11, 19)}`, "latin1");
  knownSecond = second;
}
