// What the market-data port says: fields in the order of the stock dictionary, so that an engine
// that checks the order within groups takes them.

import { formatPrice, formatQuantity } from "../../../domain/decimal.ts";
import {
  type Instrument,
  InstrumentState,
  instrumentStateNames,
} from "../../../domain/instrument.ts";
import { toPrice, toQuantity, type TimeUs } from "../../../domain/units.ts";
import type { DatedTrade } from "../../../sessions/recent-trades.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { SessionHandle } from "../session/application.ts";
import { timestampLength, writeTimestamp } from "../wire/timestamp.ts";
import type { FixWriter } from "../wire/writer.ts";
import { type BookLevel, type LevelUpdate, UpdateAction } from "./book-mirror.ts";
import type { RequestRefusal, WantedEntries } from "./request.ts";

const ONE_TICK = toPrice(1);
const ONE_LOT = toQuantity(1);
/** MDEntryType (269). */
const EntryType = { bid: 0, ask: 1, trade: 2 } as const;

/** What is shown of an instrument at once. */
export interface MarketImage {
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  /** Oldest first. */
  readonly trades: readonly DatedTrade[];
}

/** What has changed of an instrument since the message before. */
export interface MarketUpdate {
  readonly bids: readonly LevelUpdate[];
  readonly asks: readonly LevelUpdate[];
  /** Oldest first. */
  readonly trades: readonly DatedTrade[];
}

/**
 * MarketDataSnapshotFullRefresh (W): as much of the image as is wanted, of `depth` levels a side.
 */
export function sendSnapshot(
  session: SessionHandle,
  id: string,
  { wanted, depth }: { readonly wanted: WantedEntries; readonly depth: number },
  listing: Listing,
  image: MarketImage,
): void {
  const bids = wanted.bids ? image.bids.slice(0, depth) : [];
  const asks = wanted.asks ? image.asks.slice(0, depth) : [];
  const trades = wanted.trades ? image.trades : [];
  const writer = session.begin("W").text(55, listing.instrument.symbol).text(262, id);
  writer.integer(268, bids.length + asks.length + trades.length);
  for (const [index, level] of bids.entries()) {
    writeSnapshotLevel(writer, listing, EntryType.bid, level, index + 1);
  }
  for (const [index, level] of asks.entries()) {
    writeSnapshotLevel(writer, listing, EntryType.ask, level, index + 1);
  }
  for (const trade of trades) {
    writer.integer(269, EntryType.trade);
    writeTrade(writer, listing, trade);
  }
  session.send();
}

/**
 * MarketDataIncrementalRefresh (X): as much of the update as is wanted; nothing when that is
 * nothing. Returns whether it was sent.
 */
export function sendUpdate(
  session: SessionHandle,
  id: string,
  wanted: WantedEntries,
  listing: Listing,
  update: MarketUpdate,
): boolean {
  const bids = wanted.bids ? update.bids : [];
  const asks = wanted.asks ? update.asks : [];
  const trades = wanted.trades ? update.trades : [];
  const count = bids.length + asks.length + trades.length;
  if (count === 0) return false;
  const writer = session.begin("X").text(262, id).integer(268, count);
  for (const each of bids) writeLevelUpdate(writer, listing, EntryType.bid, each);
  for (const each of asks) writeLevelUpdate(writer, listing, EntryType.ask, each);
  for (const trade of trades) {
    writer.integer(279, UpdateAction.new).integer(269, EntryType.trade);
    writer.integer(278, trade.trade.tradeId).text(55, listing.instrument.symbol);
    writeTrade(writer, listing, trade);
  }
  session.send();
  return true;
}

/** MarketDataRequestReject (Y). */
export function sendRejected(
  session: SessionHandle,
  id: string,
  { because, text }: Extract<RequestRefusal, { kind: "rejected" }>,
): void {
  const writer = session.begin("Y").text(58, text).text(262, id);
  if (because !== undefined) writer.integer(281, because);
  session.send();
}

/** SecurityRequestResult (560). */
export const SecurityResult = { valid: 0, nothingFound: 2, unavailable: 4 } as const;

export interface SecurityListPart {
  readonly requestId: string;
  readonly responseId: string;
  readonly result: (typeof SecurityResult)[keyof typeof SecurityResult];
  readonly listings: readonly Listing[];
  /** In all parts. */
  readonly total: number;
  readonly isLast: boolean;
}

/** SecurityList (y). Text (58) has what FIX 4.4 has no field for. */
export function sendSecurityList(session: SessionHandle, part: SecurityListPart): void {
  const { listings } = part;
  const writer = session.begin("y");
  if (listings.length > 0) writer.integer(146, listings.length);
  for (const { instrument, quote, quantityFormat } of listings) {
    const tick = formatPrice(ONE_TICK, instrument);
    const state = instrumentStateNames[instrument.state];
    writer
      .text(55, instrument.symbol)
      .text(15, quote.code)
      .text(561, formatQuantity(ONE_LOT, quantityFormat));
    if (instrument.quantityMin > 0) {
      writer.text(562, formatQuantity(instrument.quantityMin, quantityFormat));
    }
    writer.text(58, `tick=${tick} state=${state}`);
  }
  writer.text(320, part.requestId).text(322, part.responseId).integer(393, part.total);
  writer.integer(560, part.result).boolean(893, part.isLast);
  session.send();
}

/** SecurityTradingStatus (326): FIX has no word for cancels alone. */
const TRADING_STATUS = {
  [InstrumentState.open]: 17,
  [InstrumentState.cancelOnly]: 2,
  [InstrumentState.halted]: 2,
  [InstrumentState.closed]: 18,
} as const satisfies Record<InstrumentState, number>;

/** SecurityStatus (f): an instrument is in another state; Text (58) is its name. */
export function sendSecurityStatus(
  session: SessionHandle,
  { symbol, state }: Instrument,
  timeUs: TimeUs,
): void {
  const writer = session.begin("f").text(55, symbol).text(58, instrumentStateNames[state]);
  writer.timestamp(60, timeUs, 3).integer(326, TRADING_STATUS[state]);
  session.send();
}

/** TradSesStatus (340). */
export const TradingSession = { halted: 1, open: 2, closed: 3 } as const;
export type TradingSession = (typeof TradingSession)[keyof typeof TradingSession];

/** The venue has one session, which never ends by itself. */
const TRADING_SESSION_ID = "1";

/** TradingSessionStatus (h): the venue takes orders, or does not, and why. */
export function sendTradingSession(
  session: SessionHandle,
  status: TradingSession,
  reason: string,
): void {
  const writer = session.begin("h");
  if (reason !== "") writer.text(58, reason);
  writer.text(336, TRADING_SESSION_ID).integer(340, status);
  session.send();
}

function writeSnapshotLevel(
  writer: FixWriter,
  listing: Listing,
  type: number,
  level: BookLevel,
  position: number,
): void {
  writer.integer(269, type);
  writeLevel(writer, listing, level);
  writer.integer(346, level.orderCount).integer(290, position);
}

function writeLevelUpdate(
  writer: FixWriter,
  listing: Listing,
  type: number,
  { action, level }: LevelUpdate,
): void {
  writer.integer(279, action).integer(269, type).text(55, listing.instrument.symbol);
  if (action === UpdateAction.delete) {
    writer.text(270, formatPrice(level.price, listing.instrument));
    return;
  }
  writeLevel(writer, listing, level);
  writer.integer(346, level.orderCount);
}

function writeLevel(writer: FixWriter, listing: Listing, level: BookLevel): void {
  writer.text(270, formatPrice(level.price, listing.instrument));
  writer.text(271, formatQuantity(level.quantity, listing.quantityFormat));
}

/** A UTCTimestamp: its date (272) and its time of day (273) are written apart. */
const tradeTime = Buffer.alloc(timestampLength(3));
/** Of `YYYYMMDD`. */
const DATE_LENGTH = 8;

function writeTrade(writer: FixWriter, listing: Listing, { trade, timeUs }: DatedTrade): void {
  writeTimestamp(tradeTime, 0, timeUs, 3);
  writer.text(270, formatPrice(trade.price, listing.instrument));
  writer.text(271, formatQuantity(trade.quantity, listing.quantityFormat));
  writer.raw(272, tradeTime, 0, DATE_LENGTH);
  writer.raw(273, tradeTime, DATE_LENGTH + 1, tradeTime.length - DATE_LENGTH - 1);
}
