// Answers questions out of the history, as of its last commit. A page is full when there are so
// many rows; but a question looks at a bounded number of them: when too few fit, the page is short
// or empty, and says where the next one begins.

import type { Database } from "bun:sqlite";
import { readBalancesAt } from "./balances-at.ts";
import {
  HISTORY_PAGE_MAX,
  type HistoryPage,
  type HistoryQuestion,
  type HistoryRows,
  type TimeRange,
} from "./questions.ts";
import type { SqlValue } from "./row-batch.ts";
import { readCheckpoint } from "./schema.ts";

/** Rows looked at at once, and how many times for one page: some 10 ms each at worst. */
const EXAMINED_MAX = 10_000;
const SLICES_MAX = 10;
/** Above every id. */
const ID_END = Number.MAX_SAFE_INTEGER;

/** Rows of one page, and where it ended. */
interface Found {
  readonly rows: readonly unknown[];
  readonly nextAfter: number | undefined;
}

/** One page of rows in the order of their key, which is the cursor. */
interface Search {
  readonly columns: string;
  readonly from: string;
  readonly table: string;
  readonly key: "id" | "order_id";
  readonly direction: "ASC" | "DESC";
  /** What an index finds. */
  readonly scope: readonly string[];
  /** What must be looked up row by row. */
  readonly conditions: readonly string[];
  readonly values: Record<string, SqlValue | undefined>;
  readonly limit: number;
}

type Question<Ask extends HistoryQuestion["ask"]> = Extract<HistoryQuestion, { ask: Ask }>;

interface Moment {
  readonly time_us: number;
  readonly sequence: number;
  readonly next_id: number;
}

export class HistoryReader {
  readonly #database: Database;
  readonly #examinedMax: number;

  /** `database`: opened to read; nothing else may use it. */
  constructor(database: Database, examinedMax = EXAMINED_MAX) {
    this.#database = database;
    this.#examinedMax = examinedMax;
  }

  ask<Ask extends HistoryQuestion["ask"]>(question: Question<Ask>): HistoryPage<HistoryRows[Ask]> {
    this.#database.run("BEGIN");
    try {
      const { sequence, complete_after: completeAfter } = readCheckpoint(this.#database);
      const completeFromUs = this.#completeFromUs(completeAfter);
      const found = this.#find(question);
      // why: the statement of each question selects the columns of its row
      const rows = found.rows as HistoryRows[Ask][];
      return { sequence, completeAfter, completeFromUs, rows, nextAfter: found.nextAfter };
    } finally {
      this.#database.run("COMMIT");
    }
  }

  close(): void {
    this.#database.close();
  }

  #find(question: HistoryQuestion): Found {
    switch (question.ask) {
      case "order":
        return this.#one("account = :account AND order_id = :orderId", {
          account: question.account,
          orderId: question.orderId,
        });
      case "client_order":
        return this.#one("account = :account AND client_order_id = :clientOrderId", {
          account: question.account,
          clientOrderId: question.clientOrderId,
        });
      case "orders":
        return this.#orders(question);
      case "events":
        return this.#search({
          columns: "*",
          from: "order_events",
          table: "order_events",
          key: "id",
          direction: "ASC",
          scope: ["order_id = :orderId", "id > :after"],
          conditions: [],
          values: { orderId: question.orderId, after: question.after ?? 0 },
          limit: question.limit,
        });
      case "trades":
        return this.#trades(question);
      case "own_trades":
        return this.#ownTrades(question);
      case "trade":
        return this.#trade(question);
      case "balance_changes":
        return this.#balanceChanges(question);
      case "balances_at": {
        const begin = this.#momentBefore(question.timeUs)?.next_id ?? 0;
        const end = this.#momentFrom(question.timeUs)?.next_id ?? ID_END;
        const rows = readBalancesAt(this.#database, question, { begin, end });
        return { rows, nextAfter: undefined };
      }
    }
  }

  /** Later than every time there is when nothing is known of the time. */
  #completeFromUs(completeAfter: number): number {
    if (completeAfter === 0) return 0;
    const sql = "SELECT * FROM moments WHERE sequence >= ? ORDER BY time_us LIMIT 1";
    const moment = this.#database.query<Moment, [number]>(sql).get(completeAfter);
    return moment === null ? Number.MAX_SAFE_INTEGER : moment.time_us + 1;
  }

  /** Within an instrument trade ids rise with row ids: looked for by halves, without an index. */
  #trade({ instrument, tradeId }: Question<"trade">): Found {
    const next = this.#database.query<{ id: number; trade_id: number }, [number, number]>(
      "SELECT id, trade_id FROM trades WHERE instrument = ? AND id >= ? ORDER BY id LIMIT 1",
    );
    let [begin, end] = [0, readCheckpoint(this.#database).next_id];
    while (begin < end) {
      const middle = Math.floor((begin + end) / 2);
      const found = next.get(instrument, middle);
      if (found !== null && found.trade_id < tradeId) begin = found.id + 1;
      else end = middle;
    }
    const rows = this.#all("SELECT * FROM trades WHERE id = :id AND trade_id = :tradeId", {
      id: next.get(instrument, begin)?.id ?? 0,
      tradeId,
    });
    return { rows, nextAfter: undefined };
  }

  /** The newest: a client's id may be given again once its order has ended. */
  #one(condition: string, values: Record<string, SqlValue>): Found {
    const sql = `SELECT * FROM orders WHERE ${condition} ORDER BY order_id DESC LIMIT 1`;
    return { rows: this.#all(sql, values), nextAfter: undefined };
  }

  /** An order's id is the sequence of the command that made it. */
  #orders(question: Question<"orders">): Found {
    const { account, instrument, statuses, fromUs, toUs, after = 0, limit } = question;
    const begin = this.#momentBefore(fromUs)?.sequence ?? 0;
    const end = this.#momentFrom(toUs)?.sequence ?? ID_END;
    const conditions = timeConditions("created_at_us", question);
    if (instrument !== undefined) conditions.push("instrument = :instrument");
    if (statuses !== undefined) conditions.push(`status IN (${statuses.map(Number).join()})`);
    return this.#search({
      columns: "*",
      from: "orders",
      table: "orders",
      key: "order_id",
      direction: "ASC",
      scope: ["account = :account", "order_id > :after", "order_id <= :end"],
      conditions,
      values: { account, instrument, fromUs, toUs, end, after: Math.max(after, begin) },
      limit,
    });
  }

  #trades(question: Question<"trades">): Found {
    const { instrument, limit } = question;
    return this.#search({
      columns: "*",
      from: "trades",
      table: "trades",
      key: "id",
      direction: "DESC",
      scope: ["instrument = :instrument", "id < :before", "id >= :begin"],
      conditions: timeConditions("time_us", question),
      values: { instrument, ...this.#rangeOf(question) },
      limit,
    });
  }

  #ownTrades(question: Question<"own_trades">): Found {
    const { account, instrument, limit } = question;
    const conditions = timeConditions("time_us", question);
    if (instrument !== undefined) conditions.push("own_trades.instrument = :instrument");
    return this.#search({
      columns: "trades.*",
      from: "own_trades JOIN trades ON trades.id = own_trades.id",
      table: "own_trades",
      key: "id",
      direction: "DESC",
      scope: ["account = :account", "own_trades.id < :before", "own_trades.id >= :begin"],
      conditions,
      values: { account, instrument, ...this.#rangeOf(question) },
      limit,
    });
  }

  #balanceChanges(question: Question<"balance_changes">): Found {
    const { account, currency, limit } = question;
    const ofCurrency = currency === undefined ? [] : ["currency = :currency"];
    const index = currency === undefined ? "by_account" : "by_currency";
    return this.#search({
      columns: "*",
      // SQLite would look through all of the account for a currency.
      from: `balance_changes INDEXED BY balance_changes_${index}`,
      table: "balance_changes",
      key: "id",
      direction: "DESC",
      scope: ["account = :account", ...ofCurrency, "id < :before", "id >= :begin"],
      conditions: timeConditions("time_us", question),
      values: { account, currency, ...this.#rangeOf(question) },
      limit,
    });
  }

  /** Ids, newest first, that a time range and a cursor leave. */
  #rangeOf({ fromUs, toUs, after = ID_END }: TimeRange & { after?: number | undefined }) {
    const begin = this.#momentBefore(fromUs)?.next_id ?? 0;
    const end = this.#momentFrom(toUs)?.next_id ?? ID_END;
    return { fromUs, toUs, begin, before: Math.min(after, end) };
  }

  /** The last moment before a time: what it covers is older. */
  #momentBefore(timeUs: number | undefined): Moment | undefined {
    if (timeUs === undefined) return undefined;
    const sql = "SELECT * FROM moments WHERE time_us < ? ORDER BY time_us DESC LIMIT 1";
    return this.#database.query<Moment, [number]>(sql).get(timeUs) ?? undefined;
  }

  /** The first moment not before a time: what it does not cover is as late or later. */
  #momentFrom(timeUs: number | undefined): Moment | undefined {
    if (timeUs === undefined) return undefined;
    const sql = "SELECT * FROM moments WHERE time_us >= ? ORDER BY time_us LIMIT 1";
    return this.#database.query<Moment, [number]>(sql).get(timeUs) ?? undefined;
  }

  #search(search: Search): Found {
    const count = Math.min(search.limit, HISTORY_PAGE_MAX);
    const rows: unknown[] = [];
    let nextAfter: number | undefined;
    for (let slices = 0; slices < SLICES_MAX && rows.length < count; slices += 1) {
      const found = this.#slice(search, count - rows.length, nextAfter);
      rows.push(...found.rows);
      nextAfter = found.nextAfter;
      if (nextAfter === undefined) break;
    }
    return { rows, nextAfter };
  }

  /** What fits among the next `examinedMax` rows behind the cursor. */
  #slice(search: Search, count: number, after: number | undefined): Found {
    const { columns, from, table, key, direction, scope, conditions } = search;
    const isRising = direction === "ASC";
    const cursor = `${table}.${key}`;
    const values: Record<string, SqlValue> = {};
    for (const [name, value] of Object.entries(search.values)) {
      if (value !== undefined) values[name] = value;
    }
    if (after !== undefined) values[isRising ? "after" : "before"] = after;
    const order = `ORDER BY ${cursor} ${direction}`;
    const inScope = `FROM ${from} WHERE ${scope.join(" AND ")}`;
    let border: number | undefined;
    if (conditions.length > 0) {
      const sql = `SELECT ${cursor} ${inScope} ${order} LIMIT 1 OFFSET ${this.#examinedMax - 1}`;
      border = readKey(this.#all(sql, values).at(0), key);
    }
    const wanted = [inScope, ...conditions];
    if (border !== undefined) wanted.push(`${cursor} ${isRising ? "<=" : ">="} ${border}`);
    const sql = `SELECT ${columns} ${wanted.join(" AND ")} ${order} LIMIT ${count}`;
    const rows = this.#all(sql, values);
    return { rows, nextAfter: rows.length === count ? readKey(rows.at(-1), key) : border };
  }

  #all(sql: string, values: Record<string, SqlValue>): unknown[] {
    const statement = this.#database.prepare<unknown, [Record<string, SqlValue>]>(sql);
    try {
      return statement.all(values);
    } finally {
      statement.finalize();
    }
  }
}

function timeConditions(column: string, { fromUs, toUs }: TimeRange): string[] {
  return [
    ...(fromUs === undefined ? [] : [`${column} >= :fromUs`]),
    ...(toUs === undefined ? [] : [`${column} < :toUs`]),
  ];
}

function readKey(row: unknown, key: Search["key"]): number | undefined {
  if (typeof row !== "object" || row === null) return undefined;
  const value = Object.entries(row).find(([name]) => name === key)?.[1];
  return typeof value === "number" ? value : undefined;
}
