// Requests of the feed and their replies. What channels say is written in market-messages.ts and
// account-messages.ts.

import { z } from "zod";
import { RejectCode } from "../../domain/reject.ts";
import { parseJson } from "../http/json.ts";
import { Refusal } from "../http/rejects.ts";
import { malformedBody } from "../http/route.ts";
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
