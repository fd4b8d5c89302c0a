// A client of the feed for tests: keeps every message, and builds what the channels tell.

import { within, until } from "../../support/deadline.ts";

const WAIT_MS_MAX = 10_000;

/** A message, looked into by name. */
export type Message = Readonly<Record<string, unknown>>;

/** Why a connection ended. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
}

export class FeedClient {
  readonly #socket: WebSocket;
  /** All messages, in order. */
  readonly messages: Message[] = [];
  readonly texts: string[] = [];
  readonly ended: Promise<Ending>;
  #onMessage: (message: Message) => void = () => {};
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ended = promise;
    socket.addEventListener("message", ({ data }) => this.#hear(String(data)));
    socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  }

  /** Connects to a venue at `address`, and logs in with `token`. */
  static async open(address: string, token?: string): Promise<FeedClient> {
    const client = new FeedClient(new WebSocket(`${address.replace(/^http/, "ws")}/ws`));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    client.#socket.addEventListener("open", () => resolve());
    client.#socket.addEventListener("error", () => reject(new Error("no connection to the feed")));
    await within(WAIT_MS_MAX, "the feed opens", promise);
    if (token !== undefined) await client.need({ op: "login", token });
    return client;
  }

  /** Calls back with each message as it comes. */
  listen(listener: (message: Message) => void): void {
    this.#onMessage = listener;
  }

  send(frame: object | string | Uint8Array<ArrayBuffer>): void {
    const isRaw = typeof frame === "string" || frame instanceof Uint8Array;
    this.#socket.send(isRaw ? frame : JSON.stringify(frame));
  }

  /** Sends a request with an id of its own and waits for its reply. */
  async ask(request: object): Promise<Message> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.send({ ...request, id });
    return this.waitFor((message) => message["id"] === id && "ok" in message);
  }

  /** Asks, and expects that it is done. */
  async need(request: object): Promise<Message> {
    const reply = await this.ask(request);
    if (reply["ok"] !== true) throw new Error(JSON.stringify(reply));
    return reply;
  }

  /** Asks, and returns the name of the refusal. */
  async refusal(request: object): Promise<unknown> {
    const { error } = await this.ask(request);
    return typeof error === "object" && error !== null && "name" in error ? error.name : error;
  }

  /** The first message that fits, now or later. */
  waitFor(fits: (message: Message) => boolean): Promise<Message> {
    return until(WAIT_MS_MAX, "a message", () => this.messages.find(fits));
  }

  /** Messages of a channel, in order. */
  of(channel: string): Message[] {
    return this.messages.filter((message) => message["channel"] === channel);
  }

  close(): void {
    this.#socket.close();
  }

  /** Drops the connection without a word. */
  terminate(): void {
    this.#socket.terminate();
  }

  #hear(text: string): void {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) throw new Error(`no object: ${text}`);
    const message = { ...parsed };
    this.texts.push(text);
    this.messages.push(message);
    this.#onMessage(message);
  }
}

/** The book of an instrument, from a snapshot and what followed. */
export class FollowedBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  /** What the book is true at, once there was a snapshot. */
  sequence = -1;
  #lastSequence = -1;

  /** Errors: throws at a hole, a double or a change before a snapshot. */
  apply(message: Message): void {
    if (message["type"] === "snapshot") {
      this.bids.clear();
      this.asks.clear();
      this.sequence = Number(message["sequence"]);
      this.#lastSequence = Number(message["last_sequence"]);
    } else {
      const previous = Number(message["previous_last_sequence"]);
      const first = Number(message["first_sequence"]);
      if (previous !== this.#lastSequence || first <= this.sequence) {
        const seen = `${this.#lastSequence} and a book at ${this.sequence}`;
        throw new Error(`after ${seen}: ${JSON.stringify(message)}`);
      }
      this.sequence = Number(message["last_sequence"]);
      this.#lastSequence = this.sequence;
    }
    put(this.bids, message["bids"]);
    put(this.asks, message["asks"]);
  }

  /** Levels from the touch outward, as HTTP shows them. */
  toLevels() {
    const sorted = (side: ReadonlyMap<string, string>, sign: number) =>
      [...side].sort(([left], [right]) => sign * (Number(left) - Number(right)));
    return { bids: sorted(this.bids, -1), asks: sorted(this.asks, 1) };
  }
}

function put(side: Map<string, string>, levels: unknown): void {
  if (!Array.isArray(levels)) throw new Error("a side is no list");
  for (const level of levels) {
    const [price, quantity] = Array.isArray(level) ? level.map(String) : [];
    if (price === undefined || quantity === undefined) throw new Error("a level is no pair");
    if (Number(quantity) === 0) side.delete(price);
    else side.set(price, quantity);
  }
}
