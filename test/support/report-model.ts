// What an account's sessions must have been told, straight from the change log and the slow way:
// one line per report, of ExecType, OrdStatus, OrderID, LastQty@LastPx, CumQty, LeavesQty, AvgPx.

import type { Trade, Transaction } from "../../gateway/domain/change.ts";
import { OrderCause, OrderStatus } from "../../gateway/domain/order.ts";
import { formatQuantity } from "../../gateway/domain/decimal.ts";
import { toQuantity } from "../../gateway/domain/units.ts";
import type { ReferenceData } from "../../gateway/sessions/reference-data.ts";
import type { Received } from "./fix-client.ts";

/** An order as it goes through the log. */
interface Progress {
  quantity: number;
  filled: number;
  /** Ticks times lots of all fills. */
  value: number;
}

/** Of a report, but for what the order's progress says. */
interface Told {
  readonly account: number;
  readonly instrument: number;
  readonly orderId: number;
  readonly execType: string;
  readonly ordStatus: string;
  readonly fill?: string;
  readonly leaves: number;
}

/** Digits of an average that are compared: a float has no more to spare. */
const AVERAGE_DIGITS = 5;

export class ReportModel {
  readonly #reference: ReferenceData;
  readonly #orders = new Map<number, Progress>();
  /** By account. */
  readonly #lines = new Map<number, string[]>();

  constructor(reference: ReferenceData) {
    this.#reference = reference;
  }

  linesOf(account: number): readonly string[] {
    return this.#lines.get(account) ?? [];
  }

  apply(transaction: Transaction): void {
    const { changes, sequence } = transaction;
    // New terms first: the fills of a replace are filled against them.
    for (const change of changes) {
      if (change.entity !== "order" || change.change !== "updated") continue;
      if (change.cause !== OrderCause.replace) continue;
      const order = this.#order(change.orderId);
      order.quantity = change.quantity;
      const leaves = order.quantity - order.filled;
      const ordStatus = order.filled === 0 ? "0" : "1";
      this.#add(sequence, { ...change, execType: "5", ordStatus, leaves });
    }
    for (const change of changes) {
      if (change.entity === "order" && change.change === "created") {
        const { quantity, status } = change;
        const isRejected = status === OrderStatus.rejected;
        this.#orders.set(change.orderId, { quantity, filled: 0, value: 0 });
        const [word, leaves] = isRejected ? ["8", 0] : ["0", quantity];
        this.#add(sequence, { ...change, execType: word, ordStatus: word, leaves });
      } else if (change.entity === "trade") {
        this.#addFill(transaction, change, change.takerOrder, change.takerAccount);
        this.#addFill(transaction, change, change.makerOrder, change.makerAccount);
      } else if (change.entity === "order" && change.change === "updated") {
        if (change.statusAfter !== OrderStatus.cancelled) continue;
        this.#add(sequence, { ...change, execType: "4", ordStatus: "4", leaves: 0 });
      }
    }
  }

  /** A report as the client got it, written alike; `undefined`: it is none of the change log. */
  toLine({ fields, type }: Received): string | undefined {
    const text = (tag: number): string => fields.get(tag) ?? "";
    const isAnswer = text(150) === "I" || text(37) === "NONE";
    if (type !== "8" || isAnswer) return undefined;
    const listing = this.#reference.findListing(text(55));
    if (listing === undefined) throw new Error(`no instrument ${text(55)}`);
    const { tickMantissa, tickExponent } = listing.instrument;
    const ticks = Math.round((Number(text(31)) * 10 ** tickExponent) / tickMantissa);
    const fill = text(150) === "F" ? `${text(32)}@${ticks}` : "";
    const [sequence] = text(17).split("-");
    const average = Number(text(6)).toFixed(AVERAGE_DIGITS);
    const words = [sequence, text(150), text(39), text(37), fill, text(14), text(151), average];
    return words.join(" ");
  }

  #addFill(transaction: Transaction, trade: Trade, orderId: number, account: number): void {
    const order = this.#order(orderId);
    order.filled += trade.quantity;
    order.value += trade.quantity * trade.price;
    const { instrument } = trade;
    const fill = `${this.#quantity(instrument, trade.quantity)}@${trade.price}`;
    // A budget order has no quantity, and nothing that is known to be left; its update tells.
    const isBudgetSpent = transaction.changes.some(
      (change) =>
        change.entity === "order" &&
        change.change === "updated" &&
        change.orderId === orderId &&
        change.statusAfter === OrderStatus.filled &&
        change.filledAfter === order.filled,
    );
    const isFilled = order.quantity === 0 ? isBudgetSpent : order.filled === order.quantity;
    const leaves = Math.max(0, order.quantity - order.filled);
    const ordStatus = isFilled ? "2" : "1";
    const told = { account, instrument, orderId, execType: "F", ordStatus, fill, leaves };
    this.#add(transaction.sequence, told);
  }

  #add(sequence: number, told: Told): void {
    const { account, instrument, orderId, execType, ordStatus, fill = "", leaves } = told;
    const lines = this.#lines.get(account) ?? [];
    this.#lines.set(account, lines);
    const { filled, value } = this.#order(orderId);
    const [done, left] = [filled, leaves].map((lots) => this.#quantity(instrument, lots));
    const average = this.#average(instrument, filled, value);
    const words = [sequence, execType, ordStatus, orderId, fill, done, left, average];
    lines.push(words.join(" "));
  }

  #average(instrument: number, filled: number, value: number): string {
    const listing = this.#reference.listingOf(instrument);
    if (listing === undefined) throw new Error(`no instrument ${instrument}`);
    const { tickMantissa, tickExponent } = listing.instrument;
    const ticks = filled === 0 ? 0 : value / filled;
    return ((ticks * tickMantissa) / 10 ** tickExponent).toFixed(AVERAGE_DIGITS);
  }

  #order(orderId: number): Progress {
    const order = this.#orders.get(orderId);
    if (order === undefined) throw new Error(`order ${orderId} was not created`);
    return order;
  }

  #quantity(instrument: number, lots: number): string {
    const listing = this.#reference.listingOf(instrument);
    if (listing === undefined) throw new Error(`no instrument ${instrument}`);
    return lots === 0 ? "0" : formatQuantity(toQuantity(lots), listing.quantityFormat);
  }
}
