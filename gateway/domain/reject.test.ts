import { expect, test } from "bun:test";
import { RejectCode } from "../generated/reject-codes.ts";
import { accept, acceptAll, findReject, findRejectCode, refuse } from "./reject.ts";

test("finds the row of every code", () => {
  for (const code of Object.values(RejectCode)) {
    expect(findReject(code)?.number).toBe(code);
  }
});

test("answers undefined for a number this build does not know", () => {
  expect(findReject(0)).toBeUndefined();
  expect(findRejectCode(65_535)).toBeUndefined();
});

test("of several refusals the one that comes first in the order of checks is given", () => {
  const lower = refuse(RejectCode.price_required);
  const higher = refuse(RejectCode.price_not_tick_multiple);
  expect(acceptAll(accept(1), higher, lower)).toEqual(lower);
  expect(acceptAll(lower, accept(1), higher)).toEqual(lower);
  expect(acceptAll(accept(1), accept("two"))).toEqual(accept<[number, string]>([1, "two"]));
});
