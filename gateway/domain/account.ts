// An account, its balances and its sessions.

import type { Amount, TimeUs } from "./units.ts";

export const AccountState = { active: 1, suspended: 2 } as const;
export type AccountState = (typeof AccountState)[keyof typeof AccountState];

export const accountStateNames = {
  1: "active",
  2: "suspended",
} as const satisfies Record<AccountState, string>;

export interface Account {
  accountId: number;
  /** A suspended account may cancel, not place. */
  state: AccountState;
  name: string;
}

/** What one account holds of one currency, before and after a command. An image has both equal. */
export interface BalanceUpdate {
  account: number;
  currency: number;
  availableBefore: Amount;
  availableAfter: Amount;
  frozenBefore: Amount;
  frozenAfter: Amount;
}

/** One connection's life, as the engine knows it. */
export interface SessionImage {
  sessionId: number;
  account: number;
  /** Default of its orders. */
  cancelOnDisconnect: boolean;
  openedAtUs: TimeUs;
  name: string;
}
