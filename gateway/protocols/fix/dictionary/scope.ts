// What may stand in one place: the header, the trailer, the body of a message, an entry of a group.

/** Marks a place in `places` whose field counts the entries of a group. */
export const COUNTS_GROUP = 0x8000;

/** A member as it is listed. */
export interface Member {
  readonly tag: number;
  readonly isRequired: boolean;
  /** Of a group: what its entries hold. */
  readonly entry?: Scope;
}

/** The members of one place, by tag. */
export class Scope {
  /** By tag: 0 is no member, else one more than its position, with COUNTS_GROUP for a group. */
  readonly places: Uint16Array;
  readonly required: Int32Array;
  /** First tag of an entry: where it appears, an entry begins. */
  readonly first: number;
  readonly #entries = new Map<number, Scope>();

  /** Bounds: tags are at most `tagMax`; fewer than 32,768 members. */
  constructor(members: readonly Member[], tagMax: number) {
    this.places = new Uint16Array(tagMax + 1);
    this.required = Int32Array.from(members.filter((each) => each.isRequired).map(tagOf));
    this.first = members[0]?.tag ?? 0;
    for (const [index, { tag, entry }] of members.entries()) {
      this.places[tag] = (index + 1) | (entry === undefined ? 0 : COUNTS_GROUP);
      if (entry !== undefined) this.#entries.set(tag, entry);
    }
  }

  /** What an entry of the group holds that `tag` counts. */
  entryOf(tag: number): Scope | undefined {
    return this.#entries.get(tag);
  }
}

function tagOf(member: Member): number {
  return member.tag;
}

/** What of a dictionary's text a member list refers to. */
export interface MemberContext {
  readonly components: ReadonlyMap<string, string>;
  readonly tagMax: number;
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
  const scope = new Scope(readMembers(text, context, depth + 1), context.tagMax);
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
