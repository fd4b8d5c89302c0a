// All commands of `openbell`, their names and their help.

import { type CommandLine, UsageError } from "./command-line.ts";
import type { Command } from "./command.ts";
import { FIX_ACCEPTOR } from "./fix-acceptor.ts";
import { INIT } from "./init.ts";
import { JOURNAL } from "./journal.ts";
import { ONLINE } from "./online.ts";

const COMMANDS: readonly Command[] = [INIT, ...ONLINE, ...JOURNAL, ...FIX_ACCEPTOR];

/** The command that the words begin with. Errors: throws `UsageError` naming what is wrong. */
export function findCommand({ words, flags }: CommandLine): Command {
  const command = COMMANDS.find(({ name }) => {
    const names = name.split(" ");
    return names.every((word, index) => words[index] === word);
  });
  if (command === undefined) {
    throw new UsageError(`no command ${words.slice(0, 2).join(" ")}; see \`openbell --help\``);
  }
  const given = words.length - command.name.split(" ").length;
  const missing = command.flags.find(({ name, isRequired }) => isRequired && !flags.has(name));
  if (given !== command.wordCount || missing !== undefined) {
    throw new UsageError(`usage: openbell ${usageOf(command)}`);
  }
  return command;
}

/** The table as docs/operating.md shows it. */
export function commandsTable(): string {
  const rows = COMMANDS.map((command) => {
    const rest = usageOf(command).slice(command.name.length + 1);
    return `| \`${command.name}\`${rest === "" ? "" : ` \`${rest}\``} | ${command.summary} |`;
  });
  return ["| command | does |", "|---|---|", ...rows].join("\n");
}

export function helpText(): string {
  const rows = [
    ["start [--profile demo|dev|test] [--<setting> <value>]", "run the venue until a signal"],
    ...COMMANDS.map((command) => [usageOf(command), command.summary]),
  ];
  return [
    "Usage: openbell <command> [--data-directory <path>] [--key <admin key>]",
    "",
    ...rows.map(([usage, summary]) => `  ${usage}\n      ${summary}`),
    "",
    "Settings: docs/operating.md. A flag --http-port sets http_port; so does OPENBELL_HTTP_PORT,",
    "and http_port in openbell.yaml, or in the file that --config names.",
    "Exit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration, 3 no venue answers.",
  ].join("\n");
}

function usageOf({ name, usage, flags }: Command): string {
  const options = flags.map(({ name: flag, value, isRequired }) => {
    const option = `--${flag} <${value}>`;
    return isRequired ? option : `[${option}]`;
  });
  return [name, usage, ...options].filter((part) => part !== "").join(" ");
}
