// For Workers of stages: their processor time is what the order path leaves.

import { setPriority } from "node:os";

/** As the core's own background threads have. */
const NICENESS = 10;

/**
 * Lets the calling Worker run behind the other threads. On other systems than Linux, niceness
 * belongs to the whole process, so nothing is done there.
 */
export function lowerPriority(): void {
  if (process.platform === "linux") setPriority(0, NICENESS);
}
