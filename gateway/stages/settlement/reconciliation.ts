// Holds what the core says it moved against what it says it traded, transaction by transaction. An
// order's freeze and release move money between available and frozen only, so the total of a
// balance changes by trades, fees and ledger moves alone. What is found here is a defect of ours.

import { Contents } from "../../core/released.ts";
import type { BalanceUpdate } from "../../domain/account.ts";
import type { Change, Transaction } from "../../domain/change.ts";
import { Opcode } from "../../domain/command.ts";
import { EXTERNAL_ACCOUNT, FEE_ACCOUNT } from "../../domain/units.ts";
import type { PassingTransaction } from "../stage.ts";
import { type FindTerms, paidFees, type SettlementEvent, termsOf } from "./settlement-event.ts";

/**
 * `balance`: its total moved by something else than its trades and fees. `negative`: less than
 * nothing is left. `ledger_move`: more or less arrived than left. `notional`: it is not price ×
 * quantity × k. `fee_accumulator`: it is not what was collected and not swept.
 */
export type DiscrepancyKind =
  "balance" | "negative" | "ledger_move" | "notional" | "fee_accumulator";

export interface Discrepancy {
  readonly kind: DiscrepancyKind;
  readonly sequence: number;
  /** 0 = not about one account. */
  readonly account: number;
  /** Of the currency the amounts are in. */
  readonly currency: number;
  /** 0 = not about one instrument. */
  readonly instrument: number;
  readonly expected: bigint;
  readonly found: bigint;
}

/** Opcodes that move money between accounts without a trade. */
const LEDGER_MOVES: ReadonlySet<number> = new Set([
  ...[Opcode.deposit, Opcode.withdraw, Opcode.transfer],
]);

/** Most currencies there can be, rounded up (docs/commands.md): account and currency as one key. */
const CURRENCIES_MAX = 8_192;

interface Movement {
  readonly account: number;
  readonly currency: number;
  expected: bigint;
  found: bigint;
}

const NONE: readonly Discrepancy[] = [];

export class Reconciliation {
  readonly #findTerms: FindTerms;
  /** Instrument → fees collected and not swept; missing until the instrument's first record. */
  readonly #accumulators: Map<number, bigint>;

  constructor(findTerms: FindTerms, accumulators: Iterable<readonly [number, bigint]>) {
    this.#findTerms = findTerms;
    this.#accumulators = new Map(accumulators);
  }

  /** What a new one goes on from. */
  accumulators(): [number, bigint][] {
    return [...this.#accumulators];
  }

  /** Checks one transaction. `events` are those of its trades. */
  check(transaction: Transaction, events: readonly SettlementEvent[]): readonly Discrepancy[] {
    if (events.length === 0 && isPlain(transaction)) return NONE;
    const movements = toMovements(transaction.changes, events);
    const found = [
      ...findNegative(transaction),
      ...this.#checkTrades(transaction),
      ...checkMovements(transaction, movements),
    ];
    this.#collect(transaction, events, movements);
    return [...found, ...this.#checkAccumulators(transaction)];
  }

  #checkTrades({ sequence, changes }: Transaction): Discrepancy[] {
    return changes.flatMap((change) => {
      if (change.entity !== "trade") return [];
      const { instrument, price, quantity, notional } = change;
      const terms = termsOf(instrument, this.#findTerms);
      const expected = BigInt(price) * BigInt(quantity) * terms.quotePerTickLot;
      if (notional === expected) return [];
      const currency = terms.quoteCurrency;
      const where = { sequence, account: 0, currency, instrument };
      return [{ kind: "notional", ...where, expected, found: notional }];
    });
  }

  /** Fees go into the accumulator of their instrument; a sweep takes out what account 1 gets. */
  #collect(
    { opcode, instrument }: Transaction,
    events: readonly SettlementEvent[],
    movements: readonly Movement[],
  ): void {
    for (const { instrument: traded, fees } of events) {
      const before = this.#accumulators.get(traded);
      const collected = fees.find((fee) => fee.account === FEE_ACCOUNT)?.amount ?? 0n;
      if (before !== undefined) this.#accumulators.set(traded, before + collected);
    }
    if (opcode !== Opcode.sweepFees) return;
    const before = this.#accumulators.get(instrument);
    const swept = movements.reduce((sum, movement) => sum + movement.found, 0n);
    if (before !== undefined) this.#accumulators.set(instrument, before - swept);
  }

  #checkAccumulators({ sequence, changes }: Transaction): Discrepancy[] {
    const found: Discrepancy[] = [];
    for (const change of changes) {
      if (change.entity !== "instrument") continue;
      const { instrumentId: instrument, quoteCurrency: currency, feeAccumulator } = change;
      const expected =
        this.#accumulators.get(instrument) ?? (change.change === "created" ? 0n : feeAccumulator);
      // Reported once: from here on it is as the record says.
      this.#accumulators.set(instrument, feeAccumulator);
      if (expected === feeAccumulator) continue;
      const where = { sequence, account: 0, currency, instrument };
      found.push({ kind: "fee_accumulator", ...where, expected, found: feeAccumulator });
    }
    return found;
  }
}

/** As `isPlain`, of what is not decoded. */
export function isPlainAsItLies(transaction: PassingTransaction): boolean {
  const { contents, opcode } = transaction;
  if ((contents & (Contents.instrument | Contents.trade)) !== 0 || movesMoney(opcode)) return false;
  return transaction.keepsTotals(EXTERNAL_ACCOUNT);
}

/**
 * Whether it only moved money between available and frozen of the same balance, as most orders and
 * cancels do: nothing can be wrong then, and it is told without an object.
 */
function isPlain({ opcode, changes }: Transaction): boolean {
  if (movesMoney(opcode)) return false;
  for (const change of changes) {
    if (change.entity === "instrument" || change.entity === "trade") return false;
    if (change.entity !== "balance") continue;
    if (totalChange(change) !== 0n) return false;
    const isNegative = change.availableAfter < 0n || change.frozenAfter < 0n;
    if (isNegative && change.account !== EXTERNAL_ACCOUNT) return false;
  }
  return true;
}

/** From one account to another, whatever its changes say. */
function movesMoney(opcode: number): boolean {
  return LEDGER_MOVES.has(opcode) || opcode === Opcode.sweepFees;
}

/** What each balance should have moved by, and did. */
function toMovements(changes: readonly Change[], events: readonly SettlementEvent[]): Movement[] {
  const movements = new Map<number, Movement>();
  const movementOf = (account: number, currency: number): Movement => {
    const key = account * CURRENCIES_MAX + currency;
    const movement = movements.get(key) ?? { account, currency, expected: 0n, found: 0n };
    movements.set(key, movement);
    return movement;
  };
  for (const event of events) {
    for (const { account, currency, amount } of [...event.legs, ...paidFees(event)]) {
      movementOf(account, currency).expected += amount;
    }
  }
  for (const change of changes) {
    if (change.entity === "balance") {
      movementOf(change.account, change.currency).found += totalChange(change);
    }
  }
  return [...movements.values()];
}

/** By how much available and frozen together have changed. */
export function totalChange(balance: BalanceUpdate): bigint {
  const { availableBefore, availableAfter, frozenBefore, frozenAfter } = balance;
  return availableAfter + frozenAfter - availableBefore - frozenBefore;
}

function checkMovements(transaction: Transaction, movements: readonly Movement[]): Discrepancy[] {
  const { opcode } = transaction;
  if (LEDGER_MOVES.has(opcode)) return findUnbalanced(transaction, movements);
  // What account 1 gets by a sweep, the fee accumulator must lose: compared there.
  const isSwept = ({ account }: Movement): boolean =>
    opcode === Opcode.sweepFees && account === FEE_ACCOUNT;
  return findUnexplained(
    transaction,
    movements.filter((movement) => !isSwept(movement)),
  );
}

function findUnexplained(
  { sequence, instrument }: Transaction,
  movements: readonly Movement[],
): Discrepancy[] {
  return movements.flatMap(({ account, currency, expected, found }) => {
    if (expected === found) return [];
    return [{ kind: "balance", sequence, account, currency, instrument, expected, found }];
  });
}

/** Per currency, what accounts got is what others gave. */
function findUnbalanced(
  { sequence, instrument }: Transaction,
  movements: readonly Movement[],
): Discrepancy[] {
  const sums = new Map<number, bigint>();
  for (const { currency, found } of movements) {
    sums.set(currency, (sums.get(currency) ?? 0n) + found);
  }
  return [...sums].flatMap(([currency, sum]) => {
    if (sum === 0n) return [];
    const where = { sequence, account: 0, currency, instrument };
    return [{ kind: "ledger_move", ...where, expected: 0n, found: sum }];
  });
}

function findNegative({ sequence, instrument, changes }: Transaction): Discrepancy[] {
  const found: Discrepancy[] = [];
  for (const change of changes) {
    if (change.entity !== "balance" || change.account === EXTERNAL_ACCOUNT) continue;
    const { account, currency, availableAfter, frozenAfter } = change;
    const lower = availableAfter < frozenAfter ? availableAfter : frozenAfter;
    if (lower >= 0n) continue;
    const where = { sequence, account, currency, instrument };
    found.push({ kind: "negative", ...where, expected: 0n, found: lower });
  }
  return found;
}
