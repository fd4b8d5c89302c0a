// The FIX sessions that may log on: a client's CompID, the one key it stands for, and how the
// session is to be. A table in the file of the keys; sessions/fix-sessions.ts is its only user.

import type { Database } from "bun:sqlite";
import type { Clock } from "../clock.ts";

export const FIX_SESSION_KINDS = ["order_entry", "drop_copy", "market_data"] as const;
export type FixSessionKind = (typeof FIX_SESSION_KINDS)[number];
/** Digits of a second's fraction in SendingTime (52). */
export const FIX_TIMESTAMP_DIGITS = [3, 6, 9] as const;
export type FixTimestampDigits = (typeof FIX_TIMESTAMP_DIGITS)[number];

/** What may differ from one session to another. */
export interface FixSessionOptions {
  /** Both sides start at 1 with each Logon, also without 141=Y. */
  readonly isResetOnLogon: boolean;
  /** HeartBtInt (108) that may be asked for, in seconds; `undefined`: as the venue has it. */
  readonly heartbeatSecondsMin: number | undefined;
  readonly heartbeatSecondsMax: number | undefined;
  /** How far SendingTime (52) may be from the venue's clock, in milliseconds. */
  readonly sendingTimeWindowMs: number;
  readonly timestampDigits: FixTimestampDigits;
  /** Its orders go when its connection does, unless the Logon says otherwise (8674). */
  readonly cancelsOnDisconnect: boolean;
  /** Then they go at a Logout, too. */
  readonly cancelsOnLogout: boolean;
}

export interface NewFixSession extends FixSessionOptions {
  /** SenderCompID (49) of what the client sends. */
  readonly compId: string;
  readonly kind: FixSessionKind;
  /** Who logs on as it: the Username (553). */
  readonly keyId: string;
}

export interface FixRegistration extends NewFixSession {
  /** That of the key. */
  readonly account: number;
  readonly createdAtUs: number;
}

interface Row {
  comp_id: string;
  kind: FixSessionKind;
  key_id: string;
  reset_on_logon: number;
  heartbeat_seconds_min: number | null;
  heartbeat_seconds_max: number | null;
  sending_time_window_ms: number;
  timestamp_digits: FixTimestampDigits;
  cancel_on_disconnect: number;
  cancel_on_logout: number;
  created_at_us: number;
  account: number;
}

const COLUMNS = [
  ...["comp_id", "kind", "key_id", "reset_on_logon", "heartbeat_seconds_min"],
  ...["heartbeat_seconds_max", "sending_time_window_ms", "timestamp_digits"],
  ...["cancel_on_disconnect", "cancel_on_logout", "created_at_us"],
];

export class FixSessionStore {
  readonly #database: Database;
  readonly #clock: Clock;

  /** Order: after `prepare`. */
  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  static prepare(database: Database): void {
    const texts = (names: readonly (string | number)[]): string =>
      names.map((name) => (typeof name === "string" ? `'${name}'` : name)).join(", ");
    database.run(
      `CREATE TABLE IF NOT EXISTS fix_sessions (
        comp_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN (${texts(FIX_SESSION_KINDS)})),
        key_id TEXT NOT NULL,
        reset_on_logon INTEGER NOT NULL,
        heartbeat_seconds_min INTEGER,
        heartbeat_seconds_max INTEGER,
        sending_time_window_ms INTEGER NOT NULL,
        timestamp_digits INTEGER NOT NULL
          CHECK (timestamp_digits IN (${texts(FIX_TIMESTAMP_DIGITS)})),
        cancel_on_disconnect INTEGER NOT NULL,
        cancel_on_logout INTEGER NOT NULL,
        created_at_us INTEGER NOT NULL
      ) STRICT`,
    );
  }

  /**
   * Adds a session; it is on disk when this returns. Errors: throws when there is one of this id.
   */
  add(session: NewFixSession, account: number): FixRegistration {
    const createdAtUs = this.#clock.nowUs();
    const marks = COLUMNS.map(() => "?").join(", ");
    const insert = this.#database.query(
      `INSERT INTO fix_sessions (${COLUMNS.join(", ")}) VALUES (${marks})`,
    );
    insert.run(
      ...[session.compId, session.kind, session.keyId, Number(session.isResetOnLogon)],
      ...[session.heartbeatSecondsMin ?? null, session.heartbeatSecondsMax ?? null],
      ...[session.sendingTimeWindowMs, session.timestampDigits],
      ...[Number(session.cancelsOnDisconnect), Number(session.cancelsOnLogout), createdAtUs],
    );
    return { ...session, account, createdAtUs };
  }

  /** Removes a session. Returns whether there was one. */
  remove(compId: string): boolean {
    const statement = this.#database.query("DELETE FROM fix_sessions WHERE comp_id = ?");
    return statement.run(compId).changes > 0;
  }

  /** All of them, by CompID. */
  list(): FixRegistration[] {
    const select = this.#database.query<Row, []>(
      `SELECT fix_sessions.*, keys.account FROM fix_sessions JOIN keys USING (key_id)
        ORDER BY comp_id`,
    );
    return select.all().map(toRegistration);
  }
}

function toRegistration(row: Row): FixRegistration {
  return {
    compId: row.comp_id,
    kind: row.kind,
    keyId: row.key_id,
    account: row.account,
    isResetOnLogon: row.reset_on_logon !== 0,
    heartbeatSecondsMin: row.heartbeat_seconds_min ?? undefined,
    heartbeatSecondsMax: row.heartbeat_seconds_max ?? undefined,
    sendingTimeWindowMs: row.sending_time_window_ms,
    timestampDigits: row.timestamp_digits,
    cancelsOnDisconnect: row.cancel_on_disconnect !== 0,
    cancelsOnLogout: row.cancel_on_logout !== 0,
    createdAtUs: row.created_at_us,
  };
}
