// What an account's sessions must have been told, straight from the change log and the slow way:
// one line per report, of ExecType, OrdStatus, OrderID, LastQty@LastPx, CumQty, LeavesQty, AvgPx,
// ClOrdID, OrigClOrdID; and one per answer to a session's own request.

import type { SessionRequest, Trade, Transaction } from "../../gateway/domain/change.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import { OrderCause, OrderStatus } from "../../gateway/domain/order.ts";
import { RejectCode, rejectByNumber } from "../../gateway/domain/reject.ts";
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
  clientOrderId: string;
}

/** A line, for all sessions of its account or for one alone. */
interface Line {
  readonly text: string;
  /** "" = all. */
  readonly session: string;
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
  readonly clientOrderId?: string;
  readonly origClientOrderId?: string | undefined;
}

/** Digits of an average that are compared: a float has no more to spare. */
const AVERAGE_DIGITS = 5;

export class ReportModel {
  readonly #reference: ReferenceData;
  readonly #orders = new Map<number, Progress>();
  /** By account. */
  readonly #lines = new Map<number, Line[]>();
  /** CompIDs by session of the engine. */
  readonly #sessions = new Map<number, string>();
  /** `<CompID> <ClOrdID>` of requests that the engine has answered. */
  readonly #answered = new Set<string>();

  constructor(reference: ReferenceData) {
    this.#reference = reference;
  }

  linesOf(account: number, compId: string): readonly string[] {
    const lines = this.#lines.get(account) ?? [];
    return lines.flatMap(({ text, session }) => (["", compId].includes(session) ? [text] : []));
  }

  apply(transaction: Transaction): void {
    const { changes, sequence } = transaction;
    const [first] = changes;
    if (first?.entity === "session" && first.name.startsWith("fix:")) {
      this.#sessions.set(first.sessionId, first.name.slice(4));
    }
    const request = changes.find((change) => change.entity === "request");
    // New terms first: the fills of a replace are filled against them.
    for (const change of changes) {
      if (change.entity !== "order" || change.change !== "updated") continue;
      if (change.cause !== OrderCause.replace) continue;
      const order = this.#order(change.orderId);
      order.quantity = change.quantity;
      order.clientOrderId = change.clientOrderId;
      const leaves = order.quantity - order.filled;
      const ordStatus = order.filled === 0 ? "0" : "1";
      const origClientOrderId = change.clientOrderIdBefore;
      this.#add(sequence, { ...change, execType: "5", ordStatus, leaves, origClientOrderId });
    }
    for (const change of changes) {
      if (change.entity === "order" && change.change === "created") {
        const { quantity, status, clientOrderId } = change;
        const isRejected = status === OrderStatus.rejected;
        this.#orders.set(change.orderId, { quantity, filled: 0, value: 0, clientOrderId });
        const [word, leaves] = isRejected ? ["8", 0] : ["0", quantity];
        this.#add(sequence, { ...change, execType: word, ordStatus: word, leaves });
      } else if (change.entity === "trade") {
        this.#addFill(transaction, change, change.takerOrder, change.takerAccount);
        this.#addFill(transaction, change, change.makerOrder, change.makerAccount);
      } else if (change.entity === "order" && change.change === "updated") {
        if (change.statusAfter !== OrderStatus.cancelled) continue;
        const isAsked = transaction.opcode === Opcode.cancelOrder && request !== undefined;
        const { clientOrderId } = change;
        const ids = isAsked
          ? { clientOrderId: request.requestId, origClientOrderId: clientOrderId }
          : { clientOrderId, origClientOrderId: undefined };
        this.#add(sequence, { ...change, ...ids, execType: "4", ordStatus: "4", leaves: 0 });
      }
    }
    if (request !== undefined) this.#answer(transaction, request);
  }

  /** What the session of the request alone is told. */
  #answer(transaction: Transaction, request: SessionRequest): void {
    const { opcode, code, isDuplicate, sequence, result } = transaction;
    const session = this.#sessions.get(request.sessionId);
    if (session === undefined) return;
    const { requestId, targetClientOrderId, orderId, orderStatus, instrument } = request;
    let text = "";
    if (opcode === Opcode.massCancel) {
      const [all, one] = ["7", "1"];
      const scope = instrument === 0 ? all : one;
      text = `r ${requestId} ${code === 0 ? sequence : "NONE"} ${scope}`;
      text += ` ${code === 0 ? `${scope} ${result}` : "0 0"}`;
    } else if (opcode === Opcode.newOrder) {
      if (isDuplicate) text = `8 ${requestId} ${sequence}`;
    } else if (code !== 0 || isDuplicate) {
      const told = code === 0 ? RejectCode.client_order_id_exists : code;
      const isKnown = orderStatus !== undefined && told !== RejectCode.order_not_found;
      const order = isKnown ? `${orderId} ${STATUS_WORDS[orderStatus]}` : "NONE 8";
      const of = opcode === Opcode.cancelOrder ? "1" : "2";
      const { fixCxlRejReason: reason } = rejectByNumber[told];
      text = `9 ${requestId} ${targetClientOrderId} ${order} ${reason} ${of}`;
    }
    if (text === "") return;
    this.#answered.add(`${session} ${requestId}`);
    this.#linesFor(transaction.account).push({ text, session });
  }

  /** A message as a client got it, written alike; `undefined`: it is none of the change log. */
  toLine(received: Received, compId: string): string | undefined {
    const { fields, type } = received;
    const text = (tag: number): string => fields.get(tag) ?? "";
    if (type === "9" || type === "r" || (type === "8" && text(37) === "NONE")) {
      return this.#answered.has(`${compId} ${text(11)}`) ? toAnswerLine(received) : undefined;
    }
    if (type !== "8" || text(150) === "I") return undefined;
    const listing = this.#reference.findListing(text(55));
    if (listing === undefined) throw new Error(`no instrument ${text(55)}`);
    const { tickMantissa, tickExponent } = listing.instrument;
    const ticks = Math.round((Number(text(31)) * 10 ** tickExponent) / tickMantissa);
    const fill = text(150) === "F" ? `${text(32)}@${ticks}` : "";
    const [sequence] = text(17).split("-");
    const average = Number(text(6)).toFixed(AVERAGE_DIGITS);
    const words = [sequence, text(150), text(39), text(37), fill, text(14), text(151), average];
    return [...words, text(11), text(41)].join(" ");
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
    const order = this.#order(orderId);
    const { filled, value } = order;
    const { clientOrderId = order.clientOrderId, origClientOrderId = "" } = told;
    const [done, left] = [filled, leaves].map((lots) => this.#quantity(instrument, lots));
    const average = this.#average(instrument, filled, value);
    const words = [sequence, execType, ordStatus, orderId, fill, done, left, average];
    const text = [...words, clientOrderId, origClientOrderId].join(" ");
    this.#linesFor(account).push({ text, session: "" });
  }

  #linesFor(account: number): Line[] {
    const lines = this.#lines.get(account) ?? [];
    this.#lines.set(account, lines);
    return lines;
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

/** OrdStatus (39) by our status. */
const STATUS_WORDS = { 0: "0", 1: "0", 2: "1", 3: "2", 4: "4", 5: "8", 6: "C" } as const;

function toAnswerLine({ type, fields }: Received): string {
  const tags = { 8: [11], 9: [11, 41, 37, 39, 102, 434], r: [11, 37, 530, 531, 533] };
  const shown = type === "8" || type === "9" || type === "r" ? tags[type] : [];
  const words = [type, ...shown.map((tag) => fields.get(tag) ?? "")];
  if (type === "8") words.push(fields.get(17)?.split("-")[0] ?? "");
  return words.join(" ");
}
