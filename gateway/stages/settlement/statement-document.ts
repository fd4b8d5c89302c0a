// A statement as JSON and as CSV: amounts in the decimals of their currency, movements signed.

import { formatAmount } from "../../domain/decimal.ts";
import type { Currency, Instrument } from "../../domain/instrument.ts";
import type { Amount } from "../../domain/units.ts";
import type { LedgerEntryKind } from "./ledger-entry.ts";
import type { Statement } from "./statement.ts";

/** Names and scales of what the ids of a statement stand for. */
export interface StatementNames {
  currencyOf(currency: number): Currency | undefined;
  listingOf(instrument: number): { readonly instrument: Pick<Instrument, "symbol"> } | undefined;
}

export interface StatementDocument {
  readonly account: number;
  readonly from_us: number;
  readonly to_us: number;
  readonly currencies: readonly {
    readonly currency: string;
    readonly opening: string;
    readonly deposits: string;
    readonly withdrawals: string;
    readonly transfers: string;
    readonly trades: string;
    readonly fees: string;
    readonly sweeps: string;
    readonly closing: string;
  }[];
  readonly lines: readonly StatementLineDocument[];
}

interface StatementLineDocument {
  readonly sequence: number;
  readonly at_us: number;
  readonly kind: LedgerEntryKind;
  readonly currency: string;
  readonly amount: string;
  readonly balance: string;
  readonly symbol?: string | undefined;
  readonly trade_id?: number | undefined;
}

/** What `JSON.stringify` writes. Errors: throws when a currency or instrument has no name. */
export function toStatementDocument(
  statement: Statement,
  names: StatementNames,
): StatementDocument {
  const currencies = statement.currencies.map(({ currency, opening, sums, closing }) => {
    const { code, scale } = findCurrency(currency, names);
    const write = (amount: Amount): string => formatAmount(amount, scale);
    return {
      currency: code,
      opening: write(opening),
      deposits: write(sums.deposit),
      withdrawals: write(sums.withdrawal),
      transfers: write(sums.transfer),
      trades: write(sums.trade),
      fees: write(sums.fee),
      sweeps: write(sums.sweep),
      closing: write(closing),
    };
  });
  const { account, fromUs, toUs } = statement;
  const lines = toLines(statement, names);
  return { account, from_us: fromUs, to_us: toUs, currencies, lines };
}

function toLines({ lines }: Statement, names: StatementNames): StatementLineDocument[] {
  return lines.map((line) => {
    const { code, scale } = findCurrency(line.currency, names);
    const isTraded = line.instrument !== 0;
    return {
      sequence: line.sequence,
      at_us: line.timeUs,
      kind: line.kind,
      currency: code,
      amount: formatAmount(line.amount, scale),
      balance: formatAmount(line.balance, scale),
      symbol: isTraded ? findSymbol(line.instrument, names) : undefined,
      trade_id: isTraded ? line.tradeId : undefined,
    };
  });
}

const COLUMNS = "time,sequence,kind,currency,amount,balance,symbol,trade_id";

/**
 * Writes the rows of a table, each with its line end: per currency what there was, the movements
 * in the order of the log, per currency what is left. No field can hold a comma or a quote: names
 * cannot (docs/commands.md).
 *
 * Errors: throws when a currency or instrument has no name.
 */
export function* writeStatementCsv(statement: Statement, names: StatementNames): Generator<string> {
  const { fromUs, toUs, currencies } = statement;
  yield `${COLUMNS}\r\n`;
  for (const { currency, opening } of currencies) {
    const { code, scale } = findCurrency(currency, names);
    yield `${toTimeText(fromUs)},,opening,${code},,${formatAmount(opening, scale)},,\r\n`;
  }
  for (const line of toLines(statement, names)) {
    const { at_us: atUs, sequence, kind, currency, amount, balance } = line;
    const trade = `${line.symbol ?? ""},${line.trade_id ?? ""}`;
    yield `${toTimeText(atUs)},${sequence},${kind},${currency},${amount},${balance},${trade}\r\n`;
  }
  for (const { currency, closing } of currencies) {
    const { code, scale } = findCurrency(currency, names);
    yield `${toTimeText(toUs)},,closing,${code},,${formatAmount(closing, scale)},,\r\n`;
  }
}

/** ISO 8601 in UTC with microseconds. */
function toTimeText(timeUs: number): string {
  const microseconds = timeUs % 1_000;
  const text = new Date((timeUs - microseconds) / 1_000).toISOString();
  return text.replace("Z", `${String(microseconds).padStart(3, "0")}Z`);
}

function findCurrency(id: number, names: StatementNames): Currency {
  const currency = names.currencyOf(id);
  if (currency === undefined) throw new RangeError(`currency ${id} is not known`);
  return currency;
}

function findSymbol(id: number, names: StatementNames): string {
  const listing = names.listingOf(id);
  if (listing === undefined) throw new RangeError(`instrument ${id} is not known`);
  return listing.instrument.symbol;
}
