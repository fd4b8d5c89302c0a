import { expect, test } from "bun:test";
import { wrapComments } from "./wrap-comments.ts";

const LONG = `${"word ".repeat(18)}end`;

test.each<[string, string, string]>([
  ["a long line", `// ${LONG} and more`, `// ${LONG} and\n// more`],
  ["words go to the next line", `// ${LONG} ands\n// more`, `// ${LONG}\n// ands more`],
  [
    "an indented Rust comment",
    `    /// ${LONG} more`,
    `    /// ${LONG.slice(0, -4)}\n    /// end more`,
  ],
  ["a line of a block", ` * ${LONG} more\n */`, ` * ${LONG}\n * more\n */`],
  [
    "a new paragraph stays apart",
    `// ${LONG} more\n// Units: ms.`,
    `// ${LONG}\n// more\n// Units: ms.`,
  ],
  ["a list stays apart", `// ${LONG} more\n// - one`, `// ${LONG}\n// more\n// - one`],
  ["a block on one line", `/** ${LONG} more */`, `/**\n * ${LONG}\n * more\n */`],
  ["code", `f("${LONG}"); // because`, `f("${LONG}"); // because`],
  ["one long word", `// ${"x".repeat(120)}`, `// ${"x".repeat(120)}`],
  ["a short line", "// short", "// short"],
])("%s", (_, before, after) => {
  expect(wrapComments(before)).toBe(after);
  expect(wrapComments(after)).toBe(after);
});
