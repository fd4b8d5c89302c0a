// The codec against chance. `bun tools/fuzz-fix.ts` does the same for as long as one likes.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { FixFuzz } from "../../../../test/support/fix-fuzz.ts";
import { Framer } from "./framer.ts";
import { FixMessage } from "./message.ts";
import { FixWriter } from "./writer.ts";

const SEED = 20_261_121;

/** Values that a field of text may have: no SOH, which would end it. */
const text = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 1 ? 2 : byte))).toString("latin1"));
const data = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString("latin1"));
const tag = fc.integer({ min: 100, max: 999_999_999 }).filter((each) => each > 2_048);
const field = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(tag, text) },
  fc.tuple(fc.constant(96), data),
);

test("what is written is read back, in any pieces", () => {
  const writer = new FixWriter();
  const message = new FixMessage();
  const property = fc.property(
    fc.array(field, { maxLength: 60 }),
    fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
    (fields, sizes) => {
      writer.begin("D");
      const wanted: [number, string][] = [];
      for (const [number, value] of fields) {
        const bytes = Buffer.from(value, "latin1");
        if (number === 96) {
          writer.integer(95, bytes.length);
          wanted.push([95, `${bytes.length}`]);
        }
        writer.raw(number, bytes, 0, bytes.length);
        wanted.push([number, value]);
      }
      const frame = writer.finish({
        ...{ beginString: "FIX.4.4", senderCompId: "C", targetCompId: "V" },
        ...{ sequence: 1, sendingTimeUs: 0, timestampDigits: 3 },
      });
      const framer = new Framer({ bodyBytesMax: 8_192, bufferBytesMax: 8_192 });
      let results = 0;
      for (let at = frame.start, piece = 0; at < frame.end; piece += 1) {
        const end = Math.min(at + (sizes[piece % sizes.length] ?? 1), frame.end);
        framer.feed(frame.bytes.subarray(at, end));
        at = end;
        if (framer.next() !== "incomplete") results += 1;
      }
      expect(results).toBe(1);
      expect(message.parse(framer.bytes, framer.start, framer.end)).toBe("ok");
      const read = wanted.map((_, index): [number, string] => [
        message.tags[7 + index] ?? 0,
        message.textAt(7 + index),
      ]);
      expect(read).toEqual(wanted);
      expect(message.count).toBe(8 + wanted.length);
    },
  );
  fc.assert(property, { seed: SEED, numRuns: 300 });
});

test("damaged streams are survived, and good messages behind them are found", () => {
  const fuzz = new FixFuzz(SEED);
  try {
    for (let burst = 0; burst < 20; burst += 1) {
      fuzz.feedGood(200);
      fuzz.feedDamaged(200);
    }
  } catch (error) {
    throw new Error(`bun tools/fuzz-fix.ts 10000 ${SEED}`, { cause: error });
  }
  const { messages, garbled, flawed, valid } = fuzz.counts;
  expect(messages).toBeGreaterThan(5_000);
  expect([garbled, flawed, valid].every((count) => count > 50)).toBe(true);
});

test("one byte that is changed on the way would be noticed", () => {
  const fuzz = new FixFuzz(SEED);
  const change = (stream: Buffer): Buffer => {
    const at = fuzz.below(stream.length);
    stream[at] = (stream[at] ?? 0) ^ 1;
    return stream;
  };
  for (let burst = 0; burst < 50; burst += 1) {
    expect(() => fuzz.feedGood(3, change)).toThrow("lost or changed");
    fuzz.feedDamaged(0);
  }
});

test("every split of a damaged stream is survived and gives the same messages", () => {
  const fuzz = new FixFuzz(SEED + 1);
  const frames = Array.from({ length: 6 }, () => Buffer.from(fuzz.message()));
  const stream = Buffer.concat(
    frames.map((frame, at) => (at % 2 === 0 ? fuzz.damage(frame) : frame)),
  );
  const readIn = (pieces: readonly Buffer[]): string[] => {
    const framer = new Framer({ bodyBytesMax: 8_192, bufferBytesMax: 8_192 });
    const found: string[] = [];
    for (const piece of pieces) {
      framer.feed(piece);
      for (let result = framer.next(); result !== "incomplete"; result = framer.next()) {
        if (result !== "message") continue;
        found.push(framer.bytes.toString("latin1", framer.start, framer.end));
      }
    }
    return found;
  };
  const whole = readIn([stream]);
  expect(whole.length).toBeGreaterThan(0);
  for (let at = 0; at <= stream.length; at += 1) {
    expect(readIn([stream.subarray(0, at), stream.subarray(at)])).toEqual(whole);
  }
  expect(readIn([...stream].map((byte) => Buffer.of(byte)))).toEqual(whole);
});
