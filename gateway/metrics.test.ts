import { describe, expect, test } from "bun:test";
import { ManualClock } from "../test/support/manual-clock.ts";
import { Metrics, observeProcess } from "./metrics.ts";

describe("exposition", () => {
  test("counters with labels, and a label that needs escaping", () => {
    const metrics = new Metrics();
    const requests = metrics.counter("http_requests_total", "Requests");
    requests({ method: "GET", endpoint: "/a" }).value += 2;
    requests({ method: "GET", endpoint: "/a" }).value += 1;
    requests({ method: "GET", endpoint: 'a"\\\n' }).value += 1;
    expect(metrics.expose().split("\n")).toEqual([
      "# HELP http_requests_total Requests",
      "# TYPE http_requests_total counter",
      'http_requests_total{method="GET",endpoint="/a"} 3',
      'http_requests_total{method="GET",endpoint="a\\"\\\\\\n"} 1',
      "",
    ]);
  });

  test("histogram buckets are cumulative and end with +Inf", () => {
    const metrics = new Metrics();
    const latency = metrics.histogram("latency_seconds", "Latency", [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 3]) latency({ kind: "a" }).observe(value);
    expect(metrics.expose().split("\n").slice(2)).toEqual([
      'latency_seconds_bucket{kind="a",le="0.1"} 2',
      'latency_seconds_bucket{kind="a",le="1"} 3',
      'latency_seconds_bucket{kind="a",le="+Inf"} 4',
      'latency_seconds_sum{kind="a"} 3.65',
      'latency_seconds_count{kind="a"} 4',
      "",
    ]);
  });

  test("a metric read elsewhere is read at every exposition", () => {
    const metrics = new Metrics();
    let depth = 1;
    metrics.read("depth", "gauge", "Depth", () => depth);
    const view = { bounds: [1], counts: [0, 2], sum: 9 };
    metrics.readHistogram("age_seconds", "Age", () => view);
    depth = 5;
    const text = metrics.expose();
    expect(text).toContain("\ndepth 5\n");
    expect(text).toContain(
      'age_seconds_bucket{le="+Inf"} 2\nage_seconds_sum 9\nage_seconds_count 2',
    );
  });

  test("a name is given once", () => {
    const metrics = new Metrics();
    metrics.counter("a_total", "A");
    expect(() => metrics.counter("a_total", "A")).toThrow("a_total");
  });

  test("labels beyond the bound are counted together", () => {
    const metrics = new Metrics();
    const requests = metrics.counter("requests_total", "Requests");
    for (let id = 0; id < 2_500; id += 1) requests({ path: String(id) }).value += 1;
    const lines = metrics.expose().split("\n");
    expect(lines).toHaveLength(2 + 2_001 + 1);
    expect(lines).toContain('requests_total{path="other"} 500');
  });
});

test("the event-loop delay is how late the timer fires", () => {
  const metrics = new Metrics();
  const clock = new ManualClock();
  const stop = observeProcess(metrics, clock);
  clock.advanceMs(1_000);
  stop();
  clock.advanceMs(1_000);
  const text = metrics.expose();
  expect(text).toContain("openbell_event_loop_delay_seconds_count 10");
  expect(text).toContain("openbell_event_loop_delay_seconds_sum 0");
  expect(text).toMatch(/process_resident_memory_bytes [1-9]/);
});
