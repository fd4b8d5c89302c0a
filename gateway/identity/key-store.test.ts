import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { GatewayFault } from "../domain/fault.ts";
import { hashSecret, KeyStore, splitToken } from "./key-store.ts";
import { toPermissionBits, toPermissionNames } from "./permission.ts";

let directory: string;
let path: string;
let clock: ManualClock;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-keys-"));
  path = join(directory, "identity.sqlite");
  clock = new ManualClock();
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("key store", () => {
  test("a created key is found again after a restart, by the hash of its secret only", () => {
    const permissions = toPermissionBits(["read", "trade"]);
    const store = KeyStore.open(path, clock);
    const created = store.create({ account: 7, permissions, label: "desk" });
    store.close();

    const reopened = KeyStore.open(path, clock);
    const key = reopened.find(created.keyId);
    reopened.close();
    expect(key).toEqual({
      keyId: created.keyId,
      kind: "secret",
      account: 7,
      permissions,
      label: "desk",
      createdAtUs: clock.nowUs(),
      revokedAtUs: undefined,
      credential: hashSecret(created.secret),
    });
    expect(readFileSync(path).includes(created.secret)).toBe(false);
  });

  test("a file without signing keys and FIX sessions is brought up to this layout", () => {
    const old = new Database(path, { create: true });
    old.run(
      `CREATE TABLE keys (key_id TEXT PRIMARY KEY, account INTEGER NOT NULL,
        permissions INTEGER NOT NULL, label TEXT NOT NULL, secret_sha256 BLOB NOT NULL,
        created_at_us INTEGER NOT NULL, revoked_at_us INTEGER) STRICT`,
    );
    const hash = hashSecret("word");
    old
      .query("INSERT INTO keys VALUES (?, 7, 3, 'desk', ?, 5, NULL)")
      .run("0123456789abcdef", hash);
    old.run("PRAGMA user_version = 1");
    old.close();
    for (const _ of ["first", "second"]) {
      const store = KeyStore.open(path, clock);
      expect(store.find("0123456789abcdef")).toMatchObject({ kind: "secret", credential: hash });
      expect(store.fixSessions.list()).toEqual([]);
      store.close();
    }
  });

  test("a key of a public half holds that and no secret", () => {
    const store = KeyStore.open(path, clock);
    const publicKey = new Uint8Array(32).fill(9);
    const keyId = store.createSigning({ account: 7, permissions: 1 }, publicKey);
    expect(store.find(keyId)).toMatchObject({ kind: "ed25519", credential: publicKey, account: 7 });
    store.close();
  });

  test("the file is readable by its owner only", () => {
    writeFileSync(path, "", { mode: 0o644 });
    KeyStore.open(path, clock).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("a revoked key stays listed with the time, and cannot be revoked twice", () => {
    const store = KeyStore.open(path, clock);
    const { keyId } = store.create({ account: 1, permissions: 1 });
    clock.advanceMs(5);
    expect(store.revoke(keyId)).toBe(true);
    expect(store.revoke(keyId)).toBe(false);
    expect(store.revoke("0000000000000000")).toBe(false);
    expect(store.find(keyId)?.revokedAtUs).toBe(clock.nowUs());
    expect(store.list("", 10).map((key) => key.keyId)).toEqual([keyId]);
    store.close();
  });

  test("keys are listed by id, page by page", () => {
    const store = KeyStore.open(path, clock);
    const made = Array.from(
      { length: 5 },
      () => store.create({ account: 1, permissions: 1 }).keyId,
    );
    made.sort();
    const first = store.list("", 2).map((key) => key.keyId);
    const rest = store.list(first[1] ?? "", 10).map((key) => key.keyId);
    expect([...first, ...rest]).toEqual(made);
    store.close();
  });

  test("a second process cannot open the file while it is in use", () => {
    const store = KeyStore.open(path, clock);
    expect(faultCodeOf(() => KeyStore.open(path, clock))).toBe("identity_unavailable");
    store.close();
    KeyStore.open(path, clock).close();
  });

  test("a file of another layout and a file that is no database are refused", () => {
    const database = new Database(path, { create: true });
    database.run("PRAGMA user_version = 9");
    database.close();
    expect(faultCodeOf(() => KeyStore.open(path, clock))).toBe("identity_unavailable");
    writeFileSync(path, "not a database, and long enough to be read as a header".repeat(20));
    expect(faultCodeOf(() => KeyStore.open(path, clock))).toBe("identity_unavailable");
  });
});

describe("token", () => {
  test("splits into key id and secret", () => {
    const store = KeyStore.open(path, clock);
    const { keyId, secret, token } = store.create({ account: 1, permissions: 1 });
    store.close();
    expect(token).toMatch(/^ob_[0-9a-f]{16}_[0-9a-f]{64}$/);
    expect(splitToken(token)).toEqual({ keyId, secret });
  });

  test.each(["", "ob_", "ob__", `ob_${"a".repeat(81)}`, `xx_${"a".repeat(16)}_${"b".repeat(64)}`])(
    "another form is none: %p",
    (token) => expect(splitToken(token)).toBeUndefined(),
  );
});

test("permissions go to bits and back", () => {
  expect(toPermissionNames(toPermissionBits(["admin", "read"]))).toEqual(["read", "admin"]);
  expect(toPermissionBits([])).toBe(0);
});

function faultCodeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof GatewayFault) return error.code;
    throw error;
  }
  return "none";
}
