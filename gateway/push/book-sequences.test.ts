import { expect, test } from "bun:test";
import {
  encodeClock,
  encodeLevel,
  encodeTransaction,
  toReleased,
} from "../../test/support/released.ts";
import { BookSequences } from "./book-sequences.ts";

/** A transaction that changes the books of these instruments. */
function changing(sequence: number, ...instruments: number[]) {
  return toReleased(
    encodeTransaction({ sequence }, [encodeClock(1), ...instruments.map(encodeLevel)]),
  );
}

test("what nobody follows passes, and the last change of its book is known", () => {
  const books = new BookSequences(10);
  expect(books.passes(changing(11, 1, 1), new Map())).toBe(true);
  expect(books.passes(changing(12, 2, 3), new Map([[1, "followed"]]))).toBe(true);
  expect(books.passes(changing(13), new Map([[1, "followed"]]))).toBe(true);
  expect([1, 2, 3, 4].map((each) => books.of(each))).toEqual([11, 12, 12, 10]);
});

test("a book that is followed keeps all of its transaction, and notes nothing of it", () => {
  const books = new BookSequences(10);
  for (const instruments of [[1], [2, 1], [1, 2]]) {
    expect(books.passes(changing(11, ...instruments), new Map([[1, "followed"]]))).toBe(false);
  }
  expect([1, 2].map((each) => books.of(each))).toEqual([10, 10]);
  books.note(1, 11);
  expect(books.of(1)).toBe(11);
});
