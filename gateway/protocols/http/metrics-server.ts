// The listener for Prometheus: its own port, so that it can be kept from the public without a key.

import { RejectCode } from "../../domain/reject.ts";
import type { Metrics } from "../../metrics.ts";
import type { Protocol } from "../protocol.ts";
import { problem } from "./rejects.ts";

const HEADERS = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
/** A scraper asks every few seconds and keeps its connection. */
const IDLE_SECONDS = 60;

/** Starts listening. Errors: throws what Bun throws when the port is taken. */
export function startMetricsServer(hostname: string, port: number, metrics: Metrics): Protocol {
  const server = Bun.serve({
    hostname,
    port,
    development: false,
    // Without development mode Bun shares a port by default: a second venue would take half the
    // calls.
    reusePort: false,
    idleTimeout: IDLE_SECONDS,
    // A scrape has no body.
    maxRequestBodySize: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname !== "/metrics") return problem(RejectCode.route_not_found);
      if (request.method !== "GET") {
        return problem(RejectCode.method_not_allowed, { allow: "GET" });
      }
      return new Response(metrics.expose(), { headers: HEADERS });
    },
    error: () => problem(RejectCode.internal_error),
  });
  return {
    name: "metrics",
    address: `${server.url.origin}/metrics`,
    drain: () => Promise.resolve(),
    stop: () => server.stop(true),
  };
}
