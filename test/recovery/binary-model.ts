// What each numbered stream must hold, straight from the public change log and the slow way: one
// line for each message, in groups of one sequence.

import { cancelReasonNames } from "../../gateway/domain/order.ts";
import { Liquidity } from "../../gateway/generated/order-entry.ts";
import { type Message, toBigInt } from "../support/binary-frames.ts";

/** Lots of BTC-USDT in one BTC, and units in one USDT. */
const LOTS_IN_ONE = 1_000;
const UNITS_IN_ONE = 100_000;

interface Field {
  readonly field_name: string;
  readonly new_value: string;
}

/** An entry of the change log, as far as it is looked at. */
interface Entry {
  readonly entity_id: string;
  readonly entity_type: string;
  readonly change_type:
    | { readonly Created: { readonly fields: readonly Field[] } }
    | { readonly Updated: { readonly changed_fields: readonly Field[] } }
    | "Deleted";
  readonly sequence: number;
}

/** A stream by its account and session name. */
export interface StreamName {
  readonly account: number;
  readonly session: string;
  readonly hasBalances: boolean;
}

/** Entries of one command. */
type Transaction = readonly Entry[];

/** An order as it goes through the log, in lots. */
interface Progress {
  readonly account: string;
  quantity: number;
  filled: number;
}

export class BinaryModel {
  readonly #transactions: Transaction[] = [];
  readonly #orders = new Map<string, Progress>();
  /** What each side of a trade is told, by trade and role. */
  readonly #fills = new Map<string, string>();

  /** `log`: the change log from its beginning, one entry a line. */
  constructor(log: string) {
    let group: Entry[] = [];
    for (const line of log.trimEnd().split("\n")) {
      // why: the shape is that of the published schema, which another test holds it against
      const entry = JSON.parse(line) as Entry;
      if (group[0]?.sequence !== entry.sequence) this.#transactions.push((group = []));
      group.push(entry);
    }
    for (const transaction of this.#transactions) this.#follow(transaction);
  }

  /** New orders and new terms first: what a command trades is filled against them. */
  #follow(transaction: Transaction): void {
    for (const entry of transaction.filter(({ entity_type: type }) => type === "SpotOrder")) {
      const account = created(entry, "account");
      const quantity = toCount(created(entry, "quantity") ?? updated(entry, "quantity"));
      const order = this.#orders.get(entry.entity_id);
      if (account !== undefined) {
        this.#orders.set(entry.entity_id, { account, quantity, filled: 0 });
      } else if (order !== undefined && quantity > 0) order.quantity = quantity;
    }
    for (const trade of transaction.filter(({ entity_type: type }) => type === "SpotTrade")) {
      for (const role of ["taker", "maker"]) this.#fill(trade, role);
    }
  }

  #fill(trade: Entry, role: string): void {
    const id = created(trade, `${role}_order_id`) ?? "";
    const order = this.#orders.get(id);
    if (order === undefined) throw new Error(`order ${id} was not created`);
    const lots = toCount(created(trade, "quantity"));
    order.filled += lots;
    const words = [
      ...["filled", id, created(trade, "trade_id"), role, order.filled < order.quantity ? 2 : 3],
      ...[`${lots}@${Number(created(trade, "price"))}`, order.filled],
      ...[order.quantity - order.filled, toUnits(created(trade, "notional"))],
      toUnits(created(trade, `${role}_fee`)),
    ];
    this.#fills.set(`${trade.entity_id} ${role}`, words.join(" "));
  }

  /** What the stream must hold. Within one sequence the lines are sorted. */
  linesOf(stream: StreamName): string[] {
    const sessions = new Set<string>();
    return this.#transactions.flatMap((transaction) => {
      const lines = transaction.flatMap((entry) => {
        const isOwn =
          created(entry, "account") === `${stream.account}` &&
          created(entry, "name") === `binary:${stream.session}`;
        if (entry.entity_type === "Session" && isOwn) sessions.add(entry.entity_id);
        return this.#lines(entry, transaction, stream, sessions);
      });
      return lines.map((line) => `${transaction[0]?.sequence} ${line}`).sort();
    });
  }

  #lines(
    entry: Entry,
    transaction: Transaction,
    stream: StreamName,
    sessions: ReadonlySet<string>,
  ): string[] {
    const { entity_type: type, entity_id: id } = entry;
    const account = `${stream.account}`;
    switch (type) {
      case "SpotOrder": {
        if (this.#orders.get(id)?.account !== account) return [];
        const code = created(entry, "reject_code");
        if (code !== undefined) return [code === "" ? `accepted ${id}` : `rejected ${id} ${code}`];
        const isReplaced = ["price", "quantity", "client_order_id"].some((name) =>
          updated(entry, name),
        );
        const reason = updated(entry, "status") === "4" ? updated(entry, "reason") : undefined;
        return [
          ...(isReplaced ? [`replaced ${id}`] : []),
          ...(reason === undefined ? [] : [`cancelled ${id} ${reason}`]),
        ];
      }
      case "SpotTrade":
        return ["taker", "maker"].flatMap((role) => {
          const isOwn = created(entry, `${role}_account`) === account;
          return isOwn ? [this.#fills.get(`${id} ${role}`) ?? ""] : [];
        });
      case "Balance": {
        const [owner, currency] = id.split(":");
        return stream.hasBalances && owner === account ? [`balance ${currency}`] : [];
      }
      case "Request":
        return sessions.has(created(entry, "session") ?? "") && isAnswered(entry, transaction)
          ? ["answer"]
          : [];
      default:
        return [];
    }
  }
}

/** Whether no other message of the transaction answers the request. */
function isAnswered(request: Entry, transaction: Transaction): boolean {
  if (created(request, "request_id")?.startsWith("m-") === true) return true;
  return !transaction.some((entry) => {
    const isOrder = entry.entity_type === "SpotOrder";
    return isOrder && (created(entry, "status") === "5" || updated(entry, "status") === "4");
  });
}

function toCount(quantity: string | undefined): number {
  return Math.round(Number(quantity ?? "") * LOTS_IN_ONE);
}

function toUnits(amount: string | undefined): number {
  return Math.round(Number(amount) * UNITS_IN_ONE);
}

function created({ change_type: change }: Entry, name: string): string | undefined {
  if (typeof change === "string" || !("Created" in change)) return undefined;
  return change.Created.fields.find(({ field_name: field }) => field === name)?.new_value;
}

function updated({ change_type: change }: Entry, name: string): string | undefined {
  if (typeof change === "string" || !("Updated" in change)) return undefined;
  return change.Updated.changed_fields.find(({ field_name: field }) => field === name)?.new_value;
}

/** Messages as the model writes them. */
export function toLines(messages: readonly Message[], currencies: ReadonlyMap<number, string>) {
  const lines = messages.map((message) => ({
    sequence: message.sequence,
    line: `${message.sequence} ${toLine(message, currencies)}`,
  }));
  return lines
    .toSorted((one, other) => one.sequence - other.sequence || (one.line < other.line ? -1 : 1))
    .map(({ line }) => line);
}

function toLine({ kind, body }: Message, currencies: ReadonlyMap<number, string>): string {
  switch (kind) {
    case "OrderAccepted":
      return body.duplicate() ? "answer" : `accepted ${body.orderId()}`;
    case "OrderRejected":
      return `rejected ${body.orderId()} ${body.code()}`;
    case "OrderFilled": {
      const role = body.liquidity() === Liquidity.Taker ? "taker" : "maker";
      const words = [
        ...["filled", body.orderId(), body.tradeId(), role, body.status()],
        ...[`${body.quantity()}@${body.price()}`, body.filled(), body.leaves()],
        ...[toBigInt(body.notional()), toBigInt(body.fee())],
      ];
      return words.join(" ");
    }
    case "OrderCancelled":
      return `cancelled ${body.orderId()} ${cancelReasonNames[body.reason()]}`;
    case "OrderReplaced":
      return body.duplicate() ? "answer" : `replaced ${body.orderId()}`;
    case "BalanceUpdated":
      return `balance ${currencies.get(body.currency())}`;
    default:
      return "answer";
  }
}
