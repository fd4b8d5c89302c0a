// Splits `openbell <command> [words] [--flag value]`. What a flag means is the command's business.

export interface CommandLine {
  readonly words: readonly string[];
  /** Without the dashes in front; a flag without value is "true". */
  readonly flags: ReadonlyMap<string, string>;
}

/** What the person typed is no command. Told with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Errors: throws `UsageError` for a flag that stands there twice. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const words: string[] = [];
  const flags = new Map<string, string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const match = /^--?([a-z][a-z-]*)(?:=(.*))?$/s.exec(arg);
    if (match === null) {
      words.push(arg);
      continue;
    }
    const [, name = "", joined] = match;
    const isAlone = rest[0] === undefined || /^--?[a-z]/.test(rest[0]);
    const value = joined ?? (isAlone ? "true" : rest.shift());
    if (flags.has(name)) throw new UsageError(`--${name} is given twice`);
    flags.set(name, value ?? "true");
  }
  return { words, flags };
}
