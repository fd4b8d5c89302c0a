// What moved an account's money, one line per movement, out of the change log. The lines of an
// account and currency sum up to its balance.

import type { BalanceUpdate } from "../../domain/account.ts";
import type { Transaction } from "../../domain/change.ts";
import { Opcode } from "../../domain/command.ts";
import { type Amount, type Sequence, type TimeUs, toAmount } from "../../domain/units.ts";
import { totalChange } from "./reconciliation.ts";
import {
  type DatedTrade,
  type FindTerms,
  type Leg,
  paidFees,
  toSettlementEvent,
} from "./settlement-event.ts";

/** `fee` is what was paid, or a rebate; `sweep` what account 1 got of the fees of others. */
export type LedgerEntryKind = "deposit" | "withdrawal" | "transfer" | "trade" | "fee" | "sweep";

export interface LedgerEntry {
  readonly sequence: Sequence;
  readonly timeUs: TimeUs;
  readonly account: number;
  readonly currency: number;
  readonly kind: LedgerEntryKind;
  /** What the account gave is negative. */
  readonly amount: Amount;
  /** 0 = not of a trade. */
  readonly instrument: number;
  /** 0 = not of a trade. */
  readonly tradeId: number;
}

const KINDS: ReadonlyMap<number, LedgerEntryKind> = new Map([
  [Opcode.deposit, "deposit"],
  [Opcode.withdraw, "withdrawal"],
  [Opcode.transfer, "transfer"],
  [Opcode.sweepFees, "sweep"],
]);

/** A balance with the transaction that changed it, as a history keeps it. */
export interface DatedBalance {
  readonly balance: BalanceUpdate;
  /** Of the command. */
  readonly opcode: number;
  readonly sequence: Sequence;
  readonly timeUs: TimeUs;
}

/** What a trade moved: of each account its legs before its fee. */
export function toTradeEntries(dated: DatedTrade, findTerms: FindTerms): LedgerEntry[] {
  const { sequence, timeUs } = dated;
  const event = toSettlementEvent(dated, findTerms);
  const { instrument, tradeId } = event;
  const toEntries = (kind: LedgerEntryKind, legs: readonly Leg[]): LedgerEntry[] =>
    legs.map((leg) => ({ sequence, timeUs, ...leg, kind, instrument, tradeId }));
  const fees = paidFees(event).filter((fee) => fee.amount !== 0n);
  return [...toEntries("trade", event.legs), ...toEntries("fee", fees)];
}

/** What a ledger move or sweep moved; undefined for a balance that another command changed. */
export function toMoveEntry(dated: DatedBalance): LedgerEntry | undefined {
  const { sequence, timeUs, opcode, balance } = dated;
  const kind = KINDS.get(opcode);
  if (kind === undefined) return undefined;
  const { account, currency } = balance;
  const amount = toAmount(totalChange(balance));
  return { sequence, timeUs, account, currency, kind, amount, instrument: 0, tradeId: 0 };
}

/** The movements of one transaction, in the order of its changes. */
export function toLedgerEntries(transaction: Transaction, findTerms: FindTerms): LedgerEntry[] {
  const { sequence, timeUs, opcode, changes } = transaction;
  return changes.flatMap((change) => {
    if (change.entity === "trade") {
      return toTradeEntries({ trade: change, sequence, timeUs }, findTerms);
    }
    if (change.entity !== "balance") return [];
    return toMoveEntry({ balance: change, opcode, sequence, timeUs }) ?? [];
  });
}
