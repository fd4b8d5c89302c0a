/** Reads the counts of a test runner from what it printed. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Steps that this machine cannot run. */
  readonly skipped?: number;
}

/** Exit code of a step that this machine cannot run, as of the test drivers of GNU Automake. */
export const SKIPPED = 77;

/** A step that is one check: its exit code decides. */
export function countOne(_output: string, exitCode: number): Counts {
  return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Adds up `test result:` lines, one per Rust test program. */
export function countCargoTests(output: string, exitCode: number): Counts {
  const results = output.matchAll(/^test result: \S+ (\d+) passed; (\d+) failed;/gm);
  return sum(results, exitCode);
}

/**
 * Adds up ` N pass`, ` N fail` and ` N skip` lines of `bun test`; errors between tests count as
 * failures. Skipped are those for which this machine has no browser or no Python.
 */
export function countBunTests(output: string, exitCode: number): Counts {
  const passed = /^\s*(\d+) pass$/m.exec(output)?.[1] ?? "0";
  const failed = /^\s*(\d+) fail$/m.exec(output)?.[1] ?? "0";
  const errors = /^\s*(\d+) errors?$/m.exec(output)?.[1] ?? "0";
  const skipped = Number(/^\s*(\d+) skip$/m.exec(output)?.[1] ?? "0");
  const counts = sum([["", passed, String(Number(failed) + Number(errors))]], exitCode);
  return skipped === 0 ? counts : { ...counts, skipped };
}

/**
 * Adds up the summaries of schemathesis: operations tested, unique failures and errors.
 *
 * An operation with a failure did not pass, however many cases of it did.
 */
export function countSchemathesis(output: string, exitCode: number): Counts {
  if (exitCode === SKIPPED) return { passed: 0, failed: 0, skipped: 1 };
  const add = (pattern: RegExp): number =>
    [...output.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  const tested = add(/^ {2}Tested: (\d+)$/gm);
  const failed = add(/ found (\d+) unique failures?\b/g) + add(/^ {2}🚫 .*: (\d+)$/gm);
  return sum([["", String(Math.max(0, tested - failed)), String(failed)]], exitCode);
}

function sum(results: Iterable<readonly string[]>, exitCode: number): Counts {
  let passed = 0;
  let failed = 0;
  for (const [, passedText, failedText] of results) {
    passed += Number(passedText);
    failed += Number(failedText);
  }
  // A runner that died or ran nothing has proved nothing.
  if (failed === 0 && (exitCode !== 0 || passed === 0)) failed = 1;
  return { passed, failed };
}
