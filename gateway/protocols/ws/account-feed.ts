// Private channels: every change of an account to each of its sessions, without loss, in order.
// Written for those who are there; for who comes back the change log is read again.

import type { Clock } from "../../clock.ts";
import type { Transaction } from "../../domain/change.ts";
import { OrdersQuery, QueryKind } from "../../domain/command.ts";
import type { Log } from "../../log.ts";
import { PAST_SEQUENCES_MAX, PastRuns } from "../../push/past-runs.ts";
import { PastSource } from "../../push/past-source.ts";
import type { PushStage } from "../../push/push-stage.ts";
import type { AccountChanges } from "../../push/sorted-changes.ts";
import type { Venue } from "../../sessions/venue.ts";
import {
  balancesMessage,
  executionsSnapshot,
  executionsUpdate,
  ordersSnapshot,
  ordersUpdate,
} from "./account-messages.ts";
import { PRIVATE_KINDS } from "./channel.ts";
import type { PrivateKind } from "./channel.ts";
import type { Connection } from "./connection.ts";
import type { FeedMetrics } from "./feed-metrics.ts";

/** Open orders of a snapshot: one page of HTTP, where the rest is. */
const SNAPSHOT_ORDERS_MAX = 1_000;

type Followers = Readonly<Record<PrivateKind, Set<Connection>>>;

/** A private channel on one connection. */
interface Subscription {
  readonly connection: Connection;
  readonly account: number;
  readonly kind: PrivateKind;
  /** Of `connection.privateKinds`, as long as it is wanted. */
  readonly ticket: number;
}

export interface AccountFeedParts {
  readonly venue: Pick<Venue, "queries" | "reference" | "router" | "changes">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: FeedMetrics;
}

export class AccountFeed {
  readonly #parts: AccountFeedParts;
  readonly #accounts = new Map<number, Followers>();
  readonly #source: PastSource;
  /** Who was away for a moment does not wait for those who need a re-execution. */
  readonly #runs: { readonly near: PastRuns; readonly far: PastRuns };
  #stage: Pick<PushStage, "whenApplied" | "checkpoint"> | undefined;
  /** Those that have messages since the last flush. */
  #unflushed: Connection[] = [];
  #isFlushing = false;
  #lastTicket = 0;

  constructor(parts: AccountFeedParts) {
    this.#parts = parts;
    const { venue, clock, log } = parts;
    this.#source = new PastSource(venue.changes, () => this.#applied);
    const makeRuns = (): PastRuns =>
      new PastRuns(
        (after) => this.#source.open(after),
        clock,
        (error) => log.error("ws_past_failed", { error: String(error) }),
      );
    this.#runs = { near: makeRuns(), far: makeRuns() };
  }

  start(stage: Pick<PushStage, "whenApplied" | "checkpoint">): void {
    this.#stage = stage;
  }

  stop(): void {
    this.#runs.near.stop();
    this.#runs.far.stop();
  }

  /** The last sequence that was pushed. */
  get #applied(): number {
    return this.#stage?.checkpoint() ?? 0;
  }

  /** Whether any account is followed. */
  get isFollowing(): boolean {
    return this.#accounts.size > 0;
  }

  isFollowed(account: number): boolean {
    return this.#accounts.has(account);
  }

  push(changes: AccountChanges, transaction: Transaction): void {
    const followers = this.#accounts.get(changes.account);
    if (followers === undefined) return;
    for (const kind of PRIVATE_KINDS) {
      const connections = followers[kind];
      if (connections.size === 0) continue;
      const text = this.#write(kind, changes, transaction);
      if (text !== undefined) this.#send(connections, text);
    }
  }

  /** Whether a client that has everything up to `sequence` may go on without a snapshot. */
  canResume(sequence: number): boolean {
    const { releasedSequence } = this.#parts.venue.router;
    return sequence <= releasedSequence && sequence >= releasedSequence - PAST_SEQUENCES_MAX;
  }

  /** Sends what followed `after`, or a snapshot that says no; and from then on everything. */
  resume(connection: Connection, account: number, kind: PrivateKind, after: number): void {
    const subscription = this.#add(connection, account, kind);
    if (!this.canResume(after)) this.#begin(subscription, NOT_RESUMED);
    // A reply may have told of it before its channel does.
    else this.#stage?.whenApplied(after, () => this.#goOn(subscription, after));
  }

  /**
   * Sends how the account stands at a sequence, and from then on everything.
   *
   * `mark`: said in the snapshot, too.
   */
  subscribe(connection: Connection, account: number, kind: PrivateKind, mark: object = {}): void {
    this.#begin(this.#add(connection, account, kind), mark);
  }

  unsubscribe(connection: Connection, account: number, kind: PrivateKind): void {
    if (connection.privateKinds.delete(kind)) this.#parts.metrics.subscriptions -= 1;
    const followers = this.#accounts.get(account);
    if (followers?.[kind].delete(connection) !== true) return;
    const isLast = PRIVATE_KINDS.every((each) => followers[each].size === 0);
    if (isLast) this.#accounts.delete(account);
  }

  /** A connection is gone. */
  forget(connection: Connection, account: number): void {
    for (const kind of PRIVATE_KINDS) this.unsubscribe(connection, account, kind);
  }

  /** What was sent of the next transactions is not known. */
  restart(): void {
    this.#accounts.clear();
  }

  #send(connections: ReadonlySet<Connection>, text: string): void {
    for (const connection of connections) {
      if (connection.sendSoon(text)) this.#unflushed.push(connection);
    }
    if (this.#isFlushing || this.#unflushed.length === 0) return;
    this.#isFlushing = true;
    // After all transactions that are applied in one go: a write per connection, not per message.
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const connections = this.#unflushed;
    this.#unflushed = [];
    this.#isFlushing = false;
    for (const connection of connections) connection.flush();
  }

  /** Follows anew: what the channel was before has ended. */
  #add(connection: Connection, account: number, kind: PrivateKind): Subscription {
    this.unsubscribe(connection, account, kind);
    this.#lastTicket += 1;
    connection.privateKinds.set(kind, this.#lastTicket);
    this.#parts.metrics.subscriptions += 1;
    return { connection, account, kind, ticket: this.#lastTicket };
  }

  #join({ connection, account, kind }: Subscription): void {
    const known = this.#accounts.get(account);
    const followers = known ?? { orders: new Set(), executions: new Set(), balances: new Set() };
    followers[kind].add(connection);
    if (known === undefined) this.#accounts.set(account, followers);
  }

  /** Begins with a snapshot. */
  #begin(subscription: Subscription, mark: object): void {
    const { connection, account, kind } = subscription;
    const { sequence, write } = this.#takeSnapshot(account, kind, mark);
    this.#stage?.whenApplied(sequence, () => {
      if (!isCurrent(subscription)) return;
      connection.send(write());
      this.#join(subscription);
    });
  }

  /** Goes on after `after`, which has been applied: tells what followed, and joins there. */
  #goOn(subscription: Subscription, after: number): void {
    if (!isCurrent(subscription)) return;
    if (after === this.#applied) {
      this.#join(subscription);
      return;
    }
    const { connection, account, kind } = subscription;
    const getApplied = (): number => this.#applied;
    const runs = this.#source.isRecent(after) ? this.#runs.near : this.#runs.far;
    runs.add({
      ...{ account, after },
      get until() {
        return getApplied();
      },
      isWanted: () => isCurrent(subscription),
      // A transaction may be as much as half of what may be unsent.
      hasRoom: () => connection.isDrained,
      tell: (changes, transaction) => {
        const text = this.#write(kind, changes, transaction);
        if (text !== undefined) connection.send(text);
      },
      end: (isWhole) => {
        if (!isCurrent(subscription)) return;
        if (isWhole) this.#join(subscription);
        else this.#begin(subscription, NOT_RESUMED);
      },
    });
  }

  /** What a transaction says on a channel, if anything. */
  #write(kind: PrivateKind, changes: AccountChanges, transaction: Transaction): string | undefined {
    const { reference } = this.#parts.venue;
    const { sequence } = transaction;
    const { orders, trades, balances } = changes;
    switch (kind) {
      case "orders":
        return orders.length === 0 ? undefined : ordersUpdate({ reference }, changes, sequence);
      case "executions":
        return trades.length === 0
          ? undefined
          : executionsUpdate({ reference }, changes, transaction);
      case "balances":
        return balances.length === 0
          ? undefined
          : balancesMessage({ reference }, { type: "update", sequence }, balances);
    }
  }

  /** Asks now, for what may be shown, and is written, once its sequence is reached. */
  #takeSnapshot(
    account: number,
    kind: PrivateKind,
    mark: object,
  ): { readonly sequence: number; readonly write: () => string } {
    const { queries, reference } = this.#parts.venue;
    const orders = { opcode: QueryKind.orders, account, kind: OrdersQuery.open };
    const answer = queries.askNow(
      kind === "orders"
        ? { ...orders, quantity: SNAPSHOT_ORDERS_MAX }
        : { opcode: QueryKind.balances, account },
    );
    const { sequence, changes } = answer;
    const isWhole = changes.length < SNAPSHOT_ORDERS_MAX;
    const images = changes.flatMap((change) => (change.entity === "balance" ? [change] : []));
    const head = { type: "snapshot", sequence, ...mark } as const;
    switch (kind) {
      case "orders":
        return { sequence, write: () => ordersSnapshot({ reference }, answer, isWhole, mark) };
      case "executions":
        return { sequence, write: () => executionsSnapshot(sequence, mark) };
      case "balances":
        return { sequence, write: () => balancesMessage({ reference }, head, images) };
    }
  }
}

/** Said in a snapshot that stands where updates were asked for. */
const NOT_RESUMED = { resumed: false } as const;

/** Whether it is still what its connection wants under that name. */
function isCurrent({ connection, kind, ticket }: Subscription): boolean {
  return connection.isOpen && connection.privateKinds.get(kind) === ticket;
}
