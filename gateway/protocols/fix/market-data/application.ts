// The application of the market-data port: requests for books, trades and the list of instruments.
// Orders are not entered here, so that they never wait behind a book.

import type { Clock } from "../../../clock.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import type { TimeUs } from "../../../domain/units.ts";
import type { Metrics } from "../../../metrics.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import type { LogonDesk } from "../logon-desk.ts";
import { BusinessReason } from "../rejects.ts";
import type {
  ConnectionFacts,
  FixApplication,
  LogonVerdict,
  SessionHandle,
} from "../session/application.ts";
import { RATE_EXCEEDED } from "../session/session-reject.ts";
import type { FixMessage } from "../wire/message.ts";
import { FOLLOWS_MAX, MarketDataFeed } from "./feed.ts";
import { MarketStage } from "./market-stage.ts";
import {
  SecurityResult,
  sendRejected,
  sendSecurityList,
  sendSecurityStatus,
  sendTradingSession,
  TradingSession,
} from "./messages.ts";
import { readRequest, RejectedBecause } from "./request.ts";

/** What is entered on the order port. */
const ORDER_MESSAGES = new Set(["D", "F", "G", "q", "H", "AF"]);
/** Of one SecurityList: some 8 kB. */
const LISTINGS_PER_MESSAGE = 100;
/** SecurityListRequestType (559): all of them. */
const ALL_SECURITIES = "4";
/** How often it is looked whether the venue takes orders, in milliseconds. */
const WATCH_MS = 250;

export interface MarketDataParts {
  readonly venue: Pick<
    Venue,
    "queries" | "trades" | "reference" | "router" | "operations" | "authenticator"
  >;
  readonly desk: LogonDesk;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

export class MarketDataApplication implements FixApplication {
  readonly stage: MarketStage;
  readonly #parts: MarketDataParts;
  readonly #feed: MarketDataFeed;
  readonly #stopWatching: () => void;
  /** Logged on, with who it is. */
  readonly #callers = new Map<SessionHandle, Caller>();
  /** Accepted, and not yet told of its Logon. */
  readonly #accepted = new Map<SessionHandle, Caller>();
  readonly #states = new Map<number, Instrument["state"]>();
  #status: TradingSession;

  constructor(parts: MarketDataParts) {
    const { venue, clock, metrics } = parts;
    this.#parts = parts;
    const feed = new MarketDataFeed({ venue, clock });
    this.#feed = feed;
    this.stage = new MarketStage(
      {
        passes: (transaction) => !transaction.changesReference && feed.passes(transaction),
        isFollowed: (instrument) => feed.isFollowed(instrument),
        takeLevel: (level) => feed.takeLevel(level),
        takeTrade: (trade) => feed.takeTrade(trade),
        takeInstrument: (instrument, timeUs) => this.#takeInstrument(instrument, timeUs),
        restart: () => feed.restart(),
      },
      venue.router.releasedSequence,
    );
    feed.attach(this.stage);
    for (const { instrument } of venue.reference.listings()) {
      this.#states.set(instrument.instrumentId, instrument.state);
    }
    this.#status = this.#tradingSession().status;
    this.#stopWatching = clock.every(WATCH_MS, () => this.watch());
    const gauge = (name: string, help: string, read: () => number): void =>
      metrics.read(`openbell_fix_market_data_${name}`, "gauge", help, read);
    gauge("instruments_followed", "Instruments of all requests", () => feed.followCount);
    metrics.read(
      "openbell_fix_market_data_conflations_total",
      "counter",
      "How often a client that did not read was left out until it did",
      () => feed.conflations,
    );
  }

  stop(): void {
    this.#stopWatching();
    this.#feed.stop();
  }

  authenticate(
    session: SessionHandle,
    logon: FixMessage,
    connection: ConnectionFacts,
  ): LogonVerdict {
    const judgement = this.#parts.desk.judge(session, logon, connection);
    if (judgement.kind === "accepted") this.#accepted.set(session, judgement.grant.caller);
    return judgement;
  }

  onLogon(session: SessionHandle): void {
    const caller = this.#accepted.get(session);
    this.#accepted.delete(session);
    if (caller !== undefined) this.#callers.set(session, caller);
  }

  onLogout(session: SessionHandle): void {
    this.#callers.delete(session);
    this.#feed.forget(session);
  }

  onMessage(session: SessionHandle, message: FixMessage): void {
    const { msgType } = message;
    if (msgType === "V") this.#onMarketDataRequest(session, message);
    else if (msgType === "x") this.#onSecurityListRequest(session, message);
    else if (ORDER_MESSAGES.has(msgType)) {
      const text = "Not on a market-data session";
      session.businessReject(message, BusinessReason.notAuthorized, text, message.text(11));
    } else {
      session.businessReject(
        message,
        BusinessReason.unsupportedMessageType,
        "Unsupported Message Type",
      );
    }
  }

  /** Tells of a change in whether the venue takes orders. */
  watch(): void {
    const { status, reason } = this.#tradingSession();
    if (status === this.#status) return;
    this.#status = status;
    for (const session of this.#callers.keys()) sendTradingSession(session, status, reason);
  }

  #onMarketDataRequest(session: SessionHandle, message: FixMessage): void {
    const request = readRequest(message);
    if (!("id" in request)) {
      const id = message.text(262) ?? "";
      if (request.kind === "rejected") sendRejected(session, id, request);
      else
        session.businessReject(
          message,
          BusinessReason.conditionallyRequiredFieldMissing,
          request.text,
          id,
        );
      return;
    }
    const { id, symbols } = request;
    const refuse = (text: string, because?: 0 | 1 | 2): void =>
      sendRejected(session, id, {
        kind: "rejected",
        text,
        ...(because === undefined ? {} : { because }),
      });
    if (request.kind === "unsubscribe") {
      if (!this.#feed.unsubscribe(session, id)) refuse("No request has this MDReqID");
      return;
    }
    if (this.#feed.hasRequest(session, id)) {
      refuse("MDReqID is in use", RejectedBecause.duplicateId);
    } else if (!this.#feed.hasRoomFor(session, symbols.length)) {
      const text = `A session follows at most ${FOLLOWS_MAX} instruments`;
      refuse(text, RejectedBecause.tooMuch);
    } else if (!this.#take(session, symbols.length)) {
      refuse(RATE_EXCEEDED, RejectedBecause.tooMuch);
    } else {
      const listings = symbols.flatMap((symbol) => this.#find(symbol) ?? []);
      const isAllKnown = listings.length === symbols.length;
      if (isAllKnown) this.#feed.subscribe(session, request, [...new Set(listings)]);
      else refuse("Symbol is not known", RejectedBecause.unknownSymbol);
    }
  }

  #onSecurityListRequest(session: SessionHandle, message: FixMessage): void {
    const requestId = message.text(320) ?? "";
    const symbol = message.text(55);
    const isAll = message.is(559, ALL_SECURITIES);
    if (!isAll && symbol === undefined) {
      const text = "Symbol (55) is needed for one instrument";
      session.businessReject(
        message,
        BusinessReason.conditionallyRequiredFieldMissing,
        text,
        requestId,
      );
      return;
    }
    if (!this.#take(session, 1)) {
      session.businessReject(message, BusinessReason.other, RATE_EXCEEDED, requestId);
      return;
    }
    const found = symbol === undefined ? undefined : this.#find(symbol);
    const one = found === undefined ? [] : [found];
    const listings = isAll ? this.#parts.venue.reference.listings() : one;
    const result = listings.length === 0 ? SecurityResult.nothingFound : SecurityResult.valid;
    const total = listings.length;
    const parts = Math.max(1, Math.ceil(total / LISTINGS_PER_MESSAGE));
    for (let part = 0; part < parts; part += 1) {
      const from = part * LISTINGS_PER_MESSAGE;
      sendSecurityList(session, {
        ...{ requestId, responseId: `${requestId}-${part + 1}`, result, total },
        listings: listings.slice(from, from + LISTINGS_PER_MESSAGE),
        isLast: part === parts - 1,
      });
    }
  }

  #find(symbol: string): Listing | undefined {
    return this.#parts.venue.reference.findListing(symbol);
  }

  /** Takes from the bucket of the session's key: as many as instruments are asked for. */
  #take(session: SessionHandle, count: number): boolean {
    const bucket = this.#callers.get(session)?.requests;
    const nowUs = this.#parts.venue.authenticator.nowUs();
    let isTaken = bucket !== undefined;
    for (let taken = 0; taken < count && isTaken; taken += 1) {
      isTaken = bucket?.take(nowUs) === true;
    }
    return isTaken;
  }

  #takeInstrument(instrument: Instrument, timeUs: TimeUs): void {
    const { instrumentId, state } = instrument;
    const before = this.#states.get(instrumentId);
    if (before === state) return;
    this.#states.set(instrumentId, state);
    if (before === undefined) return;
    for (const session of this.#callers.keys()) sendSecurityStatus(session, instrument, timeUs);
  }

  #tradingSession(): { readonly status: TradingSession; readonly reason: string } {
    const { isReady, isDraining, core, journal, clock } = this.#parts.venue.operations.health();
    if (isDraining) return { status: TradingSession.closed, reason: "the venue stops" };
    if (isReady) return { status: TradingSession.open, reason: "" };
    const reason = [core, journal, clock].map(({ detail }) => detail).filter((text) => text !== "");
    return { status: TradingSession.halted, reason: reason.join("; ") };
  }
}
