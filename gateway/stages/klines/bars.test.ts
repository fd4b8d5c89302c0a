import { describe, expect, test } from "bun:test";
import { Random } from "../../demo/random.ts";
import type { Trade } from "../../domain/change.ts";
import { toAmount, toPrice, toQuantity, toTimeUs } from "../../domain/units.ts";
import type { Bar } from "./bar.ts";
import { Bars, CLOSED_BARS_MAX } from "./bars.ts";
import { INTERVALS, type Interval, intervalUs, isInterval } from "./interval.ts";

/** 2026-01-01T00:00:00Z. */
const START_US = 1_767_225_600_000_000;
const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const DAY_US = 86_400 * SECOND_US;

type Dated = { readonly trade: Trade; readonly timeUs: number };

function toText(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}` : each));
}

function trade(tradeId: number, price: number, quantity: number, instrument = 1): Trade {
  return {
    ...{ tradeId, instrument, takerSide: 1, takerOrder: 2, makerOrder: 1 },
    ...{ takerAccount: 4, makerAccount: 3, price: toPrice(price), quantity: toQuantity(quantity) },
    notional: toAmount(BigInt(price) * BigInt(quantity) * 7n),
    ...{ takerFee: toAmount(0n), makerFee: toAmount(0n) },
  };
}

/** Steps between trades: within a bar, over its edge, over many bars without a trade. */
const STEPS_US = [0, 1, 999_999, SECOND_US, 17 * SECOND_US, 61 * SECOND_US, 3_600 * SECOND_US];

function randomTrades(random: Random, count: number): Dated[] {
  const lastIds = [0, 0, 0];
  let timeUs = START_US + random.below(DAY_US);
  return Array.from({ length: count }, () => {
    const step = STEPS_US[random.below(STEPS_US.length)] ?? 0;
    timeUs += random.below(200) === 0 ? random.below(3 * DAY_US) : random.below(step + 1);
    if (random.below(10) === 0) timeUs += intervalUs["1m"] - (timeUs % intervalUs["1m"]);
    const instrument = random.below(3);
    const tradeId = (lastIds[instrument] ?? 0) + 1;
    lastIds[instrument] = tradeId;
    const quantity = random.below(5) === 0 ? 2 ** 53 - 1 - random.below(9) : 1 + random.below(99);
    return { trade: trade(tradeId, 1 + random.below(1_000), quantity, instrument + 1), timeUs };
  });
}

/** One bar the obvious way: of all trades those that belong to it. */
function slowBar(
  trades: readonly Dated[],
  instrument: number,
  interval: Interval,
  startUs: number,
) {
  const inside = ofInstrument(trades, instrument).filter(({ timeUs }) => {
    return timeUs >= startUs && timeUs < startUs + intervalUs[interval];
  });
  return { instrument, interval, startUs, ...slowSum(inside) };
}

function slowSum(trades: readonly Dated[]) {
  const prices = trades.map((each) => each.trade.price);
  return {
    open: prices[0],
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1),
    volume: trades.reduce((sum, each) => sum + BigInt(each.trade.quantity), 0n),
    quoteVolume: trades.reduce((sum, each) => sum + each.trade.notional, 0n),
    count: trades.length,
    firstTradeId: trades[0]?.trade.tradeId,
    lastTradeId: trades.at(-1)?.trade.tradeId,
  };
}

function ofInstrument(trades: readonly Dated[], instrument: number): Dated[] {
  return trades.filter((each) => each.trade.instrument === instrument);
}

/** All bars with trades, the obvious way, in the order of `Bars.all`. */
function slowBars(trades: readonly Dated[]) {
  return [1, 2, 3].flatMap((instrument) =>
    INTERVALS.flatMap((interval) => {
      const starts = ofInstrument(trades, instrument).map(({ timeUs }) => {
        return Math.floor(timeUs / intervalUs[interval]) * intervalUs[interval];
      });
      const bars = [...new Set(starts)].map((startUs) =>
        slowBar(trades, instrument, interval, startUs),
      );
      return bars.slice(-CLOSED_BARS_MAX - 1);
    }),
  );
}

/** Gives them in commands of one or more trades of one instrument and time. */
function addAll(bars: Bars, trades: readonly Dated[], mayJoin: () => boolean): void {
  for (let next = 0; next < trades.length;) {
    const first = trades[next];
    if (first === undefined) return;
    let end = next + 1;
    const isSame = (each: Dated | undefined): boolean =>
      each?.timeUs === first.timeUs && each.trade.instrument === first.trade.instrument;
    while (isSame(trades[end]) && mayJoin()) end += 1;
    const command = trades.slice(next, end).map((each) => each.trade);
    bars.add(command, toTimeUs(first.timeUs));
    next = end;
  }
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])("trades of seed %d", (seed) => {
  const random = new Random(seed);
  const trades = randomTrades(random, 1_500);
  const bars = new Bars();
  addAll(bars, trades, () => false);

  test("make the bars that the slow way makes of them", () => {
    expect(toText([...bars.all()])).toBe(toText(slowBars(trades)));
  });

  test("make the same bars one by one and all of a command at once", () => {
    const joined = new Bars();
    addAll(joined, trades, () => random.below(4) > 0);
    expect(toText([...joined.all()])).toBe(toText([...bars.all()]));
  });

  test("make the same bars behind a restart at any place, and given twice", () => {
    const cut = random.below(trades.length);
    const first = new Bars();
    addAll(first, trades.slice(0, cut), () => true);
    const second = Bars.restore(JSON.parse(toText([...first.all()]), revive));
    addAll(second, trades.slice(Math.max(0, cut - random.below(20))), () => true);
    expect(toText([...second.all()])).toBe(toText([...bars.all()]));
    expect(toText(statisticsOf(second, trades))).toBe(toText(statisticsOf(bars, trades)));
  });

  test("fill the periods without them with flat bars", () => {
    for (const interval of INTERVALS) {
      const untilUs = (trades.at(-1)?.timeUs ?? 0) + random.below(5 * intervalUs[interval]);
      const listed = bars.list(1, interval, untilUs, 60);
      expect(toText(listed)).toBe(toText(slowList(trades, interval, untilUs, 60)));
    }
  });

  test("give the statistics that the slow way gives at any later time", () => {
    const lastUs = trades.at(-1)?.timeUs ?? 0;
    for (const aheadUs of [0, MINUTE_US, 3_600 * SECOND_US, DAY_US / 2, MINUTE_US, DAY_US]) {
      const nowUs = lastUs + random.below(aheadUs + 1);
      expect(toText(bars.rollingDay(1, nowUs))).toBe(toText(slowRollingDay(trades, nowUs)));
      expect(toText(bars.day(1, nowUs))).toBe(toText(slowDay(trades, nowUs)));
    }
  });

  test("give the statistics that the slow way gives while they come", () => {
    const growing = new Bars();
    for (const [index, { trade: each, timeUs }] of trades.entries()) {
      growing.add([each], toTimeUs(timeUs));
      if (index % 37 !== 0) continue;
      const sofar = trades.slice(0, index + 1);
      if (ofInstrument(sofar, 1).length === 0) continue;
      expect(toText(growing.rollingDay(1, timeUs))).toBe(toText(slowRollingDay(sofar, timeUs)));
    }
  });
});

function revive(key: string, value: unknown): unknown {
  return key === "volume" || key === "quoteVolume" ? BigInt(String(value)) : value;
}

function statisticsOf(bars: Bars, trades: readonly Dated[]): unknown[] {
  const nowUs = trades.at(-1)?.timeUs ?? 0;
  return [1, 2, 3].map((id) => [bars.rollingDay(id, nowUs), bars.day(id, nowUs)]);
}

function slowList(trades: readonly Dated[], interval: Interval, untilUs: number, limit: number) {
  const lengthUs = intervalUs[interval];
  const own = ofInstrument(trades, 1);
  const listed: unknown[] = [];
  let startUs = untilUs - (untilUs % lengthUs);
  for (; listed.length < limit; startUs -= lengthUs) {
    const before = own.findLast(({ timeUs }) => timeUs < startUs);
    const bar = slowBar(trades, 1, interval, startUs);
    if (bar.count > 0) listed.unshift(bar);
    else if (before === undefined) break;
    else listed.unshift({ instrument: 1, interval, startUs, ...flat(before.trade.price) });
  }
  return listed;
}

function flat(price: number) {
  const prices = { open: price, high: price, low: price, close: price };
  return { ...prices, volume: 0n, quoteVolume: 0n, count: 0, firstTradeId: 0, lastTradeId: 0 };
}

function slowStatistics(trades: readonly Dated[], startUs: number) {
  const own = ofInstrument(trades, 1);
  const inside = own.filter(({ timeUs }) => timeUs >= startUs);
  const sum = inside.length === 0 ? flat(own.at(-1)?.trade.price ?? 0) : slowSum(inside);
  const { open, high, low, close, ...counts } = sum;
  return { startUs, open, high, low, close, change: (close ?? 0) - (open ?? 0), ...counts };
}

function slowRollingDay(trades: readonly Dated[], nowUs: number) {
  return slowStatistics(trades, Math.floor(nowUs / MINUTE_US) * MINUTE_US - DAY_US);
}

function slowDay(trades: readonly Dated[], nowUs: number) {
  return slowStatistics(trades, Math.floor(nowUs / DAY_US) * DAY_US);
}

describe("a bar", () => {
  test("begins with its first microsecond and ends before that of the next", () => {
    const bars = new Bars();
    bars.add([trade(1, 10, 1)], toTimeUs(START_US));
    bars.add([trade(2, 11, 1)], toTimeUs(START_US + SECOND_US - 1));
    const update = bars.add([trade(3, 12, 1)], toTimeUs(START_US + SECOND_US));
    expect(update?.closed.map(({ interval, close, count }) => [interval, close, count])).toEqual([
      ["1s", toPrice(11), 2],
    ]);
    expect(update?.changes[0]).toMatchObject({ before: undefined, after: { open: 12, count: 1 } });
    expect(update?.changes[1]).toMatchObject({ before: { count: 2 }, after: { count: 3 } });
  });

  test("holds the sum of quantities that is no safe integer, exactly", () => {
    const bars = new Bars();
    const large = 2 ** 53 - 1;
    for (const id of [1, 2, 3]) bars.add([trade(id, large, large)], toTimeUs(START_US));
    const [second] = bars.list(1, "1s", START_US, 1);
    expect(second?.volume).toBe(3n * BigInt(large));
    expect(second?.quoteVolume).toBe(toAmount(21n * BigInt(large) * BigInt(large)));
  });

  test("is not changed by a trade that was there before", () => {
    const bars = new Bars();
    bars.add([trade(1, 10, 1), trade(2, 20, 1)], toTimeUs(START_US));
    expect(bars.add([trade(2, 99, 1)], toTimeUs(START_US + DAY_US))).toBeUndefined();
    const update = bars.add([trade(2, 99, 1), trade(3, 30, 1)], toTimeUs(START_US));
    expect(update?.changes[0]?.after).toMatchObject({ high: 30, volume: 3n, count: 3 });
  });

  test("is forgotten when so many newer ones of its length have closed", () => {
    const bars = new Bars();
    for (let id = 1; id <= CLOSED_BARS_MAX + 10; id += 1) {
      bars.add([trade(id, id, 1)], toTimeUs(START_US + id * SECOND_US));
    }
    const listed = bars.list(1, "1s", START_US + DAY_US, 10 * DAY_US);
    expect([...bars.all()].filter(({ interval }) => interval === "1s")).toHaveLength(1_501);
    expect(listed[0]?.firstTradeId).toBe(10);
  });
});

test("what never traded has no bar and no statistics", () => {
  const bars = new Bars();
  expect(bars.add([], toTimeUs(START_US))).toBeUndefined();
  expect(bars.list(1, "1m", START_US, 5)).toEqual([]);
  expect(bars.open(1)).toEqual([]);
  expect(bars.rollingDay(1, START_US)).toBeUndefined();
  expect(bars.day(1, START_US)).toBeUndefined();
});

test("the rolling day holds the minute it begins in, and the day begins at midnight", () => {
  const bars = new Bars();
  const firstUs = START_US + 90 * SECOND_US;
  bars.add([trade(1, 50, 1)], toTimeUs(firstUs));
  bars.add([trade(2, 10, 1)], toTimeUs(firstUs + MINUTE_US));
  const lowAt = (nowUs: number) => {
    const found = bars.rollingDay(1, nowUs);
    return [found?.open, found?.high, found?.change, found?.count];
  };
  // The minute of the first trade begins 30 s before it, and leaves when a later one begins.
  expect(lowAt(firstUs + DAY_US + 29 * SECOND_US)).toEqual([50, 50, -40, 2]);
  expect(lowAt(firstUs + DAY_US + 30 * SECOND_US)).toEqual([10, 10, 0, 1]);
  expect(lowAt(firstUs + DAY_US + 90 * SECOND_US)).toEqual([10, 10, 0, 0]);
  expect(bars.day(1, START_US + DAY_US - 1)).toMatchObject({ startUs: START_US, count: 2 });
  expect(bars.day(1, START_US + DAY_US)).toMatchObject({ open: 10, count: 0, change: 0 });
});

test("the rolling day is right over many days of which each minute has a trade", () => {
  const bars = new Bars();
  const trades = Array.from({ length: 4_400 }, (_, index): Dated => {
    const price = 1 + ((index * 7_919) % 1_000);
    return { trade: trade(index + 1, price, 1), timeUs: START_US + index * MINUTE_US };
  });
  for (const { trade: each, timeUs } of trades) bars.add([each], toTimeUs(timeUs));
  const lastUs = trades.at(-1)?.timeUs ?? 0;
  // Also backwards, and at a time before the last trade, which is as at that trade.
  for (const aheadUs of [0, DAY_US / 2, DAY_US - 1, DAY_US / 3, 2 * DAY_US, 0, -DAY_US]) {
    const expected = slowRollingDay(trades, lastUs + Math.max(0, aheadUs));
    expect(toText(bars.rollingDay(1, lastUs + aheadUs))).toBe(toText(expected));
  }
});

test("a command that cannot be, and bars out of order, are refused whole", () => {
  const bars = new Bars();
  bars.add([trade(1, 10, 1)], toTimeUs(START_US));
  const before = toText([...bars.all()]);
  const twoMarkets = [trade(2, 1, 1), trade(3, 1, 1, 2)];
  expect(() => bars.add(twoMarkets, toTimeUs(START_US))).toThrow("one instrument");
  expect(() => bars.add([trade(2, 1, 1)], toTimeUs(START_US - 1))).toThrow("time went back");
  expect(toText([...bars.all()])).toBe(before);
  const kept: Bar[] = [...bars.all()];
  expect(() => Bars.restore([...kept, ...kept])).toThrow("order of time");
  expect(() => Bars.restore(kept.slice(1))).toThrow("lack an interval");
});

test("an interval is one of seven words", () => {
  expect(INTERVALS.every(isInterval)).toBe(true);
  expect(["2m", "1M", "", "toString"].some(isInterval)).toBe(false);
});
