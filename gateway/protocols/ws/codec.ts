// Messages of the feed: text → requests, transactions and answers → text. Shapes are those of HTTP.

import { z } from "zod";
import type { BalanceUpdate } from "../../domain/account.ts";
import type { Transaction } from "../../domain/change.ts";
import type { OrderImage } from "../../domain/order.ts";
import { RejectCode, rejectByNumber } from "../../domain/reject.ts";
import type { AccountChanges, MarketChanges } from "../../push/push-stage.ts";
import type { DatedTrade } from "../../sessions/recent-trades.ts";
import type { Listing, ReferenceData } from "../../sessions/reference-data.ts";
import { fromOrderChange, fromOrderImage } from "../http/codec.ts";
import type { OrderDocument } from "../http/codec.ts";
import { parseJson } from "../http/json.ts";
import { Refusal } from "../http/rejects.ts";
import { malformedBody } from "../http/route.ts";
import { fromBalance } from "../http/routes/accounts.ts";
import { toLevels, toPublicTrade } from "../http/routes/market.ts";
import { toOwnTrade } from "../http/routes/trades.ts";
import type { RequestName } from "./rejects.ts";

/** Most channels of one connection: all of a book, its trades and more for 50 instruments. */
export const CHANNELS_MAX = 200;
/** Longest name of a channel: that of a symbol with what stands around it. */
const CHANNEL_LENGTH_MAX = 64;
const TOKEN_LENGTH_MAX = 256;
/** Longest `/{order}` of HTTP: `client:` and an id. */
const ORDER_LENGTH_MAX = 80;

const requestId = z.union([z.string().max(64), z.int()]);
const id = requestId.optional();
const channels = z.array(z.string().min(1).max(CHANNEL_LENGTH_MAX)).min(1).max(CHANNELS_MAX);
const order = z.union([z.string().min(1).max(ORDER_LENGTH_MAX), z.int().min(1)]);
/** Judged by the endpoint that it belongs to. */
const body = z.record(z.string(), z.unknown());

const Requests = {
  login: z.strictObject({ op: z.literal("login"), id, token: z.string().max(TOKEN_LENGTH_MAX) }),
  subscribe: z.strictObject({
    op: z.literal("subscribe"),
    id,
    channels,
    from_sequence: z.int().min(0).optional(),
  }),
  unsubscribe: z.strictObject({ op: z.literal("unsubscribe"), id, channels }),
  ping: z.strictObject({ op: z.literal("ping"), id }),
  "order.place": z.strictObject({ op: z.literal("order.place"), id, body }),
  "order.cancel": z.strictObject({ op: z.literal("order.cancel"), id, order }),
  "order.replace": z.strictObject({ op: z.literal("order.replace"), id, order, body }),
} as const;
export type RequestOp = keyof typeof Requests;
export type FeedRequest = z.output<(typeof Requests)[RequestOp]>;

export type ReadRequest =
  | { readonly ok: true; readonly request: FeedRequest }
  | { readonly ok: false; readonly name: RequestName; readonly refusal: Refusal };

/** Reads one message. Errors: malformed_request, command_unknown. */
export function readRequest(text: string): ReadRequest {
  const json = parseJson(text);
  if (!json.ok) {
    const errors = [{ field: "", detail: json.detail }];
    const refusal = new Refusal(RejectCode.malformed_request, { errors });
    return { ok: false, name: {}, refusal };
  }
  const name = readName(json.value);
  const schema = name.op === undefined ? undefined : Requests[name.op];
  if (schema === undefined) {
    const code = hasOp(json.value) ? RejectCode.command_unknown : RejectCode.malformed_request;
    return { ok: false, name, refusal: new Refusal(code) };
  }
  const read = schema.safeParse(json.value);
  if (read.success) return { ok: true, request: read.data };
  return { ok: false, name, refusal: malformedBody(RejectCode.malformed_request, read) };
}

/** Of a message that may be none of ours: what can be repeated to its sender. */
function readName(value: unknown): RequestName & { readonly op?: RequestOp | undefined } {
  if (typeof value !== "object" || value === null) return {};
  const sent = requestId.safeParse("id" in value ? value.id : undefined);
  const op = "op" in value ? value.op : undefined;
  return { id: sent.data, op: typeof op === "string" && isOp(op) ? op : undefined };
}

function hasOp(value: unknown): boolean {
  return typeof value === "object" && value !== null && "op" in value
    ? typeof value.op === "string"
    : false;
}

function isOp(text: string): text is RequestOp {
  return Object.hasOwn(Requests, text);
}

/** The reply to a request that was done. */
export function okReply(request: RequestName, members: object = {}): string {
  return JSON.stringify({ id: request.id, op: request.op, ok: true, ...members });
}

/** The reply to an order request: the answer of HTTP, which is JSON already. */
export function orderReply(request: RequestName, answer: string): string {
  const head = JSON.stringify({ id: request.id, op: request.op, ok: true });
  return `${head.slice(0, -1)},"result":${answer}}`;
}

/** The book at one sequence. `lastSequence`: of the last update before it. */
export function bookSnapshot(
  channel: string,
  listing: Listing,
  answer: Transaction,
  lastSequence: number,
): string {
  const { bids, asks } = toLevels(answer.changes, listing);
  const { sequence } = answer;
  const last = { last_sequence: lastSequence };
  return JSON.stringify({ channel, type: "snapshot", sequence, ...last, bids, asks });
}

export function bookUpdate(
  channel: string,
  listing: Listing,
  { levels }: MarketChanges,
  sequence: number,
  previousLastSequence: number,
): string {
  const { bids, asks } = toLevels(levels, listing);
  return JSON.stringify({
    channel,
    type: "update",
    first_sequence: sequence,
    last_sequence: sequence,
    previous_last_sequence: previousLastSequence,
    bids,
    asks,
  });
}

/** The best levels, whole. */
export function depthMessage(
  channel: string,
  type: "snapshot" | "update",
  sequence: number,
  levels: string,
): string {
  const head = JSON.stringify({ channel, type, sequence });
  return `${head.slice(0, -1)},${levels.slice(1)}`;
}

/** What two depth messages are compared by. */
export function depthLevels(listing: Listing, answer: Transaction): string {
  return JSON.stringify(toLevels(answer.changes, listing));
}

/** Trades, oldest first. `completeAfter`: none with a later sequence is missing. */
export function tradesSnapshot(
  channel: string,
  listing: Listing,
  trades: readonly DatedTrade[],
  sequence: number,
  completeAfter: number,
): string {
  return JSON.stringify({
    channel,
    type: "snapshot",
    sequence,
    complete_after: completeAfter,
    trades: trades.map((trade) => toPublicTrade(trade, listing)),
  });
}

export function tradesUpdate(
  channel: string,
  listing: Listing,
  { trades }: MarketChanges,
  { sequence, timeUs }: Transaction,
): string {
  return JSON.stringify({
    channel,
    type: "update",
    sequence,
    trades: trades.map((trade) => toPublicTrade({ trade, sequence, timeUs }, listing)),
  });
}

/** What formatting needs to know of the venue. */
interface Books {
  readonly reference: ReferenceData;
}

export function ordersSnapshot(books: Books, answer: Transaction, isWhole: boolean): string {
  const images = answer.changes.flatMap((change) =>
    change.entity === "order" && change.change === "image" ? [change] : [],
  );
  const last = images.at(-1);
  return JSON.stringify({
    channel: "orders",
    type: "snapshot",
    sequence: answer.sequence,
    orders: images.map((image) => fromOrderImage(image, listingOf(books, image.instrument))),
    next_after: isWhole ? null : (last?.orderId ?? null),
  });
}

/** Each order once, as the transaction leaves it. */
export function ordersUpdate(books: Books, changes: AccountChanges, sequence: number): string {
  const orders: OrderDocument[] = [];
  let previous: OrderImage | undefined;
  for (const change of changes.orders) {
    const listing = listingOf(books, change.instrument);
    if (change.change === "updated") {
      // The command's own order: made first, moved last, and told once.
      const image = previous?.orderId === change.orderId ? previous : undefined;
      const order = fromOrderChange(image, change, listing);
      if (image !== undefined) orders.shift();
      if (order !== undefined) orders.push(order);
      continue;
    }
    previous = change;
    const order: FeedOrder | undefined = fromOrderChange(change, undefined, listing);
    if (order === undefined) continue;
    if (change.code !== 0) order.reject = rejectByNumber[change.code].name;
    orders.push(order);
  }
  return JSON.stringify({ channel: "orders", type: "update", sequence, orders });
}

/** An order with the name of the code it was rejected with. */
interface FeedOrder extends OrderDocument {
  reject?: string;
}

export function executionsUpdate(
  books: Books,
  { account, trades }: AccountChanges,
  { sequence, timeUs }: Transaction,
): string {
  return JSON.stringify({
    channel: "executions",
    type: "update",
    sequence,
    executions: trades.map((trade) =>
      toOwnTrade({ trade, sequence, timeUs }, account, listingOf(books, trade.instrument)),
    ),
  });
}

/** Fills have no state: what follows the snapshot is all of them. */
export function executionsSnapshot(sequence: number): string {
  return JSON.stringify({ channel: "executions", type: "snapshot", sequence, executions: [] });
}

export function balancesMessage(
  books: Books,
  type: "snapshot" | "update",
  sequence: number,
  balances: readonly BalanceUpdate[],
): string {
  return JSON.stringify({
    channel: "balances",
    type,
    sequence,
    balances: balances.map((balance) => fromBalance(books, balance)),
  });
}

function listingOf({ reference }: Books, instrument: number): Listing {
  const listing = reference.listingOf(instrument);
  if (listing === undefined) throw new Error(`instrument ${instrument} is not known`);
  return listing;
}
