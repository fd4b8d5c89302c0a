// Holds a message against a dictionary, in one walk over its fields as they came. The first flaw in
// the message is the answer; a required field that is missing shows only at the end.

import { type FixMessage, tagAsSent } from "../wire/message.ts";
import { readInteger } from "../wire/number.ts";
import type { Dictionary } from "./dictionary.ts";
import { Cell, type Scope, Section } from "./scope.ts";
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

/**
 * Finds the first flaw of a message; `undefined`: it has none.
 *
 * A type that the dictionary has only as a value of MsgType (35) is checked in its header alone:
 * that it is not supported is for the application to say.
 * Cost: nothing is allocated for a message without flaw.
 */
export function validate(
  message: FixMessage,
  dictionary: Dictionary,
  settings: ValidationSettings,
): Flaw | undefined {
  return walk.check(message, dictionary, settings);
}

/** One message at a time; nothing of it outlives `check`. */
class Walk {
  /** By tag: the stamp of the place in which it was last seen. */
  readonly #seen = new Int32Array(TAGS);
  #stamp = 0;
  #flaw: Flaw | undefined = undefined;
  #settings = STRICT;
  /** ValueFormat by tag of the fields that messages of this type know. */
  #formats: Uint8Array = new Uint8Array(0);

  check(
    message: FixMessage,
    dictionary: Dictionary,
    settings: ValidationSettings,
  ): Flaw | undefined {
    const definition = dictionary.find(message.msgType);
    if (definition === undefined && !dictionary.hasMsgType(message.msgType)) {
      return { reason: FlawReason.invalidMsgType };
    }
    this.#settings = settings;
    this.#flaw = undefined;
    if (this.#stamp > STAMP_MAX) {
      this.#seen.fill(0);
      this.#stamp = 0;
    }
    if (definition === undefined) return this.#frame(message, dictionary);
    this.#formats = definition.formats;
    const { scope } = definition;
    const stamp = this.#nextStamp();
    const { count, tags } = message;
    let section: number = Section.header;
    let index = 0;
    while (index < count) {
      const tag = tags[index] ?? 0;
      const own = ((scope.cells[tag] ?? 0) >> Cell.section) & Cell.sectionMask;
      if (own !== section && this.#isKnown(scope, tag)) {
        if (own < section && settings.validateFieldsOutOfOrder) {
          return { reason: FlawReason.tagOutOfOrder, tag };
        }
        section = own;
      }
      index = this.#field(message, index, scope, stamp, dictionary);
      if (index === FLAWED) return this.#flaw;
    }
    return this.#hasRequired(scope, stamp) ? undefined : this.#flaw;
  }

  /** Checks header and trailer of a message whose body is not described. */
  #frame(message: FixMessage, dictionary: Dictionary): Flaw | undefined {
    const { frame } = dictionary;
    this.#formats = dictionary.formats;
    const stamp = this.#nextStamp();
    let index = 0;
    while (index < message.count) {
      const isBody = !this.#isKnown(frame, message.tags[index] ?? 0);
      index = isBody ? index + 1 : this.#field(message, index, frame, stamp, dictionary);
      if (index === FLAWED) return this.#flaw;
    }
    return this.#hasRequired(frame, stamp) ? undefined : this.#flaw;
  }

  #isKnown(scope: Scope, tag: number): boolean {
    return (scope.cells[tag] ?? 0) !== 0;
  }

  /** Checks a field and, of a group, its entries. Returns the index of the next, or FLAWED. */
  #field(
    message: FixMessage,
    index: number,
    scope: Scope,
    stamp: number,
    dictionary: Dictionary,
  ): number {
    const tag = message.tags[index] ?? 0;
    const length = message.lengths[index] ?? 0;
    const cell = scope.cells[tag] ?? 0;
    if (length === 0 && this.#settings.validateFieldsHaveValues) {
      return this.#fail(FlawReason.tagWithoutValue, tagAsSent(tag));
    }
    if (cell === 0) return this.#strange(tag, index);
    if (this.#seen[tag] === stamp) return this.#fail(FlawReason.tagAppearsTwice, tag);
    this.#seen[tag] = stamp;
    const format = cell & Cell.format;
    const { bytes } = message;
    const start = message.starts[index] ?? 0;
    if (length > 0) {
      if (format > ValueFormat.texts && !hasFormat(format, bytes, start, length)) {
        return this.#fail(FlawReason.incorrectFormat, tag);
      }
      if ((cell & Cell.listed) !== 0 && !isListed(dictionary, tag, format, bytes, start, length)) {
        return this.#fail(FlawReason.valueOutOfRange, tag);
      }
    }
    if ((cell & Cell.group) === 0) return index + 1;
    return this.#group(message, index, scope, dictionary);
  }

  /** A field that is no member. Returns the index of the next, or FLAWED. */
  #strange(tag: number, index: number): number {
    if (isTolerated(tag, this.#settings)) return index + 1;
    const isField = (this.#formats[tag] ?? 0) !== 0;
    return isField
      ? this.#fail(FlawReason.tagNotDefinedForMessage, tag)
      : this.#fail(FlawReason.invalidTagNumber, tagAsSent(tag));
  }

  /** Checks the entries that the field at `counterIndex` counts. */
  #group(message: FixMessage, counterIndex: number, scope: Scope, dictionary: Dictionary): number {
    const { bytes, tags } = message;
    const counter = tags[counterIndex] ?? 0;
    const entry = scope.entryOf(counter);
    if (entry === undefined) return counterIndex + 1;
    const start = message.starts[counterIndex] ?? 0;
    const entries = readInteger(bytes, start, message.lengths[counterIndex] ?? 0);
    // FIX 4.0 to 4.2 type a count as any integer.
    if (!(entries >= 0)) return this.#fail(FlawReason.incorrectFormat, counter);
    let index = counterIndex + 1;
    for (let count = 0; count < entries; count += 1) {
      const tag = tags[index] ?? 0;
      if (index >= message.count || tag !== entry.first) {
        const isMember = index < message.count && count === 0 && this.#isKnown(entry, tag);
        if (isMember) return this.#fail(FlawReason.groupOutOfOrder, tag);
        return this.#fail(FlawReason.groupCountIncorrect, counter);
      }
      index = this.#entry(message, index, entry, dictionary);
      if (index === FLAWED) return FLAWED;
    }
    const isNextEntry = index < message.count && tags[index] === entry.first;
    if (isNextEntry && !this.#isKnown(scope, entry.first)) {
      return this.#fail(FlawReason.groupCountIncorrect, counter);
    }
    return index;
  }

  /** Checks one entry, up to what does not belong to it. */
  #entry(message: FixMessage, from: number, entry: Scope, dictionary: Dictionary): number {
    const stamp = this.#nextStamp();
    let index = from;
    let last = 0;
    while (index < message.count) {
      const tag = message.tags[index] ?? 0;
      const place = (entry.cells[tag] ?? 0) >> Cell.place;
      const isForeign = place === 0 && (this.#formats[tag] ?? 0) !== 0;
      if (isForeign || (tag === entry.first && index > from)) break;
      const isBack = place !== 0 && place < last && this.#seen[tag] !== stamp;
      if (isBack && this.#settings.validateUnorderedGroupFields) {
        return this.#fail(FlawReason.groupOutOfOrder, tag);
      }
      last = Math.max(place, last);
      index = this.#field(message, index, entry, stamp, dictionary);
      if (index === FLAWED) return FLAWED;
    }
    return this.#hasRequired(entry, stamp) ? index : FLAWED;
  }

  #hasRequired(scope: Scope, stamp: number): boolean {
    const { required } = scope;
    for (let index = 0; index < required.length; index += 1) {
      const tag = required[index] ?? 0;
      if (this.#seen[tag] === stamp) continue;
      this.#fail(FlawReason.requiredTagMissing, tag);
      return false;
    }
    return true;
  }

  #fail(reason: FlawReason, tag: number): typeof FLAWED {
    this.#flaw = { reason, tag };
    return FLAWED;
  }

  /** A stamp that nothing bears yet. */
  #nextStamp(): number {
    this.#stamp += 1;
    return this.#stamp;
  }
}

/** A message takes a stamp and one for each entry of a group: below 2^31 until the next message. */
const STAMP_MAX = 1 << 30;

const walk = new Walk();

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

function isTolerated(tag: number, settings: ValidationSettings): boolean {
  if (tag <= 0) return false;
  return tag < USER_DEFINED_FROM
    ? settings.allowUnknownMsgFields
    : !settings.validateUserDefinedFields;
}
