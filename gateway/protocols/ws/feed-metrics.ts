// What is counted of the feed. A message to a thousand subscribers is a thousand messages.

import type { Counter, Metrics } from "../../metrics.ts";
import type { Connection } from "./connection.ts";
import { CLOSE_CODES } from "./rejects.ts";
import type { CloseReason } from "./rejects.ts";

/**
 * `client`: neither did the venue close it; it left, was lost, or sent a frame that is too large.
 */
type EndReason = CloseReason | "client";

export class FeedMetrics {
  readonly #messages: Counter;
  readonly #bytes: Counter;
  readonly #requests: (op: string) => Counter;
  readonly #closes: (reason: EndReason) => Counter;
  readonly #conflations: Counter;
  subscriptions = 0;

  constructor(metrics: Metrics, connections: ReadonlySet<Pick<Connection, "unsentBytes">>) {
    metrics.read("ws_connections_open", "gauge", "Connections of the feed", () => connections.size);
    metrics.read("ws_unsent_bytes", "gauge", "What clients have not taken yet", () => {
      let bytes = 0;
      for (const { unsentBytes } of connections) bytes += unsentBytes;
      return bytes;
    });
    this.#conflations = metrics.counter(
      "ws_conflations_total",
      "Channels that went on with a snapshot because their client did not read",
    )();
    metrics.read(
      "ws_subscriptions_open",
      "gauge",
      "Channels of all connections",
      () => this.subscriptions,
    );
    this.#messages = metrics.counter("ws_messages_sent_total", "Messages to clients")();
    this.#bytes = metrics.counter("ws_bytes_sent_total", "Bytes of messages to clients")();
    const requests = metrics.counter("ws_requests_total", "Messages of clients");
    this.#requests = (op) => requests({ op });
    const closes = metrics.counter("ws_closes_total", "Connections that ended");
    this.#closes = (reason) => closes({ reason });
    for (const reason of Object.keys(CLOSE_CODES)) closes({ reason });
  }

  /** Texts are ASCII but for names, so their length is their size. */
  countSent(text: string, receivers: number): void {
    this.#messages.value += receivers;
    this.#bytes.value += receivers * text.length;
  }

  countConflation(): void {
    this.#conflations.value += 1;
  }

  countRequest(op: string): void {
    this.#requests(op).value += 1;
  }

  countClose(reason: EndReason): void {
    this.#closes(reason).value += 1;
  }
}
