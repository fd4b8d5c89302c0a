// What an account had at a time: of each currency the balance behind the last change before it, or
// in front of the first one after it.

import type { Database } from "bun:sqlite";
import type { BalanceChangeRow, BalanceRow } from "./questions.ts";

/** Goes from one currency to the next: as many steps as there are, not as there are changes. */
const CURRENCIES = `
  WITH RECURSIVE owned (currency) AS (
    SELECT min(currency) FROM balance_changes INDEXED BY balance_changes_by_currency
      WHERE account = ?1
    UNION ALL
    SELECT (
      SELECT min(currency) FROM balance_changes INDEXED BY balance_changes_by_currency
        WHERE account = ?1 AND currency > owned.currency
    ) FROM owned WHERE owned.currency IS NOT NULL
  )
  SELECT currency FROM owned WHERE currency IS NOT NULL`;
const OF_CURRENCY = `
  SELECT * FROM balance_changes INDEXED BY balance_changes_by_currency
  WHERE account = ?1 AND currency = ?2`;
const LAST_BEFORE = `${OF_CURRENCY} AND id < ?3 AND time_us < ?4 ORDER BY id DESC LIMIT 1`;
const FIRST_AFTER = `${OF_CURRENCY} AND id >= ?3 AND time_us >= ?4 ORDER BY id LIMIT 1`;

/** `ids`: rows in front of `begin` are older than the time, rows from `end` on are not. */
export function readBalancesAt(
  database: Database,
  { account, timeUs }: { readonly account: number; readonly timeUs: number },
  ids: { readonly begin: number; readonly end: number },
): BalanceRow[] {
  type Values = [account: number, currency: number, id: number, timeUs: number];
  const lastBefore = database.query<BalanceChangeRow, Values>(LAST_BEFORE);
  const firstAfter = database.query<BalanceChangeRow, Values>(FIRST_AFTER);
  const currencies = database.query<{ currency: number }, [number]>(CURRENCIES).all(account);
  return currencies.flatMap(({ currency }) => {
    const before = lastBefore.get(account, currency, ids.end, timeUs);
    if (before !== null) {
      return { currency, available: before.available_after, frozen: before.frozen_after };
    }
    const after = firstAfter.get(account, currency, ids.begin, timeUs);
    if (after === null) return [];
    return { currency, available: after.available_before, frozen: after.frozen_before };
  });
}
