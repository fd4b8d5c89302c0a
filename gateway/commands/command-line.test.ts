import { expect, test } from "bun:test";
import { parseCommandLine, UsageError } from "./command-line.ts";

test.each<[string, string[], string[], Record<string, string>]>([
  ["words", ["key", "list"], ["key", "list"], {}],
  ["a flag with its value", ["start", "--http-port", "80"], ["start"], { "http-port": "80" }],
  ["an equals sign", ["start", "--http-port=80"], ["start"], { "http-port": "80" }],
  ["a value with an equals sign", ["--label=a=b"], [], { label: "a=b" }],
  ["a flag alone", ["start", "--help"], ["start"], { help: "true" }],
  [
    "a flag before a flag",
    ["--insecure-listen", "--http-port", "1"],
    [],
    { "insecure-listen": "true", "http-port": "1" },
  ],
  ["a short flag", ["-h"], [], { h: "true" }],
  ["a negative number as value", ["--maker-fee", "-0.0001"], [], { "maker-fee": "-0.0001" }],
])("reads %s", (_, args, words, flags) => {
  const line = parseCommandLine(args);
  expect(line.words).toEqual(words);
  expect(Object.fromEntries(line.flags)).toEqual(flags);
});

test("a flag given twice is refused", () => {
  expect(() => parseCommandLine(["--a", "1", "--a=2"])).toThrow(UsageError);
});
