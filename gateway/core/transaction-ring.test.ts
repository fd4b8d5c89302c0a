import { expect, test } from "bun:test";
import fc from "fast-check";
import { encodeClock, encodeTransaction, toOutput } from "../../test/support/released.ts";
import { toSequence } from "../domain/units.ts";
import { TransactionRing } from "./transaction-ring.ts";

function encode(sequence: number, changes: number): Buffer {
  const records = Array.from({ length: changes }, () => encodeClock(sequence));
  return encodeTransaction({ sequence }, records);
}

const BYTES_MAX = 480;
const bytesOf = (changes: number): number => 48 + 16 * changes;

test("holds the newest transactions that fit, each whole, however many come at once", () => {
  const batch = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 20 });
  const batches = fc.array(batch, { minLength: 1, maxLength: 40 });
  const first = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(batches, first, (counted, start) => {
      const ring = new TransactionRing(BYTES_MAX);
      const counts: number[] = [];
      for (const batchCounts of counted) {
        const from = start + counts.length;
        const output = toOutput(...batchCounts.map((count, at) => encode(from + at, count)));
        ring.add(output, output.bytes.length);
        // The core writes the next ones over it.
        output.bytes.fill(0xff);
        counts.push(...batchCounts);
        const held = counts.map((_, at) => ring.at(start + at)?.transaction());
        const oldest = held.findIndex((each) => each !== undefined);
        for (const [at, each] of held.entries()) {
          if (at < oldest) continue;
          expect(each?.sequence).toEqual(toSequence(start + at));
          expect(each?.changes).toHaveLength(counts[at] ?? NaN);
        }
        if (oldest > 0) expect(ring.following(start + oldest - 2, 1)).toBeUndefined();
        const read: number[] = [];
        while (oldest >= 0 && read.length < counts.length - oldest) {
          const bytes = ring.following(start + oldest - 1 + read.length, 100) ?? Buffer.alloc(0);
          expect(bytes.length).toBeGreaterThan(0);
          for (let offset = 0; offset < bytes.length; offset += bytes.readUInt32LE(offset) * 8) {
            read.push(Number(bytes.readBigUInt64LE(offset + 8)));
          }
        }
        expect(read).toEqual(read.map((_, at) => start + oldest + at));
        expect(ring.following(start + counts.length - 1, 100)).toHaveLength(0);
        const inRing = counts.slice(oldest).reduce((sum, each) => sum + bytesOf(each), 0);
        expect(inRing).toBeLessThanOrEqual(BYTES_MAX);
        // What is dropped made room: the next older one would not have fitted, gaps included.
        const older = oldest === 0 ? Infinity : bytesOf(counts[oldest - 1] ?? 0);
        expect(inRing + older).toBeGreaterThan(BYTES_MAX - bytesOf(12));
        expect(ring.at(start + counts.length)).toBeUndefined();
      }
    }),
    { seed: 23, numRuns: 200 },
  );
});

test("one that is larger than all of it empties it", () => {
  const ring = new TransactionRing(96);
  const add = (...transactions: Buffer[]): void => {
    const output = toOutput(...transactions);
    ring.add(output, output.bytes.length);
  };
  add(encode(1, 1), encode(2, 4));
  expect([ring.at(1), ring.at(2)]).toEqual([undefined, undefined]);
  add(encode(3, 1), encode(4, 4), encode(5, 1));
  expect([ring.at(3), ring.at(4), ring.at(5)?.changeCount]).toEqual([undefined, undefined, 1]);
});
