// All connections of the port: which are let in, when they are read, written and closed. What they
// bring goes to the gate as it came; what the gate has for them leaves in one write for each socket
// and turn.

import type { Clock, StopTimer } from "../../clock.ts";
import { type Log, toStack } from "../../log.ts";
import type { BatchHops } from "../../sessions/batch-hops.ts";
import { type Gate, GateFlag, type GateGrant } from "../../sessions/binary-streams.ts";
import { NetworkCounts } from "../../sessions/network-counts.ts";
import { RefusedConnections } from "../../sessions/refused-connections.ts";
import { toNetwork } from "../../sessions/throttle.ts";
import type { Caller } from "../../sessions/authenticator.ts";
import type { ByteSocket } from "../../sessions/byte-listener.ts";
import { Connection } from "./connection.ts";
import { type CloseReason, isCloseReason } from "./rejects.ts";

/** Fine enough for the shortest heartbeat. */
export const TICK_MS = 100;
/** A client sends its Login at once; who does not is none. */
const LOGIN_WAIT_US = 5_000_000;
/** Where there is no room, one that has not logged in by then makes it. */
const IDLE_US = 1_000_000;
/** Intervals of silence after which a client is gone. */
const SILENT_HEARTBEATS = 5;
/** What a closing connection has left is taken at once or not at all. */
const CLOSING_WAIT_US = 2_000_000;
/** The same at a stop. */
const STOP_WAIT_MS = 1_000;
/** More than fits into what a socket brings at once. */
const GRANT_MAX = 1 << 20;
const NOTHING = Buffer.alloc(0);
const NO_GRANT: GateGrant = { requests: 0, cancels: 0, requestWaitMs: 0, cancelWaitMs: 0 };

/** Who knows what messages mean. */
export interface PortEvents {
  /** A message that is not an order, verified. `isThrottled`: its key has no requests left. */
  control(connection: Connection, message: Uint8Array, isThrottled: boolean): void;
  /** The last frame of a connection; `undefined`: nothing is said. Order: before `leave`. */
  farewell(connection: Connection, reason: CloseReason): Uint8Array | undefined;
  /** It is not logged in any more. */
  leave(connection: Connection, reason: CloseReason): void;
  heartbeat(): Uint8Array;
  countClose(reason: CloseReason): void;
}

export interface PortParts {
  readonly gate: Gate;
  readonly events: PortEvents;
  readonly bounds: { readonly connectionsMax: number; readonly connectionsPerAddressMax: number };
  readonly clock: Clock;
  readonly log: Log;
  /** Only where they are asked for. */
  readonly hops: BatchHops | undefined;
}

export class Port {
  readonly #parts: PortParts;
  /** By id. */
  readonly #connections: (Connection | undefined)[] = [];
  readonly #freeIds: number[] = [];
  readonly #networks = new NetworkCounts();
  readonly #refused: RefusedConnections;
  /** Those whose last bytes are to leave. */
  readonly #closing = new Set<Connection>();
  readonly #timer: StopTimer;
  #count = 0;
  #isWriteScheduled = false;
  #isWriting = false;
  /** Of the write under way. */
  #nowUs = 0;
  /** What must not happen while it is under way. */
  #later: (() => void)[] = [];
  #hearEmpty: (() => void) | undefined;

  constructor(parts: PortParts) {
    this.#parts = parts;
    const { gate, hops, clock, log } = parts;
    this.#refused = new RefusedConnections("binary_connections_full", log, clock);
    gate.onTurn(() => this.#write());
    if (hops !== undefined) gate.onSubmit(() => hops.submitted());
    this.#timer = clock.every(TICK_MS, () => this.#tick());
  }

  get connectionCount(): number {
    return this.#count;
  }

  /** Those who are logged in. */
  *loggedIn(): Generator<Connection> {
    for (const connection of this.#connections) {
      if (connection?.isLoggedIn === true) yield connection;
    }
  }

  // What the listener tells

  /** A socket connected. `undefined`: it is gone, or there are too many, and it is closed. */
  opened(socket: ByteSocket): Connection | undefined {
    const address = socket.remoteAddress;
    const connection = address === undefined ? undefined : this.#admit(socket, address);
    if (connection === undefined) socket.terminate();
    return connection;
  }

  #admit(socket: ByteSocket, address: string): Connection | undefined {
    const { gate, clock, events } = this.#parts;
    const nowUs = clock.elapsedUs();
    const hasRoom = this.#hasRoom(nowUs, address);
    // Ids as they are when room was made.
    const id = this.#freeIds.at(-1) ?? this.#connections.length;
    if (!hasRoom || !gate.connect(id)) {
      this.#refused.note(address, this.#networks.of(address));
      events.countClose("connections_full");
      return undefined;
    }
    this.#freeIds.pop();
    const connection = new Connection(id, socket, address, nowUs);
    this.#connections[id] = connection;
    this.#count += 1;
    this.#networks.add(address);
    return connection;
  }

  received(connection: Connection, chunk: Uint8Array): void {
    if (connection.isOpen) this.#guard(connection, () => this.#receive(connection, chunk));
  }

  /** The socket has room again. */
  drained(connection: Connection): void {
    if (connection.state === "closed") return;
    connection.isFull = false;
    this.#nowUs = this.#parts.clock.elapsedUs();
    this.#guard(connection, () => this.#writeRest(connection));
    this.#runLater();
  }

  /** The socket is gone. */
  closed(connection: Connection): void {
    if (this.#isWriting) this.#later.push(() => this.#release(connection));
    else this.#release(connection);
  }

  // What the session layer asks

  send(connection: Connection, frame: Uint8Array): void {
    this.#parts.gate.send(connection.id, frame);
    this.#scheduleWrite();
  }

  /** Reads on: what came behind a Login waits until it is answered. */
  goOn(connection: Connection): void {
    this.received(connection, NOTHING);
  }

  #scheduleWrite(): void {
    if (this.#isWriteScheduled) return;
    this.#isWriteScheduled = true;
    queueMicrotask(() => this.#write());
  }

  /** Writes what there is now: `isFull` is known then. */
  flush(): void {
    this.#write();
  }

  /** Ends a connection: it is told why, its orders go that ask for it, what it has left leaves. */
  end(connection: Connection, reason: CloseReason): void {
    if (!connection.isOpen) return;
    const { gate, events, clock } = this.#parts;
    const isDropped = reason === "slow_reader" || reason === "disconnect";
    const frame = isDropped ? undefined : events.farewell(connection, reason);
    if (frame !== undefined) gate.send(connection.id, frame);
    this.#leave(connection, "closing", reason);
    connection.closingSinceUs = clock.elapsedUs();
    gate.end(connection.id);
    connection.resume();
    if (isDropped) this.#drop(connection);
    else {
      this.#closing.add(connection);
      this.#scheduleWrite();
    }
  }

  /** Reads nothing any more; what was read is answered. */
  pause(): void {
    for (const connection of this.#all()) connection.pause();
  }

  /** Ends all of them and waits for their last bytes. */
  async stop(): Promise<void> {
    for (const connection of this.#all()) this.end(connection, "venue_stopping");
    await new Promise<void>((resolve) => {
      const stopTimer = this.#parts.clock.after(STOP_WAIT_MS, resolve);
      this.#hearEmpty = () => {
        stopTimer();
        resolve();
      };
      if (this.#count === 0) this.#hearEmpty();
    });
    this.#timer();
    for (const connection of this.#all()) this.#drop(connection);
    this.#parts.gate.onTurn(() => {});
  }

  #all(): Connection[] {
    return this.#connections.filter((connection) => connection !== undefined);
  }

  #hasRoom(nowUs: number, address: string): boolean {
    const { connectionsMax, connectionsPerAddressMax } = this.#parts.bounds;
    const isCrowd = this.#networks.of(address) >= connectionsPerAddressMax;
    if (isCrowd) return this.#makeRoom(nowUs, toNetwork(address));
    return this.#count < connectionsMax || this.#makeRoom(nowUs);
  }

  /** Closes the oldest connection, of this network, that should have logged in by now, if any. */
  #makeRoom(nowUs: number, network?: string): boolean {
    const idle = this.#all()
      .filter(({ state, connectedAtUs }) => state === "new" && nowUs - connectedAtUs >= IDLE_US)
      .filter(({ address }) => network === undefined || toNetwork(address) === network)
      .sort((one, other) => one.connectedAtUs - other.connectedAtUs)[0];
    if (idle === undefined) return false;
    this.#leave(idle, "closing", "connections_full");
    this.#drop(idle);
    return true;
  }

  // Reading

  #receive(connection: Connection, chunk: Uint8Array): void {
    const { gate, clock, hops } = this.#parts;
    const nowUs = clock.elapsedUs();
    connection.receivedAtUs = nowUs;
    const caller = connection.login?.caller;
    const grant = caller === undefined ? NO_GRANT : toGrant(caller, nowUs);
    const flags = gate.receive(connection.id, chunk, grant);
    hops?.received(nowUs);
    caller?.requests.charge(nowUs, gate.requestsUsed);
    caller?.cancels.charge(nowUs, gate.cancelsUsed);
    if ((flags & GateFlag.control) !== 0) this.#takeControls(connection, grant.requests === 0);
    if (!connection.isOpen) return;
    if ((flags & GateFlag.close) !== 0) this.#endAsTold(connection);
    else if ((flags & GateFlag.pause) !== 0) connection.pause();
    else connection.resume();
    if ((flags & GateFlag.output) !== 0) this.#scheduleWrite();
  }

  #takeControls(connection: Connection, isThrottled: boolean): void {
    const { gate, events } = this.#parts;
    while (connection.isOpen) {
      const message = gate.nextControl(connection.id);
      if (message === undefined) return;
      events.control(connection, message, isThrottled);
    }
  }

  #endAsTold(connection: Connection): void {
    // The gate may say it more than once, and may have given its id away since.
    if (!connection.isOpen) return;
    const reason = this.#parts.gate.closeReason(connection.id);
    this.end(connection, isCloseReason(reason) ? reason : "defect");
  }

  // Writing

  #write(): void {
    const { hops } = this.#parts;
    hops?.durable();
    this.#isWriteScheduled = false;
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#nowUs = this.#parts.clock.elapsedUs();
    try {
      this.#parts.gate.writeOutputs(this.#writeOne);
    } finally {
      this.#isWriting = false;
    }
    hops?.written();
    for (const connection of this.#closing) this.#writeRest(connection);
    this.#runLater();
  }

  readonly #writeOne = (
    id: number,
    flags: number,
    bytes: Buffer,
    offset: number,
    length: number,
  ): number => {
    const connection = this.#connections[id];
    if (connection === undefined) return length;
    if ((flags & GateFlag.resume) !== 0) this.#later.push(() => this.goOn(connection));
    if ((flags & GateFlag.close) !== 0) this.#later.push(() => this.#endAsTold(connection));
    if (connection.isFull || length === 0) return 0;
    const taken = connection.socket.write(bytes, offset, length);
    // A closed socket takes it all: its close event is on the way.
    if (taken < 0) return length;
    connection.isFull = taken < length;
    connection.sentAtUs = this.#nowUs;
    return taken;
  };

  /** Writes what is left, and ends a connection that is closing when all of it is gone. */
  #writeRest(connection: Connection): void {
    if (connection.isFull) return;
    this.#isWriting = true;
    try {
      const isDone = this.#parts.gate.writeRest(connection.id, this.#writeOne);
      if (isDone && this.#closing.delete(connection)) connection.socket.end();
    } finally {
      this.#isWriting = false;
    }
  }

  #runLater(): void {
    while (this.#later.length > 0) {
      const actions = this.#later;
      this.#later = [];
      for (const act of actions) act();
    }
  }

  // Ends

  #leave(connection: Connection, state: "closing" | "closed", reason: CloseReason): void {
    const { events, log } = this.#parts;
    const wasLoggedIn = connection.isLoggedIn;
    connection.state = state;
    events.countClose(reason);
    const { address, login } = connection;
    const { account, name } = login?.stream.stored ?? {};
    const fields = { address, account, session_name: name, reason };
    if (wasLoggedIn) log.info("binary_logged_out", fields);
    else log.debug("binary_closed", fields);
    events.leave(connection, reason);
  }

  /** Closes at once. */
  #drop(connection: Connection): void {
    connection.socket.terminate();
    this.closed(connection);
  }

  #release(connection: Connection): void {
    if (this.#connections[connection.id] !== connection) return;
    if (connection.isOpen) this.#leave(connection, "closed", "disconnect");
    connection.state = "closed";
    const { id, address } = connection;
    this.#parts.gate.disconnect(id);
    this.#closing.delete(connection);
    this.#connections[id] = undefined;
    this.#freeIds.push(id);
    this.#count -= 1;
    this.#networks.remove(address);
    if (this.#count === 0) this.#hearEmpty?.();
  }

  /** A defect ends the connection that it shows in, not the others. */
  #guard(connection: Connection, action: () => void): void {
    try {
      action();
    } catch (error) {
      const text = toStack(error);
      this.#parts.log.error("binary_connection_failed", { error: text });
      if (connection.isOpen) this.#leave(connection, "closing", "defect");
      this.#drop(connection);
    }
  }

  // Time

  #tick(): void {
    const nowUs = this.#parts.clock.elapsedUs();
    for (const connection of this.#connections) {
      if (connection !== undefined) this.#tickOne(connection, nowUs);
    }
  }

  #tickOne(connection: Connection, nowUs: number): void {
    const { closingSinceUs, connectedAtUs, login, isFull } = connection;
    if (closingSinceUs !== undefined) {
      if (nowUs - closingSinceUs >= CLOSING_WAIT_US) this.#drop(connection);
      return;
    }
    if (!connection.isLoggedIn || login === undefined) {
      if (nowUs - connectedAtUs >= LOGIN_WAIT_US) this.end(connection, "login_timeout");
      return;
    }
    const { heartbeatUs } = login;
    // Who is not read cannot be heard.
    const silentUs = connection.isPaused ? 0 : nowUs - connection.receivedAtUs;
    if (silentUs >= SILENT_HEARTBEATS * heartbeatUs) {
      this.end(connection, "silence");
    } else if (!isFull && nowUs - connection.sentAtUs >= heartbeatUs - TICK_MS * 1_000) {
      this.send(connection, this.#parts.events.heartbeat());
    }
  }
}

/** What a key may send now, and when the next one when it has sent all of that. */
function toGrant({ requests, cancels }: Caller, nowUs: number): GateGrant {
  const requestCount = requests.available(nowUs, GRANT_MAX);
  const cancelCount = cancels.available(nowUs, GRANT_MAX);
  return {
    requests: requestCount,
    cancels: cancelCount,
    requestWaitMs: Math.ceil(requests.waitUs(nowUs, requestCount) / 1_000),
    cancelWaitMs: Math.ceil(cancels.waitUs(nowUs, cancelCount) / 1_000),
  };
}
