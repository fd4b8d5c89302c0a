// The examples of FIX clients, run as a newcomer runs them: against the demo market, with what it
// prints.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";
import { buildEngine, type EngineName, jarsOf, missingProgram } from "./engine.ts";

const EXAMPLES = join(import.meta.dir, "../../examples/fix");
const BUILD_MS_MAX = 300_000;
const EXAMPLE_MS_MAX = 60_000;
const TEST_MS_MAX = 120_000;

let venue: VenueProcess;

beforeAll(async () => {
  const fix = { "fix-port": "0", "fix-market-data-port": "0" };
  const flags = { ...fix, "binary-port": "0", "metrics-port": "0" };
  venue = await VenueProcess.start({ profile: "demo", flags });
}, BUILD_MS_MAX);

afterAll(async () => {
  await venue.stop();
  removeDirectories();
});

/** What the demo prints for whoever connects. */
function logonWords(): string[] {
  const found = (pattern: RegExp): string => {
    const word = pattern.exec(venue.output)?.[1];
    if (word === undefined) throw new Error(`no ${pattern} in what the demo prints`);
    return word;
  };
  return [
    ...[`${venue.fixPort}`, found(/Orders .*SenderCompID=(\S+)/), found(/TargetCompID=(\S+)/)],
    ...[found(/\(553\) (\S+)/), found(/\(554\) (\S+)/)],
  ];
}

const COMMANDS: readonly [EngineName, readonly string[]][] = [
  ["quickfixj", ["java", "-cp", jarsOf("quickfixj"), "Trade.java"]],
  ["quickfixgo", ["go", "run", "."]],
];

describe.each([...COMMANDS])("%s", (name, command) => {
  const missing = missingProgram(name);
  if (missing !== undefined) process.stdout.write(`no ${missing}: ${name} is skipped\n`);

  test.if(missing === undefined)(
    "the example buys and prints its reports",
    async () => {
      await buildEngine(name);
      const directory = makeDirectory();
      cpSync(join(EXAMPLES, name), directory, { recursive: true });
      const child = Bun.spawn([...command, ...logonWords()], {
        cwd: directory,
        stdio: ["ignore", "pipe", "pipe"],
        timeout: EXAMPLE_MS_MAX,
      });
      const [output, errors, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      expect(output + errors).toContain("|150=0|");
      expect(output).toContain("|39=2|");
      expect(code).toBe(0);
    },
    TEST_MS_MAX,
  );
});
