import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { KeyStore } from "../identity/key-store.ts";
import { Log } from "../log.ts";
import { Authenticator, isAllowed, parsePublicKey, toPermissionBits } from "./authenticator.ts";

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

describe("a signing key", () => {
  const pair = generateKeyPairSync("ed25519");
  const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const publicKey = parsePublicKey(pem) ?? new Uint8Array();
  const payload = Buffer.from("A\u0001CLIENT1\u0001VENUE\u00011\u000120261121-12:00:00.000");

  test("is proven by a signature over the payload, by nothing else", () => {
    const keyId = authenticator.createSigningKey({ account: 7, permissions: 1 }, publicKey);
    const signature = sign(null, payload, pair.privateKey);
    const other = sign(null, payload, generateKeyPairSync("ed25519").privateKey);
    const caller = authenticator.authenticateSignature(keyId, payload, signature);
    expect(caller).toMatchObject({ keyId, account: 7 });
    for (const wrong of [other, signature.subarray(1), Buffer.alloc(64), Buffer.alloc(0)]) {
      expect(authenticator.authenticateSignature(keyId, payload, wrong)).toBeUndefined();
    }
    const later = Buffer.concat([payload, Buffer.from("1")]);
    expect(authenticator.authenticateSignature(keyId, later, signature)).toBeUndefined();
    expect(authenticator.authenticate(keyId, Buffer.from(publicKey).toString("hex"))).toBe(
      undefined,
    );
    authenticator.revokeKey(keyId);
    expect(authenticator.authenticateSignature(keyId, payload, signature)).toBeUndefined();
  });

  test("a secret's key takes no signature", () => {
    const { keyId } = authenticator.createKey({ account: 7, permissions: 1 });
    const signature = sign(null, payload, pair.privateKey);
    expect(authenticator.authenticateSignature(keyId, payload, signature)).toBeUndefined();
  });

  test("is read with and without the lines around it, and from nothing else", () => {
    const body = pem.replace(/-----[^-]+-----|\s/g, "");
    expect(parsePublicKey(body)).toEqual(publicKey);
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const texts = [
      ...["", "x", body.slice(4), `${body}AAAA`, Buffer.from(publicKey).toString("base64")],
      rsa.publicKey.export({ type: "spki", format: "pem" }).toString(),
      pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ];
    for (const text of texts) expect(parsePublicKey(text)).toBeUndefined();
  });
});

test("every listener hears of a revoked key", () => {
  const heard: string[] = [];
  authenticator.onRevoked((id) => heard.push(`one ${id}`));
  authenticator.onRevoked((id) => heard.push(`two ${id}`));
  const { keyId } = authenticator.createKey({ account: 7, permissions: 1 });
  authenticator.revokeKey(keyId);
  expect(heard).toEqual([`one ${keyId}`, `two ${keyId}`]);
});
