// The stage that makes bars (rules 6.2). Its checkpoint is a sequence together with the bars as of
// that sequence, kept by a store; a restart goes on from there, as if nothing had happened.

import { Contents } from "../../core/released.ts";
import type { Change, Trade, Transaction } from "../../domain/change.ts";
import { Bookmark, type BookmarkedStore } from "../bookmark.ts";
import type { PassingTransaction, Stage } from "../stage.ts";
import type { Bar } from "./bar.ts";
import { Bars, type BarsUpdate } from "./bars.ts";

/** What a store gives back. */
export interface KeptBars {
  readonly sequence: number;
  /** See `KlineStage.completeFromUs`. */
  readonly completeFromUs: number;
  readonly state: Iterable<Bar>;
}

/** Where bars outlive the process. */
export interface KlineStore extends BookmarkedStore {
  /**
   * Gives back what was saved: of each instrument and interval at least the newest
   * `CLOSED_BARS_MAX` + 1 bars, in the order of time. Undefined: nothing, or nothing that is whole.
   */
  load(): KeptBars | undefined;

  /**
   * Adds bars, or puts them in the place of those of the same instrument, interval and start, and
   * remembers the rest; all or nothing, in the order of calls. One that is not above the sequence
   * kept changes nothing. Never waits for a disk.
   */
  save(sequence: number, state: readonly Bar[], completeFromUs: number): void;
}

/** Hears of every command that traded, once it is applied; after a restart again, by sequence. */
export type KlineListener = (update: BarsUpdate, sequence: number) => void;

/**
 * Closed bars that may wait for the store: some seconds' of a hundred instruments, 2 MB, handed
 * over in some milliseconds. Then the stage takes nothing until it has saved.
 */
export const UNSAVED_BARS_MAX = 10_000;

/** No transaction has come yet since it began late. */
const NOT_YET_US = Number.MAX_SAFE_INTEGER;

export class KlineStage implements Stage {
  readonly name = "klines";
  readonly kind = "derived";
  readonly #store: KlineStore;
  readonly #listener: KlineListener;
  readonly #bookmark: Bookmark;
  #bars = new Bars();
  #completeFromUs = 0;
  /** Closed since the last save, and the instruments whose open bars have changed since. */
  #unsavedBars: Bar[] = [];
  readonly #unsavedInstruments = new Set<number>();

  constructor(store: KlineStore, listener: KlineListener = () => {}) {
    this.#store = store;
    this.#listener = listener;
    this.#bookmark = new Bookmark(store, (sequence) => this.#save(sequence));
  }

  /** For queries; another object after a restart. */
  get bars(): Bars {
    return this.#bars;
  }

  /** The last transaction in `bars`. */
  get sequence(): number {
    return this.#bookmark.sequence;
  }

  /**
   * No trade from this time on is missing; 0: none at all. Later than every time there is while
   * nothing has come since a late beginning.
   */
  get completeFromUs(): number {
    return this.#completeFromUs;
  }

  start(from: number): void {
    const saved = this.#store.load();
    this.#bookmark.reopen(from, saved?.sequence ?? 0);
    this.#restart(Bars.restore(saved?.state ?? []), saved?.completeFromUs ?? 0);
  }

  /** Bars begin with the first trade that comes. */
  beginAt(from: number): void {
    this.#store.load();
    this.#bookmark.begin(from);
    this.#restart(new Bars(), NOT_YET_US);
  }

  /** Without a trade there is nothing for a bar. */
  passes({ contents, sequence }: PassingTransaction): boolean {
    if (this.#bookmark.has(sequence)) return true;
    if ((contents & Contents.trade) !== 0 || this.#completeFromUs === NOT_YET_US) return false;
    this.#bookmark.reach(sequence);
    return true;
  }

  apply({ sequence, timeUs, changes }: Transaction): void | "busy" {
    if (this.#bookmark.has(sequence)) return;
    if (this.#unsavedBars.length >= UNSAVED_BARS_MAX) return "busy";
    // What is missing may be of the same microsecond: a batch has one time.
    if (this.#completeFromUs === NOT_YET_US) this.#completeFromUs = timeUs + 1;
    const update = this.#bars.add(tradesOf(changes), timeUs);
    this.#bookmark.reach(sequence);
    if (update === undefined) return;
    this.#unsavedBars.push(...update.closed);
    this.#unsavedInstruments.add(update.instrument);
    this.#listener(update, sequence);
  }

  /** Errors: throws, once, when the store has failed. */
  checkpoint(): number {
    return this.#bookmark.checkpoint();
  }

  #restart(bars: Bars, completeFromUs: number): void {
    this.#bars = bars;
    this.#completeFromUs = completeFromUs;
    this.#unsavedBars = [];
    this.#unsavedInstruments.clear();
  }

  #save(sequence: number): void {
    const open = [...this.#unsavedInstruments].flatMap((id) => this.#bars.open(id));
    const state = [...this.#unsavedBars, ...open];
    this.#unsavedBars = [];
    this.#unsavedInstruments.clear();
    this.#store.save(sequence, state, this.#completeFromUs);
  }
}

const NO_TRADES: readonly Trade[] = [];

/** Cost: no object where there is none, as in most transactions. */
function tradesOf(changes: readonly Change[]): readonly Trade[] {
  let trades: Trade[] | undefined;
  for (const change of changes) {
    if (change.entity !== "trade") continue;
    trades ??= [];
    trades.push(change);
  }
  return trades ?? NO_TRADES;
}
