// The newest trades of one instrument, kept as the words of their records: a thousand of them are
// one buffer, and become objects when somebody looks.

import type { Trade } from "../domain/change.ts";
import type { Sequence, TimeUs } from "../domain/units.ts";
import { readTrade } from "./change-log.ts";
import type { Released } from "./released.ts";
import { WORD_BYTES, WordReader } from "./word-reader.ts";

/** A trade with the transaction it happened in. */
export interface DatedTrade {
  readonly trade: Trade;
  readonly sequence: Sequence;
  readonly timeUs: TimeUs;
}

const TRADE_WORDS = 14;
/** A row is the record, then its transaction's sequence and time. */
const SEQUENCE_WORD = TRADE_WORDS;
const TIME_WORD = SEQUENCE_WORD + 1;
const ROW_WORDS = TIME_WORD + 1;
const ROW_BYTES = ROW_WORDS * WORD_BYTES;
/** Rows of a tape that has just begun. */
const ROWS_MIN = 16;

export class TradeTape {
  readonly #tradesMax: number;
  #halves = new Uint32Array((ROWS_MIN * ROW_BYTES) / 4);
  #words = toReader(this.#halves);
  #count = 0;
  /** Where the next trade goes once the tape is full. */
  #next = 0;

  /** Bounds: the newest `tradesMax` trades, of 128 bytes each. */
  constructor(tradesMax: number) {
    this.#tradesMax = tradesMax;
  }

  get length(): number {
    return this.#count;
  }

  /** Adds a trade by the place of its record; returns the sequence of the one that had to go. */
  add(released: Released, record: number): Sequence | undefined {
    if (this.#count < this.#tradesMax) {
      if ((this.#count + 1) * ROW_BYTES > this.#halves.byteLength) this.#grow();
      released.copyDated(record, TRADE_WORDS, this.#halves, (this.#count * ROW_BYTES) / 4);
      this.#count += 1;
      return undefined;
    }
    this.#words.base = this.#next * ROW_BYTES;
    const dropped = this.#words.sequence(SEQUENCE_WORD);
    released.copyDated(record, TRADE_WORDS, this.#halves, (this.#next * ROW_BYTES) / 4);
    this.#next = (this.#next + 1) % this.#tradesMax;
    return dropped;
  }

  /** The trade that is `age` older than the newest one. Bounds: from 0 and below `length`. */
  at(age: number): DatedTrade {
    const sequence = this.sequenceAt(age);
    const words = this.#words;
    return { trade: readTrade(words, "created"), sequence, timeUs: words.timeUs(TIME_WORD) };
  }

  /** Of its transaction. Bounds: as `at`. */
  sequenceAt(age: number): Sequence {
    const row = (this.#next + this.#count - 1 - age) % this.#count;
    this.#words.base = row * ROW_BYTES;
    return this.#words.sequence(SEQUENCE_WORD);
  }

  #grow(): void {
    const rows = Math.min(this.#count * 2, this.#tradesMax);
    const halves = new Uint32Array((rows * ROW_BYTES) / 4);
    halves.set(this.#halves);
    this.#halves = halves;
    this.#words = toReader(halves);
  }
}

function toReader({ buffer }: Uint32Array<ArrayBuffer>): WordReader {
  return new WordReader(Buffer.from(buffer));
}
