// The feed at `/ws`, on the listener of HTTP: takes connections over, ends them, and gives each
// transaction of the change log to those who follow. docs/websocket.md is the protocol.

import type { Server, WebSocketHandler } from "bun";
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { RejectCode } from "../../domain/reject.ts";
import type { Log } from "../../log.ts";
import type { Metrics } from "../../metrics.ts";
import { PushStage } from "../../push/push-stage.ts";
import type { Caller } from "../../sessions/authenticator.ts";
import { TokenBucket } from "../../sessions/throttle.ts";
import type { Venue } from "../../sessions/venue.ts";
import { problem } from "../http/rejects.ts";
import type { WebSocketDoor } from "../http/server.ts";
import { AccountFeed } from "./account-feed.ts";
import { Connection } from "./connection.ts";
import { FeedMetrics } from "./feed-metrics.ts";
import { MarketFeed } from "./market-feed.ts";
import type { CloseReason } from "./rejects.ts";
import { FeedSession } from "./session.ts";

export interface FeedParts {
  readonly venue: Venue;
  readonly config: Pick<
    Config,
    | "bodyBytesMax"
    | "requestTimeoutMs"
    | "feedUnsentBytesMax"
    | "feedCompression"
    | "requestsPerSecondPerKey"
    | "requestsBurstPerKey"
    | "cancelsPerSecondPerKey"
    | "cancelsBurstPerKey"
  >;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A silent client is gone after so many times what a request may take. */
const IDLE_REQUESTS = 3;
/** Bun's bounds of idle times, in seconds. */
const IDLE_SECONDS = { min: 8, max: 960 };
/** Refusals for the rate that a connection survives: a burst, then ten a second. */
const PATIENCE = { perSecond: 10, burst: 1_000 };
/** Read in any case. Source: RFC 9110, 11.1. */
const BEARER = /^bearer /i;

export class NativeFeed implements WebSocketDoor<Connection> {
  readonly stage: PushStage;
  readonly handler: WebSocketHandler<Connection>;
  readonly #parts: FeedParts;
  readonly #metrics: FeedMetrics;
  readonly #markets: MarketFeed;
  readonly #accounts: AccountFeed;
  readonly #session: FeedSession;
  readonly #connections = new Set<Connection>();
  /** Key → its connections. */
  readonly #logins = new Map<string, Set<Connection>>();

  constructor(parts: FeedParts) {
    this.#parts = parts;
    const { venue, clock, log, config } = parts;
    const startedAfter = venue.router.releasedSequence;
    const metrics = new FeedMetrics(parts.metrics, this.#connections);
    this.#metrics = metrics;
    this.#markets = new MarketFeed({ venue, clock, metrics, startedAfter });
    this.#accounts = new AccountFeed({ venue, clock, log, metrics });
    const [markets, accounts] = [this.#markets, this.#accounts];
    this.stage = new PushStage(
      {
        passes: (transaction) => !accounts.isFollowing && markets.passes(transaction),
        isFollowed: (account) => accounts.isFollowed(account),
        pushMarket: (changes, transaction) => markets.push(changes, transaction),
        pushAccount: (changes, transaction) => accounts.push(changes, transaction),
        restart: () => this.#restart(),
      },
      startedAfter,
    );
    const onLogin = (connection: Connection, caller: Caller): void =>
      this.#remember(connection, caller);
    this.#session = new FeedSession({ venue, clock, log, metrics, markets, accounts, onLogin });
    venue.authenticator.onRevoked((keyId) => {
      for (const connection of this.#logins.get(keyId) ?? []) connection.close("key_revoked");
    });
    this.handler = this.#makeHandler(config);
  }

  get pendingRequests(): number {
    return this.#session.pendingRequests;
  }

  start(server: Pick<Server<Connection>, "publish">): void {
    this.#accounts.start(this.stage);
    const { feedCompression } = this.#parts.config;
    this.#markets.start(this.stage, (topic, text) => {
      server.publish(topic, text, feedCompression);
    });
  }

  upgrade(request: Request, server: Server<Connection>): Response | undefined {
    const { venue, clock, config } = this.#parts;
    const address = server.requestIP(request)?.address ?? "unknown";
    const header = request.headers.get("authorization");
    const isBearer = header !== null && BEARER.test(header);
    const caller = isBearer
      ? venue.authenticator.authenticateToken(header.replace(BEARER, ""))
      : undefined;
    const isRefused = header !== null && caller === undefined;
    const bucket = venue.networks.bucketOf(address, clock.elapsedUs());
    if (caller === undefined && !bucket.take(clock.elapsedUs())) {
      return problem(RejectCode.throttled);
    }
    if (isRefused) return problem(RejectCode.credentials_invalid);
    const messages = new TokenBucket({
      perSecond: config.requestsPerSecondPerKey + config.cancelsPerSecondPerKey,
      burst: config.requestsBurstPerKey + config.cancelsBurstPerKey,
    });
    const buckets = { messages, patience: new TokenBucket(PATIENCE) };
    const unsentBytesMax = config.feedUnsentBytesMax;
    const bounds = { unsentBytesMax, isCompressed: config.feedCompression };
    const connection = new Connection(address, buckets, bounds, this.#metrics);
    if (!server.upgrade(request, { data: connection })) {
      return problem(RejectCode.malformed_request, { detail: "Ask for an upgrade to WebSocket" });
    }
    if (caller !== undefined) this.#remember(connection, caller);
    return undefined;
  }

  /** Takes no more orders. */
  drain(): void {
    this.#session.isDraining = true;
  }

  stop(): void {
    this.#closeAll("venue_stopping");
    this.#markets.stop();
    this.#accounts.stop();
  }

  #makeHandler(config: FeedParts["config"]): WebSocketHandler<Connection> {
    const idleSeconds = Math.ceil((IDLE_REQUESTS * config.requestTimeoutMs) / 1_000);
    return {
      maxPayloadLength: config.bodyBytesMax,
      idleTimeout: Math.min(IDLE_SECONDS.max, Math.max(IDLE_SECONDS.min, idleSeconds)),
      sendPings: true,
      // Past it Bun would drop messages without a word. The bounds of `Connection` come first.
      backpressureLimit: 2 * config.feedUnsentBytesMax,
      closeOnBackpressureLimit: true,
      perMessageDeflate: config.feedCompression,
      open: (socket) => {
        socket.data.attach(socket);
        this.#connections.add(socket.data);
      },
      message: (socket, message) => {
        if (typeof message !== "string") {
          socket.data.close("text_only");
          return undefined;
        }
        return this.#session.receive(socket.data, message);
      },
      close: (socket) => this.#forget(socket.data),
    };
  }

  #remember(connection: Connection, caller: Caller): void {
    connection.caller = caller;
    const connections = this.#logins.get(caller.keyId) ?? new Set();
    this.#logins.set(caller.keyId, connections.add(connection));
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    this.#metrics.countClose(connection.markEnded());
    this.#markets.forget(connection);
    const { caller } = connection;
    if (caller === undefined) return;
    this.#accounts.forget(connection, caller.account);
    const connections = this.#logins.get(caller.keyId);
    connections?.delete(connection);
    if (connections?.size === 0) this.#logins.delete(caller.keyId);
  }

  #restart(): void {
    this.#closeAll("feed_restarted");
    this.#accounts.restart();
  }

  #closeAll(reason: CloseReason): void {
    for (const connection of this.#connections) connection.close(reason);
  }
}
