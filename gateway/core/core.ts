// The core behind one door: commands go in as one batch per turn, transactions come out in sequence
// order when they are durable (rules 5.4), as bytes that become objects for who asks for them. Only
// this folder knows that there is an addon.

import { RejectCode } from "../generated/reject-codes.ts";
import type { Transaction } from "../domain/change.ts";
import type { QueryFields, SubmittedCommand } from "../domain/command.ts";
import { findRejectCode } from "../domain/reject.ts";
import { toSequence, toTimeUs } from "../domain/units.ts";
import { callAddon, loadAddon, Place, PLACE_COUNT } from "./addon.ts";
import type { Addon, CoreFault, CoreOptions, OpenReport, StopReport } from "./addon.ts";
import { CommandBatch, encodeQuery } from "./command-batch.ts";
import { Deliveries } from "./deliveries.ts";
import type { HeadListener, Listener, ReleaseListener, Reply } from "./deliveries.ts";
import { Gate } from "./gate.ts";
import { Queue } from "./queue.ts";
import { AddonReexecution } from "./reexecution.ts";
import type { Reexecution } from "./reexecution.ts";
import { OutputBuffer } from "./released.ts";
import type { Released } from "./released.ts";
import { TransactionRing } from "./transaction-ring.ts";

export type {
  Gate,
  GateGrant,
  GateLoggedIn,
  GatePosition,
  GateReplay,
  WriteOutput,
} from "./gate.ts";
export { GateFlag } from "./gate.ts";
export type { Reexecution } from "./reexecution.ts";
export type { CoreFault, CoreOptions, OpenReport, StopReport } from "./addon.ts";

/** Records of one batch: 512 KiB, several times what one turn brings; a full batch is flushed. */
const BATCH_RECORDS_MAX = 4_096;
/** Bytes read at once. More saves nothing; a larger transaction makes the buffer grow. */
const OUTPUT_BYTES = 1 << 20;
/** Holds most answers; a larger one makes the buffer grow. */
const ANSWER_BYTES = 1 << 18;

const MODES = ["open", "cancel_only", "refuse"] as const;

/** What a query gives: `sequence` is the last command it saw. */
export type QueryAnswer = Transaction;

/** The core at one moment. */
export interface CoreStatus {
  executedSequence: number;
  durableSequence: number;
  unsyncedCommands: number;
  /** Bytes of transactions that wait for the disk or a reader. */
  pendingBytes: number;
  timeUs: number;
  mode: (typeof MODES)[number];
  /** A jump of the system clock waits for `confirmClock`. */
  clockHeld: boolean;
  fault: CoreFault | undefined;
  snapshotSequence: number;
  snapshot: { bytes: number; durationUs: number; written: number; isBusy: boolean };
  journal: {
    bytes: number;
    /** Of segments and snapshots that are kept for `holdJournal` and re-executions alone. */
    heldBytes: number;
    writes: number;
    segments: number;
    syncs: number;
    syncUs: number;
    /** Syncs by duration; one more than there are bounds. */
    syncBuckets: number[];
    syncBoundsUs: readonly number[];
  };
}

/** An open venue, for one event loop. */
export class Core {
  readonly openReport: OpenReport;
  readonly #addon: Addon;
  readonly #handle: number;
  readonly #deliveries: Deliveries;
  readonly #batch = new CommandBatch(BATCH_RECORDS_MAX);
  /** Of the executed commands whose transactions were not delivered, then of the batch. */
  readonly #replies = new Queue<Reply>();
  readonly #repliesMax: number;
  readonly #places = new Float64Array(PLACE_COUNT);
  #output = OutputBuffer.ofSize(OUTPUT_BYTES);
  /** Takes the place of an output whose bytes are still to be delivered. */
  #spare: OutputBuffer | undefined;
  #isOutputTaken = false;
  #answer = OutputBuffer.ofSize(ANSWER_BYTES);
  #recent: TransactionRing | undefined;
  #gate: Gate | undefined;
  #callerTimeUs: number | undefined;
  #turn: NodeJS.Immediate | undefined;
  #isOpen = true;

  private constructor(addon: Addon, options: CoreOptions) {
    this.#addon = addon;
    this.openReport = callAddon(() => addon.open(options, () => this.#onDoorbell()));
    this.#handle = this.openReport.handle;
    this.#repliesMax = this.openReport.unsyncedCommandsMax;
    this.#deliveries = new Deliveries(this.openReport.sequence, this.#replies, throwLater);
    this.#attach();
    // What opening had to execute is nobody's command, and no listener is there yet.
    callAddon(() => addon.drain(this.#handle));
    this.#read();
    this.#deliveries.deliver();
  }

  /**
   * Errors: throws a fault that says what is wrong with an option, the directory or a file in it.
   */
  static open(options: CoreOptions, addon: Addon = loadAddon()): Core {
    return new Core(addon, options);
  }

  /**
   * Adds a command to this turn's batch. `reply` gets its transaction once it is durable, never
   * inside this call; a sequence of 0 there says that the core refused the command when the batch
   * reached it.
   *
   * Returns `throttled` or `core_unavailable` when nothing was queued.
   * Errors: throws RangeError when a field does not fit its place.
   */
  submit(command: SubmittedCommand, reply: Listener): RejectCode | undefined {
    return this.#submit(command, { wants: "changes", hear: reply });
  }

  /** As `submit`, for who needs no changes: nothing is decoded for it. */
  submitForHead(command: SubmittedCommand, reply: HeadListener): RejectCode | undefined {
    return this.#submit(command, { wants: "head", hear: reply });
  }

  /** Executes the batch now. What is durable by then is delivered before this returns. */
  flush(): void {
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
    try {
      if (this.#batch.commandCount > 0) this.#execute();
      while (this.#gate?.hasCommands === true) {
        this.#freeOutput();
        this.#collect(this.#gate.submit(this.#callerTimeUs));
      }
    } finally {
      this.#endTurn();
    }
  }

  /** The gate of the binary port; its commands go behind those of the batch. One for each core. */
  openGate(): Gate {
    this.#gate ??= new Gate({
      addon: this.#addon,
      handle: this.#handle,
      places: this.#places,
      answer: () => this.#answer.bytes,
      askForTurn: () => (this.#turn ??= setImmediate(() => this.flush())),
      recent: (after, bytesMax) => this.#recent?.following(after, bytesMax),
    });
    return this.#gate;
  }

  /**
   * Every transaction that leaves, in sequence order, before its reply. Returns how to stop.
   *
   * Cost: decodes all of them. `listen` does not.
   */
  subscribe(listener: Listener): () => void {
    return this.listen((released) => listener(released.transaction()));
  }

  /** As `subscribe`, in bytes: what is wanted of them is decoded when it is asked for. */
  listen(listener: ReleaseListener): () => void {
    return this.#deliveries.listen(listener);
  }

  /** Keeps the newest transactions from now on, for `recent`. Units: bytes. */
  keepRecent(bytesMax: number): void {
    this.#recent = new TransactionRing(bytesMax);
  }

  /** A transaction that left, decoded once more; undefined when it is not kept any more. */
  recent(sequence: number): Transaction | undefined {
    return this.lookBack(sequence)?.transaction();
  }

  /** As `recent`, in bytes, which are good until the next call and no longer than this turn. */
  lookBack(sequence: number): Released | undefined {
    return this.#recent?.at(sequence);
  }

  /**
   * Answers at once from the state as executed, durable or not, without the batch of this turn.
   *
   * Order: before the answer is shown, await `whenDurable(answer.sequence)`.
   */
  query(query: QueryFields): QueryAnswer {
    for (;;) {
      const answer = this.#answer;
      encodeQuery(answer, query);
      const bytes = callAddon(() => this.#addon.query(this.#handle));
      if (bytes <= answer.bytes.length) return answer.reader.read(0);
      this.#answer = OutputBuffer.ofSize(roundUp(bytes));
      this.#attach();
    }
  }

  /** Resolves when everything up to `sequence` may be shown. */
  whenDurable(sequence: number): Promise<void> {
    return this.#deliveries.whenReleased(sequence);
  }

  status(): CoreStatus {
    callAddon(() => this.#addon.status(this.#handle));
    const at = (place: number): number => this.#places[place] ?? 0;
    const { syncBoundsUs } = this.openReport;
    const bucketsEnd = Place.syncBuckets + syncBoundsUs.length + 1;
    return {
      executedSequence: at(Place.executedSequence),
      durableSequence: at(Place.durableSequence),
      unsyncedCommands: at(Place.unsyncedCommands),
      pendingBytes: at(Place.pendingBytes),
      timeUs: at(Place.timeUs),
      mode: MODES[at(Place.mode)] ?? "refuse",
      clockHeld: at(Place.isClockHeld) !== 0,
      fault: at(Place.hasFault) === 0 ? undefined : this.#fault(),
      snapshotSequence: at(Place.snapshotSequence),
      snapshot: {
        bytes: at(Place.snapshotBytes),
        durationUs: at(Place.snapshotDurationUs),
        written: at(Place.snapshotsWritten),
        isBusy: at(Place.isSnapshotBusy) !== 0,
      },
      journal: {
        bytes: at(Place.journalBytes),
        heldBytes: at(Place.heldBytes),
        writes: at(Place.journalWrites),
        segments: at(Place.journalSegments),
        syncs: at(Place.journalSyncs),
        syncUs: at(Place.journalSyncUs),
        syncBuckets: [...this.#places.subarray(Place.syncBuckets, bucketsEnd)],
        syncBoundsUs,
      },
    };
  }

  /** The state hash at the last command executed, in 16 hex digits. */
  stateHash(): string {
    return callAddon(() => this.#addon.stateHash(this.#handle));
  }

  /** To be called about once a second: journals the time when something waits for it. */
  tick(): void {
    this.#freeOutput();
    this.#collect(callAddon(() => this.#addon.tick(this.#handle, this.#callerTimeUs)));
    this.#endTurn();
  }

  /** The time of what follows, when the caller's clock was chosen. */
  setCallerTime(timeUs: number): void {
    this.#callerTimeUs = timeUs;
  }

  /** Believes the system clock after a jump. */
  confirmClock(): void {
    callAddon(() => this.#addon.confirmClock(this.#handle));
  }

  /** Asks for a snapshot in the background; `status` tells when it is there. */
  requestSnapshot(): void {
    callAddon(() => this.#addon.requestSnapshot(this.#handle));
  }

  /**
   * Keeps what is needed to execute again what follows `sequence`, in the place of what the call
   * before kept: the newest snapshot not newer, and the journal from there. A sequence that is not
   * in front of the newest snapshot but one holds no more than a restart needs.
   *
   * Order: what is no longer held is removed behind the next snapshot.
   */
  holdJournal(sequence: number): void {
    callAddon(() => this.#addon.holdJournal(this.#handle, sequence));
  }

  /**
   * Executes again, in the background, what follows `after`, up to what is durable now: the same
   * transactions as those that left, those of the opening included. What it needs is kept while it
   * is open.
   *
   * Bounds: at most 8 are open at once; each has an engine and a segment in memory.
   * Errors: throws `reexecution_limit_reached`, and the fault that ended the journal.
   */
  reexecute(after: number): Reexecution {
    return new AddonReexecution(this.#addon, this.#handle, after);
  }

  /**
   * Executes and delivers what is queued, syncs, writes a snapshot and closes.
   *
   * Errors: throws `core_not_open` the second time, and the fault that ended the journal.
   */
  stop(): StopReport {
    // First: a reply that submits would leave a batch behind.
    this.#isOpen = false;
    this.flush();
    callAddon(() => this.#addon.drain(this.#handle));
    this.#read();
    this.#endTurn();
    return callAddon(() => this.#addon.stop(this.#handle));
  }

  #onDoorbell(): void {
    // Rung before the stop, answered after it: everything was read by then.
    if (!this.#isOpen) return;
    this.#read();
    this.#endTurn();
  }

  /** First to the sockets: nothing that they bring is looked at before the others have heard. */
  #endTurn(): void {
    this.#gate?.endTurn();
    this.#deliveries.deliver();
  }

  #attach(): void {
    const { bytes } = this.#batch;
    const [output, answer] = [this.#output.bytes, this.#answer.bytes];
    callAddon(() => this.#addon.attach(this.#handle, bytes, output, answer, this.#places));
  }

  #fault(): CoreFault | undefined {
    return callAddon(() => this.#addon.fault(this.#handle)) ?? undefined;
  }

  #submit(command: SubmittedCommand, reply: Reply): RejectCode | undefined {
    if (!this.#isOpen) return RejectCode.core_unavailable;
    if (this.#replies.length >= this.#repliesMax) return RejectCode.throttled;
    this.#turn ??= setImmediate(() => this.flush());
    if (!this.#batch.hasRoom) this.#execute();
    this.#batch.add(command);
    this.#replies.add(reply);
    return undefined;
  }

  /** Gives the batch to the core. Every reply is then waiting for its transaction, or refused. */
  #execute(): void {
    const count = this.#batch.commandCount;
    let next = 0;
    try {
      while (next < count) {
        this.#freeOutput();
        const from = this.#batch.offsetOf(next);
        const to = this.#batch.byteLength;
        const time = this.#callerTimeUs;
        const result = callAddon(() => this.#addon.submit(this.#handle, from, to, time));
        next += this.#places[Place.commands] ?? 0;
        this.#collect(result);
        if (result >= 0) break;
        const code = findRejectCode(-result) ?? RejectCode.core_unavailable;
        // Behind an order refused in cancel_only, cancels still go through; else nothing would.
        const refused = code === RejectCode.venue_cancel_only ? next + 1 : count;
        this.#refuse(count - next, refused - next, code);
        next = refused;
      }
    } finally {
      this.#batch.clear();
      // After a fault: nobody is left without an answer.
      this.#refuse(count - next, count - next, RejectCode.core_unavailable);
    }
  }

  /** Refuses `count` of the commands, from the `last` ones of the batch on. */
  #refuse(last: number, count: number, code: RejectCode): void {
    if (count === 0) return;
    for (const reply of this.#replies.cut(this.#replies.length - last, count)) {
      this.#deliveries.addRefusal({ ...REFUSED, code }, reply);
    }
  }

  #read(): void {
    this.#freeOutput();
    this.#collect(callAddon(() => this.#addon.read(this.#handle)));
  }

  /** Takes what a call released, and then the rest that did not fit. */
  #collect(result: number): void {
    if (result === 0 && this.#places[Place.hasMore] === 0) return;
    this.#take(this.#places[Place.releasedBytes] ?? 0);
    while (this.#places[Place.hasMore] !== 0) {
      const needed = this.#places[Place.neededBytes] ?? 0;
      if (needed > 0) {
        this.#output = OutputBuffer.ofSize(roundUp(needed));
        this.#isOutputTaken = false;
        this.#attach();
      } else this.#freeOutput();
      this.#take(callAddon(() => this.#addon.read(this.#handle)));
    }
  }

  /** What comes while there is something to deliver is set aside: the output is soon wanted. */
  #take(byteLength: number): void {
    if (byteLength === 0) return;
    this.#recent?.add(this.#output, byteLength);
    if (this.#deliveries.isIdle) {
      this.#isOutputTaken = true;
      this.#deliveries.add(this.#output, byteLength);
    } else this.#deliveries.add(this.#output.copy(byteLength), byteLength);
  }

  /**
   * Before the core writes: what is in the output may still have to be delivered, in front of all
   * that was set aside. Two outputs suffice: when the second one is taken, the first is free.
   */
  #freeOutput(): void {
    const isTaken = this.#isOutputTaken && !this.#deliveries.isIdle;
    this.#isOutputTaken = false;
    if (!isTaken) return;
    const spare = this.#spare ?? OutputBuffer.ofSize(OUTPUT_BYTES);
    this.#spare = this.#output;
    this.#output = spare;
    this.#attach();
  }
}

const REFUSED: Transaction = {
  sequence: toSequence(0),
  timeUs: toTimeUs(0),
  code: 0,
  opcode: 0,
  isDuplicate: false,
  hasBacklog: false,
  isSystem: false,
  account: 0,
  result: 0,
  instrument: 0,
  changes: [],
};

/** What a callback throws is a defect: it reaches the process, not whoever delivered. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** The next power of two: a buffer that grows does so seldom. */
function roundUp(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
