// The connection to `/ws`: comes back by itself, logs in and subscribes again.

import { Link } from "./link.ts";
import { type ChannelMessage, type Problem, type Reply, readMessage } from "./messages.ts";

export interface FeedListener {
  onMessage(message: ChannelMessage): void;
  /** Connected again or for the first time. */
  onLive(): void;
  /** The key was taken or refused; `undefined`: taken. */
  onLogin(refusal: Problem | undefined): void;
}

/** How often silence is looked at. */
const WATCH_MS = 1_000;
const PRIVATE_CHANNELS = ["orders", "executions", "balances"];

/** There is no answer: what was asked may have been done all the same. */
export class LostReply extends Error {}

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: LostReply) => void;
}

export class Feed {
  readonly link = new Link(() => (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) / 255);
  readonly #url: string;
  readonly #listener: FeedListener;
  readonly #pending = new Map<number, Pending>();
  #socket: WebSocket | undefined;
  #channels: readonly string[] = [];
  #token: string | undefined;
  #lastId = 0;

  constructor(url: string, listener: FeedListener) {
    this.#url = url;
    this.#listener = listener;
  }

  start(): void {
    this.#connect();
    setInterval(() => this.#watch(), WATCH_MS);
  }

  /** Follows these public channels and no others. */
  follow(channels: readonly string[]): void {
    const old = this.#channels.filter((channel) => !channels.includes(channel));
    const fresh = channels.filter((channel) => !this.#channels.includes(channel));
    this.#channels = channels;
    if (this.link.state !== "live") return;
    if (old.length > 0) this.#send("unsubscribe", { channels: old });
    if (fresh.length > 0) this.#send("subscribe", { channels: fresh });
  }

  /** Logs in with a key, now and after each return. A login cannot be undone but by closing. */
  login(token: string): void {
    this.#token = token;
    if (this.link.state === "live") this.#login(token);
  }

  logout(): void {
    this.#token = undefined;
    this.#socket?.close();
  }

  /** Asks and waits. Errors: `LostReply` when the connection ends before the answer. */
  ask(op: string, members: object): Promise<Reply> {
    if (this.link.state !== "live") return Promise.reject(new LostReply());
    const id = this.#send(op, members);
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.#pending.set(id, { resolve, reject });
    return promise;
  }

  #connect(): void {
    this.link.connect();
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => this.#begin();
    socket.onmessage = ({ data }) => this.#receive(String(data));
    socket.onclose = () => {
      if (this.#socket === socket) this.#end();
    };
  }

  #begin(): void {
    this.link.open(Date.now());
    if (this.#channels.length > 0) this.#send("subscribe", { channels: this.#channels });
    if (this.#token !== undefined) this.#login(this.#token);
    this.#listener.onLive();
  }

  #login(token: string): void {
    this.ask("login", { token }).then(
      ({ ok, error }) => {
        if (ok) this.#send("subscribe", { channels: PRIVATE_CHANNELS });
        else this.#token = undefined;
        this.#listener.onLogin(error);
      },
      // It will be sent again with the next connection.
      () => undefined,
    );
  }

  #end(): void {
    for (const { reject } of this.#pending.values()) reject(new LostReply());
    this.#pending.clear();
    this.#socket = undefined;
    setTimeout(() => this.#connect(), this.link.close());
  }

  #receive(text: string): void {
    this.link.hear(Date.now());
    const message = readMessage(text);
    if ("channel" in message) {
      this.#listener.onMessage(message);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    pending?.resolve(message);
  }

  #watch(): void {
    const wish = this.link.watch(Date.now());
    if (wish === "ping") this.#send("ping", {});
    if (wish !== "close") return;
    // A dead network ends the old socket minutes from now: it is left to itself.
    this.#socket?.close();
    this.#end();
  }

  #send(op: string, members: object): number {
    this.#lastId += 1;
    this.#socket?.send(JSON.stringify({ op, id: this.#lastId, ...members }));
    return this.#lastId;
  }
}
