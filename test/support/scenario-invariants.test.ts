import { expect, test } from "bun:test";
import type { Change, Transaction } from "../../gateway/domain/change.ts";
import { Opcode, type SubmittedCommand } from "../../gateway/domain/command.ts";
import { RejectCode } from "../../gateway/domain/reject.ts";
import { toSequence, toTimeUs } from "../../gateway/domain/units.ts";
import { checkCancelOrder, checkTransaction } from "./scenario-invariants.ts";

const CANCEL: SubmittedCommand = { opcode: Opcode.cancelOrder, account: 3, orderId: 7 };
const CLOCK: Change = { entity: "clock", change: "updated", timeUs: toTimeUs(1) };

function transaction(fields: Partial<Transaction>): Transaction {
  return {
    ...{ sequence: toSequence(9), timeUs: toTimeUs(1), code: 0, opcode: Opcode.cancelOrder },
    ...{ isDuplicate: false, hasBacklog: false, isSystem: false },
    ...{ account: 3, result: 0, instrument: 0, changes: [], ...fields },
  };
}

const code = RejectCode.order_not_found;

test("a transaction that fits its command passes", () => {
  checkTransaction(CANCEL, transaction({ code }));
  checkCancelOrder({ opcode: Opcode.massCancel }, [transaction({ changes: [CLOCK] })]);
});

test.each<[string, Partial<Transaction>, string]>([
  ["another account", { code, account: 4 }, "header"],
  ["another opcode", { code, opcode: Opcode.newOrder }, "header"],
  ["a result of a refusal", { code, result: 7 }, "header"],
  ["an instrument of a refusal", { code, instrument: 1 }, "header"],
  ["a change of a refusal", { code, changes: [CLOCK] }, "1 changes"],
  ["a change of a duplicate", { isDuplicate: true, changes: [CLOCK] }, "1 changes"],
])("a transaction with %s does not", (_, fields, message) => {
  expect(() => checkTransaction(CANCEL, transaction(fields))).toThrow(message);
});

test("a rejected new order that is not reported does not pass", () => {
  const command: SubmittedCommand = { opcode: Opcode.newOrder, account: 3 };
  const header = { opcode: Opcode.newOrder, code, result: 9 };
  expect(() => checkTransaction(command, transaction(header))).toThrow("0 changes");
  const changes = [CLOCK];
  expect(() => checkTransaction(command, transaction({ ...header, changes }))).toThrow("reported");
});
