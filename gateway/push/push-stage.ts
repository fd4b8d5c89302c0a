// Follows the change log for those who listen now: sorts each transaction by instrument and
// account, in one pass, and hands it on. Keeps nothing: who was away asks for a snapshot.

import type { BalanceUpdate } from "../domain/account.ts";
import type { Change, Level, Trade, Transaction } from "../domain/change.ts";
import type { Stage } from "../stages/stage.ts";

export type OrderChange = Extract<Change, { entity: "order" }>;

/** What one transaction did to the book and tape of an instrument. */
export interface MarketChanges {
  readonly instrument: number;
  readonly levels: (Level & { entity: "level"; change: "updated" | "deleted" | "image" })[];
  readonly trades: Trade[];
}

/** What one transaction did to an account. */
export interface AccountChanges {
  readonly account: number;
  readonly orders: OrderChange[];
  readonly trades: Trade[];
  readonly balances: BalanceUpdate[];
}

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
  #applied: number;
  #isStarted = false;
  /** By the sequence they wait for. */
  readonly #waiting = new Map<number, (() => void)[]>();

  /** `startedAfter`: the last sequence before the venue opened; nobody listened earlier. */
  constructor(sink: PushSink, startedAfter: number) {
    this.#sink = sink;
    this.#applied = startedAfter;
  }

  start(from: number): void {
    this.#applied = from;
    this.#waiting.clear();
    if (this.#isStarted) this.#sink.restart();
    this.#isStarted = true;
  }

  apply(transaction: Transaction): void {
    const markets: MarketChanges[] = [];
    const accounts: AccountChanges[] = [];
    for (const change of transaction.changes) {
      switch (change.entity) {
        case "level":
          marketOf(markets, change.instrument).levels.push(change);
          break;
        case "trade":
          marketOf(markets, change.instrument).trades.push(change);
          this.#accountOf(accounts, change.takerAccount)?.trades.push(change);
          if (change.makerAccount !== change.takerAccount) {
            this.#accountOf(accounts, change.makerAccount)?.trades.push(change);
          }
          break;
        case "order":
          this.#accountOf(accounts, change.account)?.orders.push(change);
          break;
        case "balance":
          this.#accountOf(accounts, change.account)?.balances.push(change);
          break;
        default:
          break;
      }
    }
    for (const changes of markets) this.#sink.pushMarket(changes, transaction);
    for (const changes of accounts) this.#sink.pushAccount(changes, transaction);
    this.#reach(transaction.sequence);
  }

  /** The last transaction applied: after a restart of the process, nobody asks for an older one. */
  checkpoint(): number {
    return this.#applied;
  }

  /**
   * Calls back when everything up to `sequence` has been pushed and nothing of what follows: at
   * once, or at the end of its transaction. What was true at `sequence` may be shown then, and who
   * joins in the callback misses nothing and gets nothing twice.
   */
  whenApplied(sequence: number, callback: () => void): void {
    if (sequence <= this.#applied) {
      callback();
      return;
    }
    const waiting = this.#waiting.get(sequence);
    if (waiting === undefined) this.#waiting.set(sequence, [callback]);
    else waiting.push(callback);
  }

  #reach(sequence: number): void {
    this.#applied = sequence;
    const reached = this.#waiting.get(sequence);
    if (reached === undefined) return;
    this.#waiting.delete(sequence);
    for (const callback of reached) callback();
  }

  /** Looks from the end: the changes of a followed account are few, and lie together. */
  #accountOf(accounts: AccountChanges[], account: number): AccountChanges | undefined {
    if (!this.#sink.isFollowed(account)) return undefined;
    const known = accounts.findLast((each) => each.account === account);
    if (known !== undefined) return known;
    const changes = { account, orders: [], trades: [], balances: [] };
    accounts.push(changes);
    return changes;
  }
}

/**
 * Looks from the end: but for a mass cancel there is one instrument, and then they lie together.
 */
function marketOf(markets: MarketChanges[], instrument: number): MarketChanges {
  const known = markets.findLast((each) => each.instrument === instrument);
  if (known !== undefined) return known;
  const changes = { instrument, levels: [], trades: [] };
  markets.push(changes);
  return changes;
}
