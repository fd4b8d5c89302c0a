// A public channel with somebody live on it, and what waits to be sent to all of them.

import type { Clock } from "../../clock.ts";
import { BookDiff } from "../../push/book-diff.ts";
import { Pace } from "../../push/pace.ts";
import type { MarketChanges } from "../../push/sorted-changes.ts";
import type { SentBars } from "./bar-feed.ts";
import type { PublicChannel } from "./channel.ts";
import { bookUpdate } from "./market-messages.ts";

export class Topic {
  readonly channel: PublicChannel;
  liveCount = 0;
  /** Of `depth`: the levels last sent, and whether they may have changed since. */
  levels = "";
  isDirty = false;
  /** Of `bars`. */
  readonly sentBars: SentBars;
  readonly #publish: (topic: Topic, text: string) => void;
  readonly #pace: Pace;
  /** Of `book`: what waits. Bounds: the levels of a book. */
  #diff: BookDiff | undefined;
  /** Of `trades`: those that wait. Bounds: what happens in a gap. */
  #texts: string[] = [];

  constructor(
    channel: PublicChannel,
    sentBars: SentBars,
    clock: Clock,
    publish: (topic: Topic, text: string) => void,
  ) {
    this.channel = channel;
    this.sentBars = sentBars;
    this.#publish = publish;
    this.#pace = new Pace(clock, () => this.#send());
  }

  /** Sends what became of the levels, with what becomes of them until then. */
  sendLevels(levels: MarketChanges["levels"], sequence: number, previousLast: number): void {
    this.#diff ??= new BookDiff(sequence, previousLast);
    this.#diff.add(levels, sequence);
    this.#pace.ask(this.liveCount);
  }

  /** Sends a message as it is, in one write with others. */
  sendSoon(text: string): void {
    this.#texts.push(text);
    this.#pace.ask(this.liveCount);
  }

  /** Sends what waits now: who joins, or leaves, does so behind it. */
  settle(): void {
    this.#pace.settle();
  }

  /** What waits is not sent. */
  stop(): void {
    this.#pace.stop();
  }

  #send(): void {
    const { name, listing } = this.channel;
    const [diff, texts] = [this.#diff, this.#texts];
    this.#diff = undefined;
    this.#texts = [];
    if (diff !== undefined) this.#publish(this, bookUpdate(name, listing, diff));
    for (const text of texts) this.#publish(this, text);
  }
}
