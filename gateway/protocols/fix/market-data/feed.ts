// Who follows what on the market-data port. One mirror of each book that is followed, one view of
// it for each depth; what has changed is sent once a turn. A client that does not read is left out
// and gets a snapshot when it has caught up: it is wanted, not owed (rules 6.4).

import type { Clock, StopTimer } from "../../../clock.ts";
import { QueryKind } from "../../../domain/command.ts";
import { TurnQueue } from "../../../push/turn-queue.ts";
import { RECENT_TRADES_MAX } from "../../../sessions/recent-trades.ts";
import type { DatedTrade } from "../../../sessions/recent-trades.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import type { PassingTransaction } from "../../../stages/stage.ts";
import type { SessionHandle } from "../session/application.ts";
import { type BookLevel, BookMirror, LEVELS_ASKED, SideView } from "./book-mirror.ts";
import type { MarketStage } from "./market-stage.ts";
import { type MarketUpdate, sendSnapshot, sendUpdate } from "./messages.ts";
import type { MarketDataRequest } from "./request.ts";

/** Instruments that one session may follow at a time, each as often as it asks. */
export const FOLLOWS_MAX = 200;
/** Trades in a snapshot for a newcomer. */
const TRADES_SHOWN = 50;
/** Between two snapshots in place of updates, and two looks at who has caught up. */
const SWEEP_MS = 100;

export interface FeedParts {
  readonly venue: Pick<Venue, "queries" | "trades">;
  readonly clock: Clock;
}

/** One request of a session. */
interface Subscription {
  readonly session: SessionHandle;
  readonly request: MarketDataRequest;
  readonly follows: Set<Follow>;
}

/** One instrument of a request. */
interface Follow {
  readonly subscription: Subscription;
  readonly book: Book;
  readonly view: BookView;
  /** `waiting` for its snapshot, `parked` until the client reads. */
  state: "waiting" | "live" | "parked";
  /** The client has the trades up to there; `undefined`: it has none yet. */
  tradesAfter: number | undefined;
  /** A snapshot takes the place of the updates it has coming. */
  isDue: boolean;
}

interface BookView {
  readonly depth: number;
  readonly bids: SideView;
  readonly asks: SideView;
}

interface Book {
  readonly listing: Listing;
  readonly mirror: BookMirror;
  readonly views: Map<number, BookView>;
  readonly follows: Set<Follow>;
  isLoaded: boolean;
  isLoading: boolean;
  /** Since the last flush. */
  trades: DatedTrade[];
}

export class MarketDataFeed {
  readonly #parts: FeedParts;
  readonly #queue: TurnQueue;
  readonly #stopTimer: StopTimer;
  readonly #books = new Map<number, Book>();
  /** Session → its subscriptions by MDReqID. */
  readonly #subscriptions = new Map<SessionHandle, Map<string, Subscription>>();
  readonly #followCounts = new Map<SessionHandle, number>();
  readonly #touched = new Set<Book>();
  #stage: Pick<MarketStage, "whenApplied" | "checkpoint"> | undefined;
  /** How often updates were left out for a client that does not read. */
  conflations = 0;
  followCount = 0;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#queue = new TurnQueue(parts.clock);
    this.#stopTimer = parts.clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Order: before the first request. */
  attach(stage: Pick<MarketStage, "whenApplied" | "checkpoint">): void {
    this.#stage = stage;
  }

  stop(): void {
    this.#stopTimer();
    this.#queue.stop();
  }

  // What sessions ask

  hasRequest(session: SessionHandle, id: string): boolean {
    return this.#subscriptions.get(session)?.has(id) === true;
  }

  hasRoomFor(session: SessionHandle, instruments: number): boolean {
    return (this.#followCounts.get(session) ?? 0) + instruments <= FOLLOWS_MAX;
  }

  /** Sends a snapshot of each instrument, and what follows it unless it was all that is wanted. */
  subscribe(
    session: SessionHandle,
    request: MarketDataRequest,
    listings: readonly Listing[],
  ): void {
    const subscription: Subscription = { session, request, follows: new Set() };
    const known = this.#subscriptions.get(session) ?? new Map<string, Subscription>();
    this.#subscriptions.set(session, known.set(request.id, subscription));
    for (const listing of listings) this.#follow(subscription, listing);
  }

  /** Returns whether there was such a request. */
  unsubscribe(session: SessionHandle, id: string): boolean {
    const subscription = this.#subscriptions.get(session)?.get(id);
    if (subscription === undefined) return false;
    for (const follow of subscription.follows) this.#unfollow(follow);
    return true;
  }

  /** The session is off. */
  forget(session: SessionHandle): void {
    for (const { follows } of this.#subscriptions.get(session)?.values() ?? []) {
      for (const follow of follows) this.#unfollow(follow);
    }
  }

  // What the change log tells

  /** Whether nobody follows the books that a transaction has changed. */
  passes(transaction: PassingTransaction): boolean {
    return !transaction.changesBook(this.#books);
  }

  isFollowed(instrument: number): boolean {
    return this.#books.has(instrument);
  }

  takeLevel(level: BookLevel): void {
    const book = this.#books.get(level.instrument);
    // What comes before the answer is in the answer.
    if (book?.isLoaded !== true) return;
    book.mirror.set(level);
    this.#touch(book);
  }

  takeTrade(trade: DatedTrade): void {
    const book = this.#books.get(trade.trade.instrument);
    if (book?.isLoaded !== true) return;
    book.trades.push(trade);
    this.#touch(book);
  }

  restart(): void {
    for (const book of this.#books.values()) {
      book.isLoaded = false;
      // What it waited for does not come any more.
      book.isLoading = false;
      book.trades = [];
      for (const follow of book.follows) follow.state = "waiting";
      this.#load(book);
    }
  }

  #follow(subscription: Subscription, listing: Listing): void {
    const book = this.#bookOf(listing);
    const { depth } = subscription.request;
    const view = book.views.get(depth) ?? makeView(book.mirror, depth);
    book.views.set(depth, view);
    const begin = { state: "waiting", tradesAfter: undefined, isDue: false } as const;
    const follow: Follow = { subscription, book, view, ...begin };
    subscription.follows.add(follow);
    book.follows.add(follow);
    this.#count(subscription.session, 1);
    if (book.isLoaded) this.#queue.add(() => this.#show(follow));
  }

  #unfollow(follow: Follow): void {
    const { subscription, book, view } = follow;
    if (!book.follows.delete(follow)) return;
    const { session, request, follows } = subscription;
    follows.delete(follow);
    this.#count(session, -1);
    if (![...book.follows].some((other) => other.view === view)) book.views.delete(view.depth);
    if (book.follows.size === 0) this.#books.delete(book.listing.instrument.instrumentId);
    if (follows.size > 0) return;
    const known = this.#subscriptions.get(session);
    if (known?.get(request.id) === subscription) known.delete(request.id);
    if (known?.size === 0) this.#subscriptions.delete(session);
  }

  #count(session: SessionHandle, change: 1 | -1): void {
    const count = (this.#followCounts.get(session) ?? 0) + change;
    if (count === 0) this.#followCounts.delete(session);
    else this.#followCounts.set(session, count);
    this.followCount += change;
  }

  #bookOf(listing: Listing): Book {
    const { instrumentId } = listing.instrument;
    const known = this.#books.get(instrumentId);
    if (known !== undefined) return known;
    const book: Book = {
      listing,
      mirror: new BookMirror(),
      views: new Map(),
      follows: new Set(),
      ...{ isLoaded: false, isLoading: false, trades: [] },
    };
    this.#books.set(instrumentId, book);
    this.#load(book);
    return book;
  }

  /** Asks for the book, and takes it in when the change log has come to the answer. */
  #load(book: Book): void {
    if (book.isLoading) return;
    book.isLoading = true;
    this.#queue.add(() => {
      const instrument = book.listing.instrument.instrumentId;
      const query = { opcode: QueryKind.book, instrument, quantity: LEVELS_ASKED };
      const { sequence, changes } = this.#parts.venue.queries.askNow(query);
      this.#stage?.whenApplied(sequence, () => {
        book.isLoading = false;
        book.isLoaded = true;
        book.mirror.load(changes);
        this.#flush(book);
        for (const follow of book.follows) {
          if (follow.state === "waiting") this.#queue.add(() => this.#show(follow));
        }
      });
    });
  }

  #touch(book: Book): void {
    if (this.#touched.size === 0) queueMicrotask(() => this.#flushAll());
    this.#touched.add(book);
  }

  #flushAll(): void {
    for (const book of this.#touched) this.#flush(book);
    this.#touched.clear();
  }

  /** Tells all who are live what has changed since the last time. */
  #flush(book: Book): void {
    const { mirror, trades } = book;
    if (!book.isLoaded || (!mirror.isTouched && trades.length === 0)) return;
    book.trades = [];
    const updates = new Map<BookView, MarketUpdate>();
    for (const view of book.views.values()) {
      updates.set(view, { bids: view.bids.update(), asks: view.asks.update(), trades });
    }
    mirror.clearTouched();
    for (const follow of book.follows) {
      const update = updates.get(follow.view);
      if (follow.state === "live" && update !== undefined) this.#tell(follow, update);
    }
    if (mirror.isThin) this.#load(book);
  }

  #tell(follow: Follow, update: MarketUpdate): void {
    const { subscription, book } = follow;
    const { session, request } = subscription;
    if (session.isCongested) {
      this.#park(follow);
    } else if (request.isIncremental) {
      sendUpdate(session, request.id, request.wanted, book.listing, update);
      follow.tradesAfter = this.#stage?.checkpoint();
    } else {
      follow.isDue ||= isWanted(request, update);
    }
  }

  #park(follow: Follow): void {
    follow.state = "parked";
    this.conflations += 1;
  }

  /** Sends a snapshot; what follows it is sent as it comes. */
  #show(follow: Follow): void {
    const { subscription, book } = follow;
    const { session, request } = subscription;
    if (!book.follows.has(follow) || !book.isLoaded) return;
    if (session.isCongested) {
      this.#park(follow);
      return;
    }
    // The others first: what they have not been told yet is in this snapshot.
    this.#flush(book);
    this.#sendImage(follow);
    follow.state = "live";
    if (request.kind === "snapshot") this.#unfollow(follow);
  }

  #sendImage(follow: Follow): void {
    const { subscription, book } = follow;
    const { session, request } = subscription;
    const { bids, asks } = book.mirror;
    const trades = request.wanted.trades ? this.#tradesFor(follow) : [];
    const image = { bids: bids.levels, asks: asks.levels, trades };
    sendSnapshot(session, request.id, request, book.listing, image);
    if (request.isIncremental) follow.tradesAfter = this.#stage?.checkpoint();
  }

  /** Those that the client has missed, as far as they are kept, or the last ones; oldest first. */
  #tradesFor({ book, tradesAfter }: Follow): DatedTrade[] {
    const { instrumentId } = book.listing.instrument;
    const applied = this.#stage?.checkpoint() ?? 0;
    const limit = tradesAfter === undefined ? TRADES_SHOWN : RECENT_TRADES_MAX;
    // Those that are known before this stage has them will be told as updates.
    return this.#parts.venue.trades.list(instrumentId, limit, tradesAfter, applied).reverse();
  }

  #sweep(): void {
    for (const book of this.#books.values()) {
      for (const follow of book.follows) {
        const isBack = follow.state === "parked" && !follow.subscription.session.isCongested;
        if (isBack) follow.state = "waiting";
        const isDue = follow.state === "live" && follow.isDue;
        follow.isDue = false;
        if (isBack || isDue) this.#queue.add(() => this.#show(follow));
      }
    }
  }
}

function makeView(mirror: BookMirror, depth: number): BookView {
  const [bids, asks] = [new SideView(mirror.bids, depth), new SideView(mirror.asks, depth)];
  return { depth, bids, asks };
}

function isWanted({ wanted }: MarketDataRequest, { bids, asks, trades }: MarketUpdate): boolean {
  return (
    (wanted.bids && bids.length > 0) ||
    (wanted.asks && asks.length > 0) ||
    (wanted.trades && trades.length > 0)
  );
}
