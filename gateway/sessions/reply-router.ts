// The change log → whoever must hear of it. One subscription, in a fixed order, before any reply of
// the same transaction leaves: what a client was told, look-ups already know. Most transactions
// concern none of them beyond a count and a trade: those are never made into objects here.

import type { Core } from "../core/core.ts";
import { Contents, type Released } from "../core/released.ts";
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
  start(core: Pick<Core, "listen">): () => void {
    return core.listen((released) => this.hear(released));
  }

  hear(released: Released): void {
    const { reference, trades, orderLog, metrics, owed } = this.#listeners;
    const { contents } = released;
    this.#releasedSequence = released.sequence;
    metrics.count(released);
    if ((contents & Contents.trade) !== 0) trades.hear(released);
    if (released.changesReference) {
      for (const change of released.transaction().changes) reference.apply(change);
    }
    orderLog.hear(released);
    owed.hear(released);
  }
}
