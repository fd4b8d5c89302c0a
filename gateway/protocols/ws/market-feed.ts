// Public channels. A message is written once and published to all who are live on its topic; each
// newcomer gets a snapshot at a sequence that the change log has reached, and joins in that
// instant. Books and trades are published the less often the more follow them. Who does not read
// leaves its topics and gets a new snapshot when there is room.

import type { Clock, StopTimer } from "../../clock.ts";
import type { Transaction } from "../../domain/change.ts";
import { QueryKind } from "../../domain/command.ts";
import { BookSequences } from "../../push/book-sequences.ts";
import type { PushStage } from "../../push/push-stage.ts";
import type { MarketChanges } from "../../push/sorted-changes.ts";
import { TurnQueue } from "../../push/turn-queue.ts";
import type { Venue } from "../../sessions/venue.ts";
import type { PassingTransaction } from "../../stages/stage.ts";
import { BarFeed } from "./bar-feed.ts";
import type { PublicChannel } from "./channel.ts";
import type { Connection, Subscription } from "./connection.ts";
import type { FeedMetrics } from "./feed-metrics.ts";
import { bookSnapshot, depthLevels, depthMessage, tradesUpdate } from "./market-messages.ts";
import { type Shown, Tape } from "./tape.ts";
import { Topic } from "./topic.ts";

/** Levels a side of a book's snapshot: the longest answer of the core. */
const BOOK_LEVELS_MAX = 1_000;
/** Least time between two messages of the best levels, in milliseconds. */
const DEPTH_MS = 100;
/** Time between two looks at bars and statistics, in milliseconds. */
const BARS_MS = 250;
/** How often it is looked who does not read, in milliseconds: Bun's bound ends what is faster. */
const SWEEP_MS = 25;

export interface MarketFeedParts {
  readonly venue: Pick<Venue, "queries" | "trades" | "router" | "klines" | "history">;
  readonly clock: Clock;
  readonly metrics: FeedMetrics;
  /** The last sequence before the venue opened. */
  readonly startedAfter: number;
}

export class MarketFeed {
  readonly #parts: MarketFeedParts;
  readonly #bars: BarFeed;
  readonly #tape: Tape;
  readonly #queue: TurnQueue;
  readonly #timers: readonly StopTimer[];
  /** Instrument → its topics with somebody live, by name; none of an instrument without any. */
  readonly #topics = new Map<number, Map<string, Topic>>();
  readonly #bookSequences: BookSequences;
  /** All but the live ones that wait for room. */
  readonly #parked = new Set<Subscription>();
  readonly #followers = new Set<Connection>();
  #stage: Pick<PushStage, "whenApplied" | "checkpoint"> | undefined;
  #publish: (topic: string, text: string) => void = () => {};

  constructor(parts: MarketFeedParts) {
    this.#parts = parts;
    this.#bookSequences = new BookSequences(parts.startedAfter);
    this.#bars = new BarFeed(parts.venue, parts.clock);
    this.#tape = new Tape(parts.venue);
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
    for (const topics of this.#topics.values()) for (const topic of topics.values()) topic.stop();
  }

  /** Whether nobody follows what a transaction did. */
  passes(transaction: PassingTransaction): boolean {
    return this.#bookSequences.passes(transaction, this.#topics);
  }

  push(changes: MarketChanges, transaction: Transaction): void {
    const { instrument } = changes;
    const { sequence, timeUs } = transaction;
    const previous = this.#bookSequences.of(instrument);
    if (changes.levels.length > 0) this.#bookSequences.note(instrument, sequence);
    for (const topic of this.#topics.get(instrument)?.values() ?? []) {
      const { kind, name, listing } = topic.channel;
      if (kind === "bars") continue;
      if (kind === "trades") {
        const dated = changes.trades.map((trade) => ({ trade, sequence, timeUs }));
        if (dated.length > 0) topic.sendSoon(tradesUpdate(name, listing, dated));
      } else if (changes.levels.length === 0) continue;
      else if (kind === "depth") topic.isDirty = true;
      else topic.sendLevels(changes.levels, sequence, previous);
    }
  }

  /**
   * Starts a channel of a connection, or starts it anew: its next message is a snapshot.
   *
   * `tradesAfter`: the client has the trades up to there, and is told what followed if it can be.
   */
  subscribe(connection: Connection, channel: PublicChannel, tradesAfter?: number): void {
    this.unsubscribe(connection, channel.name);
    const isResuming = channel.kind === "trades" && tradesAfter !== undefined;
    const begin = { state: "parked", tradesAfter, isResuming } as const;
    const subscription: Subscription = { channel, connection, ...begin };
    connection.publicSubscriptions.set(channel.name, subscription);
    this.#parts.metrics.subscriptions += 1;
    this.#followers.add(connection);
    this.#begin(subscription);
  }

  /** Whether a client that has everything up to `sequence` may go on without a snapshot. */
  canResume({ kind }: PublicChannel, sequence: number): boolean {
    return kind === "trades" && sequence <= this.#parts.venue.router.releasedSequence;
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

  #send(topic: Topic, text: string): void {
    this.#publish(topic.channel.name, text);
    this.#parts.metrics.countSent(text, topic.liveCount);
  }

  /** Leaves the topic until there is room. */
  #park(subscription: Subscription): void {
    if (subscription.state === "live") {
      const { name } = subscription.channel;
      const topics = this.#topicsOf(subscription.channel);
      const topic = topics.get(name);
      // It has been told everything up to here.
      topic?.settle();
      subscription.connection.leave(name);
      if (topic !== undefined) topic.liveCount -= 1;
      if (topic?.liveCount === 0) topics.delete(name);
      if (topics.size === 0)
        this.#topics.delete(subscription.channel.listing.instrument.instrumentId);
    }
    subscription.state = "parked";
    this.#parked.add(subscription);
  }

  #begin(subscription: Subscription): void {
    subscription.state = "waiting";
    this.#parked.delete(subscription);
    this.#queue.add(() => {
      if (!isCurrent(subscription)) return;
      if (subscription.isResuming) void this.#resume(subscription);
      else this.#show(subscription, this.#takeSnapshot(subscription));
    });
  }

  /** Goes on with updates, or with a snapshot that says that this cannot be. */
  async #resume(subscription: Subscription): Promise<void> {
    const { channel, tradesAfter = 0 } = subscription;
    const past = this.canResume(channel, tradesAfter)
      ? await this.#tape.findPast(channel, tradesAfter)
      : undefined;
    this.#queue.add(() => {
      if (!isCurrent(subscription)) return;
      // Only now: the stage has told others of what was released since.
      const missed = past && this.#tape.updates(channel, tradesAfter, past);
      this.#show(subscription, missed ?? this.#giveUp(subscription));
    });
  }

  #giveUp(subscription: Subscription): Shown {
    subscription.isResuming = false;
    const { channel, tradesAfter } = subscription;
    return this.#tape.snapshot(channel, tradesAfter, { resumed: false });
  }

  #show(subscription: Subscription, { sequence, texts }: Shown): void {
    this.#stage?.whenApplied(sequence, () => {
      if (isCurrent(subscription)) this.#deliver(subscription, texts());
    });
  }

  /** Asks now, for what may be shown once its sequence is reached. */
  #takeSnapshot({ channel, tradesAfter }: Subscription): Shown {
    const { venue } = this.#parts;
    const { kind, name, listing, depth } = channel;
    // Its own stage has seen what it shows; the next update says how things stand then.
    if (kind === "bars") return { sequence: 0, texts: () => [this.#bars.snapshot(channel)] };
    if (kind === "trades") return this.#tape.snapshot(channel, tradesAfter, {});
    const instrument = listing.instrument.instrumentId;
    const quantity = kind === "depth" ? depth : BOOK_LEVELS_MAX;
    const answer = venue.queries.askNow({ opcode: QueryKind.book, instrument, quantity });
    const { sequence } = answer;
    const write = (): string =>
      kind === "depth"
        ? depthMessage(name, "snapshot", sequence, depthLevels(listing, answer))
        : bookSnapshot(name, listing, answer, this.#bookSequences.of(instrument));
    return { sequence, texts: () => [write()] };
  }

  /** Sends what it begins with and goes live, in one step. */
  #deliver(subscription: Subscription, texts: readonly string[]): void {
    const { connection, channel } = subscription;
    const size = texts.reduce((sum, { length }) => sum + length, 0);
    const isTooMuch = subscription.isResuming && size > connection.roomBytes;
    if (!connection.hasRoom || (isTooMuch && !connection.isDrained)) {
      this.#park(subscription);
      return;
    }
    if (isTooMuch) {
      this.#show(subscription, this.#giveUp(subscription));
      return;
    }
    for (const text of texts) connection.send(text);
    if (!connection.isOpen) return;
    const topics = this.#topicsOf(channel);
    const topic = topics.get(channel.name) ?? this.#makeTopic(channel);
    // What waits for the others is in its snapshot.
    topic.settle();
    connection.join(channel.name);
    subscription.state = "live";
    subscription.isResuming = false;
    topics.set(channel.name, topic);
    topic.liveCount += 1;
    // What the others were sent last may be what comes after this snapshot.
    topic.levels = "";
  }

  #makeTopic(channel: PublicChannel): Topic {
    const isBars = channel.kind === "bars";
    const sentBars = isBars ? this.#bars.sentNow(channel) : { text: "", fromUs: 0 };
    return new Topic(channel, sentBars, this.#parts.clock, (topic, text) =>
      this.#send(topic, text),
    );
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
