import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
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
        ...{ entity: "trade", change: "created", tradeId: sequence, takerSide: 1 },
        ...{ instrument: 1 + (sequence % 3), takerOrder: 2, makerOrder: 1 },
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
