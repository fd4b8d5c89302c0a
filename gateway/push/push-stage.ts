// Follows the change log for those who listen now: sorts each transaction by instrument and
// account, and hands it on. Keeps nothing: what somebody missed is executed again.

import type { Transaction } from "../domain/change.ts";
import type { Stage } from "../stages/stage.ts";
import { AppliedSequence } from "./applied-sequence.ts";
import { type AccountChanges, type MarketChanges, sortChanges } from "./sorted-changes.ts";

/** Where changes go. Nothing is gathered for an account that nobody follows. */
export interface PushSink {
  isFollowed(account: number): boolean;
  pushMarket(changes: MarketChanges, transaction: Transaction): void;
  pushAccount(changes: AccountChanges, transaction: Transaction): void;
  /** What was sent of the next transactions is not known: whoever listens must begin again. */
  restart(): void;
}

export class PushStage implements Stage {
  readonly name = "push";
  readonly #sink: PushSink;
  readonly #applied: AppliedSequence;
  #isStarted = false;

  /** `startedAfter`: the last sequence before the venue opened; nobody listened earlier. */
  constructor(sink: PushSink, startedAfter: number) {
    this.#sink = sink;
    this.#applied = new AppliedSequence(startedAfter);
  }

  start(from: number): void {
    this.#applied.restart(from);
    if (this.#isStarted) this.#sink.restart();
    this.#isStarted = true;
  }

  apply(transaction: Transaction): void {
    const sink = this.#sink;
    const { markets, accounts } = sortChanges(transaction, (account) => sink.isFollowed(account));
    for (const changes of markets) sink.pushMarket(changes, transaction);
    for (const changes of accounts) sink.pushAccount(changes, transaction);
    this.#applied.reach(transaction.sequence);
  }

  /** The last transaction applied: after a restart of the process, nobody asks for an older one. */
  checkpoint(): number {
    return this.#applied.sequence;
  }

  /** As `AppliedSequence.whenReached`. */
  whenApplied(sequence: number, callback: () => void): void {
    this.#applied.whenReached(sequence, callback);
  }
}
