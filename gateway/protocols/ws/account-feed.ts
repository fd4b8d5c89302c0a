// Private channels: every change of an account to each of its sessions, without loss, in order.

import type { Transaction } from "../../domain/change.ts";
import { OrdersQuery, QueryKind } from "../../domain/command.ts";
import type { AccountChanges, PushStage } from "../../push/push-stage.ts";
import { RecentMessages } from "../../push/recent-messages.ts";
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

interface Followers {
  /** Messages of later sequences went into the ring. */
  readonly since: number;
  readonly connections: Readonly<Record<PrivateKind, Set<Connection>>>;
}

export interface AccountFeedParts {
  readonly venue: Pick<Venue, "queries" | "reference">;
  readonly metrics: FeedMetrics;
}

export class AccountFeed {
  readonly #parts: AccountFeedParts;
  readonly #accounts = new Map<number, Followers>();
  readonly #recent = new RecentMessages();
  #stage: Pick<PushStage, "whenApplied" | "checkpoint"> | undefined;
  /** Those that have messages since the last flush. */
  #unflushed: Connection[] = [];
  #isFlushing = false;

  constructor(parts: AccountFeedParts) {
    this.#parts = parts;
  }

  start(stage: Pick<PushStage, "whenApplied" | "checkpoint">): void {
    this.#stage = stage;
  }

  isFollowed(account: number): boolean {
    return this.#accounts.has(account);
  }

  push(changes: AccountChanges, transaction: Transaction): void {
    const followers = this.#accounts.get(changes.account);
    if (followers === undefined) return;
    const { reference } = this.#parts.venue;
    const { sequence } = transaction;
    if (changes.orders.length > 0) {
      const text = ordersUpdate({ reference }, changes, sequence);
      this.#send(followers, changes.account, "orders", sequence, text);
    }
    if (changes.trades.length > 0) {
      const text = executionsUpdate({ reference }, changes, transaction);
      this.#send(followers, changes.account, "executions", sequence, text);
    }
    if (changes.balances.length > 0) {
      const text = balancesMessage({ reference }, "update", sequence, changes.balances);
      this.#send(followers, changes.account, "balances", sequence, text);
    }
  }

  /** Whether a client that has everything up to `sequence` needs no snapshot. */
  canResume(account: number, sequence: number): boolean {
    const followers = this.#accounts.get(account);
    if (followers === undefined || this.#stage === undefined) return false;
    const completeAfter = Math.max(followers.since, this.#recent.completeAfter);
    return sequence >= completeAfter && sequence <= this.#stage.checkpoint();
  }

  /** Sends what followed `sequence`, and from then on everything. Order: after `canResume`. */
  resume(connection: Connection, account: number, kind: PrivateKind, sequence: number): void {
    this.#add(connection, kind);
    this.#join(connection, account, kind);
    for (const text of this.#recent.after(sequence, account, kind)) connection.send(text);
  }

  /** Sends how the account stands at a sequence, and from then on everything. */
  subscribe(connection: Connection, account: number, kind: PrivateKind): void {
    this.unsubscribe(connection, account, kind);
    this.#add(connection, kind);
    const followers = this.#follow(account);
    const { sequence, write } = this.#takeSnapshot(account, kind);
    this.#stage?.whenApplied(sequence, () => {
      const isWanted = connection.isOpen && connection.privateKinds.has(kind);
      if (!isWanted || followers.connections[kind].has(connection)) return;
      connection.send(write());
      this.#join(connection, account, kind);
    });
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

  #add(connection: Connection, kind: PrivateKind): void {
    if (connection.privateKinds.has(kind)) return;
    connection.privateKinds.add(kind);
    this.#parts.metrics.subscriptions += 1;
  }

  #join(connection: Connection, account: number, kind: PrivateKind): void {
    this.#follow(account).connections[kind].add(connection);
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
    switch (kind) {
      case "orders":
        return { sequence, write: () => ordersSnapshot({ reference }, answer, isWhole) };
      case "executions":
        return { sequence, write: () => executionsSnapshot(sequence) };
      case "balances":
        return {
          sequence,
          write: () => balancesMessage({ reference }, "snapshot", sequence, images),
        };
    }
  }
}
