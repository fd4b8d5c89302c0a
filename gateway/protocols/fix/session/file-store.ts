// A store in two files per session, so that it survives the process. The newer file takes what
// comes; when it has half of the cap, the older one goes and a new one begins.

import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { GatewayFault } from "../../../domain/fault.ts";
import type { SessionId } from "./application.ts";
import { FileSegment, type StoredState } from "./file-segment.ts";
import type { MessageStore, VisitMessage } from "./message-store.ts";

/**
 * When what was written reaches the disk itself. A crash of the process loses nothing with any of
 * them; of the machine: `none` what the kernel holds, `interval` the last second, `every` nothing.
 */
export type StoreSync = "none" | "interval" | "every";

export interface FileStoreOptions {
  readonly directory: string;
  /** Most bytes of one session on the disk. */
  readonly bytesMax: number;
  readonly sync: StoreSync;
}

/** Between two syncs of `interval`, and two writes of nothing but what was heard. */
const INTERVAL_US = 1_000_000;
/** A turn that adds more is written in several batches. */
const BATCH_BYTES_MAX = 1 << 20;
const FILE_NAME = /^(.+),(.+),(.+)\.(\d+)$/;

export class FileStore implements MessageStore {
  readonly #options: FileStoreOptions;
  readonly #prefix: string;
  readonly #state: StoredState;
  #older: FileSegment | undefined;
  #current: FileSegment;
  #number: number;
  /** Of the last state that was written. */
  #keptNextOut = 0;
  #keptExpectedIn = 0;
  #keptNote = 0;
  #isHeardNew = false;
  #wroteAtUs = 0;
  #isUnsynced = false;
  #syncedAtUs = 0;
  #failure: Error | undefined;
  #isClosed = false;
  /** What a reset took the place of, closed: removed when the new file is synced. */
  #superseded: readonly FileSegment[] = [];
  /** From here on what came is not done; Infinity: all is. */
  #heldIn = Infinity;

  /**
   * Opens the session's files or begins them.
   *
   * Errors: throws `fix_store_foreign` for the files of another session, and the operating
   * system's.
   */
  constructor(id: SessionId, options: FileStoreOptions, nowUs: number) {
    this.#options = options;
    mkdirSync(options.directory, { recursive: true });
    this.#prefix = prefixOf(id);
    const names = [id.beginString, id.senderCompId, id.targetCompId].join("\n");
    this.#state = toNewState(names, nowUs);
    const numbers = findNumbers(options.directory, this.#prefix);
    const whole: FileSegment[] = [];
    for (const number of numbers) {
      const { startedAtUs } = this.#state;
      const segment = this.#load(number, names);
      if (segment === undefined) continue;
      // A crash came between a reset and the removal of what was before it.
      const isReset = this.#state.startedAtUs !== startedAtUs;
      if (isReset) for (const past of whole.splice(0)) past.remove();
      whole.push(segment);
    }
    this.#older = whole.at(-2);
    for (const segment of whole.slice(0, -2)) segment.remove();
    this.#number = numbers.at(-1) ?? 0;
    this.#current = whole.at(-1) ?? this.#begin(this.#state);
    this.#noteKept(this.#state);
  }

  get nextOut(): number {
    return this.#state.nextOut;
  }

  get expectedIn(): number {
    return this.#state.expectedIn;
  }

  get lastChangeSequence(): number {
    return this.#state.lastChangeSequence;
  }

  get note(): number {
    return this.#state.note;
  }

  get startedAtUs(): number {
    return this.#state.startedAtUs;
  }

  append(bytes: Buffer, start: number, end: number, changeSequence: number): void {
    const current = this.#current;
    current.addMessage(this.#state.nextOut, bytes, start, end);
    this.#state.nextOut += 1;
    if (changeSequence > this.#state.lastChangeSequence) {
      this.#state.lastChangeSequence = changeSequence;
    }
    // Reports of one transaction stay in one batch: the last of them carries its sequence.
    const isDue = current.sizeAhead - current.size > BATCH_BYTES_MAX && changeSequence > 0;
    if (isDue) this.#writeEarly();
  }

  spend(): void {
    this.#state.nextOut += 1;
  }

  setExpectedIn(sequence: number): void {
    this.#state.expectedIn = sequence;
  }

  holdIn(sequence: number | undefined): void {
    this.#heldIn = sequence ?? Infinity;
  }

  setNote(note: number): void {
    this.#state.note = note;
  }

  markHeard(changeSequence: number): void {
    if (changeSequence <= this.#state.lastChangeSequence) return;
    this.#state.lastChangeSequence = changeSequence;
    this.#isHeardNew = true;
  }

  read(from: number, to: number, countMax: number, visit: VisitMessage): number {
    this.#write();
    const older = this.#older;
    if (older === undefined) return this.#current.read(from, to, countMax, visit);
    let visited = 0;
    const count: VisitMessage = (...message) => {
      visited += 1;
      visit(...message);
    };
    const onward = older.read(from, to, countMax, count);
    if (onward <= to) return onward;
    // The older file is through. Where the newer one begins is where a full slice goes on.
    const first = Math.max(from, older.lastSequence + 1);
    return visited === countMax
      ? Math.min(first, to + 1)
      : this.#current.read(first, to, countMax - visited, visit);
  }

  /** Errors: throws the operating system's, and all is as it was. */
  reset(nowUs: number): void {
    const { names, lastChangeSequence, note } = this.#state;
    const state = { ...toNewState(names, nowUs), lastChangeSequence, note };
    const next = this.#begin(state);
    const past = [this.#older, this.#current];
    Object.assign(this.#state, state);
    this.#older = undefined;
    this.#current = next;
    this.#supersede(past.filter((segment) => segment !== undefined));
  }

  /** Errors: throws what went wrong with the disk, also in a sync that was under way. */
  flush(elapsedUs: number): void {
    if (this.#failure !== undefined) throw this.#failure;
    const isHeardDue = this.#isHeardNew && elapsedUs - this.#wroteAtUs >= INTERVAL_US;
    if (this.#isStateNew || isHeardDue) {
      this.#write();
      this.#wroteAtUs = elapsedUs;
      if (this.#current.size >= this.#options.bytesMax / 2) this.#rotate();
    }
    this.#sync(elapsedUs);
  }

  /** Errors: as `flush`, of what was not flushed; the files are closed all the same. */
  close(): void {
    this.#isClosed = true;
    try {
      if (this.#failure !== undefined) return;
      this.#write();
      if (this.#options.sync !== "none") this.#current.syncNow();
      for (const segment of this.#superseded) segment.unlink();
    } finally {
      this.#older?.close();
      this.#current.close();
    }
  }

  /** Nothing is written behind a batch that may have come to the disk in part. */
  #write(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isStateNew && !this.#isHeardNew) return;
    this.#current.addState(this.#state, this.#heldIn);
    try {
      this.#current.write();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(`${error}`);
      throw error;
    }
    this.#noteKept(this.#state);
    this.#isHeardNew = false;
    this.#isUnsynced = true;
  }

  /** In the middle of a turn, whose flush throws what goes wrong: who reports is not the owner. */
  #writeEarly(): void {
    try {
      this.#write();
    } catch {
      // Kept as the failure.
    }
  }

  #sync(elapsedUs: number): void {
    const { sync } = this.#options;
    if (!this.#isUnsynced || sync === "none") return;
    if (sync === "interval" && elapsedUs - this.#syncedAtUs < INTERVAL_US) return;
    this.#isUnsynced = false;
    this.#syncedAtUs = elapsedUs;
    if (sync === "every") this.#current.syncNow();
    else this.#syncLater();
  }

  #syncLater(): void {
    const superseded = this.#superseded;
    this.#superseded = [];
    this.#current.sync((error) => {
      if (error !== null) this.#failure ??= error;
      // Of a store that was closed the files may be another one's by now; the next start clears up.
      else if (!this.#isClosed) for (const segment of superseded) segment.unlink();
    });
  }

  /** Files that others take the place of. Bounds: those of one reset stay until the next sync. */
  #supersede(past: readonly FileSegment[]): void {
    for (const segment of past) segment.close();
    const mustStay = this.#options.sync === "interval" && this.#superseded.length === 0;
    if (!mustStay) for (const segment of past) segment.unlink();
    else this.#superseded = past;
    this.#isUnsynced = true;
  }

  /** The older file is not synced any more: what it has of late goes to the disk before. */
  #rotate(): void {
    const { sync } = this.#options;
    if (sync === "every") this.#current.syncNow();
    else if (sync === "interval") this.#syncLater();
    const next = this.#begin(this.#state);
    this.#older?.remove();
    this.#older = this.#current;
    this.#current = next;
  }

  /** Requests that came and are not done change nothing of what is kept. */
  get #isStateNew(): boolean {
    const { nextOut, expectedIn, note } = this.#state;
    return (
      nextOut !== this.#keptNextOut ||
      Math.min(expectedIn, this.#heldIn) !== this.#keptExpectedIn ||
      note !== this.#keptNote
    );
  }

  #noteKept({ nextOut, expectedIn, note }: StoredState): void {
    this.#keptNextOut = nextOut;
    this.#keptNote = note;
    this.#keptExpectedIn = Math.min(expectedIn, this.#heldIn);
  }

  /** A new file, with the state at its head. Errors: throws, and there is no file. */
  #begin(state: StoredState): FileSegment {
    const segment = new FileSegment(this.#pathOf(this.#number + 1));
    try {
      segment.addState(state, this.#heldIn);
      segment.write();
      // Before the files go that it takes the place of.
      if (this.#options.sync === "every") {
        segment.syncNow();
        segment.syncName();
      }
    } catch (error) {
      segment.remove();
      throw error;
    }
    this.#number += 1;
    this.#noteKept(state);
    return segment;
  }

  /** `undefined` and no file: it was torn before its first batch was whole. */
  #load(number: number, names: string): FileSegment | undefined {
    const segment = new FileSegment(this.#pathOf(number));
    const state = segment.load();
    if (state === undefined) {
      segment.remove();
      return undefined;
    }
    if (state.names !== names) {
      throw new GatewayFault("fix_store_foreign", `${segment.path} is of another session`);
    }
    Object.assign(this.#state, state);
    return segment;
  }

  #pathOf(number: number): string {
    return join(this.#options.directory, `${this.#prefix}.${number}`);
  }
}

/** The sessions that have files in the directory. */
export function listStoredSessions(directory: string): SessionId[] {
  if (!existsSync(directory)) return [];
  const ids = new Map<string, SessionId>();
  for (const name of readdirSync(directory)) {
    const [, begin, sender, target] = FILE_NAME.exec(name) ?? [];
    if (begin === undefined || sender === undefined || target === undefined) continue;
    const [beginString, senderCompId, targetCompId] = [begin, sender, target].map(
      decodeURIComponent,
    );
    if (beginString === undefined || senderCompId === undefined) continue;
    if (targetCompId === undefined) continue;
    ids.set(`${begin},${sender},${target}`, { beginString, senderCompId, targetCompId });
  }
  return [...ids.values()];
}

/** Removes what is kept of a session. Order: its store is closed, or was never opened. */
export function removeStoredSession(directory: string, id: SessionId): void {
  const prefix = prefixOf(id);
  for (const number of findNumbers(directory, prefix))
    rmSync(join(directory, `${prefix}.${number}`));
}

function toNewState(names: string, startedAtUs: number): StoredState {
  return { nextOut: 1, expectedIn: 1, lastChangeSequence: 0, note: 0, startedAtUs, names };
}

/** No comma, slash or space is left in a name. */
function prefixOf({ beginString, senderCompId, targetCompId }: SessionId): string {
  return [beginString, senderCompId, targetCompId].map(encodeURIComponent).join(",");
}

function findNumbers(directory: string, prefix: string): number[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${prefix}.`) && FILE_NAME.test(name))
    .map((name) => Number(name.slice(prefix.length + 1)))
    .filter((number) => Number.isSafeInteger(number))
    .sort((one, other) => one - other);
}
