import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { RejectCode } from "../domain/reject.ts";
import { KeyStore } from "../identity/key-store.ts";
import { Log } from "../log.ts";
import { Authenticator } from "./authenticator.ts";
import { FIX_SESSIONS_MAX, FixSessions, type NewFixSession } from "./fix-sessions.ts";

const rate = { perSecond: 1, burst: 2 };
const clock = new ManualClock();
const silent = new Log("error", clock, (bytes) => bytes.length);

let directory: string;
let keys: KeyStore;
let authenticator: Authenticator;
let sessions: FixSessions;
let keyId: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-fix-sessions-"));
  open();
  keyId = authenticator.createKey({ account: 7, permissions: 3 }).keyId;
});
afterEach(() => {
  keys.close();
  rmSync(directory, { recursive: true });
});

function open(): void {
  keys = KeyStore.open(join(directory, "keys.sqlite"), clock);
  authenticator = new Authenticator(keys, { requests: rate, cancels: rate }, clock, silent);
  sessions = new FixSessions("OPENBELL", keys.fixSessions, authenticator, silent);
}

function session(compId: string): NewFixSession {
  return {
    ...{ compId, kind: "order_entry", keyId, isResetOnLogon: true },
    ...{ heartbeatSecondsMin: undefined, heartbeatSecondsMax: 30, sendingTimeWindowMs: 5_000 },
    ...{ timestampDigits: 6, cancelsOnDisconnect: true, cancelsOnLogout: false },
  };
}

test("a session is what it was made as, also after a restart", () => {
  expect(sessions.create(session("CLIENT2"))).toMatchObject({ compId: "CLIENT2" });
  sessions.create(session("CLIENT1"));
  keys.close();
  open();
  const [first, second] = sessions.list();
  expect(first).toEqual({ ...session("CLIENT1"), account: 7, createdAtUs: clock.nowUs() });
  expect(second?.compId).toBe("CLIENT2");
  expect(sessions.find("CLIENT2")).toEqual(second);
  expect(sessions.find("client2")).toBeUndefined();
});

test("what cannot be a session is refused, and leaves nothing", () => {
  sessions.create(session("CLIENT1"));
  expect(sessions.create(session("CLIENT1"))).toBe(RejectCode.name_exists);
  for (const compId of ["", "A B", "A\u0001", "A/B", "x".repeat(33), "Ä"]) {
    expect(sessions.create(session(compId))).toBe(RejectCode.name_invalid);
  }
  const foreign = { ...session("CLIENT3"), keyId: "0".repeat(16) };
  expect(sessions.create(foreign)).toBe(RejectCode.credentials_invalid);
  authenticator.revokeKey(keyId);
  expect(sessions.create(session("CLIENT3"))).toBe(RejectCode.credentials_invalid);
  expect(sessions.list()).toHaveLength(1);
});

test("there are at most so many", () => {
  for (let index = 0; index < FIX_SESSIONS_MAX; index += 1) sessions.create(session(`C${index}`));
  expect(sessions.create(session("ONE-MORE"))).toBe(RejectCode.session_table_full);
  // Each is on the disk when it is made.
}, 60_000);

test("a listener hears of those that are there, that come and that go", () => {
  const heard: string[] = [];
  sessions.create(session("CLIENT1"));
  sessions.listen({
    added: ({ compId }) => heard.push(`added ${compId}`),
    removed: ({ compId }) => heard.push(`removed ${compId}`),
    isLoggedOn: ({ compId }) => compId === "CLIENT2",
  });
  sessions.create(session("CLIENT2"));
  expect(sessions.delete("CLIENT1")).toBe(true);
  expect(sessions.delete("CLIENT1")).toBe(false);
  sessions.create(session("CLIENT2"));
  expect(heard).toEqual(["added CLIENT1", "added CLIENT2", "removed CLIENT1"]);
  const left = sessions.list();
  expect(left.map(({ compId }) => compId)).toEqual(["CLIENT2"]);
  expect(left.map((each) => sessions.isLoggedOn(each))).toEqual([true]);
});
