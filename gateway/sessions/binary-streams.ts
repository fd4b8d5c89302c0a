// The numbered streams of the binary protocol: one per account and session name. In memory as on
// disk. A login makes the one it names; where there is no room, one that nobody has asked for of
// late makes it.

import type { Core } from "../core/core.ts";
import { type Parsed, RejectCode, accept, refuse } from "../domain/reject.ts";
import type {
  BinaryStream,
  BinaryStreamStore,
  NewBinaryStream,
} from "../identity/binary-stream-store.ts";
import type { Log } from "../log.ts";

export { GateFlag } from "../core/core.ts";
export type { Gate, GateGrant, GatePosition, GateReplay } from "../core/core.ts";
export type { BinaryStream, NewBinaryStream } from "../identity/binary-stream-store.ts";

/** What has the gate in which streams are told what they are owed. */
export type GateCore = Pick<Core, "openGate" | "status">;

/** Each has a megabyte of what it was told last. */
export const STREAMS_MAX = 256;
/** One account cannot keep the others out. */
export const STREAMS_PER_ACCOUNT_MAX = 64;
/** Nobody can ask for what is older than that, so nothing but its number is lost. */
const UNUSED_US = 24 * 3_600 * 1_000_000;
/** A login is not worth a sync each time. */
const NOTED_US = 3_600 * 1_000_000;

/** Printable ASCII that needs no escape in a log line. */
export const STREAM_NAME = /^[A-Za-z0-9._-]{1,32}$/;

export class BinaryStreams {
  readonly #store: BinaryStreamStore;
  readonly #log: Log;
  readonly #streams = new Map<string, BinaryStream>();

  constructor(store: BinaryStreamStore, log: Log) {
    this.#store = store;
    this.#log = log;
    for (const stream of store.list()) this.#streams.set(keyOf(stream), stream);
  }

  list(): BinaryStream[] {
    return [...this.#streams.values()];
  }

  find(account: number, name: string): BinaryStream | undefined {
    return this.#streams.get(keyOf({ account, name }));
  }

  /**
   * Makes a stream; it is on disk when this returns. `isFree`: nobody is logged in to it.
   *
   * `removed`: it had to go for the new one. Errors: name_invalid, session_table_full.
   */
  create(
    stream: NewBinaryStream,
    nowUs: number,
    isFree: (stream: BinaryStream) => boolean,
  ): Parsed<{ readonly created: BinaryStream; readonly removed: BinaryStream | undefined }> {
    if (!STREAM_NAME.test(stream.name)) return refuse(RejectCode.name_invalid);
    const all = this.list();
    const ofAccount = all.filter(({ account }) => account === stream.account);
    const isCrowd = ofAccount.length >= STREAMS_PER_ACCOUNT_MAX;
    let removed: BinaryStream | undefined;
    if (isCrowd || all.length >= STREAMS_MAX) {
      removed = findUnused(isCrowd ? ofAccount : all, nowUs - UNUSED_US, isFree);
      if (removed === undefined) return refuse(RejectCode.session_table_full);
      this.remove(removed);
    }
    const created = this.#store.add(stream, nowUs);
    this.#streams.set(keyOf(created), created);
    const { account, name } = created;
    this.#log.info("binary_stream_created", { account, session_name: name });
    return accept({ created, removed });
  }

  /** `stream`: as it was at any time; what counts is when it was noted last. */
  noteLogin({ account, name }: BinaryStream, nowUs: number): void {
    const known = this.find(account, name);
    if (known === undefined || nowUs - known.loggedInAtUs < NOTED_US) return;
    this.#store.noteLogin(known.id, nowUs);
    this.#streams.set(keyOf(known), { ...known, loggedInAtUs: nowUs });
  }

  /** It is gone from disk when this returns. */
  remove(stream: BinaryStream): void {
    this.#store.remove(stream.id);
    this.#streams.delete(keyOf(stream));
    const { account, name } = stream;
    this.#log.info("binary_stream_removed", { account, session_name: name });
  }
}

/** The one that was asked for longest ago, if that was before `beforeUs`. */
function findUnused(
  streams: readonly BinaryStream[],
  beforeUs: number,
  isFree: (stream: BinaryStream) => boolean,
): BinaryStream | undefined {
  return streams
    .filter((stream) => stream.loggedInAtUs < beforeUs && isFree(stream))
    .sort((one, other) => one.loggedInAtUs - other.loggedInAtUs)[0];
}

/** A name holds no space. */
function keyOf({ account, name }: Pick<BinaryStream, "account" | "name">): string {
  return `${account} ${name}`;
}
