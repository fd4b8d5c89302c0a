// The values that a field may have, compared as bytes: no text is made of a value to look it up.

const SPACE = 0x20;

export class ValueSet {
  /** By byte: whether this one character is a value. */
  readonly #singles = new Uint8Array(256);
  readonly #others: readonly Buffer[];

  constructor(values: readonly string[]) {
    for (const value of values) {
      if (value.length === 1) this.#singles[value.charCodeAt(0)] = 1;
    }
    const others = values.filter((value) => value.length !== 1);
    this.#others = others.map((value) => Buffer.from(value, "latin1"));
  }

  /** Cost: one look for a character; else a walk over the longer values, 200 at most in FIX. */
  has(bytes: Buffer, start: number, length: number): boolean {
    if (length === 1) return this.#singles[bytes[start] ?? 0] === 1;
    for (const value of this.#others) {
      if (value.length === length && isEqual(value, bytes, start)) return true;
    }
    return false;
  }

  /** Whether each of the values is one, with one space between two. */
  hasEach(bytes: Buffer, start: number, length: number): boolean {
    const end = start + length;
    let valueStart = start;
    for (let at = start; at <= end; at += 1) {
      if (at < end && bytes[at] !== SPACE) continue;
      if (!this.has(bytes, valueStart, at - valueStart)) return false;
      valueStart = at + 1;
    }
    return true;
  }
}

function isEqual(value: Buffer, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < value.length; index += 1) {
    if (value[index] !== bytes[start + index]) return false;
  }
  return true;
}
