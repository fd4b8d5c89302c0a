import { expect, test } from "bun:test";
import { LatencyHistogram } from "./histogram.ts";

test("percentiles are at most 3 % above the exact ones, never below", () => {
  const histogram = new LatencyHistogram();
  const samples: number[] = [];
  for (let sample = 1; sample < 2 ** 30; sample = Math.ceil(sample * 1.01)) samples.push(sample);
  for (const sample of samples) histogram.add(sample);
  expect(histogram.count).toBe(samples.length);
  for (const share of [0.1, 0.5, 0.9, 0.99, 0.999]) {
    const exact = (samples[Math.ceil(samples.length * share) - 1] ?? 0) / 1e3;
    const found = histogram.percentile(share);
    expect(found).toBeGreaterThanOrEqual(exact);
    expect(found).toBeLessThanOrEqual(exact * 1.032);
  }
  expect(histogram.percentile(1)).toBe((samples.at(-1) ?? 0) / 1e3);
});

test("small and too large samples have their place", () => {
  const histogram = new LatencyHistogram();
  for (const sample of [0, 1, 63, 64, 65, -5, 1e12]) histogram.add(sample);
  expect(histogram.percentile(0.01)).toBe(0);
  expect(histogram.percentile(0.5)).toBe(0.063);
  expect(histogram.toPercentiles().max_us).toBe((2 ** 31 - 1) / 1e3);
});
