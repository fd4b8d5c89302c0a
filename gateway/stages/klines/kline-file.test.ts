import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../../test/support/deadline.ts";
import { Random } from "../../demo/random.ts";
import type { Transaction } from "../../domain/change.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../../domain/units.ts";
import type { Bar } from "./bar.ts";
import { KlineFile } from "./kline-file.ts";
import { KlineStage } from "./kline-stage.ts";

/** 2026-01-01T00:00:00Z. */
const START_US = 1_767_225_600_000_000;
const WRITTEN_MS_MAX = 10_000;

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "openbell-klines-"));
  path = join(directory, "klines.sqlite");
});

afterEach(() => {
  chmodSync(directory, 0o700);
  rmSync(directory, { recursive: true });
});

function tradeAt(sequence: number, random: Random): Transaction {
  const price = 1_000 + random.below(500);
  return {
    ...{ sequence: toSequence(sequence), timeUs: toTimeUs(START_US + sequence * 7_000_000) },
    ...{ code: 0, opcode: 10, isDuplicate: false, hasBacklog: false, isSystem: false },
    ...{ account: 3, result: 0, instrument: 1 },
    changes: [
      {
        ...{ entity: "trade", change: "created", takerSide: 1 },
        ...{
          tradeId: Math.ceil(sequence / 3),
          instrument: 1 + (sequence % 3),
          takerOrder: 2,
          makerOrder: 1,
        },
        ...{ takerAccount: 4, makerAccount: 3, price: toPrice(price), quantity: toQuantity(5) },
        ...{ notional: toAmount(2n ** 80n + BigInt(price)), takerFee: toAmount(0n) },
        makerFee: toAmount(0n),
      },
    ],
  };
}

const barsOf = (stage: KlineStage): Bar[] => [...stage.bars.all()];

test("bars are found again as they were, by who opens the file next", async () => {
  const random = new Random(7);
  let sequence = 0;
  let expected: Bar[] = [];
  for (let opening = 0; opening < 3; opening += 1) {
    const file = new KlineFile(path);
    const stage = new KlineStage(file);
    expect(stage.checkpoint()).toBe(sequence);
    stage.start(sequence);
    expect(barsOf(stage)).toEqual(expected);
    for (let count = 0; count < 400; count += 1) stage.apply(tradeAt((sequence += 1), random));
    await until(WRITTEN_MS_MAX, "saved", () => stage.checkpoint() === sequence);
    expected = barsOf(stage);
    await file.stop();
  }
  expect(expected.length).toBeGreaterThan(1_000);
});

test("what was given is on the disk when the file is closed", async () => {
  const file = new KlineFile(path);
  const stage = new KlineStage(file);
  stage.start(0);
  const random = new Random(1);
  for (let sequence = 1; sequence <= 50; sequence += 1) stage.apply(tradeAt(sequence, random));
  stage.checkpoint();
  await file.stop();
  const again = new KlineFile(path);
  expect(again.savedSequence()).toBe(50);
});

test("bars beyond the end of the journal are forgotten, others are not", async () => {
  const file = new KlineFile(path);
  const stage = new KlineStage(file);
  stage.start(0);
  stage.apply(tradeAt(9, new Random(1)));
  stage.checkpoint();
  await file.stop();
  const again = new KlineFile(path);
  expect([again.discardBeyond(9), again.savedSequence()]).toEqual([false, 9]);
  expect([again.discardBeyond(8), again.savedSequence()]).toEqual([true, 0]);
  expect(again.load()).toBeUndefined();
  await again.stop();
});

test("a file that cannot be written makes the stage throw; later it goes on", async () => {
  const file = new KlineFile(join(directory, "gone", "klines.sqlite"));
  const stage = new KlineStage(file);
  stage.start(0);
  stage.apply(tradeAt(1, new Random(1)));
  await until(WRITTEN_MS_MAX, "told", () => {
    try {
      stage.checkpoint();
      return undefined;
    } catch (error) {
      return error instanceof Error && error.message.startsWith("bars are not kept: ");
    }
  });
  await Bun.write(join(directory, "gone", "other"), "");
  stage.start(0);
  stage.apply(tradeAt(1, new Random(1)));
  await until(WRITTEN_MS_MAX, "saved", () => stage.checkpoint() === 1);
  await file.stop();
});

/** Writes the bars of 300 transactions. */
async function writeBars(): Promise<string> {
  const file = new KlineFile(path);
  const stage = new KlineStage(file);
  stage.start(0);
  const random = new Random(3);
  for (let sequence = 1; sequence <= 300; sequence += 1) stage.apply(tradeAt(sequence, random));
  stage.checkpoint();
  await file.stop();
  return toText(barsOf(stage));
}

function toText(bars: Iterable<Bar>): string {
  return JSON.stringify([...bars], (_, each) => (typeof each === "bigint" ? `${each}` : each));
}

test.each([
  ["a price", "UPDATE bars SET high = high + 1 WHERE rowid_of_one"],
  ["a volume", "UPDATE bars SET volume = volume || '0' WHERE rowid_of_one"],
  ["a time", "UPDATE bars SET start_us = start_us + 1 WHERE rowid_of_one"],
  ["a bar in between", "DELETE FROM bars WHERE rowid_of_one"],
  ["the newest bar", "DELETE FROM bars WHERE instrument = 2 AND interval = '1d'"],
  ["the sequence", "UPDATE checkpoint SET sequence = sequence - 1"],
  ["the checkpoint", "DELETE FROM checkpoint"],
  ["the version", "PRAGMA user_version = 9"],
])("%s that is not what was written is noticed, and the file begins anew", async (_, sql) => {
  const bars = await writeBars();
  expect(new KlineFile(path).isDamaged).toBe(false);
  const database = new Database(path);
  const one = "(instrument, interval) = (2, '1s') AND first_trade_id = 50";
  database.run(sql.replace("rowid_of_one", one));
  database.close();
  const file = new KlineFile(path);
  expect([file.isDamaged, file.savedSequence()]).toEqual([true, 0]);
  await file.stop();
  expect(await writeBars()).toBe(bars);
});

test("whichever byte of the file changes, what was written is loaded, or nothing", async () => {
  const bars = await writeBars();
  const bytes = readFileSync(path);
  const random = new Random(11);
  let damaged = 0;
  for (let count = 0; count < 80; count += 1) {
    const changed = Buffer.from(bytes);
    const at = random.below(bytes.length);
    changed[at] = bytes.readUInt8(at) ^ (1 << random.below(8));
    for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
    writeFileSync(path, changed);
    const file = new KlineFile(path);
    const found = file.load();
    await file.stop();
    if (file.isDamaged) damaged += 1;
    else expect([at, toText(found?.state ?? []), found?.sequence]).toEqual([at, bars, 300]);
  }
  expect(damaged).toBeGreaterThan(20);
}, 30_000);

test("a late beginning is remembered", async () => {
  const file = new KlineFile(path);
  const stage = new KlineStage(file);
  stage.beginAt(30);
  const random = new Random(5);
  for (let sequence = 31; sequence <= 60; sequence += 1) stage.apply(tradeAt(sequence, random));
  await until(WRITTEN_MS_MAX, "saved", () => stage.checkpoint() === 60);
  await file.stop();
  const next = new KlineFile(path);
  const again = new KlineStage(next);
  again.start(again.checkpoint());
  expect(again.completeFromUs).toBe(START_US + 31 * 7_000_000 + 1);
  expect(toText(again.bars.all())).toBe(toText(stage.bars.all()));
  await next.stop();
});
