// One session: a state machine that lives as long as the process, connected or not. Events come in
// with their time; what it does goes to the link, the store and the application. It knows neither
// sockets nor orders.

import { toStack } from "../../../log.ts";
import { TokenBucket } from "../../../sessions/throttle.ts";
import type { Dictionary } from "../dictionary/dictionary.ts";
import { validate, type Flaw } from "../dictionary/validation.ts";
import type { FixMessage } from "../wire/message.ts";
import type { FixWriter } from "../wire/writer.ts";
import type {
  FixApplication,
  LogoutCause,
  SendOptions,
  SessionHandle,
  SessionId,
} from "./application.ts";
import { EarlyMessages } from "./early-messages.ts";
import type { Instant, SessionEnvironment, SessionLink } from "./link.ts";
import { LogonGuard } from "./logon-guard.ts";
import type { MessageStore } from "./message-store.ts";
import { Outbound, routeBack } from "./outbound.ts";
import { FIX42_REASON_MAX, phraseOf } from "./session-reject.ts";
import type { SessionSettings } from "./settings.ts";
import { receiveLogon } from "./states/logon.ts";
import { drainEarly, LOGGED_ON } from "./states/logged-on.ts";
import { LOGGING_OUT } from "./states/logging-out.ts";
import { FAILED, OFFLINE, type SessionState } from "./states/state.ts";

export interface SessionParts {
  readonly id: SessionId;
  readonly settings: SessionSettings;
  readonly dictionary: Dictionary;
  readonly store: MessageStore;
  readonly application: FixApplication;
  readonly environment: SessionEnvironment;
}

export class FixSession implements SessionHandle {
  readonly id: SessionId;
  readonly settings: SessionSettings;
  readonly store: MessageStore;
  readonly application: FixApplication;
  readonly environment: SessionEnvironment;
  readonly outbound: Outbound;
  readonly early = new EarlyMessages();
  readonly guard = new LogonGuard();
  readonly #dictionary: Dictionary;
  readonly #messages: TokenBucket;
  state: SessionState = OFFLINE;
  /** HeartBtInt as agreed, in microseconds; 0: none. */
  heartBtUs = 0;
  /** On the steady clock. */
  lastReceivedUs = 0;
  isTestRequestPending = false;
  /** When our Logout left, on the steady clock. */
  logoutSentUs = 0;

  constructor({ id, settings, dictionary, store, application, environment }: SessionParts) {
    this.id = id;
    this.settings = settings;
    this.store = store;
    this.application = application;
    this.environment = environment;
    this.#dictionary = dictionary;
    const { hardRate } = settings;
    this.#messages = hardRate === undefined ? TokenBucket.unlimited() : new TokenBucket(hardRate);
    this.outbound = new Outbound(id, settings, store, environment);
  }

  get isLoggedOn(): boolean {
    return this.state === LOGGED_ON;
  }

  get isFailed(): boolean {
    return this.outbound.isFailed;
  }

  get isCongested(): boolean {
    return this.isBusy || this.outbound.link?.isCongested === true;
  }

  get lastChangeSequence(): number {
    return this.store.lastChangeSequence;
  }

  get note(): number {
    return this.store.note;
  }

  /** A long resend is under way: nothing is received until `continueResend` has ended it. */
  get isBusy(): boolean {
    return this.outbound.isResending;
  }

  // Events

  /**
   * The first message of a connection, a Logon with our names: the session takes the link or closes
   * it.
   */
  logon(message: FixMessage, link: SessionLink, now: Instant): void {
    this.rollOver(now);
    receiveLogon(this, message, link, now);
  }

  /** A message that was framed and parsed. Order: not while `isBusy`. */
  receive(message: FixMessage, now: Instant): void {
    this.lastReceivedUs = now.steadyUs;
    this.isTestRequestPending = false;
    this.state.receive(this, message, now);
  }

  /** Time has passed: some ten times a second while connected, once a second otherwise. */
  tick(now: Instant): void {
    this.state.tick(this, now);
    this.rollOver(now);
  }

  /** There is room again, or another turn: goes on with a resend. */
  continueResend(now: Instant): void {
    this.outbound.continueResend(now);
    drainEarly(this, now);
  }

  /** The connection is gone. */
  disconnected(cause: "disconnect" | "slow_client"): void {
    this.leave(cause);
  }

  /** The store has failed: nothing is sent or taken until the next start. */
  fail(): void {
    this.leave("ended");
    this.state = FAILED;
    this.outbound.isFailed = true;
  }

  /** Tells the client beforehand that the venue stops, with News (B). */
  announce(headline: string, text: string): void {
    if (!this.isLoggedOn) return;
    this.begin("B").text(148, headline).integer(33, 1).text(58, text);
    this.send();
  }

  // What applications call

  begin(msgType: string): FixWriter {
    return this.outbound.begin(msgType);
  }

  send(options: SendOptions = {}): void {
    this.outbound.sendApplication(this.environment.now(), options);
  }

  markHeard(changeSequence: number): void {
    // What it was to be told since then was not stored.
    if (!this.outbound.isFailed) this.store.markHeard(changeSequence);
  }

  setNote(note: number): void {
    if (this.outbound.isFailed || note === this.store.note) return;
    this.environment.noteStored(this.store);
    this.store.setNote(note);
  }

  reject(message: FixMessage, reason: number, tag?: number): void {
    this.sendReject(message, tag === undefined ? { reason } : { reason, tag });
  }

  businessReject(message: FixMessage, reason: number, text: string, refId?: string): void {
    if (this.#isBefore42) {
      this.#sendRejectText(message, text);
      return;
    }
    const writer = this.begin("j")
      .integer(45, message.integer(34) ?? 0)
      .text(58, text);
    writer.text(372, message.msgType);
    if (refId !== undefined) writer.text(379, refId);
    writer.integer(380, reason);
    this.outbound.sendApplication(this.environment.now(), {}, routeBack(message));
  }

  logout(text: string, blockMs = 0): void {
    const now = this.environment.now();
    if (blockMs > 0) this.guard.block(now.steadyUs, blockMs);
    this.end(now, text, "ended");
  }

  giveUp(error: unknown): void {
    const text = toStack(error);
    const client = this.id.targetCompId;
    this.environment.log.error("fix_session_given_up", { client, error: text });
    this.outbound.link?.close();
    this.fail();
  }

  // What the states share

  /** Why the message may not be taken as it stands. */
  findFlaw(message: FixMessage): Flaw | undefined {
    return validate(message, this.#dictionary, this.settings.validation);
  }

  /** Counts a message of the client; false: there are too many. */
  count(now: Instant): boolean {
    return this.#messages.take(now.steadyUs);
  }

  /** The next message expected is `sequence`. */
  expect(sequence: number): void {
    this.environment.noteStored(this.store);
    this.store.setExpectedIn(sequence);
  }

  holdFrom(sequence: number | undefined): void {
    this.environment.noteStored(this.store);
    this.store.holdIn(sequence);
  }

  /** Session Reject (3): 45, 58, 371, 372, 373, as far as the version has them. */
  sendReject(message: FixMessage, flaw: { readonly reason: number; readonly tag?: number }): void {
    const { reason, tag } = flaw;
    const phrase = phraseOf(reason);
    const { targetCompId } = this.id;
    this.environment.log.info("fix_rejected", {
      client: targetCompId,
      sequence: message.integer(34) ?? 0,
      reason: phrase,
      tag,
    });
    if (this.#isBefore42) {
      this.#sendRejectText(message, tag === undefined ? phrase : `${phrase} (${tag})`);
      return;
    }
    const writer = this.begin("3")
      .integer(45, message.integer(34) ?? 0)
      .text(58, phrase);
    if (tag !== undefined) writer.integer(371, tag);
    if (message.msgType !== "") writer.text(372, message.msgType);
    const isKnown = this.id.beginString !== "FIX.4.2" || reason <= FIX42_REASON_MAX;
    if (isKnown) writer.integer(373, reason);
    this.outbound.sendAdmin(this.environment.now(), routeBack(message));
  }

  /** Asks for everything from the expected number on. */
  askAgain(now: Instant): void {
    const { expectedIn } = this.store;
    this.environment.log.info("fix_gap", { client: this.id.targetCompId, from: expectedIn });
    this.begin("2")
      .integer(7, expectedIn)
      .integer(16, this.#isBefore42 ? RESEND_ALL_BEFORE_42 : 0);
    this.outbound.sendAdmin(now);
  }

  /** Sends Logout and waits for the answer. */
  end(now: Instant, text: string | undefined, cause: LogoutCause): void {
    if (!this.isLoggedOn) return;
    this.outbound.stopResend();
    this.sendLogout(now, text);
    this.state = LOGGING_OUT;
    this.outbound.isOpen = false;
    this.logoutSentUs = now.steadyUs;
    this.#noteLogout(cause, text);
  }

  /** Sends Logout and closes without waiting. */
  cut(now: Instant, text: string): void {
    this.end(now, text, "ended");
    this.drop("ended");
  }

  /** Closes the connection. */
  drop(cause: LogoutCause): void {
    this.outbound.link?.close();
    this.leave(cause);
  }

  sendLogout(now: Instant, text: string | undefined): void {
    const writer = this.begin("5");
    if (text !== undefined) writer.text(58, text);
    this.outbound.sendAdmin(now);
  }

  leave(cause: LogoutCause): void {
    const wasLoggedOn = this.isLoggedOn;
    if (this.state !== FAILED) this.state = OFFLINE;
    this.outbound.stopResend();
    this.outbound.isOpen = false;
    this.outbound.link = undefined;
    this.early.clear();
    if (wasLoggedOn) this.#noteLogout(cause, undefined);
  }

  /** Begins the numbers anew on both sides. */
  reset(now: Instant): void {
    this.environment.noteStored(this.store);
    this.store.reset(now.utcUs);
    this.early.clear();
  }

  /** Whether the store is of a session that the schedule has ended since. */
  isOver(now: Instant): boolean {
    const { calendar } = this.settings;
    if (calendar === undefined) return false;
    return !calendar.isOpen(now.utcUs) || this.store.startedAtUs < calendar.startUs(now.utcUs);
  }

  rollOver(now: Instant): void {
    const { calendar } = this.settings;
    if (calendar === undefined || this.state !== OFFLINE) return;
    if (this.store.startedAtUs < calendar.startUs(now.utcUs)) this.reset(now);
  }

  get #isBefore42(): boolean {
    const { beginString } = this.id;
    return beginString === "FIX.4.0" || beginString === "FIX.4.1";
  }

  #sendRejectText(message: FixMessage, text: string): void {
    this.begin("3")
      .integer(45, message.integer(34) ?? 0)
      .text(58, text);
    this.outbound.sendAdmin(this.environment.now(), routeBack(message));
  }

  #noteLogout(cause: LogoutCause, text: string | undefined): void {
    this.environment.log.info("fix_logout", { client: this.id.targetCompId, cause, text });
    this.application.onLogout(this, cause);
  }
}

/** EndSeqNo (16) for "all" where 0 is not known yet. */
const RESEND_ALL_BEFORE_42 = 999_999;
