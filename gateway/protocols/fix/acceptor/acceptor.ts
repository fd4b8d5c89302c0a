// All connections of one port and all sessions behind it. Bytes go to the session that is on;
// what sessions store and write is handed on once, at the end of the turn: to the disk first, so
// that no client has what its store does not know. One coarse timer serves all.

import type { Clock, StopTimer } from "../../../clock.ts";
import { type Log, toStack } from "../../../log.ts";
import { NetworkCounts } from "../../../sessions/network-counts.ts";
import { RefusedConnections } from "../../../sessions/refused-connections.ts";
import type { ByteSocket } from "../../../sessions/byte-listener.ts";
import type { SessionHandle, SessionId } from "../session/application.ts";
import type { Instant, SessionEnvironment } from "../session/link.ts";
import type { MessageStore } from "../session/message-store.ts";
import type { FixSession } from "../session/session.ts";
import { FixMessage } from "../wire/message.ts";
import { FixWriter } from "../wire/writer.ts";
import { Connection, type ConnectionBounds } from "./connection.ts";
import { SessionDirectory, type SessionPlan } from "./session-directory.ts";

export interface AcceptorBounds extends ConnectionBounds {
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
}

/** What an acceptor is unless it is told otherwise. */
export const ACCEPTOR_BOUNDS: AcceptorBounds = {
  connectionsMax: 1_024,
  connectionsPerAddressMax: 64,
  // No message of a client needs more; a request for 100 books has some 2 kB.
  bodyBytesMax: 8_192,
  bufferBytesMax: 1 << 20,
  outboundBytesMax: 8 << 20,
};

export interface AcceptorOptions {
  readonly plan: SessionPlan;
  readonly bounds: AcceptorBounds;
  readonly clock: Clock;
  readonly log: Log;
}

/** Fine enough for a heartbeat interval of one second. */
const TICK_MS = 100;
const OFFLINE_TICK_US = 1_000_000;
/** A client sends its Logon at once; who does not is none. */
const LOGON_WAIT_US = 10_000_000;
/** Where there is no room, one that has not logged on by then makes it. */
const IDLE_US = 1_000_000;
/** What waits for a client that takes nothing for so long will not be taken. */
const FULL_WAIT_US = 30_000_000;
/** What a closing connection has left is a Logout: it is taken at once or not at all. */
const CLOSING_WAIT_US = 2_000_000;
/** Of a stranger's MsgType, which can be as long as a message. */
const TYPE_LOGGED = 8;
/** Answers to our Logouts, and a little. */
const STOP_WAIT_MS = 2_500;

/** Messages of one connection in one turn, some 2 ms of work; a socket may bring 4,000 at once. */
const PULLED_MAX = 256;

class Now implements Instant {
  utcUs = 0;
  steadyUs = 0;
}

export class Acceptor {
  readonly #bounds: AcceptorBounds;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #sessions: SessionDirectory;
  readonly #message = new FixMessage();
  readonly #now = new Now();
  readonly #connections = new Set<Connection>();
  readonly #networks = new NetworkCounts();
  readonly #refused: RefusedConnections;
  readonly #unflushedStores = new Set<MessageStore>();
  readonly #unflushed = new Set<Connection>();
  readonly #stopTimer: StopTimer;
  readonly #flushTurn = (): void => this.#flush();
  #isFlushScheduled = false;
  #isTurnTimed = false;
  #offlineTickUs = 0;
  #hearEmpty: (() => void) | undefined;

  constructor({ plan, bounds, clock, log }: AcceptorOptions) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#log = log;
    this.#refused = new RefusedConnections("fix_connections_full", log, clock);
    const environment: SessionEnvironment = {
      log,
      writer: new FixWriter(),
      stored: new FixMessage(),
      early: new FixMessage(),
      now: () => this.#turnTime(),
      noteStored: (store) => {
        this.#unflushedStores.add(store);
        this.#scheduleFlush();
      },
    };
    this.#sessions = new SessionDirectory(plan, environment);
    this.#stopTimer = clock.every(TICK_MS, () => this.#tick());
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** The session of these names, connected or not; `undefined`: it is not one of ours. */
  session(id: SessionId): SessionHandle | undefined {
    return this.#sessions.find(id);
  }

  // What the listener tells

  /** A socket connected. `undefined`: it is gone, or there are too many, and it is closed. */
  opened(socket: ByteSocket, isTls: boolean): Connection | undefined {
    const address = socket.remoteAddress;
    if (address === undefined) {
      socket.terminate();
      return undefined;
    }
    const ofAddress = this.#networks.of(address);
    const { connectionsMax, connectionsPerAddressMax } = this.#bounds;
    const { steadyUs } = this.#refresh();
    const isCrowd = ofAddress >= connectionsPerAddressMax;
    const isFull = this.#connections.size >= connectionsMax;
    if (isCrowd || (isFull && !this.#makeRoom(steadyUs))) {
      this.#refused.note(address, ofAddress);
      socket.terminate();
      return undefined;
    }
    const facts = { remoteAddress: address, isTls };
    const connection = new Connection(socket, facts, this.#bounds, steadyUs, (written) => {
      this.#unflushed.add(written);
      this.#scheduleFlush();
    });
    this.#connections.add(connection);
    this.#networks.add(address);
    return connection;
  }

  /** Closes the oldest connection that should have logged on by now. Returns whether there is. */
  #makeRoom(steadyUs: number): boolean {
    for (const connection of this.#connections) {
      if (steadyUs - connection.connectedAtUs < IDLE_US) return false;
      if (connection.session !== undefined) continue;
      connection.terminate();
      this.closed(connection);
      return true;
    }
    return false;
  }

  received(connection: Connection, chunk: Uint8Array): void {
    if (connection.isClosing) return;
    this.#guard(connection, () => {
      connection.framer.feed(chunk);
      this.#pull(connection, this.#turnTime());
    });
  }

  drained(connection: Connection): void {
    connection.flush(this.#refresh().steadyUs);
    this.#goOn(connection);
  }

  closed(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#networks.remove(connection.facts.remoteAddress);
    const { session } = connection;
    connection.close();
    this.#unflushed.delete(connection);
    session?.disconnected("disconnect");
    if (this.#connections.size === 0) this.#hearEmpty?.();
  }

  // What the venue asks

  /** Ends a session for good and closes its store: it is no longer one of ours. */
  remove(id: SessionId, text: string): void {
    const session = this.#sessions.remove(id);
    if (session === undefined) return;
    session.cut(this.#refresh(), text);
    this.#unflushedStores.delete(session.store);
    this.#closeStore(session);
  }

  /** Tells every client beforehand that the venue stops. */
  announce(headline: string, text: string): void {
    for (const session of this.#sessions.all()) session.announce(headline, text);
  }

  /** Logs every client out, closes what does not answer, and closes the stores. */
  async stop(text: string): Promise<void> {
    for (const connection of this.#connections) {
      const { session } = connection;
      if (session === undefined) connection.close();
      else this.#guard(connection, () => session.end(this.#refresh(), text, "shutdown"));
    }
    await new Promise<void>((resolve) => {
      const stopTimer = this.#clock.after(STOP_WAIT_MS, resolve);
      this.#hearEmpty = () => {
        stopTimer();
        resolve();
      };
      if (this.#connections.size === 0) this.#hearEmpty();
    });
    this.#stopTimer();
    for (const connection of [...this.#connections]) {
      connection.terminate();
      this.closed(connection);
    }
    this.#flush();
    for (const session of this.#sessions.all()) this.#closeStore(session);
  }

  /** Ends the session, too: the number of a closed file may be another file's by now. */
  #closeStore(session: FixSession): void {
    session.fail();
    try {
      session.store.close();
    } catch (error) {
      this.#logFailedStore(session, error);
    }
  }

  /** Takes messages out of what has come, as long as the session listens and it is its turn. */
  #pull(connection: Connection, now: Instant): void {
    for (let taken = 0; !connection.isClosing; taken += 1) {
      if (connection.session?.isBusy === true) {
        connection.pause();
        return;
      }
      if (taken === PULLED_MAX) {
        connection.pause();
        this.#schedulePull(connection);
        return;
      }
      const { framer } = connection;
      const frame = framer.next();
      if (frame === "incomplete") return;
      const message = this.#message;
      const isWhole =
        frame === "message" && message.parse(framer.bytes, framer.start, framer.end) === "ok";
      if (isWhole) this.#take(connection, message, now);
      else this.#drop(connection, frame === "too_large", now);
    }
  }

  /** Others have their turn first. */
  #schedulePull(connection: Connection): void {
    if (connection.isPullBooked) return;
    connection.isPullBooked = true;
    this.#clock.after(0, () => {
      connection.isPullBooked = false;
      if (connection.isClosing) return;
      this.#guard(connection, () => {
        connection.resume();
        this.#pull(connection, this.#refresh());
      });
    });
  }

  #take(connection: Connection, message: FixMessage, now: Instant): void {
    if (connection.session !== undefined) {
      connection.session.receive(message, now);
      return;
    }
    const session = message.msgType === "A" ? this.#sessions.find(idOf(message)) : undefined;
    if (session === undefined) {
      const address = connection.facts.remoteAddress;
      this.#log.info("fix_stranger", { address, msg_type: message.msgType.slice(0, TYPE_LOGGED) });
      connection.close();
      return;
    }
    // A session that does not take the connection closes it, and is then not its session any more.
    connection.session = session;
    session.logon(message, connection, now);
  }

  /** Bytes that are no message: ignored within a session, where the gap is noticed. */
  #drop(connection: Connection, isTooLarge: boolean, now: Instant): void {
    const { session } = connection;
    this.#log.info("fix_garbled", { client: session?.id.targetCompId, is_too_large: isTooLarge });
    if (session === undefined) connection.close();
    else if (isTooLarge) session.cut(now, "Message is too large");
  }

  /** Goes on with a resend, and with what came meanwhile when it is done. */
  #goOn(connection: Connection): void {
    if (connection.session?.isBusy !== true) return;
    this.#guard(connection, () => {
      const now = this.#refresh();
      connection.session?.continueResend(now);
      if (connection.session?.isBusy === true) return;
      connection.resume();
      this.#pull(connection, now);
    });
  }

  /** Books a turn for a resend, after a flush. A congested connection is woken by its socket. */
  #scheduleGoingOn(connection: Connection): void {
    if (connection.isCongested || connection.isGoingOn) return;
    connection.isGoingOn = true;
    this.#clock.after(0, () => {
      connection.isGoingOn = false;
      this.#goOn(connection);
    });
  }

  /** A defect ends the session that it shows in, not the others. */
  #guard(connection: Connection, action: () => void): void {
    try {
      action();
    } catch (error) {
      const client = connection.session?.id.targetCompId;
      this.#log.error("fix_session_failed", { client, error: toStack(error) });
      connection.session?.drop("ended");
      connection.terminate();
    }
  }

  #tick(): void {
    const now = this.#refresh();
    for (const connection of this.#connections) {
      this.#guard(connection, () => this.#tickConnection(connection, now));
    }
    if (now.steadyUs - this.#offlineTickUs < OFFLINE_TICK_US) return;
    this.#offlineTickUs = now.steadyUs;
    for (const session of this.#sessions.all()) {
      if (!session.isLoggedOn) this.#rollOver(session, now);
      this.#unflushedStores.add(session.store);
    }
    this.#scheduleFlush();
  }

  /** Tried again a second later when there is no room for the new files. */
  #rollOver(session: FixSession, now: Instant): void {
    try {
      session.rollOver(now);
    } catch (error) {
      const client = session.id.targetCompId;
      this.#log.error("fix_roll_failed", { client, error: toStack(error) });
    }
  }

  #tickConnection(connection: Connection, now: Instant): void {
    const { session, connectedAtUs, closingSinceUs, fullSinceUs } = connection;
    const passed = (sinceUs: number | undefined, waitUs: number): boolean =>
      sinceUs !== undefined && now.steadyUs - sinceUs >= waitUs;
    if (passed(closingSinceUs, CLOSING_WAIT_US)) {
      connection.terminate();
    } else if (passed(fullSinceUs, FULL_WAIT_US)) {
      this.#dropSlow(connection);
    } else if (session !== undefined) {
      session.tick(now);
    } else if (!connection.isClosing && passed(connectedAtUs, LOGON_WAIT_US)) {
      connection.close();
    }
  }

  #dropSlow(connection: Connection): void {
    const { session } = connection;
    this.#log.warn("fix_client_slow", {
      client: session?.id.targetCompId,
      waiting_bytes: connection.waitingBytes,
    });
    connection.session = undefined;
    connection.terminate();
    session?.disconnected("slow_client");
  }

  #scheduleFlush(): void {
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    queueMicrotask(this.#flushTurn);
  }

  /** The time at which the turn was first asked for it; its flush ends the turn. */
  #turnTime(): Instant {
    if (this.#isTurnTimed) return this.#now;
    this.#isTurnTimed = true;
    this.#scheduleFlush();
    return this.#refresh();
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    const { steadyUs } = this.#isTurnTimed ? this.#now : this.#refresh();
    for (const store of this.#unflushedStores) {
      try {
        store.flush(steadyUs);
      } catch (error) {
        this.#failStore(store, error);
      }
    }
    this.#unflushedStores.clear();
    for (const connection of this.#unflushed) {
      if (connection.isOverfull) {
        this.#dropSlow(connection);
        continue;
      }
      connection.flush(steadyUs);
      if (connection.session?.isBusy === true) this.#scheduleGoingOn(connection);
    }
    this.#unflushed.clear();
    this.#isTurnTimed = false;
  }

  /** What a session cannot store it must not send: it is closed until the next start. */
  #failStore(store: MessageStore, error: unknown): void {
    const session = this.#sessions.ownerOf(store);
    this.#logFailedStore(session, error);
    for (const connection of this.#connections) {
      if (connection.session === session) connection.terminate();
    }
    session?.fail();
  }

  #logFailedStore(session: FixSession | undefined, error: unknown): void {
    const text = error instanceof Error ? error.message : `${error}`;
    this.#log.error("fix_store_failed", { client: session?.id.targetCompId, error: text });
  }

  #refresh(): Instant {
    this.#now.utcUs = this.#clock.nowUs();
    this.#now.steadyUs = this.#clock.elapsedUs();
    return this.#now;
  }
}

/** The session that a message names, from our side. */
function idOf(message: FixMessage): SessionId {
  return {
    beginString: message.text(8) ?? "",
    senderCompId: message.text(56) ?? "",
    targetCompId: message.text(49) ?? "",
  };
}
