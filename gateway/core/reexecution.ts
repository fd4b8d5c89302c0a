// Transactions of the past, executed again by a thread of the core. Read in pieces: each takes no
// more of the event loop than decoding one chunk.

import type { Transaction } from "../domain/change.ts";
import { callAddon } from "./addon.ts";
import type { Addon } from "./addon.ts";
import { ChangeReader } from "./change-log.ts";

/** The size of the core's chunks; a larger transaction makes the buffer grow. */
const CHUNK_BYTES = 1 << 16;

export interface Reexecution {
  /**
   * The next transactions in sequence order; none yet = empty; undefined = that was the last
   * sequence that was durable when it began.
   *
   * Errors: throws what is wrong with journal or snapshot, each time, after everything in front of
   * it was read; `core_not_open` after the core was stopped.
   * Cost: decodes at most 64 KiB, or one larger transaction.
   */
  read(): readonly Transaction[] | undefined;

  /** Ends it, also early and after a fault; a second call does nothing. */
  close(): void;
}

/** A re-execution that runs in the addon. */
export class AddonReexecution implements Reexecution {
  readonly #addon: Addon;
  readonly #core: number;
  /** Of the run. */
  readonly id: number;
  #chunk = Buffer.alloc(CHUNK_BYTES);
  #hasEnded = false;

  /** `core`: the handle of an open core. */
  constructor(addon: Addon, core: number, after: number) {
    this.#addon = addon;
    this.#core = core;
    this.id = callAddon(() => addon.reexecute(core, after));
  }

  read(): readonly Transaction[] | undefined {
    if (this.#hasEnded) return undefined;
    let bytes = this.#readChunk();
    if (bytes > this.#chunk.length) {
      this.#chunk = Buffer.alloc(bytes);
      bytes = this.#readChunk();
    }
    if (bytes < 0) {
      this.#hasEnded = true;
      this.close();
      return undefined;
    }
    const reader = new ChangeReader(this.#chunk);
    const transactions: Transaction[] = [];
    for (let offset = 0; offset < bytes; offset += reader.byteLengthAt(offset)) {
      transactions.push(reader.read(offset));
    }
    return transactions;
  }

  close(): void {
    this.#addon.closeReexecution(this.#core, this.id);
  }

  #readChunk(): number {
    return callAddon(() => this.#addon.readReexecution(this.#core, this.id, this.#chunk));
  }
}
