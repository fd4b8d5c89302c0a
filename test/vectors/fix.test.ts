// Walks test/vectors/fix: messages as bytes, as they are written and as they are read. A file that
// no reader knows fails.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Framer } from "../../gateway/protocols/fix/wire/framer.ts";
import { FixMessage } from "../../gateway/protocols/fix/wire/message.ts";
import { FixWriter, type OutboundHeader } from "../../gateway/protocols/fix/wire/writer.ts";

interface VectorCase<Input> {
  name: string;
  why: string;
  source: string;
  input: Input;
  /** Hex, in lines. */
  bytes: string[];
}

interface EncodeInput {
  header: Record<string, string>;
  msg_type: string;
  /** Type, tag, value; of a decimal its mantissa and scale, of data its hex. */
  fields: [type: string, tag: string, value: string, scale?: string][];
}

interface DecodeInput {
  /** `unframed`: the framer drops it. */
  result: "ok" | "garbled" | "unframed";
  /** From 35 on, without 10. */
  fields: [tag: string, value: string][];
}

const folder = join(import.meta.dir, "fix");

function readCases<Input>(record: string): VectorCase<Input>[] {
  // why: the shape is this folder's own; a wrong one fails the comparison below
  const file = JSON.parse(readFileSync(join(folder, `${record}.json`), "utf8")) as {
    record: string;
    cases: VectorCase<Input>[];
  };
  expect(file.record).toBe(record);
  expect(file.cases.length).toBeGreaterThan(0);
  for (const { name, why, source } of file.cases) {
    expect([name, why, source].every((text) => text.length > 0)).toBe(true);
  }
  return file.cases;
}

function toDigits(text: string | undefined): 3 | 6 | 9 {
  if (text === "6") return 6;
  return text === "9" ? 9 : 3;
}

function toHeader(input: Record<string, string>): OutboundHeader {
  const header: OutboundHeader = {
    beginString: input["begin_string"] ?? "",
    senderCompId: input["sender"] ?? "",
    targetCompId: input["target"] ?? "",
    sequence: Number(input["sequence"]),
    sendingTimeUs: Number(input["sending_time_us"]),
    timestampDigits: toDigits(input["digits"]),
  };
  const text = (name: string, set: (value: string) => void): void => {
    const value = input[name];
    if (value !== undefined) set(value);
  };
  text("poss_dup", (value) => (header.possDup = value === "true"));
  text("poss_resend", (value) => (header.possResend = value === "true"));
  text("sender_sub", (value) => (header.senderSubId = value));
  text("target_sub", (value) => (header.targetSubId = value));
  text("on_behalf_of", (value) => (header.onBehalfOfCompId = value));
  text("deliver_to", (value) => (header.deliverToCompId = value));
  text("orig_sending_time_us", (value) => (header.origSendingTimeUs = Number(value)));
  text("last_processed", (value) => (header.lastMsgSeqNumProcessed = Number(value)));
  text("appl_ver_id", (value) => (header.applVerId = value));
  return header;
}

function encode({ header, msg_type, fields }: EncodeInput): string {
  const writer = new FixWriter().begin(msg_type);
  for (const [type, number, value, more] of fields) {
    const tag = Number(number);
    if (type === "text") writer.text(tag, value);
    else if (type === "integer") writer.integer(tag, Number(value));
    else if (type === "decimal") writer.decimal(tag, Number(value), Number(more));
    else if (type === "timestamp") writer.timestamp(tag, Number(value), toDigits(more));
    else if (type === "boolean") writer.boolean(tag, value === "true");
    else if (type === "data") writer.raw(tag, Buffer.from(value, "hex"), 0, value.length / 2);
    else throw new Error(`no type ${type}`);
  }
  const frame = writer.finish(toHeader(header));
  return frame.bytes.toString("hex", frame.start, frame.end);
}

function decode(bytes: Buffer): DecodeInput {
  const framer = new Framer({ bodyBytesMax: 8_192, bufferBytesMax: 8_192 });
  framer.feed(Buffer.concat([bytes, Buffer.from("8=FIX.4.4\x01")]));
  if (framer.next() !== "message") return { result: "unframed", fields: [] };
  const message = new FixMessage();
  const result = message.parse(framer.bytes, framer.start, framer.end);
  if (result === "garbled") return { result, fields: [] };
  const fields = Array.from({ length: message.count - 3 }, (_, index): [string, string] => [
    `${message.tags[index + 2]}`,
    message.textAt(index + 2),
  ]);
  return { result, fields };
}

test("every file has a reader", () => {
  expect(readdirSync(folder).toSorted()).toEqual(["decode.json", "encode.json"]);
});

describe("is written as its bytes:", () => {
  test.each(readCases<EncodeInput>("encode").map((each) => [each.name, each] as const))(
    "%s",
    (_, { input, bytes }) => expect(encode(input)).toBe(bytes.join("")),
  );
});

describe("is read from its bytes:", () => {
  test.each(readCases<DecodeInput>("decode").map((each) => [each.name, each] as const))(
    "%s",
    (_, { input, bytes }) => expect(decode(Buffer.from(bytes.join(""), "hex"))).toEqual(input),
  );
});

test("what is written is read back", () => {
  for (const { input, bytes } of readCases<EncodeInput>("encode")) {
    const { result, fields } = decode(Buffer.from(bytes.join(""), "hex"));
    expect(result).toBe("ok");
    const tags = new Set(fields.map(([tag]) => tag));
    expect(input.fields.every(([, tag]) => tags.has(tag))).toBe(true);
  }
});
