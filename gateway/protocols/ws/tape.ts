// The trades of an instrument for those who begin to follow them: the last ones, or all since the
// sequence a client has seen, out of memory and, before that, the history.

import type { Venue } from "../../sessions/venue.ts";
import { type DatedTrade, RECENT_TRADES_MAX } from "../../sessions/recent-trades.ts";
import { HISTORY_PAGE_MAX } from "../../stages/history/questions.ts";
import type { PublicChannel } from "./channel.ts";
import { tradesSnapshot, tradesUpdate } from "./market-messages.ts";

/** Trades that a snapshot shows who does not say what it has. */
const TRADES_SHOWN = 50;
/** Pages of the history that are read for those who were away. */
const PAGES_MAX = 2;
/** Instruments of which these are remembered: of all who come back after a restart, one asks. */
const PASTS_MAX = 32;

/** What may be sent once its sequence is reached. */
export interface Shown {
  readonly sequence: number;
  readonly texts: () => readonly string[];
}

/** Messages out of the history. */
export interface Past {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** None of a later sequence, up to `until`, is missing. */
  readonly completeAfter: number;
  readonly until: number;
  /** There is more, which is too much. */
  readonly isCut: boolean;
}

interface Message {
  readonly sequence: number;
  readonly text: string;
}

export class Tape {
  readonly #venue: Pick<Venue, "history" | "trades" | "router">;
  /** By instrument, the oldest first. */
  readonly #pasts = new Map<number, Past>();
  /** One reading at a time: the history has others to answer, too. */
  #reading: Promise<Past | undefined> = Promise.resolve(undefined);

  constructor(venue: Pick<Venue, "history" | "trades" | "router">) {
    this.#venue = venue;
  }

  /**
   * The last trades in one message; of those after `after` as many as are in memory.
   *
   * `mark`: said in the message, too.
   */
  snapshot({ name, listing }: PublicChannel, after: number | undefined, mark: object): Shown {
    const { trades, router } = this.#venue;
    const instrument = listing.instrument.instrumentId;
    const sequence = router.releasedSequence;
    const limit = after === undefined ? TRADES_SHOWN : RECENT_TRADES_MAX;
    const wanted = trades.list(instrument, limit, after).reverse();
    const isCut = wanted.length === limit;
    const oldest = isCut ? (wanted[0]?.sequence ?? 0) : 0;
    const completeAfter = Math.max(trades.completeAfter(instrument), oldest);
    const head = { sequence, complete_after: completeAfter, ...mark };
    return { sequence, texts: () => [tradesSnapshot(name, listing, wanted, head)] };
  }

  /** What memory lacks of what followed `after`; undefined when it cannot be read. */
  async findPast(channel: PublicChannel, after: number): Promise<Past | undefined> {
    const instrument = channel.listing.instrument.instrumentId;
    const isKept = this.#venue.trades.completeAfter(instrument) <= after;
    return isKept ? NONE : this.#sharedPast(channel, after);
  }

  /**
   * The messages that followed `after`, as they were sent, up to now: what is released later is in
   * none of them. Undefined when some are gone.
   */
  updates(channel: PublicChannel, after: number, past: Past): Shown | undefined {
    const { trades, router } = this.#venue;
    const instrument = channel.listing.instrument.instrumentId;
    // Since the past was read some may have left the memory.
    const memoryAfter = Math.max(after, trades.completeAfter(instrument));
    const isWhole = memoryAfter === after || past.until >= memoryAfter;
    if (past.completeAfter > after || !isWhole) return undefined;
    const older = past.messages
      .filter(({ sequence }) => sequence > after && sequence <= memoryAfter)
      .map(({ text }) => text);
    const newer = trades.list(instrument, RECENT_TRADES_MAX, memoryAfter).reverse();
    const texts = (): string[] => [...older, ...toMessages(channel, newer).map(({ text }) => text)];
    return { sequence: router.releasedSequence, texts };
  }

  #sharedPast(channel: PublicChannel, after: number): Promise<Past | undefined> {
    const { instrumentId } = channel.listing.instrument;
    const reading = this.#reading.then(() => {
      const known = this.#pasts.get(instrumentId);
      const isNew = (known?.until ?? 0) >= this.#venue.trades.completeAfter(instrumentId);
      const isAll = known !== undefined && (known.completeAfter <= after || known.isCut);
      return isNew && isAll ? known : this.#readPast(channel, after);
    });
    this.#reading = reading;
    return reading;
  }

  /** Reads from the newest one back to `after`, or as far as that may cost. */
  async #readPast(channel: PublicChannel, after: number): Promise<Past | undefined> {
    const { instrumentId } = channel.listing.instrument;
    const trades: DatedTrade[] = [];
    let [oldest, until, isCut] = [Infinity, 0, true];
    let next: number | undefined;
    for (let page = 0; page < PAGES_MAX && oldest > after; page += 1) {
      const fields = { after: next, limit: HISTORY_PAGE_MAX };
      const answer = await this.#venue.history.trades(instrumentId, fields);
      if (!answer.ok) return undefined;
      const { values, sequence, completeAfter, nextAfter } = answer.value;
      trades.push(...values);
      if (page === 0) until = sequence;
      next = nextAfter;
      isCut = next !== undefined;
      // Those of the last sequence may go on in the next page.
      oldest = isCut ? (values.at(-1)?.sequence ?? oldest) : completeAfter;
      if (!isCut) break;
    }
    const messages = toMessages(channel, trades.reverse());
    const past = { messages, completeAfter: oldest, until, isCut };
    this.#remember(instrumentId, past);
    return past;
  }

  #remember(instrument: number, past: Past): void {
    this.#pasts.delete(instrument);
    this.#pasts.set(instrument, past);
    const [oldest] = this.#pasts.keys();
    if (this.#pasts.size > PASTS_MAX && oldest !== undefined) this.#pasts.delete(oldest);
  }
}

const NONE: Past = { messages: [], completeAfter: 0, until: 0, isCut: false };

/** One message for each transaction. */
function toMessages({ name, listing }: PublicChannel, trades: readonly DatedTrade[]): Message[] {
  const bySequence = Map.groupBy(trades, ({ sequence }) => sequence);
  return [...bySequence].map(([sequence, dated]) => ({
    sequence,
    text: tradesUpdate(name, listing, dated),
  }));
}
