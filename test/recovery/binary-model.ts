// What each numbered stream must hold, straight from the public change log and the slow way: one
// line for each message, in groups of one sequence.

import { cancelReasonNames } from "../../gateway/domain/order.ts";
import type { Message } from "../support/binary-frames.ts";

/** Lots of BTC-USDT in one BTC. */
const LOTS_IN_ONE = 1_000;

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

export class BinaryModel {
  readonly #transactions: Transaction[] = [];
  /** Account of each order. */
  readonly #accounts = new Map<string, string>();

  /** `log`: the change log from its beginning, one entry a line. */
  constructor(log: string) {
    let group: Entry[] = [];
    for (const line of log.trimEnd().split("\n")) {
      // why: the shape is that of the published schema, which another test holds it against
      const entry = JSON.parse(line) as Entry;
      if (group[0]?.sequence !== entry.sequence) this.#transactions.push((group = []));
      group.push(entry);
      const account = created(entry, "account");
      if (entry.entity_type === "SpotOrder" && account !== undefined) {
        this.#accounts.set(entry.entity_id, account);
      }
    }
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
        if (this.#accounts.get(id) !== account) return [];
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
      case "SpotTrade": {
        const lots = Math.round(Number(created(entry, "quantity")) * LOTS_IN_ONE);
        const trade = `${created(entry, "trade_id")} ${lots}@${Number(created(entry, "price"))}`;
        return ["taker", "maker"].flatMap((role) => {
          const isOwn = created(entry, `${role}_account`) === account;
          return isOwn ? [`filled ${created(entry, `${role}_order_id`)} ${trade}`] : [];
        });
      }
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
      const trade = `${body.tradeId()} ${body.quantity()}@${body.price()}`;
      return `filled ${body.orderId()} ${trade}`;
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
