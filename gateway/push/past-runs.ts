// Tells those who were away what happened meanwhile: the change log is read again, once for all of
// them. One run at a time; who comes during it waits for the next one.

import type { Clock } from "../clock.ts";
import type { Transaction } from "../domain/change.ts";
import { type Parsed, RejectCode } from "../domain/reject.ts";
import { type AccountChanges, sortChanges } from "./sorted-changes.ts";

/** How far back anybody is told: some seconds of a run. Farther off, a snapshot is there sooner. */
export const PAST_SEQUENCES_MAX = 1_000_000;
/** What somebody may wait in all, in microseconds: for other runs, for room and for the own one. */
const WAIT_US_MAX = 30_000_000;
/** What a run waits for those who do not read, in microseconds; then it goes on without them. */
const ROOM_US_MAX = 1_000_000;
/** How soon it is looked again who has room, in milliseconds. */
const LOOK_MS = 5;
/** How soon a run is tried again when too many are open, in milliseconds. */
const RETRY_MS = 100;

/** Opens everything that follows a sequence, in pieces, as far as it is durable. */
export type OpenPast = (
  after: number,
) => Promise<Parsed<AsyncGenerator<readonly Transaction[], void>>>;

/** Somebody who is told what happened to an account. */
export interface Listener {
  readonly account: number;
  /** What it has already. */
  readonly after: number;
  /** It is told everything up to here, also when this moves on meanwhile. */
  readonly until: number;
  /** Whether anybody still wants it. */
  isWanted(): boolean;
  /** Whether it has read enough of what it was told to be told one transaction more. */
  hasRoom(): boolean;
  tell(changes: AccountChanges, transaction: Transaction): void;
  /** Called once: everything up to `until` was told, or what comes next cannot be had. */
  end(isWhole: boolean): void;
}

interface Waiting {
  readonly listener: Listener;
  /** What it was told. */
  after: number;
  readonly deadlineUs: number;
}

export class PastRuns {
  readonly #open: OpenPast;
  readonly #clock: Clock;
  readonly #onFault: (error: unknown) => void;
  /** Bounds: the private channels of all connections. */
  readonly #waiting = new Set<Waiting>();
  #isWorking = false;
  #isStopped = false;

  /** `onFault` hears why a run ended early: a journal that is damaged further on. */
  constructor(open: OpenPast, clock: Clock, onFault: (error: unknown) => void) {
    this.#open = open;
    this.#clock = clock;
    this.#onFault = onFault;
  }

  add(listener: Listener): void {
    const deadlineUs = this.#clock.elapsedUs() + WAIT_US_MAX;
    this.#waiting.add({ listener, after: listener.after, deadlineUs });
    if (!this.#isWorking && !this.#isStopped) void this.#work();
  }

  /** Nobody is told anything any more. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.clear();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    // All that come in this turn are told by one run.
    await this.#pause(0);
    while (this.#waiting.size > 0) {
      this.#dropLate(this.#waiting);
      const ready = [...this.#waiting].filter(({ listener }) => listener.hasRoom());
      if (ready.length === 0) {
        await this.#pause(LOOK_MS);
        continue;
      }
      for (const each of ready) this.#waiting.delete(each);
      const active = new Set(ready.sort((one, other) => one.after - other.after));
      try {
        await this.#run(active);
      } catch (error) {
        this.#onFault(error);
        for (const each of active) each.listener.end(false);
      }
    }
    this.#isWorking = false;
  }

  /** Tells `active`, ordered by what they have, and takes everybody out of it who is done with. */
  async #run(active: Set<Waiting>): Promise<void> {
    const pieces = await this.#openOldest(active);
    if (pieces === undefined) return;
    const endUs = this.#clock.elapsedUs() + ROOM_US_MAX;
    const accounts = Map.groupBy(active, ({ listener }) => listener.account);
    for await (const piece of pieces) {
      for (const transaction of piece) {
        const { accounts: changed } = sortChanges(transaction, (each) => accounts.has(each));
        for (const changes of changed) {
          for (const each of accounts.get(changes.account) ?? []) {
            if (!isDue(each, transaction)) continue;
            // One transaction may be much.
            if (!each.listener.hasRoom()) {
              await this.#makeRoom(active, endUs, transaction.sequence - 1);
            }
            if (!active.has(each) || !each.listener.isWanted()) continue;
            each.listener.tell(changes, transaction);
            each.after = transaction.sequence;
          }
        }
      }
      const last = piece.at(-1)?.sequence ?? 0;
      for (const each of active) {
        each.after = Math.max(each.after, last);
        if (each.after >= each.listener.until) finish(each, active, true);
      }
      await this.#makeRoom(active, endUs, last);
      if (active.size === 0 || this.#isStopped) return;
    }
    for (const each of active) finish(each, active, each.after >= each.listener.until);
  }

  /**
   * Lets the orders go first, and gives those a moment who have no room; the rest waits again.
   *
   * `told`: what everybody had a chance to hear.
   */
  async #makeRoom(active: Set<Waiting>, endUs: number, told: number): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#dropLate(active);
    const isFull = (): boolean => active.values().some(({ listener }) => !listener.hasRoom());
    while (isFull() && this.#clock.elapsedUs() < endUs) {
      await this.#pause(LOOK_MS);
      this.#dropLate(active);
    }
    for (const each of active) {
      if (each.listener.hasRoom()) continue;
      each.after = Math.max(each.after, told);
      active.delete(each);
      this.#waiting.add(each);
    }
  }

  /**
   * Opens the past for the oldest one to whom the journal reaches back; those before it are told
   * that it does not. Undefined when nobody is left, or all are to wait.
   */
  async #openOldest(active: Set<Waiting>) {
    const ordered = [...active];
    let found: AsyncGenerator<readonly Transaction[], void> | undefined;
    let [at, low, high] = [0, 0, ordered.length];
    while (low < high) {
      const opened = await this.#open(ordered[at]?.after ?? 0);
      if (opened.ok) {
        await close(found);
        found = opened.value;
        high = at;
      } else if (opened.reject === RejectCode.throttled) {
        await close(found);
        for (const each of active) this.#waiting.add(each);
        active.clear();
        await this.#pause(RETRY_MS);
        return undefined;
      } else low = at + 1;
      at = (low + high) >> 1;
    }
    for (const each of ordered.slice(0, low)) finish(each, active, false);
    return found;
  }

  #dropLate(from: Set<Waiting>): void {
    const nowUs = this.#clock.elapsedUs();
    for (const each of from) {
      if (!each.listener.isWanted()) from.delete(each);
      else if (nowUs > each.deadlineUs) finish(each, from, false);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(delayMs, resolve));
  }
}

/** Ends what may not have begun: only then does it let go of what it reads. */
async function close(pieces: AsyncGenerator<unknown, void> | undefined): Promise<void> {
  await pieces?.next();
  await pieces?.return();
}

/** Whether it has not had it, and not elsewhere. */
function isDue({ after, listener }: Waiting, { sequence }: Transaction): boolean {
  return sequence > after && sequence <= listener.until;
}

function finish(each: Waiting, from: Set<Waiting>, isWhole: boolean): void {
  from.delete(each);
  each.listener.end(isWhole);
}
