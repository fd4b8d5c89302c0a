// What moved an account's money, one line per movement, out of the change log. The lines of an
// account and currency sum up to its balance.

import type { Transaction } from "../../domain/change.ts";
import { Opcode } from "../../domain/command.ts";
import { type Amount, type Sequence, type TimeUs, toAmount } from "../../domain/units.ts";
import { totalChange } from "./reconciliation.ts";
import { type FindTerms, type Leg, paidFees, toSettlementEvents } from "./settlement-event.ts";

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

/** The movements of one transaction: by trade, legs before fees; else by account. */
export function toLedgerEntries(transaction: Transaction, findTerms: FindTerms): LedgerEntry[] {
  const { sequence, timeUs, opcode, changes } = transaction;
  const kind = KINDS.get(opcode);
  if (kind === undefined) return toTradeEntries(transaction, findTerms);
  return changes.flatMap((change) => {
    if (change.entity !== "balance") return [];
    const { account, currency } = change;
    const amount = toAmount(totalChange(change));
    return [{ sequence, timeUs, account, currency, kind, amount, instrument: 0, tradeId: 0 }];
  });
}

function toTradeEntries(transaction: Transaction, findTerms: FindTerms): LedgerEntry[] {
  const { sequence, timeUs } = transaction;
  return toSettlementEvents(transaction, findTerms).flatMap((event) => {
    const { instrument, tradeId } = event;
    const toEntries = (kind: LedgerEntryKind, legs: readonly Leg[]): LedgerEntry[] =>
      legs.map((leg) => ({ sequence, timeUs, ...leg, kind, instrument, tradeId }));
    const fees = paidFees(event).filter((fee) => fee.amount !== 0n);
    return [...toEntries("trade", event.legs), ...toEntries("fee", fees)];
  });
}
