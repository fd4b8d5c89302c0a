// Bars of one instrument and interval: loaded once, then carried on by the trades of the feed.
// Numbers are floats here: they become pixels.

import type { Kline, Trade } from "./messages.ts";

export interface Bar {
  /** Seconds since 1970 UTC. */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Interval → seconds. */
export const INTERVALS: ReadonlyMap<string, number> = new Map([
  ["1m", 60],
  ["5m", 300],
  ["15m", 900],
  ["1h", 3_600],
  ["4h", 14_400],
  ["1d", 86_400],
]);

/** Bars kept; what is loaded is less. */
const BARS_MAX = 600;
/** Trades kept for bars that are still being loaded. */
const TRADES_MAX = 500;

export class Candles {
  readonly #seconds: number;
  #bars: Bar[] = [];
  #early: Trade[] = [];
  #lastTradeId = 0;
  #isLoaded = false;

  /** `seconds`: of one bar. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  get bars(): readonly Bar[] {
    return this.#bars;
  }

  /** Takes bars, oldest first, in place of all before, and the trades that came meanwhile. */
  load(klines: readonly Kline[]): void {
    this.#bars = klines.map((each) => ({
      time: each.start_at_us / 1e6,
      open: Number(each.open),
      high: Number(each.high),
      low: Number(each.low),
      close: Number(each.close),
    }));
    this.#lastTradeId = Math.max(0, ...klines.map((each) => each.last_trade_id));
    this.#isLoaded = true;
    for (const trade of this.#early.splice(0)) this.#take(trade);
  }

  /** Trades are kept, not shown, until the next `load`. */
  reset(): void {
    this.#isLoaded = false;
  }

  /** Carries on with trades, oldest first; those it knows change nothing. */
  add(trades: readonly Trade[]): void {
    if (this.#isLoaded) {
      for (const trade of trades) this.#take(trade);
    } else this.#early = [...this.#early, ...trades].slice(-TRADES_MAX);
  }

  #take({ trade_id: id, price, traded_at_us: timeUs }: Trade): void {
    if (id <= this.#lastTradeId) return;
    this.#lastTradeId = id;
    const value = Number(price);
    const second = Math.floor(timeUs / 1e6);
    const time = second - (second % this.#seconds);
    const last = this.#bars.at(-1);
    if (last === undefined || time > last.time) {
      this.#fillUpTo(time);
      this.#bars.push({ time, open: value, high: value, low: value, close: value });
      this.#bars = this.#bars.slice(-BARS_MAX);
    } else if (time === last.time) {
      const [high, low] = [Math.max(last.high, value), Math.min(last.low, value)];
      this.#bars[this.#bars.length - 1] = { ...last, high, low, close: value };
    }
  }

  /** An interval without a trade has a bar at the price before it. */
  #fillUpTo(end: number): void {
    const last = this.#bars.at(-1);
    if (last === undefined) return;
    const { close } = last;
    const start = Math.max(last.time + this.#seconds, end - BARS_MAX * this.#seconds);
    for (let time = start; time < end; time += this.#seconds) {
      this.#bars.push({ time, open: close, high: close, low: close, close });
    }
  }
}
