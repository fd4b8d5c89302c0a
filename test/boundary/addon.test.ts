import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { checkBorder, Place, PLACE_COUNT } from "../../gateway/core/addon.ts";
import type { Addon } from "../../gateway/core/addon.ts";
import { ChangeReader } from "../../gateway/core/change-log.ts";
import {
  CommandBatch,
  encodeQuery,
  RECORD_BYTES,
  toRecords,
} from "../../gateway/core/command-batch.ts";
import { Opcode, QueryKind } from "../../gateway/domain/command.ts";
import { RejectCode } from "../../gateway/generated/reject-codes.ts";
import { within } from "../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { addon, codeOf, RawCore, SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

/** The addon as a caller without types sees it. */
// why: the point of these tests is what the type forbids
const untyped = addon as unknown as Record<keyof Addon, (...values: unknown[]) => unknown>;

describe("an addon built from other sources", () => {
  test("is refused, and what to do is said", () => {
    const ours = addon.border();
    expect(() => checkBorder({ border: () => ours })).not.toThrow();
    // The one before there was a border has no such call.
    for (const other of [{ border: () => ours + 1 }, {}]) {
      expect(codeOf(() => checkBorder(other))).toBe("addon_outdated");
      expect(() => checkBorder(other)).toThrow("node tools/bootstrap.mjs --rebuild");
    }
  });
});

describe("a view with an offset", () => {
  test("is read and written within its bounds", () => {
    const core = new RawCore({ durability: "none" });
    const memory = Buffer.alloc(8_192, 0xa5);
    // Odd offsets: records need no alignment; the status array needs 8.
    const input = memory.subarray(13, 13 + 2 * RECORD_BYTES);
    const output = memory.subarray(1_001, 1_001 + 512);
    const answer = memory.subarray(2_003, 2_003 + 4_096);
    const places = new Float64Array(memory.buffer, memory.byteOffset + 6_400, PLACE_COUNT);
    addon.attach(core.handle, input, output, answer, places);

    const batch = new CommandBatch(2);
    batch.add({ opcode: Opcode.createAccount, text: "alice" });
    batch.bytes.copy(input, 0, 0, RECORD_BYTES);
    const bytes = addon.submit(core.handle, 0, RECORD_BYTES);
    expect(new ChangeReader(output).read(0)).toMatchObject({
      sequence: 1,
      result: 3,
      changes: [{ entity: "account", change: "created", accountId: 3, name: "alice" }],
    });
    expect(places[Place.releasedBytes]).toBe(bytes);

    const query = Buffer.alloc(RECORD_BYTES);
    encodeQuery(toRecords(query), { opcode: QueryKind.account, text: "alice" });
    query.copy(answer);
    const answerBytes = addon.query(core.handle);
    expect(new ChangeReader(answer).read(0).changes).toMatchObject([{ accountId: 3 }]);

    const touched = [
      [13, input.length],
      [1_001, bytes],
      [2_003, Math.max(answerBytes, RECORD_BYTES)],
      [6_400, PLACE_COUNT * 8],
    ] as const;
    for (const [start, length] of touched) memory.fill(0xa5, start, start + length);
    expect(memory.every((byte) => byte === 0xa5)).toBe(true);
    core.stop();
  });
});

describe("arguments", () => {
  const core = new RawCore({ durability: "none" });
  const { handle, batch, output, answer, places } = core;
  const rows: [string, string, () => unknown][] = [
    ["a handle nobody opened", "core_not_open", () => addon.read(99_999)],
    ["a negative handle", "core_not_open", () => addon.read(-1)],
    ["a handle of another type", "NumberExpected", () => untyped.read("0")],
    ["no handle", "NumberExpected", () => untyped.read()],
    ["a range beyond the input", "argument_invalid", () => addon.submit(handle, 0, 1 << 30)],
    ["a range that ends before it begins", "argument_invalid", () => addon.submit(handle, 128, 0)],
    ["a time that is no number", "argument_invalid", () => addon.submit(handle, 0, 0, Number.NaN)],
    ["a negative time", "argument_invalid", () => addon.submit(handle, 0, 0, -1)],
    ["a fraction of a microsecond", "argument_invalid", () => addon.submit(handle, 0, 0, 0.5)],
    ["a time beyond 64 bits of ns", "argument_invalid", () => addon.submit(handle, 0, 0, 2 ** 60)],
    ["part of a record", "records_malformed", () => addon.submit(handle, 0, 100)],
    [
      "an input that is no view",
      "InvalidArg",
      () => untyped.attach(handle, "records", output, answer, places),
    ],
    [
      "an input of wider elements",
      "InvalidArg",
      () => untyped.attach(handle, new Uint16Array(8), output, answer, places),
    ],
    [
      "a status array of integers",
      "InvalidArg",
      () => untyped.attach(handle, batch.bytes, output, answer, new BigInt64Array(PLACE_COUNT)),
    ],
    [
      "a short status array",
      "argument_invalid",
      () => addon.attach(handle, batch.bytes, output, answer, new Float64Array(PLACE_COUNT - 1)),
    ],
    [
      "an answer smaller than a query",
      "argument_invalid",
      () => addon.attach(handle, batch.bytes, output, Buffer.alloc(127), places),
    ],
    [
      "one memory for input and output",
      "argument_invalid",
      () => addon.attach(handle, batch.bytes, batch.bytes.subarray(64, 128), answer, places),
    ],
  ];
  test.each(rows)("%s: %s", (_, code, call) => {
    expect(codeOf(call)).toBe(code);
    // And nothing came of it.
    expect(core.status("executedSequence")).toBe(0);
  });

  test("calls without buffers are refused", () => {
    const options = { dataDirectory: makeDirectory(), segmentBytes: SEGMENT_BYTES };
    const { handle: bare } = addon.open(options, () => {});
    for (const call of [addon.read, addon.query, addon.tick, addon.status]) {
      expect(codeOf(() => call(bare))).toBe("argument_invalid");
    }
    addon.stop(bare);
  });
});

describe("options", () => {
  const open = (options: object): (() => unknown) => {
    return () => untyped.open({ dataDirectory: makeDirectory(), ...options }, () => {});
  };
  const rows: [string, string, () => unknown][] = [
    ["no directory", "StringExpected", () => untyped.open({ dataDirectory: 7 }, () => {})],
    ["no doorbell", "InvalidArg", () => untyped.open({ dataDirectory: makeDirectory() })],
    ["an unknown durability", "argument_invalid", open({ durability: "maybe" })],
    ["an unknown clock", "argument_invalid", open({ clock: "sundial" })],
    ["a fraction of a byte", "argument_invalid", open({ segmentBytes: 65_536.5 })],
    ["a negative bound", "argument_invalid", open({ unsyncedCommandsMax: -1 })],
    ["a bound above 32 bits", "argument_invalid", open({ accountsMax: 2 ** 32 })],
    ["a segment that is too small", "option_invalid", open({ segmentBytes: 4_096 })],
    ["a directory below a file", "disk_operation_failed", open({ dataDirectory: "/dev/null/x" })],
  ];
  test.each(rows)("%s: %s", (_, code, call) => {
    expect(codeOf(call)).toBe(code);
  });
});

test("a fault says what to do", () => {
  const call = (): unknown =>
    addon.open({ dataDirectory: makeDirectory(), segmentBytes: 4_096 }, () => {});
  expect(call).toThrow(
    "segment_bytes is 4096, its range is 16384 to 1073741824. Set the option to a value within",
  );
});

test("a reject is a value", () => {
  const core = new RawCore({ durability: "none" });
  expect(core.submit([UNKNOWN_CANCEL])).toBeGreaterThan(0);
  expect(core.released()).toMatchObject([{ sequence: 1, code: RejectCode.order_not_found }]);
  core.stop();
});

test("the status array has the places that TypeScript names", () => {
  const core = new RawCore({ durability: "os", clock: "caller" });
  core.submit([{ opcode: Opcode.createAccount, text: "a" }, UNKNOWN_CANCEL], 1_000_007);
  addon.status(core.handle);
  const journalBytes = core.place("journalBytes");
  expect(journalBytes).toBeGreaterThan(2 * RECORD_BYTES);
  const expected: Partial<Record<keyof typeof Place, number>> = {
    commands: 2,
    hasMore: 0,
    neededBytes: 0,
    executedSequence: 2,
    durableSequence: 2,
    unsyncedCommands: 0,
    pendingBytes: 0,
    timeUs: 1_000_007,
    mode: 0,
    isClockHeld: 0,
    hasFault: 0,
    snapshotSequence: 0,
    isSnapshotBusy: 0,
    journalWrites: 1,
    journalSegments: 1,
    journalSyncs: 0,
    heldBytes: 0,
  };
  for (const [name, value] of Object.entries(expected)) {
    // why: the keys of `expected` are places
    expect([name, core.place(name as keyof typeof Place)]).toEqual([name, value]);
  }
  expect(addon.fault(core.handle)).toBeNull();
  core.stop();
});

test("the sync histogram counts every sync", () => {
  const core = new RawCore();
  for (let round = 0; round < 20; round += 1) {
    core.submit([UNKNOWN_CANCEL]);
    addon.drain(core.handle);
  }
  addon.status(core.handle);
  const buckets = [...core.places.subarray(Place.syncBuckets, Place.heldBytes)];
  expect(core.place("journalSyncs")).toBeGreaterThanOrEqual(20);
  expect(buckets.reduce((sum, count) => sum + count, 0)).toBe(core.place("journalSyncs"));
  core.stop();
});

test("several cores of one process do not meet", () => {
  const cores = Array.from({ length: 8 }, () => new RawCore({ durability: "none" }));
  for (const [index, core] of cores.entries()) {
    core.submit(Array.from({ length: index + 1 }, () => UNKNOWN_CANCEL));
  }
  expect(cores.map((core) => core.status("executedSequence"))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  cores[3]?.stop();
  expect(cores[4]?.status("executedSequence")).toBe(5);
  for (const core of cores.filter((_, index) => index !== 3)) core.stop();
});

test("the same commands at the same times give the same state hash", () => {
  const hashes = [0, 1].map(() => {
    const core = new RawCore({ durability: "none", clock: "caller" });
    core.submit([{ opcode: Opcode.createCurrency, quantity: 8, text: "USDT" }], 1_000);
    core.submit([{ opcode: Opcode.createAccount, text: "alice" }], 2_000);
    const hash = addon.stateHash(core.handle);
    core.stop();
    return hash;
  });
  expect(hashes[0]).toBe(hashes[1] ?? "");
  expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
});

test("the caller's clock must come with each call", () => {
  const core = new RawCore({ durability: "none", clock: "caller" });
  expect(codeOf(() => core.submit([UNKNOWN_CANCEL]))).toBe("caller_time_missing");
  expect(codeOf(() => addon.tick(core.handle))).toBe("caller_time_missing");
  expect(core.submit([UNKNOWN_CANCEL], 5)).toBeGreaterThan(0);
  expect(core.released()).toMatchObject([{ sequence: 1, timeUs: 5 }]);
  core.stop();
});

test("a second open of a directory is refused, naming the process", () => {
  const dataDirectory = makeDirectory();
  const core = new RawCore({ dataDirectory });
  const second = (): unknown => addon.open({ dataDirectory }, () => {});
  expect(codeOf(second)).toBe("data_directory_locked");
  expect(second).toThrow(`in use by process ${process.pid}`);
  core.stop();
  new RawCore({ dataDirectory }).stop();
});

test("a Worker is refused", async () => {
  const worker = new Worker(join(import.meta.dir, "open-in-worker.ts"));
  const answer = new Promise<unknown>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(makeDirectory());
  });
  expect(await within(10_000, "the Worker's answer", answer)).toEqual({
    open: "worker_refused",
    // Handles of the main thread mean nothing there.
    read: "core_not_open",
  });
  worker.terminate();
});
