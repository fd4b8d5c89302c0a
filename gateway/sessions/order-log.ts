// The log lines of what happened to orders and money. Every line that concerns an order names it by
// `order_id`, `taker_order_id` or `maker_order_id`, so that one id greps from placing to its end.

import { Contents, type Released } from "../core/released.ts";
import type { Trade, Transaction } from "../domain/change.ts";
import { Opcode } from "../domain/command.ts";
import type { CommandFields } from "../domain/command.ts";
import { cancelReasonNames, OrderStatus } from "../domain/order.ts";
import type { OrderUpdate } from "../domain/order.ts";
import { rejectByNumber } from "../domain/reject.ts";
import type { Log, LogFields } from "../log.ts";
import type { Caller } from "./authenticator.ts";
import type { ReferenceData } from "./reference-data.ts";

/** Names of opcodes, as in logs and metrics: `new_order`. */
const OPCODE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Opcode).map(([name, opcode]) => [
    opcode,
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
);

export function opcodeName(opcode: number): string {
  return OPCODE_NAMES.get(opcode) ?? `opcode_${opcode}`;
}

export class OrderLog {
  readonly #log: Log;
  readonly #reference: ReferenceData;
  readonly #quietAccounts: ReadonlySet<number>;
  /** Of what is not quiet; asked once, not per transaction. */
  readonly #isWriting: boolean;

  /** What concerns quiet accounts alone, such as a demo's order flow, is logged at `debug`. */
  constructor(log: Log, reference: ReferenceData, quietAccounts: ReadonlySet<number>) {
    this.#log = log;
    this.#reference = reference;
    this.#quietAccounts = quietAccounts;
    this.#isWriting = log.writes("info");
  }

  /** One line per command that got a sequence, with the key that gave it. */
  writeCommand(caller: Caller, command: CommandFields, transaction: Transaction): void {
    const isQuiet = this.#quietAccounts.has(caller.account);
    if (!this.#writes(isQuiet)) return;
    const { opcode, sequence, code } = transaction;
    const symbol = this.#reference.listingOf(transaction.instrument)?.instrument.symbol;
    const fields: LogFields = {
      ...nameTarget(command, transaction),
      account: transaction.account || undefined,
      sequence,
      ...nameTexts(command),
      symbol,
      code: code === 0 ? undefined : rejectByNumber[code].name,
      duplicate: transaction.isDuplicate || undefined,
      changes: transaction.changes.length,
      key_id: caller.keyId,
    };
    this.#write(isQuiet, opcodeName(opcode), fields);
  }

  /** Writes what happened to orders beside what their owners asked for. */
  hear(released: Released): void {
    const isTrade = (released.contents & Contents.trade) !== 0;
    const isEnd =
      (released.contents & Contents.orderUpdate) !== 0 && released.opcode !== Opcode.cancelOrder;
    if (!(isTrade || isEnd) || !this.#isWriting) return;
    const transaction = released.transaction();
    for (const change of transaction.changes) {
      if (change.entity === "trade") this.writeTrade(change, transaction.sequence);
      else if (change.entity === "order" && change.change === "updated") {
        this.writeEnd(change, transaction);
      }
    }
  }

  /** One line per trade. */
  writeTrade(trade: Trade, sequence: number): void {
    const isQuiet =
      this.#quietAccounts.has(trade.takerAccount) && this.#quietAccounts.has(trade.makerAccount);
    if (!this.#writes(isQuiet)) return;
    this.#write(isQuiet, "trade", {
      trade_id: trade.tradeId,
      symbol: this.#reference.listingOf(trade.instrument)?.instrument.symbol,
      taker_order_id: trade.takerOrder,
      maker_order_id: trade.makerOrder,
      taker_account: trade.takerAccount,
      maker_account: trade.makerAccount,
      sequence,
      price_ticks: trade.price,
      quantity_lots: trade.quantity,
    });
  }

  /** One line per order that ended by another command than its own cancel, which has a line. */
  writeEnd(order: OrderUpdate, { opcode, sequence }: Transaction): void {
    if (order.statusAfter !== OrderStatus.cancelled || opcode === Opcode.cancelOrder) return;
    const isQuiet = this.#quietAccounts.has(order.account);
    if (!this.#writes(isQuiet)) return;
    this.#write(isQuiet, "order_cancelled", {
      order_id: order.orderId,
      account: order.account,
      sequence,
      symbol: this.#reference.listingOf(order.instrument)?.instrument.symbol,
      reason: cancelReasonNames[order.reason],
    });
  }

  /** Asked first: on the order path the fields alone cost microseconds. */
  #writes(isQuiet: boolean): boolean {
    return this.#log.writes(isQuiet ? "debug" : "info");
  }

  #write(isQuiet: boolean, event: string, fields: LogFields): void {
    if (isQuiet) this.#log.debug(event, fields);
    else this.#log.info(event, fields);
  }
}

/** What a command is about: the order of commands on one order, else what it made or concerned. */
function nameTarget(command: CommandFields, transaction: Transaction): LogFields {
  const { opcode, sequence, code, result } = transaction;
  switch (opcode) {
    case Opcode.newOrder:
      // A refused order has the id of its sequence, and no result.
      return { order_id: code === 0 ? result : sequence };
    case Opcode.cancelOrder:
    case Opcode.replaceOrder:
      return { order_id: result || command.orderId };
    case Opcode.massCancel:
      return { cancelled: result };
    default:
      return { result: result || undefined };
  }
}

/** The texts of a command, under the names of docs/commands.md. */
function nameTexts({ opcode, text, extensionText }: CommandFields): LogFields {
  if (opcode >= Opcode.newOrder && opcode <= Opcode.massCancel) return { client_order_id: text };
  const isLedgerMove = opcode >= Opcode.deposit && opcode <= Opcode.transfer;
  return isLedgerMove ? { request_id: text } : { name: text, request_id: extensionText };
}
