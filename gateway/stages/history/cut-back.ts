// Takes a history back to an earlier sequence, when the journal has less than the history: after a
// loss of power without `fsync`, or when an older copy of the journal was put back. What the venue
// does next gets the same sequences again.

import type { Database } from "bun:sqlite";
import type { OrderEventRow } from "./questions.ts";
import { openHistoryFile } from "./schema.ts";

interface Moment {
  readonly time_us: number;
  readonly next_id: number;
}

/**
 * Removes everything behind `sequence`. Orders are as after their last event that is left.
 *
 * Errors: throws `history_unavailable` as `openHistoryFile` does, and what SQLite throws.
 * Cost: looks at the rows behind the last moment before `sequence`.
 */
export function cutBack(path: string, sequence: number): void {
  const database = openHistoryFile(path);
  try {
    database.transaction(() => cut(database, sequence)).immediate();
  } finally {
    database.close();
  }
}

function cut(database: Database, sequence: number): void {
  const moment = database
    .query<Moment, [number]>(
      "SELECT time_us, next_id FROM moments WHERE sequence <= ? ORDER BY time_us DESC LIMIT 1",
    )
    .get(sequence);
  // All that is to go has an id from here on, and not all of that is to go.
  const behind = { begin: moment?.next_id ?? 0, sequence };
  const isBehind = "id >= :begin AND sequence > :sequence";
  const touched = database
    .query<{ order_id: number }, [typeof behind]>(
      `SELECT DISTINCT order_id FROM order_events WHERE ${isBehind}`,
    )
    .all(behind);
  database
    .query(
      `DELETE FROM own_trades WHERE (account, id) IN
      (SELECT taker_account, id FROM trades WHERE ${isBehind}
        UNION SELECT maker_account, id FROM trades WHERE ${isBehind})`,
    )
    .run(behind);
  for (const table of ["order_events", "trades", "balance_changes"]) {
    database.query(`DELETE FROM ${table} WHERE ${isBehind}`).run(behind);
  }
  for (const { order_id: orderId } of touched) restoreOrder(database, orderId);
  database.query("DELETE FROM moments WHERE sequence > ?").run(sequence);
  // Ids are not given again: who reads page by page would miss or repeat something.
  database
    .query("UPDATE checkpoint SET sequence = ?, time_us = ?")
    .run(sequence, moment?.time_us ?? 0);
}

function restoreOrder(database: Database, orderId: number): void {
  const last = database
    .query<OrderEventRow, [number]>(
      "SELECT * FROM order_events WHERE order_id = ? ORDER BY id DESC LIMIT 1",
    )
    .get(orderId);
  if (last === null) {
    database.query("DELETE FROM orders WHERE order_id = ?").run(orderId);
    return;
  }
  database
    .query(
      `UPDATE orders SET status = ?, reason = ?, price = ?, quantity = ?, filled = ?, leaves = ?,
        cumulative_notional = ?, fee = ?, updated_at_us = ?, client_order_id = ?
      WHERE order_id = ?`,
    )
    .run(
      ...[last.status, last.reason, last.price, last.quantity, last.filled, last.leaves],
      ...[last.cumulative_notional, last.fee, last.time_us, last.client_order_id],
      orderId,
    );
}
