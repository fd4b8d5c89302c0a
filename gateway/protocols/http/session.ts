// The life of one request: who is calling, may they, have they calls left, read the body, hand it
// to the endpoint, count. The order of these checks is the same for every endpoint.

import type { Server } from "bun";
import type { Clock } from "../../clock.ts";
import { RejectCode } from "../../domain/reject.ts";
import type { Log } from "../../log.ts";
import { LATENCY_BUCKETS_SECONDS } from "../../metrics.ts";
import type { Counter, Histogram, Metrics } from "../../metrics.ts";
import { isAllowed } from "../../sessions/authenticator.ts";
import type { Caller } from "../../sessions/authenticator.ts";
import { TokenBucket } from "../../sessions/throttle.ts";
import type { Venue } from "../../sessions/venue.ts";
import type { BodyReader } from "./body.ts";
import { problem, Refusal, throttledFor } from "./rejects.ts";
import type { Route } from "./route.ts";

/** Nobody: what public endpoints see. Its calls are counted in the bucket of the network. */
const ANONYMOUS: Caller = {
  keyId: "",
  account: 0,
  permissions: 0,
  requests: TokenBucket.unlimited(),
  cancels: TokenBucket.unlimited(),
};

/** Read in any case. Source: RFC 9110, 11.1. */
const BEARER = "bearer ";
/** Parameters of a path or query, by name. */
export type Params = Readonly<Record<string, string>>;
export const NO_PARAMETERS: Params = {};

/** Knows the address of whoever sent a request. */
export type Peers = Pick<Server<unknown>, "requestIP">;

export interface SessionParts {
  readonly venue: Venue;
  readonly bodies: BodyReader;
  readonly clock: Clock;
  readonly log: Log;
  readonly requestCounter: (labels: RequestLabels) => Counter;
  readonly requestDuration: (labels: EndpointLabels) => Histogram;
}

interface EndpointLabels extends Record<string, string> {
  readonly method: string;
  readonly endpoint: string;
}
interface RequestLabels extends EndpointLabels {
  readonly status: string;
}

/**
 * Registers the metrics of the HTTP door. Their labels are templates, never paths that were sent.
 */
export function httpMetrics(
  metrics: Metrics,
): Pick<SessionParts, "requestCounter" | "requestDuration"> {
  return {
    requestCounter: metrics.counter("http_requests_total", "Requests answered"),
    requestDuration: metrics.histogram(
      "http_request_duration_seconds",
      "From the request's head to its answer",
      LATENCY_BUCKETS_SECONDS,
    ),
  };
}

/** All requests to one endpoint. */
export class HttpSession {
  readonly #route: Route;
  readonly #parts: SessionParts;
  readonly #duration: Histogram;
  readonly #counters = new Map<number, Counter>();

  constructor(route: Route, parts: SessionParts) {
    this.#route = route;
    this.#parts = parts;
    this.#duration = parts.requestDuration({ method: route.method, endpoint: route.path });
  }

  /** Answers one request. `params` are those of the path, decoded. Never rejects. */
  async answer(request: Request, server: Peers, params: Params): Promise<Response> {
    const { clock, log } = this.#parts;
    const startedUs = clock.elapsedUs();
    let response: Response;
    try {
      response = await this.#serve(request, server, params, startedUs);
    } catch (error) {
      log.error("http_request_failed", { endpoint: this.#route.path, error: String(error) });
      response = problem(RejectCode.internal_error);
    }
    this.#duration.observe((clock.elapsedUs() - startedUs) / 1_000_000);
    this.#counterOf(response.status).value += 1;
    return response;
  }

  async #serve(request: Request, server: Peers, params: Params, nowUs: number): Promise<Response> {
    const hasBody = this.#route.body !== undefined;
    if (this.#parts.bodies.isTooLarge(request)) return this.#refuse(TOO_LARGE);
    const caller = this.#identify(request, server, nowUs);
    if (caller instanceof Refusal) return this.#refuseUnread(request, caller);
    const throttled = this.#throttle(caller, nowUs);
    if (throttled !== undefined) return this.#refuseUnread(request, throttled);
    if (!this.#permits(caller)) {
      return this.#refuseUnread(request, this.#charge(caller, nowUs, NOT_PERMITTED));
    }
    if (!hasBody && hasChunks(request)) return this.#refuseUnread(request, UNWANTED_BODY);
    const { query, hasRepeated } = readQuery(request.url);
    if (hasRepeated) return this.#refuseForm(caller, nowUs, REPEATED_PARAMETER);
    let text = "";
    if (hasBody) {
      if (!isJson(request)) return this.#refuseForm(caller, nowUs, NOT_JSON);
      const body = await this.#parts.bodies.read(request);
      if (!body.ok) {
        const closing = new Refusal(body.reject, { closesConnection: true });
        return this.#refuseForm(caller, nowUs, closing);
      }
      text = body.text;
    }
    const { hops } = this.#parts.venue;
    const call = { caller, params, query, text };
    const answer = await (hops === undefined
      ? this.#route.serve(call)
      : hops.during("http", nowUs, () => this.#route.serve(call)));
    if (answer instanceof Response) return answer;
    return answer.stage === "form" ? this.#refuseForm(caller, nowUs, answer) : this.#refuse(answer);
  }

  /** The caller, or why there is none. A public endpoint asks for no key. */
  #identify(request: Request, server: Peers, nowUs: number): Caller | Refusal {
    const { venue } = this.#parts;
    const isPublic = this.#route.access.length === 0;
    let code: RejectCode = RejectCode.not_logged_in;
    if (!isPublic) {
      const header = request.headers.get("authorization");
      if (header !== null) {
        code = RejectCode.credentials_invalid;
        if (header.slice(0, BEARER.length).toLowerCase() === BEARER) {
          const caller = venue.authenticator.authenticateToken(header.slice(BEARER.length));
          if (caller !== undefined) return caller;
        }
      }
    }
    const address = server.requestIP(request)?.address ?? "unknown";
    const bucket = venue.networks.bucketOf(address, nowUs);
    if (!bucket.take(nowUs)) return throttledFor(bucket.waitUs(nowUs));
    return isPublic ? ANONYMOUS : new Refusal(code);
  }

  #permits(caller: Caller): boolean {
    const { access } = this.#route;
    return access.length === 0 || access.some((permission) => isAllowed(caller, permission));
  }

  /** A query takes its token here; a command is only turned away early when there is none. */
  #throttle(caller: Caller, nowUs: number): Refusal | undefined {
    const { kind } = this.#route;
    if (kind === "mixed") return undefined;
    const bucket = kind === "cancel" ? caller.cancels : caller.requests;
    const hasToken = kind === "query" ? bucket.take(nowUs) : bucket.waitUs(nowUs) === 0;
    return hasToken ? undefined : throttledFor(bucket.waitUs(nowUs));
  }

  /** Answers what never reached order entry. */
  #refuseForm(caller: Caller, nowUs: number, refusal: Refusal): Response {
    return this.#refuse(this.#charge(caller, nowUs, refusal));
  }

  /** What never reached order entry counts against the key all the same. */
  #charge(caller: Caller, nowUs: number, refusal: Refusal): Refusal {
    if (this.#route.kind === "query" || caller.requests.take(nowUs)) return refusal;
    return throttledFor(caller.requests.waitUs(nowUs));
  }

  /** Of a body without a declared end nothing more is taken. */
  #refuseUnread(request: Request, { code, details, stage }: Refusal): Response {
    if (!hasChunks(request)) return this.#refuse(new Refusal(code, details, stage));
    return this.#refuse(new Refusal(code, { ...details, closesConnection: true }, stage));
  }

  #refuse({ code, details, stage }: Refusal): Response {
    if (stage !== "engine") this.#parts.venue.commandMetrics.countReject(code);
    return problem(code, details);
  }

  #counterOf(status: number): Counter {
    let counter = this.#counters.get(status);
    if (counter === undefined) {
      const { method, path } = this.#route;
      counter = this.#parts.requestCounter({ method, endpoint: path, status: String(status) });
      this.#counters.set(status, counter);
    }
    return counter;
  }
}

const NOT_PERMITTED = new Refusal(RejectCode.permission_denied);
const NOT_JSON = new Refusal(RejectCode.media_type_unsupported, { closesConnection: true });
const TOO_LARGE = new Refusal(RejectCode.body_too_large, { closesConnection: true });
const UNWANTED_BODY = new Refusal(RejectCode.malformed_request, {
  detail: "The request takes no body",
});
const REPEATED_PARAMETER = new Refusal(RejectCode.malformed_request, {
  detail: "A query parameter is given twice",
});

function hasChunks(request: Request): boolean {
  return request.headers.has("transfer-encoding");
}

/** `application/json`, with or without `charset=utf-8`. */
function isJson(request: Request): boolean {
  const type = request.headers.get("content-type");
  if (type === "application/json") return true;
  return type !== null && /^application\/json *(; *charset=("?)utf-8\2 *)?$/i.test(type);
}

function readQuery(url: string): { query: Params; hasRepeated: boolean } {
  const start = url.indexOf("?");
  if (start < 0) return { query: NO_PARAMETERS, hasRepeated: false };
  const pairs = [...new URLSearchParams(url.slice(start + 1))];
  const query = Object.fromEntries(pairs);
  return { query, hasRepeated: Object.keys(query).length !== pairs.length };
}
