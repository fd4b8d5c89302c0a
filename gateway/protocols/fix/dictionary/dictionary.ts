// What messages of one FIX version may hold, as tables by tag. Made once from the text that
// compile.ts writes; validation only reads it.

import { type FieldTables, readMembers, Scope } from "./scope.ts";
import { formatOf } from "./value-format.ts";
import { ValueSet } from "./value-set.ts";

/** Largest tag of a dictionary; the tables have a place for each up to the largest it names. */
const TAG_MAX = 65_535;
const MSG_TYPE = 35;

export interface MessageDefinition {
  readonly msgType: string;
  /** Whether the session answers it, and not the application. */
  readonly isAdmin: boolean;
  /** Header, body and trailer. */
  readonly scope: Scope;
  /** ValueFormat by tag of the fields that are known here: of a pair, not the same for all. */
  readonly formats: Uint8Array;
}

/** One text, taken apart. */
interface Part {
  readonly version: string;
  readonly header: string;
  readonly trailer: string;
  readonly components: ReadonlyMap<string, string>;
  readonly entries: Map<string, Scope>;
  readonly messages: readonly string[];
  readonly fields: readonly FieldDefinition[];
}

interface FieldDefinition {
  readonly tag: number;
  readonly format: number;
  readonly values: readonly string[];
}

/**
 * A dictionary, or a pair: FIXT 1.1 for the session and FIX 5.0 SP2 for the application.
 *
 * Of a pair the first has the header, the trailer and the BeginString; a field that both define is
 * what the last says.
 */
export class Dictionary {
  /** BeginString (8). */
  readonly beginString: string;
  /** What a message holds of which only header and trailer are known. */
  readonly frame: Scope;
  /** What the value of a tag looks like (ValueFormat), by tag; 0: there is no such field. */
  readonly formats: Uint8Array;
  readonly #messages = new Map<string, MessageDefinition>();
  readonly #msgTypes = new Set<string>();
  readonly #valueSets: (ValueSet | undefined)[];

  /** Errors: throws for texts that `compileDictionary` did not write. */
  constructor(...texts: readonly [string, ...string[]]) {
    const [first, ...others] = texts.map(readLines);
    if (first === undefined) throw new Error("a dictionary has a text");
    const parts = [first, ...others];
    const tagMax = Math.max(...parts.flatMap((part) => part.fields.map(({ tag }) => tag)));
    if (!(tagMax <= TAG_MAX)) throw new Error(`tags go up to ${TAG_MAX}, not ${tagMax}`);
    this.beginString = first.version;
    this.formats = new Uint8Array(tagMax + 1);
    this.#valueSets = Array.from({ length: tagMax + 1 }, () => undefined);
    let fields = this.#addFields(first.fields);
    const header = readMembers(first.header, { ...first, fields });
    const trailer = readMembers(first.trailer, { ...first, fields });
    this.frame = new Scope([header, [], trailer], fields);
    for (const part of parts) {
      if (part !== first) fields = this.#addFields(part.fields);
      const context = { ...part, fields };
      for (const line of part.messages) {
        const [msgType = "", category = "", members = ""] = splitWords(line, 3);
        const scope = new Scope([header, readMembers(members, context), trailer], fields);
        const isAdmin = category === "admin";
        this.#messages.set(msgType, { msgType, isAdmin, scope, formats: fields.formats });
        this.#msgTypes.add(msgType);
      }
    }
  }

  /** Returns what is known so far: what a later part adds is unknown to messages of this one. */
  #addFields(added: readonly FieldDefinition[]): FieldTables {
    for (const { tag, format, values } of added) {
      this.formats[tag] = format;
      if (values.length > 0) this.#valueSets[tag] = new ValueSet(values);
      if (tag === MSG_TYPE) for (const msgType of values) this.#msgTypes.add(msgType);
    }
    const listed = Uint8Array.from(this.#valueSets, (values) => (values === undefined ? 0 : 1));
    return { formats: this.formats.slice(), listed };
  }

  /** What a message of this type holds; `undefined`: this dictionary does not describe it. */
  find(msgType: string): MessageDefinition | undefined {
    return this.#messages.get(msgType);
  }

  /** Whether there is such a type: described here, or only a value of MsgType (35). */
  hasMsgType(msgType: string): boolean {
    return this.#msgTypes.has(msgType);
  }

  /** The values that a field may have; `undefined`: any. */
  valuesOf(tag: number): ValueSet | undefined {
    return this.#valueSets[tag];
  }
}

/** The first `count − 1` words, and the rest. */
function splitWords(line: string, count: number): string[] {
  const words = line.split(" ");
  return [...words.slice(0, count - 1), words.slice(count - 1).join(" ")];
}

function readLines(text: string): Part {
  const byKind = new Map<string, string[]>();
  for (const line of text.trim().split("\n")) {
    const [kind = "", rest = ""] = splitWords(line, 2);
    const lines = byKind.get(kind);
    if (lines === undefined) byKind.set(kind, [rest]);
    else lines.push(rest);
  }
  const all = (kind: string): readonly string[] => byKind.get(kind) ?? [];
  const [version = ""] = all("version");
  if (!/^FIXT?\.\d\.\d(SP\d)?$/.test(version)) throw new Error(`no FIX version: "${version}"`);
  const components = new Map(
    all("component").map((line) => {
      const [name = "", members = ""] = splitWords(line, 2);
      return [name, members] as const;
    }),
  );
  return {
    version,
    header: all("header")[0] ?? "",
    trailer: all("trailer")[0] ?? "",
    components,
    entries: new Map(),
    messages: all("message"),
    fields: all("field").map((line) => readField(line, version)),
  };
}

function readField(line: string, version: string): FieldDefinition {
  const [number, type = "", values = ""] = splitWords(line, 3);
  const tag = Number(number);
  if (!Number.isInteger(tag) || tag < 1) throw new Error(`no field: ${line}`);
  const format = formatOf(type, version);
  return { tag, format, values: values === "" ? [] : values.split("|") };
}
