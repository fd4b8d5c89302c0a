import { expect, test } from "bun:test";
import { Anchor } from "./anchor.ts";
import { Random } from "./random.ts";

test("wanders, and after weeks still stands near the reference", () => {
  const random = new Random(1);
  const anchor = new Anchor(1_000, 0);
  let [lowest, highest] = [1_000, 1_000];
  for (let second = 0; second < 14 * 86_400; second += 1) {
    anchor.move(1, random);
    lowest = Math.min(lowest, anchor.price);
    highest = Math.max(highest, anchor.price);
  }
  expect(lowest).toBeWithin(940, 990);
  expect(highest).toBeWithin(1_010, 1_060);
});

test("continues at the last price, but never far from the reference", () => {
  expect(new Anchor(1_000, 1_020).price).toBeCloseTo(1_020);
  expect(new Anchor(1_000, 5_000).price).toBeLessThan(1_060);
});

test("draws stay within what they promise", () => {
  const random = new Random(5);
  let sum = 0;
  for (let draw = 0; draw < 10_000; draw += 1) {
    expect(random.below(3)).toBeWithin(0, 3);
    expect(Math.abs(random.normal())).toBeLessThanOrEqual(6);
    const distance = random.exponential(2);
    expect(distance).toBeWithin(0, 60);
    sum += distance;
  }
  expect(sum / 10_000).toBeWithin(1.9, 2.1);
});
