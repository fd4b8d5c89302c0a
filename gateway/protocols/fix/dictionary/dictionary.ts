// What messages of one FIX version may hold, as tables by tag. Made once from the text that
// compile.ts writes; validation only reads it.

import { type MemberContext, readMembers, Scope } from "./scope.ts";
import { formatOf } from "./value-format.ts";
import { ValueSet } from "./value-set.ts";

/** Largest tag of a dictionary; the tables have a place for each up to the largest it names. */
const TAG_MAX = 65_535;
const MSG_TYPE = 35;

/** Where a field belongs. */
export const Section = { body: 0, header: 1, trailer: 2 } as const;

export interface MessageDefinition {
  readonly msgType: string;
  /** Whether the session answers it, and not the application. */
  readonly isAdmin: boolean;
  readonly body: Scope;
}

interface Lines {
  readonly version: string;
  readonly header: string;
  readonly trailer: string;
  readonly components: ReadonlyMap<string, string>;
  readonly messages: readonly string[];
  readonly fields: readonly string[];
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
  /** What the value of a tag looks like (ValueFormat); 0: there is no such field. */
  readonly formats: Uint8Array;
  /** Section by tag. */
  readonly sections: Uint8Array;
  /** Values that a field may have, by tag; `undefined`: any. */
  readonly valueSets: readonly (ValueSet | undefined)[];
  readonly header: Scope;
  readonly trailer: Scope;
  readonly #messages = new Map<string, MessageDefinition>();
  readonly #msgTypes: ReadonlySet<string>;

  /** Errors: throws for texts that `compileDictionary` did not write. */
  constructor(...texts: readonly [string, ...string[]]) {
    const parts = texts.map(readLines);
    const fields = new Map(
      parts.flatMap((part) => part.fields.map((line) => readField(line, part.version))),
    );
    const tagMax = Math.max(...fields.keys());
    if (!(tagMax <= TAG_MAX)) throw new Error(`tags go up to ${TAG_MAX}, not ${tagMax}`);
    this.beginString = parts[0]?.version ?? "";
    this.formats = new Uint8Array(tagMax + 1);
    const valueSets = Array.from({ length: tagMax + 1 }, (): ValueSet | undefined => undefined);
    for (const [tag, { format, values }] of fields) {
      this.formats[tag] = format;
      if (values.length > 0) valueSets[tag] = new ValueSet(values);
    }
    this.valueSets = valueSets;
    const contexts = parts.map(({ components }) => ({ components, tagMax, entries: new Map() }));
    const toScope = (members: string, context: MemberContext | undefined): Scope =>
      new Scope(context === undefined ? [] : readMembers(members, context), tagMax);
    this.header = toScope(parts[0]?.header ?? "", contexts[0]);
    this.trailer = toScope(parts[0]?.trailer ?? "", contexts[0]);
    this.sections = new Uint8Array(tagMax + 1);
    this.#markSection(this.header, Section.header);
    this.#markSection(this.trailer, Section.trailer);
    for (const [index, { messages }] of parts.entries()) {
      for (const line of messages) {
        const [msgType = "", category = "", members] = splitWords(line, 3);
        const body = toScope(members ?? "", contexts[index]);
        this.#messages.set(msgType, { msgType, isAdmin: category === "admin", body });
      }
    }
    this.#msgTypes = new Set([...this.#messages.keys(), ...(fields.get(MSG_TYPE)?.values ?? [])]);
  }

  #markSection(scope: Scope, section: number): void {
    for (const [tag, place] of scope.places.entries()) {
      if (place !== 0) this.sections[tag] = section;
    }
  }

  /** What a message of this type holds; `undefined`: this dictionary does not describe it. */
  find(msgType: string): MessageDefinition | undefined {
    return this.#messages.get(msgType);
  }

  /** Whether there is such a type: described here, or only a value of MsgType (35). */
  hasMsgType(msgType: string): boolean {
    return this.#msgTypes.has(msgType);
  }

  /** Section of a tag, known or not. */
  sectionOf(tag: number): number {
    return this.sections[tag] ?? Section.body;
  }
}

/** The first `count − 1` words, and the rest. */
function splitWords(line: string, count: number): string[] {
  const words = line.split(" ");
  return [...words.slice(0, count - 1), words.slice(count - 1).join(" ")];
}

function readLines(text: string): Lines {
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
    messages: all("message"),
    fields: all("field"),
  };
}

interface FieldDefinition {
  readonly format: number;
  readonly values: readonly string[];
}

function readField(line: string, version: string): [tag: number, field: FieldDefinition] {
  const [tag, type = "", values = ""] = splitWords(line, 3);
  const number = Number(tag);
  if (!Number.isInteger(number) || number < 1) throw new Error(`no field: ${line}`);
  const format = formatOf(type, version);
  return [number, { format, values: values === "" ? [] : values.split("|") }];
}
