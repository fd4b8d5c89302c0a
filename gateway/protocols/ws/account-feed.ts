// Private channels: every change of an account to each of its sessions, without loss, in order.

import type { Clock } from "../../clock.ts";
import type { Transaction } from "../../domain/change.ts";
import { OrdersQuery, QueryKind } from "../../domain/command.ts";
import type { Log } from "../../log.ts";
import { PAST_SEQUENCES_MAX, PastRuns } from "../../push/past-runs.ts";
import type { PushStage } from "../../push/push-stage.ts";
import { RecentMessages } from "../../push/recent-messages.ts";
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
/** Accounts whose messages are kept for a return; of those that nobody follows the oldest goes. */
const ACCOUNTS_KEPT_MAX = 10_000;
/**
 * Runs through the past for one return: the first takes seconds at most, and what happens meanwhile
 * is kept, unless there is very much of it.
 */
const RUNS_MAX = 4;

interface Followers {
  /** Messages of later sequences went into the ring. */
  readonly since: number;
  readonly connections: Readonly<Record<PrivateKind, Set<Connection>>>;
}

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
  readonly #recent = new RecentMessages();
  readonly #past: PastRuns;
  #stage: Pick<PushStage, "whenApplied" | "checkpoint"> | undefined;
  /** Those that have messages since the last flush. */
  #unflushed: Connection[] = [];
  #isFlushing = false;
  #lastTicket = 0;

  constructor(parts: AccountFeedParts) {
    this.#parts = parts;
    const { venue, clock, log } = parts;
    this.#past = new PastRuns(
      (after) => venue.changes.open(after),
      clock,
      (error) => log.error("ws_past_failed", { error: String(error) }),
    );
  }

  start(stage: Pick<PushStage, "whenApplied" | "checkpoint">): void {
    this.#stage = stage;
  }

  stop(): void {
    this.#past.stop();
  }

  isFollowed(account: number): boolean {
    return this.#accounts.has(account);
  }

  push(changes: AccountChanges, transaction: Transaction): void {
    const followers = this.#accounts.get(changes.account);
    if (followers === undefined) return;
    const { sequence } = transaction;
    for (const kind of PRIVATE_KINDS) {
      const text = this.#write(kind, changes, transaction);
      if (text !== undefined) this.#send(followers, changes.account, kind, sequence, text);
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
    else this.#stage?.whenApplied(after, () => this.#goOn(subscription, after, RUNS_MAX));
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
    this.#accounts.get(account)?.connections[kind].delete(connection);
  }

  /** A connection is gone. */
  forget(connection: Connection, account: number): void {
    for (const kind of PRIVATE_KINDS) this.unsubscribe(connection, account, kind);
  }

  /** What was sent of the next transactions is not known. */
  restart(): void {
    this.#accounts.clear();
    this.#recent.clear();
  }

  #send(
    followers: Followers,
    account: number,
    kind: PrivateKind,
    sequence: number,
    text: string,
  ): void {
    this.#recent.add({ account, channel: kind, sequence, text });
    for (const connection of followers.connections[kind]) {
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
    this.#follow(account).connections[kind].add(connection);
  }

  /** Begins with a snapshot. */
  #begin(subscription: Subscription, mark: object): void {
    const { connection, account, kind } = subscription;
    this.#follow(account);
    const { sequence, write } = this.#takeSnapshot(account, kind, mark);
    this.#stage?.whenApplied(sequence, () => {
      if (!isCurrent(subscription)) return;
      connection.send(write());
      this.#join(subscription);
    });
  }

  /** Goes on after `after`, which has been applied; `runs`: what it may still cost. */
  #goOn(subscription: Subscription, after: number, runs: number): void {
    if (!isCurrent(subscription)) return;
    const { connection, account, kind } = subscription;
    const { since } = this.#follow(account);
    const isKept = after >= Math.max(since, this.#recent.completeAfter);
    const texts = isKept ? this.#recent.after(after, account, kind) : [];
    const size = texts.reduce((sum, { length }) => sum + length, 0);
    if (isKept && size <= connection.roomBytes) {
      for (const text of texts) connection.send(text);
      this.#join(subscription);
    } else if (runs === 0 || !this.canResume(after)) this.#begin(subscription, NOT_RESUMED);
    else this.#goBack(subscription, after, runs - 1);
  }

  /** Tells what followed `after` out of the past. What happens from now on is kept meanwhile. */
  #goBack(subscription: Subscription, after: number, runs: number): void {
    const { connection, account, kind } = subscription;
    const until = this.#stage?.checkpoint() ?? after;
    this.#past.add({
      ...{ account, after, until },
      isWanted: () => isCurrent(subscription),
      // A transaction may be as much as half of what may be unsent.
      hasRoom: () => connection.isDrained,
      tell: (changes, transaction) => {
        const text = this.#write(kind, changes, transaction);
        if (text !== undefined) connection.send(text);
      },
      end: (isWhole) => {
        if (isWhole) this.#goOn(subscription, until, runs);
        else if (isCurrent(subscription)) this.#begin(subscription, NOT_RESUMED);
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

  /** The followers of an account, from now on kept also when all have left. */
  #follow(account: number): Followers {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    if (this.#accounts.size >= ACCOUNTS_KEPT_MAX) this.#dropUnfollowed();
    const connections = {
      orders: new Set<Connection>(),
      executions: new Set<Connection>(),
      balances: new Set<Connection>(),
    };
    const followers = { since: this.#stage?.checkpoint() ?? 0, connections };
    this.#accounts.set(account, followers);
    return followers;
  }

  /** Bounds: when all are followed there are as many as there are connections. */
  #dropUnfollowed(): void {
    for (const [account, { connections }] of this.#accounts) {
      if (Object.values(connections).some(({ size }) => size > 0)) continue;
      this.#accounts.delete(account);
      return;
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
