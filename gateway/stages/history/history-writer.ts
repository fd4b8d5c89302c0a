// Writes batches of rows together with the checkpoint: what is in the file and how far it is cannot
// differ. Runs in the Worker; a test may run it anywhere.

import type { Database, Statement } from "bun:sqlite";
import { OrderCause } from "../../domain/order.ts";
import { type RowBatch, RowKind, RowReader, type SqlValue } from "./row-batch.ts";
import { readCheckpoint } from "./schema.ts";
import { Sweeper } from "./sweeper.ts";

/** At most one moment a second is kept: two and a half million in 30 days. */
const MOMENT_US = 1_000_000;

const INSERT_ORDER = `
  INSERT INTO orders VALUES (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
    ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?3, ?26)`;
const INSERT_CREATED_EVENT = `
  INSERT INTO order_events VALUES (?27, ?4, ?1, ?2, ?3, 0, ?10, ?11, ?16, ?17, ?18, ?19, ?21, ?22,
    ?26)`;
const UPDATE_ORDER = `
  UPDATE orders SET status = ?9, reason = ?10, price = ?13, quantity = ?14, filled = ?15,
    leaves = ?16, cumulative_notional = ?17, fee = ?18, updated_at_us = ?3
  WHERE order_id = ?5`;
/** Only a replace gives another one, and an index would be written every time. */
const RENAME_ORDER = "UPDATE orders SET client_order_id = ? WHERE order_id = ?";
/** Of an order made before the history began: what an update does not tell is 0. */
const INSERT_UPDATED_ORDER = `
  INSERT INTO orders VALUES (?5, ?6, ?7, ?8, 0, 0, ?9, ?10, 0, 0, 0, ?12, ?13, ?14, ?15, ?16, 0,
    ?17, ?18, 0, 0, 0, ?3, ?4)`;
const INSERT_UPDATED_EVENT = `
  INSERT INTO order_events VALUES (?19, ?5, ?1, ?2, ?3, ?11, ?9, ?10, ?13, ?14, ?15, ?16, ?17, ?18,
    ?4)`;
const INSERT_TRADE = `
  INSERT INTO trades VALUES (?16, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14,
    ?15)`;
const INSERT_OWN_TRADE = "INSERT OR IGNORE INTO own_trades VALUES (?, ?, ?)";
const INSERT_BALANCE = `
  INSERT INTO balance_changes VALUES (?11, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`;

export class HistoryWriter {
  readonly #database: Database;
  readonly #sweeper: Sweeper;
  readonly #statements: Record<keyof typeof SQL, Statement<unknown, SqlValue[]>>;
  #isInTransaction = false;
  /** Rows of the transaction under way. */
  #rows = 0;
  #sequence: number;
  #timeUs: number;
  #nextId: number;
  #momentUs: number;

  /**
   * `from`: a history that has nothing yet begins behind this sequence.
   *
   * Errors: throws when it has something, and not all up to `from`.
   */
  constructor(database: Database, from: number, retentionDays: number) {
    this.#database = database;
    this.#sweeper = new Sweeper(database, retentionDays);
    const prepare = (key: keyof typeof SQL) => database.prepare<unknown, SqlValue[]>(SQL[key]);
    this.#statements = {
      order: prepare("order"),
      createdEvent: prepare("createdEvent"),
      update: prepare("update"),
      rename: prepare("rename"),
      updatedOrder: prepare("updatedOrder"),
      updatedEvent: prepare("updatedEvent"),
      trade: prepare("trade"),
      ownTrade: prepare("ownTrade"),
      balance: prepare("balance"),
    };
    let found = readCheckpoint(database);
    if (found.sequence === 0 && from > 0) {
      database.run("UPDATE checkpoint SET sequence = ?1, complete_after = ?1", [from]);
      found = readCheckpoint(database);
    }
    this.#sequence = found.sequence;
    this.#timeUs = found.time_us;
    this.#nextId = found.next_id;
    this.#momentUs = 0;
    if (from > found.sequence) throw gap(found.sequence, from + 1);
  }

  /** Last sequence written, committed or not. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Writes the rows behind the checkpoint, in a transaction that `commit` ends. What is at or below
   * the checkpoint is passed over.
   *
   * Errors: throws when a transaction is missing before the batch, and what SQLite throws; then
   * nothing since the last commit is kept.
   */
  write(batch: RowBatch): void {
    this.#begin();
    const checkpoint = this.#sequence;
    if (batch.last <= checkpoint) return;
    if (batch.first > checkpoint + 1) throw gap(checkpoint, batch.first);
    const reader = new RowReader(batch);
    for (let kind = reader.next(); kind !== undefined; kind = reader.next()) {
      const values = reader.values(kind);
      if (Number(values[0]) > checkpoint) this.#insert(kind, values);
    }
    this.#sequence = batch.last;
    this.#timeUs = batch.timeUs;
    this.#keepMoment();
  }

  /** Ends the transaction, if there is one. Returns the checkpoint. Does not wait for the disk. */
  commit(): number {
    if (!this.#isInTransaction) return this.#sequence;
    this.#database.run("UPDATE checkpoint SET sequence = ?, time_us = ?, next_id = ?", [
      this.#sequence,
      this.#timeUs,
      this.#nextId,
    ]);
    this.#sweeper.sweep(this.#timeUs, this.#rows);
    this.#database.run("COMMIT");
    this.#isInTransaction = false;
    this.#rows = 0;
    return this.#sequence;
  }

  /** Commits, and returns the checkpoint when the disk has it. */
  sync(): number {
    this.commit();
    // A commit with FULL syncs the whole WAL, with what was committed before it.
    this.#database.run("PRAGMA synchronous = FULL");
    try {
      this.#begin();
      return this.commit();
    } finally {
      this.#database.run("PRAGMA synchronous = NORMAL");
    }
  }

  /** Forgets what was not committed. */
  close(): void {
    // One that is left would keep the file open.
    for (const statement of Object.values(this.#statements)) statement.finalize();
    this.#database.close();
  }

  /** Begins where the file is: another Worker, on its way out, may have written meanwhile. */
  #begin(): void {
    if (this.#isInTransaction) return;
    this.#database.run("BEGIN IMMEDIATE");
    this.#isInTransaction = true;
    const { sequence, time_us: timeUs, next_id: nextId } = readCheckpoint(this.#database);
    this.#sequence = sequence;
    this.#timeUs = timeUs;
    this.#nextId = nextId;
  }

  #insert(kind: RowKind, values: SqlValue[]): void {
    const { order, createdEvent, trade, balance } = this.#statements;
    this.#rows += 1;
    switch (kind) {
      case RowKind.orderCreated:
        order.run(...values);
        createdEvent.run(...values, this.#nextId++);
        return;
      case RowKind.orderUpdated:
        this.#update(values);
        return;
      case RowKind.trade:
        trade.run(...values, this.#nextId);
        this.#insertOwnTrades(values, this.#nextId++);
        return;
      case RowKind.balance:
        balance.run(...values, this.#nextId++);
        return;
    }
  }

  #update(values: SqlValue[]): void {
    const { update, rename, updatedOrder, updatedEvent } = this.#statements;
    const [, , , clientOrderId = null, orderId = 0, , , , , , cause] = values;
    if (update.run(...values).changes === 0) updatedOrder.run(...values);
    else if (cause === OrderCause.replace) rename.run(clientOrderId, orderId);
    updatedEvent.run(...values, this.#nextId++);
  }

  #insertOwnTrades(values: readonly SqlValue[], id: number): void {
    const { ownTrade } = this.#statements;
    const [, , , instrument = 0, , , , , takerAccount = 0, makerAccount = 0] = values;
    ownTrade.run(takerAccount, id, instrument);
    ownTrade.run(makerAccount, id, instrument);
  }

  #keepMoment(): void {
    if (this.#timeUs < this.#momentUs + MOMENT_US) return;
    this.#database.run("INSERT OR REPLACE INTO moments VALUES (?, ?, ?)", [
      this.#timeUs,
      this.#sequence,
      this.#nextId,
    ]);
    this.#momentUs = this.#timeUs;
  }
}

const SQL = {
  order: INSERT_ORDER,
  createdEvent: INSERT_CREATED_EVENT,
  update: UPDATE_ORDER,
  rename: RENAME_ORDER,
  updatedOrder: INSERT_UPDATED_ORDER,
  updatedEvent: INSERT_UPDATED_EVENT,
  trade: INSERT_TRADE,
  ownTrade: INSERT_OWN_TRADE,
  balance: INSERT_BALANCE,
} as const;

function gap(checkpoint: number, first: number): Error {
  return new Error(`it ends with sequence ${checkpoint} and was given ${first} as the next`);
}
