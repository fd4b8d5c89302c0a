// What a stage is: a consumer of the change log that derives something and remembers how far it
// got. `docs/stages.md` builds one in thirty lines.

import type { Released } from "../core/released.ts";
import type { Transaction } from "../domain/change.ts";

/** A transaction where it lies: what is read of it is gone when the call returns. */
export type PassingTransaction = Pick<
  Released,
  | "changesBook"
  | "changesReference"
  | "contents"
  | "keepsTotals"
  | "noteBooks"
  | "opcode"
  | "sequence"
>;

export interface Stage {
  /** In metrics, readiness and log; unique. */
  readonly name: string;

  /**
   * `live` tells those who listen now, who wait for it: it has its turn right behind the orders.
   * What is `derived` has its turn a millisecond later, when more orders have gathered, or when
   * somebody asks for it: `stage-turns.ts`.
   */
  readonly kind: "live" | "derived";

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
   * Whether the transaction is nothing to this stage, which has had all before it: then it is
   * neither decoded nor applied for it. Asked of what is in memory, on the way of the orders
   * where the stage has had all before it by then, so that it may take some nanoseconds.
   */
  passes?(transaction: PassingTransaction): boolean;

  /**
   * Takes one whole transaction. They come in sequence order, each once since `start` but for those
   * that passed, on the main thread, between the turns of the order path: a stage that needs longer
   * than some microseconds belongs into a Worker.
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
