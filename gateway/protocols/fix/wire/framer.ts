// Cuts a stream of bytes into messages by BeginString, BodyLength and the place of CheckSum, and
// does not look at the fields between. It holds one chunk and what was left of those before.

import { EQUALS, NINE, SOH, ZERO } from "./ascii.ts";

export interface FramerBounds {
  /** Largest BodyLength (9) that is believed. */
  bodyBytesMax: number;
  /** Most bytes that may wait for `next` when another chunk comes. */
  bufferBytesMax: number;
}

/**
 * "message": `bytes`, `start` and `end` are set. "garbled": at least one byte was dropped; go on.
 * "incomplete": feed more. "too_large": a bound was passed, and at least one byte was dropped.
 */
export type FrameResult = "message" | "garbled" | "incomplete" | "too_large";

const EIGHT = 0x38;
/** Longest BeginString, and a little: "FIXT.1.1" has 8 characters. */
const BEGIN_STRING_BYTES_MAX = 16;
/** Digits of BodyLength, leading zeros included; what is longer is above any bound. */
const BODY_LENGTH_DIGITS_MAX = 9;
/** `10=ddd` and SOH. */
const TRAILER_BYTES = 7;
const NOTHING = Buffer.alloc(0);

/**
 * Frames one connection.
 *
 * What is not a message is dropped up to the end that its BodyLength declares, because an `8=`
 * inside it may be text; then up to the next `8=` that starts a field.
 */
export class Framer {
  readonly #bodyBytesMax: number;
  readonly #bufferBytesMax: number;
  /** Where the next frame is looked for. */
  #at = 0;
  /** End of BeginString and BodyLength of the frame at `#at`, and of its body. */
  #bodyEnd = 0;
  /** The byte before `#at`, which may have left with an earlier chunk. */
  #before = SOH;
  #isOverfull = false;
  bytes: Buffer = NOTHING;
  start = 0;
  end = 0;

  constructor(bounds: FramerBounds) {
    this.#bodyBytesMax = bounds.bodyBytesMax;
    this.#bufferBytesMax = bounds.bufferBytesMax;
  }

  /**
   * Takes bytes as they came. The chunk is held, not copied, until its messages are taken.
   *
   * Cost: copies what an earlier chunk left, less than one message when `next` was called until
   * "incomplete".
   */
  feed(chunk: Uint8Array): void {
    const pending = this.bytes.length - this.#at;
    if (pending > this.#bufferBytesMax) {
      this.#isOverfull = true;
      this.bytes = NOTHING;
    } else if (pending === 0) {
      this.bytes = toBuffer(chunk);
    } else {
      const joined = Buffer.allocUnsafe(pending + chunk.length);
      this.bytes.copy(joined, 0, this.#at);
      joined.set(chunk, pending);
      this.bytes = joined;
    }
    this.#at = 0;
  }

  /** Finds the next message in what was fed. Bounds: every result but "incomplete" took bytes. */
  next(): FrameResult {
    if (this.#isOverfull) {
      this.#isOverfull = false;
      return "too_large";
    }
    const at = this.#at;
    if (at === this.bytes.length) {
      this.bytes = NOTHING;
      this.#at = 0;
      return "incomplete";
    }
    if (this.bytes[at] !== EIGHT || isDigit(this.#before)) return this.#seek(at);
    const header = this.#readHeader(at);
    if (header === "incomplete") return header;
    if (header !== "ok") {
      this.#seek(at + 1);
      return header;
    }
    const bodyEnd = this.#bodyEnd;
    const trailer = this.#readTrailer(bodyEnd);
    if (trailer === "incomplete") return trailer;
    if (trailer === "garbled") {
      this.#seek(bodyEnd);
      return trailer;
    }
    this.start = at;
    this.end = bodyEnd + TRAILER_BYTES;
    this.#moveTo(this.end);
    return "message";
  }

  /** Reads `8=…<SOH>9=…<SOH>` and sets the end of the body. */
  #readHeader(start: number): "ok" | "incomplete" | "garbled" | "too_large" {
    const { bytes } = this;
    const { length } = bytes;
    let at = start + 1;
    if (at < length && bytes[at] !== EQUALS) return "garbled";
    at += 1;
    const beginEnd = at + BEGIN_STRING_BYTES_MAX;
    while (at < length && bytes[at] !== SOH) {
      if (at === beginEnd) return "garbled";
      at += 1;
    }
    at += 1;
    if (at < length && bytes[at] !== NINE) return "garbled";
    if (at + 1 < length && bytes[at + 1] !== EQUALS) return "garbled";
    at += 2;
    const digitsStart = at;
    let bodyLength = 0;
    for (; at < length && bytes[at] !== SOH; at += 1) {
      const byte = bytes[at] ?? 0;
      if (!isDigit(byte)) return "garbled";
      if (at - digitsStart >= BODY_LENGTH_DIGITS_MAX) return "too_large";
      bodyLength = bodyLength * 10 + (byte - ZERO);
    }
    if (bodyLength > this.#bodyBytesMax) return "too_large";
    if (at >= length) return "incomplete";
    if (at === digitsStart) return "garbled";
    this.#bodyEnd = at + 1 + bodyLength;
    return "ok";
  }

  /** Whether `<SOH>10=ddd<SOH>` is around `bodyEnd`; its first wrong byte is enough to tell. */
  #readTrailer(bodyEnd: number): "ok" | "incomplete" | "garbled" {
    const { bytes } = this;
    const { length } = bytes;
    if (bodyEnd + TRAILER_BYTES <= length) {
      const isTrailer =
        bytes[bodyEnd - 1] === SOH &&
        bytes[bodyEnd] === 0x31 &&
        bytes[bodyEnd + 1] === ZERO &&
        bytes[bodyEnd + 2] === EQUALS &&
        isDigit(bytes[bodyEnd + 3] ?? 0) &&
        isDigit(bytes[bodyEnd + 4] ?? 0) &&
        isDigit(bytes[bodyEnd + 5] ?? 0) &&
        bytes[bodyEnd + 6] === SOH;
      return isTrailer ? "ok" : "garbled";
    }
    for (let at = bodyEnd - 1; at < length; at += 1) {
      const wanted = TRAILER[at - bodyEnd + 1];
      const byte = bytes[at] ?? 0;
      if (wanted === ANY_DIGIT ? !isDigit(byte) : byte !== wanted) return "garbled";
    }
    return "incomplete";
  }

  /** Drops bytes up to `from`, and from there up to an `8` that may start a message. */
  #seek(from: number): "garbled" {
    const { bytes } = this;
    const { length } = bytes;
    let at = from;
    let before = at === 0 ? this.#before : (bytes[at - 1] ?? 0);
    while (at < length) {
      const byte = bytes[at] ?? 0;
      const next = bytes[at + 1] ?? EQUALS;
      if (byte === EIGHT && next === EQUALS && !isDigit(before)) break;
      before = byte;
      at += 1;
    }
    this.#moveTo(at);
    return "garbled";
  }

  #moveTo(at: number): void {
    if (at > 0) this.#before = this.bytes[at - 1] ?? SOH;
    this.#at = at;
  }
}

const ANY_DIGIT = -1;
/** What stands from the byte before the trailer on. */
const TRAILER = [SOH, 0x31, ZERO, EQUALS, ANY_DIGIT, ANY_DIGIT, ANY_DIGIT, SOH];

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function toBuffer(chunk: Uint8Array): Buffer {
  if (chunk instanceof Buffer) return chunk;
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
}
