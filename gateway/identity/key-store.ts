// Owns the keys: one SQLite file, opened by one process at a time, so that a cache over it is never
// stale. Holds no secret, only its SHA-256, or the public half of a pair; who may do what with a
// key is judged in sessions/.

import { Database } from "bun:sqlite";
import { chmodSync, closeSync, openSync } from "node:fs";
import type { Clock } from "../clock.ts";
import { GatewayFault } from "../domain/fault.ts";
import { BinaryStreamStore } from "./binary-stream-store.ts";
import { FixSessionStore } from "./fix-session-store.ts";

/** Layout of the file. The one before is brought up to it; any other is refused, not guessed at. */
const LAYOUT_VERSION = 2;
/** Without signing keys and FIX sessions. */
const LAYOUT_OF_SECRETS = 1;
/** Longest label in characters: a note for people. */
export const KEY_LABEL_LENGTH_MAX = 64;

const KEY_ID_BYTES = 8;
/** 256 bits: guessing is hopeless, and a plain SHA-256 needs no salt or stretching. */
const SECRET_BYTES = 32;
const TOKEN_PREFIX = "ob_";
const SECRET_OFFSET = TOKEN_PREFIX.length + 2 * KEY_ID_BYTES + 1;
const TOKEN_LENGTH = SECRET_OFFSET + 2 * SECRET_BYTES;

/** What a caller proves itself by: a word only it knows, or a signature. */
export const KEY_KINDS = ["secret", "ed25519"] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What is known of a key, but for its secret. */
export interface Key {
  readonly keyId: string;
  readonly kind: KeyKind;
  readonly account: number;
  /** `PermissionBit` bits. */
  readonly permissions: number;
  readonly label: string;
  readonly createdAtUs: number;
  /** `undefined` while the key is good. */
  readonly revokedAtUs: number | undefined;
}

/** A key with what proves it: SHA-256 of its secret, or the public half, 32 bytes each. */
export interface StoredKey extends Key {
  readonly credential: Uint8Array;
}

export interface NewKey {
  readonly account: number;
  readonly permissions: number;
  readonly label?: string | undefined;
}

/** A key that was just made. The secret is nowhere else. */
export interface CreatedKey {
  readonly keyId: string;
  readonly secret: string;
  /** `ob_<key id>_<secret>`, as `Authorization: Bearer` wants it. */
  readonly token: string;
}

interface Row {
  key_id: string;
  kind: string;
  account: number;
  permissions: number;
  label: string;
  credential: Uint8Array;
  created_at_us: number;
  revoked_at_us: number | null;
}

const COLUMNS =
  "key_id, kind, account, permissions, label, credential, created_at_us, revoked_at_us";

/** The keys of one venue. */
export class KeyStore {
  readonly #database: Database;
  readonly #clock: Clock;
  /** In the same file. */
  readonly fixSessions: FixSessionStore;
  /** In the same file. */
  readonly binaryStreams: BinaryStreamStore;

  private constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.fixSessions = new FixSessionStore(database, clock);
    this.binaryStreams = new BinaryStreamStore(database);
  }

  /**
   * Opens the file, or makes it, readable by its owner only.
   *
   * Errors: throws `identity_unavailable` when it cannot be opened, is open elsewhere or is no key
   * file of this version.
   */
  static open(path: string, clock: Clock): KeyStore {
    let database: Database | undefined;
    try {
      closeSync(openSync(path, "a", 0o600));
      chmodSync(path, 0o600);
      database = new Database(path, { strict: true, readwrite: true });
      prepare(database);
      return new KeyStore(database, clock);
    } catch (cause) {
      database?.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `cannot open the key file ${path}: ${reason}`;
      throw new GatewayFault("identity_unavailable", message, { cause });
    }
  }

  /** Makes a key. It is on disk, with the directory entry, before the secret is returned. */
  create(key: NewKey): CreatedKey {
    const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toHex();
    const keyId = this.#insert(key, "secret", hashSecret(secret));
    return { keyId, secret, token: `${TOKEN_PREFIX}${keyId}_${secret}` };
  }

  /** Makes a key whose secret half the caller keeps. Returns its id. Bounds: 32 bytes. */
  createSigning(key: NewKey, publicKey: Uint8Array): string {
    return this.#insert(key, "ed25519", publicKey);
  }

  #insert(key: NewKey, kind: KeyKind, credential: Uint8Array): string {
    const keyId = crypto.getRandomValues(new Uint8Array(KEY_ID_BYTES)).toHex();
    const insert = this.#database.query(
      `INSERT INTO keys (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`,
    );
    const { account, permissions, label = "" } = key;
    insert.run(keyId, kind, account, permissions, label, credential, this.#clock.nowUs());
    return keyId;
  }

  find(keyId: string): StoredKey | undefined {
    const select = this.#database.query<Row, [string]>(
      `SELECT ${COLUMNS} FROM keys WHERE key_id = ?`,
    );
    const row = select.get(keyId);
    return row === null ? undefined : toKey(row);
  }

  /** Lists keys by id, those after `after`, at most `limit`. */
  list(after: string, limit: number): Key[] {
    const select = this.#database.query<Row, [string, number]>(
      `SELECT ${COLUMNS} FROM keys WHERE key_id > ? ORDER BY key_id LIMIT ?`,
    );
    return select.all(after, limit).map(toKey);
  }

  /** Revokes a key for good. Returns whether there was a good one of this id. */
  revoke(keyId: string): boolean {
    const update = this.#database.query(
      "UPDATE keys SET revoked_at_us = ? WHERE key_id = ? AND revoked_at_us IS NULL",
    );
    return update.run(this.#clock.nowUs(), keyId).changes > 0;
  }

  close(): void {
    this.#database.close();
  }
}

/** Splits a token into key id and secret, or returns `undefined` when it has another form. */
export function splitToken(token: string): { keyId: string; secret: string } | undefined {
  if (token.length !== TOKEN_LENGTH || !token.startsWith(TOKEN_PREFIX)) return undefined;
  if (token.charCodeAt(SECRET_OFFSET - 1) !== 0x5f) return undefined;
  const keyId = token.slice(TOKEN_PREFIX.length, SECRET_OFFSET - 1);
  return { keyId, secret: token.slice(SECRET_OFFSET) };
}

/** Cost: about 150 ns. */
export function hashSecret(secret: string): Uint8Array {
  const hash = new Uint8Array(Bun.SHA256.byteLength);
  Bun.SHA256.hash(secret, hash);
  return hash;
}

function prepare(database: Database): void {
  // Exclusive: a second process, such as an operator command, cannot write behind the cache.
  database.run("PRAGMA locking_mode = EXCLUSIVE");
  // Extra: also the directory entry is synced before a secret is shown.
  database.run("PRAGMA synchronous = EXTRA");
  database.run("BEGIN IMMEDIATE");
  const version = database.query<{ user_version: number }, []>("PRAGMA user_version").get();
  const found = version?.user_version ?? 0;
  if (found > LAYOUT_VERSION) {
    throw new Error(`its layout is ${found}, this version reads ${LAYOUT_VERSION}`);
  }
  if (found === LAYOUT_OF_SECRETS) {
    database.run("ALTER TABLE keys RENAME COLUMN secret_sha256 TO credential");
    database.run("ALTER TABLE keys ADD COLUMN kind TEXT NOT NULL DEFAULT 'secret'");
  }
  database.run(
    `CREATE TABLE IF NOT EXISTS keys (
      key_id TEXT PRIMARY KEY,
      account INTEGER NOT NULL,
      permissions INTEGER NOT NULL,
      label TEXT NOT NULL,
      credential BLOB NOT NULL,
      created_at_us INTEGER NOT NULL,
      revoked_at_us INTEGER,
      kind TEXT NOT NULL
    ) STRICT`,
  );
  FixSessionStore.prepare(database);
  BinaryStreamStore.prepare(database);
  database.run(`PRAGMA user_version = ${LAYOUT_VERSION}`);
  database.run("COMMIT");
}

function toKey(row: Row): StoredKey {
  return {
    keyId: row.key_id,
    kind: toKind(row),
    account: row.account,
    permissions: row.permissions,
    label: row.label,
    createdAtUs: row.created_at_us,
    revokedAtUs: row.revoked_at_us ?? undefined,
    credential: row.credential,
  };
}

function toKind({ key_id, kind }: Row): KeyKind {
  const known = KEY_KINDS.find((each) => each === kind);
  if (known === undefined) throw new Error(`key ${key_id} is of the unknown kind ${kind}`);
  return known;
}
