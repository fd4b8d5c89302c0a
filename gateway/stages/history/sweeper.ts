// Deletes what is older than the retention, in steps that keep pace with what is written: trades
// and balance changes by age, an order with all its events when its last event is old enough.

import type { Database } from "bun:sqlite";
import { OrderStatus } from "../../domain/order.ts";
import { readCheckpoint } from "./schema.ts";

const DAY_US = 86_400_000_000;
/** Rows of a table looked at beside a commit: twice what it wrote, at least this many. */
const STEP_ROWS_MIN = 256;

interface Moment {
  readonly time_us: number;
  readonly sequence: number;
  readonly next_id: number;
}
interface EventRow {
  readonly id: number;
  readonly order_id: number;
  readonly status: number;
}
interface TradeRow {
  readonly id: number;
  readonly taker_account: number;
  readonly maker_account: number;
}

export class Sweeper {
  readonly #database: Database;
  readonly #retentionUs: number;

  /** `retentionDays`: 0 keeps everything. */
  constructor(database: Database, retentionDays: number) {
    this.#database = database;
    this.#retentionUs = retentionDays * DAY_US;
  }

  /**
   * Deletes one step of what is too old at `nowUs`, the time of the last transaction.
   *
   * Order: inside a transaction that wrote `rows` rows.
   */
  sweep(nowUs: number, rows: number): void {
    if (this.#retentionUs === 0) return;
    const last = this.#database
      .query<Moment, [number]>(
        "SELECT * FROM moments WHERE time_us < ? ORDER BY time_us DESC LIMIT 1",
      )
      .get(nowUs - this.#retentionUs);
    if (last === null) return;
    const step = Math.max(STEP_ROWS_MIN, 2 * rows);
    this.#sweepTrades(last.next_id, step);
    this.#sweepBalanceChanges(last.next_id, step);
    this.#sweepOrders(last.next_id, step);
    // The last one stays: it says when what is left began.
    this.#database
      .query(
        `DELETE FROM moments WHERE time_us IN
          (SELECT time_us FROM moments WHERE time_us < ? ORDER BY time_us LIMIT ?)`,
      )
      .run(last.time_us, step);
    this.#database
      .query("UPDATE checkpoint SET complete_after = max(complete_after, ?)")
      .run(last.sequence);
  }

  #sweepTrades(endId: number, step: number): void {
    const rows = this.#database
      .query<TradeRow, [number, number]>(
        `SELECT id, taker_account, maker_account FROM trades WHERE id < ? ORDER BY id LIMIT ?`,
      )
      .all(endId, step);
    const remove = this.#database.query("DELETE FROM own_trades WHERE account = ? AND id = ?");
    for (const { id, taker_account: taker, maker_account: maker } of rows) {
      remove.run(taker, id);
      remove.run(maker, id);
    }
    this.#database.query("DELETE FROM trades WHERE id <= ?").run(rows.at(-1)?.id ?? 0);
  }

  #sweepBalanceChanges(endId: number, step: number): void {
    this.#database
      .query(
        `DELETE FROM balance_changes WHERE id <=
          (SELECT max(id) FROM (SELECT id FROM balance_changes WHERE id < ? ORDER BY id LIMIT ?))`,
      )
      .run(endId, step);
  }

  /** Every event is looked at once; the one that ended its order takes the others with it. */
  #sweepOrders(endId: number, step: number): void {
    const { swept_id: sweptId } = readCheckpoint(this.#database);
    const events = this.#database
      .query<EventRow, [number, number, number]>(
        `SELECT id, order_id, status FROM order_events WHERE id > ? AND id < ?
          ORDER BY id LIMIT ?`,
      )
      .all(sweptId, endId, step);
    const removeEvents = this.#database.query("DELETE FROM order_events WHERE order_id = ?");
    const removeOrder = this.#database.query("DELETE FROM orders WHERE order_id = ?");
    for (const { order_id: orderId, status } of events) {
      if (status < OrderStatus.filled) continue;
      removeEvents.run(orderId);
      removeOrder.run(orderId);
    }
    const last = events.at(-1);
    if (last === undefined) return;
    this.#database.query("UPDATE checkpoint SET swept_id = ?").run(last.id);
  }
}
