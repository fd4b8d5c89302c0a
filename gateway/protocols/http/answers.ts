// What endpoints share: JSON answers, the way of a command to the core and back, whose account or
// which order a path means.

import type { Transaction } from "../../domain/change.ts";
import { isIdText, Opcode } from "../../domain/command.ts";
import { accept, refuse, RejectCode } from "../../domain/reject.ts";
import type { Parsed } from "../../domain/reject.ts";
import { isAllowed } from "../../sessions/authenticator.ts";
import type { Caller } from "../../sessions/authenticator.ts";
import type { HistoryAnswer } from "../../sessions/history.ts";
import type { EnteredCommand } from "../../sessions/order-entry.ts";
import type { OrderReference } from "../../sessions/queries.ts";
import type { Listing } from "../../sessions/reference-data.ts";
import type { Venue } from "../../sessions/venue.ts";
import { Refusal, throttledFor } from "./rejects.ts";
import type { Answer } from "./route.ts";

const JSON_HEADERS = new Headers({
  "content-type": "application/json",
  // Nothing that depends on a key may lie in a cache.
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
});
const OK = { status: 200, headers: JSON_HEADERS };
const CREATED = { status: 201, headers: JSON_HEADERS };

export function json(body: object): Response {
  return new Response(JSON.stringify(body), OK);
}

export function created(body: object): Response {
  return new Response(JSON.stringify(body), CREATED);
}

/**
 * Gives a command to order entry and answers with what `toAnswer` makes of its transaction, or with
 * the refusal.
 *
 * `account`: acts for another account, which needs `admin`.
 */
export function enter(
  venue: Venue,
  caller: Caller,
  command: EnteredCommand,
  toAnswer: (transaction: Transaction) => Answer,
  account?: number,
): Promise<Response | Refusal> {
  return new Promise((resolve, reject) => {
    const hear = (transaction: Transaction): void => {
      const { code, sequence } = transaction;
      if (code !== 0) {
        // Without a sequence it never was a command: the core had no room for it.
        const isCommand = sequence !== 0;
        resolve(isCommand ? refusalOfEngine(transaction, code) : new Refusal(code, {}, "entry"));
        return;
      }
      try {
        resolve(toAnswer(transaction));
      } catch (error) {
        reject(error);
      }
    };
    const refused = venue.orderEntry.enter(caller, command, hear, account);
    if (refused !== undefined) resolve(refusalOfEntry(venue, caller, command, refused));
  });
}

function refusalOfEngine(transaction: Transaction, code: RejectCode): Refusal {
  const { sequence } = transaction;
  const members: Record<string, unknown> = { sequence };
  const [order] = transaction.changes;
  if (order?.entity === "order") {
    members["order_id"] = order.orderId;
    if ("clientOrderId" in order) members["client_order_id"] = order.clientOrderId;
  }
  return new Refusal(code, { members }, "engine");
}

function refusalOfEntry(
  venue: Venue,
  caller: Caller,
  command: EnteredCommand,
  code: RejectCode,
): Refusal {
  if (code !== RejectCode.throttled) return new Refusal(code, {}, "entry");
  const isCancel = command.opcode === Opcode.cancelOrder || command.opcode === Opcode.massCancel;
  const bucket = isCancel ? caller.cancels : caller.requests;
  return throttledFor(bucket.waitUs(venue.authenticator.nowUs()), "entry");
}

/** The instrument of a transaction or order; its absence is a bug of ours, not the client's. */
export function listingOf(venue: Venue, instrumentId: number): Listing {
  const listing = venue.reference.listingOf(instrumentId);
  if (listing === undefined) throw new Error(`instrument ${instrumentId} is not known`);
  return listing;
}

/** The page of the past that a query asks for. */
export function toHistoryPage(query: {
  readonly limit: number;
  readonly after?: number | undefined;
  readonly from_us?: number | undefined;
  readonly to_us?: number | undefined;
}) {
  const { limit, after, from_us: fromUs, to_us: toUs } = query;
  return { limit, after: after === 0 ? undefined : after, fromUs, toUs };
}

/** What an answer from the history says beside its values. */
export function fromPageEnd({ sequence, completeAfter, nextAfter }: HistoryAnswer<unknown>) {
  return {
    next_after: nextAfter ?? null,
    complete_after: completeAfter,
    as_of_sequence: sequence,
  };
}

/** Reads `/{order}`: an order id, or `client:<client order id>`. Anything else names no order. */
export function toOrderReference(text: string): OrderReference | undefined {
  if (text.startsWith("client:")) {
    const clientOrderId = text.slice("client:".length);
    return isIdText(clientOrderId) ? { clientOrderId } : undefined;
  }
  const orderId = toId(text);
  return orderId === undefined ? undefined : { orderId };
}

/** Reads a request id, if there is one. Errors: request_id_invalid. */
export function parseRequestId<Text extends string | undefined>(text: Text): Parsed<Text> {
  const isFine = text === undefined || isIdText(text);
  return isFine ? accept(text) : refuse(RejectCode.request_id_invalid);
}

/** Reads an id of a path: digits, 1 to 2^53 − 1. */
function toId(text: string): number | undefined {
  if (!/^[0-9]{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= 1 && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** Largest account id: they are u32. */
const ACCOUNT_ID_MAX = 2 ** 32 - 1;

/** Reads an account id of a path. */
export function toAccountId(text: string): number | undefined {
  const id = toId(text);
  return id !== undefined && id <= ACCOUNT_ID_MAX ? id : undefined;
}

/**
 * Reads `/{account}`: an account id, or `me`. Of another account nobody but an operator learns even
 * that it exists (rules 7.3): the one place where that is decided for HTTP.
 */
export function findAccount(caller: Caller, text: string): number | undefined {
  if (text === "me") return caller.account;
  const account = toAccountId(text);
  if (account === undefined) return undefined;
  return account === caller.account || isAllowed(caller, "admin") ? account : undefined;
}

/** An endpoint below one account. */
export function onAccount(
  caller: Caller,
  params: Readonly<Record<string, string>>,
  answer: (account: number) => Answer,
): Answer {
  const account = findAccount(caller, params["account"] ?? "");
  return account === undefined ? new Refusal(RejectCode.account_not_found) : answer(account);
}

/** An endpoint below one instrument. */
export function onListing(
  { reference }: Pick<Venue, "reference">,
  params: Readonly<Record<string, string>>,
  answer: (listing: Listing) => Answer,
): Answer {
  const listing = reference.findListing(params["symbol"] ?? "");
  return listing === undefined ? new Refusal(RejectCode.instrument_not_found) : answer(listing);
}

/** The account to name to order entry: none when it is the caller's own. */
export function toOtherAccount(caller: Caller, account: number): number | undefined {
  return account === caller.account ? undefined : account;
}
