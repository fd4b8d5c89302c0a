// Trades → bars of every interval, and the statistics of a day. Pure: no clock and no disk; the
// same trades give the same bars, whether they come one by one, in batches or after a restart.

import type { Trade } from "../../domain/change.ts";
import { type TimeUs, toTimeUs } from "../../domain/units.ts";
import { type Bar, flatBar, flatSum, joinSums, sumTrades, toBar, type TradeSum } from "./bar.ts";
import { INTERVALS, type Interval, intervalUs, startOf } from "./interval.ts";
import { RollingDay, windowStart } from "./rolling-day.ts";

/**
 * Closed bars kept per instrument and interval: the longest answer of a query and a half, and more
 * minutes than a rolling day has. About 180 bytes each: 2 MB for an instrument that has traded in
 * 1,500 periods of each length, which takes four years.
 */
export const CLOSED_BARS_MAX = 1_500;

/** What one command's trades made of one bar. `before` is missing when it is a new one. */
export interface BarChange {
  readonly before: Bar | undefined;
  readonly after: Bar;
}

/** What one command's trades made of an instrument's bars. */
export interface BarsUpdate {
  readonly instrument: number;
  readonly timeUs: TimeUs;
  /** Bars that a trade in a later period ended; they change no more. By interval. */
  readonly closed: readonly Bar[];
  /** The open bar of each interval. */
  readonly changes: readonly BarChange[];
}

/** What happened from `startUs` until now. */
export interface Statistics extends TradeSum {
  readonly startUs: TimeUs;
  /** Last price less the open one. Units: ticks, signed. */
  readonly change: number;
}

interface Series {
  /** Oldest first. */
  readonly closed: Bar[];
  open: Bar;
}

interface InstrumentBars {
  readonly series: Map<Interval, Series>;
  readonly rollingDay: RollingDay;
}

export class Bars {
  readonly #instruments = new Map<number, InstrumentBars>();

  /**
   * Makes them of what `all` gave, or of more: every bar kept, or the newest of them.
   *
   * Bounds: of each instrument and interval in the order of time, else it throws.
   */
  static restore(bars: Iterable<Bar>): Bars {
    const restored = new Bars();
    for (const bar of bars) restored.#restore(bar);
    for (const [instrument, { series }] of restored.#instruments) {
      if (series.size === INTERVALS.length) continue;
      throw new RangeError(`bars of instrument ${instrument} lack an interval`);
    }
    return restored;
  }

  /**
   * Adds the trades of one command. Trades that were added before change nothing.
   *
   * Order: by trade id and time. Errors: throws before anything is changed.
   */
  add(trades: readonly Trade[], timeUs: TimeUs): BarsUpdate | undefined {
    const [first] = trades;
    if (first === undefined) return undefined;
    const { instrument } = first;
    const kept = this.#instruments.get(instrument);
    const lastTradeId = kept?.series.get("1s")?.open.lastTradeId ?? 0;
    const added = trades.filter((trade) => trade.tradeId > lastTradeId);
    if (added.length === 0) return undefined;
    if (added.some((trade) => trade.instrument !== instrument)) {
      throw new RangeError("one command trades in one instrument");
    }
    const sum = sumTrades(added);
    const closed: Bar[] = [];
    const changes = INTERVALS.map((interval): BarChange => {
      const open = kept?.series.get(interval)?.open;
      const startUs = startOf(interval, timeUs);
      const isSame = open?.startUs === startUs;
      if (open !== undefined && startUs < open.startUs) throw new RangeError("time went back");
      if (open !== undefined && !isSame) closed.push(open);
      const after = toBar(instrument, interval, startUs, isSame ? joinSums(open, sum) : sum);
      return { before: isSame ? open : undefined, after };
    });
    for (const { after } of changes) this.#put(after);
    return { instrument, timeUs, closed, changes };
  }

  /** The open bar of each interval; none when it never traded. */
  open(instrument: number): Bar[] {
    const series = this.#instruments.get(instrument)?.series;
    return INTERVALS.flatMap((interval) => series?.get(interval)?.open ?? []);
  }

  /** Every bar kept, by instrument, interval and time. */
  *all(): Generator<Bar> {
    const byId = [...this.#instruments].sort(([left], [right]) => left - right);
    for (const [, { series }] of byId) {
      for (const interval of INTERVALS) {
        const { closed, open } = series.get(interval) ?? {};
        if (closed !== undefined) yield* closed;
        if (open !== undefined) yield open;
      }
    }
  }

  /**
   * The newest `limit` bars that start at `untilUs` or before, oldest first. Periods without a
   * trade are flat bars; before the first bar kept there is none.
   */
  list(instrument: number, interval: Interval, untilUs: number, limit: number): Bar[] {
    const series = this.#instruments.get(instrument)?.series.get(interval);
    const found: Bar[] = [];
    if (series === undefined) return found;
    const lengthUs = intervalUs[interval];
    let startUs: number = startOf(interval, untilUs);
    let index = series.closed.length;
    while (index >= 0 && found.length < limit) {
      const bar = series.closed[index] ?? series.open;
      index -= 1;
      while (startUs > bar.startUs && found.length < limit) {
        found.push(flatBar(bar, toTimeUs(startUs)));
        startUs -= lengthUs;
      }
      if (startUs !== bar.startUs || found.length === limit) continue;
      found.push(bar);
      startUs -= lengthUs;
    }
    return found.reverse();
  }

  /** The last 24 hours (`rolling-day.ts` says to what precision); none when it never traded. */
  rollingDay(instrument: number, nowUs: number): Statistics | undefined {
    const kept = this.#instruments.get(instrument);
    const minute = kept?.series.get("1m")?.open;
    if (kept === undefined || minute === undefined) return undefined;
    const startUs = windowStart(Math.max(nowUs, minute.startUs));
    const closed = kept.rollingDay.since(startUs);
    const open = minute.startUs < startUs ? flatSum(minute.close) : minute;
    const sum = closed === undefined ? open : joinSums(closed, open);
    return toStatistics(sum, toTimeUs(startUs));
  }

  /** Since midnight UTC; none when it never traded. */
  day(instrument: number, nowUs: number): Statistics | undefined {
    const day = this.#instruments.get(instrument)?.series.get("1d")?.open;
    if (day === undefined) return undefined;
    const startUs = startOf("1d", Math.max(nowUs, day.startUs));
    return toStatistics(startUs === day.startUs ? day : flatSum(day.close), startUs);
  }

  #restore(bar: Bar): void {
    const before = this.#instruments.get(bar.instrument)?.series.get(bar.interval)?.open;
    if (before !== undefined && bar.startUs <= before.startUs) {
      throw new RangeError(`bars of instrument ${bar.instrument} are not in the order of time`);
    }
    this.#put(bar);
  }

  /** The newest bar of its series, or what became of it. */
  #put(bar: Bar): void {
    let kept = this.#instruments.get(bar.instrument);
    if (kept === undefined) {
      kept = { series: new Map(), rollingDay: new RollingDay() };
      this.#instruments.set(bar.instrument, kept);
    }
    const series = kept.series.get(bar.interval);
    if (series === undefined) {
      kept.series.set(bar.interval, { closed: [], open: bar });
      return;
    }
    if (series.open.startUs !== bar.startUs) {
      series.closed.push(series.open);
      if (series.closed.length > CLOSED_BARS_MAX) series.closed.shift();
      if (bar.interval === "1m") kept.rollingDay.add(series.open);
    }
    series.open = bar;
  }
}

function toStatistics(sum: TradeSum, startUs: TimeUs): Statistics {
  const { open, high, low, close, volume, quoteVolume, count, firstTradeId, lastTradeId } = sum;
  const change = close - open;
  return {
    ...{ startUs, open, high, low, close, change, volume, quoteVolume, count },
    ...{ firstTradeId, lastTradeId },
  };
}
