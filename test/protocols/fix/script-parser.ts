// Reads a FIX script: one situation, told as lines in and lines out. README.md has the words.

/** Before the first step: what kind of session this is. */
export interface Directive {
  readonly word: string;
  readonly rest: string;
}

export interface Step {
  /** 1-based. */
  readonly line: number;
  readonly word: string;
  /** Which connection, as in `I2,35=…`; empty for the only one. */
  readonly peer: string;
  readonly rest: string;
}

export interface Script {
  /** The comment at the top. */
  readonly title: string;
  readonly directives: readonly Directive[];
  readonly steps: readonly Step[];
}

const MESSAGE = /^([IER])(?:(\w+),)?(\S.*)$/;
const DIRECTIVES = [
  "version",
  "settings",
  "set",
  "password",
  "schedule",
  "store",
  "bound",
  "venue",
];
const WORDS = [
  ...["connect", "close", "closed", "open", "silence", "wait", "stall", "unstall"],
  ...["say", "restart", "announce", "stop"],
];

/** Errors: throws for a line that is none, with its number. */
export function parseScript(text: string): Script {
  const title: string[] = [];
  const directives: Directive[] = [];
  const steps: Step[] = [];
  for (const [index, each] of text.split("\n").entries()) {
    const line = index + 1;
    const trimmed = each.trim();
    if (trimmed === "") continue;
    if (trimmed.startsWith("#")) {
      if (steps.length === 0 && directives.length === 0) title.push(trimmed.slice(1).trim());
      continue;
    }
    const message = MESSAGE.exec(trimmed);
    const [word = "", ...words] = trimmed.split(" ");
    if (message !== null && trimmed.includes("=")) {
      const [, kind = "", peer = "", rest = ""] = message;
      steps.push({ line, word: kind, peer, rest });
    } else if (DIRECTIVES.includes(word) && steps.length === 0) {
      directives.push({ word, rest: words.join(" ") });
    } else if (WORDS.includes(word)) {
      const hasPeer = /^\d+$/.test(words[0] ?? "");
      const rest = (hasPeer ? words.slice(1) : words).join(" ");
      steps.push({ line, word, peer: hasPeer ? (words[0] ?? "") : "", rest });
    } else {
      throw new Error(`line ${line} is no step: ${trimmed}`);
    }
  }
  if (title.length === 0) throw new Error("a script begins with a comment that says what it shows");
  return { title: title.join(" "), directives, steps };
}
