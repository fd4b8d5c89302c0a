import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  encodeBalance,
  encodeClock,
  encodeLevel,
  encodeTransaction,
  toReleased,
} from "../../test/support/released.ts";
import type { BalanceUpdate } from "../domain/account.ts";
import { toAmount } from "../domain/units.ts";

const OVERDRAWN = 2;

/** Amounts on both sides of where a half, a word and the sign are full. */
const amount = fc.oneof(
  fc.bigInt({ min: -3n, max: 3n }),
  fc.constantFrom(2n ** 32n, 2n ** 63n, 2n ** 64n, 2n ** 96n).map((each) => each - 1n),
  fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }),
);
/** Mostly what is taken from available is frozen, or a little more or less. */
const balance = fc
  .record({
    account: fc.constantFrom(OVERDRAWN, 3),
    ...{ available: amount, frozen: amount, frozenMore: amount },
    lost: fc.oneof(fc.constant(0n), fc.constant(0n), amount),
  })
  .map(({ account, available, frozen, frozenMore, lost }): BalanceUpdate => {
    return {
      ...{ account, currency: 1 },
      ...{ availableBefore: toAmount(available), frozenBefore: toAmount(frozen) },
      availableAfter: toAmount(available - frozenMore - lost),
      frozenAfter: toAmount(frozen + frozenMore),
    };
  });

function keepsTotal(each: BalanceUpdate): boolean {
  const before = each.availableBefore + each.frozenBefore;
  const isBelow = each.availableAfter < 0n || each.frozenAfter < 0n;
  const isAllowed = !isBelow || each.account === OVERDRAWN;
  return before === each.availableAfter + each.frozenAfter && isAllowed;
}

test("balances keep their totals where their amounts say so", () => {
  let kept = 0;
  fc.assert(
    fc.property(fc.array(balance, { maxLength: 4 }), (balances) => {
      const records = [encodeLevel(1), ...balances.map(encodeBalance), encodeClock(1)];
      const released = toReleased(encodeTransaction({ sequence: 1 }, records));
      const expected = balances.every(keepsTotal);
      expect(released.keepsTotals(OVERDRAWN)).toBe(expected);
      if (expected && balances.length > 0) kept += 1;
    }),
    { seed: 7, numRuns: 2_000 },
  );
  expect(kept).toBeGreaterThan(200);
});

test.each([
  [[], []],
  [[1, 1, 1], [1]],
  [
    [1, 2],
    [1, 2],
  ],
  [
    [3, 1, 3],
    [3, 1],
  ],
])("levels of %j are of books %j", (levels, books) => {
  const records = levels.flatMap((each) => [encodeClock(1), encodeLevel(each)]);
  const released = toReleased(encodeTransaction({ sequence: 9 }, records));
  const noted = new Map<number, number>();
  released.noteBooks(noted);
  expect([...noted]).toEqual(books.map((each) => [each, 9]));
  const changed = [1, 2, 3, 4].filter((each) => released.changesBook(new Set([each])));
  expect(changed).toEqual([...books].sort());
});
