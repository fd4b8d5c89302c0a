// What followed a sequence, up to what has been pushed by the time it is read: out of the newest
// transactions, which the core keeps, and executed again where those do not reach back.

import type { Transaction } from "../domain/change.ts";
import { accept, type Parsed } from "../domain/reject.ts";
import type { OpenPast } from "./past-runs.ts";

/**
 * Decoded at once: a millisecond of work. More than the stages apply in one turn, so that a reader
 * catches up.
 */
const PIECE_MAX = { transactions: 512, changes: 2_048 };

type Pieces = AsyncGenerator<readonly Transaction[], void>;

/** The change log, once more. */
interface ChangeLog {
  /** One of the newest transactions; undefined when it is not kept. */
  recent(sequence: number): Transaction | undefined;
  /** Executes again what follows a sequence. */
  readonly open: OpenPast;
}

export class PastSource {
  readonly #changes: ChangeLog;
  readonly #applied: () => number;

  /** `applied`: the last sequence that was pushed. */
  constructor(changes: ChangeLog, applied: () => number) {
    this.#changes = changes;
    this.#applied = applied;
  }

  /** Whether everything that follows `after` is kept. */
  isRecent(after: number): boolean {
    return this.#changes.recent(after + 1) !== undefined;
  }

  /**
   * Everything that follows `after`, in pieces. Ends where all that was pushed has been read, or
   * early, when what comes next is neither kept nor to be executed again.
   *
   * Errors: those of `ChangeLog.open`.
   */
  async open(after: number): Promise<Parsed<Pieces>> {
    if (this.isRecent(after)) return accept(this.#read(after, undefined));
    const opened = await this.#changes.open(after);
    return opened.ok ? accept(this.#read(after, opened.value)) : opened;
  }

  async *#read(after: number, opened: Pieces | undefined): Pieces {
    let executed = opened;
    for (let told = after; told < this.#applied();) {
      const kept = this.#keptAfter(told);
      const from = told;
      if (kept.length > 0) {
        yield kept;
        told += kept.length;
      } else {
        executed ??= await this.#execute(told);
        for await (const piece of executed ?? []) {
          const applied = this.#applied();
          const due = piece.filter(({ sequence }) => sequence <= applied);
          yield due;
          told = due.at(-1)?.sequence ?? told;
          // What was not pushed is read again.
          if (due.length < piece.length || this.isRecent(told)) break;
        }
        executed = undefined;
      }
      if (told === from) return;
    }
  }

  async #execute(after: number): Promise<Pieces | undefined> {
    const opened = await this.#changes.open(after);
    return opened.ok ? opened.value : undefined;
  }

  #keptAfter(after: number): Transaction[] {
    const until = Math.min(this.#applied(), after + PIECE_MAX.transactions);
    const piece: Transaction[] = [];
    for (let changes = 0; after + piece.length < until && changes < PIECE_MAX.changes;) {
      const transaction = this.#changes.recent(after + piece.length + 1);
      if (transaction === undefined) break;
      changes += transaction.changes.length;
      piece.push(transaction);
    }
    return piece;
  }
}
