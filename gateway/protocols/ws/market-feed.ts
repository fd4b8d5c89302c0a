// Public channels. A message is written once and published to all who are live on its topic; each
// newcomer gets a snapshot at a sequence that the change log has reached, and joins in that
// instant. Who does not read leaves its topics and gets a new snapshot when there is room.

import type { Clock, StopTimer } from "../../clock.ts";
import type { Transaction } from "../../domain/change.ts";
import { QueryKind } from "../../domain/command.ts";
import type { MarketChanges, PushStage } from "../../push/push-stage.ts";
import { TurnQueue } from "../../push/turn-queue.ts";
import { RECENT_TRADES_MAX } from "../../sessions/recent-trades.ts";
import type { Venue } from "../../sessions/venue.ts";
import { BarFeed } from "./bar-feed.ts";
import type { SentBars } from "./bar-feed.ts";
import type { PublicChannel } from "./channel.ts";
import type { Connection, Subscription } from "./connection.ts";
import type { FeedMetrics } from "./feed-metrics.ts";
import {
  bookSnapshot,
  bookUpdate,
  depthLevels,
  depthMessage,
  tradesSnapshot,
  tradesUpdate,
} from "./market-messages.ts";

/** Levels a side of a book's snapshot: the longest answer of the core. */
const BOOK_LEVELS_MAX = 1_000;
/** Trades that a snapshot shows who does not say what it has. */
const TRADES_SHOWN = 50;
/** Least time between two messages of the best levels, in milliseconds. */
const DEPTH_MS = 100;
/** Time between two looks at bars and statistics, in milliseconds. */
const BARS_MS = 250;
/** How often it is looked who does not read, in milliseconds: Bun's bound ends what is faster. */
const SWEEP_MS = 25;

export interface MarketFeedParts {
  readonly venue: Pick<Venue, "queries" | "trades" | "router" | "klines">;
  readonly clock: Clock;
  readonly metrics: FeedMetrics;
  /** The last sequence before the venue opened. */
  readonly startedAfter: number;
}

interface Topic {
  readonly channel: PublicChannel;
  liveCount: number;
  /** Of `depth`: the levels last sent, and whether they may have changed since. */
  levels: string;
  isDirty: boolean;
  /** Of `bars`. */
  readonly sentBars: SentBars;
}

export class MarketFeed {
  readonly #parts: MarketFeedParts;
  readonly #bars: BarFeed;
  readonly #queue: TurnQueue;
  readonly #timers: readonly StopTimer[];
  /** Instrument → its topics with somebody live, by name. */
  readonly #topics = new Map<number, Map<string, Topic>>();
  /** Instrument → sequence of the last change of its book. */
  readonly #bookSequences = new Map<number, number>();
  /** All but the live ones that wait for room. */
  readonly #parked = new Set<Subscription>();
  readonly #followers = new Set<Connection>();
  #stage: Pick<PushStage, "whenApplied" | "checkpoint"> | undefined;
  #publish: (topic: string, text: string) => void = () => {};

  constructor(parts: MarketFeedParts) {
    this.#parts = parts;
    this.#bars = new BarFeed(parts.venue, parts.clock);
    this.#queue = new TurnQueue(parts.clock);
    this.#timers = [
      parts.clock.every(SWEEP_MS, () => this.#sweep()),
      parts.clock.every(DEPTH_MS, () => this.#sendDepths()),
      parts.clock.every(BARS_MS, () => this.#sendBars()),
    ];
  }

  /** What follows the change log, and what sends to all subscribers of a topic. */
  start(
    stage: Pick<PushStage, "whenApplied" | "checkpoint">,
    publish: (topic: string, text: string) => void,
  ): void {
    this.#stage = stage;
    this.#publish = publish;
  }

  stop(): void {
    for (const stop of this.#timers) stop();
    this.#queue.stop();
  }

  push(changes: MarketChanges, transaction: Transaction): void {
    const { instrument } = changes;
    const { sequence } = transaction;
    const previous = this.#bookSequenceOf(instrument);
    if (changes.levels.length > 0) this.#bookSequences.set(instrument, sequence);
    for (const topic of this.#topics.get(instrument)?.values() ?? []) {
      const { kind, name, listing } = topic.channel;
      if (kind === "bars") continue;
      if (kind === "trades") {
        if (changes.trades.length > 0) {
          this.#send(topic, tradesUpdate(name, listing, changes, transaction));
        }
      } else if (changes.levels.length === 0) continue;
      else if (kind === "depth") topic.isDirty = true;
      else this.#send(topic, bookUpdate(name, listing, changes, sequence, previous));
    }
  }

  /**
   * Starts a channel of a connection, or starts it anew: its next message is a snapshot.
   *
   * `tradesAfter`: the client has the trades up to there.
   */
  subscribe(connection: Connection, channel: PublicChannel, tradesAfter?: number): void {
    this.unsubscribe(connection, channel.name);
    const subscription: Subscription = { channel, connection, state: "parked", tradesAfter };
    connection.publicSubscriptions.set(channel.name, subscription);
    this.#parts.metrics.subscriptions += 1;
    this.#followers.add(connection);
    this.#begin(subscription);
  }

  unsubscribe(connection: Connection, name: string): void {
    const subscription = connection.publicSubscriptions.get(name);
    if (subscription === undefined) return;
    connection.publicSubscriptions.delete(name);
    this.#parts.metrics.subscriptions -= 1;
    this.#park(subscription);
    this.#parked.delete(subscription);
    if (connection.publicSubscriptions.size === 0) this.#followers.delete(connection);
  }

  /** A connection is gone. */
  forget(connection: Connection): void {
    for (const name of connection.publicSubscriptions.keys()) this.unsubscribe(connection, name);
  }

  #bookSequenceOf(instrument: number): number {
    return this.#bookSequences.get(instrument) ?? this.#parts.startedAfter;
  }

  #send(topic: Topic, text: string): void {
    this.#publish(topic.channel.name, text);
    this.#parts.metrics.countSent(text, topic.liveCount);
  }

  /** Leaves the topic until there is room. */
  #park(subscription: Subscription): void {
    if (subscription.state === "live") {
      const { name } = subscription.channel;
      subscription.connection.leave(name);
      const topics = this.#topicsOf(subscription.channel);
      const topic = topics.get(name);
      if (topic !== undefined) topic.liveCount -= 1;
      if (topic?.liveCount === 0) topics.delete(name);
    }
    subscription.state = "parked";
    this.#parked.add(subscription);
  }

  #begin(subscription: Subscription): void {
    subscription.state = "waiting";
    this.#parked.delete(subscription);
    this.#queue.add(() => {
      if (!isCurrent(subscription)) return;
      const snapshot = this.#takeSnapshot(subscription);
      this.#stage?.whenApplied(snapshot.sequence, () => {
        if (isCurrent(subscription)) this.#deliver(subscription, snapshot.write);
      });
    });
  }

  /** Asks now, for what may be shown once its sequence is reached. */
  #takeSnapshot({ channel, tradesAfter }: Subscription): {
    readonly sequence: number;
    readonly write: () => string;
  } {
    const { venue } = this.#parts;
    const { kind, name, listing, depth } = channel;
    const instrument = listing.instrument.instrumentId;
    // Its own stage has seen what it shows; the next update says how things stand then.
    if (kind === "bars") return { sequence: 0, write: () => this.#bars.snapshot(channel) };
    if (kind === "trades") {
      const sequence = venue.router.releasedSequence;
      const limit = tradesAfter === undefined ? TRADES_SHOWN : RECENT_TRADES_MAX;
      const known = venue.trades.list(instrument, limit, () => true);
      const wanted = known.filter((trade) => trade.sequence > (tradesAfter ?? 0)).reverse();
      const isCut = known.length === limit && wanted.length === limit;
      const oldest = isCut ? (wanted[0]?.sequence ?? 0) : 0;
      const completeAfter = Math.max(venue.trades.completeAfter(instrument), oldest);
      return {
        sequence,
        write: () => tradesSnapshot(name, listing, wanted, sequence, completeAfter),
      };
    }
    const quantity = kind === "depth" ? depth : BOOK_LEVELS_MAX;
    const answer = venue.queries.askNow({ opcode: QueryKind.book, instrument, quantity });
    const { sequence } = answer;
    const write = (): string =>
      kind === "depth"
        ? depthMessage(name, "snapshot", sequence, depthLevels(listing, answer))
        : bookSnapshot(name, listing, answer, this.#bookSequenceOf(instrument));
    return { sequence, write };
  }

  /** Sends a snapshot and goes live, in one step. */
  #deliver(subscription: Subscription, write: () => string): void {
    const { connection, channel } = subscription;
    if (!connection.hasRoom) {
      this.#park(subscription);
      return;
    }
    connection.send(write());
    if (!connection.isOpen) return;
    connection.join(channel.name);
    subscription.state = "live";
    const topics = this.#topicsOf(channel);
    const topic = topics.get(channel.name) ?? this.#makeTopic(channel);
    topics.set(channel.name, topic);
    topic.liveCount += 1;
    // What the others were sent last may be what comes after this snapshot.
    topic.levels = "";
  }

  #makeTopic(channel: PublicChannel): Topic {
    const isBars = channel.kind === "bars";
    const sentBars = isBars ? this.#bars.sentNow(channel) : { text: "", fromUs: 0 };
    return { channel, liveCount: 0, levels: "", isDirty: false, sentBars };
  }

  #topicsOf({ listing }: PublicChannel): Map<string, Topic> {
    const { instrumentId } = listing.instrument;
    const known = this.#topics.get(instrumentId);
    if (known !== undefined) return known;
    const topics = new Map<string, Topic>();
    this.#topics.set(instrumentId, topics);
    return topics;
  }

  #sendDepths(): void {
    for (const topics of this.#topics.values()) {
      for (const topic of topics.values()) if (topic.isDirty) this.#sendDepth(topic, topics);
    }
  }

  #sendDepth(topic: Topic, topics: ReadonlyMap<string, Topic>): void {
    topic.isDirty = false;
    const { name, listing, depth } = topic.channel;
    const instrument = listing.instrument.instrumentId;
    const answer = this.#parts.venue.queries.askNow({
      opcode: QueryKind.book,
      instrument,
      quantity: depth,
    });
    this.#stage?.whenApplied(answer.sequence, () => {
      const levels = depthLevels(listing, answer);
      if (levels === topic.levels || topics.get(name) !== topic) return;
      topic.levels = levels;
      this.#send(topic, depthMessage(name, "update", answer.sequence, levels));
    });
  }

  #sendBars(): void {
    for (const topics of this.#topics.values()) {
      for (const topic of topics.values()) {
        if (topic.channel.kind !== "bars") continue;
        const text = this.#bars.update(topic.channel, topic.sentBars);
        if (text !== undefined) this.#send(topic, text);
      }
    }
  }

  #sweep(): void {
    for (const connection of this.#followers) {
      if (connection.hasRoom) continue;
      for (const subscription of connection.publicSubscriptions.values()) {
        if (subscription.state !== "live") continue;
        const isTape = subscription.channel.kind === "trades";
        this.#parts.metrics.countConflation();
        if (isTape) subscription.tradesAfter = this.#stage?.checkpoint();
        this.#park(subscription);
      }
    }
    for (const subscription of this.#parked) {
      if (subscription.connection.isDrained) this.#begin(subscription);
    }
  }
}

/** Whether it is still what its connection wants under that name. */
function isCurrent(subscription: Subscription): boolean {
  const { connection, channel } = subscription;
  return connection.isOpen && connection.publicSubscriptions.get(channel.name) === subscription;
}
