import { describe, expect, test } from "bun:test";
import { parseFrame, toFrame, toText, withChecksum } from "../../../../test/support/fix-text.ts";
import { FixMessage, tagAsSent } from "./message.ts";

const ORDER = toFrame("35=D|34=7|49=C|52=20261121-12:00:00.001|56=V|11=a|38=1.50|43=Y|97=N|");

function parse(frame: Buffer): "ok" | "garbled" {
  return new FixMessage().parse(frame, 0, frame.length);
}

test("fields are indexed in the order they came", () => {
  const message = parseFrame(ORDER);
  const tags = [...message.tags.subarray(0, message.count)];
  expect(tags).toEqual([8, 9, 35, 34, 49, 52, 56, 11, 38, 43, 97, 10]);
  expect(tags.map((_, index) => message.textAt(index)).slice(2, 7)).toEqual([
    ...["D", "7", "C", "20261121-12:00:00.001", "V"],
  ]);
  expect(message.msgType).toBe("D");
  expect(message.textAt(message.count - 1)).toHaveLength(3);
});

test("values are read by tag", () => {
  const message = parseFrame(ORDER);
  expect(message.find(38)).toBe(8);
  expect(message.find(99)).toBe(-1);
  expect([message.has(11), message.has(99)]).toEqual([true, false]);
  expect([message.text(11), message.text(99)]).toEqual(["a", undefined]);
  expect([message.is(49, "C"), message.is(49, "D"), message.is(49, "CC")]).toEqual([
    ...[true, false, false],
  ]);
  expect([message.character(11), message.character(38), message.character(99)]).toEqual([97, 0, 0]);
  expect([message.integer(34), message.integer(99)]).toEqual([7, undefined]);
  expect(message.integer(11)).toBeNaN();
  expect(message.timestamp(52)).toBe(Date.UTC(2026, 10, 21, 12, 0, 0, 1) * 1_000);
  expect(message.timestamp(11)).toBeNaN();
  expect(message.timestamp(99)).toBeUndefined();
  expect([43, 97, 11, 99].map((tag) => message.boolean(tag))).toEqual([
    ...[true, false, undefined, undefined],
  ]);
  const decimal = { mantissa: 0, scale: 0 };
  expect([message.decimal(38, decimal), decimal]).toEqual(["ok", { mantissa: 15, scale: 1 }]);
  expect([message.decimal(11, decimal), message.decimal(99, decimal)]).toEqual([
    ...["malformed" as const, "absent" as const],
  ]);
});

test("bytes above 127 come back as they were", () => {
  const frame = toFrame("35=D|58=\xff\xe9\x02|");
  expect(parseFrame(frame).text(58)).toBe("\xff\xe9\x02");
});

test("types of two letters and longer are told", () => {
  expect(parseFrame(toFrame("35=AE|")).msgType).toBe("AE");
  expect(parseFrame(toFrame("35=\xc0\xc1|")).msgType).toBe("\xc0\xc1");
  expect(parseFrame(toFrame("35=XLQ|")).msgType).toBe("XLQ");
  expect(parseFrame(toFrame("35=|")).msgType).toBe("");
});

describe("garbled is", () => {
  test.each([
    ["a tag with a letter", "35=D|4x9=C|"],
    ["a tag of letters", "35=D|abc=C|"],
    ["a field without =", "35=D|49|56=V|"],
    ["a field without tag", "35=D|=C|"],
    ["a lone minus", "35=D|-=C|"],
    ["a plus", "35=D|+1=C|"],
    ["a tag of ten digits", "35=D|1234567890=C|"],
    ["an empty field", "35=D||49=C|"],
    ["another third field", "34=2|35=D|"],
    ["data that ends early", "35=D|95=2|96=abc|"],
    ["data that ends late", "35=D|95=9|96=abc|"],
    ["data of a negative length", "35=D|95=-1|96=abc|"],
    ["data of a length that is no number", "35=D|95=x|96=abc|"],
  ])("%s", (_, fields) => expect(parse(toFrame(fields))).toBe("garbled"));

  test("a wrong checksum", () => {
    const frame = Buffer.from(ORDER);
    frame[frame.length - 2] = (frame[frame.length - 2] ?? 0) ^ 1;
    expect(parse(frame)).toBe("garbled");
  });

  test("a message of more fields than there is room for", () => {
    const frame = toFrame(`35=D|${"1=a|".repeat(10)}`);
    expect(new FixMessage(14).parse(frame, 0, frame.length)).toBe("ok");
    expect(new FixMessage(13).parse(frame, 0, frame.length)).toBe("garbled");
    expect(new FixMessage(12).parse(frame, 0, frame.length)).toBe("garbled");
  });

  test("no frame at all", () => {
    expect(new FixMessage().parse(Buffer.from("8=FIX"), 0, 5)).toBe("garbled");
  });
});

test.each([
  ["0", 0],
  ["000", 0],
  ["-0", 0],
  ["-1", -1],
  ["-35", -35],
  ["00001", 1],
  ["049", 49],
])("%s as a tag is kept as no tag, and known as %d", (sent, tag) => {
  const message = parseFrame(toFrame(`35=0|${sent}=x|49=C|`));
  expect(message.tags[3]).toBeLessThanOrEqual(0);
  expect(tagAsSent(message.tags[3] ?? 1)).toBe(tag);
  expect(message.textAt(3)).toBe("x");
  expect(message.text(49)).toBe("C");
});

test("data may hold SOH and whole fields", () => {
  const message = parseFrame(toFrame("35=D|95=8|96=a|10=00||354=3|355=||||58=x|"));
  expect(message.text(96)).toBe("a\x0110=00\x01");
  expect(message.text(355)).toBe("\x01\x01\x01");
  expect(message.text(58)).toBe("x");
});

test("data without its length is text", () => {
  expect(parseFrame(toFrame("35=D|96=abc|58=x|")).text(96)).toBe("abc");
});

test("a message is what its bytes say, wherever they start", () => {
  const bytes = withChecksum(Buffer.from("xx8=FIX.4.4\x019=5\x0135=0\x01", "latin1"));
  const frame = toFrame("35=0|");
  const all = Buffer.concat([Buffer.from("xx"), frame]);
  expect(toText(bytes).slice(2, -7)).toBe(toText(frame).slice(0, -7));
  const message = new FixMessage();
  expect(message.parse(all, 2, all.length)).toBe("ok");
  expect(message.text(35)).toBe("0");
});
