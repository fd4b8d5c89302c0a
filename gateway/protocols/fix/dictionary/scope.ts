// What may stand in one place: a message with its header and trailer, or an entry of a group.

/** Where a field belongs; a message goes through them in this order. */
export const Section = { header: 0, body: 1, trailer: 2 } as const;

/**
 * What `Scope.cells` says of a tag: bits 0 to 3 its ValueFormat, 4 and 5 its Section, 6 whether its
 * values are listed, 7 whether it counts a group, 8 whether it is required, 9 and up one more than
 * its position.
 */
export const Cell = {
  format: 0xf,
  section: 4,
  sectionMask: 3,
  listed: 0x40,
  group: 0x80,
  required: 8,
  place: 9,
};

/** A member as it is listed. */
export interface Member {
  readonly tag: number;
  readonly isRequired: boolean;
  /** Of a group: what its entries hold. */
  readonly entry?: Scope;
}

/** BeginString, BodyLength, MsgType and CheckSum: without them there is no message. */
const PARSED_TAGS: ReadonlySet<number> = new Set([8, 9, 35, 10]);

/** What a dictionary knows of fields, by tag. */
export interface FieldTables {
  /** ValueFormat; 0: there is no such field. */
  readonly formats: Uint8Array;
  /** 1: its values are listed. */
  readonly listed: Uint8Array;
}

/** The members of one place, by tag. */
export class Scope {
  /** By tag; 0 is no member. */
  readonly cells: Int32Array;
  readonly required: Int32Array;
  /** How many of them validation meets on its walk; the parser has seen the others. */
  readonly walkedRequired: number;
  /** First tag of an entry: where it appears, an entry begins. */
  readonly first: number;
  readonly #entries = new Map<number, Scope>();

  /** `sections`: members of header, body and trailer; an entry of a group has only a body. */
  constructor(sections: readonly (readonly Member[])[], fields: FieldTables) {
    this.cells = new Int32Array(fields.formats.length);
    const required: number[] = [];
    for (const [section, members] of sections.entries()) {
      for (const [index, { tag, isRequired, entry }] of members.entries()) {
        const format = fields.formats[tag] ?? 0;
        if (format === 0) throw new Error(`no field has the tag ${tag}`);
        const listed = fields.listed[tag] === 1 ? Cell.listed : 0;
        const group = entry === undefined ? 0 : Cell.group;
        const place = ((index + 1) << Cell.place) | (isRequired ? 1 << Cell.required : 0);
        this.cells[tag] = place | group | listed | (section << Cell.section) | format;
        if (entry !== undefined) this.#entries.set(tag, entry);
        if (isRequired) required.push(tag);
      }
    }
    this.required = Int32Array.from(required);
    this.walkedRequired = required.filter((tag) => !PARSED_TAGS.has(tag)).length;
    this.first = sections[Section.body]?.[0]?.tag ?? 0;
  }

  /** What an entry of the group holds that `tag` counts. */
  entryOf(tag: number): Scope | undefined {
    return this.#entries.get(tag);
  }
}

/** What of a dictionary's text a member list refers to. */
export interface MemberContext {
  readonly components: ReadonlyMap<string, string>;
  readonly fields: FieldTables;
  /** Scopes of entries by their text: a group of a component is made once for all messages. */
  readonly entries: Map<string, Scope>;
}

/** A component inside itself would never end; the deepest of FIX 5.0 SP2 is 6. */
const DEPTH_MAX = 16;

/** Reads a member list of `compileDictionary`. Errors: throws for an unknown component. */
export function readMembers(text: string, context: MemberContext, depth = 0): Member[] {
  if (depth > DEPTH_MAX) throw new Error(`components are nested more than ${DEPTH_MAX} deep`);
  const members: Member[] = [];
  let at = 0;
  while (at < text.length) {
    const match = /\s*(@)?([\w.]+)(!)?(\()?/y;
    match.lastIndex = at;
    const [all, component, name = "", mark, group] = match.exec(text) ?? [];
    if (all === undefined) throw new Error(`no member: ${text.slice(at, at + 20)}`);
    at += all.length;
    const isRequired = mark !== undefined;
    if (component !== undefined) {
      const inner = context.components.get(name);
      if (inner === undefined) throw new Error(`no component is named ${name}`);
      for (const member of readMembers(inner, context, depth + 1)) {
        members.push({ ...member, isRequired: member.isRequired && isRequired });
      }
    } else if (group === undefined) {
      members.push({ tag: Number(name), isRequired });
    } else {
      const end = findClose(text, at);
      const entry = readEntry(text.slice(at, end), context, depth);
      members.push({ tag: Number(name), isRequired, entry });
      at = end + 1;
    }
  }
  return members;
}

function readEntry(text: string, context: MemberContext, depth: number): Scope {
  const known = context.entries.get(text);
  if (known !== undefined) return known;
  const scope = new Scope([[], readMembers(text, context, depth + 1)], context.fields);
  context.entries.set(text, scope);
  return scope;
}

/** Where the parenthesis closes that was opened before `from`. */
function findClose(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    if (text[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error("a group is not closed");
}
