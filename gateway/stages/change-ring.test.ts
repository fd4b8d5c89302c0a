import { expect, test } from "bun:test";
import { transactionAt } from "../../test/support/transactions.ts";
import { ChangeRing } from "./change-ring.ts";

test("holds the newest transactions up to its bound", () => {
  const ring = new ChangeRing({ transactionsMax: 4, changesMax: 100 }, 10);
  expect([ring.newestSequence, ring.length, ring.at(10), ring.at(11)]).toEqual([
    10,
    0,
    undefined,
    undefined,
  ]);
  for (let sequence = 11; sequence <= 17; sequence += 1) ring.add(transactionAt(sequence));
  expect(ring.length).toBe(4);
  expect([13, 14, 17, 18].map((sequence) => ring.at(sequence) !== undefined)).toEqual([
    ...[false, true, true, false],
  ]);
});

test("holds no more changes than its bound, but always the newest transaction", () => {
  const ring = new ChangeRing({ transactionsMax: 8, changesMax: 5 }, 0);
  for (const [index, changes] of [2, 2, 2, 9, 1].entries()) {
    ring.add(transactionAt(index + 1, changes));
    expect(ring.at(index + 1)?.changes.length).toBe(changes);
    const held = Array.from({ length: ring.length }, (_, at) => ring.at(index + 1 - at));
    const total = held.reduce((sum, each) => sum + (each?.changes.length ?? NaN), 0);
    expect(total <= 5 || held.length === 1).toBe(true);
  }
  expect(ring.length).toBe(1);
});

test("forgets what is no longer needed and goes on", () => {
  const ring = new ChangeRing({ transactionsMax: 4, changesMax: 100 }, 0);
  for (let sequence = 1; sequence <= 3; sequence += 1) ring.add(transactionAt(sequence));
  ring.forget(2);
  expect([ring.length, ring.at(2), ring.at(3)?.sequence]).toEqual([1, undefined, 3]);
  ring.forget(9);
  expect([ring.length, ring.newestSequence]).toEqual([0, 3]);
  for (let sequence = 4; sequence <= 8; sequence += 1) ring.add(transactionAt(sequence));
  expect([ring.length, ring.at(4), ring.at(5)?.sequence]).toEqual([4, undefined, 5]);
});

test("refuses a transaction out of order", () => {
  const ring = new ChangeRing({ transactionsMax: 4, changesMax: 4 }, 0);
  expect(() => ring.add(transactionAt(2))).toThrow("sequence 2 does not follow 0");
});
