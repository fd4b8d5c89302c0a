// The numbered streams of the binary protocol: what an account is owed under a name, and since
// when. A table in the file of the keys; sessions/binary-streams.ts is its only user.

import type { Database } from "bun:sqlite";

export interface NewBinaryStream {
  readonly account: number;
  /** Of the session that the client logs in as. */
  readonly name: string;
  /** It is owed what follows. */
  readonly createdSequence: number;
  /** It tells of balances, too. */
  readonly hasBalances: boolean;
  /** A new order's client_ref must be larger than any before. */
  readonly hasIncreasingRefs: boolean;
}

export interface BinaryStream extends NewBinaryStream {
  /** Never given again. Bounds: a u32 above 0. */
  readonly id: number;
  /** To the hour. */
  readonly loggedInAtUs: number;
}

interface Row {
  id: number;
  account: number;
  name: string;
  created_sequence: number;
  has_balances: number;
  has_increasing_refs: number;
  logged_in_at_us: number;
}

export class BinaryStreamStore {
  readonly #database: Database;

  /** Order: after `prepare`. */
  constructor(database: Database) {
    this.#database = database;
  }

  static prepare(database: Database): void {
    database.run(
      `CREATE TABLE IF NOT EXISTS binary_streams (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account INTEGER NOT NULL,
        name TEXT NOT NULL,
        created_sequence INTEGER NOT NULL,
        has_balances INTEGER NOT NULL,
        logged_in_at_us INTEGER NOT NULL,
        UNIQUE (account, name)
      ) STRICT`,
    );
    const columns = database.query<{ name: string }, []>("PRAGMA table_info(binary_streams)").all();
    if (columns.some(({ name }) => name === "has_increasing_refs")) return;
    database.run(
      "ALTER TABLE binary_streams ADD COLUMN has_increasing_refs INTEGER NOT NULL DEFAULT 0",
    );
  }

  /**
   * Adds a stream; it is on disk when this returns. Errors: throws when there is one of this name.
   */
  add(stream: NewBinaryStream, nowUs: number): BinaryStream {
    const insert = this.#database.query<{ id: number }, (string | number)[]>(
      `INSERT INTO binary_streams
        (account, name, created_sequence, has_balances, has_increasing_refs, logged_in_at_us)
        VALUES (?, ?, ?, ?, ?, ?) RETURNING id`,
    );
    const { account, name, createdSequence } = stream;
    const flags = [Number(stream.hasBalances), Number(stream.hasIncreasingRefs)];
    const row = insert.get(account, name, createdSequence, ...flags, nowUs);
    if (row === null) throw new Error(`the stream ${name} has got no id`);
    return { ...stream, id: row.id, loggedInAtUs: nowUs };
  }

  noteLogin(id: number, nowUs: number): void {
    const update = this.#database.query(
      "UPDATE binary_streams SET logged_in_at_us = ? WHERE id = ?",
    );
    update.run(nowUs, id);
  }

  remove(id: number): void {
    this.#database.query("DELETE FROM binary_streams WHERE id = ?").run(id);
  }

  /** All of them, by id. */
  list(): BinaryStream[] {
    const select = this.#database.query<Row, []>("SELECT * FROM binary_streams ORDER BY id");
    return select.all().map((row) => ({
      id: row.id,
      account: row.account,
      name: row.name,
      createdSequence: row.created_sequence,
      hasBalances: row.has_balances !== 0,
      hasIncreasingRefs: row.has_increasing_refs !== 0,
      loggedInAtUs: row.logged_in_at_us,
    }));
  }
}
