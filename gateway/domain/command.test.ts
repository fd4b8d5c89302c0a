import { expect, test } from "bun:test";
import { isIdText } from "./command.ts";

test("an id has 1 to 64 printable ASCII characters without space, comma and quotes", () => {
  for (let code = 0; code < 256; code += 1) {
    const character = String.fromCharCode(code);
    const isPrintable = code > 0x20 && code < 0x7f;
    expect([character, isIdText(character)]).toEqual([
      character,
      isPrintable && !",\"'`".includes(character),
    ]);
  }
  expect(isIdText("")).toBe(false);
  expect(isIdText("a".repeat(64))).toBe(true);
  expect(isIdText("a".repeat(65))).toBe(false);
  expect(isIdText("a\n")).toBe(false);
});
