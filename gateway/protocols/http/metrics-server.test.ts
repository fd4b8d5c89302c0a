import { expect, test } from "bun:test";
import { Metrics } from "../../metrics.ts";
import { startMetricsServer } from "./metrics-server.ts";

test("a defect behind the door is internal_error and tells nothing of itself", async () => {
  const metrics = new Metrics();
  metrics.read("broken", "gauge", "Always fails", () => {
    throw new Error("what only the log may know");
  });
  const server = startMetricsServer("127.0.0.1", 0, metrics);
  try {
    const response = await fetch(server.address);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toMatchObject({ name: "internal_error", retryable: false });
    expect(text).not.toContain("only the log");
  } finally {
    await server.stop();
  }
});
