// MarketDataRequest (V), read: of what, how deep, once or until further notice. What the dictionary
// says of a V has been checked before.

import { readText } from "../wire/ascii.ts";
import type { FixMessage } from "../wire/message.ts";

/** MDReqRejReason (281), as far as it is used. */
export const RejectedBecause = {
  unknownSymbol: 0,
  duplicateId: 1,
  tooMuch: 2,
  depth: 5,
  aggregatedBook: 7,
  entryType: 8,
} as const;
type RejectedBecause = (typeof RejectedBecause)[keyof typeof RejectedBecause];

/** What of an instrument is asked for: MDEntryType (269). */
export interface WantedEntries {
  readonly bids: boolean;
  readonly asks: boolean;
  readonly trades: boolean;
}

export interface MarketDataRequest {
  /** MDReqID (262). */
  readonly id: string;
  readonly kind: "snapshot" | "subscribe" | "unsubscribe";
  /** Levels a side. Bounds: 1 to `DEPTH_MAX`. */
  readonly depth: number;
  /** Updates are the changes, and not all of it again. */
  readonly isIncremental: boolean;
  readonly wanted: WantedEntries;
  /** Symbols and aliases as asked, each once; of an unsubscription none. */
  readonly symbols: readonly string[];
}

/** Refused with a MarketDataRequestReject (Y), or, for want of a field, a business reject (j). */
export type RequestRefusal =
  | { readonly kind: "rejected"; readonly because?: RejectedBecause; readonly text: string }
  | { readonly kind: "incomplete"; readonly text: string };

/** Levels a side that are followed: half of the core's longest answer, so that some are spare. */
export const DEPTH_MAX = 500;
/** Longest MDReqID: it is kept, and written into every message. */
export const REQUEST_ID_LENGTH_MAX = 64;

/** By SubscriptionRequestType (263). */
const KINDS = ["snapshot", "subscribe", "unsubscribe"] as const;

/** Reads the fields of a V, in the order in which they are judged. */
export function readRequest(message: FixMessage): MarketDataRequest | RequestRefusal {
  const id = message.text(262) ?? "";
  if (id.length > REQUEST_ID_LENGTH_MAX) {
    const text = `MDReqID is longer than ${REQUEST_ID_LENGTH_MAX} characters`;
    return { kind: "rejected", text };
  }
  const kind = KINDS[message.integer(263) ?? 0] ?? "snapshot";
  const none = { bids: false, asks: false, trades: false };
  if (kind === "unsubscribe") {
    return { id, kind, depth: 1, isIncremental: false, wanted: none, symbols: [] };
  }
  const depth = message.integer(264) ?? 0;
  if (!(depth >= 0 && depth <= DEPTH_MAX)) {
    const text = `MarketDepth must be 0 to ${DEPTH_MAX}`;
    return { kind: "rejected", because: RejectedBecause.depth, text };
  }
  if (kind === "subscribe" && !message.has(265)) {
    return { kind: "incomplete", text: "MDUpdateType (265) is needed for updates" };
  }
  if (message.boolean(266) === false) {
    const text = "Only a book aggregated by price is offered";
    return { kind: "rejected", because: RejectedBecause.aggregatedBook, text };
  }
  const types = textsOf(message, 269);
  if (types.some((type) => type > "2")) {
    const text = "MDEntryType must be 0, 1 or 2";
    return { kind: "rejected", because: RejectedBecause.entryType, text };
  }
  const symbols = [...new Set(textsOf(message, 55))];
  if (symbols.length === 0) {
    const text = "No Symbol (55) is named";
    return { kind: "rejected", because: RejectedBecause.unknownSymbol, text };
  }
  return {
    id,
    kind,
    depth: depth === 0 ? DEPTH_MAX : depth,
    isIncremental: message.is(265, "1"),
    wanted: { bids: types.includes("0"), asks: types.includes("1"), trades: types.includes("2") },
    symbols,
  };
}

/** The values of every field of this tag. Bounds: fields of one message. */
function textsOf({ tags, starts, lengths, bytes, count }: FixMessage, tag: number): string[] {
  const texts: string[] = [];
  for (let index = 0; index < count; index += 1) {
    if (tags[index] !== tag) continue;
    texts.push(readText(bytes, starts[index] ?? 0, lengths[index] ?? 0));
  }
  return texts;
}
