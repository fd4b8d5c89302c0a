import { expect, test } from "bun:test";
import { SyncLatency } from "./sync-latency.ts";

const BOUNDS_US = [100, 1_000, 10_000];

test("tells the buckets of the middle and of the slowest hundredth", () => {
  const latency = new SyncLatency(0);
  expect(latency.look(1, [0, 0, 0, 0], BOUNDS_US)).toBeUndefined();
  expect(latency.look(2, [5, 4, 1, 0], BOUNDS_US)).toEqual({ p50Ms: 0.1, p99Ms: 10 });
  expect(latency.look(3, [50, 940, 9, 1], BOUNDS_US)).toEqual({ p50Ms: 1, p99Ms: 1 });
  // Beyond the last bound it is at least that.
  expect(latency.look(4, [0, 0, 0, 1], BOUNDS_US)).toEqual({ p50Ms: 10, p99Ms: 10 });
});

test("forgets what is more than a minute ago", () => {
  const latency = new SyncLatency(0);
  const slow = [0, 0, 100, 0];
  expect(latency.look(29_000_000, slow, BOUNDS_US)?.p50Ms).toBe(10);
  expect(latency.look(31_000_000, slow, BOUNDS_US)?.p50Ms).toBe(10);
  const both = [100, 0, 100, 0];
  expect(latency.look(59_000_000, both, BOUNDS_US)?.p99Ms).toBe(10);
  expect(latency.look(62_000_000, both, BOUNDS_US)).toEqual({ p50Ms: 0.1, p99Ms: 0.1 });
  expect(latency.look(200_000_000, [200, 0, 100, 0], BOUNDS_US)).toBeUndefined();
});
