import { expect, test } from "bun:test";
import { encodeTransaction, toReleased } from "../../test/support/released.ts";
import type { Change, Transaction } from "../domain/change.ts";
import { Side } from "../domain/order.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../domain/units.ts";
import { PushStage } from "./push-stage.ts";

function transaction(sequence: number, changes: Change[] = []): Transaction {
  return {
    ...{ sequence: toSequence(sequence), timeUs: toTimeUs(0), code: 0, opcode: 10 },
    ...{ isDuplicate: false, hasBacklog: false, isSystem: false },
    ...{ account: 3, result: 0, instrument: 1, changes },
  };
}

function level(instrument: number): Change {
  const at = { price: toPrice(1), quantity: toQuantity(1), orderCount: 1 };
  return { entity: "level", change: "updated", instrument, side: Side.buy, ...at };
}

function trade(takerAccount: number, makerAccount: number): Change {
  return {
    ...{ entity: "trade", change: "created", tradeId: 1, instrument: 1, takerSide: Side.buy },
    ...{ takerOrder: 2, makerOrder: 1, takerAccount, makerAccount },
    ...{ price: toPrice(1), quantity: toQuantity(1), notional: toAmount(1n) },
    ...{ takerFee: toAmount(0n), makerFee: toAmount(0n) },
  };
}

/** A stage after sequence 10, and what it told; of accounts 3 and 4 somebody wants to hear. */
function openStage() {
  const told: string[] = [];
  const stage = new PushStage(
    {
      // What comes from there on is for nobody.
      passes: ({ sequence }) => sequence >= 20,
      isFollowed: (account) => account === 3 || account === 4,
      pushMarket: ({ instrument, levels, trades }, { sequence }) => {
        told.push(`${sequence}: market ${instrument}, ${levels.length}, ${trades.length}`);
      },
      pushAccount: ({ account, trades }, { sequence }) => {
        told.push(`${sequence}: account ${account}, ${trades.length}`);
      },
      restart: () => told.push("restart"),
    },
    10,
  );
  return { stage, told };
}

test("a transaction is one call per instrument and followed account", () => {
  const { stage, told } = openStage();
  stage.apply(transaction(11, [level(1), level(2), level(1), trade(3, 5), trade(3, 4)]));
  expect(told).toEqual([
    "11: market 1, 2, 2",
    "11: market 2, 1, 0",
    "11: account 3, 2",
    "11: account 4, 1",
  ]);
  expect(stage.checkpoint()).toBe(11);
});

test("who waits for a sequence is called after it and before what follows", () => {
  const { stage, told } = openStage();
  stage.whenApplied(10, () => told.push("at 10"));
  stage.whenApplied(12, () => told.push("at 12"));
  stage.whenApplied(11, () => told.push("at 11"));
  stage.whenApplied(12, () => told.push("at 12 too"));
  for (const sequence of [11, 12, 13]) stage.apply(transaction(sequence, [level(1)]));
  expect(told).toEqual([
    ...["at 10", "11: market 1, 1, 0", "at 11"],
    ...["12: market 1, 1, 0", "at 12", "at 12 too", "13: market 1, 1, 0"],
  ]);
});

test("only a second start makes everybody begin again", () => {
  const { stage, told } = openStage();
  stage.start(stage.checkpoint());
  stage.apply(transaction(11));
  stage.whenApplied(12, () => told.push("never"));
  expect(told).toEqual([]);
  stage.start(stage.checkpoint());
  stage.apply(transaction(12));
  expect(told).toEqual(["restart"]);
});

test("what is for nobody passes, unless somebody waits to join", () => {
  const { stage, told } = openStage();
  const passes = (sequence: number): boolean =>
    stage.passes(toReleased(encodeTransaction({ sequence })));
  expect([passes(11), stage.checkpoint()]).toEqual([false, 10]);
  expect([passes(20), stage.checkpoint()]).toEqual([true, 20]);
  stage.whenApplied(20, () => told.push("at 20"));
  stage.whenApplied(22, () => told.push("at 22"));
  expect(passes(21)).toBe(false);
  for (const sequence of [21, 22]) stage.apply(transaction(sequence));
  expect([passes(23), stage.checkpoint()]).toEqual([true, 23]);
  expect(told).toEqual(["at 20", "at 22"]);
});
