/**
 * Follows a feed on many connections and tells how soon the messages of each order were there.
 *
 * Use: steered by push-run.ts, as `bun bench/push-clients.ts <options>`; says when all follow, is
 * told the schedule of the orders, and says what came when all has come.
 */
import { readFileSync } from "node:fs";
import { LatencyHistogram } from "./histogram.ts";
import {
  CHANNELS,
  type FeedKind,
  isChannelMessage,
  isFeedKind,
  isSnapshot,
  orderOf,
  tradedAtUs,
} from "./push-market.ts";
import { numberOf, textOf, toMeasured } from "./processes.ts";
import { Steering } from "./steered-process.ts";
import { RawWebSocket, toFrame } from "./web-socket.ts";

/** Connections being made at once: a client cannot do more at a time than a server answers. */
const CONNECTING_MAX = 64;
/** Orders whose messages are not counted, as a share. */
const WARM_SHARE = 0.1;

interface Options {
  readonly kind: FeedKind;
  readonly port: number;
  /** The first client of this process. */
  readonly first: number;
  readonly clients: number;
  /** Orders before those of the schedule. */
  readonly warmOrders: number;
  /** A token per line, that of client 0 first; empty: none log in. */
  readonly tokens: string;
}

/** What one connection has had. */
interface Follower {
  readonly client: number;
  readonly following: PromiseWithResolvers<void>;
  /** Of the last message; -1 before the first order. */
  order: number;
  isDone: boolean;
}

class Followers {
  readonly #options: Options;
  readonly #followers: Follower[] = [];
  readonly #sinceOrder = new LatencyHistogram();
  readonly #sinceFill = new LatencyHistogram();
  readonly #allDone = Promise.withResolvers<void>();
  #schedule = { startUs: 0, intervalUs: 0, orders: Infinity };
  #warmOrders = 0;
  /** Orders that were told of, and in how many messages. */
  #updates = 0;
  #messages = 0;
  #snapshots = 0;
  #doneCount = 0;
  #lastUs = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when each of them has had its first snapshot. */
  async connect(): Promise<void> {
    const { first, clients, tokens } = this.#options;
    const lines = tokens === "" ? [] : readFileSync(tokens, "utf8").split("\n");
    let next = first;
    const work = async (): Promise<void> => {
      while (next < first + clients) {
        const client = next;
        next += 1;
        await this.#follow(client, lines[client] ?? "");
      }
    };
    await Promise.all(Array.from({ length: Math.min(CONNECTING_MAX, clients) }, work));
  }

  /** Resolves when every connection has had all that is due to it. */
  async listen(schedule: { startUs: number; intervalUs: number; orders: number }) {
    this.#schedule = schedule;
    this.#warmOrders = Math.floor(schedule.orders * WARM_SHARE);
    await this.#allDone.promise;
  }

  toMeasured(): object {
    const { startUs, intervalUs } = this.#schedule;
    const had = this.#followers
      .toSorted((left, right) => left.client - right.client)
      .map(({ client, order }) => `${client} ${order}`);
    return {
      updates: this.#updates,
      messages: this.#messages,
      snapshots: this.#snapshots,
      seconds: (this.#lastUs - startUs - this.#warmOrders * intervalUs) / 1e6,
      since_order: this.#sinceOrder.toSteps(),
      since_fill: this.#sinceFill.toSteps(),
      hash: Bun.hash(had.join()).toString(16),
    };
  }

  async #follow(client: number, token: string): Promise<void> {
    const { port, kind } = this.#options;
    const following = Promise.withResolvers<void>();
    const follower: Follower = { client, following, order: -1, isDone: false };
    this.#followers.push(follower);
    const path = `/ws?client=${client}`;
    const socket = await RawWebSocket.connect({ port, path, token }, (bytes, from, to, atUs) =>
      this.#hear(follower, bytes, from, to, atUs),
    );
    socket.send(toFrame(JSON.stringify({ op: "subscribe", channels: [CHANNELS[kind]] })));
    await following.promise;
  }

  #hear(follower: Follower, bytes: Buffer, from: number, to: number, atUs: number): void {
    if (!isChannelMessage(bytes, from)) {
      if (bytes.includes('"ok":false')) throw new Error(bytes.toString("latin1", from, to));
      return;
    }
    const { kind, warmOrders } = this.#options;
    const told = orderOf(kind, bytes, from, to) - (kind === "book" ? 0 : warmOrders);
    // A snapshot may tell of older ones.
    const order = Math.max(told, -1);
    if (isSnapshot(kind, bytes, from)) {
      follower.following.resolve();
      if (order >= 0) this.#snapshots += 1;
    } else this.#count(follower, order, atUs, bytes, from, to);
    follower.order = order;
    const isLast =
      kind === "fills" ? order === follower.client : order === this.#schedule.orders - 1;
    if (isLast && !follower.isDone) this.#end(follower, atUs);
  }

  #count(
    follower: Follower,
    order: number,
    atUs: number,
    bytes: Buffer,
    from: number,
    to: number,
  ): void {
    const { kind } = this.#options;
    const expected = kind === "fills" ? follower.client : follower.order + 1;
    // A message of a book may tell of several.
    if (kind === "book" ? order < expected : order !== expected) {
      throw new Error(`client ${follower.client} was told of order ${order}, not ${expected}`);
    }
    if (order < this.#warmOrders) return;
    const { startUs, intervalUs } = this.#schedule;
    this.#messages += 1;
    for (let told = Math.max(expected, this.#warmOrders); told <= order; told += 1) {
      this.#updates += 1;
      this.#sinceOrder.add((atUs - startUs - told * intervalUs) * 1e3);
    }
    if (kind !== "book") this.#sinceFill.add((atUs - tradedAtUs(bytes, from, to)) * 1e3);
  }

  #end(follower: Follower, atUs: number): void {
    follower.isDone = true;
    this.#lastUs = atUs;
    this.#doneCount += 1;
    if (this.#doneCount === this.#followers.length) this.#allDone.resolve();
  }
}

async function main(text: string): Promise<void> {
  const given = toMeasured(JSON.parse(text));
  const kind = String(given["kind"]);
  if (!isFeedKind(kind)) throw new Error(`nothing to follow is named ${kind}`);
  const steering = new Steering();
  const followers = new Followers({
    kind,
    port: numberOf(given, "port"),
    first: numberOf(given, "first"),
    clients: numberOf(given, "clients"),
    warmOrders: numberOf(given, "warmOrders"),
    tokens: textOf(given, "tokens"),
  });
  const startNs = Bun.nanoseconds();
  await followers.connect();
  steering.say({ connect_ms: (Bun.nanoseconds() - startNs) / 1e6 });
  const told = await steering.hear();
  await followers.listen({
    startUs: numberOf(told, "startUs"),
    intervalUs: numberOf(told, "intervalUs"),
    orders: numberOf(told, "orders"),
  });
  steering.say(followers.toMeasured());
  // Its connections stay until the others have read what they want.
  await steering.hear();
  process.exit(0);
}

await main(process.argv[2] ?? "");
