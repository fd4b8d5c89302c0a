// The HTTP door: listens, routes, drains. Endpoints are in routes/, what happens to each request
// before them in session.ts.
//
// What Bun's parser refuses (no HTTP, a head above 16 KiB, contradictory lengths) it answers itself
// with a bare status and closes; those requests never get here.

import type { Server, WebSocketHandler } from "bun";
import { Hono } from "hono";
import type { Context } from "hono";
import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import { RejectCode } from "../../domain/reject.ts";
import type { Log } from "../../log.ts";
import type { Counter, Metrics } from "../../metrics.ts";
import type { Venue } from "../../sessions/venue.ts";
import type { Protocol } from "../protocol.ts";
import { BodyReader } from "./body.ts";
import { ConnectionLimit } from "./connection-limit.ts";
import { listRoutes } from "./endpoints.ts";
import { problem } from "./rejects.ts";
import type { Route } from "./route.ts";
import { LIVENESS_PATH } from "./routes/operations.ts";
import { HttpSession, httpMetrics, NO_PARAMETERS } from "./session.ts";
import type { Peers, SessionParts } from "./session.ts";

/** Connections that leave HTTP for WebSocket, on the same listener. */
export interface WebSocketDoor<Connection> {
  readonly handler: WebSocketHandler<Connection>;
  /** Requests without an answer yet. */
  readonly pendingRequests: number;
  /** The server is there; connections may come. */
  start(server: Server<Connection>): void;
  /** Takes a connection over. Returns the answer of one that stays. */
  upgrade(request: Request, server: Server<Connection>): Response | undefined;
  /** Takes no new work. */
  drain(): void;
  /** Tells every client why, and closes. */
  stop(): void;
}

export interface HttpServerParts<Connection> {
  readonly venue: Venue;
  readonly webSocket: WebSocketDoor<Connection>;
  readonly config: Pick<
    Config,
    "httpHost" | "httpPort" | "bodyBytesMax" | "requestTimeoutMs" | "connectionsMax"
  >;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Of the product. */
  readonly version: string;
}

/** Bun's bound on bodies answers without a document, so ours comes first: 1 TiB is out of reach. */
const BUN_BODY_BYTES_MAX = 2 ** 40;
/** Bun's longest idle timeout, in seconds. */
const IDLE_SECONDS_MAX = 255;
/**
 * A connection outlives the deadline of its request by this much, so that the answer gets through.
 */
const IDLE_EXTRA_SECONDS = 5;
/** How often a draining server looks whether all is answered, in milliseconds. */
const DRAIN_CHECK_MS = 10;

/** Hono with Bun's server beside the request. */
interface Beside {
  Bindings: Peers;
}
type HttpContext = Context<Beside>;

/** Answers one request to one endpoint. */
type Handler = (request: Request, server: Peers) => Promise<Response>;

export interface HttpApp {
  readonly hono: Hono<Beside>;
  /** Placing an order, which goes past hono: a third of what it costs. */
  readonly placeOrder: Handler | undefined;
}

/** The endpoint that Bun's own router leads to. */
const HOT_PATH = "/api/v1/trading/orders";

const WEBSOCKET_PATH = "/ws";

class HttpServer<Connection> implements Protocol {
  readonly name = "http";
  readonly #server: Server<Connection>;
  readonly #webSocket: WebSocketDoor<Connection>;
  readonly #gate: Gate;
  readonly #clock: Clock;
  readonly #stopCounting: () => void;

  constructor(
    server: Server<Connection>,
    gate: Gate,
    { clock, webSocket }: HttpServerParts<Connection>,
    stopCounting: () => void,
  ) {
    this.#server = server;
    this.#webSocket = webSocket;
    this.#gate = gate;
    this.#clock = clock;
    this.#stopCounting = stopCounting;
  }

  get address(): string {
    const { hostname = "localhost", port = 0 } = this.#server;
    return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  }

  async drain(deadlineMs: number): Promise<void> {
    this.#gate.isDraining = true;
    this.#webSocket.drain();
    const isAnswered = (): boolean =>
      this.#server.pendingRequests + this.#webSocket.pendingRequests === 0;
    const deadlineUs = this.#clock.elapsedUs() + deadlineMs * 1_000;
    while (!isAnswered() && this.#clock.elapsedUs() < deadlineUs) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#clock.after(DRAIN_CHECK_MS, resolve);
      await promise;
    }
  }

  async stop(): Promise<void> {
    this.#stopCounting();
    this.#webSocket.stop();
    await this.#server.stop(true);
  }
}

/** What stands before all endpoints. */
interface Gate {
  isDraining: boolean;
  readonly connections: ConnectionLimit;
}

/** Starts listening. Errors: throws what Bun throws when the port is taken. */
export function startHttpServer<Connection>(parts: HttpServerParts<Connection>): Protocol {
  const { config, clock, log, metrics, webSocket } = parts;
  const gate: Gate = { isDraining: false, connections: new ConnectionLimit(config.connectionsMax) };
  const stopCounting = gate.connections.start(clock);
  metrics.read(
    "http_connections_open",
    "gauge",
    "Connections, at most a second ago",
    () => gate.connections.count,
  );
  const app = createApp(parts);
  const timeoutSeconds = Math.ceil(config.requestTimeoutMs / 1_000) + IDLE_EXTRA_SECONDS;
  const server = Bun.serve<Connection, string>({
    hostname: config.httpHost,
    port: config.httpPort,
    development: false,
    // Without development mode Bun shares a port by default: a second venue would take half the
    // calls.
    reusePort: false,
    maxRequestBodySize: BUN_BODY_BYTES_MAX,
    idleTimeout: Math.min(IDLE_SECONDS_MAX, timeoutSeconds),
    websocket: webSocket.handler,
    routes: {
      [WEBSOCKET_PATH]: {
        GET: (request, bunServer) => refuseAtGate(gate) ?? webSocket.upgrade(request, bunServer),
      },
      [HOT_PATH]: {
        POST: (request, bunServer) =>
          refuseAtGate(gate) ??
          app.placeOrder?.(request, bunServer) ??
          app.hono.fetch(request, bunServer),
      },
    },
    fetch(request, bunServer) {
      const refused = refuseAtGate(gate);
      const isServed = refused === undefined || asksForLife(request);
      return isServed ? app.hono.fetch(request, bunServer) : refused;
    },
    error(error) {
      log.error("http_server_failed", { error: String(error) });
      return problem(RejectCode.internal_error, { closesConnection: true });
    },
  });
  webSocket.start(server);
  return new HttpServer(server, gate, parts, stopCounting);
}

/** Why nothing is taken at all, if so. */
function refuseAtGate({ isDraining, connections }: Gate): Response | undefined {
  const closing = { closesConnection: true };
  if (isDraining) return problem(RejectCode.core_unavailable, closing);
  return connections.isReached ? problem(RejectCode.connection_limit_reached, closing) : undefined;
}

/** Who watches over the process would end it, were this one not answered. */
function asksForLife(request: Request): boolean {
  return request.method === "GET" && new URL(request.url).pathname === LIVENESS_PATH;
}

/** Routes of all endpoints, and an answer for everything else. */
function createApp<Connection>(parts: HttpServerParts<Connection>): HttpApp {
  const { config, clock, log, metrics, venue } = parts;
  const limits = { bytesMax: config.bodyBytesMax, timeoutMs: config.requestTimeoutMs };
  const sessionParts: SessionParts = {
    venue,
    bodies: new BodyReader(limits, clock),
    clock,
    log,
    ...httpMetrics(metrics),
  };
  const app = new Hono<Beside>();
  let placeOrder: Handler | undefined;
  const routes = listRoutes(venue, parts.version);
  for (const route of routes) {
    const session = new HttpSession(route, sessionParts);
    const { method, path, params } = route;
    app.on(method, toHonoPath(path), (context) =>
      session.answer(
        context.req.raw,
        context.env,
        params === undefined ? NO_PARAMETERS : context.req.param(),
      ),
    );
    if (method === "POST" && path === HOT_PATH) {
      placeOrder = (request, server) => session.answer(request, server, NO_PARAMETERS);
    }
  }
  const unrouted = new UnroutedRequests(routes, sessionParts);
  app.notFound((context) => unrouted.refuse(context));
  app.onError((error) => {
    log.error("http_request_failed", { error: String(error) });
    return problem(RejectCode.internal_error);
  });
  return { hono: app, placeOrder };
}

/**
 * Requests that no endpoint takes: of another method than its path has, or of no path.
 *
 * Looked up after the router failed: a catch-all route beside each endpoint would cost every call.
 */
class UnroutedRequests {
  readonly #parts: SessionParts;
  readonly #paths: readonly { readonly template: string; pattern: RegExp; allow: string }[];
  readonly #unknownPath: Counter;

  constructor(routes: readonly Route[], parts: SessionParts) {
    this.#parts = parts;
    this.#paths = [...methodsByPath(routes)].map(([template, allow]) => {
      const pattern = template.replace(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.");
      return { template, pattern: new RegExp(`^${pattern}$`), allow };
    });
    const labels = { method: "other", endpoint: "unmatched", status: "404" };
    this.#unknownPath = parts.requestCounter(labels);
  }

  refuse(context: HttpContext): Response {
    const { bodies, requestCounter, venue } = this.#parts;
    const request = context.req.raw;
    const known = this.#paths.find(({ pattern }) => pattern.test(context.req.path));
    const code = known === undefined ? RejectCode.route_not_found : RejectCode.method_not_allowed;
    const counter =
      known === undefined
        ? this.#unknownPath
        : requestCounter({ method: "other", endpoint: known.template, status: "405" });
    counter.value += 1;
    venue.commandMetrics.countReject(code);
    // The body is not read: one that is large or has no declared end, ends the connection.
    const closesConnection =
      request.headers.has("transfer-encoding") || bodies.isTooLarge(request) || undefined;
    return problem(code, { allow: known?.allow, closesConnection });
  }
}

function toHonoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

/** Path → its methods, as the `Allow` header lists them. */
function methodsByPath(routes: readonly Route[]): Map<string, string> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) {
    const known = methods.get(path) ?? [];
    // A GET endpoint also answers HEAD.
    methods.set(path, [...known, ...(method === "GET" ? ["GET", "HEAD"] : [method])]);
  }
  return new Map([...methods].map(([path, list]) => [path, list.join(", ")]));
}
