// What became of an account's money over a time: per currency what there was, what came and went
// by its reason, and what is left; and the movements themselves, line by line.

import { type Amount, toAmount } from "../../domain/units.ts";
import type { LedgerEntry, LedgerEntryKind } from "./ledger-entry.ts";

/** From `fromUs` up to, but without, `toUs`. */
export interface StatementRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** One movement and what the account had after it. */
export interface StatementLine extends LedgerEntry {
  readonly balance: Amount;
}

/** One currency: `opening` and the sums by reason are `closing`. */
export interface CurrencyStatement {
  readonly currency: number;
  readonly opening: Amount;
  readonly sums: Readonly<Record<LedgerEntryKind, Amount>>;
  readonly closing: Amount;
}

export interface Statement extends StatementRange {
  readonly account: number;
  /** Those it had something of, or that moved; by id. */
  readonly currencies: readonly CurrencyStatement[];
  readonly lines: readonly StatementLine[];
}

/** Total by currency. */
export type Totals = ReadonlyMap<number, Amount>;

/** What an account had at `timeUs`, from all its movements before it. */
export function sumBefore(account: number, timeUs: number, entries: Iterable<LedgerEntry>): Totals {
  const totals = new Map<number, Amount>();
  for (const entry of entries) {
    if (entry.account !== account || entry.timeUs >= timeUs) continue;
    totals.set(entry.currency, toAmount((totals.get(entry.currency) ?? 0n) + entry.amount));
  }
  return totals;
}

/**
 * Writes the statement of `account`. `opening` is what it had at the beginning of the range, from
 * `sumBefore` or a history of balances; of `entries`, in the order of the log, those of another
 * account or time do not matter.
 *
 * Bounds: holds a line per movement of the range; the caller bounds the range.
 */
export function toStatement(
  account: number,
  range: StatementRange,
  opening: Totals,
  entries: Iterable<LedgerEntry>,
): Statement {
  const sheets = new Map<number, Sheet>();
  for (const [currency, amount] of opening) {
    if (amount !== 0n) sheets.set(currency, new Sheet(currency, amount));
  }
  const lines: StatementLine[] = [];
  for (const entry of entries) {
    const isInside = entry.timeUs >= range.fromUs && entry.timeUs < range.toUs;
    if (entry.account !== account || !isInside) continue;
    const sheet = sheets.get(entry.currency) ?? new Sheet(entry.currency, toAmount(0n));
    sheets.set(entry.currency, sheet);
    lines.push({ ...entry, balance: sheet.add(entry) });
  }
  const currencies = [...sheets.values()]
    .map((sheet) => sheet.close())
    .sort((left, right) => left.currency - right.currency);
  const { fromUs, toUs } = range;
  return { account, fromUs, toUs, currencies, lines };
}

/** One currency while its lines are added up. */
class Sheet {
  readonly #currency: number;
  readonly #opening: Amount;
  #balance: Amount;
  readonly #sums: Record<LedgerEntryKind, Amount> = {
    deposit: toAmount(0n),
    withdrawal: toAmount(0n),
    transfer: toAmount(0n),
    trade: toAmount(0n),
    fee: toAmount(0n),
    sweep: toAmount(0n),
  };

  constructor(currency: number, opening: Amount) {
    this.#currency = currency;
    this.#opening = opening;
    this.#balance = opening;
  }

  /** Returns the balance after it. */
  add({ kind, amount }: LedgerEntry): Amount {
    this.#sums[kind] = toAmount(this.#sums[kind] + amount);
    this.#balance = toAmount(this.#balance + amount);
    return this.#balance;
  }

  close(): CurrencyStatement {
    const [currency, opening, closing] = [this.#currency, this.#opening, this.#balance];
    return { currency, opening, sums: this.#sums, closing };
  }
}
