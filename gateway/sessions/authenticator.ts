// Credentials → who is calling and what they may do. One authenticator stands behind all protocols
// and is the only user of the key store, so its cache is never stale and a revoked key is refused
// from the next call on.

import { type KeyObject, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import { hashSecret, splitToken } from "../identity/key-store.ts";
import type { CreatedKey, Key, KeyStore, NewKey, StoredKey } from "../identity/key-store.ts";
import { PermissionBit, toPermissionNames } from "../identity/permission.ts";
import type { PermissionName } from "../identity/permission.ts";
import { isSignatureOf, toKeyObject } from "../identity/public-key.ts";
import type { Log } from "../log.ts";
import { TokenBucket } from "./throttle.ts";
import type { Rate } from "./throttle.ts";

export { KEY_LABEL_LENGTH_MAX } from "../identity/key-store.ts";
export { KEY_KINDS } from "../identity/key-store.ts";
export type { Key, NewKey } from "../identity/key-store.ts";
export { parsePublicKey } from "../identity/public-key.ts";
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

interface CachedKey {
  readonly key: StoredKey;
  readonly caller: Caller;
  /** Of a signing key. */
  readonly publicKey: KeyObject | undefined;
}

export class Authenticator {
  readonly #keys: KeyStore;
  readonly #rates: KeyRates;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #cache = new Map<string, CachedKey>();
  /** Bounds: one per protocol that keeps connections. */
  readonly #revocationListeners: ((keyId: string) => void)[] = [];

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
    if (entry === undefined || entry.key.kind !== "secret") return undefined;
    return timingSafeEqual(entry.key.credential, hashSecret(secret)) ? entry.caller : undefined;
  }

  /**
   * Finds the caller whose Ed25519 key signed `payload`. The protocol says what is in a payload and
   * sees to it that a signature serves once.
   *
   * Cost: some 100 µs; callers count attempts.
   */
  authenticateSignature(
    keyId: string,
    payload: Uint8Array,
    signature: Uint8Array,
  ): Caller | undefined {
    const entry = this.#cache.get(keyId) ?? this.#load(keyId);
    if (entry?.publicKey === undefined) return undefined;
    return isSignatureOf(entry.publicKey, payload, signature) ? entry.caller : undefined;
  }

  /** Makes a key; it is on disk when this returns. The secret is shown once and kept nowhere. */
  createKey(key: NewKey): CreatedKey {
    const created = this.#keys.create(key);
    this.#logCreated(created.keyId, key);
    return created;
  }

  /** Makes a key of a public half; the other one never comes here. Returns its id. */
  createSigningKey(key: NewKey, publicKey: Uint8Array): string {
    const keyId = this.#keys.createSigning(key, publicKey);
    this.#logCreated(keyId, key);
    return keyId;
  }

  /** A key that is good now. */
  findKey(keyId: string): Key | undefined {
    const key = this.#keys.find(keyId);
    return key?.revokedAtUs === undefined ? key : undefined;
  }

  /** Revokes a key from the next call on. Returns whether there was a good one of this id. */
  revokeKey(keyId: string): boolean {
    this.#cache.delete(keyId);
    const isRevoked = this.#keys.revoke(keyId);
    if (isRevoked) {
      this.#log.info("key_revoked", { key_id: keyId });
      for (const hear of this.#revocationListeners) hear(keyId);
    }
    return isRevoked;
  }

  /** Tells of each key that is revoked: for those who keep connections that it logged in. */
  onRevoked(listener: (keyId: string) => void): void {
    this.#revocationListeners.push(listener);
  }

  /** Lists keys by id, those after `after`, at most `limit`; revoked ones too. */
  listKeys(after: string, limit: number): Key[] {
    return this.#keys.list(after, limit);
  }

  /** Time of the rate buckets, in microseconds. */
  nowUs(): number {
    return this.#clock.elapsedUs();
  }

  #logCreated(keyId: string, { account, permissions }: NewKey): void {
    const names = toPermissionNames(permissions).join(",");
    this.#log.info("key_created", { key_id: keyId, account, permissions: names });
  }

  #load(keyId: string): CachedKey | undefined {
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
    const publicKey = key.kind === "ed25519" ? toKeyObject(key.credential) : undefined;
    const entry = { key, caller, publicKey };
    this.#cache.set(keyId, entry);
    return entry;
  }
}

export function isAllowed(caller: Caller, permission: PermissionName): boolean {
  return (caller.permissions & PermissionBit[permission]) !== 0;
}
