// What accounts are owed of the change log: each transaction that concerns one of their orders or
// requests, told to every session of the account once and in order, connected or not. It hears the
// log directly, so that an execution leaves in the turn in which it is durable, and it is a stage,
// so that what a crash kept from a session is made again. Source: rules 6.4.

import type { Released } from "../core/released.ts";
import type { Change, Transaction } from "../domain/change.ts";
import type { Stage } from "../stages/stage.ts";

/** A session that is owed the changes of one account. */
export interface OwedSession {
  readonly account: number;
  /** Everything up to here was told before it was added; 0: a session without a past. */
  readonly heardSequence: number;
  /** The changes of its account lie in `transaction.changes` from `from` to `to`. */
  hear(transaction: Transaction, from: number, to: number): void;
  /** There is nothing for it up to here. */
  markHeard(sequence: number): void;
  /** What it is told is not kept any more: the next start tells it again. */
  readonly isFailed: boolean;
  /** It threw when it was told, and is told nothing more: it is failed now. */
  giveUp(error: unknown): void;
}

/** A transaction in bytes, as far as it is looked at. */
export type HeardTransaction = Pick<Released, "sequence" | "concerns" | "transaction">;

/** Sessions of one account, and where its changes lie in the transaction that is told. */
interface Recipients {
  readonly sessions: Set<OwedSession>;
  sequence: number;
  from: number;
  to: number;
}

interface Waiter {
  readonly sequence: number;
  readonly run: () => void;
}

export class OwedChanges implements Stage {
  readonly name = "fix";
  readonly kind = "live";
  /** A session whose reports are gone still needs those to come. */
  readonly mayMiss = true;
  readonly #byAccount = new Map<number, Recipients>();
  /** Everything up to here was told to whom it is owed. */
  #sequence: number;
  #releasedSequence: number;
  #isStarted = false;
  /** Sessions were told at the last checkpoint that there is nothing for them up to here. */
  #markedSequence = 0;
  /** The last checkpoint. */
  #keptSequence = 0;
  readonly #waiters: Waiter[] = [];
  #isAnswering = false;
  /** Of one transaction; kept to be used again. */
  readonly #touched: Recipients[] = [];

  /** `startedAfter`: the last sequence before the venue opened. */
  constructor(startedAfter: number) {
    this.#sequence = startedAfter;
    this.#releasedSequence = startedAfter;
  }

  /** Everything up to here was heard. */
  get releasedSequence(): number {
    return this.#releasedSequence;
  }

  /** Everything up to here was told; -1 before the start. */
  get toldSequence(): number {
    return this.#isStarted ? this.#sequence : -1;
  }

  /**
   * From now on the session is told. One without a past begins here.
   *
   * Order: a session with a past is added before the stages start; later it has missed something,
   * and begins here, too.
   */
  add(session: OwedSession): void {
    const isBehind = this.#isStarted && session.heardSequence < this.#sequence;
    if (session.heardSequence === 0 || isBehind) session.markHeard(this.#releasedSequence);
    const known = this.#byAccount.get(session.account);
    if (known !== undefined) known.sessions.add(session);
    else {
      const sessions = new Set([session]);
      this.#byAccount.set(session.account, { sessions, sequence: 0, from: 0, to: 0 });
    }
  }

  remove(session: OwedSession): void {
    const recipients = this.#byAccount.get(session.account);
    recipients?.sessions.delete(session);
    if (recipients?.sessions.size === 0) this.#byAccount.delete(session.account);
  }

  /** From the reply router. What does not follow what was told comes by the stage. */
  hear(released: HeardTransaction): void {
    const { sequence } = released;
    this.#releasedSequence = sequence;
    if (!this.#isStarted || sequence !== this.#sequence + 1) return;
    if (this.#byAccount.size === 0 || !released.concerns(this.#byAccount)) this.#pass(sequence);
    else this.#tell(released.transaction());
  }

  /** Calls back when everything up to `sequence` was told: at once when it was. */
  whenTold(sequence: number, run: () => void): void {
    if (sequence <= this.toldSequence) run();
    else this.#waiters.push({ sequence, run });
  }

  start(from: number): void {
    // A start that follows a defect must not tell twice what was told directly meanwhile.
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#sequence = from;
    this.#markedSequence = from;
    this.#keptSequence = from;
    this.#answerWaiters();
  }

  beginAt(from: number): void {
    this.#sequence = Math.max(this.#sequence, from);
  }

  /** What it heard directly was told. */
  passes({ sequence }: Pick<HeardTransaction, "sequence">): boolean {
    return sequence <= this.#sequence;
  }

  apply(transaction: Transaction): void {
    if (transaction.sequence > this.#sequence) this.#tell(transaction);
  }

  /**
   * Where the slowest session is after a restart. What was marked is in its store by the next call,
   * ten seconds later; unless its store has failed, which holds the checkpoint until a restart.
   */
  checkpoint(): number {
    if (!this.#isStarted) return this.#lowestHeard();
    let hasFailed = false;
    for (const { sessions } of this.#byAccount.values()) {
      for (const session of sessions) {
        session.markHeard(this.#sequence);
        hasFailed ||= session.isFailed;
      }
    }
    if (!hasFailed) this.#keptSequence = this.#markedSequence;
    this.#markedSequence = this.#sequence;
    return this.#keptSequence;
  }

  #lowestHeard(): number {
    let lowest = this.#releasedSequence;
    for (const { sessions } of this.#byAccount.values()) {
      for (const { heardSequence } of sessions) lowest = Math.min(lowest, heardSequence);
    }
    return lowest;
  }

  #tell(transaction: Transaction): void {
    this.#sequence = transaction.sequence;
    if (this.#byAccount.size > 0) this.#distribute(transaction);
    this.#answerWaiters();
  }

  /** There was nothing for anybody. */
  #pass(sequence: number): void {
    this.#sequence = sequence;
    this.#answerWaiters();
  }

  /** In their order: what one of them makes heard waits for its end. */
  #answerWaiters(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    try {
      while ((this.#waiters[0]?.sequence ?? Infinity) <= this.#sequence) {
        this.#waiters.shift()?.run();
      }
    } finally {
      this.#isAnswering = false;
    }
  }

  #distribute(transaction: Transaction): void {
    const { changes, sequence } = transaction;
    const touched = this.#touched;
    touched.length = 0;
    for (let index = 0; index < changes.length; index += 1) {
      const change = changes[index];
      const account = change === undefined ? 0 : accountOf(change, transaction);
      const recipients = this.#byAccount.get(account);
      if (recipients === undefined) continue;
      if (recipients.sequence !== sequence) {
        recipients.sequence = sequence;
        recipients.from = index;
        touched.push(recipients);
      }
      // The trades of the order that the command is about lie before its update.
      const isAbout = change?.entity === "order" && change.orderId === transaction.result;
      if (isAbout) recipients.from = 0;
      recipients.to = index;
    }
    for (const { sessions, from, to } of touched) {
      for (const session of sessions) {
        if (session.isFailed || session.heardSequence >= sequence) continue;
        try {
          session.hear(transaction, from, to);
        } catch (error) {
          session.giveUp(error);
        }
      }
    }
  }
}

/** Whose sessions are owed a change; 0 = nobody's. */
function accountOf(change: Change, { account }: Transaction): number {
  if (change.entity === "order") return change.account;
  return change.entity === "request" || change.entity === "session" ? account : 0;
}
