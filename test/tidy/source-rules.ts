// House rules that look at one file at a time. Every message says what to do.

import { blank, type Problem, type SourceFile } from "./source-tree.ts";

const FILE_LINES_MAX = 600;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;

/** Longer functions that are better whole. Path and name → reason. */
const LONG_FUNCTIONS: ReadonlyMap<string, string> = new Map();

/** Where a forbidden word may stand: the file that owns it. */
interface Ban {
  readonly pattern: RegExp;
  readonly message: string;
  /** Paths the ban holds for. */
  readonly within: RegExp;
  readonly except?: RegExp;
}

const CODE = /\.(ts|mjs)$/;
const BANS: readonly Ban[] = [
  {
    pattern: /\bconsole\b/,
    message: "write an event with Log, or to process.stdout in a program for people",
    within: CODE,
  },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.(now|timeOrigin)\b/,
    message: "take a Clock and ask it",
    within: /^(gateway|test)\//,
    except: /^gateway\/clock(\.test)?\.ts$/,
  },
  {
    pattern: /\b(setTimeout|setInterval)\b|\bBun\.sleep/,
    message: "take a Clock; in a test await the condition with a deadline",
    within: /^(gateway|test)\//,
    except: /^gateway\/clock\.ts$/,
  },
  {
    pattern: /\bMath\.random\b/,
    message: "use a seeded generator, or crypto for secrets",
    within: CODE,
  },
  {
    pattern: /\bprocess\.(env|argv)\b/,
    message: "only main.ts reads environment and arguments; take what you need as an argument",
    within: /^gateway\//,
    except: /^gateway\/main\.ts$/,
  },
  { pattern: /\bconst enum\b/, message: "use a const object with a union type", within: CODE },
  { pattern: /\bany\b/, message: "use unknown and narrow it, or name the type", within: CODE },
  {
    pattern: /[\w)\]]!(?=[.;,)\][\s]|$)(?!\s*=)/,
    message: "handle undefined instead of `!`",
    within: CODE,
  },
  {
    pattern: /\.(skip|todo|only|failing)(\.each)?\(|\btest\.(skip|todo|only)If\(/,
    message: "run every test: assert what is true today and say why",
    within: CODE,
  },
  { pattern: /#\[ignore/, message: "run every test, or delete it", within: /\.rs$/ },
];

/** Checks one file. */
export function checkSource(file: SourceFile): Problem[] {
  return [
    ...checkName(file),
    ...checkLengths(file),
    ...checkBans(file),
    ...checkCasts(file),
    ...checkWords(file),
  ];
}

function checkName({ path }: SourceFile): Problem[] {
  const isVague = /(^|[/_-])(utils?|common|helpers?|types|misc)([/_.-]|$)/.test(path);
  if (!isVague) return [];
  return [{ path, line: 0, message: "name the file after the noun it owns" }];
}

function checkLengths({ path, text }: SourceFile): Problem[] {
  if (!/\.(ts|mjs|rs)$/.test(path) || path.includes("/generated/")) return [];
  const problems: Problem[] = [];
  const lines = text.trimEnd().split("\n");
  if (lines.length > FILE_LINES_MAX) {
    const message = `${lines.length} lines: split it along its nouns (at most ${FILE_LINES_MAX})`;
    problems.push({ path, line: 0, message });
  }
  for (const [index, line] of lines.entries()) {
    if (line.length > COLUMNS_MAX && !/https?:\/\//.test(line)) {
      const message = `${line.length} columns: break the line (at most ${COLUMNS_MAX})`;
      problems.push({ path, line: index + 1, message });
    }
  }
  for (const { line, name, length } of findFunctions(path, lines)) {
    if (length <= FUNCTION_LINES_MAX || LONG_FUNCTIONS.has(`${path} ${name}`)) continue;
    const message = `${name} has ${length} lines: extract steps (at most ${FUNCTION_LINES_MAX})`;
    problems.push({ path, line, message });
  }
  return problems;
}

const RUST_FUNCTION = /^\s*(?:pub(?:\([^)]*\))? )?(?:const |async |unsafe |extern "C" )*fn (\w+)/;
const SCRIPT_FUNCTIONS = [
  /^\s*(?:export )?(?:default )?(?:async )?function\*? (\w+)/,
  /^\s*(?:export )?const (\w+) = .*(?:=>|\()\s*[{]?$/,
  /^ {2}(?:static |async |get |set |override |\*)*([#\w]+)(?:<[^>]*>)?\(/,
  /^\s*(test|it)\b/,
];

/**
 * Named functions with their length, found by indentation: a formatted function ends at the first
 * closing brace of its own indentation. `describe` groups tests and is no function.
 */
function findFunctions(path: string, lines: readonly string[]) {
  const patterns = path.endsWith(".rs") ? [RUST_FUNCTION] : SCRIPT_FUNCTIONS;
  const found: { line: number; name: string; length: number }[] = [];
  for (const [start, line] of lines.entries()) {
    const name = patterns.map((pattern) => pattern.exec(line)?.[1]).find(Boolean);
    if (name === undefined || /^(if|for|while|switch|catch|return)$/.test(name)) continue;
    const indent = line.length - line.trimStart().length;
    const isOutside = (each: string): boolean =>
      each.trim() !== "" && each.length - each.trimStart().length <= indent;
    let end = start;
    // A signature over several lines closes with `) … {` at the same indentation.
    do {
      const next = lines.slice(end + 1).findIndex(isOutside);
      if (next < 0) break;
      end += next + 1;
    } while (/^[)\]>]/.test((lines[end] ?? "").trim()) && /[{(]$/.test(lines[end] ?? ""));
    found.push({ line: start + 1, name, length: end - start + 1 });
  }
  return found;
}

function checkBans({ path, text }: SourceFile): Problem[] {
  const bans = BANS.filter((ban) => ban.within.test(path) && ban.except?.test(path) !== true);
  if (bans.length === 0 || path.includes("/generated/")) return [];
  const lines = (CODE.test(path) ? blank(text) : text).split("\n");
  const problems: Problem[] = [];
  for (const [index, line] of lines.entries()) {
    for (const { pattern, message } of bans) {
      const match = pattern.exec(line);
      if (match === null) continue;
      problems.push({ path, line: index + 1, message: `${match[0].trim()}: ${message}` });
    }
  }
  return problems;
}

/** `import { a as b }`, and the key of a mapped type. */
const IS_RENAMING = /^\s*(import|export)\b|^\s*(type )?\w+ as \w+,$|\[\w+ in \w+ as \w/;

/** A cast overrules the type checker, so it gives its reason on its line or right above. */
function checkCasts({ path, text }: SourceFile): Problem[] {
  if (!CODE.test(path) || path.includes("/generated/")) return [];
  const lines = text.split("\n");
  const problems: Problem[] = [];
  for (const [index, line] of blank(text).split("\n").entries()) {
    if (/\/[/*] @ts-(ignore|expect-error|nocheck)/.test(lines[index] ?? "")) {
      problems.push({ path, line: index + 1, message: "mend the type instead of silencing it" });
    }
    if (!/[\w)\]}"'`>] as (?!const\b)/.test(line) || IS_RENAMING.test(line)) continue;
    let above = index - 1;
    while (above >= 0 && /^\s*\/\//.test(lines[above] ?? "")) above -= 1;
    const reason = lines.slice(above + 1, index + 1).join("\n");
    if (reason.includes("// why:")) continue;
    const message = "give the reason of the cast above it in `// why: …`, or narrow the type";
    problems.push({ path, line: index + 1, message });
  }
  return problems;
}

/** Words that no text holds, comments included. Built so that this file does not hold them. */
const WORD_BANS = [
  {
    pattern: /(?<![\w.~*)}-])\/(home|Users|root|work|tmp|private|mnt)\/\w/,
    message: "name no path of one machine: make it relative, or ask os.tmpdir()",
  },
  {
    pattern: /\b(?:TO[D]O|FIX[M]E)\b(?!\(#\d+\))/,
    message: "name the issue in brackets behind it, or do it now",
  },
];

function checkWords({ path, text }: SourceFile): Problem[] {
  const problems: Problem[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    for (const { pattern, message } of WORD_BANS) {
      if (pattern.test(line)) problems.push({ path, line: index + 1, message });
    }
  }
  return problems;
}
