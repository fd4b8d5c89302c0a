import { expect, test } from "bun:test";
import { RejectCode } from "../generated/reject-codes.ts";
import { findReject, findRejectCode } from "./reject.ts";

test("finds the row of every code", () => {
  for (const code of Object.values(RejectCode)) {
    expect(findReject(code)?.number).toBe(code);
  }
});

test("answers undefined for a number this build does not know", () => {
  expect(findReject(0)).toBeUndefined();
  expect(findRejectCode(65_535)).toBeUndefined();
});
