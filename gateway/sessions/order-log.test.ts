import { beforeEach, describe, expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { Transaction } from "../domain/change.ts";
import { Opcode } from "../domain/command.ts";
import type { CommandFields } from "../domain/command.ts";
import { CancelReason, OrderCause, OrderStatus, Side } from "../domain/order.ts";
import type { OrderUpdate } from "../domain/order.ts";
import { RejectCode } from "../domain/reject.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../domain/units.ts";
import { Log } from "../log.ts";
import type { Caller } from "./authenticator.ts";
import { opcodeName, OrderLog } from "./order-log.ts";
import { ReferenceData } from "./reference-data.ts";
import { TokenBucket } from "./throttle.ts";

const QUIET = 9;

let lines: string[];
let log: Log;
let orderLog: OrderLog;

beforeEach(() => {
  lines = [];
  const decoder = new TextDecoder();
  log = new Log("info", new ManualClock(), (bytes) => {
    lines.push(...decoder.decode(bytes).trimEnd().split("\n"));
    return bytes.length;
  });
  orderLog = new OrderLog(log, new ReferenceData(), new Set([QUIET]));
});

function written(): string[] {
  log.flush();
  return lines
    .filter((line) => line !== "")
    .map((line) => line.replace(/^time=\S+ level=info /, ""));
}

function callerOf(account: number): Caller {
  const bucket = TokenBucket.unlimited();
  return { keyId: "k", account, permissions: 0, requests: bucket, cancels: bucket };
}

function transactionOf(opcode: number, more: Partial<Transaction>): Transaction {
  return {
    sequence: toSequence(50),
    timeUs: toTimeUs(1),
    code: 0,
    opcode,
    isDuplicate: false,
    hasBacklog: false,
    isSystem: false,
    account: 3,
    result: 0,
    instrument: 0,
    changes: [],
    ...more,
  };
}

describe("the line of a command", () => {
  const cases: [string, CommandFields, Partial<Transaction>, string][] = [
    [
      "a new order is named by its id",
      { opcode: Opcode.newOrder, text: "mine" },
      { result: 50 },
      "event=new_order order_id=50 account=3 sequence=50 client_order_id=mine changes=0 key_id=k",
    ],
    [
      "a refused order by its sequence",
      { opcode: Opcode.newOrder },
      { code: RejectCode.price_required },
      "event=new_order order_id=50 account=3 sequence=50 code=price_required changes=0 key_id=k",
    ],
    [
      "a repetition by the first order",
      { opcode: Opcode.newOrder },
      { result: 7, isDuplicate: true },
      "event=new_order order_id=7 account=3 sequence=50 duplicate=true changes=0 key_id=k",
    ],
    [
      "a refused cancel by the order asked for",
      { opcode: Opcode.cancelOrder, orderId: 8 },
      { code: RejectCode.order_not_found },
      "event=cancel_order order_id=8 account=3 sequence=50 code=order_not_found changes=0 key_id=k",
    ],
    [
      "a deposit by its request id",
      { opcode: Opcode.deposit, text: "wire" },
      { result: 50 },
      "event=deposit result=50 account=3 sequence=50 request_id=wire changes=0 key_id=k",
    ],
    [
      "administration by what it names",
      { opcode: Opcode.createAccount, text: "bob", extensionText: "r-1" },
      { result: 4, account: 0 },
      "event=create_account result=4 sequence=50 name=bob request_id=r-1 changes=0 key_id=k",
    ],
  ];
  test.each(cases)("%s", (_what, command, more, line) => {
    orderLog.writeCommand(callerOf(3), command, transactionOf(command.opcode, more));
    expect(written()).toEqual([line]);
  });

  test("of a quiet account is not worth `info`", () => {
    const command = { opcode: Opcode.newOrder };
    orderLog.writeCommand(callerOf(QUIET), command, transactionOf(command.opcode, { result: 50 }));
    expect(written()).toEqual([]);
  });
});

test.each([
  [QUIET, QUIET, 0],
  [QUIET, 3, 1],
  [3, QUIET, 1],
])("a trade between %d and %d makes %d lines", (takerAccount, makerAccount, count) => {
  const trade = {
    ...{ tradeId: 1, instrument: 1, takerSide: 1 as const, takerOrder: 5, makerOrder: 4 },
    ...{ takerAccount, makerAccount, price: toPrice(1), quantity: toQuantity(1) },
    ...{ notional: toAmount(1n), takerFee: toAmount(0n), makerFee: toAmount(0n) },
  };
  orderLog.writeTrade(trade, 50);
  expect(written()).toHaveLength(count);
});

test.each([
  [3, Opcode.massCancel, OrderStatus.cancelled, 1],
  [3, Opcode.newOrder, OrderStatus.cancelled, 1],
  [3, Opcode.cancelOrder, OrderStatus.cancelled, 0],
  [3, Opcode.newOrder, OrderStatus.filled, 0],
  [QUIET, Opcode.massCancel, OrderStatus.cancelled, 0],
])("account %d, opcode %d, status %d after: %d lines", (account, opcode, statusAfter, count) => {
  const none = toQuantity(0);
  const order: OrderUpdate = {
    ...{ orderId: 17, account, instrument: 1, side: Side.buy, statusBefore: OrderStatus.pending },
    ...{ statusAfter, reason: CancelReason.massCancel, cause: OrderCause.cancel, session: 0 },
    ...{ price: toPrice(1), quantity: none, filledBefore: none, filledAfter: none },
    ...{ leavesBefore: none, leavesAfter: none, cumulativeNotional: toAmount(0n) },
    ...{ fee: toAmount(0n), priceBefore: toPrice(1), quantityBefore: none },
    ...{ clientOrderId: "ob-17", clientOrderIdBefore: undefined },
  };
  orderLog.writeEnd(order, transactionOf(opcode, {}));
  const line = "event=order_cancelled order_id=17 account=3 sequence=50 reason=mass_cancel";
  expect(written()).toEqual(Array.from({ length: count }, () => line));
});

test("opcodes have the names of the command table", () => {
  expect(opcodeName(Opcode.newOrder)).toBe("new_order");
  expect(opcodeName(Opcode.setInstrumentState)).toBe("set_instrument_state");
  expect(opcodeName(200)).toBe("opcode_200");
});
