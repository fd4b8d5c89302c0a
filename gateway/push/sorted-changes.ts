// What one transaction did, by instrument and account: what those who follow them are told.

import type { BalanceUpdate } from "../domain/account.ts";
import type { Change, Level, Trade, Transaction } from "../domain/change.ts";

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

export interface SortedChanges {
  readonly markets: readonly MarketChanges[];
  readonly accounts: readonly AccountChanges[];
}

/** Sorts, in one pass. Nothing is gathered for an account that nobody follows. */
export function sortChanges(
  { changes }: Transaction,
  isFollowed: (account: number) => boolean,
): SortedChanges {
  const markets: MarketChanges[] = [];
  const accounts: AccountChanges[] = [];
  const find = (account: number): AccountChanges | undefined =>
    isFollowed(account) ? accountOf(accounts, account) : undefined;
  for (const change of changes) {
    switch (change.entity) {
      case "level":
        marketOf(markets, change.instrument).levels.push(change);
        break;
      case "trade":
        marketOf(markets, change.instrument).trades.push(change);
        find(change.takerAccount)?.trades.push(change);
        if (change.makerAccount !== change.takerAccount) {
          find(change.makerAccount)?.trades.push(change);
        }
        break;
      case "order":
        find(change.account)?.orders.push(change);
        break;
      case "balance":
        find(change.account)?.balances.push(change);
        break;
      default:
        break;
    }
  }
  return { markets, accounts };
}

/** Looks from the end: the changes of a followed account are few, and lie together. */
function accountOf(accounts: AccountChanges[], account: number): AccountChanges {
  const known = accounts.findLast((each) => each.account === account);
  if (known !== undefined) return known;
  const changes = { account, orders: [], trades: [], balances: [] };
  accounts.push(changes);
  return changes;
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
