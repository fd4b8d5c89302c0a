import { describe, expect, test } from "bun:test";
import { encodeClock, encodeTransaction, toOutput } from "../../test/support/released.ts";
import { transactionAt } from "../../test/support/transactions.ts";
import { Deliveries, type Listener, type Reply } from "./deliveries.ts";
import { Queue } from "./queue.ts";

const [SYSTEM, ANSWERED] = [4, 64];

/** Deliveries after `releasedSequence`, and those who wait for a reply. */
function after(releasedSequence: number, onDefect: (error: unknown) => void = unexpected) {
  const replies = new Queue<Reply>();
  const deliveries = new Deliveries(releasedSequence, replies, onDefect);
  const release = (...transactions: readonly Buffer[]): void => {
    const output = toOutput(...transactions);
    deliveries.add(output, output.bytes.length);
  };
  return {
    ...{ deliveries, replies, release },
    await: (hear: Listener): void => replies.add({ wants: "changes", hear }),
    /** Transactions of no changes that nobody waits for. */
    releaseIdle: (...sequences: readonly number[]): void =>
      release(...sequences.map((sequence) => encodeTransaction({ sequence, flags: SYSTEM }))),
  };
}

function unexpected(error: unknown): never {
  throw error;
}

test("a callback that throws is reported, and the others still hear", () => {
  const defects: unknown[] = [];
  const venue = after(0, (error) => defects.push(error));
  const heard: string[] = [];
  venue.deliveries.listen(({ sequence }) => {
    if (sequence === 1) throw new Error("a listener");
    heard.push(`listener ${sequence}`);
  });
  venue.deliveries.listen(({ sequence }) => heard.push(`other ${sequence}`));
  venue.await(() => {
    throw new Error("a reply");
  });
  venue.await(({ sequence }) => heard.push(`reply ${sequence}`));
  venue.release(encodeTransaction({ sequence: 1 }), encodeTransaction({ sequence: 2 }));
  venue.deliveries.deliver();
  expect(heard).toEqual(["other 1", "listener 2", "other 2", "reply 2"]);
  expect(defects.map(String)).toEqual(["Error: a listener", "Error: a reply"]);
});

test("a refusal is heard by its owner alone and releases nothing", () => {
  const { deliveries } = after(4);
  const heard: number[] = [];
  deliveries.listen(({ sequence }) => heard.push(sequence));
  let isReleased = false;
  void deliveries.whenReleased(5).then(() => (isReleased = true));
  let refused = 0;
  const hear = (): void => void (refused += 1);
  deliveries.addRefusal(transactionAt(0), { wants: "changes", hear });
  deliveries.addRefusal(transactionAt(0), { wants: "head", hear });
  deliveries.deliver();
  expect([heard, refused, isReleased]).toEqual([[], 2, false]);
});

test("what is added inside a callback is delivered after it, once", () => {
  const { deliveries, releaseIdle } = after(0);
  const heard: number[] = [];
  deliveries.listen(({ sequence }) => {
    heard.push(sequence);
    if (sequence < 5) releaseIdle(sequence + 1);
    deliveries.deliver();
  });
  releaseIdle(1);
  deliveries.deliver();
  expect(heard).toEqual([1, 2, 3, 4, 5]);
});

test("replies go to who waits, in turn, past what nobody waits for", () => {
  const { deliveries, release, await: wait } = after(0);
  const heard: number[] = [];
  for (let count = 0; count < 2; count += 1) wait(({ sequence }) => heard.push(sequence));
  const flags = [SYSTEM, 0, ANSWERED, SYSTEM | ANSWERED, 0];
  release(...flags.map((each, at) => encodeTransaction({ sequence: at + 1, flags: each })));
  deliveries.deliver();
  expect(heard).toEqual([2, 5]);
});

test("nothing is decoded that nobody wants, and nothing twice", () => {
  const { deliveries, replies, release, await: wait } = after(0);
  const decoded: boolean[] = [];
  deliveries.listen((released) => decoded.push(released.decoded !== undefined));
  deliveries.listen((released) => {
    if (released.sequence === 3) released.transaction();
  });
  deliveries.listen((released) => decoded.push(released.decoded !== undefined));
  const heard: unknown[] = [];
  replies.add({ wants: "head", hear: ({ result }) => heard.push(result) });
  wait((transaction) => heard.push(transaction));
  deliveries.listen(({ sequence, decoded: known }) => sequence === 2 && heard.push(known));
  release(
    encodeTransaction({ sequence: 1, result: 17 }),
    encodeTransaction({ sequence: 2 }, [encodeClock(5)]),
    encodeTransaction({ sequence: 3, flags: ANSWERED }),
  );
  deliveries.deliver();
  expect(decoded).toEqual([false, false, true, true, false, true]);
  expect(heard[0]).toBe(17);
  expect(heard[1]).toBe(heard[2]);
  expect(heard[1]).toMatchObject({ sequence: 2, changes: [{ entity: "clock", timeUs: 5 }] });
});

test("a listener that stops hears no more, and who listens twice hears once more", () => {
  const { deliveries, releaseIdle } = after(0);
  const heard: number[] = [];
  const listener = ({ sequence }: { sequence: number }): unknown => heard.push(sequence);
  const stop = deliveries.listen(listener);
  deliveries.listen(listener);
  releaseIdle(1);
  deliveries.deliver();
  stop();
  releaseIdle(2);
  deliveries.deliver();
  expect(heard).toEqual([1, 1, 2]);
});

test("bytes that are no transaction are a fault, and later ones are heard", () => {
  const { deliveries, release, releaseIdle } = after(0);
  const heard: number[] = [];
  deliveries.listen(({ sequence }) => heard.push(sequence));
  release(encodeTransaction({ sequence: 1, flags: SYSTEM }), Buffer.alloc(48));
  expect(() => deliveries.deliver()).toThrow("a transaction of 0 bytes at 48");
  releaseIdle(2);
  deliveries.deliver();
  expect([heard, deliveries.isIdle]).toEqual([[1, 2], true]);
});

describe("a wait", () => {
  test("for what everybody knows is over at once", async () => {
    await after(7).deliveries.whenReleased(7);
  });

  test("ends when its sequence was delivered, whatever order they came in", async () => {
    const { deliveries, releaseIdle } = after(0);
    const released: number[] = [];
    const waits = [3, 1, 2, 3].map(async (sequence) => {
      await deliveries.whenReleased(sequence);
      released.push(sequence);
    });
    releaseIdle(1, 2);
    deliveries.deliver();
    await Promise.all([waits[1], waits[2]]);
    expect(released).toEqual([1, 2]);
    releaseIdle(3);
    deliveries.deliver();
    await Promise.all(waits);
    expect(released).toEqual([1, 2, 3, 3]);
  });
});
