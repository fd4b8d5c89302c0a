import { expect, test } from "bun:test";
import { RecentIds } from "./recent-ids.ts";

test("at its bound the older half is forgotten, and what comes again is not counted", () => {
  const ids = new RecentIds(4);
  for (const id of ["a", "b", "a", "b", "c", "d"]) ids.add(id);
  expect(["a", "b", "c", "d"].map((id) => ids.has(id))).toEqual([true, true, true, true]);
  ids.add("e");
  expect(["a", "b", "c", "d", "e"].map((id) => ids.has(id))).toEqual([
    ...[false, false],
    ...[true, true, true],
  ]);
});
