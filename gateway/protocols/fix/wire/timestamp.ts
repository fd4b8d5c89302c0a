// UTCTimestamp: `YYYYMMDD-HH:MM:SS[.sss[sss[sss]]]` ↔ whole microseconds since 1970. Both ways
// remember one second, which a busy session's messages rarely leave; reading, also its day: that is
// what a calendar costs.

import { COLON, MINUS, NINE, POINT, ZERO } from "./ascii.ts";
import { writeDigitsBefore } from "./number.ts";

/** Fractional digits that a session writes; 9 ends in 000, because the clock has microseconds. */
export type TimestampDigits = 0 | 3 | 6 | 9;

const DATE_LENGTH = 8;
/** `YYYYMMDD-HH:MM:SS`. */
const SECOND_LENGTH = 17;
const MILLISECOND_LENGTH = 21;
/** `HH:MM:SS`. */
const TIME_LENGTH = 8;
const SECOND_US = 1_000_000;

/** What a pair of bytes is that are not both digits. */
const NO_PAIR = -1;

/** The second that was read last: its text in words of four bytes and a last byte, its start. */
const readSecond = {
  ...{ date: 0, day: 0, time: 0, minute: 0, last: -1 },
  ...{ dateUs: Number.NaN, us: 0 },
};

/**
 * Reads a UTCTimestamp of 0, 3, 6, 9 or 12 fractional digits; what is below 1 µs is cut off.
 *
 * Errors: NaN, also for a date that no calendar has. A leap second (60) is the next second. Exact
 * until 2255, then to the precision of a double.
 */
export function readTimestamp(bytes: Buffer, start: number, length: number): number {
  if (!isTimestamp(bytes, start, length)) return Number.NaN;
  if (length === SECOND_LENGTH) return readSecond.us;
  const at = start + SECOND_LENGTH + 1;
  const ms = readPair(bytes, at) * 10 + (bytes[at + 2] ?? 0) - ZERO;
  if (length === MILLISECOND_LENGTH) return readSecond.us + ms * 1_000;
  const us = readPair(bytes, at + 3) * 10 + (bytes[at + 5] ?? 0) - ZERO;
  return readSecond.us + ms * 1_000 + us;
}

/** Whether `readTimestamp` reads it; then its second is the one that was read last. */
export function isTimestamp(bytes: Buffer, start: number, length: number): boolean {
  if (length < SECOND_LENGTH) return false;
  if (!isReadSecond(bytes, start) && !isNewSecond(bytes, start)) return false;
  const at = start + SECOND_LENGTH;
  if (length === MILLISECOND_LENGTH) {
    return bytes[at] === POINT && isDigit(bytes, at + 1) && readPair(bytes, at + 2) >= 0;
  }
  return length === SECOND_LENGTH || isFraction(bytes, at, start + length);
}

/** Most fields of a busy session are of the same second as the one before. */
function isReadSecond(bytes: Buffer, start: number): boolean {
  return (
    bytes[start + 16] === readSecond.last &&
    readWord(bytes, start + 12) === readSecond.minute &&
    readWord(bytes, start + 8) === readSecond.time &&
    readWord(bytes, start + 4) === readSecond.day &&
    readWord(bytes, start) === readSecond.date
  );
}

function isNewSecond(bytes: Buffer, start: number): boolean {
  const date = readWord(bytes, start);
  const day = readWord(bytes, start + 4);
  const isReadDay = day === readSecond.day && date === readSecond.date;
  const dateUs = isReadDay ? readSecond.dateUs : readDay(bytes, start) * 1_000;
  const time = readTime(bytes, start + DATE_LENGTH + 1);
  if (bytes[start + DATE_LENGTH] !== MINUS || Number.isNaN(dateUs) || time < 0) return false;
  readSecond.date = date;
  readSecond.day = day;
  readSecond.time = readWord(bytes, start + 8);
  readSecond.minute = readWord(bytes, start + 12);
  readSecond.last = bytes[start + 16] ?? 0;
  readSecond.dateUs = dateUs;
  readSecond.us = dateUs + time * SECOND_US;
  return true;
}

/** Four bytes as one number. */
function readWord(bytes: Buffer, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

function isDigit(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] ?? 0;
  return byte >= ZERO && byte <= NINE;
}

/** Whether it is a `YYYYMMDD` that a calendar has, from the year 1000 on. */
export function isDate(bytes: Buffer, start: number, length: number): boolean {
  return length === DATE_LENGTH && !Number.isNaN(readDay(bytes, start));
}

/** Start of a day `YYYYMMDD` in ms; NaN: no calendar has it. */
function readDay(bytes: Buffer, start: number): number {
  const century = readPair(bytes, start);
  const yearOfCentury = readPair(bytes, start + 2);
  const month = readPair(bytes, start + 4);
  const day = readPair(bytes, start + 6);
  if (century < 10 || (yearOfCentury | month | day) < 0) return Number.NaN;
  const ms = Date.UTC(century * 100 + yearOfCentury, month - 1, day);
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : Number.NaN;
}

/** Whether it is `HH:MM:SS[.fraction]`. */
export function isTimeOfDay(bytes: Buffer, start: number, length: number): boolean {
  if (length < TIME_LENGTH || readTime(bytes, start) < 0) return false;
  return length === TIME_LENGTH || isFraction(bytes, start + TIME_LENGTH, start + length);
}

/** Second of the day of `HH:MM:SS`; −1: it is none. */
function readTime(bytes: Buffer, start: number): number {
  const hour = readPair(bytes, start);
  const minute = readPair(bytes, start + 3);
  const second = readPair(bytes, start + 6);
  const isTime =
    (hour | minute | second) >= 0 &&
    hour < 24 &&
    minute < 60 &&
    second < 61 &&
    bytes[start + 2] === COLON &&
    bytes[start + 5] === COLON;
  return isTime ? (hour * 60 + minute) * 60 + second : -1;
}

/** Whether it is a point and 3, 6, 9 or 12 digits. */
function isFraction(bytes: Buffer, start: number, end: number): boolean {
  const digits = end - start - 1;
  if (bytes[start] !== POINT || digits < 3 || digits > 12 || digits % 3 !== 0) return false;
  for (let at = start + 1; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return false;
  }
  return true;
}

/** The value of two digits, or NO_PAIR. */
function readPair(bytes: Buffer, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  return (tens | ones | (9 - tens) | (9 - ones)) < 0 ? NO_PAIR : tens * 10 + ones;
}

/** The second that was written last, since 1970, and its text. */
const writtenSecond = { text: Buffer.alloc(SECOND_LENGTH), second: -1 };

/** Length of what `writeTimestamp` writes. */
export function timestampLength(digits: TimestampDigits): number {
  return digits === 0 ? SECOND_LENGTH : SECOND_LENGTH + 1 + digits;
}

/** Writes a time at `at`. Bounds: whole microseconds from 1970 to 2255, a safe integer. */
export function writeTimestamp(
  bytes: Buffer,
  at: number,
  timeUs: number,
  digits: TimestampDigits,
): void {
  const second = Math.floor(timeUs / SECOND_US);
  if (second !== writtenSecond.second) formatSecond(timeUs, second);
  const { text } = writtenSecond;
  for (let index = 0; index < SECOND_LENGTH; index += 1) {
    bytes[at + index] = text[index] ?? 0;
  }
  if (digits === 0) return;
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
  writtenSecond.text.write(`${date}-${text.slice(11, 19)}`, "latin1");
  writtenSecond.second = second;
}
