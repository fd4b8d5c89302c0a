// Says quickly that a body matches its schema. Made from the schema itself, so that there is still
// one truth: what is not accepted here goes through the schema, which also finds the words for what
// is wrong. On the order path this saves 2 µs of 3.

import { z } from "zod";

interface FieldCheck {
  readonly name: string;
  readonly isOptional: boolean;
  readonly lengthMin: number;
  readonly lengthMax: number;
  /** The words allowed, of an enum. */
  readonly words: ReadonlySet<string> | undefined;
}

/**
 * Makes a check of a strict object whose fields are texts and enums, optional or not. Of any other
 * schema there is none.
 *
 * A value that passes matches the schema, and the schema would return it unchanged.
 */
export function makeFastCheck(schema: z.ZodType): ((value: unknown) => boolean) | undefined {
  if (!(schema instanceof z.ZodObject)) return undefined;
  // A strict object is one whose other keys may have no value.
  if (!(schema.def.catchall instanceof z.ZodNever)) return undefined;
  const fields: FieldCheck[] = [];
  for (const [name, field] of Object.entries(schema.shape)) {
    const check = readField(name, field);
    if (check === undefined) return undefined;
    fields.push(check);
  }
  return (value) => matches(fields, value);
}

function matches(fields: readonly FieldCheck[], value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // why: reading any key of an object is safe; each value is checked below
  const body = value as Readonly<Record<string, unknown>>;
  let known = 0;
  for (const { name, isOptional, lengthMin, lengthMax, words } of fields) {
    const text = body[name];
    if (text === undefined) {
      if (!isOptional) return false;
      continue;
    }
    if (typeof text !== "string") return false;
    if (words !== undefined && !words.has(text)) return false;
    if (text.length < lengthMin || text.length > lengthMax) return false;
    known += 1;
  }
  let keys = 0;
  for (const _key in body) keys += 1;
  return keys === known;
}

function readField(name: string, field: unknown): FieldCheck | undefined {
  const isOptional = field instanceof z.ZodOptional;
  const inner: unknown = isOptional ? field.unwrap() : field;
  const unbounded = { lengthMin: 0, lengthMax: Number.POSITIVE_INFINITY };
  if (inner instanceof z.ZodEnum) {
    const words = new Set(inner.options.map(String));
    return { name, isOptional, ...unbounded, words };
  }
  if (!(inner instanceof z.ZodString)) return undefined;
  let { lengthMin, lengthMax } = unbounded;
  for (const { _zod } of inner.def.checks ?? []) {
    const { def } = _zod;
    if (def.check === "min_length" && "minimum" in def) lengthMin = Number(def.minimum);
    else if (def.check === "max_length" && "maximum" in def) lengthMax = Number(def.maximum);
    else return undefined;
  }
  return { name, isOptional, lengthMin, lengthMax, words: undefined };
}
