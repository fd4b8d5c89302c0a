import { expect, test } from "bun:test";
import { ManualClock } from "../test/support/manual-clock.ts";
import { systemClock } from "./clock.ts";

test("the system clock tells UTC microseconds and never goes back", () => {
  const before = systemClock.elapsedUs();
  expect(Math.abs(systemClock.nowUs() / 1_000 - Date.now())).toBeLessThan(60_000);
  expect(systemClock.elapsedUs()).toBeGreaterThanOrEqual(before);
});

test("a stopped timer of the system clock never fires", async () => {
  const fired: string[] = [];
  const stop = systemClock.after(0, () => fired.push("stopped"));
  stop();
  await new Promise<void>((resolve) => systemClock.after(1, resolve));
  expect(fired).toEqual([]);
});

test("a manual clock fires what falls due in order of time", () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  clock.after(20, () => fired.push("once"));
  const stop = clock.every(15, () => fired.push("each"));
  clock.advanceMs(40);
  expect(fired).toEqual(["each", "once", "each"]);
  stop();
  clock.advanceMs(100);
  expect(fired).toHaveLength(3);
  expect(clock.elapsedUs()).toBe(140_000);
});
