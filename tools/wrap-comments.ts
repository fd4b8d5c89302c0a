/** Wraps comment lines that are too long; code is the formatters' business. */

const COLUMNS_MAX = 100;
/** Indentation, comment sign and space: of `//`, `///`, `//!` and the lines of a block. */
const COMMENT = /^(\s*(?:\/\/[/!]?|\*) )(\S.*)$/;
/** What begins a paragraph of its own and must not be joined to the line before. */
const PARAGRAPH = /^(?:[-*|#]|`{3}|\d+\.|[A-Z][a-z]+:|why:)/;

/** Moves the words beyond column 100 to the next line of the same paragraph, or to a new one. */
export function wrapComments(text: string): string {
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const [, indent, block] = /^(\s*)\/\*\* (.*) \*\/$/.exec(line) ?? [];
    if (line.length > COLUMNS_MAX && block !== undefined) {
      lines.splice(index, 1, `${indent}/**`, `${indent} * ${block}`, `${indent} */`);
      continue;
    }
    const [, prefix, words] = COMMENT.exec(line) ?? [];
    if (line.length <= COLUMNS_MAX || prefix === undefined || words === undefined) continue;
    const end = line.lastIndexOf(" ", COLUMNS_MAX);
    // One long word, a table row or a line of code in a block stays as it is.
    if (end < prefix.length || /^(?:\||`{3})/.test(words) || line.endsWith("*/")) continue;
    const rest = line.slice(end + 1);
    lines[index] = line.slice(0, end);
    const [, nextPrefix, nextWords] = COMMENT.exec(lines[index + 1] ?? "") ?? [];
    const isSameParagraph =
      nextPrefix === prefix && nextWords !== undefined && !PARAGRAPH.test(nextWords);
    if (isSameParagraph) lines[index + 1] = `${prefix}${rest} ${nextWords}`;
    else lines.splice(index + 1, 0, `${prefix}${rest}`);
  }
  return lines.join("\n");
}
