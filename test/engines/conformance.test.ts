// The acceptance scripts of QuickFIX, as quickfixgo has them, on the test acceptor: every one of
// every version from FIX 4.0 to 5.0 SP2.

import { beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { startAcceptor } from "./acceptor-process.ts";
import { playDefinition } from "./conformance.ts";
import { buildEngine, findQuickfixgo, missingProgram } from "./engine.ts";

const BUILD_MS_MAX = 300_000;
/** All versions at once take as long as the slowest waits for heartbeats. */
const RUN_MS_MAX = 240_000;

/** Folder of the scripts, tag 8, and the dictionaries that come with them. */
const VERSIONS = [
  ["fix40", 56, "FIX.4.0", "FIX40.xml"],
  ["fix41", 56, "FIX.4.1", "FIX41.xml"],
  ["fix42", 58, "FIX.4.2", "FIX42.xml"],
  ["fix43", 58, "FIX.4.3", "FIX43.xml"],
  // Ours, as it is built in.
  ["fix44", 59, "FIX.4.4"],
  ["fix50", 60, "FIXT.1.1", "FIX50.xml", "FIXT11.xml"],
  ["fix50sp1", 60, "FIXT.1.1", "FIX50SP1.xml", "FIXT11.xml"],
  ["fix50sp2", 60, "FIXT.1.1", "FIX50SP2.xml", "FIXT11.xml"],
] as const;

interface Outcome {
  readonly played: number;
  readonly faults: readonly string[];
}

async function play(module: string, version: (typeof VERSIONS)[number]): Promise<Outcome> {
  const [folder, , beginString, dictionary, transport] = version;
  const toFlags = (name: string, file: string | undefined): string[] =>
    file === undefined ? [] : [`--${name}`, join(module, "spec", file)];
  const acceptor = await startAcceptor("ISLD", "TW", [
    ...["--begin-string", beginString],
    ...toFlags("dictionary", dictionary),
    ...toFlags("transport-dictionary", transport),
  ]);
  const directory = join(module, "_test", "definitions", "server", folder);
  const files = readdirSync(directory).sort();
  const faults: string[] = [];
  for (const file of files) {
    const fault = await playDefinition(join(directory, file), acceptor.port);
    if (fault !== undefined) faults.push(`${file}: ${fault}`);
  }
  acceptor.child.kill("SIGTERM");
  await acceptor.child.exited;
  return { played: files.length, faults };
}

const missing = missingProgram("quickfixgo");
if (missing !== undefined)
  process.stdout.write(`no ${missing}: the acceptance scripts are skipped\n`);

describe("every acceptance script of", () => {
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    if (missing !== undefined) return;
    await buildEngine("quickfixgo");
    const module = await findQuickfixgo();
    const played = VERSIONS.map(async (each) => outcomes.set(each[0], await play(module, each)));
    await Promise.all(played);
  }, BUILD_MS_MAX + RUN_MS_MAX);

  for (const [folder, count] of VERSIONS) {
    test.if(missing === undefined)(`${folder} holds: ${count} of them`, () => {
      expect(outcomes.get(folder)).toEqual({ played: count, faults: [] });
    });
  }
});
