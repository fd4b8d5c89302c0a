// What a stage is: a consumer of the change log that derives something and remembers how far it
// got. `docs/stages.md` builds one in thirty lines.

import type { Transaction } from "../domain/change.ts";

export interface Stage {
  /** In metrics, readiness and log; unique. */
  readonly name: string;

  /**
   * Goes back to what was kept at the last checkpoint. Called before the first transaction and
   * again after the stage threw; `from` is what `checkpoint` returned, the next transaction is the
   * one after it.
   */
  start(from: number): void;

  /**
   * Begins without a past: what came up to `from` cannot be had any more, as in a venue that is
   * older than the stage. Called when nothing was ever applied; a stage without it is detached.
   */
  beginAt?(from: number): void;

  /** It goes on that way also when something was applied before: silence would be worse. */
  readonly mayMiss?: true;

  /**
   * Takes one whole transaction. They come in sequence order, each once since `start`, on the main
   * thread, between the turns of the order path: a stage that needs longer than some microseconds
   * belongs into a Worker.
   *
   * Returns `"busy"` when it took nothing; the same transaction is offered again later.
   */
  apply(transaction: Transaction): void | "busy";

  /**
   * Sequence up to which nothing will be asked for again, also after a crash of the process: 0 for
   * a stage that has kept nothing yet. Called every ten seconds; never blocks on a disk.
   */
  checkpoint(): number;
}
