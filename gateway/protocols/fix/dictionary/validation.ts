// Holds a message against a dictionary, in one walk over its fields as they came. The first flaw in
// the message is the answer; a required field that is missing shows only at the end.

import { type FixMessage, tagAsSent } from "../wire/message.ts";
import { readInteger } from "../wire/number.ts";
import { type Dictionary, Section } from "./dictionary.ts";
import { COUNTS_GROUP, type Scope } from "./scope.ts";
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

  check(
    message: FixMessage,
    dictionary: Dictionary,
    settings: ValidationSettings,
  ): Flaw | undefined {
    this.#flaw = undefined;
    if (this.#stamp > STAMP_MAX) {
      this.#seen.fill(0);
      this.#stamp = 0;
    }
    const body = dictionary.find(message.msgType)?.body;
    if (body === undefined && !dictionary.hasMsgType(message.msgType)) {
      return { reason: FlawReason.invalidMsgType };
    }
    const stamp = this.#nextStamp();
    let section: number = Section.header;
    let index = 0;
    while (index < message.count) {
      const tag = message.tags[index] ?? 0;
      const own = dictionary.sectionOf(tag);
      if (own !== section) {
        if (!this.#isInOrder(tag, own, section, dictionary, settings)) return this.#flaw;
        section = own;
      }
      const scope = scopeOf(own, dictionary, body);
      index =
        scope === undefined
          ? index + 1
          : this.#field(message, index, scope, stamp, dictionary, settings);
      if (index === FLAWED) return this.#flaw;
    }
    const isComplete =
      this.#hasRequired(dictionary.header, stamp) &&
      (body === undefined || this.#hasRequired(body, stamp)) &&
      this.#hasRequired(dictionary.trailer, stamp);
    return isComplete ? undefined : this.#flaw;
  }

  /** Of a tag nobody knows the section is unknown as well; it has a flaw of its own. */
  #isInOrder(
    tag: number,
    own: number,
    section: number,
    dictionary: Dictionary,
    settings: ValidationSettings,
  ): boolean {
    const isBack = own === Section.header || section === Section.trailer;
    const isKnown = (dictionary.formats[tag] ?? 0) !== 0;
    if (!isBack || !isKnown || !settings.validateFieldsOutOfOrder) return true;
    this.#fail(FlawReason.tagOutOfOrder, tag);
    return false;
  }

  /** Checks a field and, of a group, its entries. Returns the index of the next, or FLAWED. */
  #field(
    message: FixMessage,
    index: number,
    scope: Scope,
    stamp: number,
    dictionary: Dictionary,
    settings: ValidationSettings,
  ): number {
    const tag = message.tags[index] ?? 0;
    const length = message.lengths[index] ?? 0;
    if (length === 0 && settings.validateFieldsHaveValues) {
      return this.#fail(FlawReason.tagWithoutValue, tagAsSent(tag));
    }
    const format = dictionary.formats[tag] ?? 0;
    if (format === 0) {
      if (isTolerated(tag, settings)) return index + 1;
      return this.#fail(FlawReason.invalidTagNumber, tagAsSent(tag));
    }
    const place = scope.places[tag] ?? 0;
    if (place === 0) {
      if (isTolerated(tag, settings)) return index + 1;
      return this.#fail(FlawReason.tagNotDefinedForMessage, tag);
    }
    if (this.#seen[tag] === stamp) return this.#fail(FlawReason.tagAppearsTwice, tag);
    this.#seen[tag] = stamp;
    if (length > 0 && !this.#hasValue(message, index, format, dictionary)) return FLAWED;
    if (place < COUNTS_GROUP) return index + 1;
    return this.#group(message, index, scope, dictionary, settings);
  }

  #hasValue(message: FixMessage, index: number, format: number, dictionary: Dictionary): boolean {
    const { bytes } = message;
    const tag = message.tags[index] ?? 0;
    const start = message.starts[index] ?? 0;
    const length = message.lengths[index] ?? 0;
    if (!hasFormat(format, bytes, start, length)) {
      this.#fail(FlawReason.incorrectFormat, tag);
      return false;
    }
    const values = dictionary.valueSets[tag];
    if (values === undefined) return true;
    const isValue =
      format === ValueFormat.texts
        ? values.hasEach(bytes, start, length)
        : values.has(bytes, start, length);
    if (!isValue) this.#fail(FlawReason.valueOutOfRange, tag);
    return isValue;
  }

  /** Checks the entries that the field at `counterIndex` counts. */
  #group(
    message: FixMessage,
    counterIndex: number,
    scope: Scope,
    dictionary: Dictionary,
    settings: ValidationSettings,
  ): number {
    const { bytes, tags } = message;
    const counter = tags[counterIndex] ?? 0;
    const entry = scope.entryOf(counter);
    if (entry === undefined) return counterIndex + 1;
    const start = message.starts[counterIndex] ?? 0;
    const entries = readInteger(bytes, start, message.lengths[counterIndex] ?? 0);
    if (!(entries >= 0)) return this.#fail(FlawReason.incorrectFormat, counter);
    let index = counterIndex + 1;
    for (let count = 0; count < entries; count += 1) {
      const tag = tags[index] ?? 0;
      if (index >= message.count || tag !== entry.first) {
        const isMember = index < message.count && count === 0 && (entry.places[tag] ?? 0) !== 0;
        if (isMember) return this.#fail(FlawReason.groupOutOfOrder, tag);
        return this.#fail(FlawReason.groupCountIncorrect, counter);
      }
      index = this.#entry(message, index, entry, dictionary, settings);
      if (index === FLAWED) return FLAWED;
    }
    const isNextEntry = index < message.count && tags[index] === entry.first;
    if (isNextEntry && (scope.places[entry.first] ?? 0) === 0) {
      return this.#fail(FlawReason.groupCountIncorrect, counter);
    }
    return index;
  }

  /** Checks one entry, up to what does not belong to it. */
  #entry(
    message: FixMessage,
    from: number,
    entry: Scope,
    dictionary: Dictionary,
    settings: ValidationSettings,
  ): number {
    const stamp = this.#nextStamp();
    let index = from;
    let last = 0;
    while (index < message.count) {
      const tag = message.tags[index] ?? 0;
      const place = (entry.places[tag] ?? 0) & ~COUNTS_GROUP;
      const isForeign = place === 0 && (dictionary.formats[tag] ?? 0) !== 0;
      if (isForeign || (tag === entry.first && index > from)) break;
      const isBack = place !== 0 && place < last && this.#seen[tag] !== stamp;
      if (isBack && settings.validateUnorderedGroupFields) {
        return this.#fail(FlawReason.groupOutOfOrder, tag);
      }
      last = Math.max(place, last);
      index = this.#field(message, index, entry, stamp, dictionary, settings);
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

function scopeOf(section: number, dictionary: Dictionary, body: Scope | undefined) {
  if (section === Section.body) return body;
  return section === Section.header ? dictionary.header : dictionary.trailer;
}

function isTolerated(tag: number, settings: ValidationSettings): boolean {
  if (tag <= 0) return false;
  return tag < USER_DEFINED_FROM
    ? settings.allowUnknownMsgFields
    : !settings.validateUserDefinedFields;
}
