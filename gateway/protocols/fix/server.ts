// FIX on two ports: orders on one, market data and drop copies on the other, so that neither waits
// for what the other one sends. Which sessions there are is the operator's business and may change
// while it runs.

import { mkdirSync } from "node:fs";
import type { Clock, StopTimer } from "../../clock.ts";
import { type Config, readFixSchedule } from "../../config.ts";
import type { Log } from "../../log.ts";
import type { Metrics } from "../../metrics.ts";
import type { FixRegistration, FixSessionKind } from "../../sessions/fix-sessions.ts";
import { readTlsIdentity } from "../../sessions/tls-identity.ts";
import type { Venue } from "../../sessions/venue.ts";
import type { Stage } from "../../stages/stage.ts";
import type { Protocol } from "../protocol.ts";
import { Acceptor, ACCEPTOR_BOUNDS } from "./acceptor/acceptor.ts";
import { listen, type Listener, type ListenerOptions } from "../../sessions/byte-listener.ts";
import type { SessionPlan } from "./acceptor/session-directory.ts";
import { makeVenueDictionary } from "./codec.ts";
import type { Dictionary } from "./dictionary/dictionary.ts";
import { LogonDesk } from "./logon-desk.ts";
import { MarketDataApplication } from "./market-data/application.ts";
import { NumbersStore } from "./market-data/numbers-store.ts";
import { OrderDesk } from "./orders/order-desk.ts";
import { PortApplication } from "./port-application.ts";
import type { FixApplication, SessionHandle, SessionId } from "./session/application.ts";
import { FileStore, listStoredSessions, removeStoredSession } from "./session/file-store.ts";
import type { MessageStore } from "./session/message-store.ts";
import { SessionCalendar } from "./session/schedule.ts";
import { type SessionSettings, VENUE_SETTINGS } from "./session/settings.ts";

/** What the venue's dictionary is of. */
const BEGIN_STRING = "FIX.4.4";
/** Numbers only: a rotation of the file every 10,000 turns or so. */
const NUMBERS_BYTES_MAX = 1 << 20;

/** Between two attempts to open the store of a new session, in milliseconds. */
const OPEN_AGAIN_MS = 1_000;

/** Times a key's own rate: above it a session is ended. */
const HARD_LIMIT = 2;

const PORTS = ["order_entry", "market_data"] as const;
type Port = (typeof PORTS)[number];
const PORT_OF: Readonly<Record<FixSessionKind, Port>> = {
  order_entry: "order_entry",
  drop_copy: "market_data",
  market_data: "market_data",
};

export interface FixServerParts {
  readonly venue: Venue;
  /** Of the sessions' stores. */
  readonly directory: string;
  readonly config: Pick<
    Config,
    | "requestsPerSecondPerKey"
    | "requestsBurstPerKey"
    | "fixHost"
    | "fixPort"
    | "fixMarketDataPort"
    | "fixCompId"
    | "fixTlsCertificate"
    | "fixTlsKey"
    | "fixHeartbeatSecondsMin"
    | "fixHeartbeatSecondsMax"
    | "fixConnectionsMax"
    | "fixConnectionsMaxPerAddress"
    | "fixUnsentBytesMax"
    | "fixStoreBytesMax"
    | "fixStoreSync"
    | "fixSchedule"
  >;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export class FixServer implements Protocol {
  readonly name = "fix";
  readonly #parts: FixServerParts;
  readonly #orders: OrderDesk;
  readonly #marketData: MarketDataApplication;
  readonly #acceptors: Readonly<Record<Port, Acceptor>>;
  readonly #calendar: SessionCalendar | undefined;
  readonly #tls: ListenerOptions["tls"];
  readonly #listeners = new Map<Port, Listener>();
  /** Made while it ran, without a store yet: files were missing, or room for one. */
  readonly #unopened = new Set<FixRegistration>();
  readonly #stopOpening: StopTimer;
  #stopping: Promise<void> | undefined;

  /**
   * Opens the stores of all sessions; nobody can connect yet.
   *
   * Errors: throws `tls_unreadable`, and what the operating system says of the stores.
   */
  constructor(parts: FixServerParts) {
    this.#parts = parts;
    const { venue, config, clock, log, metrics } = parts;
    this.#tls = readTlsIdentity("fix", config.fixTlsCertificate, config.fixTlsKey);
    const schedule = readFixSchedule(config.fixSchedule);
    this.#calendar =
      schedule && new SessionCalendar({ ...schedule, endSecond: schedule.startSecond });
    const desk = new LogonDesk({ venue, clock, log });
    this.#orders = new OrderDesk({
      venue,
      clock,
      judge: (session, logon, connection) => desk.judge(session, logon, connection),
    });
    this.#marketData = new MarketDataApplication({ venue, desk, clock, metrics });
    const application = new PortApplication(
      ({ id }) => venue.fixSessions.find(id.targetCompId)?.kind,
      { order_entry: this.#orders, drop_copy: this.#orders, market_data: this.#marketData },
      metrics,
    );
    const dictionary = makeVenueDictionary();
    this.#acceptors = {
      order_entry: this.#makeAcceptor("order_entry", application, dictionary),
      market_data: this.#makeAcceptor("market_data", application, dictionary),
    };
    this.#observe(metrics);
    this.#openSessions();
    this.#stopOpening = clock.every(OPEN_AGAIN_MS, () => this.#openAgain());
  }

  /** What follows the change log. Order: to be added before the stages start. */
  get stages(): readonly Stage[] {
    return [this.#parts.venue.owed, this.#marketData.stage];
  }

  /** Of order entry. */
  get address(): string {
    return this.#addressOf("order_entry");
  }

  /** Of market data and drop copies. */
  get marketDataAddress(): string {
    return this.#addressOf("market_data");
  }

  /** Errors: throws the operating system's, as EADDRINUSE. */
  listenForOrders(): void {
    this.#listen("order_entry", this.#parts.config.fixPort);
  }

  /** Errors: throws the operating system's, as EADDRINUSE. */
  listenForMarketData(): void {
    this.#listen("market_data", this.#parts.config.fixMarketDataPort);
  }

  /**
   * Tells everybody that the venue stops, and stops: what becomes known of their last orders
   * meanwhile is told at the next start.
   */
  drain(): Promise<void> {
    this.#marketData.watch();
    for (const port of PORTS) {
      this.#acceptors[port].announce("The venue stops", "Log on again when it is back");
    }
    return this.stop();
  }

  /** Lets nobody in any more, logs everybody out and closes the stores. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#stopOpening();
    for (const listener of this.#listeners.values()) listener.stop();
    await Promise.all(PORTS.map((port) => this.#acceptors[port].stop("The venue stops")));
    this.#marketData.stop();
  }

  #addressOf(port: Port): string {
    return `${this.#parts.config.fixHost}:${this.#listeners.get(port)?.port ?? 0}`;
  }

  #listen(port: Port, number: number): void {
    const tls = this.#tls === undefined ? {} : { tls: this.#tls };
    const { venue, config, clock } = this.#parts;
    const { hops } = venue;
    const stamping =
      hops === undefined || port !== "order_entry"
        ? {}
        : { around: (work: () => void) => hops.during("fix", clock.elapsedUs(), work) };
    const options = { host: config.fixHost, port: number, ...tls, ...stamping };
    this.#listeners.set(port, listen(this.#acceptors[port], options));
  }

  #makeAcceptor(port: Port, application: FixApplication, dictionary: Dictionary): Acceptor {
    const { config, clock, log } = this.#parts;
    const plan: SessionPlan = {
      application,
      dictionary,
      settingsOf: (id) => this.#settingsOf(port, id),
      openStore: (id, nowUs) => this.#openStore(id, nowUs),
    };
    const bounds = {
      ...ACCEPTOR_BOUNDS,
      connectionsMax: config.fixConnectionsMax,
      connectionsPerAddressMax: config.fixConnectionsMaxPerAddress,
      outboundBytesMax: config.fixUnsentBytesMax,
    };
    return new Acceptor({ plan, bounds, clock, log });
  }

  #settingsOf(port: Port, id: SessionId): SessionSettings | undefined {
    const { venue, config } = this.#parts;
    const registration = venue.fixSessions.find(id.targetCompId);
    const isOurs = id.beginString === BEGIN_STRING && id.senderCompId === config.fixCompId;
    if (registration === undefined || !isOurs || PORT_OF[registration.kind] !== port) {
      return undefined;
    }
    return {
      ...VENUE_SETTINGS,
      ...toHeartbeatRange(registration, config),
      sendingTimeWindowMs: registration.sendingTimeWindowMs,
      isResetOnLogon: registration.isResetOnLogon,
      timestampDigits: registration.timestampDigits,
      hardRate: {
        perSecond: HARD_LIMIT * config.requestsPerSecondPerKey,
        burst: HARD_LIMIT * config.requestsBurstPerKey,
      },
      calendar: this.#calendar,
    };
  }

  #openStore(id: SessionId, nowUs: number): MessageStore {
    const { venue, config, directory } = this.#parts;
    const isMarketData = venue.fixSessions.find(id.targetCompId)?.kind === "market_data";
    const bytesMax = isMarketData ? NUMBERS_BYTES_MAX : config.fixStoreBytesMax;
    const store = new FileStore(id, { directory, bytesMax, sync: config.fixStoreSync }, nowUs);
    return isMarketData ? new NumbersStore(store) : store;
  }

  #openSessions(): void {
    const { venue, directory } = this.#parts;
    const { fixSessions, authenticator } = venue;
    // Also without sessions: a backup copies it.
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const id of listStoredSessions(directory)) {
      // A crash came between the end of its registration and that of its files.
      const isKnown = fixSessions.find(id.targetCompId) !== undefined;
      if (!isKnown) removeStoredSession(directory, id);
    }
    let hasStarted = false;
    fixSessions.listen({
      added: (registration) => {
        // What it is owed from before can only be told after a start with its store.
        if (!this.#addOrders(registration) && hasStarted) this.#unopened.add(registration);
      },
      removed: (registration) => {
        this.#unopened.delete(registration);
        this.#remove(registration);
      },
      isLoggedOn: (registration) => this.#sessionOf(registration)?.isLoggedOn === true,
    });
    hasStarted = true;
    authenticator.onRevoked((keyId) => {
      for (const registration of fixSessions.list()) {
        const isIts = registration.keyId === keyId;
        if (isIts) this.#sessionOf(registration)?.logout("Key was revoked");
      }
    });
  }

  /** Returns false when its store cannot be opened. */
  #addOrders(registration: FixRegistration): boolean {
    if (registration.kind === "market_data") return true;
    const session = this.#sessionOf(registration);
    if (session !== undefined) this.#orders.add(session, registration);
    return session !== undefined;
  }

  #openAgain(): void {
    for (const registration of this.#unopened) {
      if (this.#addOrders(registration)) this.#unopened.delete(registration);
    }
  }

  #sessionOf(registration: FixRegistration): SessionHandle | undefined {
    return this.#acceptors[PORT_OF[registration.kind]].session(this.#idOf(registration));
  }

  #remove(registration: FixRegistration): void {
    const { directory } = this.#parts;
    const id = this.#idOf(registration);
    const acceptor = this.#acceptors[PORT_OF[registration.kind]];
    const session = acceptor.session(id);
    if (session === undefined) return;
    if (registration.kind !== "market_data") this.#orders.remove(session);
    acceptor.remove(id, "Session was removed");
    removeStoredSession(directory, id);
  }

  #idOf({ compId }: FixRegistration): SessionId {
    const { fixCompId } = this.#parts.config;
    return { beginString: BEGIN_STRING, senderCompId: fixCompId, targetCompId: compId };
  }

  #observe(metrics: Metrics): void {
    const help = "Connections, logged on or not yet";
    metrics.readEach("openbell_fix_connections", "gauge", help, PORTS, (port) => ({
      labels: { port },
      value: this.#acceptors[port].connectionCount,
    }));
  }
}

/** The session's own range; where it has one end alone, the venue's other end gives way. */
function toHeartbeatRange(
  { heartbeatSecondsMin, heartbeatSecondsMax }: FixRegistration,
  { fixHeartbeatSecondsMin, fixHeartbeatSecondsMax }: FixServerParts["config"],
): Pick<SessionSettings, "heartBtIntMin" | "heartBtIntMax"> {
  const min = heartbeatSecondsMin ?? fixHeartbeatSecondsMin;
  const max = heartbeatSecondsMax ?? fixHeartbeatSecondsMax;
  return {
    heartBtIntMin: heartbeatSecondsMin ?? Math.min(min, max),
    heartBtIntMax: heartbeatSecondsMax ?? Math.max(min, max),
  };
}
