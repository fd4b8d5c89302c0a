// One file of a file store, append-only: batches, each what one turn had to keep.
//
//   batch    u32 length of what follows the checksum · u32 CRC-32 of it · entries
//   state    u8 1 · u16 length of names · f64 nextOut · f64 expectedIn · f64 lastChangeSequence ·
//            f64 startedAtUs · f64 note · names
//   message  u8 2 · u32 length · f64 number · bytes
//
// Little endian. Numbers are whole and below 2^53, so that a double holds them. A file begins with
// a batch that holds a state. What follows the last whole batch is the tail of a crash and is cut.

import { closeSync, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync } from "node:fs";
import { fsyncSync, readSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { VisitMessage } from "./message-store.ts";
import { StoredIndex } from "./stored-index.ts";

export interface StoredState {
  nextOut: number;
  expectedIn: number;
  lastChangeSequence: number;
  startedAtUs: number;
  note: number;
  /** Whose session it is: a copy under another name is not taken for one's own. */
  names: string;
}

const BATCH_HEAD = 8;
const STATE = 1;
const STATE_HEAD = 43;
const MESSAGE = 2;
const MESSAGE_HEAD = 13;
const FIRST_BATCH_BYTES = 4_096;
/** Read at once for a resend; a message that is longer is read alone. */
const BLOCK_BYTES = 256 * 1_024;

export class FileSegment {
  readonly path: string;
  readonly index = new StoredIndex();
  readonly #file: number;
  /** Bytes that are whole batches. */
  size = 0;
  #batch = Buffer.allocUnsafe(FIRST_BATCH_BYTES);
  #batchEnd = BATCH_HEAD;
  #block = Buffer.alloc(0);
  #isClosed = false;

  /** Errors: throws the operating system's. */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "a+", 0o600);
  }

  /** Number of the last message added; 0: none was. */
  get lastSequence(): number {
    const { count } = this.index;
    return count === 0 ? 0 : this.index.sequenceAt(count - 1);
  }

  /** Bytes after the next `write`. */
  get sizeAhead(): number {
    return this.size + (this.#batchEnd === BATCH_HEAD ? 0 : this.#batchEnd);
  }

  /** Reads the whole batches and cuts the rest. Returns the last state, if there is one. */
  load(): StoredState | undefined {
    const bytes = Buffer.allocUnsafe(fstatSync(this.#file).size);
    const length = this.#readFully(bytes, bytes.length, 0);
    let state: StoredState | undefined;
    let at = 0;
    for (;;) {
      const end = findBatchEnd(bytes, at, length);
      if (end === 0) break;
      state = this.#loadEntries(bytes, at + BATCH_HEAD, end) ?? state;
      at = end;
    }
    this.size = at;
    if (at < bytes.length) ftruncateSync(this.#file, at);
    return state;
  }

  addMessage(sequence: number, bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    const batch = this.#reserve(MESSAGE_HEAD + length);
    const at = this.#batchEnd;
    batch[at] = MESSAGE;
    batch.writeUInt32LE(length, at + 1);
    batch.writeDoubleLE(sequence, at + 5);
    bytes.copy(batch, at + MESSAGE_HEAD, start, end);
    this.index.add(sequence, this.size + at + MESSAGE_HEAD, length);
    this.#batchEnd = at + MESSAGE_HEAD + length;
  }

  /** What came from `heldIn` on is not done, and is expected again. */
  addState(state: StoredState, heldIn: number): void {
    const { names } = state;
    const batch = this.#reserve(STATE_HEAD + names.length);
    const at = this.#batchEnd;
    batch[at] = STATE;
    batch.writeUInt16LE(names.length, at + 1);
    batch.writeDoubleLE(state.nextOut, at + 3);
    batch.writeDoubleLE(Math.min(state.expectedIn, heldIn), at + 11);
    batch.writeDoubleLE(state.lastChangeSequence, at + 19);
    batch.writeDoubleLE(state.startedAtUs, at + 27);
    batch.writeDoubleLE(state.note, at + 35);
    batch.write(names, at + STATE_HEAD, "latin1");
    this.#batchEnd = at + STATE_HEAD + names.length;
  }

  /** Appends what was added as one batch, in one write. */
  write(): void {
    const end = this.#batchEnd;
    if (end === BATCH_HEAD) return;
    const batch = this.#batch;
    batch.writeUInt32LE(end - BATCH_HEAD, 0);
    batch.writeUInt32LE(Bun.hash.crc32(batch.subarray(BATCH_HEAD, end)), 4);
    let written = 0;
    while (written < end) written += writeSync(this.#file, batch, written, end - written);
    this.size += end;
    this.#batchEnd = BATCH_HEAD;
  }

  /** As `MessageStore.read`, of what was written. */
  read(from: number, to: number, countMax: number, visit: VisitMessage): number {
    const { index } = this;
    let position = index.find(from);
    const end = Math.min(index.count, position + countMax);
    while (position < end && index.sequenceAt(position) <= to) {
      position = this.#readBlock(position, end, to, visit);
    }
    return position > 0 && position === end && end < index.count
      ? Math.min(index.sequenceAt(end - 1), to) + 1
      : to + 1;
  }

  syncNow(): void {
    fdatasyncSync(this.#file);
  }

  /** That there is a file of this name. */
  syncName(): void {
    const directory = openSync(dirname(this.path), "r");
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  }

  /** A file that is closed meanwhile has nothing to tell. */
  sync(done: (error: Error | null) => void): void {
    fdatasync(this.#file, (error) => done(this.#isClosed ? null : error));
  }

  close(): void {
    this.#isClosed = true;
    closeSync(this.#file);
  }

  remove(): void {
    this.close();
    this.unlink();
  }

  /** What cannot be removed now is when the store is opened again. */
  unlink(): void {
    try {
      unlinkSync(this.path);
    } catch {
      // Nobody waits for it.
    }
  }

  /** Visits messages that lie within one block; returns the position behind them. */
  #readBlock(position: number, end: number, to: number, visit: VisitMessage): number {
    const { index } = this;
    const start = index.offsetAt(position);
    let next = position;
    let length = 0;
    while (next < end && index.sequenceAt(next) <= to) {
      const reach = index.offsetAt(next) + index.lengthAt(next) - start;
      if (reach > BLOCK_BYTES && next > position) break;
      length = reach;
      next += 1;
    }
    if (this.#block.length < length)
      this.#block = Buffer.allocUnsafe(Math.max(length, BLOCK_BYTES));
    const block = this.#block;
    this.#readFully(block, length, start);
    for (let each = position; each < next; each += 1) {
      const offset = index.offsetAt(each) - start;
      visit(index.sequenceAt(each), block, offset, offset + index.lengthAt(each));
    }
    return next;
  }

  #readFully(into: Buffer, length: number, from: number): number {
    let got = 0;
    while (got < length) {
      const count = readSync(this.#file, into, got, length - got, from + got);
      if (count === 0) return got;
      got += count;
    }
    return got;
  }

  #loadEntries(bytes: Buffer, start: number, end: number): StoredState | undefined {
    let state: StoredState | undefined;
    let at = start;
    while (at < end) {
      if (bytes[at] === MESSAGE) {
        const length = bytes.readUInt32LE(at + 1);
        this.index.add(bytes.readDoubleLE(at + 5), at + MESSAGE_HEAD, length);
        at += MESSAGE_HEAD + length;
      } else {
        const namesLength = bytes.readUInt16LE(at + 1);
        state = {
          nextOut: bytes.readDoubleLE(at + 3),
          expectedIn: bytes.readDoubleLE(at + 11),
          lastChangeSequence: bytes.readDoubleLE(at + 19),
          startedAtUs: bytes.readDoubleLE(at + 27),
          note: bytes.readDoubleLE(at + 35),
          names: bytes.toString("latin1", at + STATE_HEAD, at + STATE_HEAD + namesLength),
        };
        at += STATE_HEAD + namesLength;
      }
    }
    return state;
  }

  #reserve(length: number): Buffer {
    const wanted = this.#batchEnd + length;
    if (wanted > this.#batch.length) {
      const larger = Buffer.allocUnsafe(Math.max(wanted, this.#batch.length * 2));
      this.#batch.copy(larger, 0, 0, this.#batchEnd);
      this.#batch = larger;
    }
    return this.#batch;
  }
}

/** End of the whole batch at `at`; 0: there is none. */
function findBatchEnd(bytes: Buffer, at: number, length: number): number {
  if (at + BATCH_HEAD >= length) return 0;
  const end = at + BATCH_HEAD + bytes.readUInt32LE(at);
  if (end > length || end === at + BATCH_HEAD) return 0;
  const sum = Bun.hash.crc32(bytes.subarray(at + BATCH_HEAD, end));
  return sum === bytes.readUInt32LE(at + 4) ? end : 0;
}
