import { expect, test } from "bun:test";
import { LatencyHistogram } from "./histogram.ts";

test("percentiles are at most 3 % above the exact ones, never below", () => {
  const histogram = new LatencyHistogram();
  const samples: number[] = [];
  for (let sample = 1; sample < 2 ** 36; sample = Math.ceil(sample * 1.01)) samples.push(sample);
  for (const sample of samples) histogram.add(sample);
  expect(histogram.count).toBe(samples.length);
  for (const share of [0.1, 0.5, 0.9, 0.99, 0.999, 0.9999]) {
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
  expect(histogram.toPercentiles().max_us).toBe((2 ** 37 - 1) / 1e3);
});

test("histograms of several processes together are that of all samples", () => {
  const [one, other, all] = [1, 2, 3].map(() => new LatencyHistogram());
  for (let sample = 1; sample < 2 ** 30; sample = Math.ceil(sample * 1.5)) {
    (sample % 3 === 0 ? one : other)?.add(sample);
    all?.add(sample);
  }
  const joined = new LatencyHistogram();
  for (const part of [one, other]) {
    if (part !== undefined) joined.merge(JSON.parse(JSON.stringify(part.toSteps())));
  }
  expect(joined.count).toBe(all?.count ?? 0);
  expect(joined.toPercentiles()).toEqual(all?.toPercentiles() ?? joined.toPercentiles());
  expect(joined.toSteps()).toEqual(all?.toSteps() ?? joined.toSteps());
});
