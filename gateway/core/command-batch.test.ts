import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { CommandFlag, Opcode } from "../domain/command.ts";
import type { CommandFields } from "../domain/command.ts";
import { OrderType, Side, TimeInForce } from "../domain/order.ts";
import { CommandBatch, RECORD_BYTES } from "./command-batch.ts";

const opcode = Opcode.newOrder;

describe("a value that does not fit is refused, not cut", () => {
  const rows: [string, CommandFields][] = [
    ["flags above a byte", { opcode, flags: 256 }],
    ["negative flags", { opcode, flags: -1 }],
    ["a side above a byte", { opcode, side: 256 }],
    ["a fractional account", { opcode, account: 1.5 }],
    ["an account above 32 bits", { opcode, account: 2 ** 32 }],
    ["a negative instrument", { opcode, instrument: -1 }],
    ["a negative session", { opcode, session: -1 }],
    ["a session of 2^53", { opcode, session: 2 ** 53 }],
    ["an order id of 2^53", { opcode, orderId: 2 ** 53 }],
    ["a price of 2^53", { opcode, price: 2 ** 53 }],
    ["a price that is no number", { opcode, price: Number.NaN }],
    ["an infinite quantity", { opcode, quantity: Number.POSITIVE_INFINITY }],
    ["a fractional quantity", { opcode, quantity: 0.1 }],
    ["a bigint quantity of an order", { opcode, quantity: 1n }],
    ["a lot above 63 bits", { opcode: Opcode.createInstrument, quantity: 2n ** 63n }],
    ["an amount above 127 bits", { opcode, amount: 2n ** 127n }],
    ["an amount below -2^127", { opcode, amount: -(2n ** 127n) - 1n }],
    ["a text of 65 bytes", { opcode, text: "a".repeat(65) }],
    ["a text of 33 characters and 66 bytes", { opcode, text: "é".repeat(33) }],
    ["a second text of 65 bytes", { opcode, text: "a", extensionText: "b".repeat(65) }],
  ];
  test.each(rows)("%s", (_, command) => {
    const batch = new CommandBatch(4);
    batch.add({ opcode: Opcode.cancelOrder, account: 3, orderId: 7 });
    const before = batch.bytes.toString("hex", 0, batch.byteLength);
    expect(() => batch.add(command)).toThrow(RangeError);
    expect(batch.commandCount).toBe(1);
    expect(batch.bytes.toString("hex", 0, batch.byteLength)).toBe(before);
  });
});

test("a full batch takes no more until it is cleared", () => {
  const batch = new CommandBatch(4);
  batch.add({ opcode, text: "a", extensionText: "b" });
  batch.add({ opcode, text: "c" });
  expect(batch.hasRoom).toBe(false);
  expect(() => batch.add({ opcode })).toThrow("full");
  expect([batch.commandCount, batch.byteLength]).toEqual([2, 3 * RECORD_BYTES]);
  batch.clear();
  expect([batch.commandCount, batch.byteLength, batch.hasRoom]).toEqual([0, 0, true]);
});

test("nothing of an earlier batch shines through", () => {
  const batch = new CommandBatch(2);
  batch.add({
    opcode,
    flags: CommandFlag.admin,
    side: Side.sell,
    orderType: OrderType.limit,
    timeInForce: TimeInForce.gtc,
    kind: 1,
    account: 2 ** 32 - 1,
    instrument: 2 ** 32 - 1,
    session: 2 ** 53 - 1,
    orderId: 2 ** 53 - 1,
    price: -1,
    quantity: -1,
    amount: -1n,
    text: "x".repeat(64),
    extensionText: "y".repeat(64),
  });
  batch.clear();
  batch.add({ opcode });
  const expected = Buffer.alloc(RECORD_BYTES);
  expected[0] = opcode;
  expect(batch.bytes.toString("hex", 0, batch.byteLength)).toBe(expected.toString("hex"));
});

test("every integer comes back from its place", () => {
  const integer = fc.maxSafeInteger();
  const amount = fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n });
  fc.assert(
    fc.property(integer, integer, fc.maxSafeNat(), amount, (price, quantity, session, units) => {
      const batch = new CommandBatch(2);
      batch.add({ opcode, price, quantity, session, amount: units });
      expect(batch.bytes.readBigInt64LE(32)).toBe(BigInt(price));
      expect(batch.bytes.readBigInt64LE(40)).toBe(BigInt(quantity));
      expect(batch.bytes.readBigUInt64LE(16)).toBe(BigInt(session));
      const low = batch.bytes.readBigUInt64LE(48);
      expect((batch.bytes.readBigInt64LE(56) << 64n) | low).toBe(units);
    }),
    { seed: 17, numRuns: 256 },
  );
});
