// A store in files at its worst moments: a crash between two steps, a disk that is full, a file
// that goes while it is synced.

import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { appendFileSync, copyFileSync, mkdtempSync } from "node:fs";
import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SessionId } from "./application.ts";
import { FileSegment } from "./file-segment.ts";
import { FileStore, type StoreSync } from "./file-store.ts";

const ID: SessionId = { beginString: "FIX.4.4", senderCompId: "VENUE", targetCompId: "A" };
const STARTED_US = 1_000_000;

let directory = "";
let crashed = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-fix-store-"));
  crashed = mkdtempSync(join(tmpdir(), "openbell-fix-store-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  rmSync(crashed, { recursive: true });
});

function open(sync: StoreSync = "none", bytesMax = 4_096, from = directory): FileStore {
  return new FileStore(ID, { directory: from, bytesMax, sync }, STARTED_US);
}

function add(store: FileStore, text: string, changeSequence = 0): void {
  const bytes = Buffer.from(text);
  store.append(bytes, 0, bytes.length, changeSequence);
}

function readAll(store: FileStore): string[] {
  const read: string[] = [];
  store.read(1, 1_000_000, 1_000, (sequence, bytes, start, end) => {
    read.push(`${sequence} ${bytes.toString("latin1", start, end)}`);
  });
  return read;
}

test.each<[StoreSync, number]>([
  ["none", 0],
  ["interval", 0],
  ["every", 2],
])("with %s the name of a new file reaches the disk, before an older one goes", (sync, names) => {
  const order: string[] = [];
  using name = spyOn(FileSegment.prototype, "syncName");
  using unlink = spyOn(FileSegment.prototype, "unlink");
  name.mockImplementation(() => void order.push("name"));
  unlink.mockImplementation(() => void order.push("unlink"));
  const store = open(sync);
  store.reset(STARTED_US + 1);
  store.close();
  expect(order.filter((each) => each === "name")).toHaveLength(names);
  expect(order.at(-1)).toBe("unlink");
});

/** What the disk has now, as another process finds it after a crash. */
function crash(): FileStore {
  for (const name of readdirSync(directory))
    copyFileSync(join(directory, name), join(crashed, name));
  return open("none", 4_096, crashed);
}

/** Writes half of the next batch, as a disk that is full does. */
function fillDisk(): Disposable {
  const write = spyOn(FileSegment.prototype, "write").mockImplementation(function torn(
    this: FileSegment,
  ) {
    appendFileSync(this.path, Buffer.from([90, 0, 0, 0, 1, 2, 3, 4, 5]));
    throw new Error("no space left");
  });
  return { [Symbol.dispose]: () => write.mockRestore() };
}

describe("a crash", () => {
  test("between a reset and the removal of what was before it brings nothing of it back", () => {
    const store = open();
    add(store, "of before", 7);
    store.flush(STARTED_US);
    const [name = ""] = readdirSync(directory);
    copyFileSync(join(directory, name), join(crashed, name));
    store.reset(STARTED_US * 2);
    store.spend();
    store.flush(STARTED_US * 2);
    const again = crash();
    expect(readdirSync(crashed)).toHaveLength(1);
    expect([again.nextOut, again.lastChangeSequence]).toEqual([2, 7]);
    expect(again.startedAtUs).toBe(STARTED_US * 2);
    expect(readAll(again)).toEqual([]);
  });

  test("in a turn of more than a batch leaves no transaction told in half", () => {
    const store = open("none", 64 << 20);
    for (let count = 0; count < 3; count += 1) add(store, "x".repeat(600_000));
    expect([crash().nextOut, readAll(crash())]).toEqual([1, []]);
    add(store, "the last one", 9);
    const again = crash();
    expect([again.nextOut, again.lastChangeSequence]).toEqual([5, 9]);
  });
});

test("a request that came and is not done writes nothing", () => {
  const store = open();
  store.setExpectedIn(7);
  store.flush(STARTED_US);
  using write = spyOn(FileSegment.prototype, "write");
  for (let sequence = 7; sequence < 10; sequence += 1) {
    store.setExpectedIn(sequence + 1);
    store.holdIn(7);
    store.flush(STARTED_US);
  }
  expect([write.mock.calls.length, crash().expectedIn]).toEqual([0, 7]);
  store.holdIn(9);
  store.flush(STARTED_US);
  expect([write.mock.calls.length, crash().expectedIn]).toEqual([1, 9]);
  store.holdIn(undefined);
  store.flush(STARTED_US);
  expect([write.mock.calls.length, crash().expectedIn]).toEqual([2, 10]);
});

describe("a disk that is full", () => {
  test("in the middle of a turn is told by its flush, and nothing follows", () => {
    const store = open("none", 64 << 20);
    add(store, "kept", 1);
    store.flush(STARTED_US);
    {
      using _ = fillDisk();
      expect(() => add(store, "x".repeat(2_000_000), 2)).not.toThrow();
      expect(() => store.flush(STARTED_US)).toThrow("no space left");
    }
    add(store, "later", 3);
    expect(() => store.flush(STARTED_US)).toThrow("no space left");
    expect(readAll(crash())).toEqual(["1 kept"]);
    expect(() => store.close()).not.toThrow();
  });

  test("while a message is looked up ends the store, too", () => {
    const store = open();
    add(store, "kept", 1);
    store.flush(STARTED_US);
    add(store, "lost", 2);
    {
      using _ = fillDisk();
      expect(() => readAll(store)).toThrow("no space left");
    }
    expect(() => store.flush(STARTED_US)).toThrow("no space left");
    expect(readAll(crash())).toEqual(["1 kept"]);
  });

  test("leaves a session that cannot begin anew as it was", () => {
    const store = open();
    add(store, "kept", 1);
    store.flush(STARTED_US);
    {
      using _ = fillDisk();
      expect(() => store.reset(STARTED_US * 2)).toThrow("no space left");
    }
    expect(readdirSync(directory)).toHaveLength(1);
    expect([store.nextOut, store.startedAtUs]).toEqual([2, STARTED_US]);
    add(store, "also", 2);
    store.flush(STARTED_US * 3);
    expect(readAll(crash())).toEqual(["1 kept", "2 also"]);
  });

  test("at the end closes the files all the same", () => {
    const store = open();
    add(store, "lost", 1);
    const close = spyOn(FileSegment.prototype, "close");
    using _ = fillDisk();
    expect(() => store.close()).toThrow("no space left");
    expect(close).toHaveBeenCalledTimes(1);
    close.mockRestore();
  });

  test("where the next file would begin closes each file once", () => {
    const store = open();
    add(store, "x".repeat(3_000), 1);
    const write = FileSegment.prototype.write;
    const spy = spyOn(FileSegment.prototype, "write").mockImplementation(function fail(
      this: FileSegment,
    ) {
      if (this.path.endsWith(".2")) throw new Error("no space left");
      write.call(this);
    });
    expect(() => store.flush(STARTED_US)).toThrow("no space left");
    spy.mockRestore();
    expect(() => store.close()).not.toThrow();
    expect(readdirSync(directory)).toHaveLength(1);
    expect(crash().nextOut).toBe(2);
  });
});

describe("syncs", () => {
  test("under every, also of the file that a turn has filled", () => {
    const store = open("every");
    const synced: string[] = [];
    const sync = spyOn(FileSegment.prototype, "syncNow").mockImplementation(function note(
      this: FileSegment,
    ) {
      synced.push(this.path.slice(-2));
    });
    add(store, "x".repeat(3_000), 1);
    store.flush(STARTED_US);
    sync.mockRestore();
    expect(synced).toEqual([".1", ".2", ".2"]);
    store.close();
  });

  test("under interval, also of the file that a turn has filled", () => {
    const store = open("interval");
    const synced: string[] = [];
    const sync = spyOn(FileSegment.prototype, "sync").mockImplementation(function note(
      this: FileSegment,
    ) {
      synced.push(this.path.slice(-2));
    });
    store.spend();
    store.flush(STARTED_US);
    add(store, "x".repeat(3_000), 1);
    store.flush(STARTED_US + 1);
    sync.mockRestore();
    expect(synced).toEqual([".1", ".1"]);
    store.close();
  });

  test("come before what a reset takes the place of is removed", async () => {
    const store = open("interval");
    add(store, "of before", 7);
    store.flush(STARTED_US);
    const { sync } = FileSegment.prototype;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    store.reset(STARTED_US * 2);
    store.reset(STARTED_US * 2);
    expect(readdirSync(directory).sort()).toEqual(["FIX.4.4,VENUE,A.1", "FIX.4.4,VENUE,A.3"]);
    // A machine that stops now may have nothing of the new file.
    copyFileSync(join(directory, "FIX.4.4,VENUE,A.1"), join(crashed, "FIX.4.4,VENUE,A.1"));
    const cut = open("none", 4_096, crashed);
    expect([cut.nextOut, cut.lastChangeSequence]).toEqual([2, 7]);
    const spy = spyOn(FileSegment.prototype, "sync").mockImplementation(function wait(
      this: FileSegment,
      tell: (error: Error | null) => void,
    ) {
      sync.call(this, (error) => {
        tell(error);
        resolve();
      });
    });
    store.flush(STARTED_US * 3);
    await done;
    spy.mockRestore();
    expect(readdirSync(directory)).toEqual(["FIX.4.4,VENUE,A.3"]);
    store.close();
  });

  test("that a reset overtakes are no failure", async () => {
    const store = open("interval");
    const { sync } = FileSegment.prototype;
    const { promise: done, resolve } = Promise.withResolvers<Error | null>();
    const spy = spyOn(FileSegment.prototype, "sync").mockImplementation(function delay(
      this: FileSegment,
      tell: (error: Error | null) => void,
    ) {
      // The threads of the pool are busy until the file is closed.
      queueMicrotask(() =>
        sync.call(this, (error) => {
          tell(error);
          resolve(error);
        }),
      );
    });
    store.spend();
    store.flush(STARTED_US);
    store.reset(STARTED_US * 2);
    await done;
    spy.mockRestore();
    expect(() => store.flush(STARTED_US * 3)).not.toThrow();
    store.close();
  });
});
