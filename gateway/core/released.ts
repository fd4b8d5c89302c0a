// A transaction that left the core, read where it lies: its header, and which records it has. The
// objects are made when somebody asks for them, once for all who do.

import type { Transaction } from "../domain/change.ts";
import { type Sequence, type TimeUs, toSequence, toTimeUs } from "../domain/units.ts";
import {
  ChangeReader,
  changeNames,
  Entity,
  HEADER_WORDS,
  toCode,
  TransactionFlag,
  unreadable,
} from "./change-log.ts";
import { toMicroseconds, WORD_BYTES } from "./word-reader.ts";

/** What the header of a transaction says. */
export type TransactionHead = Readonly<Omit<Transaction, "changes">>;

/** Bit of a header's flags: not the engine's, set where a client is answered in front of us. */
const ANSWERED_FLAG = 64;
const HALF = 2 ** 32;
/** Places in 32-bit halves of words, lower half first. docs/formats.md draws them. */
const HALVES_PER_WORD = 2;
const HEADER_HALVES = HEADER_WORDS * HALVES_PER_WORD;
const HEADER_BYTES = HEADER_WORDS * WORD_BYTES;
const SEQUENCE_HALF = HALVES_PER_WORD;
const ORDER_ACCOUNT = 2 * HALVES_PER_WORD;
const TRADE_INSTRUMENT = 2 * HALVES_PER_WORD;
const LEVEL_INSTRUMENT = HALVES_PER_WORD;
const BALANCE_ACCOUNT = HALVES_PER_WORD;
/** Amounts of a balance, each of two words: available and frozen, before and after. */
const AMOUNT_HALVES = 4;
const AVAILABLE_BEFORE = 2 * HALVES_PER_WORD;
const AVAILABLE_AFTER = AVAILABLE_BEFORE + AMOUNT_HALVES;
const FROZEN_BEFORE = AVAILABLE_AFTER + AMOUNT_HALVES;
const FROZEN_AFTER = FROZEN_BEFORE + AMOUNT_HALVES;
const AVAILABLE_AFTER_TOP = AVAILABLE_AFTER + AMOUNT_HALVES - 1;
const FROZEN_AFTER_TOP = FROZEN_AFTER + AMOUNT_HALVES - 1;
const SIGN_BIT = 0x8000_0000;

const ORDER_UPDATED = Entity.order | (changeNames.indexOf("updated") << 8);

/** Bits of `Released.contents`: one for each entity, and bit 0, which is none. */
export const Contents = {
  orderUpdate: 1,
  order: 1 << Entity.order,
  trade: 1 << Entity.trade,
  level: 1 << Entity.level,
  instrument: 1 << Entity.instrument,
  /** What sessions of the header's account are told of themselves and their requests. */
  session: (1 << Entity.session) | (1 << Entity.request),
  /** Instruments, currencies and their names. */
  reference: (1 << Entity.instrument) | (1 << Entity.currency) | (1 << Entity.alias),
} as const;

/** Bytes that whole transactions leave the core in, with what reads them. */
export class OutputBuffer {
  readonly bytes: Buffer;
  readonly halves: Uint32Array;
  readonly reader: ChangeReader;

  /** Bounds: `bytes` is a buffer of its own, and a multiple of a word long. */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.halves = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    this.reader = new ChangeReader(bytes);
  }

  static ofSize(byteLength: number): OutputBuffer {
    return new OutputBuffer(Buffer.alloc(byteLength));
  }

  /**
   * Length of the transaction at `offset`. Units: bytes.
   *
   * Errors: throws `change_log_unreadable` when it ends behind `end`.
   */
  byteLengthAt(offset: number, end: number): number {
    const byteLength = at(this.halves, toHalf(offset)) * WORD_BYTES;
    if (byteLength < HEADER_BYTES || offset + byteLength > end) {
      throw unreadable(`a transaction of ${byteLength} bytes at ${offset}`);
    }
    return byteLength;
  }

  /** Of the transaction at `offset`. */
  sequenceAt(offset: number): Sequence {
    const half = toHalf(offset) + SEQUENCE_HALF;
    return toSequence(at(this.halves, half + 1) * HALF + at(this.halves, half));
  }

  /** The first `byteLength` bytes, for as long as they are needed. */
  copy(byteLength: number): OutputBuffer {
    const bytes = Buffer.allocUnsafeSlow(byteLength);
    this.bytes.copy(bytes, 0, 0, byteLength);
    return new OutputBuffer(bytes);
  }
}

const EMPTY = OutputBuffer.ofSize(0);

/**
 * A window that moves from one transaction to the next.
 *
 * Order: what is read belongs to the transaction only until the call that gave it returns.
 * Cost: no object, but for `transaction`.
 */
export class Released implements TransactionHead {
  #output = EMPTY;
  #halves = EMPTY.halves;
  /** First half of the header, and the one behind the last record. */
  #start = 0;
  #end = 0;
  #state = 0;
  #contents = -1;
  /** Once `contents` is known: its first level, and whether another is of another book. */
  #level = -1;
  #hasBooks = false;
  #decoded: Transaction | undefined;
  sequence: Sequence = toSequence(0);

  /**
   * Moves to the transaction at `offset`; returns the offset behind it.
   *
   * Errors: throws `change_log_unreadable` when it ends behind `end`. Units: bytes.
   */
  moveTo(output: OutputBuffer, offset: number, end: number): number {
    const { halves } = output;
    const start = toHalf(offset);
    const next = offset + output.byteLengthAt(offset, end);
    this.#output = output;
    this.#halves = halves;
    this.#start = start;
    this.#end = toHalf(next);
    this.#state = at(halves, start + 6);
    this.#contents = -1;
    this.#decoded = undefined;
    this.sequence = output.sequenceAt(offset);
    return next;
  }

  get timeUs(): TimeUs {
    return toTimeUs(toMicroseconds(this.#half(5), this.#half(4)));
  }

  get code(): TransactionHead["code"] {
    return toCode(this.#state & 0xffff);
  }

  get opcode(): number {
    return (this.#state >>> 16) & 0xff;
  }

  get isDuplicate(): boolean {
    return this.#hasFlag(TransactionFlag.duplicate);
  }

  get hasBacklog(): boolean {
    return this.#hasFlag(TransactionFlag.backlog);
  }

  get isSystem(): boolean {
    return this.#hasFlag(TransactionFlag.system);
  }

  /** Its client hears of it without this process's JavaScript: no reply waits for it. */
  get isAnswered(): boolean {
    return this.#hasFlag(ANSWERED_FLAG);
  }

  get account(): number {
    return this.#half(7);
  }

  get result(): number {
    return this.#half(9) * HALF + this.#half(8);
  }

  get instrument(): number {
    return this.#half(10);
  }

  /** Number of its changes. */
  get changeCount(): number {
    return this.#half(1);
  }

  /** What it has records of, as bits of `Contents`. Cost: a look at each record, once. */
  get contents(): number {
    if (this.#contents < 0) this.#contents = this.#look();
    return this.#contents;
  }

  /** Whether an instrument, a currency or a name of one is new or changed. */
  get changesReference(): boolean {
    return (this.contents & Contents.reference) !== 0;
  }

  /** The transaction as objects that may be kept, if somebody has asked for it already. */
  get decoded(): Transaction | undefined {
    return this.#decoded;
  }

  /**
   * The transaction as objects that may be kept.
   *
   * Errors: throws `change_log_unreadable` when the bytes are not what this build writes.
   */
  transaction(): Transaction {
    this.#decoded ??= this.#output.reader.read(this.#start * 4);
    return this.#decoded;
  }

  /** Place of the first record of an entity, from `place` on; -1 = there is none. */
  findRecord(entity: number, place = this.#start + HEADER_HALVES): number {
    const halves = this.#halves;
    for (let record = place; record < this.#end;) {
      const head = at(halves, record);
      if ((head & 0xff) === entity) return record;
      record += lengthOf(head);
    }
    return -1;
  }

  /** The place behind a record. */
  behind(record: number): number {
    return record + lengthOf(at(this.#halves, record));
  }

  /** Whether a session of one of these accounts is told of it, or an order of theirs. */
  concerns(accounts: { has(account: number): boolean }): boolean {
    if ((this.contents & Contents.session) !== 0 && accounts.has(this.account)) return true;
    if ((this.contents & Contents.order) === 0) return false;
    let record = this.findRecord(Entity.order);
    while (record >= 0) {
      if (accounts.has(at(this.#halves, record + ORDER_ACCOUNT))) return true;
      record = this.findRecord(Entity.order, this.behind(record));
    }
    return false;
  }

  /** Whether the book of one of these instruments has changed, as it does with each trade. */
  changesBook(instruments: { has(instrument: number): boolean }): boolean {
    let record = this.#firstLevel();
    while (record >= 0) {
      if (instruments.has(this.#levelInstrument(record))) return true;
      record = this.#nextLevel(record);
    }
    return false;
  }

  /** Puts its sequence down for each book that has changed. */
  noteBooks(sequences: Map<number, number>): void {
    let record = this.#firstLevel();
    while (record >= 0) {
      sequences.set(this.#levelInstrument(record), this.sequence);
      record = this.#nextLevel(record);
    }
  }

  /**
   * Whether all that it did to balances was to move money between available and frozen of the same
   * one, and none is below zero but those of account `overdrawn`.
   */
  keepsTotals(overdrawn: number): boolean {
    const halves = this.#halves;
    let record = this.findRecord(Entity.balance);
    while (record >= 0) {
      if (!this.#keepsTotal(record)) return false;
      const tops = at(halves, record + AVAILABLE_AFTER_TOP) | at(halves, record + FROZEN_AFTER_TOP);
      const isBelow = (tops & SIGN_BIT) !== 0;
      if (isBelow && at(halves, record + BALANCE_ACCOUNT) !== overdrawn) return false;
      record = this.findRecord(Entity.balance, this.behind(record));
    }
    return true;
  }

  /** Of a trade's record. */
  tradeInstrument(record: number): number {
    return at(this.#halves, record + TRADE_INSTRUMENT);
  }

  /** Copies a record of `words`, and sequence and time of its transaction behind it. */
  copyDated(record: number, words: number, into: Uint32Array, place: number): void {
    const [halves, length] = [this.#halves, words * HALVES_PER_WORD];
    for (let half = 0; half < length; half += 1) into[place + half] = at(halves, record + half);
    for (let half = 0; half < 4; half += 1) into[place + length + half] = this.#half(2 + half);
  }

  #levelInstrument(record: number): number {
    return at(this.#halves, record + LEVEL_INSTRUMENT);
  }

  #firstLevel(): number {
    return (this.contents & Contents.level) === 0 ? -1 : this.#level;
  }

  /** None where all are of the same book, as they are but for a mass cancel. */
  #nextLevel(record: number): number {
    return this.#hasBooks ? this.findRecord(Entity.level, this.behind(record)) : -1;
  }

  /** Exact: sums of halves, with what is carried from one to the next, stay below 2^53. */
  #keepsTotal(record: number): boolean {
    const halves = this.#halves;
    let carry = 0;
    for (let half = record; half < record + AMOUNT_HALVES; half += 1) {
      const after = at(halves, half + AVAILABLE_AFTER) + at(halves, half + FROZEN_AFTER);
      const before = at(halves, half + AVAILABLE_BEFORE) + at(halves, half + FROZEN_BEFORE);
      const sum = after - before + carry;
      if ((sum | 0) !== 0) return false;
      carry = sum / HALF;
    }
    return true;
  }

  #look(): number {
    const halves = this.#halves;
    let contents = 0;
    this.#hasBooks = false;
    for (let record = this.#start + HEADER_HALVES; record < this.#end;) {
      const head = at(halves, record);
      const entity = head & 0x1f;
      if (entity === Entity.level) this.#noteLevel(record, contents);
      contents |= 1 << entity;
      if ((head & 0xffff) === ORDER_UPDATED) contents |= Contents.orderUpdate;
      record += lengthOf(head);
    }
    return contents;
  }

  #noteLevel(record: number, contents: number): void {
    if ((contents & Contents.level) === 0) this.#level = record;
    else if (this.#levelInstrument(record) !== this.#levelInstrument(this.#level)) {
      this.#hasBooks = true;
    }
  }

  #half(place: number): number {
    return at(this.#halves, this.#start + place);
  }

  #hasFlag(flag: number): boolean {
    return ((this.#state >>> 24) & flag) !== 0;
  }
}

/**
 * Place of the half at an offset in bytes. A shift, because a quotient may be kept as a double, and
 * an array that is asked for such a place is read by a slow call: half a microsecond a transaction.
 */
function toHalf(offset: number): number {
  return offset >>> 2;
}

function at(halves: Uint32Array, place: number): number {
  return halves[place] ?? 0;
}

/** Length of a record by the first half of its head. */
function lengthOf(head: number): number {
  const words = (head >>> 16) & 0xff;
  if (words === 0) throw unreadable("a record of no length");
  return words * HALVES_PER_WORD;
}
