import { describe, expect, test } from "bun:test";
import { toFrame, toText } from "../../../../test/support/fix-text.ts";
import { Framer } from "./framer.ts";

const BOUNDS = { bodyBytesMax: 200, bufferBytesMax: 1_000 };
const HEARTBEAT = toText(toFrame("35=0|34=2|"));
const TEST_REQUEST = toText(toFrame("35=1|34=3|112=a|"));

/** What comes out of chunks: messages as text, and other results, equal ones in a row as one. */
function frame(chunks: readonly string[], bounds = BOUNDS): string[] {
  const framer = new Framer(bounds);
  const results: string[] = [];
  for (const chunk of chunks) {
    framer.feed(Buffer.from(chunk.replaceAll("|", "\x01"), "latin1"));
    for (let result = framer.next(); result !== "incomplete"; result = framer.next()) {
      const { bytes, start, end } = framer;
      const text = result === "message" ? toText(bytes.subarray(start, end)) : result;
      if (text !== results.at(-1) || result === "message") results.push(text);
    }
  }
  return results;
}

test("messages in one chunk are cut apart", () => {
  expect(frame([HEARTBEAT + TEST_REQUEST])).toEqual([HEARTBEAT, TEST_REQUEST]);
});

test("BodyLength may have zeros in front", () => {
  const padded = "8=FIX.4.4|9=0010|35=0|34=2|10=000|";
  expect(frame([padded])).toEqual([padded]);
});

describe("what is no message is dropped:", () => {
  test.each([
    ["garbage", "hello", ["garbled", TEST_REQUEST]],
    ["garbage with a number that ends like a BeginString", "108=30|", ["garbled", TEST_REQUEST]],
    ["BeginString alone", "8=FIX.4.4|", ["garbled", TEST_REQUEST]],
    ["a BeginString that does not end", `8=${"F".repeat(40)}`, ["garbled", TEST_REQUEST]],
    ["another second field", "8=FIX.4.4|35=0|9=5|10=000|", ["garbled", TEST_REQUEST]],
    ["an empty BodyLength", "8=FIX.4.4|9=|35=0|10=000|", ["garbled", TEST_REQUEST]],
    ["a BodyLength with a letter", "8=FIX.4.4|9=1x|35=0|10=000|", ["garbled", TEST_REQUEST]],
    ["a negative BodyLength", "8=FIX.4.4|9=-5|35=0|10=000|", ["garbled", TEST_REQUEST]],
    ["a BodyLength that is too short", "8=FIX.4.4|9=4|35=0|10=000|", ["garbled", TEST_REQUEST]],
    ["a CheckSum of two digits", "8=FIX.4.4|9=5|35=0|10=00|", ["garbled", TEST_REQUEST]],
    ["a CheckSum with a letter", "8=FIX.4.4|9=5|35=0|10=00x|", ["garbled", TEST_REQUEST]],
    ["a field before BeginString", "35=0|8=FIX.4.4|9=6|34=2|10=000|", ["garbled", TEST_REQUEST]],
    [
      "a message whose text holds another, with a wrong end",
      `8=FIX.4.4|9=${`58=${HEARTBEAT}`.length}|58=${HEARTBEAT}11=0|`,
      ["garbled", TEST_REQUEST],
    ],
    ["a BodyLength that reaches into the next", "8=FIX.4.4|9=16|35=0|10=000|", ["garbled"]],
    [
      "a body above the bound",
      "8=FIX.4.4|9=201|35=0|10=000|",
      ["too_large", "garbled", TEST_REQUEST],
    ],
    ["a length of ten digits", "8=FIX.4.4|9=1234567890|", ["too_large", "garbled", TEST_REQUEST]],
  ])("%s", (_, text, results) => {
    const all = frame([text + TEST_REQUEST]);
    expect(all.filter((each) => each !== "garbled")).toEqual(
      results.filter((each) => each !== "garbled"),
    );
    expect(all[0]).toBe(results[0] ?? "");
  });
});

test("what is certainly garbled is told before its declared end has come", () => {
  expect(frame(["8=FIX.4.4|9=5|35=0|10=00x"])).toEqual(["garbled"]);
  expect(frame(["8=FIX.4.4|9=5|35=0"])).toEqual([]);
  expect(frame(["8=FIX.4.4|9=4|35=0"])).toEqual(["garbled"]);
});

test("every split of a stream gives the same messages", () => {
  const junk = "8=FIX.4.4|9=30|35=D|34=2|10=000|x58=8=FIX";
  const stream = `${HEARTBEAT}${junk}${TEST_REQUEST}8=8=FIX.4.4|9=999|${HEARTBEAT}108=3|`;
  const whole = frame([stream]).filter((each) => each.startsWith("8="));
  expect(whole).toEqual([HEARTBEAT, HEARTBEAT]);
  for (let first = 0; first <= stream.length; first += 1) {
    for (let second = first; second <= stream.length; second += 1) {
      const chunks = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)];
      expect(frame(chunks).filter((each) => each.startsWith("8="))).toEqual(whole);
    }
  }
  expect(frame([...stream]).filter((each) => each.startsWith("8="))).toEqual(whole);
});

test("bytes that nobody takes are bounded: what is above is dropped", () => {
  const framer = new Framer({ bodyBytesMax: 200, bufferBytesMax: 100 });
  const message = toFrame("35=0|34=2|");
  for (let fed = 0; fed * message.length <= 100; fed += 1) framer.feed(message);
  framer.feed(message);
  expect(framer.next()).toBe("too_large");
  expect(framer.next()).toBe("incomplete");
  framer.feed(message);
  expect(framer.next()).toBe("message");
});

test("a plain byte array is a chunk too, at its own place in memory", () => {
  const bytes = new Uint8Array([0, 0, 0, ...toFrame("35=0|34=2|")]).subarray(3);
  const framer = new Framer(BOUNDS);
  framer.feed(bytes);
  expect(framer.next()).toBe("message");
  expect(toText(framer.bytes.subarray(framer.start, framer.end))).toBe(HEARTBEAT);
});
