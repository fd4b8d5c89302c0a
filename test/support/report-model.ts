// What an account's sessions must have been told, straight from the change log and the slow way:
// one line per report, `<sequence> <ExecType> <order> <LastQty>@<LastPx> <CumQty> <LeavesQty>`.

import type { Transaction } from "../../gateway/domain/change.ts";
import { OrderCause, OrderStatus } from "../../gateway/domain/order.ts";
import { formatQuantity } from "../../gateway/domain/decimal.ts";
import { toQuantity } from "../../gateway/domain/units.ts";
import type { ReferenceData } from "../../gateway/sessions/reference-data.ts";
import type { Received } from "./fix-client.ts";

/** An order as it goes through the log. */
interface Progress {
  quantity: number;
  filled: number;
}

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
      const leaves = change.quantity - order.filled;
      const terms = [change.orderId, "", order.filled, leaves] as const;
      this.#add(change.account, sequence, "5", change.instrument, ...terms);
    }
    for (const change of changes) {
      if (change.entity === "order" && change.change === "created") {
        const { orderId, quantity, status, account, instrument } = change;
        const isRejected = status === OrderStatus.rejected;
        if (!isRejected) this.#orders.set(orderId, { quantity, filled: 0 });
        const leaves = isRejected ? 0 : quantity;
        this.#add(account, sequence, isRejected ? "8" : "0", instrument, orderId, "", 0, leaves);
      } else if (change.entity === "trade") {
        const { instrument, takerOrder, takerAccount, makerOrder, makerAccount } = change;
        const fill = `${this.#quantity(instrument, change.quantity)}@${change.price}`;
        for (const [order, account] of [
          [takerOrder, takerAccount],
          [makerOrder, makerAccount],
        ] as const) {
          const { filled, leaves } = this.#fill(order, change.quantity);
          this.#add(account, sequence, "F", instrument, order, fill, filled, leaves);
        }
      } else if (change.entity === "order" && change.change === "updated") {
        if (change.statusAfter !== OrderStatus.cancelled) continue;
        const { filled } = this.#order(change.orderId);
        this.#add(change.account, sequence, "4", change.instrument, change.orderId, "", filled, 0);
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
    return [sequence, text(150), text(37), fill, text(14), text(151)].join(" ");
  }

  #add(
    account: number,
    sequence: number,
    execType: string,
    instrument: number,
    ...[order, fill, filled, leaves]: readonly [number, string, number, number]
  ): void {
    const lines = this.#lines.get(account) ?? [];
    this.#lines.set(account, lines);
    const [done, left] = [filled, leaves].map((lots) => this.#quantity(instrument, lots));
    lines.push([sequence, execType, order, fill, done, left].join(" "));
  }

  #order(orderId: number): Progress {
    const order = this.#orders.get(orderId);
    if (order === undefined) throw new Error(`order ${orderId} was not created`);
    return order;
  }

  /** A budget order has no quantity, and nothing that is known to be left. */
  #fill(orderId: number, lots: number): { filled: number; leaves: number } {
    const order = this.#order(orderId);
    order.filled += lots;
    return { filled: order.filled, leaves: Math.max(0, order.quantity - order.filled) };
  }

  #quantity(instrument: number, lots: number): string {
    const listing = this.#reference.listingOf(instrument);
    if (listing === undefined) throw new Error(`no instrument ${instrument}`);
    return lots === 0 ? "0" : formatQuantity(toQuantity(lots), listing.quantityFormat);
  }
}
