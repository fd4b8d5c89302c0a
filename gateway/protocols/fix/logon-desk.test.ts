import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../../test/support/manual-clock.ts";
import { KeyStore } from "../../identity/key-store.ts";
import { Log } from "../../log.ts";
import { Authenticator, parsePublicKey, toPermissionBits } from "../../sessions/authenticator.ts";
import type { PermissionName } from "../../sessions/authenticator.ts";
import { type FixSessionKind, FixSessions } from "../../sessions/fix-sessions.ts";
import { NetworkThrottle } from "../../sessions/throttle.ts";
import { LogonDesk, type LogonJudgement, signedPayload } from "./logon-desk.ts";
import type { ConnectionFacts, SessionHandle } from "./session/application.ts";
import { FixMessage } from "./wire/message.ts";
import { FixWriter } from "./wire/writer.ts";

const rate = { perSecond: 1, burst: 100 };
const LOCAL: ConnectionFacts = { remoteAddress: "127.0.0.1", isTls: false };
const SENT_AT_US = Date.UTC(2026, 10, 21, 12) * 1_000;

let directory: string;
let keys: KeyStore;
let clock: ManualClock;
let authenticator: Authenticator;
let sessions: FixSessions;
let desk: LogonDesk;
let lines: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-logon-desk-"));
  clock = new ManualClock();
  keys = KeyStore.open(join(directory, "keys.sqlite"), clock);
  lines = [];
  const log = new Log("debug", clock, (bytes) => {
    lines.push(new TextDecoder().decode(bytes));
    return bytes.length;
  });
  authenticator = new Authenticator(keys, { requests: rate, cancels: rate }, clock, log);
  sessions = new FixSessions("OPENBELL", keys.fixSessions, authenticator, log);
  const networks = new NetworkThrottle(rate, 10);
  desk = new LogonDesk({ venue: { authenticator, fixSessions: sessions, networks }, clock, log });
});
afterEach(() => {
  keys.close();
  rmSync(directory, { recursive: true });
});

function register(compId: string, kind: FixSessionKind, keyId: string, isCancelling = true): void {
  sessions.create({
    ...{ compId, kind, keyId, isResetOnLogon: false, timestampDigits: 3 },
    ...{ heartbeatSecondsMin: undefined, heartbeatSecondsMax: undefined },
    ...{ sendingTimeWindowMs: 5_000, cancelsOnDisconnect: isCancelling, cancelsOnLogout: true },
  });
}

function keyOf(...permissions: PermissionName[]) {
  return authenticator.createKey({ account: 7, permissions: toPermissionBits(permissions) });
}

type Fields = Readonly<Record<number, string>>;

/** A Logon of CLIENT1 as it comes off the wire. `sign`: of the payload, for 95 and 96. */
function toLogon(fields: Fields, signPayload?: (payload: Uint8Array) => Buffer): FixMessage {
  const writer = new FixWriter();
  writer.begin("A").integer(98, 0).integer(108, 30);
  if (signPayload !== undefined) {
    const signature = signPayload(signedPayload(toLogon({}))).toString("base64");
    writer.integer(95, signature.length).text(96, signature);
  }
  for (const [tag, value] of Object.entries(fields)) writer.text(Number(tag), value);
  const { bytes, start, end } = writer.finish({
    ...{ beginString: "FIX.4.4", senderCompId: "CLIENT1", targetCompId: "OPENBELL" },
    ...{ sequence: 1, sendingTimeUs: SENT_AT_US, timestampDigits: 3 },
  });
  const message = new FixMessage();
  expect(message.parse(Buffer.from(bytes.subarray(start, end)), 0, end - start)).toBe("ok");
  return message;
}

function judge(logon: FixMessage, connection = LOCAL): LogonJudgement {
  const id = { beginString: "FIX.4.4", senderCompId: "OPENBELL", targetCompId: "CLIENT1" };
  // why: a Logon is judged by the names of the session alone
  return desk.judge({ id } as SessionHandle, logon, connection);
}

function textOf(judgement: LogonJudgement): string {
  return judgement.kind === "refused" ? judgement.text : judgement.kind;
}

test("a stranger is told nothing", () => {
  expect(judge(toLogon({ 553: "x", 554: "y" }))).toEqual({ kind: "silent" });
});

test("a key's id and secret are granted the key's account", () => {
  const { keyId, secret } = keyOf("trade");
  register("CLIENT1", "order_entry", keyId);
  expect(judge(toLogon({ 553: keyId, 554: secret }))).toMatchObject({
    kind: "accepted",
    grant: { caller: { keyId, account: 7 }, isDropCopy: false, cancelsOnDisconnect: true },
  });
});

test("whatever is wrong with the credentials, the answer is the same and says nothing", () => {
  const { keyId, secret } = keyOf("trade");
  const other = keyOf("trade");
  register("CLIENT1", "order_entry", keyId);
  for (const fields of [
    {},
    { 553: keyId },
    { 554: secret },
    { 553: keyId, 554: other.secret },
    { 553: other.keyId, 554: other.secret },
  ] satisfies Fields[]) {
    expect(textOf(judge(toLogon(fields)))).toBe("Credentials are not valid");
  }
  authenticator.revokeKey(keyId);
  expect(textOf(judge(toLogon({ 553: keyId, 554: secret })))).toBe("Credentials are not valid");
});

test("a secret travels over TLS, or does not leave the machine", () => {
  const { keyId, secret } = keyOf("trade");
  register("CLIENT1", "order_entry", keyId);
  const logon = toLogon({ 553: keyId, 554: secret });
  const far = { remoteAddress: "192.0.2.7", isTls: false };
  expect(textOf(judge(logon, far))).toStartWith("Password needs TLS");
  expect(judge(logon, { ...far, isTls: true }).kind).toBe("accepted");
  expect(judge(logon, { ...far, remoteAddress: "::ffff:127.0.0.1" }).kind).toBe("accepted");
  expect(judge(logon, { ...far, remoteAddress: "::1" }).kind).toBe("accepted");
});

describe("a signature", () => {
  const pair = generateKeyPairSync("ed25519");
  const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const toSignature = (payload: Uint8Array): Buffer => sign(null, payload, pair.privateKey);

  test("over type, names, number and time stands for the key, anywhere", () => {
    const publicKey = parsePublicKey(pem) ?? new Uint8Array();
    const permissions = toPermissionBits(["trade"]);
    const keyId = authenticator.createSigningKey({ account: 7, permissions }, publicKey);
    register("CLIENT1", "order_entry", keyId);
    const far = { remoteAddress: "192.0.2.7", isTls: false };
    expect(judge(toLogon({ 553: keyId }, toSignature), far).kind).toBe("accepted");
    const wrong = toLogon({ 553: keyId }, (payload) => toSignature(payload.subarray(1)));
    expect(textOf(judge(wrong, far))).toBe("Credentials are not valid");
    expect(textOf(judge(toLogon({ 553: keyId }), far))).toBe("Credentials are not valid");
  });

  test("serves once", () => {
    const publicKey = parsePublicKey(pem) ?? new Uint8Array();
    const permissions = toPermissionBits(["trade"]);
    const keyId = authenticator.createSigningKey({ account: 7, permissions }, publicKey);
    register("CLIENT1", "order_entry", keyId);
    const wrong = toLogon({ 553: keyId }, (payload) => toSignature(payload.subarray(1)));
    expect(textOf(judge(wrong))).toBe("Credentials are not valid");
    const logon = toLogon({ 553: keyId }, toSignature);
    expect(judge(logon).kind).toBe("accepted");
    expect(textOf(judge(logon))).toBe("Credentials are not valid");
  });

  test("covers exactly these bytes", () => {
    const payload = Buffer.from(signedPayload(toLogon({}))).toString("latin1");
    const shown = payload.replaceAll("\u0001", "|");
    expect(shown).toBe("A|CLIENT1|OPENBELL|1|20261121-12:00:00.000");
  });
});

test.each<[FixSessionKind, PermissionName, string, string]>([
  ["order_entry", "read", "", "Key lacks the permission trade"],
  ["drop_copy", "trade", "", "Key lacks the permission read"],
  ["market_data", "transfer", "", "accepted"],
  ["drop_copy", "read", "", "accepted"],
  ["drop_copy", "read", "Y", "accepted"],
  ["drop_copy", "read", "N", "DropCopyFlag (9406) does not fit a session of kind drop_copy"],
  ["order_entry", "trade", "N", "accepted"],
  ["order_entry", "trade", "Y", "DropCopyFlag (9406) does not fit a session of kind order_entry"],
])("a session of kind %s, a key that may %s and 9406=%s: %s", (kind, permission, flag, text) => {
  const { keyId, secret } = keyOf(permission);
  register("CLIENT1", kind, keyId);
  const asked: Fields = flag === "" ? {} : { 9406: flag };
  const judgement = judge(toLogon({ 553: keyId, 554: secret, ...asked }));
  expect(textOf(judgement)).toBe(text);
  if (judgement.kind === "accepted") {
    expect(judgement.grant.isDropCopy).toBe(kind === "drop_copy");
  }
});

test.each([
  [true, "", true],
  [true, "1", false],
  [false, "", false],
  [false, "0", true],
])("cancels on disconnect: registered %p, 8674=%s, granted %p", (registered, wish, granted) => {
  const { keyId, secret } = keyOf("trade");
  register("CLIENT1", "order_entry", keyId, registered);
  const asked: Fields = wish === "" ? {} : { 8674: wish };
  expect(judge(toLogon({ 553: keyId, 554: secret, ...asked }))).toMatchObject({
    grant: { cancelsOnDisconnect: granted, cancelsOnLogout: granted },
  });
});

test("who guesses is counted with all calls of his network without a good key", () => {
  const { keyId, secret } = keyOf("trade");
  register("CLIENT1", "order_entry", keyId);
  for (let guess = 0; guess < rate.burst; guess += 1) judge(toLogon({ 553: keyId, 554: "x" }));
  const good = toLogon({ 553: keyId, 554: secret });
  expect(textOf(judge(good))).toBe("Too many logons: wait");
  expect(judge(good, { remoteAddress: "192.0.2.7", isTls: true }).kind).toBe("accepted");
});

test("no credential is in the log", () => {
  const { keyId, secret } = keyOf("trade");
  register("CLIENT1", "order_entry", keyId);
  judge(toLogon({ 553: keyId, 554: secret }));
  judge(toLogon({ 553: keyId, 554: "hunter2" }, () => Buffer.from("not a signature")));
  clock.advanceMs(1);
  const text = lines.join("");
  expect(text).toContain("fix_credentials_refused");
  const signature = Buffer.from("not a signature").toString("base64");
  for (const hidden of [secret, "hunter2", signature]) expect(text).not.toContain(hidden);
});
