// The bytes of the newest transactions, for readers that come later: what is not decoded costs the
// collector nothing, however much of it is kept.

import { HEADER_WORDS } from "./change-log.ts";
import { OutputBuffer, Released } from "./released.ts";
import { WORD_BYTES } from "./word-reader.ts";

/** Smallest transaction, a header alone, in bytes: bounds how many there can be. */
const TRANSACTION_BYTES_MIN = HEADER_WORDS * WORD_BYTES;

export class TransactionRing {
  readonly #kept: OutputBuffer;
  readonly #bytes: Buffer;
  readonly #released = new Released();
  /** Offset of each transaction held, at its sequence modulo the length. */
  readonly #offsets: Uint32Array;
  #oldestSequence = 0;
  /** 0 = nothing was added yet. */
  #nextSequence = 0;
  #end = 0;

  /** Bounds: what is older than the newest `bytesMax` goes. Units: bytes. */
  constructor(bytesMax: number) {
    this.#kept = new OutputBuffer(Buffer.allocUnsafeSlow(bytesMax));
    this.#bytes = this.#kept.bytes;
    this.#offsets = new Uint32Array(Math.ceil(bytesMax / TRANSACTION_BYTES_MIN));
  }

  /**
   * Copies the next transactions, as few at once as the end of the ring asks for; one that is
   * larger than the ring empties it.
   */
  add(output: OutputBuffer, byteLength: number): void {
    const bytesMax = this.#bytes.length;
    // What is not copied yet, and where it goes.
    let [from, to] = [0, this.#end];
    for (let offset = 0; offset < byteLength;) {
      const length = output.byteLengthAt(offset, byteLength);
      const next = offset + length;
      this.#begin(output.sequenceAt(offset));
      if (length > bytesMax || this.#end + length > bytesMax) {
        output.bytes.copy(this.#bytes, to, from, offset);
        from = length > bytesMax ? next : offset;
        if (length <= bytesMax) this.#turn();
        to = this.#end;
      }
      if (length > bytesMax) this.#oldestSequence = this.#nextSequence;
      else this.#place(length);
      offset = next;
    }
    output.bytes.copy(this.#bytes, to, from, byteLength);
  }

  /**
   * One of them where it lies, good until another is asked for or added; undefined when it is gone
   * or still to come.
   */
  at(sequence: number): Released | undefined {
    if (sequence < this.#oldestSequence || sequence >= this.#nextSequence) return undefined;
    this.#released.moveTo(this.#kept, this.#offsetOf(sequence), this.#bytes.length);
    return this.#released;
  }

  /**
   * Those that follow `after`, as many as lie together, in about `bytesMax` bytes: empty when there
   * are none yet, undefined when they are gone. Good until the next is added.
   */
  following(after: number, bytesMax: number): Buffer | undefined {
    const first = after + 1;
    if (this.#nextSequence === 0 || first < this.#oldestSequence) return undefined;
    const start = first < this.#nextSequence ? this.#offsetOf(first) : 0;
    let end = start;
    for (let sequence = first; sequence < this.#nextSequence; sequence += 1) {
      if (this.#offsetOf(sequence) !== end || end - start >= bytesMax) break;
      end += this.#kept.byteLengthAt(end, this.#bytes.length);
    }
    return this.#bytes.subarray(start, end);
  }

  #begin(sequence: number): void {
    if (sequence !== this.#nextSequence) this.#oldestSequence = sequence;
    this.#nextSequence = sequence + 1;
  }

  /** Goes on at the start: what is left of the end stays empty. */
  #turn(): void {
    this.#dropWithin(this.#end, this.#bytes.length);
    this.#end = 0;
  }

  /** Gives the newest one its place at the end. */
  #place(length: number): void {
    this.#dropWithin(this.#end, this.#end + length);
    this.#offsets[(this.#nextSequence - 1) % this.#offsets.length] = this.#end;
    this.#end += length;
  }

  /** Drops the oldest ones as far as they begin in these bytes, but for the one being added. */
  #dropWithin(start: number, end: number): void {
    while (this.#oldestSequence < this.#nextSequence - 1) {
      const offset = this.#offsetOf(this.#oldestSequence);
      if (offset < start || offset >= end) return;
      this.#oldestSequence += 1;
    }
  }

  #offsetOf(sequence: number): number {
    return this.#offsets[sequence % this.#offsets.length] ?? 0;
  }
}
