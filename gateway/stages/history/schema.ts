// The history's SQLite file: its tables, its version, how it is opened. docs/history.md says what
// is kept how long.
//
// An amount is an i128: a whole number in JavaScript's exact range lies as INTEGER, any other one
// as decimal TEXT. ANY keeps both as they come; an INTEGER column would make a long text a float.

import { Database } from "bun:sqlite";
import {
  chmodSync,
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { GatewayFault } from "../../domain/fault.ts";

/** Layout of the file; another one is refused, not guessed at. */
export const HISTORY_LAYOUT_VERSION = 2;

/** How long a Worker that is ending may hold the file, in milliseconds. */
const BUSY_MS_MAX = 5_000;
/** Pages of the WAL before it is moved into the file: 32 MiB, some 200,000 rows. */
const WAL_PAGES = 8_192;
/** Holds the inner pages of all indexes of some ten million orders. */
const CACHE_KIB = 65_536;

/** Another value for every single bit that changes in the checkpoint: the primes are odd. */
const CHECKSUM = `sequence % 1000003 + 3 * (time_us % 1000033) + 5 * (complete_after % 1000037)
  + 7 * (next_id % 1000039) + 11 * (swept_id % 1000081)`;

const TABLES = `
  CREATE TABLE checkpoint (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL,
    time_us INTEGER NOT NULL,
    -- Nothing is missing behind this sequence, but what was deleted by age.
    complete_after INTEGER NOT NULL,
    -- Of events, trades and balance changes together: never given twice.
    next_id INTEGER NOT NULL,
    -- Events up to this id were looked at for deletion.
    swept_id INTEGER NOT NULL,
    checksum INTEGER NOT NULL GENERATED ALWAYS AS (${CHECKSUM}) STORED
  ) STRICT;
  INSERT INTO checkpoint VALUES (1, 0, 0, 0, 1, 0);

  -- At most one a second: what has a smaller id happened until time_us, all else since then.
  CREATE TABLE moments (
    time_us INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    next_id INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE orders (
    order_id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    instrument INTEGER NOT NULL,
    side INTEGER NOT NULL,
    order_type INTEGER NOT NULL,
    time_in_force INTEGER NOT NULL,
    status INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    self_trade_prevention INTEGER NOT NULL,
    cancel_on_disconnect INTEGER NOT NULL,
    code INTEGER NOT NULL,
    session INTEGER NOT NULL,
    price INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    filled INTEGER NOT NULL,
    leaves INTEGER NOT NULL,
    quote_quantity ANY NOT NULL,
    cumulative_notional ANY NOT NULL,
    fee ANY NOT NULL,
    maker_rate INTEGER NOT NULL,
    taker_rate INTEGER NOT NULL,
    -- 0: made before the history began.
    created_at_us INTEGER NOT NULL,
    updated_at_us INTEGER NOT NULL,
    -- NULL: the venue's own.
    client_order_id TEXT
  ) STRICT;
  CREATE INDEX orders_by_account ON orders (account);
  CREATE INDEX orders_by_client ON orders (client_order_id, account)
    WHERE client_order_id IS NOT NULL;

  CREATE TABLE order_events (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    time_us INTEGER NOT NULL,
    -- 0: made; else the number of an OrderCause.
    cause INTEGER NOT NULL,
    status INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    price INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    filled INTEGER NOT NULL,
    leaves INTEGER NOT NULL,
    cumulative_notional ANY NOT NULL,
    fee ANY NOT NULL,
    client_order_id TEXT
  ) STRICT;
  CREATE INDEX order_events_by_order ON order_events (order_id);

  CREATE TABLE trades (
    id INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    time_us INTEGER NOT NULL,
    instrument INTEGER NOT NULL,
    trade_id INTEGER NOT NULL,
    taker_side INTEGER NOT NULL,
    taker_order INTEGER NOT NULL,
    maker_order INTEGER NOT NULL,
    taker_account INTEGER NOT NULL,
    maker_account INTEGER NOT NULL,
    price INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    notional ANY NOT NULL,
    taker_fee ANY NOT NULL,
    maker_fee ANY NOT NULL
  ) STRICT;
  CREATE INDEX trades_by_instrument ON trades (instrument);

  CREATE TABLE own_trades (
    account INTEGER NOT NULL,
    id INTEGER NOT NULL,
    instrument INTEGER NOT NULL,
    PRIMARY KEY (account, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE balance_changes (
    id INTEGER PRIMARY KEY,
    sequence INTEGER NOT NULL,
    sub INTEGER NOT NULL,
    time_us INTEGER NOT NULL,
    opcode INTEGER NOT NULL,
    account INTEGER NOT NULL,
    currency INTEGER NOT NULL,
    available_before ANY NOT NULL,
    available_after ANY NOT NULL,
    frozen_before ANY NOT NULL,
    frozen_after ANY NOT NULL
  ) STRICT;
  CREATE INDEX balance_changes_by_account ON balance_changes (account);
  CREATE INDEX balance_changes_by_currency ON balance_changes (account, currency);
`;

/** How far the file is. */
export interface Checkpoint {
  readonly sequence: number;
  readonly time_us: number;
  readonly complete_after: number;
  readonly next_id: number;
  readonly swept_id: number;
}

/**
 * Opens the file to write, or makes it, readable by its owner only.
 *
 * Errors: throws `history_unavailable` when it cannot be opened or has another layout.
 */
export function openHistoryFile(path: string): Database {
  let database: Database | undefined;
  try {
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
    database = new Database(path, { strict: true, readwrite: true });
    database.run(`PRAGMA busy_timeout = ${BUSY_MS_MAX}`);
    database.run("PRAGMA journal_mode = WAL");
    database.run("PRAGMA synchronous = NORMAL");
    database.run(`PRAGMA wal_autocheckpoint = ${WAL_PAGES}`);
    database.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    prepare(database);
    return database;
  } catch (cause) {
    database?.close();
    throw unavailable(path, cause);
  }
}

/** Opens the file, which is there, to read what was committed. */
export function openHistoryReader(path: string): Database {
  return new Database(path, { strict: true, readonly: true });
}

/**
 * Sequence up to which the file has everything; 0 without a file, undefined of one that is damaged.
 * Takes a moment: a WAL that a killed process left behind is read.
 *
 * Errors: throws `history_unavailable` when it cannot be read or has another layout.
 */
export function readHistorySequence(path: string): number | undefined {
  if (!existsSync(path)) return 0;
  let database: Database | undefined;
  try {
    syncLog(path);
    // To write: a process killed while it made the file left something to be rolled back.
    database = new Database(path, { strict: true, readwrite: true });
    if (checkLayout(database) === 0) return 0;
    const sql = `SELECT 1 FROM checkpoint WHERE checksum = ${CHECKSUM}`;
    return database.query(sql).get() === null ? undefined : readCheckpoint(database).sequence;
  } catch (cause) {
    if (isDamage(cause)) return undefined;
    throw unavailable(path, cause);
  } finally {
    database?.close();
  }
}

export function readCheckpoint(database: Database): Checkpoint {
  const found = database.query<Checkpoint, []>("SELECT * FROM checkpoint").get();
  if (found === null) throw new Error("the history has no checkpoint");
  return found;
}

function prepare(database: Database): void {
  database.run("BEGIN IMMEDIATE");
  if (checkLayout(database) === 0) {
    database.run(TABLES);
    database.run(`PRAGMA user_version = ${HISTORY_LAYOUT_VERSION}`);
  }
  database.run("COMMIT");
}

/** Returns 0 for a file without anything. */
function checkLayout(database: Database): number {
  const version = database.query<{ user_version: number }, []>("PRAGMA user_version").get();
  const found = version?.user_version ?? 0;
  if (found !== 0 && found !== HISTORY_LAYOUT_VERSION) {
    throw new Error(`its layout is ${found}, this version reads ${HISTORY_LAYOUT_VERSION}`);
  }
  return found;
}

/** A process that was killed may have committed what only the system's memory has. */
function syncLog(path: string): void {
  const log = `${path}-wal`;
  if (!existsSync(log)) return;
  const file = openSync(log, "r");
  try {
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Puts a file aside for people to look at, in the place of one that may be there. */
export function setAside(path: string): void {
  for (const suffix of ["-shm", "-wal", ""]) {
    const aside = `${path}.damaged${suffix}`;
    rmSync(aside, { force: true });
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, aside);
  }
}

/** What SQLite says of a file that somebody else has written to, or cut. */
const DAMAGE = /^SQLITE_(CORRUPT|ERROR|IOERR_SHORT_READ|NOTADB)/;

function isDamage(error: unknown): boolean {
  return error instanceof Error && "code" in error && DAMAGE.test(String(error.code));
}

function unavailable(path: string, cause: unknown): GatewayFault {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `cannot open the history ${path}: ${reason}`;
  return new GatewayFault("history_unavailable", message, { cause });
}
