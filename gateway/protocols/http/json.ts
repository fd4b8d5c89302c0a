// Strict JSON: bounded depth, no key given twice, numbers as text where they are money. JSON.parse
// does the reading; one pass over the text finds what it would let through.

/** Deeper documents are refused before anything is built. Source: reliability.md 5.2. */
export const JSON_DEPTH_MAX = 16;

export type JsonResult =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly detail: string };

/** Reads a document. */
export function parseJson(text: string): JsonResult {
  return parse(text, (valid) => JSON.parse(valid));
}

/** Reads a document whose numbers become the text they were written with: never a float. */
export function parseJsonExactly(text: string): JsonResult {
  return parse(text, (valid) => JSON.parse(valid, keepSource));
}

/** `context` is the third argument of revivers, not yet in the compiler's library. */
function keepSource(_key: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === "number" ? context?.source : value;
}

function parse(text: string, read: (text: string) => unknown): JsonResult {
  // Decoding put this character in the place of bytes that are no UTF-8; none of our texts has it.
  if (text.includes("\ufffd")) return { ok: false, detail: "Body is not valid UTF-8" };
  const keyCount = countKeysInText(text);
  if (keyCount === undefined) {
    return { ok: false, detail: `JSON is nested deeper than ${JSON_DEPTH_MAX}` };
  }
  let value: unknown;
  try {
    value = read(text);
  } catch {
    return { ok: false, detail: "Body is not valid JSON" };
  }
  if (countKeys(value) !== keyCount) return { ok: false, detail: "A key is given twice" };
  return { ok: true, value };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Counts the colons outside strings, which of valid JSON is the number of keys; `undefined` when it
 * is nested too deep. Of invalid JSON the count means nothing, and JSON.parse refuses it.
 */
function countKeysInText(text: string): number | undefined {
  let depth = 0;
  let colons = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (isInString) {
      if (character === BACKSLASH) index += 1;
      else if (character === QUOTE) isInString = false;
    } else if (character === QUOTE) {
      isInString = true;
    } else if (character === COLON) {
      colons += 1;
    } else if (character === 0x7b || character === 0x5b) {
      depth += 1;
      if (depth > JSON_DEPTH_MAX) return undefined;
    } else if (character === 0x7d || character === 0x5d) {
      depth -= 1;
    }
  }
  return colons;
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const entry of value) count += countKeys(entry);
    return count;
  }
  // A parsed object has no inherited keys that can be enumerated.
  const fields: Readonly<Record<string, unknown>> = { ...value };
  for (const key in fields) {
    count += 1;
    if (typeof fields[key] === "object") count += countKeys(fields[key]);
  }
  return count;
}
