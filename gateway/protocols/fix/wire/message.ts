// One message as an index into its bytes: tag, offset and length per field, in the order they came.
// The arrays are made once and used for every message; a text is made only when it is asked for.

import { EQUALS, MINUS, NINE, NO, SOH, YES, ZERO } from "./ascii.ts";
import { readShortText, readText, sumBytes } from "./ascii.ts";
import { lengthTagOf } from "./data-field.ts";
import { type FixDecimal, readDecimal, readInteger } from "./number.ts";
import { readTimestamp } from "./timestamp.ts";

/** A body of 8 KiB in the shortest fields there are, `1=` and SOH: 2,731; and header, trailer. */
const FIELDS_MAX = 4_096;
/** A tag of more digits is no number that FIX has; the message is garbled. */
const TAG_DIGITS_MAX = 9;
/** Largest tag that may have another digit. */
const TAG_MAX_OF_TENTH = 99_999_999;
/** `10=ddd` and SOH. */
const TRAILER_BYTES = 7;
/** What `#readFields` returns in the place of a sum. */
const GARBLED = -1;
/**
 * Tags that are written with leading zeros are kept this far below zero, so that they are found by
 * nobody and still known: FIX writes tags without them.
 */
const PADDED_TAG = -1_000_000_000;

/**
 * A parsed message; reused, and valid until the next `parse` and while its bytes stay as they are.
 *
 * Look-ups by tag find the first field of that tag. Cost: a look-up walks the tags, some 20.
 */
export class FixMessage {
  /** Fields, from BeginString (8) to CheckSum (10). */
  count = 0;
  /** Tag of each field; 0 or less is what was sent as a tag but can be none. */
  readonly tags: Int32Array;
  /** Where the value of each field starts in `bytes`, and its length in bytes, which may be 0. */
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  bytes: Buffer = Buffer.alloc(0);
  /** The message is `bytes` from `start` to before `end`. */
  start = 0;
  end = 0;
  /** MsgType (35). */
  msgType = "";

  /** Bounds: a message of more than `fieldsMax` fields is garbled. */
  constructor(fieldsMax = FIELDS_MAX) {
    this.tags = new Int32Array(fieldsMax);
    this.starts = new Int32Array(fieldsMax);
    this.lengths = new Int32Array(fieldsMax);
  }

  /**
   * Reads the fields of a frame that a Framer found, and checks its CheckSum.
   *
   * "garbled": wrong checksum, first fields other than 8, 9, 35, something that is no `tag=value`,
   * or a data field that does not end where its length says.
   */
  parse(bytes: Buffer, start: number, end: number): "ok" | "garbled" {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.count = 0;
    const bodyEnd = end - TRAILER_BYTES;
    if (bodyEnd <= start || bytes[bodyEnd - 1] !== SOH) return "garbled";
    const sum = this.#readFields(bytes, start, bodyEnd);
    if (sum === GARBLED || (sum & 0xff) !== readSum(bytes, bodyEnd + 3)) return "garbled";
    const { tags, starts, lengths, count } = this;
    if (count < 3 || tags[0] !== 8 || tags[1] !== 9 || tags[2] !== 35) return "garbled";
    if (count === tags.length) return "garbled";
    tags[count] = 10;
    starts[count] = bodyEnd + 3;
    lengths[count] = 3;
    this.count = count + 1;
    this.msgType = readShortText(bytes, starts[2] ?? 0, lengths[2] ?? 0);
    return "ok";
  }

  /**
   * Indexes the fields, the last of which ends with the SOH before `end`. Returns the sum of all
   * bytes, or GARBLED.
   *
   * Cost: every byte is loaded once. `| 0` keeps the compiler from testing for overflow.
   */
  #readFields(bytes: Buffer, start: number, end: number): number {
    const { tags, starts, lengths } = this;
    const fieldsMax = tags.length;
    let sum = 0;
    let count = 0;
    let at = start;
    while (at < end) {
      if (count === fieldsMax) return GARBLED;
      const tagStart = at;
      let byte = bytes[at] ?? 0;
      let tag = byte - ZERO;
      let isOdd = tag <= 0 || tag > 9;
      sum = (sum + byte) | 0;
      at = (at + 1) | 0;
      byte = bytes[at] ?? 0;
      while (byte !== EQUALS) {
        const digit = byte - ZERO;
        if (digit >>> 0 > 9 || tag > TAG_MAX_OF_TENTH) {
          isOdd = true;
          break;
        }
        tag = (tag * 10 + digit) | 0;
        sum = (sum + byte) | 0;
        at = (at + 1) | 0;
        byte = bytes[at] ?? 0;
      }
      if (isOdd) {
        const equals = bytes.indexOf(EQUALS, tagStart);
        tag = readOddTag(bytes, tagStart, equals < end ? equals : -1);
        if (tag > 0) return GARBLED;
        sum = (sum + sumBytes(bytes, at, equals)) | 0;
        at = equals;
      }
      at = (at + 1) | 0;
      const valueStart = at;
      const lengthTag = lengthTagOf(tag);
      if (lengthTag !== 0 && count > 0 && tags[count - 1] === lengthTag) {
        const length = readInteger(bytes, starts[count - 1] ?? 0, lengths[count - 1] ?? 0);
        if (!(length >= 0 && at + length < end) || bytes[at + length] !== SOH) return GARBLED;
        sum = (sum + sumBytes(bytes, at, at + length)) | 0;
        at = (at + length) | 0;
      } else {
        byte = bytes[at] ?? 0;
        while (byte !== SOH) {
          sum = (sum + byte) | 0;
          at = (at + 1) | 0;
          byte = bytes[at] ?? 0;
        }
      }
      tags[count] = tag;
      starts[count] = valueStart;
      lengths[count] = at - valueStart;
      count = (count + 1) | 0;
      sum = (sum + EQUALS + SOH) | 0;
      at = (at + 1) | 0;
    }
    this.count = count;
    return sum;
  }

  /** Index of the first field of this tag; −1: there is none. */
  find(tag: number): number {
    const { tags, count } = this;
    for (let index = 0; index < count; index += 1) {
      if (tags[index] === tag) return index;
    }
    return -1;
  }

  has(tag: number): boolean {
    return this.find(tag) >= 0;
  }

  /** The value as text, Latin-1, as it came; may be empty. `undefined`: there is no such field. */
  text(tag: number): string | undefined {
    const index = this.find(tag);
    return index < 0 ? undefined : this.textAt(index);
  }

  /** As `text`, by index. Bounds: below `count`. */
  textAt(index: number): string {
    return readText(this.bytes, this.starts[index] ?? 0, this.lengths[index] ?? 0);
  }

  /** Whether the field is there with exactly this Latin-1 text. Cost: no text is made. */
  is(tag: number, text: string): boolean {
    const index = this.find(tag);
    return index >= 0 && this.isAt(index, text);
  }

  /** As `is`, by index. Bounds: below `count`. */
  isAt(index: number, text: string): boolean {
    if (this.lengths[index] !== text.length) return false;
    const { bytes } = this;
    const start = this.starts[index] ?? 0;
    for (let at = 0; at < text.length; at += 1) {
      if (bytes[start + at] !== text.charCodeAt(at)) return false;
    }
    return true;
  }

  /**
   * The byte of a value of one character, to switch on; 0: there is no such field, or its value is
   * not one character.
   */
  character(tag: number): number {
    const index = this.find(tag);
    return index >= 0 && this.lengths[index] === 1 ? (this.bytes[this.starts[index] ?? 0] ?? 0) : 0;
  }

  /** A whole number. `undefined`: there is no such field; NaN: it is none, or beyond 15 digits. */
  integer(tag: number): number | undefined {
    const index = this.find(tag);
    if (index < 0) return undefined;
    return readInteger(this.bytes, this.starts[index] ?? 0, this.lengths[index] ?? 0);
  }

  /** Reads an exact decimal into `decimal`; see `readDecimal`. */
  decimal(tag: number, decimal: FixDecimal): "ok" | "malformed" | "large" | "absent" {
    const index = this.find(tag);
    if (index < 0) return "absent";
    return readDecimal(this.bytes, this.starts[index] ?? 0, this.lengths[index] ?? 0, decimal);
  }

  /** A UTCTimestamp in µs since 1970. `undefined`: there is no such field; NaN: it is none. */
  timestamp(tag: number): number | undefined {
    const index = this.find(tag);
    if (index < 0) return undefined;
    return readTimestamp(this.bytes, this.starts[index] ?? 0, this.lengths[index] ?? 0);
  }

  /** `Y` or `N`. `undefined`: there is no such field, or it is neither. */
  boolean(tag: number): boolean | undefined {
    const byte = this.character(tag);
    if (byte === YES) return true;
    return byte === NO ? false : undefined;
  }
}

/** The number that a field's tag was sent as: 1 for `00001`, which `tags` holds as no tag. */
export function tagAsSent(tag: number): number {
  return tag <= PADDED_TAG ? PADDED_TAG - tag : tag;
}

/**
 * Reads `0`, `-1` or `00001`, up to `end`: numbers that are no tag, at most 0.
 *
 * Returns 1 for what is not a number, which makes the message garbled; `end` is −1 without `=`.
 */
function readOddTag(bytes: Buffer, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS;
  const digitsStart = isNegative ? start + 1 : start;
  if (end <= digitsStart || end - digitsStart > TAG_DIGITS_MAX) return 1;
  let value = 0;
  for (let at = digitsStart; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) return 1;
    value = value * 10 + (byte - ZERO);
  }
  if (value === 0) return 0;
  return isNegative ? -value : PADDED_TAG - value;
}

/** Value of three digits; the framer has seen that they are. */
function readSum(bytes: Buffer, at: number): number {
  const hundreds = (bytes[at] ?? 0) - ZERO;
  const tens = (bytes[at + 1] ?? 0) - ZERO;
  return hundreds * 100 + tens * 10 + (bytes[at + 2] ?? 0) - ZERO;
}
