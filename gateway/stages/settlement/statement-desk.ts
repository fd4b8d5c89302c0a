// Makes a statement out of what a history keeps of an account: its balance changes say what there
// was and which ledger moves there were, its trades and their fees say the rest. Both must come to
// the same end.

import type { Currency } from "../../domain/instrument.ts";
import { accept, type Parsed, refuse, RejectCode } from "../../domain/reject.ts";
import { type Amount, toAmount } from "../../domain/units.ts";
import { type DatedBalance, toMoveEntry, toTradeEntries } from "./ledger-entry.ts";
import type { DatedTrade, FindTerms } from "./settlement-event.ts";
import { type Statement, type StatementRange, toStatement } from "./statement.ts";

/** Longest page of a history. */
const PAGE_MAX = 1_000;
/** Changes and trades of one statement: some 30 MB while it is made. */
export const STATEMENT_ROWS_MAX = 50_000;

interface Page {
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

/** Newest first. */
interface Found<Value> {
  readonly values: readonly Value[];
  /** The last transaction that it shows. */
  readonly sequence: number;
  /** Nothing of a later sequence is missing. */
  readonly completeAfter: number;
  /** Undefined at the end. */
  readonly nextAfter: number | undefined;
}

/** A history of accounts. Undefined: of every instrument, of every currency. */
export interface StatementSource {
  ownTrades(account: number, instrument: undefined, page: Page): Promise<Parsed<Found<DatedTrade>>>;
  balanceChanges(
    account: number,
    currency: number | undefined,
    page: Page,
  ): Promise<Parsed<Found<DatedBalance>>>;
}

export interface FoundStatement {
  readonly statement: Statement;
  /** Everything of the range up to this sequence is in it. */
  readonly sequence: number;
  /**
   * Nothing of a later sequence is missing. A currency that has not moved since then is left out.
   */
  readonly completeAfter: number;
}

export class StatementDesk {
  readonly #source: StatementSource;
  readonly #currencies: () => readonly Currency[];
  readonly #findTerms: FindTerms;

  constructor(
    source: StatementSource,
    currencies: () => readonly Currency[],
    findTerms: FindTerms,
  ) {
    this.#source = source;
    this.#currencies = currencies;
    this.#findTerms = findTerms;
  }

  /**
   * Writes the statement of an account.
   *
   * Errors: malformed_request when the range has more than `STATEMENT_ROWS_MAX` rows, and those of
   * the source; throws when trades and balances do not come to the same end.
   */
  async find(account: number, range: StatementRange): Promise<Parsed<FoundStatement>> {
    const { fromUs, toUs } = range;
    const source = this.#source;
    const balances = await readAll((after) => {
      return source.balanceChanges(account, undefined, { fromUs, toUs, after, limit: PAGE_MAX });
    });
    if (!balances.ok) return balances;
    const trades = await readAll((after) => {
      return source.ownTrades(account, undefined, { fromUs, toUs, after, limit: PAGE_MAX });
    });
    if (!trades.ok) return trades;
    // What came in between the two is of no use without its other half.
    const sequence = Math.min(balances.value.sequence, trades.value.sequence);
    const isShown = (row: { readonly sequence: number }): boolean => row.sequence <= sequence;
    const changes = balances.value.values.filter(isShown).reverse();
    const opening = await this.#findOpening(account, fromUs, changes);
    if (!opening.ok) return opening;
    const entries = [
      ...changes.flatMap((change) => toMoveEntry(change) ?? []),
      ...trades.value.values
        .filter(isShown)
        .reverse()
        .flatMap((trade) => toTradeEntries(trade, this.#findTerms)),
    ].sort((left, right) => left.sequence - right.sequence);
    const statement = toStatement(account, range, opening.value, entries);
    const { completeAfter } = trades.value;
    // Old rows went away between the two questions: asked again it will be right.
    if (balances.value.completeAfter !== completeAfter) {
      return refuse(RejectCode.history_unavailable);
    }
    assertClosings(statement, changes);
    return accept({ statement, sequence, completeAfter });
  }

  /** Before the first change of the range, or after the last one before it. */
  async #findOpening(
    account: number,
    fromUs: number,
    changes: readonly DatedBalance[],
  ): Promise<Parsed<Map<number, Amount>>> {
    const opening = new Map<number, Amount>();
    for (const { balance } of changes) {
      if (opening.has(balance.currency)) continue;
      const total = balance.availableBefore + balance.frozenBefore;
      opening.set(balance.currency, toAmount(total));
    }
    for (const { currencyId: currency } of this.#currencies()) {
      if (opening.has(currency)) continue;
      const last = await this.#findLast(account, currency, fromUs);
      if (!last.ok) return last;
      if (last.value !== undefined) opening.set(currency, totalAfter(last.value));
    }
    return accept(opening);
  }

  async #findLast(
    account: number,
    currency: number,
    toUs: number,
  ): Promise<Parsed<DatedBalance | undefined>> {
    let after: number | undefined;
    do {
      const page = { toUs, after, limit: 1 };
      const found = await this.#source.balanceChanges(account, currency, page);
      if (!found.ok) return found;
      const [last] = found.value.values;
      if (last !== undefined) return accept(last);
      after = found.value.nextAfter;
    } while (after !== undefined);
    return accept(undefined);
  }
}

/** All pages as one. Its sequence is that of the first: what is newer does not come later. */
async function readAll<Value>(
  ask: (after: number | undefined) => Promise<Parsed<Found<Value>>>,
): Promise<Parsed<Found<Value>>> {
  const first = await ask(undefined);
  if (!first.ok) return first;
  const values = [...first.value.values];
  let { nextAfter, completeAfter } = first.value;
  while (nextAfter !== undefined) {
    if (values.length > STATEMENT_ROWS_MAX) return refuse(RejectCode.malformed_request);
    const next = await ask(nextAfter);
    if (!next.ok) return next;
    values.push(...next.value.values);
    ({ nextAfter, completeAfter } = next.value);
  }
  return accept({ values, sequence: first.value.sequence, completeAfter, nextAfter });
}

function totalAfter({ balance }: DatedBalance): Amount {
  return toAmount(balance.availableAfter + balance.frozenAfter);
}

/** The sums by reason are what the balances say, or one of both is wrong. */
function assertClosings({ account, currencies }: Statement, changes: readonly DatedBalance[]) {
  const last = new Map(changes.map((change) => [change.balance.currency, totalAfter(change)]));
  for (const { currency, closing } of currencies) {
    const expected = last.get(currency) ?? closing;
    if (closing === expected) continue;
    const sums = `${closing} units of currency ${currency}, its balance is ${expected}`;
    throw new Error(`the statement of account ${account} ends with ${sums}`);
  }
}
