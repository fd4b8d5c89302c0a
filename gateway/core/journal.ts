// A data directory that no process serves: `journal verify` and `journal dump`.

import { callAddon, loadAddon } from "./addon.ts";
import type { VerifyReport } from "./addon.ts";

export type { VerifyReport } from "./addon.ts";

/**
 * Reads the whole journal and every snapshot, replays, and checks all that can be checked.
 *
 * Errors: throws `data_directory_locked` or `disk_operation_failed`; what is wrong with the venue
 * is in the report.
 */
export function verifyJournal(dataDirectory: string): VerifyReport {
  return callAddon(() => loadAddon().journalVerify(dataDirectory));
}

/**
 * Writes the entries that hold the sequences `from` to `to` as lines of text, in parts of any
 * length.
 *
 * Errors: throws what is wrong with a file, after everything in front of it was written, and
 * `write_failed` when `write` throws.
 */
export function dumpJournal(
  dataDirectory: string,
  from: number,
  to: number,
  write: (text: string) => void,
): void {
  callAddon(() => loadAddon().journalDump(dataDirectory, from, to, write));
}
