// What clients ask of the feed. The order of checks is that of HTTP: size, rate, form, login,
// permission, and then those of what is asked.

import { RejectCode } from "../../domain/reject.ts";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { isAllowed } from "../../sessions/authenticator.ts";
import type { Caller } from "../../sessions/authenticator.ts";
import type { TokenBucket } from "../../sessions/throttle.ts";
import type { Venue } from "../../sessions/venue.ts";
import { Refusal, throttledFor } from "../http/rejects.ts";
import type { Route } from "../http/route.ts";
import { orderRoutes } from "../http/routes/orders.ts";
import type { AccountFeed } from "./account-feed.ts";
import { parseChannel } from "./channel.ts";
import type { Channel } from "./channel.ts";
import { CHANNELS_MAX, okReply, orderReply, readRequest } from "./codec.ts";
import type { FeedRequest } from "./codec.ts";
import type { Connection } from "./connection.ts";
import type { FeedMetrics } from "./feed-metrics.ts";
import type { MarketFeed } from "./market-feed.ts";
import { errorReply } from "./rejects.ts";
import type { RequestName } from "./rejects.ts";

export interface SessionParts {
  readonly venue: Venue;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: FeedMetrics;
  readonly markets: MarketFeed;
  readonly accounts: AccountFeed;
  /** A caller is there, or another one: its revocation must be heard of. */
  readonly onLogin: (connection: Connection, caller: Caller) => void;
}

type OrderRequest = Extract<FeedRequest, { op: `order.${string}` }>;
type SubscribeRequest = Extract<FeedRequest, { op: "subscribe" }>;

const ORDERS_PATH = "/api/v1/trading/orders";

/** The endpoints behind the order requests: one way of reading, judging and answering. */
interface OrderEndpoints {
  readonly place: Route;
  readonly cancel: Route;
  readonly replace: Route;
}

export class FeedSession {
  readonly #parts: SessionParts;
  readonly #endpoints: OrderEndpoints;
  isDraining = false;
  /** Order requests without an answer yet. */
  pendingRequests = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const routes = orderRoutes(parts.venue);
    const find = (method: string, path: string): Route => {
      const route = routes.find((each) => each.method === method && each.path === path);
      if (route === undefined) throw new Error(`no endpoint ${method} ${path}`);
      return route;
    };
    this.#endpoints = {
      place: find("POST", ORDERS_PATH),
      cancel: find("DELETE", `${ORDERS_PATH}/{order}`),
      replace: find("PATCH", `${ORDERS_PATH}/{order}`),
    };
  }

  /** Answers one message. Never rejects. */
  async receive(connection: Connection, text: string): Promise<void> {
    const throttled = this.#throttle(connection);
    if (throttled !== undefined) {
      this.#refuse(connection, {}, throttled);
      return;
    }
    const read = readRequest(text);
    if (!read.ok) {
      this.#parts.metrics.countRequest("unread");
      this.#refuse(connection, read.name, read.refusal);
      return;
    }
    const { request } = read;
    this.#parts.metrics.countRequest(request.op);
    try {
      const answer = await this.#serve(connection, request);
      if (answer instanceof Refusal) this.#refuse(connection, request, answer);
    } catch (error) {
      this.#parts.log.error("ws_request_failed", { op: request.op, error: String(error) });
      this.#refuse(connection, request, new Refusal(RejectCode.internal_error));
    }
  }

  /** Does what is asked and answers, or says why not. */
  #serve(
    connection: Connection,
    request: FeedRequest,
  ): Refusal | undefined | Promise<Refusal | undefined> {
    switch (request.op) {
      case "ping":
        connection.send(okReply(request));
        return undefined;
      case "login":
        return this.#logIn(connection, request, request.token);
      case "subscribe":
        return this.#subscribe(connection, request);
      case "unsubscribe":
        return this.#unsubscribe(connection, request, request.channels);
      default:
        return this.#order(connection, request);
    }
  }

  #logIn(connection: Connection, request: RequestName, token: string): Refusal | undefined {
    if (connection.caller !== undefined) {
      return new Refusal(RejectCode.malformed_request, { detail: "Connection is logged in" });
    }
    const caller = this.#parts.venue.authenticator.authenticateToken(token);
    if (caller === undefined) return new Refusal(RejectCode.credentials_invalid);
    this.#parts.onLogin(connection, caller);
    connection.send(okReply(request, { account_id: caller.account }));
    return undefined;
  }

  /** All channels of a request are started, or none. */
  #subscribe(connection: Connection, request: SubscribeRequest): Refusal | undefined {
    const { venue, markets, accounts } = this.#parts;
    const channels = this.#readChannels(request.channels);
    if (channels instanceof Refusal) return channels;
    const isPrivate = channels.some(({ scope }) => scope === "private");
    const { caller } = connection;
    if (isPrivate && caller === undefined) return new Refusal(RejectCode.not_logged_in);
    if (isPrivate && caller !== undefined && !isAllowed(caller, "read")) {
      return new Refusal(RejectCode.permission_denied);
    }
    const added = channels.filter(({ name }) => !isFollowed(connection, name));
    if (connection.channelCount + added.length > CHANNELS_MAX) {
      const detail = `A connection follows at most ${CHANNELS_MAX} channels`;
      return new Refusal(RejectCode.throttled, { detail });
    }
    // Each costs a question to the core.
    const bucket = this.#bucketOf(connection);
    const nowUs = venue.authenticator.nowUs();
    for (const _channel of channels) {
      if (!bucket.take(nowUs)) return throttledFor(bucket.waitUs(nowUs));
    }
    const account = caller?.account ?? 0;
    const after = request.from_sequence;
    const resumed = channels.filter((channel) => {
      if (after === undefined) return false;
      const isPublic = channel.scope === "public";
      return isPublic ? markets.canResume(channel, after) : accounts.canResume(after);
    });
    const [names, resumedNames] = [channels, resumed].map((each) => each.map(({ name }) => name));
    connection.send(okReply(request, { channels: names, resumed: resumedNames }));
    for (const channel of channels) {
      if (channel.scope === "public") markets.subscribe(connection, channel, after);
      else if (after === undefined) accounts.subscribe(connection, account, channel.kind);
      else accounts.resume(connection, account, channel.kind, after);
    }
    return undefined;
  }

  #unsubscribe(
    connection: Connection,
    request: RequestName,
    names: readonly string[],
  ): Refusal | undefined {
    const channels = this.#readChannels(names);
    if (channels instanceof Refusal) return channels;
    const { markets, accounts } = this.#parts;
    for (const channel of channels) {
      if (channel.scope === "public") markets.unsubscribe(connection, channel.name);
      else if (connection.caller !== undefined) {
        accounts.unsubscribe(connection, connection.caller.account, channel.kind);
      }
    }
    connection.send(okReply(request, { channels: channels.map(({ name }) => name) }));
    return undefined;
  }

  /** Each channel once, or what is wrong with the first that is none. */
  #readChannels(names: readonly string[]): readonly Channel[] | Refusal {
    const channels = new Map<string, Channel>();
    for (const [index, name] of names.entries()) {
      const read = parseChannel(name, this.#parts.venue.reference);
      if (!read.ok) {
        const isForm = read.reject === RejectCode.malformed_request;
        const detail = isForm ? "No such channel" : "Instrument does not exist";
        return new Refusal(read.reject, { errors: [{ field: `channels.${index}`, detail }] });
      }
      channels.set(read.value.name, read.value);
    }
    return [...channels.values()];
  }

  async #order(connection: Connection, request: OrderRequest): Promise<Refusal | undefined> {
    const { caller } = connection;
    if (caller === undefined) return new Refusal(RejectCode.not_logged_in);
    if (!isAllowed(caller, "trade")) return new Refusal(RejectCode.permission_denied);
    if (this.isDraining) return new Refusal(RejectCode.core_unavailable);
    const order = request.op === "order.place" ? "" : String(request.order);
    const text = request.op === "order.cancel" ? "" : JSON.stringify(request.body);
    const endpoint = this.#endpointOf(request.op);
    this.pendingRequests += 1;
    try {
      const answer = await endpoint.serve({ caller, params: { order }, query: {}, text });
      if (answer instanceof Refusal) return this.#charge(caller, answer);
      connection.send(orderReply(request, await answer.text()));
      return undefined;
    } finally {
      this.pendingRequests -= 1;
    }
  }

  #endpointOf(op: OrderRequest["op"]): Route {
    if (op === "order.place") return this.#endpoints.place;
    return op === "order.cancel" ? this.#endpoints.cancel : this.#endpoints.replace;
  }

  /** What never reached order entry counts against the key all the same. */
  #charge(caller: Caller, refusal: Refusal): Refusal {
    const nowUs = this.#parts.venue.authenticator.nowUs();
    if (refusal.stage !== "form" || caller.requests.take(nowUs)) return refusal;
    return throttledFor(caller.requests.waitUs(nowUs));
  }

  #throttle(connection: Connection): Refusal | undefined {
    const nowUs = this.#parts.clock.elapsedUs();
    const isKnown = connection.caller !== undefined;
    const bucket = isKnown ? connection.messages : this.#bucketOf(connection);
    return bucket.take(nowUs) ? undefined : throttledFor(bucket.waitUs(nowUs));
  }

  /** Who has not logged in is counted with its network, as in HTTP. */
  #bucketOf({ caller, address }: Connection): TokenBucket {
    const { venue, clock } = this.#parts;
    return caller?.requests ?? venue.networks.bucketOf(address, clock.elapsedUs());
  }

  #refuse(connection: Connection, name: RequestName, refusal: Refusal): void {
    const { code, details, stage } = refusal;
    if (stage !== "engine") this.#parts.venue.commandMetrics.countReject(code);
    connection.send(errorReply(name, code, details));
    if (code !== RejectCode.throttled) return;
    if (!connection.patience.take(this.#parts.clock.elapsedUs())) connection.close("throttled");
  }
}

function isFollowed({ publicSubscriptions, privateKinds }: Connection, name: string): boolean {
  return publicSubscriptions.has(name) || privateKinds.has(name);
}
