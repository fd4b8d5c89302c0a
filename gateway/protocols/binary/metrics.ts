// What is counted of the binary port.

import type { Counter, Metrics } from "../../metrics.ts";
import type { BookFeed } from "./books/feed.ts";
import type { Port } from "./port.ts";
import type { CloseReason } from "./rejects.ts";
import type { StreamDirectory } from "./streams/directory.ts";

export interface ObservedParts {
  readonly port: Port;
  readonly books: BookFeed;
  readonly streams: StreamDirectory;
}

export class BinaryMetrics {
  readonly #logins: (labels: { verdict: string }) => Counter;
  readonly #closes: (labels: { reason: string }) => Counter;

  constructor(metrics: Metrics, { port, books, streams }: ObservedParts) {
    this.#logins = metrics.counter(
      "openbell_binary_logins_total",
      "Logins of the binary port, by verdict",
    );
    this.#closes = metrics.counter(
      "openbell_binary_closes_total",
      "Connections of the binary port that ended, by reason",
    );
    const gauge = (name: string, help: string, read: () => number): void =>
      metrics.read(`openbell_binary_${name}`, "gauge", help, read);
    gauge("connections", "Connections, logged in or not yet", () => port.connectionCount);
    gauge("sessions", "Connections that are logged in", () => [...port.loggedIn()].length);
    gauge("streams", "Session names that have numbered streams", () => streams.count);
    gauge("book_follows", "Books that connections follow", () => books.followCount);
    metrics.read(
      "openbell_binary_book_conflations_total",
      "counter",
      "Updates of books left out for a client that does not read",
      () => books.conflations,
    );
    this.#observeGate(metrics, streams);
  }

  countLogin(verdict: "accepted" | "refused"): void {
    this.#logins({ verdict }).value += 1;
  }

  countClose(reason: CloseReason): void {
    this.#closes({ reason }).value += 1;
  }

  #observeGate(metrics: Metrics, { gate }: StreamDirectory): void {
    const counter = (name: string, help: string, read: () => number): void =>
      metrics.read(`openbell_binary_${name}_total`, "counter", help, read);
    counter("received_bytes", "Bytes read", () => gate.statistics().bytesIn);
    counter("frames_in", "Frames read", () => gate.statistics().framesIn);
    counter("commands", "Orders and cancels for the core", () => gate.statistics().commands);
    counter("malformed", "Frames that say nothing", () => gate.statistics().malformed);
    counter("rejected", "Messages refused before the core", () => gate.statistics().rejected);
    counter("throttled", "Messages above a rate", () => gate.statistics().throttled);
    counter("numbered_out", "Numbered frames, of all streams", () => {
      return gate.statistics().numberedOut;
    });
  }
}
