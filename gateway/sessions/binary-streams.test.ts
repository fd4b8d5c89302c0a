import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { accept, refuse, RejectCode } from "../domain/reject.ts";
import { KeyStore } from "../identity/key-store.ts";
import { Log } from "../log.ts";
import { type BinaryStream, BinaryStreams } from "./binary-streams.ts";
import { STREAMS_MAX, STREAMS_PER_ACCOUNT_MAX } from "./binary-streams.ts";

const DAY_US = 24 * 3_600_000_000;

let directory: string;
let keys: KeyStore;
const clock = new ManualClock();
const log = new Log("error", clock);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-streams-"));
  keys = KeyStore.open(join(directory, "keys.sqlite"), clock);
});
afterEach(() => {
  keys.close();
  rmSync(directory, { recursive: true });
});

function open(): BinaryStreams {
  return new BinaryStreams(keys.binaryStreams, log);
}

const stream = (account: number, name: string) => ({
  ...{ account, name, createdSequence: 7, hasBalances: true, hasIncreasingRefs: true },
});
const anybody = (): boolean => true;

test("a stream is there after a start as it was made, and its id is never another's", () => {
  const first = open().create(stream(3, "A"), DAY_US, anybody);
  expect(first).toEqual(
    accept({
      created: { ...stream(3, "A"), id: 1, loggedInAtUs: DAY_US },
      removed: undefined,
    }),
  );
  const again = open();
  expect(again.find(3, "A")).toMatchObject({
    id: 1,
    createdSequence: 7,
    hasBalances: true,
    hasIncreasingRefs: true,
  });
  expect(again.find(4, "A")).toBeUndefined();
  expect(again.create(stream(4, "A"), DAY_US, anybody)).toMatchObject({
    value: { created: { id: 2 } },
  });
});

test.each(["", "a b", "a".repeat(33), "ä", "a,b", 'a"'])("%j is no name", (name) => {
  expect(open().create(stream(3, name), 0, anybody)).toEqual(refuse(RejectCode.name_invalid));
});

test("an account has so many; one that is unused for a day and free makes room", () => {
  const streams = open();
  const fill = (nowUs: number): void => {
    for (let each = 0; each < STREAMS_PER_ACCOUNT_MAX; each += 1) {
      streams.create(stream(3, `S${each}`), nowUs + each, anybody);
    }
  };
  fill(0);
  const more = (nowUs: number, isFree: (each: BinaryStream) => boolean) =>
    streams.create(stream(3, "more"), nowUs, isFree);
  const full = refuse(RejectCode.session_table_full);
  expect(more(DAY_US, anybody)).toEqual(full);
  expect(more(2 * DAY_US, () => false)).toEqual(full);
  // Somebody came back to the oldest.
  const oldest = streams.find(3, "S0");
  if (oldest !== undefined) streams.noteLogin(oldest, DAY_US);
  expect(more(DAY_US + 60_000_000, anybody)).toMatchObject({ value: { removed: { name: "S1" } } });
  expect(open().find(3, "S1")).toBeUndefined();
  expect(streams.create(stream(4, "S0"), 0, anybody).ok).toBe(true);
});

test("a venue has so many", () => {
  const streams = open();
  for (let each = 0; each < STREAMS_MAX; each += 1) {
    streams.create(stream(3 + each, "S"), 0, anybody);
  }
  const more = stream(2, "S");
  expect(streams.create(more, 0, anybody)).toEqual(refuse(RejectCode.session_table_full));
  expect(streams.create(more, 2 * DAY_US, anybody).ok).toBe(true);
  expect(streams.list()).toHaveLength(STREAMS_MAX);
});

test("logins are noted to the hour", () => {
  const streams = open();
  const made = streams.create(stream(3, "A"), 0, anybody);
  if (!made.ok) throw new Error("not made");
  streams.noteLogin(made.value.created, 60_000_000);
  expect(open().find(3, "A")?.loggedInAtUs).toBe(0);
  streams.noteLogin(made.value.created, DAY_US);
  expect(open().find(3, "A")?.loggedInAtUs).toBe(DAY_US);
  // Whoever has it still has it as it was made.
  streams.noteLogin(made.value.created, DAY_US + 60_000_000);
  expect(open().find(3, "A")?.loggedInAtUs).toBe(DAY_US);
});
