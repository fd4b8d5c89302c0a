import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { KeyStore } from "../identity/key-store.ts";
import { Log } from "../log.ts";
import { Authenticator, isAllowed, toPermissionBits } from "./authenticator.ts";

const rate = { perSecond: 1, burst: 2 };

let directory: string;
let keys: KeyStore;
let clock: ManualClock;
let authenticator: Authenticator;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-authenticator-"));
  clock = new ManualClock();
  keys = KeyStore.open(join(directory, "identity.sqlite"), clock);
  const silent = new Log("error", clock, (bytes) => bytes.length);
  authenticator = new Authenticator(keys, { requests: rate, cancels: rate }, clock, silent);
});
afterEach(() => {
  keys.close();
  rmSync(directory, { recursive: true });
});

test("a good token finds its caller, the same one every time, with its buckets", () => {
  const permissions = toPermissionBits(["read", "trade"]);
  const { keyId, secret, token } = authenticator.createKey({ account: 7, permissions });
  const caller = authenticator.authenticateToken(token);
  expect(caller).toMatchObject({ keyId, account: 7, permissions });
  expect(authenticator.authenticate(keyId, secret)).toBe(caller);
  expect(caller?.requests.take(0)).toBe(true);
  expect(caller?.requests).not.toBe(caller?.cancels);
});

test("whatever is wrong with a token, nothing is found", () => {
  const { keyId, secret } = authenticator.createKey({ account: 7, permissions: 1 });
  const other = authenticator.createKey({ account: 8, permissions: 1 });
  for (const [id, word] of [
    [keyId, other.secret],
    [other.keyId, secret],
    [keyId, ""],
    [keyId, secret.slice(1)],
    ["", secret],
    ["0".repeat(16), secret],
  ] as const) {
    expect(authenticator.authenticate(id, word)).toBeUndefined();
  }
  expect(authenticator.authenticateToken("")).toBeUndefined();
});

test("a revoked key is refused from the next call on, cached or not", () => {
  const { keyId, token } = authenticator.createKey({ account: 7, permissions: 1 });
  expect(authenticator.authenticateToken(token)).toBeDefined();
  expect(authenticator.revokeKey(keyId)).toBe(true);
  expect(authenticator.authenticateToken(token)).toBeUndefined();
  expect(authenticator.revokeKey(keyId)).toBe(false);
});

test("permissions are those of the key and no others", () => {
  const permissions = toPermissionBits(["trade", "admin"]);
  const { token } = authenticator.createKey({ account: 7, permissions });
  const caller = authenticator.authenticateToken(token);
  const allowed = (["read", "trade", "transfer", "admin"] as const).map(
    (name) => caller !== undefined && isAllowed(caller, name),
  );
  expect(allowed).toEqual([false, true, false, true]);
});
