// A session that is on. Checks go from the frame inwards: version, number, names, time, order of
// numbers, dictionary, meaning. What is wrong outside ends the session, what is wrong inside is
// rejected and counts as received.

import type { FixMessage } from "../../wire/message.ts";
import type { Instant } from "../link.ts";
import { BLOCK_MS } from "../logon-guard.ts";
import { answerResendRequest } from "../resend-request.ts";
import { RATE_EXCEEDED, RejectReason } from "../session-reject.ts";
import type { FixSession } from "../session.ts";
import { isOnTime, receiveLogonAgain } from "./logon.ts";
import type { SessionState } from "./state.ts";

/** Silence after which the client is asked for a sign of life, and after which it is given up. */
const ASK_AFTER_INTERVALS = 1.2;
const DROP_AFTER_INTERVALS = 2.4;
/** Of a client's Text (58), which can be as long as a message. */
const TEXT_LOGGED = 256;

export const LOGGED_ON: SessionState = {
  receive(session, message, now) {
    const { id, store } = session;
    if (!message.is(8, id.beginString)) {
      session.end(now, "Incorrect BeginString", "ended");
      return;
    }
    const sequence = message.integer(34);
    if (sequence === undefined || !(sequence >= 0)) {
      session.cut(now, "Received message without MsgSeqNum");
      return;
    }
    if (!isNamedRight(session, message)) {
      refuseHeader(session, message, sequence, RejectReason.compIdProblem, now);
    } else if (!isOnTime(session, message, now)) {
      refuseHeader(session, message, sequence, RejectReason.sendingTimeAccuracy, now);
    } else if (message.msgType !== "5" && !session.count(now)) {
      endTooFast(session, sequence);
    } else if (!receiveOutOfOrder(session, message, sequence, now)) {
      const { expectedIn } = store;
      if (sequence === expectedIn) takeNext(session, message, sequence, now);
      else if (sequence > expectedIn) keepEarly(session, message, sequence, now);
      else receiveLow(session, message, sequence, now);
    }
    drainEarly(session, now);
  },

  tick(session, now) {
    if (session.isOver(now)) {
      session.end(now, "Session has ended by its schedule", "ended");
      return;
    }
    if (session.outbound.isResending) {
      // Nothing is read meanwhile, so silence says nothing.
      session.lastReceivedUs = now.steadyUs;
      return;
    }
    const interval = session.heartBtUs;
    if (interval === 0) return;
    const silence = now.steadyUs - session.lastReceivedUs;
    if (silence >= DROP_AFTER_INTERVALS * interval) {
      session.drop("timeout");
    } else if (session.isTestRequestPending) {
      return;
    } else if (silence >= ASK_AFTER_INTERVALS * interval) {
      session.isTestRequestPending = true;
      session.begin("1").text(112, "TEST");
      session.outbound.sendAdmin(now);
    } else if (now.steadyUs - session.outbound.lastSentUs >= interval) {
      session.begin("0");
      session.outbound.sendAdmin(now);
    }
  },
};

/** Takes the early messages whose turn has come, as long as nothing else is to be done first. */
export function drainEarly(session: FixSession, now: Instant): void {
  while (session.isLoggedOn && !session.isBusy) {
    const { expectedIn } = session.store;
    const early = session.early.take(expectedIn);
    if (early === undefined) return;
    if (early === "done") {
      session.expect(expectedIn + 1);
      continue;
    }
    const message = session.environment.early;
    if (message.parse(early, 0, early.length) !== "ok") throw new Error("it was parsed before");
    takeNext(session, message, expectedIn, now);
  }
}

function isNamedRight({ id }: FixSession, message: FixMessage): boolean {
  return isName(message, 49, id.targetCompId) && isName(message, 56, id.senderCompId);
}

/** A name that is missing or empty is a flaw of the message, found by the dictionary. */
function isName(message: FixMessage, tag: number, name: string): boolean {
  const index = message.find(tag);
  return index < 0 || message.lengths[index] === 0 || message.isAt(index, name);
}

/** Rejects what cannot be of this session, and ends the session. */
function refuseHeader(
  session: FixSession,
  message: FixMessage,
  sequence: number,
  reason: number,
  now: Instant,
): void {
  if (sequence === session.store.expectedIn) session.expect(sequence + 1);
  session.sendReject(message, { reason });
  session.end(now, undefined, "ended");
}

/** What came last is not done, and not asked for again when the client is back. */
function endTooFast(session: FixSession, sequence: number): void {
  if (sequence === session.store.expectedIn) session.expect(sequence + 1);
  session.logout(RATE_EXCEEDED, BLOCK_MS);
}

/** Messages that have their effect whatever their number. Returns whether it was one. */
function receiveOutOfOrder(
  session: FixSession,
  message: FixMessage,
  sequence: number,
  now: Instant,
): boolean {
  switch (message.msgType) {
    case "2":
      receiveResendRequest(session, message, sequence, now);
      return true;
    case "4":
      if (message.is(123, "Y")) return false;
      receiveSequenceReset(session, message);
      return true;
    case "5":
      if (sequence === session.store.expectedIn) session.expect(sequence + 1);
      session.sendLogout(now, undefined);
      session.drop("logout");
      return true;
    case "A":
      receiveLogonAgain(session, message, now);
      return true;
    default:
      return false;
  }
}

function receiveResendRequest(
  session: FixSession,
  message: FixMessage,
  sequence: number,
  now: Instant,
): void {
  const { expectedIn } = session.store;
  if (sequence < expectedIn && message.is(43, "Y")) return;
  if (sequence === expectedIn) {
    session.expect(sequence + 1);
  } else if (sequence > expectedIn) {
    // Asked before it is answered: both sides may miss something at the same time.
    if (session.early.mustAsk(expectedIn, sequence, message.is(43, "Y"))) session.askAgain(now);
    if (!session.early.markDone(sequence)) {
      endTooFarAhead(session, now);
      return;
    }
  }
  const flaw = session.findFlaw(message);
  if (flaw === undefined) answerResendRequest(session, message, now);
  else session.sendReject(message, flaw);
}

/**
 * SequenceReset-Reset: the client gives up what lies between, in either direction of its number.
 */
function receiveSequenceReset(session: FixSession, message: FixMessage): void {
  const flaw = session.findFlaw(message);
  const newSequence = message.integer(36) ?? 0;
  if (flaw !== undefined) {
    session.sendReject(message, flaw);
  } else if (newSequence < session.store.expectedIn) {
    session.sendReject(message, { reason: RejectReason.valueIncorrect });
  } else {
    session.expect(newSequence);
    session.early.settle(newSequence);
  }
}

function keepEarly(session: FixSession, message: FixMessage, sequence: number, now: Instant): void {
  const { early, store } = session;
  if (!early.add(sequence, message.bytes, message.start, message.end)) {
    endTooFarAhead(session, now);
    return;
  }
  if (early.mustAsk(store.expectedIn, sequence, message.is(43, "Y"))) session.askAgain(now);
}

function endTooFarAhead(session: FixSession, now: Instant): void {
  session.end(now, "Too many messages ahead of a missing one", "ended");
}

function receiveLow(
  session: FixSession,
  message: FixMessage,
  sequence: number,
  now: Instant,
): void {
  if (message.is(43, "Y")) {
    // Seen before, unless it lies about its time: then the client's clock or store is not right.
    isPossDupRight(session, message, now);
    return;
  }
  const { expectedIn } = session.store;
  session.cut(now, `MsgSeqNum too low, expecting ${expectedIn} but received ${sequence}`);
}

/** The message whose turn it is. It counts as received whatever is wrong with it. */
function takeNext(session: FixSession, message: FixMessage, sequence: number, now: Instant): void {
  session.expect(sequence + 1);
  const flaw = session.findFlaw(message);
  if (flaw !== undefined) {
    session.sendReject(message, flaw);
    return;
  }
  if (message.is(43, "Y") && !isPossDupRight(session, message, now)) return;
  switch (message.msgType) {
    case "0":
      return;
    case "1":
      session.begin("0").text(112, message.text(112) ?? "TEST");
      session.outbound.sendAdmin(now);
      return;
    case "3":
      session.environment.log.warn("fix_rejected_by_client", {
        client: session.id.targetCompId,
        sequence: message.integer(45),
        text: message.text(58)?.slice(0, TEXT_LOGGED),
      });
      return;
    case "4":
      fillGap(session, message, sequence);
      return;
    default:
      session.application.onMessage(session, message);
  }
}

function fillGap(session: FixSession, message: FixMessage, sequence: number): void {
  const newSequence = message.integer(36) ?? 0;
  if (newSequence <= sequence) {
    session.sendReject(message, { reason: RejectReason.valueIncorrect });
    return;
  }
  session.expect(newSequence);
  session.early.settle(newSequence);
}

/**
 * Whether a possible duplicate says when it was first sent, and that this was not after now.
 * Rejects it otherwise. A SequenceReset stands for others and has no time of its own.
 */
function isPossDupRight(session: FixSession, message: FixMessage, now: Instant): boolean {
  if (message.msgType === "4") return true;
  const orig = message.timestamp(122);
  if (orig === undefined) {
    session.sendReject(message, { reason: RejectReason.requiredTagMissing, tag: 122 });
    return false;
  }
  if (orig > (message.timestamp(52) ?? 0)) {
    session.sendReject(message, { reason: RejectReason.sendingTimeAccuracy });
    session.end(now, undefined, "ended");
    return false;
  }
  return true;
}
