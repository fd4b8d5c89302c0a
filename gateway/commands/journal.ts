// Commands that read the journal of a venue that does not run.

import { dumpJournal, verifyJournal } from "../core/journal.ts";
import { UsageError } from "./command-line.ts";
import { type Command, printAnswer } from "./command.ts";
import { CommandFailure, ExitCode } from "./venue-client.ts";

const VERIFY: Command = {
  name: "journal verify",
  usage: "",
  summary: "check every file, state hash and balance; the venue must not run",
  wordCount: 0,
  flags: [],
  async run({ config, print }) {
    const report = verifyJournal(config.dataDirectory);
    printAnswer(print, {
      segments: report.segments,
      first_sequence: report.firstSequence,
      last_sequence: report.lastSequence,
      commands_replayed: report.commandsReplayed,
      state_hashes_checked: report.stateHashesChecked,
      snapshots: report.snapshots.join(" "),
      torn_bytes: report.tornBytes,
      currencies_conserved: report.currencies,
      state_hash: report.stateHash,
      problems: report.problems.length,
    });
    if (report.problems.length === 0) return;
    const problems = report.problems.map(({ code, message }) => `${code}: ${message}`);
    throw new CommandFailure(problems.join("\n"), ExitCode.failed);
  },
};

const DUMP: Command = {
  name: "journal dump",
  usage: "",
  summary: "print the journaled commands as lines of text",
  wordCount: 0,
  flags: [
    { name: "from", value: "sequence", isRequired: false },
    { name: "to", value: "sequence", isRequired: false },
  ],
  async run({ config, flags, write }) {
    const from = toSequence("from", flags.get("from") ?? "1");
    const to = toSequence("to", flags.get("to") ?? String(Number.MAX_SAFE_INTEGER));
    dumpJournal(config.dataDirectory, from, to, write);
  },
};

export const JOURNAL: readonly Command[] = [VERIFY, DUMP];

function toSequence(flag: string, text: string): number {
  const sequence = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(sequence)) return sequence;
  throw new UsageError(`--${flag} ${text} is no sequence`);
}
