// Holds a message against a dictionary, in one walk over its fields as they came. The first flaw in
// the message is the answer; a required field that is missing shows only at the end.

import { type FixMessage, tagAsSent } from "../wire/message.ts";
import { readInteger } from "../wire/number.ts";
import type { Dictionary } from "./dictionary.ts";
import { Cell, type Scope } from "./scope.ts";
import { hasFormat, ValueFormat } from "./value-format.ts";

/** SessionRejectReason (373): what validation finds. */
export const FlawReason = {
  invalidTagNumber: 0,
  requiredTagMissing: 1,
  tagNotDefinedForMessage: 2,
  tagWithoutValue: 4,
  valueOutOfRange: 5,
  incorrectFormat: 6,
  invalidMsgType: 11,
  tagAppearsTwice: 13,
  tagOutOfOrder: 14,
  groupOutOfOrder: 15,
  groupCountIncorrect: 16,
} as const;
export type FlawReason = (typeof FlawReason)[keyof typeof FlawReason];

/** Why a message is rejected. */
export interface Flaw {
  /** 373 */
  readonly reason: FlawReason;
  /** 371: the tag to blame, when it is one. */
  readonly tag?: number;
}

/** What is checked besides, by the names that QuickFIX has for it. */
export interface ValidationSettings {
  /** Header before body before trailer. */
  readonly validateFieldsOutOfOrder: boolean;
  /** No value is empty. */
  readonly validateFieldsHaveValues: boolean;
  /** The fields of a group's entry come as the dictionary lists them. */
  readonly validateUnorderedGroupFields: boolean;
  /** Tags from 5000 on must be known, and known for the message. */
  readonly validateUserDefinedFields: boolean;
  /** Tags below 5000 may be unknown, or unknown for the message. */
  readonly allowUnknownMsgFields: boolean;
}

/** Everything is checked. */
export const STRICT: ValidationSettings = {
  validateFieldsOutOfOrder: true,
  validateFieldsHaveValues: true,
  validateUnorderedGroupFields: true,
  validateUserDefinedFields: true,
  allowUnknownMsgFields: false,
};

const USER_DEFINED_FROM = 5_000;
/** A tag that a dictionary may name is below this. */
const TAGS = 65_536;
/** What a step returns after a flaw, in the place of the next index. */
const FLAWED = -1;

// What the steps below share; all of it is set by `validate`, and one message is checked at a time.
/** By tag: the stamp of the message or entry in which it was last seen. */
const seen = new Int32Array(TAGS);
let lastStamp = 0;
/** ValueFormat by tag of the fields that messages of this type know. */
let formats: Uint8Array = new Uint8Array(0);
let settings = STRICT;
let flaw: Flaw | undefined;

/** A message takes a stamp and one for each entry of a group: below 2^31 until the next message. */
const STAMP_MAX = 1 << 30;

/**
 * Finds the first flaw of a message; `undefined`: it has none.
 *
 * A type that the dictionary has only as a value of MsgType (35) is checked in its header and
 * trailer alone: that it is not supported is for the application to say.
 * Cost: nothing is allocated for a message without flaw.
 */
export function validate(
  message: FixMessage,
  dictionary: Dictionary,
  checks: ValidationSettings,
): Flaw | undefined {
  const definition = dictionary.find(message.msgType);
  if (definition === undefined && !dictionary.hasMsgType(message.msgType)) {
    return { reason: FlawReason.invalidMsgType };
  }
  if (lastStamp > STAMP_MAX) {
    seen.fill(0);
    lastStamp = 0;
  }
  formats = definition?.formats ?? NO_FORMATS;
  settings = definition === undefined ? FRAME_ONLY : checks;
  const scope = definition?.scope ?? dictionary.frame;
  const stamp = nextStamp();
  // The parser has found these four in their places and read them.
  seen[8] = stamp;
  seen[9] = stamp;
  seen[35] = stamp;
  seen[10] = stamp;
  const end = message.count - 1;
  if (walkFields(message, FRAME_FIELDS, end, scope, stamp, false, dictionary) !== FLAWED) {
    return undefined;
  }
  const isStray = flaw?.reason === FlawReason.tagNotDefinedForMessage;
  return (isStray ? findGraver(message, scope, end) : undefined) ?? flaw;
}

/**
 * What is told in the place of a field that belongs to other messages: a field outside its section,
 * then one that is missing. Source: the order of QuickFIX, by its acceptance scripts.
 */
function findGraver(message: FixMessage, scope: Scope, end: number): Flaw | undefined {
  let last = 0;
  for (let index = FRAME_FIELDS; index < end; index += 1) {
    const tag = message.tags[index] ?? 0;
    const cell = scope.cells[tag] ?? 0;
    if (cell === 0) continue;
    const section = (cell >> Cell.section) & Cell.sectionMask;
    if (section < last && settings.validateFieldsOutOfOrder) {
      return { reason: FlawReason.tagOutOfOrder, tag };
    }
    last = section;
  }
  const missing = scope.required.find((tag) => !message.has(tag));
  return missing === undefined
    ? undefined
    : { reason: FlawReason.requiredTagMissing, tag: missing };
}

/** Of BeginString, BodyLength and MsgType. */
const FRAME_FIELDS = 3;

/** A stamp that nothing bears yet. */
function nextStamp(): number {
  lastStamp += 1;
  return lastStamp;
}

/** Of a body that is not described every tag may be anything. */
const FRAME_ONLY: ValidationSettings = {
  validateFieldsOutOfOrder: false,
  validateFieldsHaveValues: false,
  validateUnorderedGroupFields: false,
  validateUserDefinedFields: false,
  allowUnknownMsgFields: true,
};
const NO_FORMATS = new Uint8Array(0);

/**
 * Checks a message, or an entry of a group from its first field up to what does not belong to it;
 * `stamp` marks what was seen of it. Returns the index behind, or FLAWED.
 */
function walkFields(
  message: FixMessage,
  from: number,
  end: number,
  scope: Scope,
  stamp: number,
  isEntry: boolean,
  dictionary: Dictionary,
): number {
  const { bytes, tags, starts, lengths } = message;
  const { cells } = scope;
  const { validateFieldsHaveValues } = settings;
  const isOrdered = isEntry
    ? settings.validateUnorderedGroupFields
    : settings.validateFieldsOutOfOrder;
  /** Section of a message, place in an entry: neither goes back. */
  let last = 0;
  let index = from;
  let missing = scope.walkedRequired;
  while (index < end) {
    const tag = tags[index] ?? 0;
    const length = lengths[index] ?? 0;
    const cell = tag >>> 0 < cells.length ? (cells[tag] ?? 0) : 0;
    if (isEntry && isBeyond(tag, cell, scope, index > from)) break;
    if (length === 0 && validateFieldsHaveValues) {
      return fail(FlawReason.tagWithoutValue, tagAsSent(tag));
    }
    if (cell === 0) {
      if (!isTolerated(tag)) return failStrange(tag);
      index += 1;
      continue;
    }
    const order = isEntry ? cell >> Cell.place : (cell >> Cell.section) & Cell.sectionMask;
    const isBack = order < last && isOrdered;
    if (isBack && !isEntry) return fail(FlawReason.tagOutOfOrder, tag);
    if (seen[tag] === stamp) return fail(FlawReason.tagAppearsTwice, tag);
    seen[tag] = stamp;
    if (isBack) return fail(FlawReason.groupOutOfOrder, tag);
    last = order;
    missing -= (cell >> Cell.required) & 1;
    if (length > 0) {
      const format = cell & Cell.format;
      const start = starts[index] ?? 0;
      if (!hasFormat(format, bytes, start, length)) {
        return fail(FlawReason.incorrectFormat, tag);
      }
      if ((cell & Cell.listed) !== 0 && !isListed(dictionary, tag, format, bytes, start, length)) {
        return fail(FlawReason.valueOutOfRange, tag);
      }
    }
    index += 1;
    if ((cell & Cell.group) !== 0) {
      index = walkGroup(message, index, scope, dictionary);
      if (index === FLAWED) return FLAWED;
    }
  }
  return missing === 0 ? index : findMissing(scope, stamp, index);
}

/** Returns `index` when all that is required was seen under this stamp. */
function findMissing({ required }: Scope, stamp: number, index: number): number {
  for (const tag of required) {
    if (seen[tag] !== stamp) return fail(FlawReason.requiredTagMissing, tag);
  }
  return index;
}

/** Whether a field ends the entry before it. A tag that nobody knows is taken as the entry's. */
function isBeyond(tag: number, cell: number, entry: Scope, isInside: boolean): boolean {
  return cell === 0 ? (formats[tag] ?? 0) !== 0 : tag === entry.first && isInside;
}

/** Checks the entries that the field before `from` counts. Returns the index behind, or FLAWED. */
function walkGroup(
  message: FixMessage,
  from: number,
  scope: Scope,
  dictionary: Dictionary,
): number {
  const { bytes, count, tags, starts, lengths } = message;
  const counter = tags[from - 1] ?? 0;
  const entry = scope.entryOf(counter);
  if (entry === undefined) return from;
  const entries = readInteger(bytes, starts[from - 1] ?? 0, lengths[from - 1] ?? 0);
  // FIX 4.0 to 4.2 type a count as any integer.
  if (!(entries >= 0)) return fail(FlawReason.incorrectFormat, counter);
  let index = from;
  for (let each = 0; each < entries; each += 1) {
    const tag = index < count ? (tags[index] ?? 0) : 0;
    if (tag !== entry.first) {
      const isMember = each === 0 && (entry.cells[tag] ?? 0) !== 0;
      if (isMember) return fail(FlawReason.groupOutOfOrder, tag);
      return fail(FlawReason.groupCountIncorrect, counter);
    }
    index = walkFields(message, index, count, entry, nextStamp(), true, dictionary);
    if (index === FLAWED) return FLAWED;
  }
  const isNextEntry = index < count && tags[index] === entry.first;
  if (isNextEntry && (scope.cells[entry.first] ?? 0) === 0) {
    return fail(FlawReason.groupCountIncorrect, counter);
  }
  return index;
}

function fail(reason: FlawReason, tag: number): typeof FLAWED {
  flaw = { reason, tag };
  return FLAWED;
}

/** A field that is no member. */
function failStrange(tag: number): typeof FLAWED {
  const isField = (formats[tag] ?? 0) !== 0;
  return isField
    ? fail(FlawReason.tagNotDefinedForMessage, tag)
    : fail(FlawReason.invalidTagNumber, tagAsSent(tag));
}

function isListed(
  dictionary: Dictionary,
  tag: number,
  format: number,
  bytes: Buffer,
  start: number,
  length: number,
): boolean {
  const values = dictionary.valuesOf(tag);
  if (values === undefined) return true;
  if (format === ValueFormat.texts) return values.hasEach(bytes, start, length);
  return values.has(bytes, start, length);
}

/** Whether a field that is no member may be there. */
function isTolerated(tag: number): boolean {
  if (tag < USER_DEFINED_FROM) return settings.allowUnknownMsgFields && tag > 0;
  return !settings.validateUserDefinedFields;
}
