import { expect, test } from "bun:test";
import {
  countBunTests,
  countCargoTests,
  countOne,
  countSchemathesis,
  SKIPPED,
} from "./test-counts.ts";

const CARGO = `
running 2 tests
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s
`;

test.each([
  ["both programs", CARGO, 101, { passed: 5, failed: 1 }],
  ["a compile error", "error: could not compile", 101, { passed: 0, failed: 1 }],
  [
    "a crash after good results",
    CARGO.replace("1 failed", "0 failed"),
    134,
    { passed: 5, failed: 1 },
  ],
  ["no test at all", "", 0, { passed: 0, failed: 1 }],
])("cargo: counts %s", (_, output, exitCode, counts) => {
  expect(countCargoTests(output, exitCode)).toEqual(counts);
});

test.each([
  ["all good", "\n 11 pass\n 0 fail\n", 0, { passed: 11, failed: 0 }],
  ["a failure", "\n 11 pass\n 2 fail\n", 1, { passed: 11, failed: 2 }],
  ["an error outside tests", "\n 11 pass\n 0 fail\n 1 error\n", 1, { passed: 11, failed: 1 }],
  ["a crash", "panic: Segmentation fault", 132, { passed: 0, failed: 1 }],
  ["no test at all", "\n 0 pass\n 0 fail\n", 0, { passed: 0, failed: 1 }],
])("bun: counts %s", (_, output, exitCode, counts) => {
  expect(countBunTests(output, exitCode)).toEqual(counts);
});

test("a single check counts by its exit code", () => {
  expect(countOne("", 0)).toEqual({ passed: 1, failed: 0 });
  expect(countOne("", 1)).toEqual({ passed: 0, failed: 1 });
});

const SCHEMATHESIS = `
API Operations:
  Selected: 21/43
  Tested: 21

Test cases:
  2380 generated, 2380 passed, 18 skipped
`;
const FAILURES = SCHEMATHESIS.replace("2380 passed", "6 found 2 unique failures");
const ERRORS = `${SCHEMATHESIS}\nErrors:\n  🚫 Network Error: 3\n`;

test.each([
  ["two runs", SCHEMATHESIS + SCHEMATHESIS, 0, { passed: 42, failed: 0 }],
  ["failures", SCHEMATHESIS + FAILURES, 1, { passed: 40, failed: 2 }],
  ["errors", ERRORS, 1, { passed: 18, failed: 3 }],
  ["a venue that is not ready afterwards", SCHEMATHESIS, 1, { passed: 21, failed: 1 }],
  ["a crash", "Traceback (most recent call last):", 1, { passed: 0, failed: 1 }],
  ["no case at all", "", 0, { passed: 0, failed: 1 }],
  [
    "a machine without Python",
    "skipped: Python is missing",
    SKIPPED,
    { passed: 0, failed: 0, skipped: 1 },
  ],
])("schemathesis: counts %s", (_, output, exitCode, counts) => {
  expect(countSchemathesis(output, exitCode)).toEqual(counts);
});

test("tests that bun skipped are counted as skipped", () => {
  const output = " 3 pass\n 2 skip\n 0 fail\n";
  expect(countBunTests(output, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 });
});
