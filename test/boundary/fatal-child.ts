// Runs as a process of its own: submits one command after the other, says so, and breaks its own
// journal on the way. Arguments: data directory, durability, sequence behind which to break it.

import { dlopen } from "bun:ffi";
import { fstatSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Core } from "../../gateway/core/core.ts";
import { SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

const [dataDirectory = "", durability, breakAt] = Bun.argv.slice(2);
/** Descriptors looked at; the process has a few dozen. */
const DESCRIPTORS_MAX = 1_024;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Atomic: between a close and an open, the thread that makes spares could take the number. */
const libc = dlopen(process.platform === "darwin" ? "libSystem.B.dylib" : "libc.so.6", {
  dup2: { args: ["int", "int"], returns: "int" },
});

/** Puts a read-only file in the place of the segment's descriptor: the next write fails. */
function breakJournal(): void {
  const journal = join(dataDirectory, "journal");
  // Beside segments there are spares, which another thread is making and renaming.
  const segments = readdirSync(journal).filter((name) => name.endsWith(".segment"));
  const inodes = new Set(segments.map((name) => statSync(join(journal, name)).ino));
  const unwritable = openSync("/dev/null", "r");
  for (let descriptor = 3; descriptor < DESCRIPTORS_MAX; descriptor += 1) {
    if (!isOneOf(descriptor, inodes)) continue;
    if (libc.symbols.dup2(unwritable, descriptor) !== descriptor) throw new Error("dup2 failed");
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
