import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../../demo/random.ts";
import { type Position, PositionLog } from "./position-log.ts";

const HOUR_US = 3_600_000_000;
const START_US = 1_795_262_400_000_000;

let directory: string;
let logs: PositionLog[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-positions-"));
  logs = [];
});
afterEach(() => {
  for (const log of logs) log.close();
  rmSync(directory, { recursive: true });
});

function open(journalSequence = Infinity): PositionLog {
  const log = new PositionLog(directory, journalSequence);
  logs.push(log);
  return log;
}

function at(number: number, sequence: number, engineSession = 0, clientRef = 0): Position {
  return { number, sequence, engineSession, clientRef };
}

/** Where a stream is, without when. */
function placeOf(position: Position | undefined) {
  return position && [position.number, position.sequence, position.engineSession];
}

test("what was saved is there after a start, and as far on as all were", () => {
  const log = open();
  log.add(1, at(0, 10), START_US);
  log.add(2, at(0, 12), START_US);
  log.save(
    new Map([
      [1, at(5, 20, 7)],
      [2, at(0, 20)],
    ]),
    20,
    START_US + 1,
  );
  log.save(
    new Map([
      [1, at(5, 30, 7)],
      [2, at(3, 30)],
    ]),
    30,
    START_US + 2,
  );
  const again = open();
  expect(again.sequence).toBe(30);
  expect(placeOf(again.positionOf(1))).toEqual([5, 30, 7]);
  expect(placeOf(again.positionOf(2))).toEqual([3, 30, 0]);
  expect(again.positionOf(3)).toBeUndefined();
  expect(placeOf(again.positionBefore(1, 6))).toEqual([5, 20, 7]);
  expect(placeOf(again.positionBefore(1, 5))).toEqual([0, 10, 0]);
  expect(again.firstNumber(1)).toBe(1);
});

test("the last client_ref is kept, also when no number was given with it", () => {
  const log = open();
  log.add(1, at(0, 10), START_US);
  log.save(new Map([[1, at(3, 20, 7, 2 ** 53 - 1)]]), 20, START_US);
  log.add(2, at(0, 20), START_US);
  log.save(new Map([[2, at(0, 30, 0, 8)]]), 30, START_US);
  const again = open();
  expect([1, 2].map((id) => again.positionOf(id)?.clientRef)).toEqual([2 ** 53 - 1, 8]);
});

test("what a crash tore is left out", () => {
  const log = open();
  log.add(1, at(0, 10), START_US);
  log.save(new Map([[1, at(1, 20)]]), 20, START_US);
  log.save(new Map([[1, at(2, 30)]]), 30, START_US);
  const [name = ""] = readdirSync(directory);
  const path = join(directory, name);
  truncateSync(path, Bun.file(path).size - 49);
  expect(open().sequence).toBe(20);
  appendFileSync(path, Buffer.alloc(100, 0xff));
  expect(placeOf(open().positionOf(1))).toEqual([1, 20, 0]);
});

test("what is said of commands that the journal lost is forgotten, also at a later start", () => {
  const log = open();
  log.add(1, at(0, 10), START_US);
  log.save(new Map([[1, at(1, 20)]]), 20, START_US);
  log.save(new Map([[1, at(9, 90)]]), 90, START_US);
  const short = open(25);
  expect([short.sequence, ...(placeOf(short.positionOf(1)) ?? [])]).toEqual([10, 0, 10, 0]);
  short.save(new Map([[1, at(2, 40)]]), 40, START_US + 1);
  const later = open(1_000);
  expect(placeOf(later.positionOf(1))).toEqual([2, 40, 0]);
  expect(placeOf(later.positionBefore(1, 2))).toEqual([0, 10, 0]);
});

describe("over days", () => {
  test("24 hours can be had, older files go, and so does the need for older journal", () => {
    const log = open();
    log.add(1, at(0, 0), START_US);
    let nowUs = START_US;
    for (let hour = 1; hour <= 60; hour += 1) {
      nowUs = START_US + hour * HOUR_US;
      log.save(new Map([[1, at(hour, hour * 1_000)]]), hour * 1_000, nowUs);
    }
    expect(readdirSync(directory).length).toBeLessThanOrEqual(27);
    for (const each of [log, open()]) {
      each.save(new Map([[1, at(60, 60_001)]]), 60_001, nowUs);
      expect(each.firstNumber(1)).toBe(37);
      expect(placeOf(each.positionBefore(1, 37))).toEqual([36, 36_000, 0]);
      expect(each.positionBefore(1, 36)).toBeUndefined();
      expect(each.neededSequence).toBe(36_000);
    }
  });

  test("a stream of which nothing happens needs no journal, and keeps its number", () => {
    const log = open();
    log.add(1, at(0, 0), START_US);
    for (let hour = 0; hour <= 50; hour += 1) {
      const sequence = 10 + hour;
      log.save(new Map([[1, at(4, sequence)]]), sequence, START_US + hour * HOUR_US);
    }
    for (const each of [log, open()]) {
      expect(each.neededSequence).toBe(60);
      expect(placeOf(each.positionOf(1))).toEqual([4, 60, 0]);
      expect([each.firstNumber(1), each.positionBefore(1, 4)]).toEqual([5, undefined]);
    }
  });

  test("a busy stream has places at a distance", () => {
    const log = open();
    log.add(1, at(0, 0), START_US);
    for (let second = 1; second <= 3_600; second += 1) {
      const sequence = second * 1_000;
      log.save(new Map([[1, at(second, sequence)]]), sequence, START_US + second * 1_000_000);
    }
    // Every 250 seconds one is 250,000 sequences on.
    const places = new Set<number | undefined>();
    for (let number = 1; number <= 3_600; number += 1) {
      const base = log.positionBefore(1, number);
      expect(base?.number).toBeLessThan(number);
      places.add(base?.sequence);
    }
    expect(places.size).toBeLessThanOrEqual(17);
  });

  test("it gives up the older half when too much is kept for it", () => {
    const log = open();
    log.add(1, at(0, 0), START_US);
    for (let hour = 1; hour <= 8; hour += 1) {
      log.save(new Map([[1, at(hour, hour * 1_000)]]), hour * 1_000, START_US + hour * HOUR_US);
    }
    log.giveWay();
    expect([log.neededSequence, log.firstNumber(1)]).toEqual([5_000, 6]);
  });
});

test("a stream that is removed is needed no more", () => {
  const log = open();
  log.add(1, at(0, 5), START_US);
  log.remove(1);
  expect([log.neededSequence, log.positionOf(1)]).toEqual([undefined, undefined]);
});

describe("whatever happens, a place in front of every number that is had", () => {
  test.each([1, 2, 3, 4, 5, 6])("seed %d", (seed) => {
    const random = new Random(seed);
    let log = open();
    let [nowUs, sequence, number] = [START_US, 0, 0];
    /** Number → the sequence it was given at. */
    const given: number[] = [0];
    log.add(1, at(0, 0), nowUs);
    for (let step = 0; step < 400; step += 1) {
      nowUs += random.below(HOUR_US);
      const moved = random.below(5);
      for (let each = 0; each < moved; each += 1) {
        sequence += 1 + random.below(100_000);
        number += 1;
        given.push(sequence);
      }
      sequence += random.below(3);
      log.save(new Map([[1, at(number, sequence)]]), sequence, nowUs);
      if (random.below(20) === 0) log = open(sequence);
      for (let wanted = log.firstNumber(1); wanted <= number; wanted += 1) {
        const base = log.positionBefore(1, wanted);
        expect(base?.number).toBeLessThan(wanted);
        // All that follows the place is behind it.
        expect(base?.sequence).toBeLessThan(given[(base?.number ?? 0) + 1] ?? Infinity);
        expect(base?.sequence).toBeGreaterThanOrEqual(given[base?.number ?? 0] ?? 0);
        expect(base?.sequence).toBeGreaterThanOrEqual(log.neededSequence ?? 0);
      }
    }
  });
});
