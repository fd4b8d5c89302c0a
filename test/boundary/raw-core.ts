// The addon without the facade: what crosses the border, byte by byte.

import { loadAddon, Place, PLACE_COUNT } from "../../gateway/core/addon.ts";
import type { Addon, CoreOptions } from "../../gateway/core/addon.ts";
import { ChangeReader } from "../../gateway/core/change-log.ts";
import { CommandBatch } from "../../gateway/core/command-batch.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import type { CommandFields } from "../../gateway/domain/command.ts";
import { makeDirectory } from "../support/venue-process.ts";

export const addon: Addon = loadAddon();

/** Small segments: a new venue writes its first one with zeros. */
export const SEGMENT_BYTES = 1 << 20;

/** A command that changes nothing and is answered: a cancel of an order that does not exist. */
export const UNKNOWN_CANCEL = { opcode: Opcode.cancelOrder, account: 3, orderId: 999 } as const;

export interface RawOptions extends Omit<CoreOptions, "dataDirectory"> {
  dataDirectory?: string;
  outputBytes?: number;
  doorbell?: () => void;
}

export class RawCore {
  readonly handle: number;
  readonly batch = new CommandBatch(2_048);
  readonly places = new Float64Array(PLACE_COUNT);
  readonly answer = Buffer.alloc(1 << 16);
  output: Buffer;

  constructor(options: RawOptions = {}) {
    const { outputBytes = 1 << 20, doorbell = () => {}, ...core } = options;
    const dataDirectory = options.dataDirectory ?? makeDirectory();
    const open = { segmentBytes: SEGMENT_BYTES, ...core, dataDirectory };
    this.handle = addon.open(open, doorbell).handle;
    this.output = Buffer.alloc(outputBytes);
    this.attach();
  }

  attach(): void {
    addon.attach(this.handle, this.batch.bytes, this.output, this.answer, this.places);
  }

  /** Submits as one batch. Returns what the addon returned. */
  submit(commands: readonly CommandFields[], timeUs?: number): number {
    this.batch.clear();
    for (const command of commands) this.batch.add(command);
    return addon.submit(this.handle, 0, this.batch.byteLength, timeUs);
  }

  /** The transactions that the last call wrote into the output buffer. */
  released(): Transaction[] {
    const reader = new ChangeReader(this.output);
    const transactions: Transaction[] = [];
    const bytes = this.places[Place.releasedBytes] ?? 0;
    for (let offset = 0; offset < bytes; offset += reader.byteLengthAt(offset)) {
      transactions.push(reader.read(offset));
    }
    return transactions;
  }

  place(name: keyof typeof Place): number {
    return this.places[Place[name]] ?? Number.NaN;
  }

  /** A place that only `status` fills. */
  status(name: keyof typeof Place): number {
    addon.status(this.handle);
    return this.place(name);
  }

  stop(): void {
    addon.stop(this.handle);
  }
}

/** The `code` of the error that a call throws. */
export function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && "code" in error) return String(error.code);
    return `an error without code: ${String(error)}`;
  }
  return "no error";
}
