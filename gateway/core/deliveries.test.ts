import { describe, expect, test } from "bun:test";
import type { Transaction } from "../domain/change.ts";
import { toSequence, toTimeUs } from "../domain/units.ts";
import { Deliveries } from "./deliveries.ts";

function transaction(sequence: number): Transaction {
  return {
    sequence: toSequence(sequence),
    timeUs: toTimeUs(0),
    ...{ code: 0, opcode: 10, account: 3, result: sequence, instrument: 1, changes: [] },
    ...{ isDuplicate: false, hasBacklog: false, isSystem: false },
  };
}

function unexpected(error: unknown): never {
  throw error;
}

test("a callback that throws is reported, and the others still hear", () => {
  const defects: unknown[] = [];
  const deliveries = new Deliveries(0, (error) => defects.push(error));
  const heard: string[] = [];
  deliveries.subscribe(({ sequence }) => {
    if (sequence === 1) throw new Error("a listener");
    heard.push(`listener ${sequence}`);
  });
  deliveries.subscribe(({ sequence }) => heard.push(`other ${sequence}`));
  deliveries.add(transaction(1), () => {
    throw new Error("a reply");
  });
  deliveries.add(transaction(2), ({ sequence }) => heard.push(`reply ${sequence}`));
  deliveries.deliver();
  expect(heard).toEqual(["other 1", "listener 2", "other 2", "reply 2"]);
  expect(defects.map(String)).toEqual(["Error: a listener", "Error: a reply"]);
});

test("a refusal is heard by its owner alone and releases nothing", () => {
  const deliveries = new Deliveries(4, unexpected);
  const heard: number[] = [];
  deliveries.subscribe(({ sequence }) => heard.push(sequence));
  let isReleased = false;
  void deliveries.whenReleased(5).then(() => (isReleased = true));
  let refused = 0;
  deliveries.addRefusal(transaction(0), () => (refused += 1));
  deliveries.deliver();
  expect([heard, refused, isReleased]).toEqual([[], 1, false]);
});

test("what is added inside a callback is delivered after it, once", () => {
  const deliveries = new Deliveries(0, unexpected);
  const heard: number[] = [];
  deliveries.subscribe(({ sequence }) => {
    heard.push(sequence);
    if (sequence < 5) deliveries.add(transaction(sequence + 1), undefined);
    deliveries.deliver();
  });
  deliveries.add(transaction(1), undefined);
  deliveries.deliver();
  expect(heard).toEqual([1, 2, 3, 4, 5]);
});

describe("a wait", () => {
  test("for what everybody knows is over at once", async () => {
    await new Deliveries(7, unexpected).whenReleased(7);
  });

  test("ends when its sequence was delivered, whatever order they came in", async () => {
    const deliveries = new Deliveries(0, unexpected);
    const released: number[] = [];
    const waits = [3, 1, 2, 3].map(async (sequence) => {
      await deliveries.whenReleased(sequence);
      released.push(sequence);
    });
    for (const sequence of [1, 2]) deliveries.add(transaction(sequence), undefined);
    deliveries.deliver();
    await Promise.all([waits[1], waits[2]]);
    expect(released).toEqual([1, 2]);
    deliveries.add(transaction(3), undefined);
    deliveries.deliver();
    await Promise.all(waits);
    expect(released).toEqual([1, 2, 3, 3]);
  });
});
