// Two ways into the core for measuring processes: the gateway's own facade, and the bare addon with
// records encoded but transactions read by their headers only.

import { loadAddon, Place, PLACE_COUNT } from "../gateway/core/addon.ts";
import type { Addon } from "../gateway/core/addon.ts";
import { CommandBatch } from "../gateway/core/command-batch.ts";
import { Core, type CoreOptions } from "../gateway/core/core.ts";
import { Opcode, type SubmittedCommand } from "../gateway/domain/command.ts";
import { InstrumentState } from "../gateway/domain/instrument.ts";
import { toAmount } from "../gateway/domain/units.ts";

/** Hears of every acknowledged command, in order: its reject code and its result. */
export type Acknowledge = (code: number, result: number) => void;

/** What a measuring process needs of the core. */
export interface Door {
  /** Adds a command to the batch of this turn, which ends by itself. */
  add: (command: SubmittedCommand) => void;
  /** `fdatasync` calls so far. */
  syncs: () => number;
  requestSnapshot: () => void;
  isSnapshotBusy: () => boolean;
  snapshotsWritten: () => number;
  stop: () => void;
}

export type DoorName = "raw" | "facade";

export function openDoor(name: DoorName, options: CoreOptions, acknowledge: Acknowledge): Door {
  return name === "raw"
    ? new RawDoor(options, acknowledge)
    : facadeOf(Core.open(options), acknowledge);
}

/** The gateway's way into a core that is open. */
export function facadeOf(core: Core, acknowledge: Acknowledge): Door {
  return {
    add(command) {
      const code = core.submitForHead(command, ({ code, result }) => acknowledge(code, result));
      if (code !== undefined) throw new Error(`refused with code ${code}`);
    },
    syncs: () => core.status().journal.syncs,
    requestSnapshot: () => core.requestSnapshot(),
    isSnapshotBusy: () => core.status().snapshot.isBusy,
    snapshotsWritten: () => core.status().snapshot.written,
    stop: () => void core.stop(),
  };
}

/** A batch of one turn; what a turn brings here is far less. */
const BATCH_RECORDS_MAX = 4_096;
const OUTPUT_BYTES = 1 << 22;
/** Header places, in 32-bit words: see docs/formats.md. */
const HEADER = { length: 0, code: 6, flags: 6, resultLow: 8, resultHigh: 9 } as const;
const SYSTEM_FLAG = 4;

class RawDoor implements Door {
  readonly #addon: Addon = loadAddon();
  readonly #handle: number;
  readonly #batch = new CommandBatch(BATCH_RECORDS_MAX);
  readonly #output = Buffer.alloc(OUTPUT_BYTES);
  readonly #words: Uint32Array;
  readonly #places = new Float64Array(PLACE_COUNT);
  readonly #acknowledge: Acknowledge;
  #turn: NodeJS.Immediate | undefined;
  #isOpen = true;

  constructor(options: CoreOptions, acknowledge: Acknowledge) {
    this.#acknowledge = acknowledge;
    const { buffer, byteOffset, byteLength } = this.#output;
    this.#words = new Uint32Array(buffer, byteOffset, byteLength / 4);
    this.#handle = this.#addon.open(options, () => this.#read()).handle;
    const answer = Buffer.alloc(1_024);
    this.#addon.attach(this.#handle, this.#batch.bytes, this.#output, answer, this.#places);
    this.#read();
  }

  add(command: SubmittedCommand): void {
    this.#batch.add(command);
    this.#turn ??= setImmediate(() => this.#flush());
  }

  syncs(): number {
    return this.#status(Place.journalSyncs);
  }

  requestSnapshot(): void {
    this.#addon.requestSnapshot(this.#handle);
  }

  isSnapshotBusy(): boolean {
    return this.#status(Place.isSnapshotBusy) !== 0;
  }

  snapshotsWritten(): number {
    return this.#status(Place.snapshotsWritten);
  }

  stop(): void {
    this.#isOpen = false;
    clearImmediate(this.#turn);
    this.#addon.stop(this.#handle);
  }

  #status(place: number): number {
    this.#addon.status(this.#handle);
    return this.#places[place] ?? 0;
  }

  #flush(): void {
    this.#turn = undefined;
    const released = this.#addon.submit(this.#handle, 0, this.#batch.byteLength);
    this.#batch.clear();
    if (released < 0) throw new Error(`refused with code ${-released}`);
    this.#walk(released);
  }

  #read(): void {
    if (!this.#isOpen) return;
    do this.#walk(this.#addon.read(this.#handle));
    while (this.#places[Place.hasMore] !== 0);
  }

  #walk(bytes: number): void {
    for (let at = 0; at < bytes / 4; at += (this.#words[at + HEADER.length] ?? 1) * 2) {
      const word = this.#words[at + HEADER.code] ?? 0;
      if (((word >>> 24) & SYSTEM_FLAG) !== 0) continue;
      const low = this.#words[at + HEADER.resultLow] ?? 0;
      const high = this.#words[at + HEADER.resultHigh] ?? 0;
      this.#acknowledge(word & 0xffff, high * 2 ** 32 + low);
    }
  }
}

/** The account that orders; the first behind the venue's own two. */
export const ACCOUNT = 3;
export const INSTRUMENT = 1;

/** What makes a venue with one instrument and one funded account. */
export function venueCommands(): SubmittedCommand[] {
  const currencies = ["BASE", "QUOTE"].map((text) => ({
    opcode: Opcode.createCurrency,
    quantity: 8,
    text,
  }));
  const instrument = { opcode: Opcode.createInstrument, account: 1, instrument: 2 };
  return [
    ...currencies,
    // A tick of 0.01, a lot of 0.00001: one tick times one lot is 10 units.
    { ...instrument, price: 1, side: 2, quantity: 1_000, text: "BASE-QUOTE" },
    { opcode: Opcode.setInstrumentState, instrument: INSTRUMENT, kind: InstrumentState.open },
    { opcode: Opcode.createAccount, text: "trader" },
    {
      ...{ opcode: Opcode.deposit, account: ACCOUNT, instrument: 2, session: ACCOUNT },
      ...{ amount: toAmount(10n ** 18n), text: "funds" },
    },
  ];
}
