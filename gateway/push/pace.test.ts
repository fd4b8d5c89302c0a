import { expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { gapMs, Pace } from "./pace.ts";

/** When something was sent, in milliseconds since it began. */
function openPace() {
  const clock = new ManualClock();
  const sent: number[] = [];
  const pace = new Pace(clock, () => sent.push(clock.elapsedUs() / 1e3));
  return { clock, sent, pace };
}

test("the gap grows with those who listen, up to a tenth of a second", () => {
  expect([0, 49, 50, 99, 1_000, 5_000, 1_000_000].map(gapMs)).toEqual([0, 0, 1, 1, 20, 100, 100]);
});

test("few are sent everything at once", () => {
  const { sent, pace } = openPace();
  for (let asked = 0; asked < 3; asked += 1) pace.ask(49);
  expect(sent).toEqual([0, 0, 0]);
});

test("many are sent the first at once, and what follows in the gap when it is over", () => {
  const { clock, sent, pace } = openPace();
  for (let passed = 0; passed < 50; passed += 1) {
    pace.ask(1_000);
    clock.advanceMs(1);
  }
  expect(sent).toEqual([0, 20, 40]);
  clock.advanceMs(100);
  expect(sent).toEqual([0, 20, 40, 60]);
  pace.ask(1_000);
  expect(sent.at(-1)).toBe(150);
});

test("what waits is sent early when it is settled, once, and not at all after a stop", () => {
  const { clock, sent, pace } = openPace();
  pace.settle();
  expect(sent).toEqual([]);
  pace.ask(1_000);
  pace.ask(1_000);
  clock.advanceMs(5);
  pace.settle();
  pace.settle();
  expect(sent).toEqual([0, 5]);
  clock.advanceMs(100);
  pace.ask(1_000);
  pace.ask(1_000);
  pace.stop();
  clock.advanceMs(100);
  expect(sent).toEqual([0, 5, 105]);
});
