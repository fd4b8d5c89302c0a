// The change log again, from any sequence on, for who keeps a copy: executed once more by a thread
// behind the others; its newest part is kept.

import type { Clock } from "../clock.ts";
import type { Core } from "../core/core.ts";
import type { Transaction } from "../domain/change.ts";
import { GatewayFault } from "../domain/fault.ts";
import { accept, type Parsed, refuse, RejectCode } from "../domain/reject.ts";

/** How soon a re-execution that has nothing yet is asked again, in milliseconds. */
const POLL_MS = 2;

export class ChangeExport {
  readonly #core: Pick<Core, "reexecute" | "recent">;
  readonly #clock: Clock;

  constructor(core: Pick<Core, "reexecute" | "recent">, clock: Clock) {
    this.#core = core;
    this.#clock = clock;
  }

  /** One of the newest transactions that were delivered; undefined when it is not kept. */
  recent(sequence: number): Transaction | undefined {
    return this.#core.recent(sequence);
  }

  /**
   * Everything that follows `after`, in pieces, up to what is durable now. Who stops reading early
   * must return the generator.
   *
   * Errors: history_unavailable when the journal does not reach back so far, throttled when too
   * many are open; a journal that is damaged further on makes the generator throw.
   */
  async open(after: number): Promise<Parsed<AsyncGenerator<readonly Transaction[], void>>> {
    try {
      const pieces = this.#read(after);
      const first = await pieces.next();
      return accept(resume(first, pieces));
    } catch (error) {
      if (!(error instanceof GatewayFault)) throw error;
      const isFull = error.code === "reexecution_limit_reached";
      return refuse(isFull ? RejectCode.throttled : RejectCode.history_unavailable);
    }
  }

  async *#read(after: number): AsyncGenerator<readonly Transaction[], void> {
    const run = this.#core.reexecute(after);
    try {
      for (let read = run.read(); read !== undefined; read = run.read()) {
        if (read.length > 0) yield read;
        else await new Promise<void>((resolve) => this.#clock.after(POLL_MS, resolve));
      }
    } finally {
      run.close();
    }
  }
}

async function* resume<Piece>(
  first: IteratorResult<Piece, void>,
  rest: AsyncGenerator<Piece, void>,
): AsyncGenerator<Piece, void> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}
