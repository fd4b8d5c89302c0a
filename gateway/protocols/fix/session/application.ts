// The border between the session layer and what runs on it: the venue's order entry, its market
// data, the echo of the test acceptor. The session numbers, stores, resends, validates and times;
// the application says who may log on and what a message means. Nobody else calls either side.

import type { FixMessage } from "../wire/message.ts";
import type { FixWriter } from "../wire/writer.ts";

/**
 * The names of a session, from our side: `senderCompId` is the venue, `targetCompId` the client.
 */
export interface SessionId {
  /** Tag 8: `FIX.4.0` to `FIX.4.4`, or `FIXT.1.1`. */
  readonly beginString: string;
  readonly senderCompId: string;
  readonly targetCompId: string;
}

/** What is known of a connection before anything was said on it. */
export interface ConnectionFacts {
  readonly remoteAddress: string;
  readonly isTls: boolean;
}

/**
 * What the application says of a Logon. `silent` closes the connection without a word: it tells a
 * stranger nothing. `refused` sends a Logout with the text first. Both count as failures (five
 * within 60 s block the CompID for 15 s).
 */
export type LogonVerdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "silent" };

/**
 * Why a session is no longer logged on.
 *
 * `logout`: the client's Logout · `disconnect`: its socket closed · `timeout`: nothing came for
 * 2.4 heartbeat intervals · `slow_client`: it does not read · `ended`: we logged it out (an error
 * of the session, the application, the schedule) · `shutdown`: the venue stops.
 */
export type LogoutCause =
  "logout" | "disconnect" | "timeout" | "slow_client" | "ended" | "shutdown";

/**
 * One session as its application sees it. It exists also while nobody is connected, one object for
 * the life of the process: applications may key their own state by it.
 */
export interface SessionHandle {
  readonly id: SessionId;
  readonly isLoggedOn: boolean;
  /** Its store is broken: nothing is sent, taken or kept until the next start. */
  readonly isFailed: boolean;
  /**
   * The client is behind with reading, or a resend is under way: what it merely wants, such as
   * market data, should wait. What it is owed is sent all the same.
   */
  readonly isCongested: boolean;
  /** Highest change sequence that `send` or `markHeard` was given; survives a restart. */
  readonly lastChangeSequence: number;
  /** What `setNote` was given last, 0 at first; survives a restart and a reset. */
  readonly note: number;

  /**
   * Begins an application message: the caller adds its body in ascending tag order (a group keeps
   * its own), then calls `send`.
   *
   * Order: one message at a time over all sessions; nothing else is called between the two.
   */
  begin(msgType: string): FixWriter;

  /**
   * Numbers, stores and writes what was begun. While nobody is connected it is numbered and stored:
   * the client has it resent after its next Logon. `changeSequence` says which change it reports.
   */
  send(options?: SendOptions): void;

  /** There is nothing to report up to here. Kept at most once a second. */
  markHeard(changeSequence: number): void;

  /** Keeps a number of the application's with the session. */
  setNote(note: number): void;

  /**
   * The message of this number, and what came behind it, is not done: after a crash it is asked for
   * again and comes with 43=Y. `undefined`: all that came is done.
   */
  holdFrom(sequence: number | undefined): void;

  /** Session Reject (3) with the standard phrase of the reason; `tag` is the one to blame. */
  reject(message: FixMessage, reason: number, tag?: number): void;

  /** BusinessMessageReject (j). `refId` becomes 379 (a ClOrdID, a request id). */
  businessReject(message: FixMessage, reason: number, text: string, refId?: string): void;

  /**
   * It cannot be sent what it is owed, for a defect: nothing is sent or taken until the next start,
   * which tries again.
   */
  giveUp(error: unknown): void;

  /**
   * Sends Logout and closes on the answer or after two seconds. `blockMs` refuses this CompID's
   * Logons for that long.
   */
  logout(text: string, blockMs?: number): void;
}

export interface SendOptions {
  readonly changeSequence?: number;
  /** 97=Y: it may have been sent before under another number. */
  readonly isPossResend?: boolean;
}

/** What runs on a session. Every method returns at once; messages are valid until it returns. */
export interface FixApplication {
  /**
   * Judges a Logon that is well-formed, on time and of a known session, before it is answered.
   * Credentials are read from it and from nowhere else; they are neither stored nor logged.
   */
  authenticate(
    session: SessionHandle,
    logon: FixMessage,
    connection: ConnectionFacts,
  ): LogonVerdict;

  /** The Logon was answered; messages may be sent. */
  onLogon(session: SessionHandle): void;

  /**
   * An application message: in sequence, each once, valid by the dictionary. 43=Y when it came in
   * a resend, 97=Y when the client is not sure that it was not sent before.
   */
  onMessage(session: SessionHandle, message: FixMessage): void;

  /** Called once for every `onLogon`. */
  onLogout(session: SessionHandle, cause: LogoutCause): void;
}
