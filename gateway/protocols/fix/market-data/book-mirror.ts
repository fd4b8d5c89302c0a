// One book as the change log tells it, best levels first: what subscribers of several depths are
// compared with. Begins with an answer of the core, which may be cut; of what lies behind the cut
// nothing is known and nothing is kept.

import type { Change, Level } from "../../../domain/change.ts";
import { Side } from "../../../domain/order.ts";
import { DEPTH_MAX } from "./request.ts";

/** Levels a side that the core is asked for. */
export const LEVELS_ASKED = 1_000;
// Else a book that was just loaded could be thin at once.
if (LEVELS_ASKED < 2 * DEPTH_MAX) throw new RangeError("a mirror must hold spare levels");

/** A level never changes: another one takes its place, so that sameness is identity. */
export type BookLevel = Readonly<Level>;

/** Nothing was touched. */
const UNTOUCHED = Number.POSITIVE_INFINITY;

export class BookSide {
  /** Best first. */
  #levels: BookLevel[] = [];
  /** 1: low prices are better, −1: high ones. */
  readonly #sign: 1 | -1;
  /** Rank of the worst price of which something is known. */
  #lastRank = Number.POSITIVE_INFINITY;
  /** Rank of the best price touched since `clearTouched`. */
  #touchedRank = UNTOUCHED;

  constructor(side: Side) {
    this.#sign = side === Side.buy ? -1 : 1;
  }

  get levels(): readonly BookLevel[] {
    return this.#levels;
  }

  /** Fewer levels than a subscriber may want, while there may be more. */
  get isThin(): boolean {
    return this.#lastRank !== Number.POSITIVE_INFINITY && this.#levels.length < DEPTH_MAX;
  }

  /** Ascends from the best price to worse ones. */
  rankOf(level: BookLevel): number {
    return this.#sign * level.price;
  }

  get touchedRank(): number {
    return this.#touchedRank;
  }

  get isTouched(): boolean {
    return this.#touchedRank !== UNTOUCHED;
  }

  clearTouched(): void {
    this.#touchedRank = UNTOUCHED;
  }

  /** Takes the side whole, best first. */
  load(levels: readonly BookLevel[]): void {
    this.#levels = [...levels];
    const last = levels.at(-1);
    const isCut = levels.length >= LEVELS_ASKED && last !== undefined;
    this.#lastRank = isCut ? this.rankOf(last) : Number.POSITIVE_INFINITY;
    this.#touchedRank = Number.NEGATIVE_INFINITY;
  }

  /** Cost: O(log n) to find, and moving what is behind when a level comes or goes. */
  set(level: BookLevel): void {
    const rank = this.rankOf(level);
    if (rank > this.#lastRank) return;
    this.#touchedRank = Math.min(this.#touchedRank, rank);
    const index = findRank(this.#levels, rank, this.#sign);
    const isKnown = this.#levels[index]?.price === level.price;
    if (level.quantity > 0) this.#levels.splice(index, isKnown ? 1 : 0, level);
    else if (isKnown) this.#levels.splice(index, 1);
  }
}

export class BookMirror {
  readonly bids = new BookSide(Side.buy);
  readonly asks = new BookSide(Side.sell);

  get isThin(): boolean {
    return this.bids.isThin || this.asks.isThin;
  }

  get isTouched(): boolean {
    return this.bids.isTouched || this.asks.isTouched;
  }

  /** Takes the answer of the core to a question for `LEVELS_ASKED`. */
  load(changes: readonly Change[]): void {
    const levels = changes.filter((change) => change.entity === "level");
    this.bids.load(levels.filter(({ side }) => side === Side.buy));
    this.asks.load(levels.filter(({ side }) => side === Side.sell));
  }

  set(level: BookLevel): void {
    (level.side === Side.buy ? this.bids : this.asks).set(level);
  }

  clearTouched(): void {
    this.bids.clearTouched();
    this.asks.clearTouched();
  }
}

/** Index of the first level whose price is not better than `rank`. */
function findRank(levels: readonly BookLevel[], rank: number, sign: 1 | -1): number {
  let [low, high] = [0, levels.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const level = levels[middle];
    if (level !== undefined && sign * level.price < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** MDUpdateAction (279). */
export const UpdateAction = { new: 0, change: 1, delete: 2 } as const;
export type UpdateAction = (typeof UpdateAction)[keyof typeof UpdateAction];

export interface LevelUpdate {
  readonly action: UpdateAction;
  readonly level: BookLevel;
}

/** The best levels of one side, as subscribers were last told of them. */
export class SideView {
  readonly #side: BookSide;
  readonly #depth: number;
  #sent: readonly BookLevel[];

  constructor(side: BookSide, depth: number) {
    this.#side = side;
    this.#depth = depth;
    this.#sent = side.levels.slice(0, depth);
  }

  /**
   * What has changed since the last call: levels that are gone first, so that a client never has
   * more than it asked for.
   *
   * Order: while the side still knows what was touched. Cost: O(1) when that lies deeper.
   */
  update(): LevelUpdate[] {
    const side = this.#side;
    const { touchedRank } = side;
    const before = this.#sent;
    const worst = before.at(-1);
    const isFull = before.length === this.#depth && worst !== undefined;
    if (!side.isTouched || (isFull && touchedRank > side.rankOf(worst))) return [];
    const now = side.levels.slice(0, this.#depth);
    this.#sent = now;
    return compare(side, before, now);
  }
}

function compare(
  side: BookSide,
  before: readonly BookLevel[],
  now: readonly BookLevel[],
): LevelUpdate[] {
  const gone: LevelUpdate[] = [];
  const here: LevelUpdate[] = [];
  let [from, to] = [0, 0];
  while (from < before.length || to < now.length) {
    const old = before[from];
    const level = now[to];
    if (old === level) {
      from += 1;
      to += 1;
    } else if (
      level === undefined ||
      (old !== undefined && side.rankOf(old) < side.rankOf(level))
    ) {
      if (old !== undefined) gone.push({ action: UpdateAction.delete, level: old });
      from += 1;
    } else if (old !== undefined && old.price === level.price) {
      here.push({ action: UpdateAction.change, level });
      from += 1;
      to += 1;
    } else {
      here.push({ action: UpdateAction.new, level });
      to += 1;
    }
  }
  return [...gone, ...here];
}
