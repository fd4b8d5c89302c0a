// Makes a statement out of what a history keeps of an account: its balance changes say what there
// was and which ledger moves there were, its trades and their fees say the rest. Both must come to
// the same end. What has not moved in all that is kept is what the core says it is.

import { accept, type Parsed, refuse, RejectCode } from "../../domain/reject.ts";
import { type Amount, toAmount } from "../../domain/units.ts";
import { type DatedBalance, toMoveEntry, toTradeEntries } from "./ledger-entry.ts";
import type { DatedTrade, FindTerms } from "./settlement-event.ts";
import { type Statement, type StatementRange, toStatement, type Totals } from "./statement.ts";

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
  /** Nothing from this time on is missing; 0: nothing at all. */
  readonly completeFromUs: number;
  /** Undefined at the end. */
  readonly nextAfter: number | undefined;
}

interface Total {
  readonly currency: number;
  readonly amount: Amount;
}

/** A history of accounts. Undefined: of every instrument, of every currency. */
export interface StatementSource {
  /** What the core has now; what is not there is 0. */
  balancesNow(
    account: number,
  ): Promise<Parsed<{ readonly sequence: number; readonly totals: readonly Total[] }>>;
  /** What there was before the first transaction at a time, of what ever moved. */
  balancesAt(account: number, timeUs: number): Promise<Parsed<Found<Total>>>;
  ownTrades(account: number, instrument: undefined, page: Page): Promise<Parsed<Found<DatedTrade>>>;
  balanceChanges(
    account: number,
    currency: number | undefined,
    page: Page,
  ): Promise<Parsed<Found<DatedBalance>>>;
}

export interface FoundStatement {
  readonly kind: "statement";
  readonly statement: Statement;
  /** Everything of the range up to this sequence is in it. */
  readonly sequence: number;
  /** The history has nothing of this sequence and older. */
  readonly completeAfter: number;
}

/** The history does not reach back to the beginning of the range. */
export interface TooEarly {
  readonly kind: "too_early";
  readonly availableFromUs: number;
}

export class StatementDesk {
  readonly #source: StatementSource;
  readonly #findTerms: FindTerms;

  constructor(source: StatementSource, findTerms: FindTerms) {
    this.#source = source;
    this.#findTerms = findTerms;
  }

  /**
   * Writes the statement of an account.
   *
   * Errors: malformed_request when the range has more than `STATEMENT_ROWS_MAX` rows, and those of
   * the source; throws when trades and balances do not come to the same end.
   */
  async find(account: number, range: StatementRange): Promise<Parsed<FoundStatement | TooEarly>> {
    const { fromUs, toUs } = range;
    const source = this.#source;
    const opening = await this.#findOpening(account, fromUs);
    if (!opening.ok) return opening;
    const { completeFromUs } = opening.value;
    if (completeFromUs > fromUs) {
      return accept({ kind: "too_early", availableFromUs: completeFromUs });
    }
    const balances = await readAll((after) => {
      return source.balanceChanges(account, undefined, { fromUs, toUs, after, limit: PAGE_MAX });
    });
    if (!balances.ok) return balances;
    const trades = await readAll((after) => {
      return source.ownTrades(account, undefined, { fromUs, toUs, after, limit: PAGE_MAX });
    });
    if (!trades.ok) return trades;
    const answers = [opening.value, balances.value, trades.value];
    const [completeAfter = 0, ...others] = answers.map((answer) => answer.completeAfter);
    // Old rows went away between the questions: asked again it will be right.
    if (others.some((other) => other !== completeAfter)) {
      return refuse(RejectCode.history_unavailable);
    }
    // What came in between them is of no use without its other half.
    const sequence = Math.min(...answers.map((answer) => answer.sequence));
    const isShown = (row: { readonly sequence: number }): boolean => row.sequence <= sequence;
    const changes = balances.value.values.filter(isShown).reverse();
    const entries = [
      ...changes.flatMap((change) => toMoveEntry(change) ?? []),
      ...trades.value.values
        .filter(isShown)
        .reverse()
        .flatMap((trade) => toTradeEntries(trade, this.#findTerms)),
    ].sort((left, right) => left.sequence - right.sequence);
    const statement = toStatement(account, range, opening.value.totals, entries);
    assertClosings(statement, changes);
    return accept({ kind: "statement", statement, sequence, completeAfter });
  }

  /** As of the history's sequence, which is not behind the core's answer. */
  async #findOpening(account: number, fromUs: number) {
    const now = await this.#source.balancesNow(account);
    if (!now.ok) return now;
    const found = await this.#source.balancesAt(account, fromUs);
    if (!found.ok) return found;
    // What the core has may have moved behind what the history shows: asked again it will do.
    if (found.value.sequence < now.value.sequence) return refuse(RejectCode.history_unavailable);
    const { values, ...shown } = found.value;
    // What the history has no change of was always as it is now.
    const all = [...now.value.totals, ...values];
    const totals: Totals = new Map(all.map(({ currency, amount }) => [currency, amount]));
    return accept({ ...shown, totals });
  }
}

/** All pages as one. Its sequence is that of the first: what is newer does not come later. */
async function readAll<Value>(
  ask: (after: number | undefined) => Promise<Parsed<Found<Value>>>,
): Promise<Parsed<Found<Value>>> {
  const first = await ask(undefined);
  if (!first.ok) return first;
  const values = [...first.value.values];
  let { nextAfter, completeAfter, completeFromUs } = first.value;
  while (nextAfter !== undefined) {
    if (values.length > STATEMENT_ROWS_MAX) return refuse(RejectCode.malformed_request);
    const next = await ask(nextAfter);
    if (!next.ok) return next;
    values.push(...next.value.values);
    ({ nextAfter, completeAfter, completeFromUs } = next.value);
  }
  const { sequence } = first.value;
  return accept({ values, sequence, completeAfter, completeFromUs, nextAfter });
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
