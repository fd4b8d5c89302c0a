// A store that lives as long as the process: for the test acceptor, and for market data, which
// nobody wants resent after a restart.

import type { MessageStore, VisitMessage } from "./message-store.ts";
import { StoredIndex } from "./stored-index.ts";

const FIRST_BYTES = 4_096;

export class MemoryStore implements MessageStore {
  readonly #bytesMax: number;
  readonly #index = new StoredIndex();
  #arena = Buffer.allocUnsafe(FIRST_BYTES);
  #used = 0;
  /** Bytes that went so far: an offset of the index, less this, is one of the arena. */
  #gone = 0;
  nextOut = 1;
  expectedIn = 1;
  lastChangeSequence = 0;
  note = 0;
  startedAtUs: number;

  /** Bounds: keeps the last messages within `bytesMax`, at least half of it. */
  constructor(bytesMax: number, nowUs: number) {
    this.#bytesMax = bytesMax;
    this.startedAtUs = nowUs;
  }

  append(bytes: Buffer, start: number, end: number, changeSequence: number): void {
    const length = end - start;
    if (this.#used + length > this.#arena.length) this.#makeRoom(length);
    if (this.#used + length <= this.#arena.length) {
      bytes.copy(this.#arena, this.#used, start, end);
      this.#index.add(this.nextOut, this.#gone + this.#used, length);
      this.#used += length;
    }
    this.nextOut += 1;
    this.markHeard(changeSequence);
  }

  spend(): void {
    this.nextOut += 1;
  }

  setExpectedIn(sequence: number): void {
    this.expectedIn = sequence;
  }

  /** What it knows ends with the process. */
  holdIn(): void {}

  setNote(note: number): void {
    this.note = note;
  }

  markHeard(changeSequence: number): void {
    if (changeSequence > this.lastChangeSequence) this.lastChangeSequence = changeSequence;
  }

  read(from: number, to: number, countMax: number, visit: VisitMessage): number {
    const index = this.#index;
    const first = index.find(from);
    const end = Math.min(index.count, first + countMax);
    for (let position = first; position < end; position += 1) {
      const sequence = index.sequenceAt(position);
      if (sequence > to) return to + 1;
      const offset = index.offsetAt(position) - this.#gone;
      visit(sequence, this.#arena, offset, offset + index.lengthAt(position));
    }
    return end < index.count ? Math.min(index.sequenceAt(end - 1), to) + 1 : to + 1;
  }

  reset(nowUs: number): void {
    this.#index.clear();
    this.#used = 0;
    this.nextOut = 1;
    this.expectedIn = 1;
    this.startedAtUs = nowUs;
  }

  flush(): void {}

  close(): void {}

  /** Doubles up to the bound; then the older half of the messages goes. */
  #makeRoom(length: number): void {
    const wanted = Math.min(Math.max(this.#arena.length * 2, this.#used + length), this.#bytesMax);
    if (wanted >= this.#used + length) {
      const larger = Buffer.allocUnsafe(wanted);
      this.#arena.copy(larger, 0, 0, this.#used);
      this.#arena = larger;
      return;
    }
    const index = this.#index;
    const needed = Math.max(this.#used >>> 1, this.#used + length - this.#bytesMax);
    let dropped = 0;
    while (dropped < index.count && index.offsetAt(dropped) - this.#gone < needed) dropped += 1;
    const from = dropped < index.count ? index.offsetAt(dropped) - this.#gone : this.#used;
    this.#arena.copyWithin(0, from, this.#used);
    this.#used -= from;
    this.#gone += from;
    index.drop(dropped);
  }
}
