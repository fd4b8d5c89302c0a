import { expect, test } from "bun:test";
import { releasedAt, transactionAt } from "../../test/support/transactions.ts";
import type { Released } from "../core/released.ts";
import { ChangeRing } from "./change-ring.ts";

/** A core that keeps everything, and says what was asked of it. */
function decoding(changesOf: (sequence: number) => number = () => 1) {
  const asked: number[] = [];
  const lookBack = (sequence: number): Released => {
    asked.push(sequence);
    return releasedAt(sequence, changesOf(sequence));
  };
  return { asked, lookBack };
}

test("has each transaction decoded once, as far as its bound", () => {
  const { asked, lookBack } = decoding();
  const ring = new ChangeRing({ transactionsMax: 4, changesMax: 100 }, 10, lookBack);
  expect([ring.newestSequence, ring.length, ring.at(11)]).toEqual([10, 0, undefined]);
  for (let sequence = 11; sequence <= 17; sequence += 1) ring.add(sequence, undefined);
  expect([ring.length, asked]).toEqual([4, []]);
  for (const sequence of [14, 17, 14, 17])
    expect(Number(ring.at(sequence)?.sequence)).toBe(sequence);
  expect(asked).toEqual([14, 17]);
  // Those that are older are decoded for each who asks.
  for (const sequence of [13, 13]) expect(Number(ring.at(sequence)?.sequence)).toBe(sequence);
  expect(asked).toEqual([14, 17, 13, 13]);
  expect(ring.at(18)).toBeUndefined();
});

test("takes what was decoded for somebody else", () => {
  const { asked, lookBack } = decoding();
  const ring = new ChangeRing({ transactionsMax: 4, changesMax: 100 }, 0, lookBack);
  const known = transactionAt(1);
  ring.add(1, known);
  expect(ring.at(1)).toBe(known);
  expect(asked).toEqual([]);
});

test("holds no more changes than its bound, but always the newest one that was asked for", () => {
  const counts = [2, 2, 2, 9, 1];
  const { asked, lookBack } = decoding((sequence) => counts[sequence - 1] ?? NaN);
  const ring = new ChangeRing({ transactionsMax: 8, changesMax: 5 }, 0, lookBack);
  for (const [index, changes] of counts.entries()) {
    ring.add(index + 1, undefined);
    expect(ring.at(index + 1)?.changes).toHaveLength(changes);
    asked.length = 0;
    const held = Array.from({ length: ring.length }, (_, at) => ring.at(index + 1 - at));
    expect(asked).toEqual([]);
    const total = held.reduce((sum, each) => sum + (each?.changes.length ?? NaN), 0);
    expect(total <= 5 || held.length === 1).toBe(true);
  }
  expect(ring.length).toBe(1);
});

test("forgets what is no longer needed and goes on", () => {
  const { lookBack } = decoding();
  const ring = new ChangeRing({ transactionsMax: 4, changesMax: 100 }, 0, lookBack);
  for (let sequence = 1; sequence <= 3; sequence += 1) ring.add(sequence, undefined);
  ring.forget(2);
  expect([ring.length, ring.at(3)?.changes.length]).toEqual([1, 1]);
  ring.forget(9);
  expect([ring.length, ring.newestSequence]).toEqual([0, 3]);
  for (let sequence = 4; sequence <= 8; sequence += 1) ring.add(sequence, undefined);
  expect([ring.length, ring.newestSequence]).toEqual([4, 8]);
});

test("refuses a transaction out of order", () => {
  const ring = new ChangeRing({ transactionsMax: 4, changesMax: 4 }, 0, () => undefined);
  expect(() => ring.add(2, undefined)).toThrow("sequence 2 does not follow 0");
});
