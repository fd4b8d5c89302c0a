// Follows the change log for those who listen now: sorts each transaction by instrument and
// account, and hands it on. Keeps nothing: what somebody missed is executed again.

import type { Transaction } from "../domain/change.ts";
import { type LiveSink, LiveStage } from "./live-stage.ts";
import { type AccountChanges, type MarketChanges, sortChanges } from "./sorted-changes.ts";

/** Where changes go. Nothing is gathered for an account that nobody follows. */
export interface PushSink extends LiveSink {
  isFollowed(account: number): boolean;
  pushMarket(changes: MarketChanges, transaction: Transaction): void;
  pushAccount(changes: AccountChanges, transaction: Transaction): void;
}

export class PushStage extends LiveStage<PushSink> {
  override readonly name = "push";

  protected override tell(transaction: Transaction): void {
    const { sink } = this;
    const { markets, accounts } = sortChanges(transaction, (account) => sink.isFollowed(account));
    for (const changes of markets) sink.pushMarket(changes, transaction);
    for (const changes of accounts) sink.pushAccount(changes, transaction);
  }
}
