// Writes messages into one buffer that is used again: the body forward, then header and frame
// backward before it, so that BodyLength has no zeros in front and nothing is moved.

import { EQUALS, MINUS, NO, SOH, YES, ZERO, sumWords } from "./ascii.ts";
import type { FixMessage } from "./message.ts";
import { countDigits, writeDecimalBefore, writeDigitsBefore } from "./number.ts";
import { type TimestampDigits, timestampLength, writeTimestamp } from "./timestamp.ts";

/** Header fields of a message that is sent; each may be left out but the first six. */
export interface OutboundHeader {
  /** 8 */
  beginString: string;
  /** 49 */
  senderCompId: string;
  /** 56 */
  targetCompId: string;
  /** 34 */
  sequence: number;
  /** 52 */
  sendingTimeUs: number;
  timestampDigits: TimestampDigits;
  /** 43, written only when it is true; so is 97 */
  possDup?: boolean;
  possResend?: boolean;
  /** 50 */
  senderSubId?: string;
  /** 57 */
  targetSubId?: string;
  /** 115, 116 */
  onBehalfOfCompId?: string;
  onBehalfOfSubId?: string;
  /** 122 */
  origSendingTimeUs?: number;
  /** 128, 129 */
  deliverToCompId?: string;
  deliverToSubId?: string;
  /** 144, 145 */
  onBehalfOfLocationId?: string;
  deliverToLocationId?: string;
  /** 369 */
  lastMsgSeqNumProcessed?: number;
  /** 1128 */
  applVerId?: string;
}

/** A finished message: `bytes` from `start` to before `end`, valid until the next `begin`. */
export interface Frame {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Room for header and frame; CompIDs and the like together are at most 3 KiB. */
const HEAD_BYTES = 4_096;
const BODY_BYTES = 4_096;
/** `10=ddd` and SOH. */
const TRAILER_BYTES = 7;
const QUESTION = 0x3f;
/** Tag, `=`, sign, digits, point and SOH of the longest number. */
const NUMBER_BYTES_MAX = 64;

/**
 * Tags of a standard header, up to FIXT.1.1, without 8 and 9: where the body of a message starts is
 * where its first other tag is.
 */
const HEADER_TAGS: ReadonlySet<number> = new Set([
  ...[34, 35, 43, 49, 50, 52, 56, 57, 90, 91, 97, 115, 116, 122, 128, 129, 142, 143, 144, 145],
  ...[212, 213, 347, 369, 370, 627, 628, 629, 630, 1128, 1129, 1156],
]);

/**
 * Writes one message at a time: `begin`, its body fields in ascending order (a group in its own),
 * then `finish`.
 *
 * Errors: throws for an empty value, which no FIX engine accepts, and beyond `bytesMax`: both are
 * defects of the caller.
 */
export class FixWriter {
  readonly #bytesMax: number;
  #bytes = Buffer.from(new ArrayBuffer(HEAD_BYTES + BODY_BYTES));
  /** The same bytes, four at a time. */
  #words = new Int32Array(this.#bytes.buffer);
  #msgType = "";
  /** Where the next field is written. */
  #at = HEAD_BYTES;
  readonly #frame = { bytes: this.#bytes, start: 0, end: 0 };

  /** Bounds: a message is at most `bytesMax` long; a thousand levels of a book take 50 kB. */
  constructor(bytesMax = 1 << 20) {
    this.#bytesMax = bytesMax;
  }

  /** MsgType (35) of the message that was begun. */
  get msgType(): string {
    return this.#msgType;
  }

  /** Starts a message and forgets what was written before. */
  begin(msgType: string): this {
    this.#msgType = msgType;
    this.#at = HEAD_BYTES;
    return this;
  }

  /** Latin-1; a character beyond it, and SOH, becomes `?`. */
  text(tag: number, value: string): this {
    const { length } = value;
    if (length === 0) throw new RangeError(`tag ${tag} would be empty`);
    this.#reserve(length + NUMBER_BYTES_MAX);
    const bytes = this.#bytes;
    const at = writeText(bytes, writeTag(bytes, this.#at, tag), value);
    bytes[at] = SOH;
    this.#at = at + 1;
    return this;
  }

  /** Bounds: a safe integer. */
  integer(tag: number, value: number): this {
    return this.decimal(tag, value, 0);
  }

  /** Writes `mantissa` × 10^−`scale` with exactly `scale` decimals. Bounds: safe; up to 32. */
  decimal(tag: number, mantissa: number, scale: number): this {
    if (!Number.isSafeInteger(mantissa)) throw new RangeError(`tag ${tag}: ${mantissa}`);
    this.#reserve(NUMBER_BYTES_MAX + scale);
    const bytes = this.#bytes;
    let at = writeTag(bytes, this.#at, tag);
    if (mantissa < 0) {
      bytes[at] = MINUS;
      at += 1;
    }
    const value = Math.abs(mantissa);
    at += Math.max(countDigits(value), scale + 1) + (scale > 0 ? 1 : 0);
    writeDecimalBefore(bytes, at, value, scale);
    bytes[at] = SOH;
    this.#at = at + 1;
    return this;
  }

  /** Writes `<first>-<second><suffix>`. Bounds: safe integers, not negative; a short suffix. */
  pair(tag: number, first: number, second: number, suffix: string): this {
    this.#reserve(2 * NUMBER_BYTES_MAX + suffix.length);
    const bytes = this.#bytes;
    const firstEnd = writeTag(bytes, this.#at, tag) + countDigits(first);
    writeDigitsBefore(bytes, firstEnd, first, 1);
    bytes[firstEnd] = MINUS;
    const secondEnd = firstEnd + 1 + countDigits(second);
    writeDigitsBefore(bytes, secondEnd, second, 1);
    const end = writeText(bytes, secondEnd, suffix);
    bytes[end] = SOH;
    this.#at = end + 1;
    return this;
  }

  /** Writes bytes as they are, of a data field too. */
  raw(tag: number, bytes: Buffer, start: number, length: number): this {
    if (length === 0) throw new RangeError(`tag ${tag} would be empty`);
    this.#reserve(length + NUMBER_BYTES_MAX);
    this.#beginField(tag);
    bytes.copy(this.#bytes, this.#at, start, start + length);
    this.#at += length;
    return this.#endField();
  }

  /** Writes µs since 1970 as a UTCTimestamp. */
  timestamp(tag: number, timeUs: number, digits: TimestampDigits = 6): this {
    this.#reserve(NUMBER_BYTES_MAX);
    this.#beginField(tag);
    writeTimestamp(this.#bytes, this.#at, timeUs, digits);
    this.#at += timestampLength(digits);
    return this.#endField();
  }

  boolean(tag: number, value: boolean): this {
    this.#reserve(NUMBER_BYTES_MAX);
    this.#beginField(tag);
    this.#bytes[this.#at] = value ? YES : NO;
    this.#at += 1;
    return this.#endField();
  }

  /** Puts header and trailer around the body. */
  finish(header: OutboundHeader): Frame {
    let at = HEAD_BYTES;
    at = this.#textBefore(at, 1128, header.applVerId);
    at = this.#integerBefore(at, 369, header.lastMsgSeqNumProcessed);
    at = this.#textBefore(at, 145, header.deliverToLocationId);
    at = this.#textBefore(at, 144, header.onBehalfOfLocationId);
    at = this.#textBefore(at, 129, header.deliverToSubId);
    at = this.#textBefore(at, 128, header.deliverToCompId);
    at = this.#timestampBefore(at, 122, header.origSendingTimeUs, header.timestampDigits);
    at = this.#textBefore(at, 116, header.onBehalfOfSubId);
    at = this.#textBefore(at, 115, header.onBehalfOfCompId);
    if (header.possResend === true) at = this.#textBefore(at, 97, "Y");
    at = this.#textBefore(at, 57, header.targetSubId);
    at = this.#textBefore(at, 56, header.targetCompId);
    at = this.#timestampBefore(at, 52, header.sendingTimeUs, header.timestampDigits);
    at = this.#textBefore(at, 50, header.senderSubId);
    at = this.#textBefore(at, 49, header.senderCompId);
    if (header.possDup === true) at = this.#textBefore(at, 43, "Y");
    at = this.#integerBefore(at, 34, header.sequence);
    at = this.#textBefore(at, 35, this.#msgType);
    return this.#close(at, header.beginString);
  }

  /**
   * Writes a stored message again, as a possible duplicate: 43=Y, 122 is its 52, and 52 is new; all
   * else, the sequence too, is as it was.
   *
   * Bounds: `stored` is a message that a FixWriter made; its bytes are not this writer's.
   */
  resend(
    stored: FixMessage,
    header: Pick<OutboundHeader, "sendingTimeUs" | "timestampDigits">,
  ): Frame {
    this.begin(stored.msgType);
    const sentAt = stored.find(52);
    const last = stored.count - 1;
    let index = 2;
    let isOrigWritten = sentAt < 0;
    for (; index < last && HEADER_TAGS.has(stored.tags[index] ?? 0); index += 1) {
      const tag = stored.tags[index] ?? 0;
      if (tag > 122 && !isOrigWritten) {
        this.#copyField(stored, sentAt, 122);
        isOrigWritten = true;
      }
      if (tag === 52) this.timestamp(52, header.sendingTimeUs, header.timestampDigits);
      else if (tag !== 43 && tag !== 122) this.#copyField(stored, index, tag);
      if (tag === 34) this.boolean(43, true);
    }
    if (!isOrigWritten) this.#copyField(stored, sentAt, 122);
    for (; index < last; index += 1) this.#copyField(stored, index, stored.tags[index] ?? 0);
    return this.#close(HEAD_BYTES, stored.textAt(0));
  }

  #copyField(stored: FixMessage, index: number, tag: number): void {
    this.raw(tag, stored.bytes, stored.starts[index] ?? 0, stored.lengths[index] ?? 0);
  }

  /** Writes 8 and 9 before `headerStart`, and 10. */
  #close(headerStart: number, beginString: string): Frame {
    this.#reserve(TRAILER_BYTES);
    const bodyEnd = this.#at;
    let start = this.#integerBefore(headerStart, 9, bodyEnd - headerStart);
    start = this.#textBefore(start, 8, beginString);
    const bytes = this.#bytes;
    const sum = sumWords(bytes, this.#words, start, bodyEnd);
    bytes[bodyEnd] = 0x31;
    bytes[bodyEnd + 1] = ZERO;
    bytes[bodyEnd + 2] = EQUALS;
    writeDigitsBefore(bytes, bodyEnd + 6, sum, 3);
    bytes[bodyEnd + 6] = SOH;
    this.#frame.bytes = bytes;
    this.#frame.start = start;
    this.#frame.end = bodyEnd + TRAILER_BYTES;
    return this.#frame;
  }

  #textBefore(end: number, tag: number, value: string | undefined): number {
    if (value === undefined) return end;
    const start = end - 1 - value.length;
    if (value.length === 0 || start < NUMBER_BYTES_MAX) {
      throw new RangeError(`tag ${tag}: ${value.length} characters`);
    }
    writeText(this.#bytes, start, value);
    return this.#frameBefore(start, end, tag);
  }

  #integerBefore(end: number, tag: number, value: number | undefined): number {
    if (value === undefined) return end;
    if (!Number.isSafeInteger(value) || value < 0 || end < 2 * NUMBER_BYTES_MAX) {
      throw new RangeError(`tag ${tag}: ${value}`);
    }
    return this.#frameBefore(writeDigitsBefore(this.#bytes, end - 1, value, 1), end, tag);
  }

  #timestampBefore(
    end: number,
    tag: number,
    timeUs: number | undefined,
    digits: TimestampDigits,
  ): number {
    if (timeUs === undefined) return end;
    const start = end - 1 - timestampLength(digits);
    if (start < NUMBER_BYTES_MAX) throw new RangeError(`tag ${tag}: no room`);
    writeTimestamp(this.#bytes, start, timeUs, digits);
    return this.#frameBefore(start, end, tag);
  }

  /** Puts `tag=` before a value and SOH at its end; returns where the field starts. */
  #frameBefore(start: number, end: number, tag: number): number {
    this.#bytes[end - 1] = SOH;
    this.#bytes[start - 1] = EQUALS;
    return writeDigitsBefore(this.#bytes, start - 1, tag, 1);
  }

  #beginField(tag: number): void {
    this.#at = writeTag(this.#bytes, this.#at, tag);
  }

  #endField(): this {
    this.#bytes[this.#at] = SOH;
    this.#at += 1;
    return this;
  }

  /** Makes room for `length` more bytes, and the trailer. */
  #reserve(length: number): void {
    const wanted = this.#at + length + TRAILER_BYTES;
    if (wanted > this.#bytes.length) this.#grow(wanted);
  }

  #grow(wanted: number): void {
    if (wanted > HEAD_BYTES + this.#bytesMax) {
      throw new RangeError(`a message of type ${this.#msgType} is above ${this.#bytesMax} bytes`);
    }
    const length = Math.max(wanted, this.#bytes.length * 2);
    const larger = Buffer.from(new ArrayBuffer(length + (-length & 3)));
    this.#bytes.copy(larger, HEAD_BYTES, HEAD_BYTES, this.#at);
    this.#bytes = larger;
    this.#words = new Int32Array(larger.buffer);
  }
}

/** Writes `tag=` at `at` and returns where it ends. Cost: tags of two and three digits are most. */
function writeTag(bytes: Buffer, at: number, tag: number): number {
  if (tag < 10 || tag > 999) return writeOtherTag(bytes, at, tag);
  let next = at;
  let rest = tag;
  if (rest > 99) {
    const hundreds = (rest / 100) | 0;
    bytes[next] = ZERO + hundreds;
    next += 1;
    rest -= hundreds * 100;
  }
  const tens = (rest / 10) | 0;
  bytes[next] = ZERO + tens;
  bytes[next + 1] = ZERO + (rest - tens * 10);
  bytes[next + 2] = EQUALS;
  return next + 3;
}

function writeOtherTag(bytes: Buffer, at: number, tag: number): number {
  const end = at + countDigits(tag);
  writeDigitsBefore(bytes, end, tag, 1);
  bytes[end] = EQUALS;
  return end + 1;
}

/** Writes Latin-1 at `at` and returns where it ends. */
function writeText(bytes: Buffer, at: number, value: string): number {
  const { length } = value;
  for (let index = 0; index < length; index += 1) {
    const code = value.charCodeAt(index);
    bytes[at + index] = code > 0xff || code === SOH ? QUESTION : code;
  }
  return at + length;
}
