// Makes a venue: data directory, journal, first admin key. Also what `start` does first in the
// profiles that allow it.

import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { Core, type CoreOptions } from "../core/core.ts";
import { GatewayFault } from "../domain/fault.ts";
import { FEE_ACCOUNT } from "../domain/units.ts";
import { KeyStore } from "../identity/key-store.ts";
import { PERMISSION_NAMES, toPermissionBits } from "../identity/permission.ts";
import type { Command } from "./command.ts";
import type { DataFiles } from "./data-files.ts";
import { CommandFailure, ExitCode } from "./venue-client.ts";

export const INIT: Command = {
  name: "init",
  usage: "",
  summary: "make the data directory and its admin key, which is printed once",
  wordCount: 0,
  flags: [],
  async run({ config, files, clock, print }) {
    if (files.isInitialised && files.readOperatorKey() !== undefined) {
      const message = `${files.directory} is initialised already: its admin key is in operator-key`;
      throw new CommandFailure(message, ExitCode.failed);
    }
    const token = initialise(config, files, clock);
    print(`Initialised ${files.directory}. Its admin key, also in the file operator-key there:`);
    print(token);
  },
};

/**
 * Makes what is missing and an admin key; the token is in `operator-key` for the operator's
 * commands.
 *
 * On a venue whose `operator-key` or key file was removed this makes another key: whoever may read
 * the directory may do anything with it anyway.
 * Errors: throws `data_directory_unwritable`, and what opening core and keys throws.
 */
export function initialise(config: Config, files: DataFiles, clock: Clock): string {
  files.make();
  checkJournal(files);
  // Opened once so that the journal is there before anything depends on it.
  Core.open(toCoreOptions(config)).stop();
  const keys = KeyStore.open(files.keysPath, clock);
  try {
    const permissions = toPermissionBits(PERMISSION_NAMES);
    const { token } = keys.create({ account: FEE_ACCOUNT, permissions, label: "operator" });
    files.writeOperatorKey(token);
    return token;
  } finally {
    keys.close();
  }
}

/**
 * Errors: throws `journal_missing`: keys without a journal would become an empty venue unnoticed.
 */
export function checkJournal(files: DataFiles): void {
  if (!files.isInitialised || files.hasJournal) return;
  const message =
    `the journal of ${files.directory} is gone: restore the directory journal from a backup, ` +
    "or begin a new venue with another --data-directory";
  throw new GatewayFault("journal_missing", message);
}

/** The settings that the core is opened with. */
export function toCoreOptions(config: Config): CoreOptions {
  return {
    dataDirectory: config.dataDirectory,
    durability: config.durability,
    acceptClockJumps: config.clockJumpAccepted,
    segmentBytes: config.journalSegmentBytes,
    unsyncedCommandsMax: config.unsyncedCommandsMax,
    snapshotIntervalCommands: config.snapshotIntervalCommands,
    accountsMax: config.accountsMax,
    instrumentsMax: config.instrumentsMax,
    currenciesMax: config.currenciesMax,
    sessionsMax: config.sessionsMax,
    ordersMax: config.openOrdersMax,
    retainedOrdersMax: config.finalOrdersMax,
  };
}
