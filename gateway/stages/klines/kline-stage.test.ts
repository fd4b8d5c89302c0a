import { describe, expect, test } from "bun:test";
import { Random } from "../../demo/random.ts";
import type { Change, Transaction } from "../../domain/change.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../../domain/units.ts";
import type { Bar } from "./bar.ts";
import type { BarsUpdate } from "./bars.ts";
import { KlineStage, type KlineStore, UNSAVED_BARS_MAX } from "./kline-stage.ts";

/** 2026-01-01T00:00:00Z. */
const START_US = 1_767_225_600_000_000;

function toText(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === "bigint" ? `${each}` : each));
}

/** Keeps bars as a table would; what was saved counts only once `write` was called. */
class TableStore implements KlineStore {
  #rows = new Map<string, Bar>();
  #sequence = 0;
  #completeFromUs = 0;
  #waiting: { sequence: number; state: readonly Bar[]; completeFromUs: number }[] = [];
  isBroken = false;

  load() {
    this.isBroken = false;
    if (this.#sequence === 0) return undefined;
    const state = [...this.#rows.values()].sort((left, right) => left.startUs - right.startUs);
    return { sequence: this.#sequence, completeFromUs: this.#completeFromUs, state };
  }

  save(sequence: number, state: readonly Bar[], completeFromUs: number): void {
    this.#waiting.push({ sequence, state, completeFromUs });
  }

  savedSequence(): number {
    if (this.isBroken) throw new Error("the disk is full");
    return this.#sequence;
  }

  write(): void {
    for (const { sequence, state, completeFromUs } of this.#waiting.splice(0)) {
      if (sequence <= this.#sequence) continue;
      this.#sequence = sequence;
      this.#completeFromUs = completeFromUs;
      for (const bar of state) {
        this.#rows.set(`${bar.instrument} ${bar.interval} ${bar.startUs}`, bar);
      }
    }
  }

  /** What is not written yet is lost. */
  crash(): void {
    this.#waiting = [];
  }
}

function trade(instrument: number, tradeId: number, price: number): Change {
  return {
    ...{ entity: "trade", change: "created", tradeId, instrument, takerSide: 1 },
    ...{ takerOrder: 2, makerOrder: 1, takerAccount: 4, makerAccount: 3 },
    ...{ price: toPrice(price), quantity: toQuantity(1 + (price % 7)) },
    ...{ notional: toAmount(BigInt(price)), takerFee: toAmount(0n), makerFee: toAmount(0n) },
  };
}

function transaction(sequence: number, timeUs: number, changes: Change[]): Transaction {
  return {
    ...{ sequence: toSequence(sequence), timeUs: toTimeUs(timeUs), code: 0, opcode: 10 },
    ...{ isDuplicate: false, hasBacklog: false, isSystem: false },
    ...{ account: 3, result: sequence, instrument: 1, changes },
  };
}

/** Commands of which many trade, some several times, over hours. */
function randomLog(random: Random, length: number): Transaction[] {
  const lastIds = [0, 0];
  let timeUs = START_US;
  return Array.from({ length }, (_, index) => {
    timeUs += random.below(random.below(20) === 0 ? 4_000_000_000 : 800_000);
    const instrument = random.below(2);
    const changes = Array.from({ length: random.below(4) }, () => {
      const tradeId = (lastIds[instrument] ?? 0) + 1;
      lastIds[instrument] = tradeId;
      return trade(instrument + 1, tradeId, 1 + random.below(500));
    });
    return transaction(index + 1, timeUs, changes);
  });
}

function applyAll(stage: KlineStage, log: readonly Transaction[]): void {
  for (const each of log) expect(stage.apply(each)).toBeUndefined();
}

function barsOf(log: readonly Transaction[]): string {
  const stage = new KlineStage(new TableStore());
  stage.start(0);
  applyAll(stage, log);
  return toText([...stage.bars.all()]);
}

describe.each([11, 12, 13, 14, 15, 16, 17, 18])("a change log of seed %d", (seed) => {
  const random = new Random(seed);
  const log = randomLog(random, 1_200);
  const expected = barsOf(log);

  test("gives the same bars over restarts from any checkpoint", () => {
    const store = new TableStore();
    let stage = new KlineStage(store);
    let restarts = 0;
    stage.start(stage.checkpoint());
    while (stage.sequence < log.length) {
      const { sequence } = stage;
      applyAll(stage, log.slice(sequence, sequence + random.below(90)));
      if (random.below(2) === 0) stage.checkpoint();
      if (random.below(3) > 0) store.write();
      if (random.below(3) > 0) continue;
      restarts += 1;
      const isCrash = random.below(2) === 0;
      if (isCrash) {
        store.crash();
        stage = new KlineStage(store);
      }
      const from = stage.checkpoint();
      // What was on its way may arrive after the stage was told where it stands.
      if (!isCrash && random.below(2) === 0) store.write();
      stage.start(from);
      expect(barsOf(log.slice(0, stage.sequence))).toBe(toText([...stage.bars.all()]));
      applyAll(stage, log.slice(from, stage.sequence));
    }
    expect(restarts).toBeGreaterThan(3);
    expect(toText([...stage.bars.all()])).toBe(expected);
    stage.checkpoint();
    store.write();
    stage.checkpoint();
    store.write();
    expect(stage.checkpoint()).toBe(log.length);
    stage.start(log.length);
    expect(toText([...stage.bars.all()])).toBe(expected);
  });

  test("tells a listener enough to follow every bar", () => {
    const followed = new Map<string, Bar>();
    const keyOf = (bar: Bar): string => `${bar.instrument} ${bar.interval} ${bar.startUs}`;
    const hear = ({ closed, changes }: BarsUpdate): void => {
      for (const bar of closed) expect(followed.get(keyOf(bar))).toEqual(bar);
      for (const { before, after } of changes) {
        expect(followed.get(keyOf(after))).toEqual(before);
        followed.set(keyOf(after), after);
      }
    };
    const stage = new KlineStage(new TableStore(), hear);
    stage.start(0);
    applyAll(stage, log);
    expect(followed.size).toBeGreaterThan(100);
    for (const bar of stage.bars.all()) expect(followed.get(keyOf(bar))).toEqual(bar);
  });
});

test("nothing is given to a store before there is something to keep", () => {
  const stage = new KlineStage(new TableStore());
  expect(stage.checkpoint()).toBe(0);
  stage.start(0);
  expect(stage.checkpoint()).toBe(0);
});

test("commands that do not trade move the checkpoint on", () => {
  const store = new TableStore();
  const stage = new KlineStage(store);
  stage.start(0);
  stage.apply(transaction(1, START_US, []));
  expect(stage.checkpoint()).toBe(0);
  store.write();
  expect(stage.checkpoint()).toBe(1);
});

test("a store that does not follow makes the stage wait, and goes on when it does", () => {
  const store = new TableStore();
  const stage = new KlineStage(store);
  stage.start(0);
  let sequence = 0;
  let took: void | "busy";
  do {
    sequence += 1;
    const changes = [trade(1, sequence, 5)];
    took = stage.apply(transaction(sequence, START_US + sequence * 1_000_000, changes));
  } while (took !== "busy" && sequence < 2 * UNSAVED_BARS_MAX);
  expect(took).toBe("busy");
  expect(stage.sequence).toBe(sequence - 1);
  stage.checkpoint();
  const again = transaction(sequence, START_US + sequence * 1_000_000, [trade(1, sequence, 5)]);
  expect(stage.apply(again)).toBeUndefined();
});

test("a store that fails makes the stage throw once, and start again from what was kept", () => {
  const store = new TableStore();
  const stage = new KlineStage(store);
  stage.start(0);
  stage.apply(transaction(1, START_US, [trade(1, 1, 5)]));
  stage.checkpoint();
  store.write();
  expect(stage.checkpoint()).toBe(1);
  stage.apply(transaction(2, START_US, [trade(1, 2, 6)]));
  store.isBroken = true;
  expect(() => stage.checkpoint()).toThrow("the disk is full");
  expect(stage.checkpoint()).toBe(1);
  stage.start(1);
  expect(stage.bars.open(1)[0]?.count).toBe(1);
  stage.apply(transaction(2, START_US, [trade(1, 2, 6)]));
  stage.checkpoint();
  store.write();
  expect(stage.checkpoint()).toBe(2);
});

test("a store that has lost what it kept is not passed over", () => {
  const stage = new KlineStage(new TableStore());
  expect(() => stage.start(9)).toThrow("state was kept up to sequence 9, and only that of 0");
});

test("begun late, it has the bars of what came since, and says since when", () => {
  const log = randomLog(new Random(21), 400);
  for (const from of [1, 150, 399]) {
    const store = new TableStore();
    const stage = new KlineStage(store);
    stage.beginAt(from);
    expect(stage.completeFromUs).toBe(Number.MAX_SAFE_INTEGER);
    expect(stage.checkpoint()).toBe(0);
    store.write();
    expect(stage.checkpoint()).toBe(from);
    applyAll(stage, log.slice(from));
    const completeFromUs = Number(log[from]?.timeUs) + 1;
    expect(stage.completeFromUs).toBe(completeFromUs);
    expect(toText([...stage.bars.all()])).toBe(barsOf(log.slice(from)));
    stage.checkpoint();
    store.write();
    // Bars that begin since then are those of a stage that has seen everything.
    const whole = new KlineStage(new TableStore());
    whole.start(0);
    applyAll(whole, log);
    const isComplete = ({ startUs }: Bar): boolean => startUs >= completeFromUs;
    const [late, all] = [stage, whole].map(({ bars }) => [...bars.all()].filter(isComplete));
    expect(late).toEqual(all ?? []);
    const again = new KlineStage(store);
    again.start(again.checkpoint());
    expect(again.completeFromUs).toBe(completeFromUs);
    expect(toText([...again.bars.all()])).toBe(toText([...stage.bars.all()]));
  }
});
