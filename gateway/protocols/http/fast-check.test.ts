import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { makeFastCheck } from "./fast-check.ts";
import { NewOrder, ReplaceOrder } from "./schemas.ts";

const valid = { symbol: "BTC-USDT", side: "BUY", type: "LIMIT", price: "1", quantity: "1" };

describe("the fast check of an order", () => {
  const check = makeFastCheck(NewOrder);

  test("exists and accepts an order with and without the optional fields", () => {
    expect(check?.(valid)).toBe(true);
    expect(check?.({ ...valid, time_in_force: "GTX", client_order_id: "a" })).toBe(true);
  });

  test.each([
    ["a missing field", { ...valid, side: undefined }],
    ["a field that is null", { ...valid, price: null }],
    ["a number", { ...valid, price: 1 }],
    ["an unknown word", { ...valid, side: "HOLD" }],
    ["an unknown field", { ...valid, colour: "red" }],
    ["a text that is too short", { ...valid, symbol: "" }],
    ["a text that is too long", { ...valid, symbol: "x".repeat(65) }],
    ["an array", [valid]],
    ["null", null],
    ["a text", "order"],
  ])("does not accept %s", (_what, body) => expect(check?.(body)).toBe(false));

  test("does not accept a key that would hide in the prototype", () => {
    const body: unknown = JSON.parse(`${JSON.stringify(valid).slice(0, -1)},"__proto__":"x"}`);
    expect(check?.(body)).toBe(false);
  });

  test("accepts nothing that the schema refuses, and only what it leaves as it is", () => {
    const value = fc.oneof(
      fc.constantFrom("BUY", "SELL", "LIMIT", "MARKET", "GTC", "EXPIRE_TAKER", "", "x".repeat(70)),
      fc.string(),
      fc.constantFrom(null, 1, true, undefined, {}),
    );
    const keys = fc.constantFrom(...Object.keys(NewOrder.shape), "colour");
    const body = fc.dictionary(keys, value).map((entry) => ({ ...valid, ...entry }));
    fc.assert(
      fc.property(body, (candidate) => {
        if (check?.(candidate) !== true) return;
        const result: unknown = NewOrder.parse(candidate);
        expect(result).toEqual(candidate);
      }),
      { seed: 5, numRuns: 2_000 },
    );
  });
});

test("other schemas have none", () => {
  expect(makeFastCheck(ReplaceOrder)).toBeDefined();
  for (const schema of [
    z.object({ a: z.string() }),
    z.strictObject({ a: z.int() }),
    z.strictObject({ a: z.string().regex(/a/) }),
    z.strictObject({ a: z.string().default("x") }),
    z.strictObject({ a: z.string().nullable() }),
    z.union([z.string(), z.int()]),
  ]) {
    expect(makeFastCheck(schema)).toBeUndefined();
  }
});
