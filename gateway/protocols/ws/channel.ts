// The names of channels: what of, and of which instrument.

import { accept, refuse, RejectCode } from "../../domain/reject.ts";
import type { Parsed } from "../../domain/reject.ts";
import type { Listing, ReferenceData } from "../../sessions/reference-data.ts";

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
  readonly kind: "book" | "depth" | "trades";
  /** With the instrument's symbol, also when it was asked for by an alias; also the topic. */
  readonly name: string;
  readonly listing: Listing;
  /** Of `depth`, else 0. */
  readonly depth: number;
}
export type Channel = PrivateChannel | PublicChannel;

/** Finds the channel of a name. Errors: malformed_request, instrument_not_found. */
export function parseChannel(text: string, reference: ReferenceData): Parsed<Channel> {
  const kind = PRIVATE_KINDS.find((each) => each === text);
  if (kind !== undefined) return accept({ scope: "private", kind, name: kind });
  const [head, name, depthText, ...others] = text.split(":");
  const isBook = head === "book";
  if ((!isBook && head !== "trades") || name === undefined || others.length > 0) {
    return refuse(RejectCode.malformed_request);
  }
  const depth = depthText === undefined ? 0 : DEPTHS.get(isBook ? depthText : "");
  if (depth === undefined) return refuse(RejectCode.malformed_request);
  const listing = reference.findListing(name);
  if (listing === undefined) return refuse(RejectCode.instrument_not_found);
  const { symbol } = listing.instrument;
  const channel = { scope: "public", listing, depth } as const;
  if (!isBook) return accept({ ...channel, kind: "trades", name: `trades:${symbol}` });
  if (depth === 0) return accept({ ...channel, kind: "book", name: `book:${symbol}` });
  return accept({ ...channel, kind: "depth", name: `book:${symbol}:${depth}` });
}
