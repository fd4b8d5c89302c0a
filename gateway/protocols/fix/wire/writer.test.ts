import { describe, expect, test } from "bun:test";
import { parseFrame, toText } from "../../../../test/support/fix-text.ts";
import { type Frame, FixWriter, type OutboundHeader } from "./writer.ts";

const NOON_US = Date.UTC(2026, 10, 21, 12, 0, 0) * 1_000;
const HEADER: OutboundHeader = {
  beginString: "FIX.4.4",
  senderCompId: "VENUE",
  targetCompId: "CLIENT1",
  sequence: 42,
  sendingTimeUs: NOON_US + 5_000,
  timestampDigits: 3,
};

function textOf(frame: Frame): string {
  return toText(frame.bytes.subarray(frame.start, frame.end));
}

function copyOf(frame: Frame): Buffer {
  return Buffer.from(frame.bytes.subarray(frame.start, frame.end));
}

test("a message is canonical: 8, 9, 35, header ascending, body as given, 10", () => {
  const writer = new FixWriter();
  const frame = writer.begin("8").text(37, "9").integer(14, 0).boolean(912, true).finish(HEADER);
  expect(textOf(frame)).toBe(
    "8=FIX.4.4|9=72|35=8|34=42|49=VENUE|52=20261121-12:00:00.005|56=CLIENT1|" +
      "37=9|14=0|912=Y|10=083|",
  );
});

test("every header field has its place", () => {
  const frame = new FixWriter().begin("0").finish({
    ...HEADER,
    ...{ possDup: true, possResend: true, senderSubId: "s", targetSubId: "t" },
    ...{ onBehalfOfCompId: "o", origSendingTimeUs: NOON_US, deliverToCompId: "d" },
    ...{ onBehalfOfSubId: "p", deliverToSubId: "e" },
    ...{ onBehalfOfLocationId: "q", deliverToLocationId: "f" },
    ...{ lastMsgSeqNumProcessed: 7, applVerId: "9" },
  });
  const message = parseFrame(copyOf(frame));
  expect([...message.tags.subarray(2, message.count)]).toEqual([
    ...[35, 34, 43, 49, 50, 52, 56, 57, 97, 115, 116, 122, 128, 129, 144, 145, 369, 1128, 10],
  ]);
});

describe("a field of type", () => {
  const write = (add: (writer: FixWriter) => unknown): string => {
    const writer = new FixWriter().begin("D");
    add(writer);
    const text = textOf(writer.finish(HEADER));
    return text.slice(text.indexOf("CLIENT1|") + 8, text.lastIndexOf("10="));
  };
  test.each<[string, (writer: FixWriter) => unknown, string]>([
    ["text", (to) => to.text(58, "\xe9tat"), "58=\xe9tat|"],
    ["text that FIX cannot carry", (to) => to.text(58, "a\x01b\u20ac"), "58=a?b?|"],
    ["integer", (to) => to.integer(14, -120), "14=-120|"],
    ["large integer", (to) => to.integer(14, 9_007_199_254_740_991), "14=9007199254740991|"],
    ["pair", (to) => to.pair(17, 1_203, 10, ""), "17=1203-10|"],
    ["pair with a suffix", (to) => to.pair(17, 2 ** 53 - 1, 0, "R"), "17=9007199254740991-0R|"],
    ["decimal", (to) => to.decimal(44, 123_456, 2), "44=1234.56|"],
    ["decimal below one", (to) => to.decimal(44, -5, 3), "44=-0.005|"],
    ["decimal of zero", (to) => to.decimal(44, 0, 2), "44=0.00|"],
    ["timestamp", (to) => to.timestamp(60, NOON_US), "60=20261121-12:00:00.000000|"],
    ["timestamp of 9", (to) => to.timestamp(60, NOON_US, 9), "60=20261121-12:00:00.000000000|"],
    ["boolean", (to) => to.boolean(912, false), "912=N|"],
    ["data", (to) => to.integer(95, 3).raw(96, Buffer.from("xa\x01by"), 1, 3), "95=3|96=a|b|"],
    ["tag 1", (to) => to.text(1, "a"), "1=a|"],
    ["tag 10000", (to) => to.text(10_000, "a"), "10000=a|"],
  ])("%s", (_, add, text) => expect(write(add)).toBe(text));
});

describe("a defect of the caller is refused:", () => {
  const writer = new FixWriter();
  test.each<[string, () => unknown]>([
    ["an empty text", () => writer.begin("D").text(1, "")],
    ["empty data", () => writer.begin("D").raw(96, Buffer.alloc(0), 0, 0)],
    ["a fraction", () => writer.begin("D").integer(14, 0.5)],
    ["no number", () => writer.begin("D").integer(14, Number.NaN)],
    ["an empty CompID", () => writer.begin("D").finish({ ...HEADER, targetCompId: "" })],
    ["a CompID without end", () => writer.finish({ ...HEADER, targetCompId: "x".repeat(5_000) })],
    ["a negative sequence", () => writer.begin("D").finish({ ...HEADER, sequence: -1 })],
    [
      "a message above the bound",
      () => new FixWriter(8_000).begin("B").text(58, "x".repeat(9_000)),
    ],
  ])("%s", (_, act) => expect(act).toThrow(RangeError));

  test("and leaves a writer that works", () => {
    expect(textOf(writer.begin("0").finish(HEADER))).toContain("|35=0|");
  });
});

test("the buffer grows with the message, and is used again", () => {
  const writer = new FixWriter();
  const text = "abc".repeat(20_000);
  const long = parseFrame(copyOf(writer.begin("B").text(148, text).finish(HEADER)));
  expect(long.text(148)).toBe(text);
  expect(parseFrame(copyOf(writer.begin("0").text(112, "x").finish(HEADER))).text(112)).toBe("x");
});

describe("a message that is sent again", () => {
  const stored = new FixWriter().begin("8").text(37, "9").text(58, "x");
  const later = { sendingTimeUs: NOON_US + 60_000_000, timestampDigits: 3 } as const;

  test("has 43, 122 and a new 52, and is else as it was", () => {
    const message = parseFrame(copyOf(stored.finish(HEADER)));
    expect(textOf(new FixWriter().resend(message, later))).toBe(
      "8=FIX.4.4|9=97|35=8|34=42|43=Y|49=VENUE|52=20261121-12:01:00.000|56=CLIENT1|" +
        "122=20261121-12:00:00.005|37=9|58=x|10=090|",
    );
  });

  test("keeps its header in order, and is valid", () => {
    const header = { ...HEADER, possResend: true, deliverToCompId: "d", applVerId: "9" };
    const message = parseFrame(copyOf(stored.begin("8").text(37, "9").finish(header)));
    const again = parseFrame(copyOf(new FixWriter().resend(message, later)));
    expect([...again.tags.subarray(2, again.count)]).toEqual([
      ...[35, 34, 43, 49, 52, 56, 97, 122, 128, 1128, 37, 10],
    ]);
    expect(again.text(122)).toBe("20261121-12:00:00.005");
    const twice = parseFrame(copyOf(new FixWriter().resend(again, later)));
    expect(twice.text(122)).toBe("20261121-12:01:00.000");
    expect(twice.count).toBe(again.count);
  });
});
