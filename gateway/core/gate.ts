// The gate of the binary port, as far as JavaScript has to do with it: what sockets bring goes in
// as it came, what they are to be given comes out as bytes. Orders, their answers and who is owed
// them are the gate's own business; core-addon/wire has it.

import { callAddon, Place } from "./addon.ts";
import type { Addon } from "./addon.ts";
import { AddonReexecution } from "./reexecution.ts";

/** What a connection wants, as bits. */
export const GateFlag = {
  /** Commands wait for the end of the turn. */
  commands: 1,
  /** `nextControl` has something. */
  control: 2,
  output: 4,
  /** What it has leaves, and then it ends: `closeReason`. */
  close: 8,
  /** Its socket is not to be read until `resume`. */
  pause: 16,
  /** `receive` again, with nothing new. */
  resume: 32,
} as const;

/** The row's bytes are not all. */
const FLAG_MORE = 128;
/** connection, flags, offset, length, how many of them the socket took. */
const COLUMNS = 5;
/** Sockets that are served by one crossing of the border. */
const ROWS_MAX = 256;
/** Holds what many sockets get in a turn. */
const OUTGOING_BYTES = 1 << 20;

/** Where a numbered stream is after a sequence. */
export interface GatePosition {
  /** The last one given. */
  readonly number: number;
  readonly sequence: number;
  /** 0: none was open. */
  readonly engineSession: number;
  /** Where they only rise: the largest that an order of the account got; 0: none. */
  readonly clientRef: number;
}

export interface GateStream {
  readonly account: number;
  /** Of its sessions in the engine. */
  readonly engineName: string;
  readonly hasBalances: boolean;
  /** A new order's client_ref must be larger than any before. */
  readonly hasIncreasingRefs: boolean;
  readonly position: GatePosition;
}

export interface GateLogin {
  readonly mayTrade: boolean;
  readonly cancelsOnDisconnect: boolean;
  /** The first one wanted; 0: none of the past. */
  readonly nextNumber: number;
}

/** What may be executed of a chunk, and how long who is above it has to wait. */
export interface GateGrant {
  readonly requests: number;
  readonly cancels: number;
  readonly requestWaitMs: number;
  readonly cancelWaitMs: number;
}

const LOGGED_IN = ["ready", "behind", "ahead"] as const;

/**
 * `behind`: it must be brought up by a replay. `ahead`: what it asks for was never given.
 * `nextNumber`: the first one that it gets, or of `ahead` the one that will be given next.
 * `lastClientRef`: what the next one must be above; 0 where they need not rise.
 */
export interface GateLoggedIn {
  readonly kind: (typeof LOGGED_IN)[number];
  readonly nextNumber: number;
  readonly lastClientRef: number;
}

/** As a re-execution gives at once: well below a millisecond. */
const REPLAY_BYTES = 1 << 16;
/** What a step of a replay did. */
const REPLAYED = ["nothing", "some", "live"] as const;

/** Tells one connection the past. */
export interface GateReplay {
  /**
   * Tells some more of it.
   *
   * Errors: throws `reexecution_limit_reached`, the fault that ended the journal, and what is wrong
   * with journal or snapshot. Cost: about 64 KiB of transactions, or one larger one.
   */
  step(): (typeof REPLAYED)[number];
  /** How far it has got. */
  readonly position: GatePosition;
  close(): void;
}

/** What went through since the start. */
export interface GateStatistics {
  readonly bytesIn: number;
  readonly framesIn: number;
  readonly commands: number;
  /** Frames that say nothing. */
  readonly malformed: number;
  /** Refused before the core, malformed ones included. */
  readonly rejected: number;
  readonly throttled: number;
  /** Numbered frames, counted for each stream. */
  readonly numberedOut: number;
}

/** How far commands have come: in the batch now; then since the start. */
export interface GateProgress {
  readonly waiting: number;
  readonly executed: number;
  readonly answered: number;
}

/** Hands bytes to a socket and returns how many it took. */
export type WriteOutput = (
  connection: number,
  flags: number,
  bytes: Buffer,
  offset: number,
  length: number,
) => number;

/** What the gate needs of its core. */
export interface GateParts {
  readonly addon: Addon;
  readonly handle: number;
  readonly places: Float64Array;
  /** As it is now: it may grow. */
  readonly answer: () => Buffer;
  /** Commands wait. */
  readonly askForTurn: () => void;
  /** As `TransactionRing.following`. */
  readonly recent: (after: number, bytesMax: number) => Uint8Array | undefined;
}

export class Gate {
  readonly #parts: GateParts;
  readonly #outgoing = Buffer.alloc(OUTGOING_BYTES);
  readonly #table = new Uint32Array(ROWS_MAX * COLUMNS);
  #hasCommands = false;
  #hearTurn: () => void = () => {};
  #hearSubmit: () => void = () => {};

  constructor(parts: GateParts) {
    this.#parts = parts;
    const { addon, handle } = parts;
    callAddon(() => addon.gateOpen(handle, this.#outgoing, this.#table));
  }

  // Sockets

  /** Ids are the caller's, dense, and free again after `disconnect`. False: there are too many. */
  connect(connection: number): boolean {
    return this.#parts.addon.gateConnect(this.#parts.handle, connection);
  }

  disconnect(connection: number): void {
    this.#parts.addon.gateDisconnect(this.#parts.handle, connection);
  }

  /** Takes what a socket brought. Returns flags; `requestsUsed` and `cancelsUsed` tell the rest. */
  receive(connection: number, chunk: Uint8Array, grant: GateGrant): number {
    const { addon, handle, askForTurn, places } = this.#parts;
    places[Place.requestWaitMs] = grant.requestWaitMs;
    places[Place.cancelWaitMs] = grant.cancelWaitMs;
    const { requests, cancels } = grant;
    const flags = addon.gateReceive(handle, connection, chunk, requests, cancels);
    if ((flags & GateFlag.commands) !== 0 && !this.#hasCommands) {
      this.#hasCommands = true;
      askForTurn();
    }
    return flags;
  }

  /** Of the last `receive`. */
  get requestsUsed(): number {
    return this.#parts.places[Place.requestsUsed] ?? 0;
  }

  /** Of the last `receive`. */
  get cancelsUsed(): number {
    return this.#parts.places[Place.cancelsUsed] ?? 0;
  }

  /** The next message that is not an order, verified; good until the next call of the core. */
  nextControl(connection: number): Uint8Array | undefined {
    const { addon, handle, answer } = this.#parts;
    const length = addon.gateNextControl(handle, connection);
    return length < 0 ? undefined : answer().subarray(0, length);
  }

  closeReason(connection: number): string {
    return this.#parts.addon.gateCloseReason(this.#parts.handle, connection);
  }

  // Numbered streams

  /** Returns its slot; `undefined`: there are too many. */
  openStream(stream: GateStream): number | undefined {
    const { addon, handle } = this.#parts;
    const { account, engineName, hasBalances, hasIncreasingRefs } = stream;
    this.#note(stream.position);
    const slot = callAddon(() =>
      addon.gateOpenSession(handle, account, engineName, hasBalances, hasIncreasingRefs),
    );
    return slot < 0 ? undefined : slot;
  }

  /** False: somebody is connected to it, or a command of it has no answer yet. */
  closeStream(slot: number): boolean {
    return this.#parts.addon.gateCloseSession(this.#parts.handle, slot);
  }

  positionOf(slot: number): GatePosition {
    this.#parts.addon.gatePosition(this.#parts.handle, slot);
    return this.#position();
  }

  /** Everything up to here is in the streams. */
  get deliveredSequence(): number {
    return this.#parts.addon.gateDelivered(this.#parts.handle);
  }

  /** Order: `catchUp`, or this, before anything is delivered. */
  setDelivered(sequence: number): void {
    const { addon, handle } = this.#parts;
    callAddon(() => addon.gateSetDelivered(handle, sequence));
  }

  /**
   * Brings all streams to where the core is, from `after`: where the one is that is farthest back.
   * `pause` waits for a moment when nothing has come yet.
   *
   * Order: before anything that the core gives out. Errors: as `Reexecution.read`.
   */
  async catchUp(after: number, pause: () => Promise<void>): Promise<void> {
    const { addon, handle } = this.#parts;
    const run = new AddonReexecution(addon, handle, after);
    try {
      for (;;) {
        const bytes = callAddon(() => addon.gateCatchUp(handle, run.id));
        if (bytes < 0) return;
        if (bytes === 0) await pause();
      }
    } finally {
      run.close();
    }
  }

  // Logins

  /** Order: what is sent before `goLive`, or before a replay, comes first. */
  logIn(connection: number, slot: number, login: GateLogin): GateLoggedIn {
    const { addon, handle, places } = this.#parts;
    const { mayTrade, cancelsOnDisconnect, nextNumber } = login;
    const terms = [mayTrade, cancelsOnDisconnect, nextNumber] as const;
    const kind = callAddon(() => addon.gateLogIn(handle, connection, slot, ...terms));
    return {
      kind: LOGGED_IN[kind] ?? "ahead",
      nextNumber: places[Place.number] ?? 0,
      lastClientRef: places[Place.clientRef] ?? 0,
    };
  }

  /** From now on it gets what it is owed, and what it sends is read. Order: it is `ready`. */
  goLive(connection: number): void {
    const isLive = this.#parts.addon.gateGoLive(this.#parts.handle, connection);
    if (!isLive) throw new Error(`connection ${connection} is behind`);
  }

  /** It leaves its stream, and what it sends is not read any more; what it was sent goes out. */
  end(connection: number): void {
    this.#parts.addon.gateEnd(this.#parts.handle, connection);
  }

  /**
   * Begins to tell a connection that is behind what it asked for: `position` is in front of it. As
   * far as it is kept the past comes out of memory, else it is executed again: so a busy stream is
   * met, too.
   */
  replay(connection: number, position: GatePosition): GateReplay {
    const { addon, handle, recent } = this.#parts;
    let reached = position;
    let run: AddonReexecution | undefined;
    const close = (): void => {
      run?.close();
      run = undefined;
    };
    return {
      step: () => {
        const bytes = run === undefined ? recent(reached.sequence, REPLAY_BYTES) : undefined;
        if (bytes === undefined) run ??= new AddonReexecution(addon, handle, reached.sequence);
        this.#note(reached);
        const did = callAddon(() =>
          bytes === undefined
            ? addon.gateReplay(handle, run?.id ?? 0, connection)
            : addon.gateReplayBytes(handle, connection, bytes),
        );
        reached = this.#position();
        // It went as far as the disk was when it began.
        if (did < 0) close();
        return did < 0 ? "some" : (REPLAYED[did] ?? "some");
      },
      get position() {
        return reached;
      },
      close,
    };
  }

  // Output

  /** `hear` is called when the batch is given to the core. */
  onSubmit(hear: () => void): void {
    this.#hearSubmit = hear;
  }

  /** `hear` is called behind each turn of the core. */
  onTurn(hear: () => void): void {
    this.#hearTurn = hear;
  }

  /** Adds a frame behind what the connection is owed. */
  send(connection: number, frame: Uint8Array): void {
    this.#parts.addon.gateSend(this.#parts.handle, connection, frame);
  }

  statistics(): GateStatistics {
    const counts = this.#parts.addon.gateStatistics(this.#parts.handle);
    const at = (index: number): number => counts[index] ?? 0;
    const [bytesIn, framesIn, commands, malformed] = [at(0), at(1), at(2), at(3)];
    const [rejected, throttled, numberedOut] = [at(4), at(5), at(6)];
    return { bytesIn, framesIn, commands, malformed, rejected, throttled, numberedOut };
  }

  progress(): GateProgress {
    const { addon, handle, places } = this.#parts;
    addon.gateProgress(handle);
    return {
      waiting: places[Place.waiting] ?? 0,
      executed: places[Place.executed] ?? 0,
      answered: places[Place.answered] ?? 0,
    };
  }

  /**
   * Gives to each socket what it is to have since the last call, in one write; of what it does not
   * take it gets the rest by `writeRest`. `write` must not call the gate.
   */
  writeOutputs(write: WriteOutput): void {
    const { addon, handle } = this.#parts;
    let rows = ROWS_MAX;
    while (rows === ROWS_MAX) {
      rows = addon.gateOutputs(handle);
      if (rows === 0) return;
      const unfinished: number[] = [];
      for (let at = 0; at < rows * COLUMNS; at += COLUMNS) {
        const connection = this.#table[at] ?? 0;
        const flags = this.#table[at + 1] ?? 0;
        const offset = this.#table[at + 2] ?? 0;
        const length = this.#table[at + 3] ?? 0;
        const taken = write(connection, flags, this.#outgoing, offset, length);
        this.#table[at + 4] = taken;
        if ((flags & FLAG_MORE) !== 0 && taken === length) unfinished.push(connection);
      }
      addon.gateSettle(handle, rows);
      for (const connection of unfinished) this.writeRest(connection, write);
    }
  }

  /** Goes on with a socket that has room again. Returns whether it has taken everything. */
  writeRest(connection: number, write: WriteOutput): boolean {
    const { addon, handle } = this.#parts;
    for (;;) {
      const length = addon.gateOutput(handle, connection);
      if (length === 0) return true;
      const taken = write(connection, 0, this.#outgoing, 0, length);
      addon.gateSent(handle, connection, length, taken);
      if (taken < length) return false;
    }
  }

  // The turn, as the core has it

  get hasCommands(): boolean {
    return this.#hasCommands;
  }

  /** Executes what has come. Returns the bytes released. */
  submit(timeUs: number | undefined): number {
    const { addon, handle, places } = this.#parts;
    this.#hearSubmit();
    const bytes = callAddon(() => addon.gateSubmit(handle, timeUs));
    // It ends early where the output is full.
    this.#hasCommands = places[Place.hasMore] !== 0;
    return bytes;
  }

  /** What was released is on its way. */
  endTurn(): void {
    this.#hearTurn();
  }

  #position(): GatePosition {
    const { places } = this.#parts;
    return {
      number: places[Place.number] ?? 0,
      sequence: places[Place.sequence] ?? 0,
      engineSession: places[Place.engineSession] ?? 0,
      clientRef: places[Place.clientRef] ?? 0,
    };
  }

  #note({ number, sequence, engineSession, clientRef }: GatePosition): void {
    const { places } = this.#parts;
    places[Place.number] = number;
    places[Place.sequence] = sequence;
    places[Place.engineSession] = engineSession;
    places[Place.clientRef] = clientRef;
  }
}
