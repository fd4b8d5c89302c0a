// The names of channels: what of, and of which instrument.

import { accept, refuse, RejectCode } from "../../domain/reject.ts";
import type { Parsed } from "../../domain/reject.ts";
import type { Listing, ReferenceData } from "../../sessions/reference-data.ts";
import { isInterval } from "../../stages/klines/interval.ts";
import type { Interval } from "../../stages/klines/interval.ts";

export const PRIVATE_KINDS = ["orders", "executions", "balances"] as const;
export type PrivateKind = (typeof PRIVATE_KINDS)[number];

/** Levels a side of the channels that send them whole. */
const DEPTHS: ReadonlyMap<string, number> = new Map([
  ["5", 5],
  ["20", 20],
]);

export interface PrivateChannel {
  readonly scope: "private";
  readonly kind: PrivateKind;
  readonly name: string;
}
export interface PublicChannel {
  readonly scope: "public";
  /** `depth`: the best levels of the book, whole. */
  readonly kind: "book" | "depth" | "trades" | "bars";
  /** With the instrument's symbol, also when it was asked for by an alias; also the topic. */
  readonly name: string;
  readonly listing: Listing;
  /** Of `depth`, else 0. */
  readonly depth: number;
  /** Of `bars`: their length, or none of the statistics of a day. */
  readonly interval: Interval | undefined;
}
export type Channel = PrivateChannel | PublicChannel;

/** Finds the channel of a name. Errors: malformed_request, instrument_not_found. */
export function parseChannel(text: string, reference: ReferenceData): Parsed<Channel> {
  const kind = PRIVATE_KINDS.find((each) => each === text);
  if (kind !== undefined) return accept({ scope: "private", kind, name: kind });
  const [head = "", symbol = "", detail, ...others] = text.split(":");
  const view = others.length === 0 ? readView(head, detail) : undefined;
  if (view === undefined) return refuse(RejectCode.malformed_request);
  const listing = reference.findListing(symbol);
  if (listing === undefined) return refuse(RejectCode.instrument_not_found);
  const end = detail === undefined ? "" : `:${detail}`;
  const name = `${head}:${listing.instrument.symbol}${end}`;
  return accept({ scope: "public", ...view, name, listing });
}

/** What of an instrument a name asks for. */
function readView(
  head: string,
  detail: string | undefined,
): Pick<PublicChannel, "kind" | "depth" | "interval"> | undefined {
  const depth = DEPTHS.get(detail ?? "");
  const plain = { depth: 0, interval: undefined };
  if (head === "book" && depth !== undefined) return { kind: "depth", depth, interval: undefined };
  if (head === "klines" && detail !== undefined && isInterval(detail)) {
    return { kind: "bars", depth: 0, interval: detail };
  }
  if (detail !== undefined) return undefined;
  if (head === "book" || head === "trades") return { kind: head, ...plain };
  return head === "ticker" ? { kind: "bars", ...plain } : undefined;
}
