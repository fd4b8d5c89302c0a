// The numbered streams of the venue: each in the gate, where it is told what it is owed, whether
// somebody listens or not, and in the position log, from which it is taken up again.

import type { Clock } from "../../../clock.ts";
import { GatewayFault } from "../../../domain/fault.ts";
import { RejectCode } from "../../../domain/reject.ts";
import type { Log } from "../../../log.ts";
import type {
  BinaryStream,
  BinaryStreams,
  Gate,
  GateCore,
  GatePosition,
  NewBinaryStream,
} from "../../../sessions/binary-streams.ts";
import type { JournalHolder } from "../../../stages/stages.ts";
import type { Connection } from "../connection.ts";
import { PositionLog } from "./position-log.ts";
import { RecentPositions } from "./recent-positions.ts";

/** How soon it is asked again what a re-execution has. */
const POLL_MS = 1;
/** Where all are is written down after so much: a start executes no more than that again. */
const SAVE = { sequences: 100_000, us: 10_000_000 } as const;

/** What a login says of a new one. */
export type StreamTerms = Omit<NewBinaryStream, "createdSequence">;

/** One of them. */
export interface Stream {
  readonly stored: BinaryStream;
  /** In the gate. */
  readonly slot: number;
  /** Who is logged in to it, or about to be. */
  connection: Connection | undefined;
}

/** The first number that can be had, and the first that is still to come. */
export interface NumberRange {
  readonly first: number;
  readonly next: number;
}

export interface StreamParts {
  readonly core: GateCore;
  readonly streams: BinaryStreams;
  /** Of the position log. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The name of its sessions in the engine. */
export function engineNameOf(name: string): string {
  return `binary:${name}`;
}

export class StreamDirectory implements JournalHolder {
  readonly gate: Gate;
  readonly #parts: StreamParts;
  readonly #positions: PositionLog;
  readonly #recent = new RecentPositions();
  readonly #streams = new Map<string, Stream>();
  /** In the gate, of streams that are gone, as long as their last commands have no answer. */
  #leaving: number[] = [];
  #savedAtUs = 0;
  #hasFailed = false;

  /**
   * Opens the gate and takes up every stream where it was, then executes again what followed.
   *
   * Order: before anything is submitted. Errors: throws the operating system's of the position log.
   */
  static async open(parts: StreamParts): Promise<StreamDirectory> {
    const directory = new StreamDirectory(parts);
    await directory.#catchUp();
    return directory;
  }

  private constructor(parts: StreamParts) {
    this.#parts = parts;
    this.gate = parts.core.openGate();
    const { executedSequence } = parts.core.status();
    this.#positions = new PositionLog(parts.directory, executedSequence);
  }

  find(account: number, name: string): Stream | undefined {
    return this.#streams.get(keyOf({ account, name }));
  }

  get count(): number {
    return this.#streams.size;
  }

  /** Makes a stream that is owed what follows. Errors: name_invalid, session_table_full. */
  create(terms: StreamTerms): Stream | RejectCode {
    const { streams, clock } = this.#parts;
    const createdSequence = this.gate.deliveredSequence;
    const isFree = (each: BinaryStream): boolean =>
      this.find(each.account, each.name)?.connection === undefined;
    const nowUs = clock.nowUs();
    const made = streams.create({ ...terms, createdSequence }, nowUs, isFree);
    if (!made.ok) return made.reject;
    const { created, removed } = made.value;
    if (removed !== undefined) this.#forget(removed);
    const position = { number: 0, sequence: createdSequence, engineSession: 0, clientRef: 0 };
    const stream = this.#open(created, position);
    if (stream === undefined) return RejectCode.session_table_full;
    this.#guard(() => this.#positions.add(created.id, position, nowUs));
    return stream;
  }

  /** By account and name. */
  list(): Stream[] {
    return [...this.#streams.values()].sort(({ stored: one }, { stored: other }) => {
      return one.account - other.account || (one.name < other.name ? -1 : 1);
    });
  }

  /** Removes one, for good. Order: nobody is connected to it. */
  remove({ stored }: Stream): void {
    this.#parts.streams.remove(stored);
    this.#forget(stored);
  }

  noteLogin({ stored }: Stream): void {
    this.#parts.streams.noteLogin(stored, this.#parts.clock.nowUs());
  }

  /** What can be asked for. */
  numbersOf({ stored, slot }: Stream): NumberRange {
    const next = this.gate.positionOf(slot).number + 1;
    return { first: Math.min(this.#positions.firstNumber(stored.id), next), next };
  }

  /** Where to go on from to have `number`; `undefined`: it is too old. */
  positionBefore({ stored }: Stream, number: number): GatePosition | undefined {
    const written = this.#positions.positionBefore(stored.id, number);
    const recent = this.#recent.before(stored.id, number);
    const isNearer = written !== undefined && recent !== undefined;
    return isNearer && recent.sequence > written.sequence ? recent : written;
  }

  /** The journal does not have what followed `sequence`. */
  giveUpTo(sequence: number): void {
    this.#positions.giveUpTo(sequence);
  }

  // What is kept

  get neededSequence(): number | undefined {
    return this.#positions.neededSequence;
  }

  giveWay(): void {
    this.#parts.log.warn("binary_past_given_up", { needed_sequence: this.neededSequence });
    this.#positions.giveWay();
  }

  /** Writes down where all are, when it is time. To be called about once a second. */
  keep(): void {
    const { clock } = this.#parts;
    const behind = this.gate.deliveredSequence - this.#positions.sequence;
    const isDue = clock.elapsedUs() - this.#savedAtUs >= SAVE.us;
    if (behind >= SAVE.sequences || (behind > 0 && isDue)) this.save();
  }

  save(): void {
    this.#savedAtUs = this.#parts.clock.elapsedUs();
    const positions = this.#currentPositions();
    const sequence = this.gate.deliveredSequence;
    this.#guard(() => this.#positions.save(positions, sequence, this.#parts.clock.nowUs()));
  }

  /**
   * Remembers where all are, when that is far from the last time, and lets go of what is gone. To
   * be called often.
   */
  note(): void {
    this.#leaving = this.#leaving.filter((slot) => !this.gate.closeStream(slot));
    const sequence = this.gate.deliveredSequence;
    if (this.#recent.isDue(sequence)) this.#recent.note(this.#currentPositions(), sequence);
  }

  #currentPositions(): Map<number, GatePosition> {
    const positions = new Map<number, GatePosition>();
    for (const { stored, slot } of this.#streams.values()) {
      positions.set(stored.id, this.gate.positionOf(slot));
    }
    return positions;
  }

  close(): void {
    this.save();
    this.#positions.close();
  }

  async #catchUp(): Promise<void> {
    const { core, streams, clock, log } = this.#parts;
    const { executedSequence } = core.status();
    let after = executedSequence;
    this.#positions.retain(new Set(streams.list().map(({ id }) => id)));
    for (const stored of streams.list()) {
      const { id, createdSequence } = stored;
      const sequence = Math.min(createdSequence, executedSequence);
      const known = this.#positions.positionOf(id);
      const position = known ?? { number: 0, sequence, engineSession: 0, clientRef: 0 };
      this.#open(stored, position);
      if (known === undefined) this.#guard(() => this.#positions.add(id, position, clock.nowUs()));
      after = Math.min(after, position.sequence);
    }
    if (after < executedSequence) {
      const pause = (): Promise<void> => new Promise((wake) => clock.after(POLL_MS, wake));
      try {
        await this.gate.catchUp(after, pause);
      } catch (error) {
        if (!(error instanceof GatewayFault) || error.code !== "changes_unavailable") throw error;
        log.error("binary_streams_lost", { after, error: error.message });
        this.#beginAnew(executedSequence);
      }
    }
    this.gate.setDelivered(executedSequence);
    this.save();
  }

  /** What they were owed cannot be made again: numbers begin at 1. */
  #beginAnew(sequence: number): void {
    // Those that there are: each takes its place at the end again.
    for (const [key, { stored, slot }] of [...this.#streams]) {
      // A client_ref that was used stays used.
      const { clientRef } = this.gate.positionOf(slot);
      this.gate.closeStream(slot);
      this.#streams.delete(key);
      this.#positions.remove(stored.id);
      const position = { number: 0, sequence, engineSession: 0, clientRef };
      this.#open(stored, position);
      this.#guard(() => this.#positions.add(stored.id, position, this.#parts.clock.nowUs()));
    }
  }

  #open(stored: BinaryStream, position: GatePosition): Stream | undefined {
    const { account, name, hasBalances, hasIncreasingRefs } = stored;
    const slot = this.gate.openStream({
      account,
      engineName: engineNameOf(name),
      hasBalances,
      hasIncreasingRefs,
      position,
    });
    if (slot === undefined) return undefined;
    const stream = { stored, slot, connection: undefined };
    this.#streams.set(keyOf(stored), stream);
    return stream;
  }

  #forget(stored: BinaryStream): void {
    const stream = this.#streams.get(keyOf(stored));
    this.#streams.delete(keyOf(stored));
    this.#positions.remove(stored.id);
    this.#recent.remove(stored.id);
    if (stream !== undefined && !this.gate.closeStream(stream.slot)) {
      this.#leaving.push(stream.slot);
    }
  }

  /** Without its files a start executes more again, and a stream can be asked for less. */
  #guard(write: () => void): void {
    try {
      write();
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#parts.log.error("binary_positions_failed", { error: `${error}` });
      this.#hasFailed = true;
    }
  }
}

/** A name holds no space. */
function keyOf({ account, name }: Pick<BinaryStream, "account" | "name">): string {
  return `${account} ${name}`;
}
