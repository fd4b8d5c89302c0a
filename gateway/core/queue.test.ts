import { expect, test } from "bun:test";
import fc from "fast-check";
import { Queue } from "./queue.ts";

test("gives back what was added, oldest first", () => {
  const steps = fc.array(fc.record({ adds: fc.nat(2_000), takes: fc.nat(2_000) }), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(steps, (parts) => {
      const queue = new Queue<number>();
      let added = 0;
      let taken = 0;
      for (const { adds, takes } of parts) {
        for (let count = 0; count < adds; count += 1) queue.add(added++);
        for (let count = 0; count < takes && taken < added; count += 1) {
          if (queue.take() !== taken) throw new Error(`item ${taken}`);
          taken += 1;
        }
        expect(queue.length).toBe(added - taken);
      }
    }),
    { seed: 19, numRuns: 32 },
  );
});

test("an empty queue has nothing", () => {
  const queue = new Queue<string>();
  expect([queue.take(), queue.length]).toEqual([undefined, 0]);
});

test("items are cut out of the middle, and the others stay in order", () => {
  const places = fc.record({ taken: fc.nat(2_000), start: fc.nat(20), count: fc.nat(20) });
  fc.assert(
    fc.property(places, ({ taken, start, count }) => {
      const queue = new Queue<number>();
      for (let item = 0; item < taken + 40; item += 1) queue.add(item);
      for (let item = 0; item < taken; item += 1) queue.take();
      const left = Array.from({ length: 40 }, (_, at) => taken + at);
      expect(queue.cut(start, count)).toEqual(left.splice(start, count));
      expect(left.map(() => queue.take())).toEqual(left);
      expect(queue.take()).toBeUndefined();
    }),
    { seed: 20, numRuns: 100 },
  );
});
