import { beforeEach, describe, expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { CoreStatus } from "../core/core.ts";
import { Log } from "../log.ts";
import { type Health, Operations } from "./operations.ts";

const WELL: CoreStatus = {
  ...{ executedSequence: 7, durableSequence: 7, unsyncedCommands: 0, pendingBytes: 0, timeUs: 0 },
  ...{ mode: "open", clockHeld: false, fault: undefined, snapshotSequence: 0 },
  snapshot: { bytes: 0, durationUs: 0, written: 0, isBusy: false },
  journal: {
    ...{ bytes: 0, heldBytes: 0, writes: 0, segments: 1, syncs: 0, syncUs: 0 },
    ...{ syncBuckets: [], syncBoundsUs: [] },
  },
};

let status: CoreStatus;
let clock: ManualClock;
let operations: Operations;
let lines: string[];

beforeEach(() => {
  status = { ...WELL };
  clock = new ManualClock();
  const core = { status: () => status, requestSnapshot() {}, confirmClock() {} };
  lines = [];
  const log = new Log("info", clock, (bytes) => {
    lines.push(new TextDecoder().decode(bytes));
    return bytes.length;
  });
  operations = new Operations(core, clock, log);
});

function faultOf(code: string, retryable: boolean): CoreStatus {
  return { ...WELL, fault: { code, message: "", retryable } };
}

/** Which of the three is not well, and whether orders are taken. */
function outline({ core, journal, clock: time, isReady }: Health) {
  return { core: core.isOk, journal: journal.isOk, clock: time.isOk, isReady };
}

describe("health", () => {
  test.each([
    ["nothing is wrong", WELL, { core: true, journal: true, clock: true, isReady: true }],
    [
      "space is low",
      { ...WELL, mode: "cancel_only" },
      { core: true, journal: false, clock: true, isReady: false },
    ],
    [
      "the clock jumped",
      { ...WELL, clockHeld: true },
      { core: true, journal: true, clock: false, isReady: false },
    ],
    [
      "the state differs from its replay",
      faultOf("state_hash_mismatch", false),
      { core: false, journal: true, clock: true, isReady: false },
    ],
    [
      "a snapshot could not be written",
      faultOf("snapshot_failed", true),
      { core: false, journal: true, clock: true, isReady: true },
    ],
  ] as const)("%s", (_name, now, expected) => {
    status = now;
    expect(outline(operations.health())).toEqual(expected);
  });

  test("a disk that stands still for a second is told, and forgiven when it moves", () => {
    status = { ...WELL, executedSequence: 9, unsyncedCommands: 2 };
    expect(operations.health().isReady).toBe(true);
    clock.advanceMs(999);
    expect(operations.health().isReady).toBe(true);
    clock.advanceMs(1);
    const still = operations.health();
    expect(outline(still)).toEqual({ core: true, journal: false, clock: true, isReady: false });
    expect(still.journal.detail).toBe("the disk does not answer");
    status = { ...status, durableSequence: 8, unsyncedCommands: 1 };
    expect(operations.health().isReady).toBe(true);
  });

  test("a disk without work does not stand still", () => {
    operations.health();
    clock.advanceMs(60_000);
    expect(operations.health().isReady).toBe(true);
  });

  test("a venue that drains takes no orders, whatever else", () => {
    operations.markDraining();
    expect(operations.health()).toMatchObject({ isDraining: true, isReady: false });
  });
});

test("what goes wrong and what is well again is logged once", () => {
  operations.watch();
  expect(lines).toEqual([]);
  status = { ...WELL, clockHeld: true };
  operations.watch();
  operations.watch();
  status = WELL;
  operations.watch();
  clock.advanceMs(1);
  const [first, second, ...others] = lines.join("").trim().split("\n");
  expect(others).toEqual([]);
  expect(first).toContain('event=unhealthy detail="the system clock jumped; confirm it"');
  expect(second).toContain("event=healthy");
});
