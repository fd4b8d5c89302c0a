// The addon as TypeScript sees it. core-addon/binding owns the calls; the places of the status
// array are listed on both sides and compared by test/boundary.

import { createRequire } from "node:module";
import { GatewayFault } from "../domain/fault.ts";
import { ADDON_BORDER } from "../generated/addon-border.ts";

/** Settings of one core; what is left out keeps the default of core-addon/runtime. */
export interface CoreOptions {
  dataDirectory: string;
  durability?: "none" | "os" | "fsync" | undefined;
  /** `caller`: each call brings its own time; for tests, replays and backtests. */
  clock?: "system" | "caller" | undefined;
  acceptClockJumps?: boolean | undefined;
  segmentBytes?: number | undefined;
  /** Most commands executed ahead of the disk; further ones are `throttled`. */
  unsyncedCommandsMax?: number | undefined;
  /** Most bytes of transactions that wait to be read; further commands are `throttled`. */
  pendingBytesMax?: number | undefined;
  snapshotIntervalCommands?: number | undefined;
  stateHashIntervalCommands?: number | undefined;
  /** As `Core.holdJournal`, from the first moment; without it nothing is held. */
  holdJournal?: number | undefined;
  /** Pause before space for the next segment is asked for again. */
  spareRetryMs?: number | undefined;
  accountsMax?: number | undefined;
  instrumentsMax?: number | undefined;
  currenciesMax?: number | undefined;
  sessionsMax?: number | undefined;
  /** Per instrument. */
  ordersMax?: number | undefined;
  /** Final orders kept per account. */
  retainedOrdersMax?: number | undefined;
}

/** What was found at open. */
export interface OpenReport {
  handle: number;
  isNew: boolean;
  /** 32 hex digits. */
  venueId: string;
  snapshotSequence?: number;
  commandsReplayed: number;
  recoveryMs: number;
  /** Bytes of an unfinished write that were cut off. */
  tornBytesCut: number;
  sequence: number;
  timeUs: number;
  /** 16 hex digits, behind the last journaled command. */
  stateHash: string;
  warnings: string[];
  /** The bound in force. */
  unsyncedCommandsMax: number;
  /** Upper bounds of the sync histogram's buckets; the last bucket has none. */
  syncBoundsUs: number[];
}

/** What a clean stop left behind. */
export interface StopReport {
  sequence: number;
  /** 16 hex digits. */
  stateHash: string;
  /** Bytes of transactions nobody read. */
  unreadBytes: number;
  warnings: string[];
}

/** The gravest fault in force. */
export interface CoreFault {
  code: string;
  message: string;
  retryable: boolean;
}

/** What `verifyJournal` found. */
export interface VerifyReport {
  segments: number;
  /** 0 when there is no command. */
  firstSequence: number;
  lastSequence: number;
  commandsReplayed: number;
  stateHashesChecked: number;
  /** Sequences of the snapshots that verified, newest first. */
  snapshots: number[];
  /** Bytes of an unfinished write at the end; the next start cuts them off. */
  tornBytes: number;
  /** Currencies that add up to zero. */
  currencies: number;
  /** 16 hex digits. */
  stateHash: string;
  /** Empty when the venue is sound. */
  problems: CoreFault[];
}

/** Places of the status array. */
export const Place = {
  commands: 0,
  releasedBytes: 1,
  hasMore: 2,
  neededBytes: 3,
  executedSequence: 4,
  durableSequence: 5,
  unsyncedCommands: 6,
  pendingBytes: 7,
  timeUs: 8,
  mode: 9,
  isClockHeld: 10,
  hasFault: 11,
  snapshotSequence: 12,
  snapshotBytes: 13,
  snapshotDurationUs: 14,
  snapshotsWritten: 15,
  isSnapshotBusy: 16,
  journalBytes: 17,
  journalWrites: 18,
  journalSegments: 19,
  journalSyncs: 20,
  journalSyncUs: 21,
  /** First of 12. */
  syncBuckets: 22,
  heldBytes: 34,
  requestsUsed: 35,
  cancelsUsed: 36,
  number: 37,
  sequence: 38,
  engineSession: 39,
  clientRef: 40,
  waiting: 41,
  executed: 42,
  answered: 43,
  requestWaitMs: 44,
  cancelWaitMs: 45,
} as const;

/** Length of the status array. */
export const PLACE_COUNT = 46;

/** What core-addon/binding exports. Every call may throw an error with a stable `code`. */
export interface Addon {
  /** Another number than `ADDON_BORDER`: the calls below are those of another version. */
  border(): number;
  open(options: CoreOptions, doorbell: () => void): OpenReport;
  attach(
    handle: number,
    input: Uint8Array,
    output: Uint8Array,
    answer: Uint8Array,
    places: Float64Array,
  ): void;
  /** Bytes released, or the negative reject code of the first command not executed. */
  submit(handle: number, from: number, to: number, timeUs?: number): number;
  read(handle: number): number;
  /** Size of the answer; above that of the buffer nothing was written. */
  query(handle: number): number;
  /** As `submit`. */
  tick(handle: number, timeUs?: number): number;
  status(handle: number): void;
  fault(handle: number): CoreFault | null;
  stateHash(handle: number): string;
  confirmClock(handle: number): void;
  requestSnapshot(handle: number): void;
  drain(handle: number): void;
  holdJournal(handle: number, sequence: number): void;
  /** Its id. */
  reexecute(handle: number, after: number): number;
  /** Bytes written, 0 none yet, -1 the end; above the length of `chunk` nothing was written. */
  readReexecution(handle: number, reexecution: number, chunk: Uint8Array): number;
  closeReexecution(handle: number, reexecution: number): void;
  gateOpen(handle: number, outgoing: Uint8Array, table: Uint32Array): void;
  gateConnect(handle: number, connection: number): boolean;
  gateDisconnect(handle: number, connection: number): void;
  /** Flags; what was used of the grants is in the status array. */
  gateReceive(
    handle: number,
    connection: number,
    chunk: Uint8Array,
    requests: number,
    cancels: number,
  ): number;
  /** Length of what is in the answer buffer now, or -1. */
  gateNextControl(handle: number, connection: number): number;
  gateCloseReason(handle: number, connection: number): string;
  /** A slot, or -1; the position is in the status array. */
  gateOpenSession(
    handle: number,
    account: number,
    engineName: string,
    balanceUpdates: boolean,
    increasingRefs: boolean,
  ): number;
  gateCloseSession(handle: number, slot: number): boolean;
  /** 0 ready, 1 behind, 2 ahead; next number and last client_ref in the status array. */
  gateLogIn(
    handle: number,
    connection: number,
    slot: number,
    mayTrade: boolean,
    cancelOnDisconnect: boolean,
    nextNumber: number,
  ): number;
  gateGoLive(handle: number, connection: number): boolean;
  gateEnd(handle: number, connection: number): void;
  /** Bytes released; where there is more of them, commands may be left. */
  gateSubmit(handle: number, timeUs?: number): number;
  gateDelivered(handle: number): number;
  gateSetDelivered(handle: number, sequence: number): void;
  /** Bytes of transactions, 0 none yet, -1 the end. */
  gateCatchUp(handle: number, reexecution: number): number;
  /** 2 live, 1 some, 0 none yet, -1 the end; the position is in the status array. */
  gateReplay(handle: number, reexecution: number, connection: number): number;
  /** 2 live, 1 some. */
  gateReplayBytes(handle: number, connection: number, transactions: Uint8Array): number;
  gatePosition(handle: number, slot: number): void;
  gateSend(handle: number, connection: number, frame: Uint8Array): void;
  /** Rows of the table. */
  gateOutputs(handle: number): number;
  gateSettle(handle: number, rows: number): void;
  /** Bytes in the outgoing buffer. */
  gateOutput(handle: number, connection: number): number;
  gateSent(handle: number, connection: number, offered: number, taken: number): void;
  /** Bytes in, frames in, commands, malformed, rejected, throttled, numbered frames. */
  gateStatistics(handle: number): number[];
  /** In the status array. */
  gateProgress(handle: number): void;
  stop(handle: number): StopReport;
  journalVerify(dataDirectory: string): VerifyReport;
  journalDump(dataDirectory: string, from: number, to: number, write: (text: string) => void): void;
}

const ADDON_PATH = "../../core-addon/openbell-core.node";

/**
 * Loads the addon; a second call gives the same one.
 *
 * Errors: throws `addon_missing`, `addon_outdated`.
 */
export function loadAddon(): Addon {
  const addon = requireAddon();
  checkBorder(addon);
  return addon;
}

function requireAddon(): Addon {
  try {
    // why: the interface above is what the binding exports; `checkBorder` tells whether it is
    return createRequire(import.meta.url)(ADDON_PATH) as Addon;
  } catch (cause) {
    const message = "The core addon is missing or not made for this machine: run `npm run build`";
    throw new GatewayFault("addon_missing", message, { cause });
  }
}

/** Errors: throws `addon_outdated` when the addon was not built from the sources beside it. */
export function checkBorder(addon: Partial<Pick<Addon, "border">>): void {
  if (addon.border?.() === ADDON_BORDER) return;
  throw new GatewayFault(
    "addon_outdated",
    "The core addon was built from other sources than the gateway: " +
      "run `node tools/bootstrap.mjs --rebuild`, or start with `npm start`",
  );
}

/** Errors: throws what the addon threw as a fault of the same code. */
export function callAddon<Result>(call: () => Result): Result {
  try {
    return call();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hasCode = error instanceof Error && "code" in error;
    throw new GatewayFault(hasCode ? String(error.code) : "addon_failed", message, {
      cause: error,
    });
  }
}
