// The binary port: the listener, and what is behind it. docs/binary.md is the protocol,
// schemas/order-entry.fbs its messages; orders are read and answered in core-addon/wire.

import type { Clock, StopTimer } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Log } from "../../log.ts";
import type { Metrics } from "../../metrics.ts";
import { readTlsIdentity, type TlsIdentity } from "../../sessions/tls-identity.ts";
import { BatchHops } from "../../sessions/batch-hops.ts";
import type { BinarySession } from "../../sessions/binary-sessions.ts";
import type { Venue } from "../../sessions/venue.ts";
import type { Stage } from "../../stages/stage.ts";
import { listen, type Listener } from "../../sessions/byte-listener.ts";
import type { Protocol } from "../protocol.ts";
import { BookFeed } from "./books/feed.ts";
import { BookStage } from "./books/stage.ts";
import { FrameWriter, readControl } from "./codec.ts";
import type { Connection } from "./connection.ts";
import { referenceData } from "./login/codec.ts";
import { BinaryMetrics } from "./metrics.ts";
import { Port, type PortEvents, TICK_MS } from "./port.ts";
import { ReferenceFeed } from "./reference-feed.ts";
import { Session } from "./session.ts";
import type { Stream, StreamDirectory } from "./streams/directory.ts";
import { Replays } from "./streams/replays.ts";

/** What was taken is on disk by then, or the disk does not answer. */
const SETTLE_MS_MAX = 1_000;
/** Between two looks whether the places of streams are to be written down. */
const KEEP_MS = 1_000;

export interface BinaryServerParts {
  readonly venue: Venue;
  readonly streams: StreamDirectory;
  readonly config: Pick<
    Config,
    | "binaryHost"
    | "binaryPort"
    | "binaryTlsCertificate"
    | "binaryTlsKey"
    | "binaryConnectionsMax"
    | "binaryConnectionsMaxPerAddress"
  >;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export class BinaryServer implements Protocol {
  readonly name = "binary";
  /** What follows the change log. Order: to be added before the stages start. */
  readonly stage: Stage;
  readonly #parts: BinaryServerParts;
  readonly #tls: TlsIdentity | undefined;
  readonly #writer = new FrameWriter();
  readonly #port: Port;
  readonly #session: Session;
  readonly #books: BookFeed;
  readonly #replays: Replays;
  readonly #reference: ReferenceFeed;
  readonly #metrics: BinaryMetrics;
  readonly #timers: readonly StopTimer[];
  #listener: Listener | undefined;
  #stopping: Promise<void> | undefined;

  /** Nobody can connect yet. Errors: throws `tls_unreadable`. */
  constructor(parts: BinaryServerParts) {
    this.#parts = parts;
    const { venue, streams, config, clock, log, metrics } = parts;
    this.#tls = readTlsIdentity("binary", config.binaryTlsCertificate, config.binaryTlsKey);
    const { gate } = streams;
    const writer = this.#writer;
    const startedAfter = venue.router.releasedSequence;
    const bounds = {
      connectionsMax: config.binaryConnectionsMax,
      connectionsPerAddressMax: config.binaryConnectionsMaxPerAddress,
    };
    const histograms = venue.hops?.histogramsOf("binary");
    const hops =
      histograms === undefined
        ? undefined
        : new BatchHops(histograms, clock, () => gate.progress());
    const port = new Port({ gate, events: this.#events(), bounds, clock, log, hops });
    this.#port = port;
    const send = (connection: Connection, frame: Uint8Array): void => port.send(connection, frame);
    const books = new BookFeed({ venue, writer, clock, startedAfter, send });
    this.#books = books;
    this.#reference = new ReferenceFeed(venue.reference);
    this.stage = this.#makeStage(startedAfter);
    const replays = new Replays({
      ...{ gate, clock, log },
      onOutput: () => port.flush(),
      onLost: (connection, sequence) => {
        streams.giveUpTo(sequence);
        port.end(connection, "past_unavailable");
      },
    });
    this.#replays = replays;
    this.#metrics = new BinaryMetrics(metrics, { port, books, streams });
    const countLogin = (verdict: "accepted" | "refused"): void => this.#metrics.countLogin(verdict);
    const session = { venue, streams, books, replays, writer, clock, log, port };
    this.#session = new Session({ ...session, countLogin });
    this.#timers = [
      clock.every(TICK_MS, () => this.#sendReference()),
      clock.every(TICK_MS, () => streams.note()),
      clock.every(KEEP_MS, () => streams.keep()),
    ];
    venue.authenticator.onRevoked((keyId) => this.#putOut(keyId));
    venue.binarySessions.serve({
      list: () => streams.list().map(toSessionState(streams)),
      delete: (account, name) => this.#delete(account, name),
    });
  }

  get address(): string {
    return `${this.#parts.config.binaryHost}:${this.#listener?.port ?? 0}`;
  }

  /** Errors: throws the operating system's, as EADDRINUSE. */
  listen(): void {
    const { binaryHost: host, binaryPort: port } = this.#parts.config;
    this.#listener = listen(this.#port, { host, port, tls: this.#tls });
  }

  /**
   * Takes no new work, lets what was taken be answered, and stops: whoever is logged in is told.
   */
  async drain(): Promise<void> {
    this.#listener?.stop();
    this.#port.pause();
    const { venue, clock } = this.#parts;
    const late = new Promise<void>((resolve) => clock.after(SETTLE_MS_MAX, resolve));
    await Promise.race([venue.queries.settle(), late]);
    await this.stop();
  }

  /** Ends every connection. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#listener?.stop();
    await this.#port.stop();
    for (const stop of this.#timers) stop();
    this.#replays.stop();
    this.#books.stop();
    this.#parts.streams.close();
  }

  #events(): PortEvents {
    return {
      control: (connection, message, isThrottled) =>
        this.#session.receive(connection, readControl(message), isThrottled),
      farewell: (connection, reason) => this.#session.farewell(connection, reason),
      leave: (connection, reason) => this.#session.leave(connection, reason),
      heartbeat: () => this.#writer.heartbeat(this.#session.stamp()),
      countClose: (reason) => this.#metrics.countClose(reason),
    };
  }

  #makeStage(startedAfter: number): BookStage {
    const books = this.#books;
    const reference = this.#reference;
    const stage = new BookStage(
      {
        passes: (transaction) => !transaction.changesReference && books.passes(transaction),
        pushMarket: (changes, transaction) => books.push(changes, transaction),
        noteInstrument: (id) => reference.noteInstrument(id),
        noteCurrency: (id) => reference.noteCurrency(id),
        restart: () => books.restart(),
      },
      startedAfter,
    );
    books.attach(stage);
    return stage;
  }

  #sendReference(): void {
    for (const part of this.#reference.take()) {
      const frame = referenceData(this.#writer, this.#session.stamp(), part);
      for (const connection of this.#port.loggedIn()) this.#port.send(connection, frame);
    }
  }

  /** Returns whether there was one. */
  #delete(account: number, name: string): boolean {
    const { streams } = this.#parts;
    const stream = streams.find(account, name);
    if (stream === undefined) return false;
    if (stream.connection !== undefined) this.#port.end(stream.connection, "deleted");
    streams.remove(stream);
    return true;
  }

  #putOut(keyId: string): void {
    for (const connection of [...this.#port.loggedIn()]) {
      if (connection.login?.caller.keyId === keyId) this.#port.end(connection, "key_revoked");
    }
  }
}

function toSessionState({ gate }: StreamDirectory): (stream: Stream) => BinarySession {
  return ({ stored, slot, connection }) => {
    const { account, name, hasBalances, hasIncreasingRefs, loggedInAtUs } = stored;
    const nextNumber = gate.positionOf(slot).number + 1;
    const isLoggedIn = connection?.isLoggedIn === true;
    const options = { hasBalances, hasIncreasingRefs };
    return { account, name, ...options, nextNumber, loggedInAtUs, isLoggedIn };
  };
}
