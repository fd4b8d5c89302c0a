import { expect, test } from "bun:test";
import type { Transaction } from "../domain/change.ts";
import { accept, refuse, RejectCode } from "../domain/reject.ts";
import { toSequence, toTimeUs } from "../domain/units.ts";
import { PastSource } from "./past-source.ts";

const PIECE = 4;

function transaction(sequence: number): Transaction {
  return {
    ...{ sequence: toSequence(sequence), timeUs: toTimeUs(0), code: 0, opcode: 10 },
    ...{ isDuplicate: false, hasBacklog: false, isSystem: false },
    ...{ account: 3, result: 0, instrument: 1, changes: [] },
  };
}

/** A log up to `durable` that was pushed up to `applied`; those behind `keptAfter` are kept. */
function openLog(start: { applied: number; durable: number; keptAfter: number }) {
  const state = { ...start, executedAfter: 0 };
  const opened: number[] = [];
  let openCount = 0;
  async function* execute(after: number, last: number): AsyncGenerator<Transaction[], void> {
    try {
      for (let first = after + 1; first <= last; first += PIECE) {
        const length = Math.min(PIECE, last - first + 1);
        yield Array.from({ length }, (_, index) => transaction(first + index));
      }
    } finally {
      openCount -= 1;
    }
  }
  const log = {
    recent: (sequence: number) =>
      sequence > state.keptAfter && sequence <= state.durable ? transaction(sequence) : undefined,
    open: async (after: number) => {
      if (after < state.executedAfter) return refuse(RejectCode.history_unavailable);
      opened.push(after);
      openCount += 1;
      return accept(execute(after, state.durable));
    },
  };
  const source = new PastSource(log, () => state.applied);
  /** All that is read; `meanwhile` happens after each piece. */
  const read = async (after: number, meanwhile: () => void = () => {}): Promise<number[]> => {
    const found = await source.open(after);
    if (!found.ok) return [-1];
    const sequences: number[] = [];
    for await (const piece of found.value) {
      sequences.push(...piece.map(({ sequence }) => sequence));
      meanwhile();
    }
    return sequences;
  };
  return { state, opened, source, read, openCount: () => openCount };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test("what is kept is not executed, and nothing is told before it was pushed", async () => {
  const log = openLog({ applied: 18, durable: 20, keptAfter: 5 });
  expect([log.source.isRecent(4), log.source.isRecent(5)]).toEqual([false, true]);
  expect(await log.read(5)).toEqual(range(6, 18));
  expect(await log.read(18)).toEqual([]);
  expect(log.opened).toEqual([]);
});

test("what is not kept is executed, up to what is", async () => {
  const log = openLog({ applied: 20, durable: 20, keptAfter: 5 });
  expect(await log.read(1)).toEqual(range(2, 20));
  expect(log.opened).toEqual([1]);
  expect(log.openCount()).toBe(0);
});

test("what is executed is told once it was pushed, and the rest is executed again", async () => {
  const log = openLog({ applied: 18, durable: 40, keptAfter: 100 });
  let pieces = 0;
  const told = await log.read(1, () => {
    pieces += 1;
    // Behind the piece of which only the first one was pushed.
    if (pieces === 5) log.state.applied = 35;
  });
  expect(told).toEqual(range(2, 35));
  expect(log.openCount()).toBe(0);
});

test("goes on to what is pushed meanwhile, in pieces", async () => {
  const log = openLog({ applied: 1_000, durable: 9_000, keptAfter: 0 });
  const sizes: number[] = [];
  const told = await log.read(0, () => {
    sizes.push(log.state.applied);
    log.state.applied = Math.min(log.state.applied + 100, 1_500);
  });
  expect(told).toEqual(range(1, 1_500));
  expect(sizes.length).toBeGreaterThan(2);
});

test("what leaves the memory meanwhile is executed, as far as it was pushed", async () => {
  const log = openLog({ applied: 1_003, durable: 1_010, keptAfter: 0 });
  const told = await log.read(0, () => {
    log.state.keptAfter = 2_000;
    log.state.applied = Math.min(log.state.applied + 1, 1_010);
  });
  expect(told).toEqual(range(1, 1_010));
  expect(log.opened[0]).toBe(512);
  expect(log.openCount()).toBe(0);
});

test("ends early where nothing reaches back to, and refuses to begin there", async () => {
  const log = openLog({ applied: 1_000, durable: 1_000, keptAfter: 0 });
  const told = await log.read(0, () => {
    log.state.keptAfter = 2_000;
    log.state.executedAfter = 900;
  });
  expect(told).toEqual(range(1, 512));
  expect(await log.read(512)).toEqual([-1]);
  log.state.durable = 950;
  expect(await log.read(940)).toEqual(range(941, 950));
  expect(log.openCount()).toBe(0);
});
