// What nothing that waits for the disk can be faster than: bare records, appended and synced by
// one thread, so many at a time as are in flight.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { measure, type Measured } from "./processes.ts";

export const SYNC_FLOOR = "bare group commit";

/** Acknowledgements per second and their latency. */
export async function measureSyncFloor(bench: Bench, inFlight: number): Promise<Measured> {
  const directory = join(bench.dataDirectory, "venues", "sync-floor");
  mkdirSync(directory, { recursive: true });
  const options = [`in_flight=${inFlight}`, `length_ms=${bench.size.lengthMs}`];
  const file = `out=${join(directory, "floor.bin")}`;
  try {
    return await measure([bench.program("bench"), "group-commit", ...options, file]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
