// Who follows which book. A snapshot, then what has changed, once a turn and the less often the
// more follow. A client that does not read is left out and gets a snapshot when it has caught up:
// it is wanted, not owed (rules 6.4).

import type { Clock, StopTimer } from "../../../clock.ts";
import type { Transaction } from "../../../domain/change.ts";
import { QueryKind } from "../../../domain/command.ts";
import { RejectCode } from "../../../domain/reject.ts";
import { BookDiff } from "../../../push/book-diff.ts";
import { BookSequences } from "../../../push/book-sequences.ts";
import { Pace } from "../../../push/pace.ts";
import type { MarketChanges } from "../../../push/sorted-changes.ts";
import { TurnQueue } from "../../../push/turn-queue.ts";
import type { Venue } from "../../../sessions/venue.ts";
import type { PassingTransaction } from "../../../stages/stage.ts";
import type { FrameWriter } from "../codec.ts";
import type { Connection } from "../connection.ts";
import { bookSnapshot, bookUpdate, LEVELS_MAX } from "./codec.ts";
import type { BookStage } from "./stage.ts";

/** Levels a side of a snapshot: the longest answer of the core. */
const SNAPSHOT_LEVELS_MAX = 1_000;
/** Books that one connection may follow. */
export const FOLLOWS_MAX = 200;
/** Between two looks at who has caught up. */
const SWEEP_MS = 100;

export interface BookFeedParts {
  readonly venue: Pick<Venue, "queries" | "reference">;
  readonly writer: FrameWriter;
  readonly clock: Clock;
  /** The last sequence before the venue opened. */
  readonly startedAfter: number;
  readonly send: (connection: Connection, frame: Uint8Array) => void;
}

interface Follow {
  readonly connection: Connection;
  readonly requestRef: bigint;
  /** `waiting` for its snapshot, `parked` until the client reads. */
  state: "waiting" | "live" | "parked";
}

interface Book {
  readonly instrument: number;
  readonly follows: Map<Connection, Follow>;
  readonly pace: Pace;
  /** What those who are live have not been told. */
  diff: BookDiff | undefined;
  timeUs: number;
}

export class BookFeed {
  readonly #parts: BookFeedParts;
  readonly #queue: TurnQueue;
  readonly #stopTimer: StopTimer;
  readonly #books = new Map<number, Book>();
  readonly #followed = new Map<Connection, Set<Book>>();
  readonly #sequences: BookSequences;
  readonly #touched = new Set<Book>();
  #stage: Pick<BookStage, "whenApplied"> | undefined;
  followCount = 0;
  /** How often updates were left out for a client that does not read. */
  conflations = 0;

  constructor(parts: BookFeedParts) {
    this.#parts = parts;
    this.#sequences = new BookSequences(parts.startedAfter);
    this.#queue = new TurnQueue(parts.clock);
    this.#stopTimer = parts.clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Order: before the first request. */
  attach(stage: Pick<BookStage, "whenApplied">): void {
    this.#stage = stage;
  }

  stop(): void {
    this.#stopTimer();
    this.#queue.stop();
    for (const { pace } of this.#books.values()) pace.stop();
  }

  /** A snapshot comes, and then updates; also when it is followed already. */
  subscribe(
    connection: Connection,
    instrument: number,
    requestRef: bigint,
  ): RejectCode | undefined {
    if (this.#parts.venue.reference.listingOf(instrument) === undefined) {
      return RejectCode.instrument_not_found;
    }
    this.unsubscribe(connection, instrument);
    const books = this.#followed.get(connection) ?? new Set();
    if (books.size >= FOLLOWS_MAX) return RejectCode.throttled;
    const book = this.#bookOf(instrument);
    this.#followed.set(connection, books.add(book));
    const follow: Follow = { connection, requestRef, state: "waiting" };
    book.follows.set(connection, follow);
    this.followCount += 1;
    this.#queue.add(() => this.#show(book, follow));
    return undefined;
  }

  unsubscribe(connection: Connection, instrument: number): void {
    const book = this.#books.get(instrument);
    if (book !== undefined) this.#unfollow(book, connection);
  }

  /** A connection is gone. */
  forget(connection: Connection): void {
    for (const book of this.#followed.get(connection) ?? []) this.#unfollow(book, connection);
  }

  // What the stage tells

  /** Whether nobody follows the books that a transaction has changed. */
  passes(transaction: PassingTransaction): boolean {
    return this.#sequences.passes(transaction, this.#books);
  }

  push({ instrument, levels }: MarketChanges, { sequence, timeUs }: Transaction): void {
    const previous = this.#sequences.of(instrument);
    this.#sequences.note(instrument, sequence);
    const book = this.#books.get(instrument);
    if (book === undefined) return;
    book.diff ??= new BookDiff(sequence, previous);
    book.diff.add(levels, sequence);
    book.timeUs = timeUs;
    if (this.#touched.size === 0) queueMicrotask(() => this.#flushTouched());
    this.#touched.add(book);
  }

  restart(): void {
    for (const book of this.#books.values()) {
      book.diff = undefined;
      for (const follow of book.follows.values()) this.#begin(book, follow);
    }
  }

  #bookOf(instrument: number): Book {
    const known = this.#books.get(instrument);
    if (known !== undefined) return known;
    const pace = new Pace(this.#parts.clock, () => this.#flush(book));
    const book: Book = { instrument, follows: new Map(), pace, diff: undefined, timeUs: 0 };
    this.#books.set(instrument, book);
    return book;
  }

  #unfollow(book: Book, connection: Connection): void {
    if (!book.follows.delete(connection)) return;
    this.followCount -= 1;
    const books = this.#followed.get(connection);
    books?.delete(book);
    if (books?.size === 0) this.#followed.delete(connection);
    if (book.follows.size > 0) return;
    book.pace.stop();
    this.#touched.delete(book);
    this.#books.delete(book.instrument);
  }

  #flushTouched(): void {
    for (const book of this.#touched) book.pace.ask(book.follows.size);
    this.#touched.clear();
  }

  /** Tells all who are live what has changed since the last time. */
  #flush(book: Book): void {
    const { diff, instrument, timeUs } = book;
    if (diff === undefined) return;
    book.diff = undefined;
    const levels = diff.levels();
    const { first, last, previousLast } = diff.span;
    const isTooMuch = levels.length > LEVELS_MAX;
    const stamp = { sequence: last, timeUs };
    const span = { first, previous: previousLast };
    const { writer, send } = this.#parts;
    const frame = isTooMuch ? undefined : bookUpdate(writer, stamp, span, instrument, levels);
    for (const follow of book.follows.values()) {
      if (follow.state !== "live") continue;
      if (frame === undefined) this.#begin(book, follow);
      else if (follow.connection.isFull) this.#park(follow);
      else send(follow.connection, frame);
    }
  }

  #park(follow: Follow): void {
    follow.state = "parked";
    this.conflations += 1;
  }

  #begin(book: Book, follow: Follow): void {
    follow.state = "waiting";
    this.#queue.add(() => this.#show(book, follow));
  }

  /** Asks now, and shows it when the change log has come to its sequence; then it is live. */
  #show(book: Book, follow: Follow): void {
    const { instrument } = book;
    if (book.follows.get(follow.connection) !== follow) return;
    const { writer, send, venue } = this.#parts;
    const query = { opcode: QueryKind.book, instrument, quantity: SNAPSHOT_LEVELS_MAX };
    const { sequence, timeUs, changes } = venue.queries.askNow(query);
    this.#stage?.whenApplied(sequence, () => {
      if (book.follows.get(follow.connection) !== follow || follow.state !== "waiting") return;
      if (follow.connection.isFull) {
        this.#park(follow);
        return;
      }
      // The others first: what they have not been told yet is in this snapshot.
      book.pace.stop();
      this.#flush(book);
      const levels = changes.filter((change) => change.entity === "level");
      const stamp = { sequence: this.#sequences.of(instrument), timeUs };
      send(follow.connection, bookSnapshot(writer, stamp, follow.requestRef, instrument, levels));
      follow.state = "live";
    });
  }

  #sweep(): void {
    for (const book of this.#books.values()) {
      for (const follow of book.follows.values()) {
        const isBack = follow.state === "parked" && !follow.connection.isFull;
        if (isBack) this.#begin(book, follow);
      }
    }
  }
}
