// What a command is, and what it is given.

import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { DataFiles } from "./data-files.ts";
import { CommandFailure, ExitCode, VenueClient } from "./venue-client.ts";

export interface CommandInput {
  readonly config: Config;
  readonly files: DataFiles;
  readonly clock: Clock;
  /** What stands behind the command's name. */
  readonly words: readonly string[];
  /** The command's own flags. */
  readonly flags: ReadonlyMap<string, string>;
  /** Writes one line to the person. */
  readonly print: (line: string) => void;
  /** Writes text that has its own line ends. */
  readonly write: (text: string) => void;
}

/** An own flag of a command, beside the settings. */
export interface CommandFlag {
  readonly name: string;
  /** What stands for the value in the help. */
  readonly value: string;
  readonly isRequired: boolean;
}

export interface Command {
  /** One or two words. */
  readonly name: string;
  /** What follows the name in the help. */
  readonly usage: string;
  readonly summary: string;
  /** How many words must follow the name. */
  readonly wordCount: number;
  readonly flags: readonly CommandFlag[];
  /** Errors: throws `CommandFailure`, `GatewayFault`. */
  readonly run: (input: CommandInput) => Promise<void>;
}

/**
 * The running venue of the data directory. Errors: throws `CommandFailure` without key or address.
 */
export function connect({ config, files }: CommandInput): VenueClient {
  const token = config.key === "" ? files.readOperatorKey() : config.key;
  if (token === undefined) {
    throw new CommandFailure(
      `no admin key: give --key or OPENBELL_KEY, or name the venue's data directory with ` +
        `--data-directory (now ${files.directory})`,
      ExitCode.failed,
    );
  }
  const address = files.readAddress() ?? `http://${config.httpHost}:${config.httpPort}`;
  return new VenueClient(address, token);
}

/** Prints an answer as `name  value` lines; a list of objects below its name, one a line. */
export function printAnswer(print: CommandInput["print"], answer: unknown): void {
  if (typeof answer !== "object" || answer === null) return;
  const entries = Object.entries(answer);
  const width = Math.max(...entries.map(([key]) => key.length));
  for (const [key, value] of entries) {
    const isList = Array.isArray(value) && typeof value[0] === "object";
    print(isList ? key : `${key.padEnd(width)}  ${toText(value)}`);
    if (isList) for (const line of toTable(value)) print(`  ${line}`);
  }
}

/** The fields of objects of one kind in columns, with their names above. */
function toTable(list: readonly object[]): string[] {
  const rows = list.map((each) => Object.values(each).map(toText));
  const lines = [Object.keys(list[0] ?? {}), ...rows];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function toText(value: unknown): string {
  if (Array.isArray(value)) return value.map(toText).join(",");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "–");
}
