import { expect, test } from "bun:test";
import { transactionAt } from "../../test/support/transactions.ts";
import type { Transaction } from "../domain/change.ts";
import { CancelReason, OrderCause, OrderStatus, Side } from "../domain/order.ts";
import { toAmount, toPrice, toQuantity, toTimeUs } from "../domain/units.ts";
import { OwedChanges, type OwedSession } from "./owed-changes.ts";

/** A session that writes down what it is told: `<sequence>[from-to]`. */
class Ear implements OwedSession {
  readonly account: number;
  heardSequence: number;
  isFailed = false;
  /** Has a defect that shows in this transaction. */
  throwsAt = 0;
  readonly told: string[] = [];

  constructor(account: number, heardSequence = 0) {
    this.account = account;
    this.heardSequence = heardSequence;
  }

  hear({ sequence }: Transaction, from: number, to: number): void {
    if (sequence === this.throwsAt) throw new Error("a defect");
    this.told.push(`${sequence}[${from}-${to}]`);
  }

  markHeard(sequence: number): void {
    this.heardSequence = Math.max(this.heardSequence, sequence);
  }

  giveUp(): void {
    this.isFailed = true;
  }
}

/** A command of a client that concerns one order of each account. */
function transactionOf(sequence: number, ...accounts: readonly number[]): Transaction {
  const changes = accounts.map((account) => ({
    ...({ entity: "order", change: "updated" } as const),
    ...{ orderId: account, account, instrument: 1, side: Side.buy, session: 0 },
    ...{ statusBefore: OrderStatus.pending, statusAfter: OrderStatus.cancelled },
    ...{ reason: CancelReason.clientRequest, cause: OrderCause.cancel },
    ...{ price: toPrice(1), quantity: toQuantity(1), priceBefore: toPrice(1) },
    ...{ quantityBefore: toQuantity(1), filledBefore: toQuantity(0), filledAfter: toQuantity(0) },
    ...{ leavesBefore: toQuantity(1), leavesAfter: toQuantity(0), fee: toAmount(0n) },
    ...{ cumulativeNotional: toAmount(0n), clientOrderId: "x", clientOrderIdBefore: undefined },
  }));
  return { ...transactionAt(sequence), isSystem: false, changes };
}

/** As it comes from the core: in bytes. */
function hear(owed: OwedChanges, transaction: Transaction): void {
  owed.hear({
    sequence: transaction.sequence,
    concerns: (accounts) =>
      transaction.changes.some((each) => each.entity !== "order" || accounts.has(each.account)),
    transaction: () => transaction,
  });
}

function started(from: number, ...ears: readonly Ear[]): OwedChanges {
  const owed = new OwedChanges(from);
  for (const ear of ears) owed.add(ear);
  owed.start(owed.checkpoint());
  return owed;
}

test("each transaction is told once to all sessions of the accounts it concerns", () => {
  const [first, second, other] = [new Ear(3), new Ear(3), new Ear(4)];
  const owed = started(10, first, second, other);
  hear(owed, transactionOf(11, 3));
  hear(owed, transactionOf(12, 5));
  hear(owed, transactionOf(13, 4, 5, 3, 4));
  for (const sequence of [11, 12, 13]) owed.apply(transactionOf(sequence, 3, 4));
  expect(first.told).toEqual(["11[0-0]", "13[2-2]"]);
  expect(second.told).toEqual(first.told);
  expect(other.told).toEqual(["13[0-3]"]);
});

test("what a session missed comes by the stage, and before it nothing else", () => {
  const [behind, ahead] = [new Ear(3, 5), new Ear(4, 7)];
  const owed = started(9, behind, ahead);
  expect(owed.checkpoint()).toBe(5);
  hear(owed, transactionOf(10, 3, 4));
  expect([behind.told, ahead.told]).toEqual([[], []]);
  for (const sequence of [6, 7, 8, 9, 10]) owed.apply(transactionOf(sequence, 3, 4));
  hear(owed, transactionOf(11, 3, 4));
  expect(behind.told).toEqual([6, 7, 8, 9, 10, 11].map((each) => `${each}[0-0]`));
  expect(ahead.told).toEqual([8, 9, 10, 11].map((each) => `${each}[1-1]`));
});

test("a session without a past begins now, also beside others that are behind", () => {
  const [old, fresh] = [new Ear(3, 5), new Ear(3)];
  const owed = started(9, old, fresh);
  for (const sequence of [6, 7, 8, 9]) owed.apply(transactionOf(sequence, 3));
  const late = new Ear(3);
  owed.add(late);
  hear(owed, transactionOf(10, 3));
  expect(old.told).toHaveLength(5);
  expect(fresh.told).toEqual(["10[0-0]"]);
  expect(late.told).toEqual(["10[0-0]"]);
});

test("a checkpoint is where everybody was told to be at the one before", () => {
  const quiet = new Ear(3, 4);
  const owed = started(4, quiet);
  for (let sequence = 5; sequence < 9; sequence += 1) hear(owed, transactionOf(sequence, 8));
  expect(quiet.heardSequence).toBe(4);
  expect(owed.checkpoint()).toBe(4);
  expect(quiet.heardSequence).toBe(8);
  expect(owed.checkpoint()).toBe(8);
});

test("nothing is let go of while a session cannot keep what it is told", () => {
  const [ear, broken] = [new Ear(3, 10), new Ear(4, 10)];
  const owed = started(20, ear, broken);
  for (let sequence = 11; sequence <= 15; sequence += 1) owed.apply(transactionOf(sequence, 3));
  owed.checkpoint();
  broken.isFailed = true;
  owed.apply(transactionOf(16, 3));
  expect([owed.checkpoint(), owed.checkpoint(), owed.checkpoint()]).toEqual([10, 10, 10]);
  expect(ear.heardSequence).toBe(16);
});

test("a session that cannot be told is given up, and the others are told", () => {
  const [broken, ear] = [new Ear(3, 10), new Ear(3, 10)];
  broken.throwsAt = 12;
  const owed = started(10, broken, ear);
  for (const sequence of [11, 12, 13]) hear(owed, transactionOf(sequence, 3));
  expect(broken.told).toEqual(["11[0-0]"]);
  expect(ear.told).toEqual(["11[0-0]", "12[0-0]", "13[0-0]"]);
  expect([owed.checkpoint(), owed.checkpoint()]).toEqual([10, 10]);
});

test("a start after a defect tells nothing twice", () => {
  const ear = new Ear(3);
  const owed = started(1, ear);
  hear(owed, transactionOf(2, 3));
  owed.start(owed.checkpoint());
  owed.apply(transactionOf(2, 3));
  hear(owed, transactionOf(3, 3));
  expect(ear.told).toEqual(["2[0-0]", "3[0-0]"]);
});

test("a request and a new session are told to the account of their command", () => {
  const [ear, other] = [new Ear(3), new Ear(4)];
  const owed = started(1, ear, other);
  const request = {
    ...({ entity: "request", change: "created", sessionId: 9, orderId: 7 } as const),
    ...({ orderStatus: OrderStatus.filled, side: 0, instrument: 1 } as const),
    ...{ requestId: "mine", targetClientOrderId: "" },
  };
  const session = {
    ...({ entity: "session", change: "created", sessionId: 9, account: 3 } as const),
    ...{ cancelOnDisconnect: false, openedAtUs: toTimeUs(1), name: "fix:CLIENT" },
  };
  hear(owed, { ...transactionAt(2), account: 3, changes: [session] });
  hear(owed, { ...transactionAt(3), account: 3, changes: [request] });
  const { changes } = transactionOf(4, 4, 3);
  hear(owed, { ...transactionAt(4), account: 3, changes: [...changes, request] });
  expect(ear.told).toEqual(["2[0-0]", "3[0-0]", "4[1-2]"]);
  expect(other.told).toEqual(["4[0-0]"]);
});

test("what waits for a sequence comes right behind it", () => {
  const ear = new Ear(3, 1);
  const owed = started(2, ear);
  owed.whenTold(1, () => ear.told.push("one"));
  owed.whenTold(3, () => ear.told.push("three"));
  for (const sequence of [2, 3, 4]) owed.apply(transactionOf(sequence, 3));
  expect(ear.told).toEqual(["one", "2[0-0]", "3[0-0]", "three", "4[0-0]"]);
});

test("who waits comes in order, also when one of them makes more heard", () => {
  const owed = started(1, new Ear(3));
  const calls: string[] = [];
  owed.whenTold(2, () => {
    hear(owed, transactionOf(3, 3));
    calls.push("first");
  });
  for (const sequence of [2, 3]) owed.whenTold(sequence, () => calls.push(`${sequence}`));
  hear(owed, transactionOf(2, 3));
  expect(calls).toEqual(["first", "2", "3"]);
});

test("nothing counts as told before the start, which says what is", () => {
  const owed = new OwedChanges(5);
  owed.add(new Ear(3, 2));
  const calls: string[] = [];
  for (const sequence of [2, 5]) owed.whenTold(sequence, () => calls.push(`${sequence}`));
  expect(calls).toEqual([]);
  owed.start(owed.checkpoint());
  expect(calls).toEqual(["2"]);
  for (const sequence of [3, 4, 5]) owed.apply(transactionOf(sequence, 3));
  expect(calls).toEqual(["2", "5"]);
});

test("a session that was removed is told nothing more", () => {
  const ear = new Ear(3);
  const owed = started(1, ear);
  owed.remove(ear);
  hear(owed, transactionOf(2, 3));
  expect(ear.told).toEqual([]);
});
