// Where numbered streams were, and when: what a client misses is executed again from there. Kept in
// files that are only appended to, one an hour; each begins with where all streams are. A file that
// a crash tore is read up to the tear. They are never synced: what a power cut takes of them costs
// some seconds of re-execution.
//
//   record   u32 CRC-32 of the rest · u32 stream, 0 = all · f64 number · f64 sequence ·
//            f64 engine session · f64 client_ref · f64 time in µs
//
// Little endian. Numbers are whole and below 2^53, so that a double holds them. A record of all
// streams says that those which moved were written before it, and the others are where they were.

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeSync } from "node:fs";
import { join } from "node:path";

const RECORD_BYTES = 48;
const ALL_STREAMS = 0;
/** So far back a client may ask. */
export const RETENTION_US = 24 * 3_600 * 1_000_000;
const FILE_US = 3_600 * 1_000_000;
/** Between two that are kept: a moment of re-execution, or a quiet while. */
const SPACING = { sequences: 250_000, us: 600_000_000 } as const;
const FILE_NAME = /^\d{16}\.positions$/;

/** Where a stream is after a sequence. */
export interface Position {
  /** The last one given. */
  readonly number: number;
  readonly sequence: number;
  /** 0: none was open. */
  readonly engineSession: number;
  /** Where they only rise: the largest that an order of the account got; 0: none. */
  readonly clientRef: number;
}

interface DatedPosition extends Position {
  /** When it was noted first. */
  readonly timeUs: number;
}

/** Bounds: by `SPACING` and the retention, some hundred. */
interface Stream {
  /** Oldest first, older than `newest`. */
  kept: DatedPosition[];
  newest: DatedPosition;
}

export class PositionLog {
  readonly #directory: string;
  readonly #streams = new Map<number, Stream>();
  #sequence = 0;
  #file: number | undefined;
  #fileAtUs = 0;
  #batch: Buffer[] = [];

  /**
   * Reads what is there. What it says of sequences behind `journalSequence` is no past: the journal
   * has lost its end.
   *
   * Errors: throws the operating system's.
   */
  constructor(directory: string, journalSequence: number) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const name of this.#fileNames()) this.#load(readFileSync(join(directory, name)));
    this.#cutBack(journalSequence);
  }

  /** Everything up to here is in the positions; 0: nothing was kept. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Where a stream is, as of `sequence`; `undefined`: nothing was kept of it. */
  positionOf(stream: number): Position | undefined {
    const known = this.#streams.get(stream);
    return known && { ...known.newest, sequence: Math.max(known.newest.sequence, this.#sequence) };
  }

  /** Where to go on from to have `number` and what follows; `undefined`: it is too old. */
  positionBefore(stream: number, number: number): Position | undefined {
    const known = this.#streams.get(stream);
    if (known === undefined) return undefined;
    if (known.newest.number < number) return known.newest;
    return known.kept.findLast((each) => each.number < number);
  }

  /** The first number that can be had. */
  firstNumber(stream: number): number {
    const known = this.#streams.get(stream);
    return ((known?.kept[0] ?? known?.newest)?.number ?? 0) + 1;
  }

  /** What is executed again follows this sequence; `undefined`: there are no streams. */
  get neededSequence(): number | undefined {
    if (this.#streams.size === 0) return undefined;
    let needed = this.#sequence;
    for (const { kept } of this.#streams.values()) {
      needed = Math.min(needed, kept[0]?.sequence ?? needed);
    }
    return needed;
  }

  /** Gives up the older half of the past, so that less has to be kept for it. */
  giveWay(): void {
    const from = this.neededSequence ?? 0;
    this.giveUpTo(from + (this.#sequence - from) / 2);
  }

  /** What followed `sequence` cannot be had. */
  giveUpTo(sequence: number): void {
    for (const stream of this.#streams.values()) {
      stream.kept = stream.kept.filter((each) => each.sequence > sequence);
    }
  }

  /** A new stream begins here. */
  add(stream: number, position: Position, nowUs: number): void {
    const newest = { ...position, timeUs: nowUs };
    this.#streams.set(stream, { kept: [], newest });
    this.#write(nowUs, () => this.#addRecord(stream, newest));
  }

  /** Forgets all others. */
  retain(streams: ReadonlySet<number>): void {
    for (const id of this.#streams.keys()) if (!streams.has(id)) this.#streams.delete(id);
  }

  remove(stream: number): void {
    this.#streams.delete(stream);
  }

  /**
   * Takes where all streams are at `sequence`, and forgets what is older than the retention.
   *
   * Errors: throws the operating system's; then all are written anew the next time.
   */
  save(positions: ReadonlyMap<number, Position>, sequence: number, nowUs: number): void {
    const hasMoved = sequence > this.#sequence;
    this.#sequence = sequence;
    this.#write(nowUs, () => {
      for (const [id, position] of positions) {
        const stream = this.#streams.get(id);
        if (stream === undefined) continue;
        if (isSamePlace(stream.newest, position)) {
          stream.newest = { ...stream.newest, sequence };
        } else {
          keep(stream);
          stream.newest = { ...position, sequence, timeUs: nowUs };
          this.#addRecord(id, stream.newest);
        }
        forget(stream, nowUs - RETENTION_US);
      }
      if (hasMoved) this.#addMarker(nowUs);
    });
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #addMarker(timeUs: number): void {
    this.#addRecord(ALL_STREAMS, {
      ...{ number: 0, sequence: this.#sequence, engineSession: 0, clientRef: 0 },
      timeUs,
    });
  }

  #addRecord(stream: number, position: DatedPosition): void {
    const { number, sequence, engineSession, clientRef, timeUs } = position;
    const record = Buffer.allocUnsafe(RECORD_BYTES);
    record.writeUInt32LE(stream, 4);
    record.writeDoubleLE(number, 8);
    record.writeDoubleLE(sequence, 16);
    record.writeDoubleLE(engineSession, 24);
    record.writeDoubleLE(clientRef, 32);
    record.writeDoubleLE(timeUs, 40);
    record.writeUInt32LE(Bun.hash.crc32(record.subarray(4)), 0);
    this.#batch.push(record);
  }

  /** Writes what `add` adds, in one call, into a file of this hour. */
  #write(nowUs: number, add: () => void): void {
    const isNew = this.#file === undefined || nowUs - this.#fileAtUs >= FILE_US;
    this.#batch = [];
    add();
    if (isNew) this.#begin(nowUs);
    if (this.#file === undefined || this.#batch.length === 0) return;
    const bytes = Buffer.concat(this.#batch);
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#file, bytes, written);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Begins a file with where all streams are, and removes those that nobody will ask for. */
  #begin(nowUs: number): void {
    this.close();
    const names = this.#fileNames();
    const atUs = Math.max(nowUs, startOf(names.at(-1) ?? "") + 1);
    const path = join(this.#directory, `${`${atUs}`.padStart(16, "0")}.positions`);
    this.#file = openSync(path, "a", 0o600);
    this.#fileAtUs = nowUs;
    this.#batch = [];
    for (const [id, { newest }] of this.#streams) {
      const sequence = Math.max(newest.sequence, this.#sequence);
      this.#addRecord(id, { ...newest, sequence });
    }
    this.#addMarker(nowUs);
    for (const [index, name] of names.entries()) {
      const endUs = startOf(names[index + 1] ?? `${atUs}`);
      if (endUs < nowUs - RETENTION_US) rmSync(join(this.#directory, name));
    }
  }

  #fileNames(): string[] {
    return readdirSync(this.#directory)
      .filter((name) => FILE_NAME.test(name))
      .sort();
  }

  #load(bytes: Buffer): void {
    for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
      const record = bytes.subarray(at, at + RECORD_BYTES);
      if (record.readUInt32LE(0) !== Bun.hash.crc32(record.subarray(4))) return;
      this.#take(record.readUInt32LE(4), {
        number: record.readDoubleLE(8),
        sequence: record.readDoubleLE(16),
        engineSession: record.readDoubleLE(24),
        clientRef: record.readDoubleLE(32),
        timeUs: record.readDoubleLE(40),
      });
    }
  }

  #take(id: number, position: DatedPosition): void {
    // A journal that had lost its end gave these sequences to other commands.
    if (position.sequence < this.#sequence) this.#cutBack(position.sequence);
    if (id === ALL_STREAMS) {
      this.#sequence = position.sequence;
      return;
    }
    const stream = this.#streams.get(id);
    if (stream === undefined) this.#streams.set(id, { kept: [], newest: position });
    else {
      if (!isSamePlace(stream.newest, position)) keep(stream);
      stream.newest = position;
    }
  }

  /** Forgets what is said of later sequences; what lies between two places is not known then. */
  #cutBack(sequence: number): void {
    if (this.#sequence <= sequence) return;
    this.#sequence = sequence;
    for (const [id, { kept, newest }] of this.#streams) {
      if (newest.sequence <= sequence) continue;
      const left = kept.filter((each) => each.sequence <= sequence);
      const last = left.pop();
      if (last === undefined) this.#streams.delete(id);
      else {
        this.#streams.set(id, { kept: left, newest: last });
        this.#sequence = Math.min(this.#sequence, last.sequence);
      }
    }
  }
}

function isSamePlace(one: Position, other: Position): boolean {
  const { number, engineSession, clientRef } = other;
  const isSameRef = one.clientRef === clientRef;
  return one.number === number && one.engineSession === engineSession && isSameRef;
}

/** Keeps the newest one beside a newer one, if it is far enough from the last that is kept. */
function keep(stream: Stream): void {
  const { kept, newest } = stream;
  const last = kept.at(-1);
  const isFar =
    last === undefined ||
    newest.sequence - last.sequence >= SPACING.sequences ||
    newest.timeUs - last.timeUs >= SPACING.us;
  if (isFar) kept.push(newest);
}

/** Drops those after which everything happened before `timeUs`. */
function forget(stream: Stream, timeUs: number): void {
  const { kept, newest } = stream;
  const isNeeded = (index: number): boolean => (kept[index + 1] ?? newest).timeUs > timeUs;
  if (kept.length > 0 && !isNeeded(0)) stream.kept = kept.filter((_, index) => isNeeded(index));
}

/** When a file was begun, from its name. */
function startOf(name: string): number {
  return Number.parseInt(name, 10) || 0;
}
