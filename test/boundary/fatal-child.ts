// Runs as a process of its own: submits one command after the other, says so, and breaks its own
// journal on the way. Arguments: data directory, durability, sequence behind which to break it.

import { closeSync, fstatSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Core } from "../../gateway/core/core.ts";
import { SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

const [dataDirectory = "", durability, breakAt] = Bun.argv.slice(2);
/** Descriptors looked at; the process has a few dozen. */
const DESCRIPTORS_MAX = 1_024;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Puts a read-only file in the place of the journal's descriptors: the next write fails. */
function breakJournal(): void {
  const journal = join(dataDirectory, "journal");
  const inodes = new Set(readdirSync(journal).map((name) => statSync(join(journal, name)).ino));
  for (let descriptor = 3; descriptor < DESCRIPTORS_MAX; descriptor += 1) {
    if (!isOneOf(descriptor, inodes)) continue;
    closeSync(descriptor);
    // The system gives the lowest free one.
    while (openSync("/dev/null", "r") < descriptor);
  }
}

function isOneOf(descriptor: number, inodes: ReadonlySet<number>): boolean {
  try {
    return inodes.has(fstatSync(descriptor).ino);
  } catch {
    // No such descriptor.
    return false;
  }
}

const core = Core.open({
  ...{ dataDirectory, segmentBytes: SEGMENT_BYTES },
  durability: durability === "os" ? "os" : "fsync",
});

function next(sequence: number): void {
  say(`submitted ${sequence}`);
  core.submit(UNKNOWN_CANCEL, (transaction) => {
    say(`replied ${transaction.sequence}`);
    if (sequence === Number(breakAt)) breakJournal();
    next(sequence + 1);
  });
}

next(1);
