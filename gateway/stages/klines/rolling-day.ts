// The last 24 hours of one instrument, kept by minute: a window begins with the whole minute in
// which it begins, so it is up to one minute longer than a day. Prices are compared again only when
// the minute that leaves held the highest or the lowest.

import { toAmount, toPrice } from "../../domain/units.ts";
import type { Bar, TradeSum } from "./bar.ts";
import { DAY_US, MINUTE_US } from "./interval.ts";

/** When the window that ends at `nowUs` begins. */
export function windowStart(nowUs: number): number {
  return nowUs - (nowUs % MINUTE_US) - DAY_US;
}

/** Minutes a window may hold: a day of them and the one under way. */
const MINUTES_MAX = DAY_US / MINUTE_US + 1;

export class RollingDay {
  /** Closed minute bars, oldest first, and from which on they are in the window. */
  #minutes: Bar[] = [];
  #first = 0;
  #startUs = 0;
  #volume = 0n;
  #quoteVolume = 0n;
  #count = 0;
  #high = 0;
  #low = Infinity;

  /** Takes the next minute bar that has closed. */
  add(minute: Bar): void {
    this.#minutes.push(minute);
    this.#include(minute);
    if (this.#minutes.length <= 2 * MINUTES_MAX) return;
    // No window is asked for that ends before the last trade.
    this.since(windowStart(minute.startUs));
    this.#minutes.splice(0, this.#first);
    this.#first = 0;
  }

  /**
   * The trades of the minutes that start at `startUs` or later.
   *
   * Cost: one step per minute since the last call; another order than that of time, all of them.
   */
  since(startUs: number): TradeSum | undefined {
    if (startUs < this.#startUs) this.#rewind();
    this.#startUs = startUs;
    let oldest = this.#minutes[this.#first];
    let isBoundGone = false;
    while (oldest !== undefined && oldest.startUs < startUs) {
      isBoundGone ||= oldest.high === this.#high || oldest.low === this.#low;
      this.#volume -= oldest.volume;
      this.#quoteVolume -= oldest.quoteVolume;
      this.#count -= oldest.count;
      this.#first += 1;
      oldest = this.#minutes[this.#first];
    }
    if (isBoundGone) this.#compare();
    return this.#sum();
  }

  #sum(): TradeSum | undefined {
    const first = this.#minutes[this.#first];
    const last = this.#minutes.at(-1);
    if (first === undefined || last === undefined) return undefined;
    return {
      open: first.open,
      high: toPrice(this.#high),
      low: toPrice(this.#low),
      close: last.close,
      volume: this.#volume,
      quoteVolume: toAmount(this.#quoteVolume),
      count: this.#count,
      firstTradeId: first.firstTradeId,
      lastTradeId: last.lastTradeId,
    };
  }

  #include(minute: Bar): void {
    this.#volume += minute.volume;
    this.#quoteVolume += minute.quoteVolume;
    this.#count += minute.count;
    if (minute.high > this.#high) this.#high = minute.high;
    if (minute.low < this.#low) this.#low = minute.low;
  }

  #compare(): void {
    [this.#high, this.#low] = [0, Infinity];
    for (let index = this.#first; index < this.#minutes.length; index += 1) {
      const minute = this.#minutes[index];
      if (minute === undefined) break;
      if (minute.high > this.#high) this.#high = minute.high;
      if (minute.low < this.#low) this.#low = minute.low;
    }
  }

  #rewind(): void {
    this.#first = 0;
    [this.#volume, this.#quoteVolume, this.#count] = [0n, 0n, 0];
    [this.#high, this.#low] = [0, Infinity];
    for (const minute of this.#minutes) this.#include(minute);
  }
}
