// What a session asks of the world: a connection to write to, and what all sessions of an acceptor
// use in turn. Events come in with their time; only what the application sends of its own accord
// has to ask for it.

import type { Log } from "../../../log.ts";
import type { FixMessage } from "../wire/message.ts";
import type { FixWriter } from "../wire/writer.ts";
import type { ConnectionFacts } from "./application.ts";
import type { MessageStore } from "./message-store.ts";

export interface Instant {
  /** Microseconds since 1970; may jump. */
  readonly utcUs: number;
  /** Microseconds since some start; never goes back. For timers. */
  readonly steadyUs: number;
}

/** One connection. A session writes to at most one. */
export interface SessionLink {
  readonly facts: ConnectionFacts;
  /** So much waits to be taken by the client that a resend should wait. */
  readonly isCongested: boolean;
  /** Takes a copy of the bytes; they leave at the end of the turn. */
  write(bytes: Buffer, start: number, end: number): void;
  /** Closes when what was written has left. The session hears nothing more of it. */
  close(): void;
}

/** What the sessions of one acceptor share; one of them uses it at a time. */
export interface SessionEnvironment {
  readonly log: Log;
  readonly writer: FixWriter;
  /** Read into while a stored message is resent. */
  readonly stored: FixMessage;
  /** Read into when an early message has its turn. */
  readonly early: FixMessage;
  now(): Instant;
  /** The store has something for the disk: to be flushed before the turn's bytes leave. */
  noteStored(store: MessageStore): void;
}
