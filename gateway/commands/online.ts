// Commands to a running venue. Each is one call of its admin API.

import { type Command, type CommandInput, connect, printAnswer } from "./command.ts";
import { CommandFailure, ExitCode } from "./venue-client.ts";

/** A command that makes one call and prints the answer. */
function call(
  name: string,
  usage: string,
  summary: string,
  flags: readonly string[],
  toRequest: (input: CommandInput) => { method: string; path: string; body?: object },
): Command {
  return {
    name,
    usage,
    summary,
    wordCount: usage.match(/</g)?.length ?? 0,
    flags,
    async run(input) {
      const { method, path, body } = toRequest(input);
      printAnswer(input.print, await connect(input).call(method, path, body));
    },
  };
}

/** The n-th word, escaped for a path. */
function segment({ words }: CommandInput, index: number): string {
  return encodeURIComponent(words[index] ?? "");
}

/** Own flags under the names of the API: `maker-rate` → `maker_rate`. */
function fields({ flags }: CommandInput, names: readonly string[]): Record<string, string> {
  const given = names.flatMap((name) => {
    const value = flags.get(name);
    return value === undefined ? [] : [[name.replaceAll("-", "_"), value]];
  });
  return Object.fromEntries(given);
}
