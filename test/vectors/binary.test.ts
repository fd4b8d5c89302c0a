// Walks test/vectors/binary: frames as other builders and the gate write them, read with the
// generated code. core-addon/wire/tests/gate/vectors.rs walks the same folder. A file that no
// reader knows, or a member of a union without a case, fails.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ByteBuffer } from "flatbuffers";
import * as generated from "../../gateway/generated/order-entry.ts";

/** Integers are texts, words have their names, a table or struct its fields. */
type Value = string | boolean | Fields | readonly Fields[];
interface Fields {
  readonly [name: string]: Value;
}

interface Message {
  readonly number?: string;
  readonly sequence?: string;
  readonly time_ns?: string;
  readonly type: string;
  readonly fields: Fields;
}

interface VectorCase {
  readonly name: string;
  readonly why: string;
  readonly source: string;
  /** One message, or all that one transaction gives. */
  readonly input: Message | readonly Message[];
  /** Hex, in lines. */
  readonly bytes: readonly string[];
}

interface VectorFile {
  readonly record: "client" | "numbered" | "server";
  readonly cases: readonly VectorCase[];
}

const folder = join(import.meta.dir, "binary");
const files = readdirSync(folder).sort();
const CLASSES: Readonly<Record<string, unknown>> = generated;
/** Of fields whose type is a word of these. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  side: generated.Side,
  orderType: generated.OrderType,
  timeInForce: generated.TimeInForce,
  selfTradePrevention: generated.SelfTradePrevention,
  status: generated.OrderStatus,
  liquidity: generated.Liquidity,
  state: generated.InstrumentState,
};

function readCases(file: string): VectorFile {
  // why: the shape is this folder's own; a wrong one fails the comparison below
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as VectorFile;
}

function toCamel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Calls a generated accessor. */
function ask(table: object, name: string, ...given: unknown[]): unknown {
  const accessor: unknown = Reflect.get(table, name);
  if (typeof accessor !== "function") throw new Error(`no accessor ${name}`);
  return accessor.apply(table, given);
}

function toTable(value: unknown): object {
  if (typeof value !== "object" || value === null) throw new Error(`${String(value)}: no table`);
  return value;
}

/** The fields that `wanted` names, as it would write them. */
function read(table: object, wanted: Fields, type: string): Fields {
  const found = Object.entries(wanted).map(([field, value]) => {
    const name = toCamel(field);
    return [field, readField(table, name, value, type)] as const;
  });
  return Object.fromEntries(found);
}

function isList(value: Value): value is readonly Fields[] {
  return Array.isArray(value);
}

function readField(table: object, name: string, wanted: Value, type: string): Value {
  if (isList(wanted)) {
    expect(ask(table, `${name}Length`)).toBe(wanted.length);
    return wanted.map((each, at) => read(toTable(ask(table, name, at)), each, ""));
  }
  const value = ask(table, name);
  if (typeof value === "boolean") return value;
  if (typeof wanted === "object") return read(toTable(value), wanted, "");
  const reasons = type === "EndOfSession" ? generated.EndReason : generated.CancelReason;
  const words: Readonly<Record<string, string | number>> | undefined =
    name === "reason" ? reasons : WORDS[name];
  return words === undefined ? String(value) : String(words[Number(value)]);
}

/** The frames in `bytes`, each as its union says. */
function readFrames(bytes: Buffer, input: readonly Message[], isClient: boolean): Message[] {
  let rest = bytes;
  const messages = input.map((wanted) => {
    const length = rest.readUInt32LE(0);
    const buffer = new ByteBuffer(new Uint8Array(rest.subarray(4, 4 + length)));
    rest = rest.subarray(4 + length);
    return isClient ? readClient(buffer, wanted) : readServer(buffer, wanted);
  });
  expect(rest).toHaveLength(0);
  return messages;
}

function bodyOf(message: generated.ClientMessage | generated.ServerMessage, type: string): object {
  const Body = CLASSES[type];
  if (typeof Body !== "function") throw new Error(`${type} is no table`);
  return toTable(message.body(Reflect.construct(Body, [])));
}

function readClient(buffer: ByteBuffer, wanted: Message): Message {
  const message = generated.ClientMessage.getRootAsClientMessage(buffer);
  const type = String(generated.ClientBody[message.bodyType()]);
  return { type, fields: read(bodyOf(message, type), wanted.fields, type) };
}

function readServer(buffer: ByteBuffer, wanted: Message): Message {
  const message = generated.ServerMessage.getRootAsServerMessage(buffer);
  const type = String(generated.ServerBody[message.bodyType()]);
  return {
    number: `${message.number()}`,
    sequence: `${message.sequence()}`,
    time_ns: `${message.timeNs()}`,
    type,
    fields: read(bodyOf(message, type), wanted.fields, type),
  };
}

function messagesOf({ input }: VectorCase): readonly Message[] {
  return "type" in input ? [input] : input;
}

describe.each(files)("%s", (file) => {
  const { record, cases } = readCases(file);

  test.each(cases.map((each) => [each.name, each] as const))("%s", (_, vector) => {
    expect([vector.why, vector.source].every((text) => text.length > 0)).toBe(true);
    const bytes = Buffer.from(vector.bytes.join(""), "hex");
    const input = messagesOf(vector);
    expect(readFrames(bytes, input, record === "client")).toEqual([...input]);
  });
});

test("every member of both unions has a case", () => {
  const known = files.map(readCases).flatMap(({ cases }) => cases.flatMap(messagesOf));
  const types = new Set(known.map(({ type }) => type));
  const members = [generated.ClientBody, generated.ServerBody].flatMap((union) =>
    Object.keys(union).filter((name) => !/^(\d+|NONE)$/.test(name)),
  );
  expect([...types].sort()).toEqual([...new Set(members)].sort());
});
