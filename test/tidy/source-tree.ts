// Reads the tree for the house rules: texts, and code with comments and string contents blanked.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What a rule found; the message says what to do. */
export interface Problem {
  readonly path: string;
  /** 1-based; 0 is the file as a whole. */
  readonly line: number;
  readonly message: string;
}

const UNREAD = /(^|\/)(node_modules|target|data|\.git|\.toolchain|test-output)\//;
const TEXTS = "**/*.{ts,mjs,rs,toml,md,csv,fbs,json,yaml,scenario}";

/** Every text file a person may have written, sorted by path. */
export function readTree(root: string): SourceFile[] {
  const paths = [...new Bun.Glob(TEXTS).scanSync({ cwd: root, dot: true })];
  return paths
    .filter((path) => !UNREAD.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const QUOTED = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/y;
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/y;
const TEMPLATE_TEXT = /(?:\\[^]|\$(?!\{)|[^`\\$])*/y;
/** A slash after this starts a regular expression; after anything else it divides. */
const WANTS_VALUE = /(?:^|[(,=:[!&|?{};>]|\breturn)\s*$/;

/**
 * The text with comments, string contents and regular expressions as spaces: same lines and
 * columns.
 *
 * For TypeScript. Code in `${}` of a template is kept.
 */
export function blank(text: string): string {
  let code = "";
  /** Open braces of each `${` we are in, innermost last. */
  const depths: number[] = [];
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = code.length;
    return pattern.exec(text)?.[0] ?? "";
  };
  const toSpaces = (piece: string): string => piece.replace(/[^\n]/g, " ");
  while (code.length < text.length) {
    const sign = text.charAt(code.length);
    const innermost = depths.at(-1);
    if (sign === "`" || (sign === "}" && innermost === 0)) {
      if (sign === "}") depths.pop();
      code += sign;
      code += toSpaces(take(TEMPLATE_TEXT));
      if (text.startsWith("${", code.length)) {
        code += "${";
        depths.push(0);
      } else code += text.charAt(code.length);
      continue;
    }
    if (innermost !== undefined && sign === "{") depths[depths.length - 1] = innermost + 1;
    if (innermost !== undefined && sign === "}") depths[depths.length - 1] = innermost - 1;
    const comment = take(COMMENT);
    const isExpression = comment === "" && sign === "/" && WANTS_VALUE.test(code.slice(-80));
    const literal = isExpression ? take(REGULAR_EXPRESSION) : take(QUOTED);
    if (comment !== "") code += toSpaces(comment);
    else code += literal === "" ? sign : sign + toSpaces(literal.slice(1));
  }
  return code;
}
