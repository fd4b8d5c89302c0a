// What public channels say, in the shapes of HTTP.

import type { Transaction } from "../../domain/change.ts";
import type { BookDiff } from "../../push/book-diff.ts";
import type { DatedTrade } from "../../sessions/recent-trades.ts";
import type { Listing } from "../../sessions/reference-data.ts";
import { toLevels, toPublicTrade } from "../http/routes/market.ts";

type MessageType = "snapshot" | "update";

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

export function bookUpdate(channel: string, listing: Listing, diff: BookDiff): string {
  const { bids, asks } = toLevels(diff.levels(), listing);
  const { first, last, previousLast } = diff.span;
  return JSON.stringify({
    channel,
    type: "update",
    first_sequence: first,
    last_sequence: last,
    previous_last_sequence: previousLast,
    bids,
    asks,
  });
}

/** The best levels, whole. */
export function depthMessage(
  channel: string,
  type: MessageType,
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

/** Trades, oldest first. `head`: at which sequence, and what else is said of them. */
export function tradesSnapshot(
  channel: string,
  listing: Listing,
  trades: readonly DatedTrade[],
  head: { readonly sequence: number; readonly complete_after: number },
): string {
  return JSON.stringify({
    channel,
    type: "snapshot",
    ...head,
    trades: trades.map((trade) => toPublicTrade(trade, listing)),
  });
}

/** The trades of one transaction. */
export function tradesUpdate(
  channel: string,
  listing: Listing,
  trades: readonly DatedTrade[],
): string {
  return JSON.stringify({
    channel,
    type: "update",
    sequence: trades[0]?.sequence,
    trades: trades.map((trade) => toPublicTrade(trade, listing)),
  });
}

/** `bars`: as JSON, oldest first. */
export function klinesMessage(
  channel: string,
  type: MessageType,
  sequence: number,
  bars: readonly string[],
): string {
  const head = JSON.stringify({ channel, type, sequence });
  return `${head.slice(0, -1)},"klines":[${bars.join(",")}]}`;
}

export function tickerMessage(
  channel: string,
  type: MessageType,
  sequence: number,
  ticker: string,
): string {
  const head = JSON.stringify({ channel, type, sequence });
  return `${head.slice(0, -1)},"ticker":${ticker}}`;
}
