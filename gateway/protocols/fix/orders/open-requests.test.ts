import { expect, test } from "bun:test";
import fc from "fast-check";
import { OpenRequests } from "./open-requests.ts";

test("the oldest is the lowest that is not done, in whatever order they begin and end", () => {
  const step = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 300 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [requests, open] = [new OpenRequests(), new Set<number>()];
      for (const [isBegin, sequence] of steps) {
        const before = requests.oldest;
        if (isBegin) open.add(sequence);
        else open.delete(sequence);
        const isNew = isBegin ? requests.begin(sequence) : requests.end(sequence);
        expect(requests.oldest).toBe(Math.min(Infinity, ...open));
        expect(isNew).toBe(requests.oldest !== before);
      }
    }),
    { seed: 34, numRuns: 500 },
  );
});
