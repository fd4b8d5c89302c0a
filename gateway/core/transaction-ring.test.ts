import { expect, test } from "bun:test";
import fc from "fast-check";
import { toSequence } from "../domain/units.ts";
import { TransactionRing } from "./transaction-ring.ts";

/** A header of docs/formats.md and clock changes of two words behind it. */
function encode(sequence: number, changes: number): Buffer {
  const words = 6 + 2 * changes;
  const bytes = Buffer.alloc(words * 8);
  bytes.writeUInt32LE(words, 0);
  bytes.writeUInt32LE(changes, 4);
  bytes.writeBigUInt64LE(BigInt(sequence), 8);
  for (let change = 0; change < changes; change += 1) {
    const record = 48 + 16 * change;
    bytes.set([9, 2, 2, 0], record);
    bytes.writeUInt32LE(change, record + 4);
    bytes.writeBigUInt64LE(BigInt(sequence) * 1_000n, record + 8);
  }
  return bytes;
}

test("holds the newest transactions that fit, each whole", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 200 });
  const first = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(sizes, first, (counts, start) => {
      const ring = new TransactionRing(480);
      for (const [index, changes] of counts.entries()) {
        const bytes = encode(start + index, changes);
        // In front of it lies something else, as in the core's output.
        const output = Buffer.concat([Buffer.alloc(24), bytes]);
        ring.add(start + index, output, 24, bytes.length);
        const held = Array.from({ length: index + 1 }, (_, at) => ring.at(start + at));
        const from = held.findIndex((each) => each !== undefined);
        for (const [at, each] of held.entries()) {
          if (at < from) continue;
          expect(each?.sequence).toEqual(toSequence(start + at));
          expect(each?.changes).toHaveLength(counts[at] ?? NaN);
        }
        const inRing = counts.slice(from, index + 1).reduce((sum, each) => sum + 48 + 16 * each, 0);
        expect(inRing).toBeLessThanOrEqual(480);
        // What is dropped made room: the next older one would not have fitted, gaps included.
        const older = from === 0 ? Infinity : 48 + 16 * (counts[from - 1] ?? 0);
        expect(inRing + older).toBeGreaterThan(480 - (48 + 16 * 12));
        expect(ring.at(start + index + 1)).toBeUndefined();
      }
    }),
    { numRuns: 200 },
  );
});

test("one that is larger than all of it empties it", () => {
  const ring = new TransactionRing(96);
  const add = (sequence: number, changes: number): void => {
    const bytes = encode(sequence, changes);
    ring.add(sequence, bytes, 0, bytes.length);
  };
  add(1, 1);
  add(2, 4);
  expect([ring.at(1), ring.at(2)]).toEqual([undefined, undefined]);
  add(3, 1);
  expect([ring.at(2), ring.at(3)?.changes.length]).toEqual([undefined, 1]);
});
