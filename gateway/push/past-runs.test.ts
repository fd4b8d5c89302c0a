import { expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { Transaction } from "../domain/change.ts";
import { accept, refuse, RejectCode } from "../domain/reject.ts";
import { toAmount, toSequence, toTimeUs } from "../domain/units.ts";
import { type Listener, type OpenPast, PastRuns } from "./past-runs.ts";

/** Each transaction changes a balance of one of two accounts: 3 when odd, 4 when even. */
function transaction(sequence: number): Transaction {
  const amounts = {
    availableBefore: toAmount(0n),
    availableAfter: toAmount(0n),
    frozenBefore: toAmount(0n),
    frozenAfter: toAmount(0n),
  };
  const account = sequence % 2 === 1 ? 3 : 4;
  const change = {
    entity: "balance",
    change: "updated",
    account,
    currency: 1,
    ...amounts,
  } as const;
  return {
    ...{ sequence: toSequence(sequence), timeUs: toTimeUs(0), code: 0, opcode: 10 },
    ...{ isDuplicate: false, hasBacklog: false, isSystem: false },
    ...{ account: 3, result: 0, instrument: 1, changes: [change] },
  };
}

/** A log of sequences up to 20, read in pieces of 4, that is kept behind `keptAfter`. */
function openLog({ keptAfter = 0, isFull = (): boolean => false, failsAt = Infinity } = {}) {
  const clock = new ManualClock();
  const opened: number[] = [];
  const faults: unknown[] = [];
  let openCount = 0;
  async function* read(after: number): AsyncGenerator<readonly Transaction[], void> {
    try {
      for (let first = after + 1; first <= 20; first += 4) {
        if (first >= failsAt) throw new Error("damaged");
        const length = Math.min(4, 21 - first);
        yield Array.from({ length }, (_, index) => transaction(first + index));
      }
    } finally {
      openCount -= 1;
    }
  }
  const open: OpenPast = async (after) => {
    opened.push(after);
    if (isFull()) return refuse(RejectCode.throttled);
    if (after < keptAfter) return refuse(RejectCode.history_unavailable);
    openCount += 1;
    return accept(read(after));
  };
  const runs = new PastRuns(open, clock, (error) => faults.push(error));
  /** Moves time on until everything that can happen has. */
  const settle = async (milliseconds = 20): Promise<void> => {
    for (let passed = 0; passed < milliseconds; passed += 1) {
      for (let turn = 0; turn < 12; turn += 1) {
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      clock.advanceMs(1);
    }
  };
  return { runs, opened, faults, settle, open: () => openCount };
}

/** Somebody who is told of an account; `room`: how many messages it takes until it has read. */
function listener(account: number, after: number, until: number) {
  const told: number[] = [];
  const heard: { told: number[]; end: boolean | undefined } = { told, end: undefined };
  const state = { isWanted: true, room: Infinity };
  const entry: Listener = {
    ...{ account, after, until },
    isWanted: () => state.isWanted,
    hasRoom: () => heard.told.length < state.room,
    tell: (changes, { sequence }) => {
      expect(changes.account).toBe(account);
      heard.told.push(sequence);
    },
    end: (isWhole) => {
      expect(heard.end).toBeUndefined();
      heard.end = isWhole;
    },
  };
  return { entry, heard, state };
}

test("one run tells all who wait, each of its account and between its ends", async () => {
  const log = openLog();
  const [one, two, three] = [listener(3, 6, 12), listener(4, 2, 20), listener(3, 11, 13)];
  for (const { entry } of [one, two, three]) log.runs.add(entry);
  await log.settle();
  expect(log.opened).toEqual([2]);
  expect(one.heard).toEqual({ told: [7, 9, 11], end: true });
  expect(two.heard).toEqual({ told: [4, 6, 8, 10, 12, 14, 16, 18, 20], end: true });
  expect(three.heard).toEqual({ told: [13], end: true });
  expect(log.open()).toBe(0);
});

test("a run ends with the last who needs it, and who came meanwhile gets the next", async () => {
  const log = openLog();
  const first = listener(3, 0, 4);
  const second = listener(4, 8, 12);
  const { end } = first.entry;
  log.runs.add({
    ...first.entry,
    end: (isWhole) => {
      end(isWhole);
      log.runs.add(second.entry);
    },
  });
  await log.settle();
  expect(log.opened).toEqual([0, 8]);
  expect(first.heard).toEqual({ told: [1, 3], end: true });
  expect(second.heard).toEqual({ told: [10, 12], end: true });
  expect(log.open()).toBe(0);
});

test.each([3, 9])(
  "who was away too long, before %p, hears so, and the others are told",
  async (kept) => {
    const log = openLog({ keptAfter: kept });
    const afters = [1, 2, 3, 5, 7, 8, 9, 13];
    const listeners = afters.map((after) => listener(3, after, 20));
    for (const { entry } of listeners) log.runs.add(entry);
    await log.settle();
    expect(listeners.map(({ heard }) => heard.end)).toEqual(afters.map((after) => after >= kept));
    expect(listeners.at(-2)?.heard.told).toEqual([11, 13, 15, 17, 19]);
    expect(listeners.at(-1)?.heard.told).toEqual([15, 17, 19]);
    // Looked for by halves; what was opened in vain is closed.
    expect(log.opened.length).toBeLessThanOrEqual(4);
    expect(log.open()).toBe(0);
  },
);

test("who does not read is waited for a moment, and goes on in a run of its own", async () => {
  const log = openLog();
  const slow = listener(3, 0, 20);
  const quick = listener(4, 0, 20);
  slow.state.room = 3;
  log.runs.add(slow.entry);
  log.runs.add(quick.entry);
  await log.settle(100);
  expect(quick.heard.end).toBeUndefined();
  await log.settle(1_000);
  expect(quick.heard).toEqual({ told: [2, 4, 6, 8, 10, 12, 14, 16, 18, 20], end: true });
  expect(slow.heard).toEqual({ told: [1, 3, 5], end: undefined });
  slow.state.room = Infinity;
  await log.settle();
  expect(slow.heard).toEqual({ told: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19], end: true });
  expect(log.opened).toEqual([0, 6]);
});

test("who never reads is given up after half a minute, who has left at once", async () => {
  const log = openLog();
  const stuck = listener(3, 0, 20);
  stuck.state.room = 1;
  const gone = listener(4, 0, 20);
  gone.state.isWanted = false;
  log.runs.add(gone.entry);
  log.runs.add(stuck.entry);
  await log.settle(29_000);
  expect(stuck.heard.end).toBeUndefined();
  await log.settle(2_000);
  expect(stuck.heard.end).toBe(false);
  expect(gone.heard).toEqual({ told: [], end: undefined });
  expect(log.open()).toBe(0);
});

test("too many open runs are waited for", async () => {
  let isFull = true;
  const log = openLog({ isFull: () => isFull });
  const one = listener(3, 10, 20);
  log.runs.add(one.entry);
  await log.settle(500);
  expect(one.heard.end).toBeUndefined();
  isFull = false;
  await log.settle(200);
  expect(one.heard).toEqual({ told: [11, 13, 15, 17, 19], end: true });
});

test("a log that is damaged further on ends what it cannot tell", async () => {
  const log = openLog({ failsAt: 9 });
  const [short, long] = [listener(3, 0, 8), listener(3, 0, 20)];
  log.runs.add(short.entry);
  log.runs.add(long.entry);
  await log.settle();
  expect(short.heard).toEqual({ told: [1, 3, 5, 7], end: true });
  expect(long.heard).toEqual({ told: [1, 3, 5, 7], end: false });
  expect(log.faults).toEqual([new Error("damaged")]);
});

test("a log that ends early is not taken for whole, and nobody is told after a stop", async () => {
  const log = openLog();
  const [beyond, stopped] = [listener(3, 18, 24), listener(3, 0, 20)];
  log.runs.add(beyond.entry);
  await log.settle();
  expect(beyond.heard).toEqual({ told: [19], end: false });
  log.runs.add(stopped.entry);
  log.runs.stop();
  await log.settle();
  expect(stopped.heard).toEqual({ told: [], end: undefined });
});
