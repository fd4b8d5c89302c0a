import { expect, test } from "bun:test";
import type { Transaction } from "../domain/change.ts";
import { QueryKind } from "../domain/command.ts";
import type { QueryFields } from "../domain/command.ts";
import { toSequence, toTimeUs } from "../domain/units.ts";
import { Queries } from "./queries.ts";

/** Executes at once and becomes durable when told. */
class SlowDisk {
  readonly asked: (QueryFields | "flush")[] = [];
  executed = 10;
  #durable = 10;
  #waiting: { readonly sequence: number; readonly resolve: () => void }[] = [];

  query(query: QueryFields): Transaction {
    this.asked.push(query);
    return {
      sequence: toSequence(this.executed),
      timeUs: toTimeUs(1),
      code: 0,
      opcode: query.opcode,
      isDuplicate: false,
      hasBacklog: false,
      isSystem: false,
      account: 0,
      result: 0,
      instrument: 0,
      changes: [],
    };
  }

  flush(): void {
    this.asked.push("flush");
  }

  whenDurable(sequence: number): Promise<void> {
    if (sequence <= this.#durable) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ sequence, resolve }));
  }

  sync(sequence: number): void {
    this.#durable = sequence;
    for (const each of this.#waiting.filter((waiting) => waiting.sequence <= sequence)) {
      each.resolve();
    }
  }
}

/** Whether a promise is settled once everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise<void>((resolve) => setImmediate(resolve));
  return settled;
}

test("an answer is held until what it saw is durable", async () => {
  const disk = new SlowDisk();
  const queries = new Queries(disk);
  disk.executed = 12;
  const answer = queries.ask({ opcode: QueryKind.balances, account: 3 });
  const both = queries.askAll([{ opcode: QueryKind.account }, { opcode: QueryKind.balances }]);
  disk.sync(11);
  expect([await isSettled(answer), await isSettled(both)]).toEqual([false, false]);
  disk.sync(12);
  expect((await answer).sequence).toBe(toSequence(12));
  expect((await both).map(({ sequence }) => sequence)).toEqual([toSequence(12), toSequence(12)]);
});

test("an order is asked for by id or by the client's id", async () => {
  const disk = new SlowDisk();
  const queries = new Queries(disk);
  await queries.askOrder(3, { orderId: 5 });
  await queries.askOrder(3, { clientOrderId: "a" });
  expect(disk.asked).toEqual([
    { opcode: QueryKind.order, account: 3, orderId: 5 },
    { opcode: QueryKind.order, account: 3, text: "a" },
  ]);
});

test("a look at an order sees the commands of this turn", () => {
  const disk = new SlowDisk();
  new Queries(disk).findOrderNow(3, { orderId: 5 });
  expect(disk.asked[0]).toBe("flush");
});

test("a name that no account can have is nobody's, and not asked for", () => {
  const disk = new SlowDisk();
  expect(new Queries(disk).isNameOf(3, "é".repeat(33))).toBe(false);
  expect(disk.asked).toEqual([]);
});
