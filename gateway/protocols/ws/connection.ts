// One socket of the feed: what it follows, what is unsent, why it ended. What a client is owed is
// sent or the connection ends; what it only wants can be left out (rules 6.4).

import type { ServerWebSocket } from "bun";
import type { Caller } from "../../sessions/authenticator.ts";
import type { TokenBucket } from "../../sessions/throttle.ts";
import type { PublicChannel } from "./channel.ts";
import type { FeedMetrics } from "./feed-metrics.ts";
import { CLOSE_CODES } from "./rejects.ts";
import type { CloseReason } from "./rejects.ts";

/** A public channel on one connection. */
export interface Subscription {
  readonly channel: PublicChannel;
  readonly connection: Connection;
  /** `parked` waits for its turn or for room, `waiting` for the sequence of its snapshot. */
  state: "parked" | "waiting" | "live";
  /** The client has the trades up to here. */
  tradesAfter: number | undefined;
  /** It is told what followed there as if it had been there; else in a snapshot. */
  isResuming: boolean;
}

export class Connection {
  readonly address: string;
  readonly #metrics: FeedMetrics;
  readonly #unsentBytesMax: number;
  readonly #isCompressed: boolean;
  #socket: ServerWebSocket<Connection> | undefined;
  /** Who logged in. */
  caller: Caller | undefined;
  readonly messages: TokenBucket;
  /** Of refusals for the rate: who goes on sending all the same is closed. */
  readonly patience: TokenBucket;
  /** By name of the channel. */
  readonly publicSubscriptions = new Map<string, Subscription>();
  /** Channel → what tells a subscription from those before it. */
  readonly privateKinds = new Map<string, number>();
  #closeReason: CloseReason | undefined;
  /** Written in one piece at the end of this turn, of which it is a part. */
  #soon: string[] = [];

  constructor(
    address: string,
    buckets: { readonly messages: TokenBucket; readonly patience: TokenBucket },
    { unsentBytesMax, isCompressed }: { unsentBytesMax: number; isCompressed: boolean },
    metrics: FeedMetrics,
  ) {
    this.address = address;
    this.messages = buckets.messages;
    this.patience = buckets.patience;
    this.#unsentBytesMax = unsentBytesMax;
    this.#isCompressed = isCompressed;
    this.#metrics = metrics;
  }

  attach(socket: ServerWebSocket<Connection>): void {
    this.#socket = socket;
  }

  get isOpen(): boolean {
    return this.#socket !== undefined && this.#closeReason === undefined;
  }

  /** What the system has not taken yet. */
  get unsentBytes(): number {
    return this.#socket?.getBufferedAmount() ?? 0;
  }

  get channelCount(): number {
    return this.publicSubscriptions.size + this.privateKinds.size;
  }

  /** Whether there is room for what the client only wants: half of the bound stays for the rest. */
  get hasRoom(): boolean {
    return this.unsentBytes <= this.#unsentBytesMax / 2;
  }

  /** What may be sent at once of what was missed: half of the bound stays for the rest. */
  get roomBytes(): number {
    return Math.max(0, this.#unsentBytesMax / 2 - this.unsentBytes);
  }

  /** Whether a client that fell behind may be sent again what it wants. */
  get isDrained(): boolean {
    return this.unsentBytes <= this.#unsentBytesMax / 8;
  }

  /** Sends what is owed, at the next `flush`. Returns whether it is the first since the last. */
  sendSoon(text: string): boolean {
    return this.#soon.push(text) === 1;
  }

  /** Sends what waits, in one write. */
  flush(): void {
    if (this.#soon.length === 0) return;
    const texts = this.#soon;
    this.#soon = [];
    this.#socket?.cork(() => {
      for (const text of texts) this.#sendNow(text);
    });
  }

  /** Sends what is owed, behind what waits. */
  send(text: string): void {
    this.flush();
    this.#sendNow(text);
  }

  /** A client that does not read is closed when the bound is passed. */
  #sendNow(text: string): void {
    const socket = this.#socket;
    if (socket === undefined || !this.isOpen) return;
    const status = socket.sendText(text, this.#isCompressed);
    if (status > 0) this.#metrics.countSent(text, 1);
    else if (status === 0 || socket.getBufferedAmount() > this.#unsentBytesMax) {
      this.close("slow_reader");
    } else this.#metrics.countSent(text, 1);
  }

  join(topic: string): void {
    this.#socket?.subscribe(topic);
  }

  leave(topic: string): void {
    this.#socket?.unsubscribe(topic);
  }

  /** Ends the connection. What was not sent by now may be lost. */
  close(reason: CloseReason): void {
    this.flush();
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#socket?.close(CLOSE_CODES[reason], reason);
  }

  /** Why it ended, once it has. Codes of a client that left are its own. */
  markEnded(): CloseReason | "client" {
    this.#socket = undefined;
    return this.#closeReason ?? "client";
  }
}
