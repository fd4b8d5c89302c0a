// Credentials → who is calling and what they may do. One authenticator stands behind all protocols
// and is the only user of the key store, so its cache is never stale and a revoked key is refused
// from the next call on.

import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import { hashSecret, splitToken } from "../identity/key-store.ts";
import type { CreatedKey, Key, KeyStore, NewKey, StoredKey } from "../identity/key-store.ts";
import { PermissionBit, toPermissionNames } from "../identity/permission.ts";
import type { PermissionName } from "../identity/permission.ts";
import type { Log } from "../log.ts";
import { TokenBucket } from "./throttle.ts";
import type { Rate } from "./throttle.ts";

export { KEY_LABEL_LENGTH_MAX } from "../identity/key-store.ts";
export type { Key } from "../identity/key-store.ts";
export { PERMISSION_NAMES, toPermissionBits, toPermissionNames } from "../identity/permission.ts";
export type { PermissionName } from "../identity/permission.ts";

/** Keys held in memory with their buckets; the least recently made entry goes first. */
const CACHED_KEYS_MAX = 10_000;

/** Who is calling: a good key, the one account it belongs to, and its rate buckets. */
export interface Caller {
  readonly keyId: string;
  readonly account: number;
  /** `PermissionBit` bits. */
  readonly permissions: number;
  /** Counts every call but cancels. */
  readonly requests: TokenBucket;
  /** Counts cancels, so that a throttled trader can still reduce risk. */
  readonly cancels: TokenBucket;
}

export interface KeyRates {
  readonly requests: Rate;
  readonly cancels: Rate;
}

export class Authenticator {
  readonly #keys: KeyStore;
  readonly #rates: KeyRates;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #cache = new Map<string, { readonly key: StoredKey; readonly caller: Caller }>();
  #hearRevoked: ((keyId: string) => void) | undefined;

  constructor(keys: KeyStore, rates: KeyRates, clock: Clock, log: Log) {
    this.#keys = keys;
    this.#rates = rates;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Finds the caller of `ob_<key id>_<secret>`, or `undefined` when it is no good: which part is
   * wrong is not told.
   *
   * Cost: one SHA-256 and a comparison in constant time.
   */
  authenticateToken(token: string): Caller | undefined {
    const parts = splitToken(token);
    return parts === undefined ? undefined : this.authenticate(parts.keyId, parts.secret);
  }

  /** As `authenticateToken`, for protocols that carry the two parts apart. */
  authenticate(keyId: string, secret: string): Caller | undefined {
    const entry = this.#cache.get(keyId) ?? this.#load(keyId);
    if (entry === undefined) return undefined;
    return timingSafeEqual(entry.key.secretSha256, hashSecret(secret)) ? entry.caller : undefined;
  }

  /** Makes a key; it is on disk when this returns. The secret is shown once and kept nowhere. */
  createKey(key: NewKey): CreatedKey {
    const created = this.#keys.create(key);
    const permissions = toPermissionNames(key.permissions).join(",");
    this.#log.info("key_created", { key_id: created.keyId, account: key.account, permissions });
    return created;
  }

  /** Revokes a key from the next call on. Returns whether there was a good one of this id. */
  revokeKey(keyId: string): boolean {
    this.#cache.delete(keyId);
    const isRevoked = this.#keys.revoke(keyId);
    if (isRevoked) {
      this.#log.info("key_revoked", { key_id: keyId });
      this.#hearRevoked?.(keyId);
    }
    return isRevoked;
  }

  /** Tells one listener of each key that is revoked: who keeps connections that it logged in. */
  onRevoked(listener: (keyId: string) => void): void {
    this.#hearRevoked = listener;
  }

  /** Lists keys by id, those after `after`, at most `limit`; revoked ones too. */
  listKeys(after: string, limit: number): Key[] {
    return this.#keys.list(after, limit);
  }

  /** Time of the rate buckets, in microseconds. */
  nowUs(): number {
    return this.#clock.elapsedUs();
  }

  #load(keyId: string): { readonly key: StoredKey; readonly caller: Caller } | undefined {
    const key = this.#keys.find(keyId);
    if (key === undefined || key.revokedAtUs !== undefined) return undefined;
    const caller: Caller = {
      keyId,
      account: key.account,
      permissions: key.permissions,
      requests: new TokenBucket(this.#rates.requests),
      cancels: new TokenBucket(this.#rates.cancels),
    };
    if (this.#cache.size >= CACHED_KEYS_MAX) {
      const oldest = this.#cache.keys().next();
      if (oldest.done !== true) this.#cache.delete(oldest.value);
    }
    const entry = { key, caller };
    this.#cache.set(keyId, entry);
    return entry;
  }
}

export function isAllowed(caller: Caller, permission: PermissionName): boolean {
  return (caller.permissions & PermissionBit[permission]) !== 0;
}
