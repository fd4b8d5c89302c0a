// A refusal is a value, never an exception: its code, and what the generated table says of it.

import { rejectByNumber } from "../generated/reject-codes.ts";
import type { RejectCode, RejectRow } from "../generated/reject-codes.ts";

// Sessions and protocols may not import generated/; they name codes through this file.
export { RejectCode, rejectByNumber } from "../generated/reject-codes.ts";
export type { RejectRow } from "../generated/reject-codes.ts";

/** What a parser returns: the value, or why there is none. */
export type Parsed<Value> = { ok: true; value: Value } | { ok: false; reject: RejectCode };

export function accept<Value>(value: Value): Parsed<Value> {
  return { ok: true, value };
}

export function refuse(reject: RejectCode): { ok: false; reject: RejectCode } {
  return { ok: false, reject };
}

/**
 * Of several codes the one that comes first in the order of checks, and of equals the first given.
 * Source: rules 4.8.
 */
export function firstReject(first: RejectCode, ...others: readonly RejectCode[]): RejectCode {
  const precedenceOf = (code: RejectCode): number => rejectByNumber[code].precedence;
  return others.reduce(
    (lowest, code) => (precedenceOf(code) < precedenceOf(lowest) ? code : lowest),
    first,
  );
}

/** All the values, or of all refusals the one that comes first in the order of checks. */
export function acceptAll<Values extends unknown[]>(
  ...parsed: { [Index in keyof Values]: Parsed<Values[Index]> }
): Parsed<Values> {
  const values: unknown[] = [];
  const rejects: RejectCode[] = [];
  for (const each of parsed) {
    if (each.ok) values.push(each.value);
    else rejects.push(each.reject);
  }
  const [first, ...others] = rejects;
  // why: without a refusal every value is there, in its place
  return first === undefined ? accept(values as Values) : refuse(firstReject(first, ...others));
}

/** The row of a number from the core, or `undefined` when this build does not know it. */
export function findReject(number: number): RejectRow | undefined {
  const rows: Readonly<Record<number, RejectRow | undefined>> = rejectByNumber;
  return rows[number];
}

/** The code of a number from the core, or `undefined` when this build does not know it. */
export function findRejectCode(number: number): RejectCode | undefined {
  return findReject(number)?.number;
}
