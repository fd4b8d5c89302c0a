// The bytes of the newest transactions, for readers that come later: what is not decoded costs the
// collector nothing, however much of it is kept.

import type { Transaction } from "../domain/change.ts";
import { ChangeReader } from "./change-log.ts";

/** Smallest transaction, a header alone, in bytes: bounds how many there can be. */
const TRANSACTION_BYTES_MIN = 48;

export class TransactionRing {
  readonly #bytes: Buffer;
  readonly #reader: ChangeReader;
  /** Offset of each transaction held, at its sequence modulo the length. */
  readonly #offsets: Uint32Array;
  #oldestSequence = 0;
  /** 0 = nothing was added yet. */
  #nextSequence = 0;
  #end = 0;

  /** Bounds: what is older than the newest `bytesMax` goes. Units: bytes. */
  constructor(bytesMax: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytesMax);
    this.#reader = new ChangeReader(this.#bytes);
    this.#offsets = new Uint32Array(Math.ceil(bytesMax / TRANSACTION_BYTES_MIN));
  }

  /** Copies the next transaction; one that is larger than the ring empties it. */
  add(sequence: number, from: Buffer, offset: number, byteLength: number): void {
    if (sequence !== this.#nextSequence) this.#oldestSequence = sequence;
    this.#nextSequence = sequence + 1;
    if (byteLength > this.#bytes.length) {
      this.#oldestSequence = this.#nextSequence;
      return;
    }
    if (this.#end + byteLength > this.#bytes.length) {
      this.#dropWithin(this.#end, this.#bytes.length);
      this.#end = 0;
    }
    this.#dropWithin(this.#end, this.#end + byteLength);
    from.copy(this.#bytes, this.#end, offset, offset + byteLength);
    this.#offsets[sequence % this.#offsets.length] = this.#end;
    this.#end += byteLength;
  }

  /** Decodes one; undefined when it is gone or still to come. */
  at(sequence: number): Transaction | undefined {
    const isHeld = sequence >= this.#oldestSequence && sequence < this.#nextSequence;
    return isHeld ? this.#reader.read(this.#offsetOf(sequence)) : undefined;
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
