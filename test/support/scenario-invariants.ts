// What holds for the transaction of every command, whatever the scenario is about.

import type { Transaction } from "../../gateway/domain/change.ts";
import { Opcode, type SubmittedCommand } from "../../gateway/domain/command.ts";
import { OrderStatus } from "../../gateway/domain/order.ts";

/** Checks a transaction against its command. Errors: throws when they do not fit. */
export function checkTransaction(command: SubmittedCommand, transaction: Transaction): void {
  const { opcode, account, result, instrument, sequence } = transaction;
  const expected = {
    opcode: command.opcode,
    account: command.account ?? 0,
    instrument: instrumentOf(command, transaction),
    ...(transaction.code === 0 ? {} : { result: isNewOrder(command) ? sequence : 0 }),
  };
  const found = { opcode, account, instrument, ...(transaction.code === 0 ? {} : { result }) };
  if (JSON.stringify(expected) !== JSON.stringify(found)) {
    throw new Error(`header ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
  }
  checkChangesOfNothing(command, transaction);
}

/** Orders that one command cancels go by id, in all parts of its work (rules 4.12). */
export function checkCancelOrder(
  { opcode }: SubmittedCommand,
  transactions: readonly Transaction[],
): void {
  if (opcode !== Opcode.massCancel && opcode !== Opcode.sessionClosed) return;
  const ids = transactions.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.entity === "order" ? [change.orderId] : [])),
  );
  const isAscending = ids.every((id, index) => id > (ids[index - 1] ?? 0));
  if (!isAscending) throw new Error("orders are not cancelled in the order of their ids");
}

function isNewOrder(command: SubmittedCommand): boolean {
  return command.opcode === Opcode.newOrder;
}

/** Source: docs/commands.md, Header. */
function instrumentOf(command: SubmittedCommand, transaction: Transaction): number {
  const named = command.instrument ?? 0;
  if (isNewOrder(command)) return named;
  if (transaction.code !== 0) return 0;
  switch (command.opcode) {
    case Opcode.massCancel:
    case Opcode.sweepFees:
    case Opcode.setFees:
    case Opcode.setLimit:
    case Opcode.setBand:
    case Opcode.setInstrumentState:
      return named;
    case Opcode.createInstrument:
      // A duplicate makes nothing.
      return transaction.isDuplicate ? 0 : transaction.result;
    case Opcode.cancelOrder:
    case Opcode.replaceOrder: {
      const order = transaction.changes.find((change) => change.entity === "order");
      // A duplicate has no change to tell it by.
      return order?.entity === "order" ? order.instrument : transaction.instrument;
    }
    default:
      return 0;
  }
}

/** A refusal or duplicate changes nothing; a rejected new order is reported once (rules 5.3). */
function checkChangesOfNothing(command: SubmittedCommand, transaction: Transaction): void {
  const { code, isDuplicate } = transaction;
  if (code === 0 && !isDuplicate) return;
  const changes = transaction.changes.filter(({ entity }) => entity !== "request");
  const isReported = code !== 0 && isNewOrder(command);
  if (changes.length !== (isReported ? 1 : 0)) {
    throw new Error(`${changes.length} changes of a command that did nothing`);
  }
  for (const change of changes) {
    const isRejection =
      change.entity === "order" &&
      change.change === "created" &&
      change.status === OrderStatus.rejected &&
      change.code === code &&
      change.quantity === (command.quantity ?? 0) &&
      change.leaves === 0 &&
      change.priority === 0;
    if (!isRejection) throw new Error(`a rejected order is reported as ${JSON.stringify(change)}`);
  }
}
