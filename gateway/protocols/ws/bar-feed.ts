// Bars and the statistics of a day. They are looked at a few times a second, not at every trade:
// what is sent is how they stand, so that what a reader misses in between costs it nothing.

import type { Clock } from "../../clock.ts";
import type { Venue } from "../../sessions/venue.ts";
import { intervalUs } from "../../stages/klines/interval.ts";
import type { Interval } from "../../stages/klines/interval.ts";
import { fromBar, showTicker } from "../http/routes/klines.ts";
import type { PublicChannel } from "./channel.ts";
import { klinesMessage, tickerMessage } from "./market-messages.ts";

/** Bars of a snapshot: what a chart shows at first. */
const SNAPSHOT_BARS = 200;
/** Bars of an update: all that can have come since the last look, after a pause of the process. */
const UPDATE_BARS_MAX = 1_000;

/** What the readers of a channel were sent last. */
export interface SentBars {
  /** The last bar, or the statistics. */
  text: string;
  /** Start of that bar; 0 when there was none. */
  fromUs: number;
}

export class BarFeed {
  readonly #venue: Pick<Venue, "klines" | "trades">;
  readonly #clock: Pick<Clock, "nowUs">;

  constructor(venue: Pick<Venue, "klines" | "trades">, clock: Pick<Clock, "nowUs">) {
    this.#venue = venue;
    this.#clock = clock;
  }

  snapshot({ name, listing, interval }: PublicChannel): string {
    const { klines } = this.#venue;
    const { sequence } = klines;
    if (interval === undefined) {
      return tickerMessage(name, "snapshot", sequence, this.#tickerText(listing));
    }
    const { instrumentId } = listing.instrument;
    const bars = klines.list(instrumentId, interval, Infinity, SNAPSHOT_BARS);
    const texts = bars.map((bar) => JSON.stringify(fromBar(bar, listing)));
    return klinesMessage(name, "snapshot", sequence, texts);
  }

  /** What a reader has who gets a snapshot now. */
  sentNow(channel: PublicChannel): SentBars {
    const sent = { text: "", fromUs: 0 };
    this.update(channel, sent);
    return sent;
  }

  /** How things stand now beside what was sent; undefined when nothing moved. */
  update({ name, listing, interval }: PublicChannel, sent: SentBars): string | undefined {
    const { klines } = this.#venue;
    if (interval === undefined) {
      const text = this.#tickerText(listing);
      if (text === sent.text) return undefined;
      sent.text = text;
      return tickerMessage(name, "update", klines.sequence, text);
    }
    const limit = this.#barsSince(sent.fromUs, interval);
    const bars = klines.list(listing.instrument.instrumentId, interval, Infinity, limit);
    // The last one that was sent may have moved before it ended.
    const news = bars.filter(({ startUs }) => startUs >= sent.fromUs);
    const texts = news.map((bar) => JSON.stringify(fromBar(bar, listing)));
    const [text = ""] = texts.slice(-1);
    if (news.length <= 1 && text === sent.text) return undefined;
    sent.text = text;
    sent.fromUs = news.at(-1)?.startUs ?? 0;
    return klinesMessage(name, "update", klines.sequence, texts);
  }

  #barsSince(fromUs: number, interval: Interval): number {
    if (fromUs === 0) return UPDATE_BARS_MAX;
    const count = (this.#clock.nowUs() - fromUs) / intervalUs[interval];
    return Math.min(UPDATE_BARS_MAX, Math.max(0, Math.floor(count)) + 2);
  }

  #tickerText(listing: PublicChannel["listing"]): string {
    return JSON.stringify(showTicker(this.#venue, listing));
  }
}
