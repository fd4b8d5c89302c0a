// The files of a venue that runs, as a crash would leave them.

import { cpSync } from "node:fs";

/**
 * What other threads make and rename, also while a copy is made: the journal's next segment, and
 * the files of stages. A venue makes all of it anew, out of the journal.
 */
const OF_OTHERS = /\/(spare|history|klines|settlement)\b[^/]*$/;

/** Copies a directory but for what other threads write at this moment. */
export function copyAsCrashed(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !OF_OTHERS.test(path) });
}
