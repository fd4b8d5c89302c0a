// Reads fields out of the core's output, which is made of little-endian 64-bit words. No BigInt but
// for amounts: two halves are several times cheaper than one BigInt.

import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../domain/units.ts";
import type { Amount, Price, Quantity, Sequence, TimeUs } from "../domain/units.ts";

/** Bytes of a word. */
export const WORD_BYTES = 8;

const HALF = 2 ** 32;

/** A window on one record; words are counted from `base`. */
export class WordReader {
  /** Byte offset of word 0. */
  base = 0;
  readonly #bytes: Buffer;
  readonly #view: DataView;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  low(word: number): number {
    return this.#view.getUint32(this.base + word * WORD_BYTES, true);
  }

  high(word: number): number {
    return this.#view.getUint32(this.base + word * WORD_BYTES + 4, true);
  }

  signedLow(word: number): number {
    return this.#view.getInt32(this.base + word * WORD_BYTES, true);
  }

  signedHigh(word: number): number {
    return this.#view.getInt32(this.base + word * WORD_BYTES + 4, true);
  }

  /** Byte `index` of a word, lowest first. */
  byte(word: number, index: number): number {
    return this.#view.getUint8(this.base + word * WORD_BYTES + index);
  }

  /** Low half of the low half. */
  uint16(word: number): number {
    return this.#view.getUint16(this.base + word * WORD_BYTES, true);
  }

  /** A u64 below 2^53: an id or count. */
  id(word: number): number {
    return this.high(word) * HALF + this.low(word);
  }

  price(word: number): Price {
    return toPrice(this.#signed(word));
  }

  quantity(word: number): Quantity {
    return toQuantity(this.#signed(word));
  }

  sequence(word: number): Sequence {
    return toSequence(this.id(word));
  }

  /** A time, which the core gives in ns. */
  timeUs(word: number): TimeUs {
    return toTimeUs(toMicroseconds(this.high(word), this.low(word)));
  }

  /** An i64 that may pass 2^53. */
  wideAmount(word: number): Amount {
    return toAmount(this.#view.getBigInt64(this.base + word * WORD_BYTES, true));
  }

  /** An i128 in two words. The second one is 0 of nearly all: then it costs no BigInt. */
  amount(word: number): Amount {
    const offset = this.base + word * WORD_BYTES;
    const bottom = this.#view.getBigUint64(offset, true);
    if (this.low(word + 1) === 0 && this.high(word + 1) === 0) return toAmount(bottom);
    return toAmount((this.#view.getBigInt64(offset + WORD_BYTES, true) << 64n) | bottom);
  }

  /** `byteLength` bytes of UTF-8 that start at a word. */
  text(word: number, byteLength: number): string {
    const start = this.base + word * WORD_BYTES;
    return this.#bytes.toString("utf8", start, start + byteLength);
  }

  /** An i64 below 2^53. */
  #signed(word: number): number {
    return this.signedHigh(word) * HALF + this.low(word);
  }
}

/**
 * Halves of a time in ns → µs; the core's times are whole microseconds.
 *
 * The ns are not exact as a double, so the halves are divided apart: 2^32 ns are 4,294,967 µs and
 * 296 ns, and every product here stays below 2^53 until the year 2255.
 */
export function toMicroseconds(high: number, low: number): number {
  return high * 4_294_967 + (high * 296 + low) / 1_000;
}
