// The change log → whoever must hear of it. One subscription, in a fixed order, before any reply of
// the same transaction leaves: what a client was told, look-ups already know.

import type { Core } from "../core/core.ts";
import type { Transaction } from "../domain/change.ts";
import type { OrderLog } from "./order-log.ts";
import type { OwedChanges } from "./owed-changes.ts";
import type { RecentTrades } from "./recent-trades.ts";
import type { ReferenceData } from "./reference-data.ts";
import type { CommandMetrics } from "./venue-metrics.ts";

export interface Listeners {
  readonly reference: ReferenceData;
  readonly trades: RecentTrades;
  readonly orderLog: OrderLog;
  readonly metrics: CommandMetrics;
  readonly owed: OwedChanges;
}

export class ReplyRouter {
  readonly #listeners: Listeners;
  #releasedSequence: number;

  /** `releasedSequence`: the last sequence before the subscription starts. */
  constructor(listeners: Listeners, releasedSequence: number) {
    this.#listeners = listeners;
    this.#releasedSequence = releasedSequence;
  }

  /** Everything up to this sequence has been heard. */
  get releasedSequence(): number {
    return this.#releasedSequence;
  }

  /** Subscribes. Returns how to stop. */
  start(core: Pick<Core, "subscribe">): () => void {
    return core.subscribe((transaction) => this.hear(transaction));
  }

  hear(transaction: Transaction): void {
    const { reference, trades, orderLog, metrics, owed } = this.#listeners;
    const { sequence, timeUs } = transaction;
    this.#releasedSequence = sequence;
    metrics.count(transaction);
    for (const change of transaction.changes) {
      switch (change.entity) {
        case "trade":
          trades.add(change, sequence, timeUs);
          orderLog.writeTrade(change, sequence);
          break;
        case "order":
          if (change.change === "updated") orderLog.writeEnd(change, transaction);
          break;
        case "instrument":
        case "currency":
        case "alias":
          reference.apply(change);
          break;
        default:
          break;
      }
    }
    owed.hear(transaction);
  }
}
