// What every store keeps, and what only files do.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { renameSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionId } from "./application.ts";
import {
  FileStore,
  listStoredSessions,
  removeStoredSession,
  type StoreSync,
} from "./file-store.ts";
import { MemoryStore } from "./memory-store.ts";
import type { MessageStore } from "./message-store.ts";

const ID: SessionId = { beginString: "FIX.4.4", senderCompId: "VENUE", targetCompId: "A,/ 1" };
const OTHER: SessionId = { ...ID, targetCompId: "B" };
const STARTED_US = 1_000_000;
const BYTES_MAX = 4_096;

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-fix-store-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function openFile(id = ID, sync: StoreSync = "none", bytesMax = BYTES_MAX): FileStore {
  return new FileStore(id, { directory, bytesMax, sync }, STARTED_US);
}

function add(store: MessageStore, text: string, changeSequence = 0): void {
  const bytes = Buffer.from(`..${text}.`);
  store.append(bytes, 2, bytes.length - 1, changeSequence);
}

function readAll(store: MessageStore, from = 1, to = 1_000_000, countMax = 1_000): string[] {
  const read: string[] = [];
  store.read(from, to, countMax, (sequence, bytes, start, end) => {
    read.push(`${sequence} ${bytes.toString("latin1", start, end)}`);
  });
  return read;
}

const STORES: readonly (readonly [string, () => MessageStore])[] = [
  ["in memory", () => new MemoryStore(BYTES_MAX, STARTED_US)],
  ["in files", () => openFile()],
];

describe.each(STORES)("a store %s", (_, open) => {
  test("begins at 1 on both sides", () => {
    const store = open();
    expect([store.nextOut, store.expectedIn, store.lastChangeSequence]).toEqual([1, 1, 0]);
    expect(store.startedAtUs).toBe(STARTED_US);
    store.close();
  });

  test("keeps messages under their numbers, and of administrative ones the number", () => {
    const store = open();
    store.spend();
    add(store, "two");
    store.spend();
    add(store, "four");
    expect(store.nextOut).toBe(5);
    expect(readAll(store)).toEqual(["2 two", "4 four"]);
    expect(readAll(store, 3)).toEqual(["4 four"]);
    expect(readAll(store, 1, 3)).toEqual(["2 two"]);
    expect(readAll(store, 5)).toEqual([]);
    store.close();
  });

  test("reads in slices that say where to go on", () => {
    const store = open();
    for (let count = 0; count < 10; count += 1) {
      add(store, `m${count}`);
      store.spend();
    }
    const numbers: number[] = [];
    let from = 1;
    let slices = 0;
    while (from <= 18) {
      from = store.read(from, 18, 4, (sequence) => numbers.push(sequence));
      slices += 1;
    }
    expect(numbers).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17]);
    expect(slices).toBe(3);
    expect(from).toBe(19);
    store.close();
  });

  test("drops the oldest beyond its cap, keeps half of it or more, and each message whole", () => {
    const store = open();
    for (let count = 1; count <= 300; count += 1) {
      add(store, `${count}`.padStart(100, "."));
      store.flush(STARTED_US);
    }
    const read = readAll(store);
    expect(read.at(-1)).toBe(`300 ${"300".padStart(100, ".")}`);
    // A message of 100 bytes takes some 180 in a file, with the state behind it.
    expect(read.length).toBeGreaterThan(10);
    expect(read.length).toBeLessThanOrEqual(BYTES_MAX / 100);
    const first = Number.parseInt(read[0] ?? "", 10);
    expect(read).toEqual(
      read.map((__, index) => `${first + index} ${`${first + index}`.padStart(100, ".")}`),
    );
    expect(store.nextOut).toBe(301);
    store.close();
  });

  test("forgets messages at a reset, but not what was reported", () => {
    const store = open();
    add(store, "one", 77);
    store.setExpectedIn(9);
    store.setNote(12);
    store.reset(5);
    expect([store.nextOut, store.expectedIn, store.lastChangeSequence]).toEqual([1, 1, 77]);
    expect(store.note).toBe(12);
    expect(store.startedAtUs).toBe(5);
    expect(readAll(store)).toEqual([]);
    add(store, "new");
    expect(readAll(store)).toEqual(["1 new"]);
    store.close();
  });

  test("knows the highest change that was reported or needed no report", () => {
    const store = open();
    add(store, "one", 5);
    store.markHeard(9);
    store.markHeard(7);
    add(store, "two", 8);
    expect(store.lastChangeSequence).toBe(9);
    store.close();
  });
});

describe("a store in files", () => {
  test("is as it was flushed after the process died", () => {
    const store = openFile();
    store.spend();
    add(store, "two", 41);
    store.setExpectedIn(7);
    store.setNote(40);
    store.flush(STARTED_US);
    add(store, "lost");
    store.setNote(45);
    const again = openFile();
    expect([again.nextOut, again.expectedIn, again.lastChangeSequence]).toEqual([3, 7, 41]);
    expect(again.note).toBe(40);
    expect(readAll(again)).toEqual(["2 two"]);
    expect(listStoredSessions(directory)).toEqual([ID]);
  });

  test("is gone when it is removed, and no other one with it", () => {
    const other = { ...ID, targetCompId: `${ID.targetCompId}2` };
    for (const id of [ID, other]) {
      const store = openFile(id);
      add(store, "one");
      store.close();
    }
    removeStoredSession(directory, ID);
    removeStoredSession(join(directory, "never-made"), ID);
    expect(listStoredSessions(directory)).toEqual([other]);
    expect(openFile().nextOut).toBe(1);
  });

  test("goes on where it stopped, over several files", () => {
    for (let count = 1; count <= 100; count += 1) {
      const store = openFile();
      add(store, `${count}`.padStart(50, "."), count);
      store.flush(STARTED_US);
      store.close();
    }
    const store = openFile();
    expect([store.nextOut, store.lastChangeSequence]).toEqual([101, 100]);
    const read = readAll(store);
    expect(read.at(-1)).toBe(`100 ${"100".padStart(50, ".")}`);
    expect(read.length).toBeGreaterThan(10);
    const bytes = readdirSync(directory).map((name) => statSync(join(directory, name)).size);
    expect(bytes.length).toBeLessThanOrEqual(2);
    expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(BYTES_MAX + 500);
  });

  test("loses only the turn that a crash tore, at every byte of it", () => {
    const store = openFile();
    add(store, "one", 1);
    store.flush(STARTED_US);
    const [name = ""] = readdirSync(directory);
    const path = join(directory, name);
    const whole = statSync(path).size;
    add(store, "two", 2);
    store.setExpectedIn(5);
    store.flush(STARTED_US);
    const full = readFileSync(path);
    for (let size = full.length - 1; size >= whole; size -= 1) {
      truncateSync(path, size);
      const torn = openFile();
      expect([torn.nextOut, torn.expectedIn, torn.lastChangeSequence]).toEqual([2, 1, 1]);
      expect(readAll(torn)).toEqual(["1 one"]);
      torn.close();
      expect(statSync(path).size).toBe(whole);
      rmSync(path);
      appendFileSync(path, full);
    }
  });

  test("goes on behind a torn tail", () => {
    const store = openFile();
    add(store, "one");
    store.flush(STARTED_US);
    const [name = ""] = readdirSync(directory);
    appendFileSync(join(directory, name), Buffer.from([9, 0, 0, 0, 1, 2, 3]));
    const torn = openFile();
    add(torn, "two");
    torn.flush(STARTED_US);
    expect(readAll(openFile())).toEqual(["1 one", "2 two"]);
  });

  test("does not believe a damaged batch", () => {
    const store = openFile();
    add(store, "one");
    store.flush(STARTED_US);
    add(store, "two");
    store.flush(STARTED_US);
    const [name = ""] = readdirSync(directory);
    const bytes = readFileSync(join(directory, name));
    bytes[bytes.lastIndexOf("two")] = 0x54;
    rmSync(join(directory, name));
    appendFileSync(join(directory, name), bytes);
    expect(readAll(openFile())).toEqual(["1 one"]);
  });

  test("is refused under another session's name", () => {
    const store = openFile();
    add(store, "one");
    store.flush(STARTED_US);
    openFile(OTHER).close();
    const names = readdirSync(directory).sort();
    const [own = "", other = ""] = names;
    renameSync(join(directory, own), join(directory, other));
    expect(() => openFile(OTHER)).toThrow("is of another session");
  });

  test("writes what was heard once a second, with the next message, and at the end", () => {
    const store = openFile();
    store.markHeard(5);
    store.flush(STARTED_US / 2);
    expect(openFile().lastChangeSequence).toBe(0);
    store.flush(STARTED_US);
    expect(openFile().lastChangeSequence).toBe(5);
    store.markHeard(6);
    store.flush(STARTED_US * 1.5);
    expect(openFile().lastChangeSequence).toBe(5);
    store.flush(STARTED_US * 2);
    expect(openFile().lastChangeSequence).toBe(6);
    store.markHeard(7);
    store.close();
    expect(openFile().lastChangeSequence).toBe(7);
  });

  test.each<[StoreSync]>([["interval"], ["every"]])("syncs under %s", (sync) => {
    const store = openFile(ID, sync);
    add(store, "one", 3);
    store.flush(STARTED_US * 2);
    store.close();
    expect(readAll(openFile())).toEqual(["1 one"]);
  });

  test("holds messages beyond a block, and one that is larger than a block", () => {
    const store = openFile(ID, "none", 8 << 20);
    add(store, "x".repeat(300_000));
    for (let count = 0; count < 700; count += 1) add(store, `${count}`.padStart(500, "."));
    store.flush(STARTED_US);
    const read = readAll(openFile(ID, "none", 8 << 20));
    expect(read).toHaveLength(701);
    expect(read[0]).toBe(`1 ${"x".repeat(300_000)}`);
    expect(read.at(-1)).toBe(`701 ${"699".padStart(500, ".")}`);
    store.close();
  });
});
