import { afterAll, expect, test } from "bun:test";
import { Core } from "../../gateway/core/core.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { Opcode, QueryKind } from "../../gateway/domain/command.ts";
import type { SubmittedCommand } from "../../gateway/domain/command.ts";
import { InstrumentState, LimitKind } from "../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../gateway/domain/order.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { addon, codeOf, RawCore, SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

/** A refused cancel: a header of 6 words. */
const HEADER_BYTES = 48;

/** A venue with one open instrument and two funded accounts, 3 and 4. */
const setUp: SubmittedCommand[] = [
  { opcode: Opcode.createCurrency, quantity: 9, text: "BTC" },
  { opcode: Opcode.createCurrency, quantity: 8, text: "USDT" },
  {
    ...{ opcode: Opcode.createInstrument, account: 1, instrument: 2, price: 1, side: 2 },
    ...{ quantity: 10_000, text: "BTC-USDT" },
  },
  { opcode: Opcode.setInstrumentState, instrument: 1, kind: InstrumentState.open },
  { opcode: Opcode.setLimit, instrument: 1, kind: LimitKind.openOrdersMax, amount: 10_000n },
  { opcode: Opcode.createAccount, text: "alice" },
  { opcode: Opcode.createAccount, text: "bob" },
  { opcode: Opcode.deposit, account: 3, instrument: 1, amount: 10n ** 15n, session: 1, text: "d1" },
  { opcode: Opcode.deposit, account: 4, instrument: 2, amount: 10n ** 18n, session: 1, text: "d2" },
];

function limit(account: number, side: Side, price: number, quantity: number): SubmittedCommand {
  const timeInForce = side === Side.buy ? TimeInForce.ioc : TimeInForce.gtc;
  const order = { opcode: Opcode.newOrder, instrument: 1, orderType: OrderType.limit, timeInForce };
  return { ...order, account, side, price, quantity };
}

/** Orders that one taker sweeps: its transaction has some 45 words for each. */
const MAKERS = 2_000;

test("what does not fit leaves in parts, whole transactions in order", () => {
  const core = new RawCore({ durability: "none", outputBytes: 5 * HEADER_BYTES + 40 });
  expect(core.submit(Array.from({ length: 12 }, () => UNKNOWN_CANCEL))).toBe(5 * HEADER_BYTES);
  const parts = [core.released().map(({ sequence }) => Number(sequence))];
  while (core.place("hasMore") === 1) {
    expect(core.place("neededBytes")).toBe(0);
    addon.read(core.handle);
    parts.push(core.released().map(({ sequence }) => Number(sequence)));
  }
  expect(parts).toEqual([
    [1, 2, 3, 4, 5],
    [6, 7, 8, 9, 10],
    [11, 12],
  ]);
  expect(addon.read(core.handle)).toBe(0);
  core.stop();
});

test("a transaction larger than the buffer says how large, and waits for a larger one", () => {
  const core = new RawCore({ durability: "none", outputBytes: HEADER_BYTES - 8 });
  expect(core.submit([UNKNOWN_CANCEL, UNKNOWN_CANCEL])).toBe(0);
  expect([core.place("hasMore"), core.place("neededBytes")]).toEqual([1, HEADER_BYTES]);
  expect(addon.read(core.handle)).toBe(0);
  core.output = Buffer.alloc(2 * HEADER_BYTES);
  core.attach();
  expect(addon.read(core.handle)).toBe(2 * HEADER_BYTES);
  expect(core.released().map(({ sequence }) => Number(sequence))).toEqual([1, 2]);
  core.stop();
});

test("an answer larger than the buffer writes nothing and says how large", () => {
  const core = new RawCore({ durability: "none" });
  const names = Array.from({ length: 100 }, (_, index) => `account-${index}`);
  core.submit(names.map((text) => ({ opcode: Opcode.createAccount, text })));
  const answer = Buffer.alloc(128);
  answer[0] = QueryKind.accounts;
  answer.writeBigInt64LE(1_000n, 40);
  const query = Buffer.from(answer);
  addon.attach(core.handle, core.batch.bytes, core.output, answer, core.places);
  const needed = addon.query(core.handle);
  expect(needed).toBeGreaterThan(100 * 16);
  expect(answer.equals(query)).toBe(true);
  core.stop();
});

test("the facade's buffers grow for a large transaction and a large answer", () => {
  const core = Core.open({
    ...{ dataDirectory: makeDirectory(), durability: "none", segmentBytes: SEGMENT_BYTES },
  });
  const heard: Transaction[] = [];
  core.subscribe((transaction) => heard.push(transaction));
  let replies = 0;
  const submit = (command: SubmittedCommand): void => {
    expect(core.submit(command, ({ code }) => (replies += code === 0 ? 1 : 0))).toBeUndefined();
  };
  setUp.forEach(submit);
  for (let price = 1; price <= MAKERS; price += 1) submit(limit(3, Side.sell, price, 1));
  core.flush();
  const open = core.query({ opcode: QueryKind.orders, account: 3, quantity: 1_000 });
  expect(open.changes.length).toBe(1_000);
  submit(limit(4, Side.buy, MAKERS, MAKERS));
  submit({ opcode: Opcode.createAccount, text: "carol" });
  core.flush();
  expect(replies).toBe(setUp.length + MAKERS + 2);
  expect(heard.map(({ sequence }) => Number(sequence))).toEqual(
    Array.from({ length: replies }, (_, index) => index + 1),
  );
  const sweep = heard.at(-2);
  const trades = sweep?.changes.filter(({ entity }) => entity === "trade") ?? [];
  expect(trades.length).toBe(MAKERS);
  const book = core.query({ opcode: QueryKind.book, instrument: 1, quantity: 1_000 });
  expect(book.changes).toEqual([]);
  expect(core.stop().unreadBytes).toBe(0);
  expect(codeOf(() => core.status())).toBe("core_not_open");
});
