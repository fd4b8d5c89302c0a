// The Logon. What does not look like a client of this session is closed without a word: it tells a
// scanner nothing. A client that can be told what is wrong gets a Logout with the reason.

import { toNetwork } from "../../../../sessions/throttle.ts";
import type { FixMessage } from "../../wire/message.ts";
import type { Instant, SessionLink } from "../link.ts";
import { phraseOf } from "../session-reject.ts";
import type { FixSession } from "../session.ts";
import { LOGGED_ON } from "./logged-on.ts";
import { OFFLINE } from "./state.ts";

type Judgement =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly text: string; readonly isFailure: boolean }
  | { readonly kind: "silent" };

const ACCEPTED: Judgement = { kind: "accepted" };
const SILENT: Judgement = { kind: "silent" };

/** Judges a Logon and answers it; the link is taken or closed. */
export function receiveLogon(
  session: FixSession,
  message: FixMessage,
  link: SessionLink,
  now: Instant,
): void {
  const { environment, guard, id, outbound } = session;
  const judgement = judge(session, message, link, now);
  const client = id.targetCompId;
  const address = link.facts.remoteAddress;
  if (judgement.kind === "accepted") {
    guard.noteSuccess(toNetwork(address));
    environment.log.info("fix_logon", { client, address, sequence: message.integer(34) });
    accept(session, message, link, now);
    return;
  }
  if (judgement.kind === "refused") {
    if (judgement.isFailure) guard.noteFailure(toNetwork(address), now.steadyUs);
    // A session that is on has another link, and is refused silently.
    outbound.link = link;
    session.sendLogout(now, judgement.text);
    outbound.link = undefined;
  }
  const text = judgement.kind === "refused" ? judgement.text : undefined;
  environment.log.info("fix_logon_refused", { client, address, text });
  link.close();
}

/**
 * A Logon within the session: with 141=Y it begins the numbers anew, else it has no meaning. Each
 * costs new files: it counts with the failures.
 */
export function receiveLogonAgain(session: FixSession, message: FixMessage, now: Instant): void {
  if (!message.is(141, "Y")) {
    session.end(now, "Already logged on", "ended");
    return;
  }
  const refusal = findFault(session, message);
  if (refusal !== undefined) {
    session.end(now, refusal, "ended");
    return;
  }
  const network = toNetwork(session.outbound.link?.facts.remoteAddress ?? "");
  session.guard.noteFailure(network, now.steadyUs);
  if (session.guard.isBlocked(network, now.steadyUs)) {
    session.end(now, "Too many resets: wait 15 s", "ended");
    return;
  }
  session.reset(now);
  session.expect(2);
  answer(session, message, now);
}

/**
 * Whether SendingTime (52) is near enough; one that is missing or malformed is judged elsewhere.
 * A message is not late for having waited behind a resend.
 */
export function isOnTime(
  { settings, outbound }: FixSession,
  message: FixMessage,
  now: Instant,
): boolean {
  const sentUs = message.timestamp(52);
  if (sentUs === undefined || Number.isNaN(sentUs)) return true;
  const windowUs = settings.sendingTimeWindowMs * 1_000;
  const lateUs = now.utcUs - sentUs;
  return lateUs >= -windowUs && lateUs <= windowUs + outbound.deafUs(now, windowUs);
}

function judge(
  session: FixSession,
  message: FixMessage,
  link: SessionLink,
  now: Instant,
): Judgement {
  const { application, guard, settings } = session;
  const sequence = message.integer(34);
  if (isFixt(session) && !message.has(1137)) return SILENT;
  const isDated = message.timestamp(52) !== undefined && isOnTime(session, message, now);
  if (session.state !== OFFLINE || !isDated || sequence === undefined) return SILENT;
  if (!(sequence >= 1)) return SILENT;
  const network = toNetwork(link.facts.remoteAddress);
  if (guard.isBlocked(network, now.steadyUs)) {
    return guard.mayTell(now.steadyUs)
      ? refuse("Too many failed logons: wait 15 s", false)
      : SILENT;
  }
  const fault = findFault(session, message);
  if (fault !== undefined) return refuse(fault);
  if (settings.calendar?.isOpen(now.utcUs) === false) return refuse("Session is closed now");
  const verdict = application.authenticate(session, message, link.facts);
  if (verdict.kind === "silent") {
    guard.noteFailure(network, now.steadyUs);
    return SILENT;
  }
  if (verdict.kind === "refused") return refuse(verdict.text);
  return judgeNumbers(session, message, sequence);
}

function judgeNumbers(session: FixSession, message: FixMessage, sequence: number): Judgement {
  const { store } = session;
  const isReset = mustReset(session, message);
  const expected = isReset ? 1 : store.expectedIn;
  if (sequence < expected) {
    const text = `MsgSeqNum too low, expecting ${expected} but received ${sequence}`;
    return refuse(text, false);
  }
  const next = isReset ? 1 : store.nextOut;
  const wanted = message.integer(789) ?? next;
  if (wanted > next) {
    const text = `NextExpectedMsgSeqNum too high, expecting ${next} but received ${wanted}`;
    return refuse(text, false);
  }
  return ACCEPTED;
}

function refuse(text: string, isFailure = true): Judgement {
  return { kind: "refused", text, isFailure };
}

/** What is wrong with the fields of a Logon, in words. */
function findFault(session: FixSession, message: FixMessage): string | undefined {
  const { settings } = session;
  const flaw = session.findFlaw(message);
  if (flaw !== undefined) {
    return `${phraseOf(flaw.reason)}${flaw.tag === undefined ? "" : ` (${flaw.tag})`}`;
  }
  if (!message.is(98, "0")) return "EncryptMethod must be 0";
  const { heartBtIntMin, heartBtIntMax } = settings;
  const heartBtInt = message.integer(108) ?? -1;
  if (!(heartBtInt >= heartBtIntMin && heartBtInt <= heartBtIntMax)) {
    return `HeartBtInt must be ${heartBtIntMin} to ${heartBtIntMax}`;
  }
  if (message.is(141, "Y") && message.integer(34) !== 1) {
    return "MsgSeqNum must be 1 with ResetSeqNumFlag";
  }
  if (message.integer(789) === 0) return "NextExpectedMsgSeqNum must be 1 or more";
  if (isFixt(session) && !message.is(1137, settings.defaultApplVerId)) {
    return `DefaultApplVerID must be ${settings.defaultApplVerId}`;
  }
  return undefined;
}

function isFixt({ id }: FixSession): boolean {
  return id.beginString === "FIXT.1.1";
}

function mustReset({ settings }: FixSession, message: FixMessage): boolean {
  return settings.isResetOnLogon || message.is(141, "Y");
}

function accept(session: FixSession, message: FixMessage, link: SessionLink, now: Instant): void {
  const { application, early, outbound, store } = session;
  if (mustReset(session, message)) session.reset(now);
  const sequence = message.integer(34) ?? 0;
  const { expectedIn } = store;
  const isNext = sequence === expectedIn;
  if (isNext) session.expect(sequence + 1);
  session.state = LOGGED_ON;
  session.lastReceivedUs = now.steadyUs;
  session.isTestRequestPending = false;
  outbound.link = link;
  outbound.isOpen = true;
  const answeredAs = store.nextOut;
  answer(session, message, now);
  if (!isNext) {
    const mustAsk = early.mustAsk(expectedIn, sequence, false);
    early.markDone(sequence);
    // With 789 the client sees in our answer what is missing, and resends it unasked.
    if (mustAsk && !message.has(789)) session.askAgain(now);
  }
  const wanted = message.integer(789) ?? answeredAs;
  if (wanted < answeredAs) outbound.resend(wanted, answeredAs, now);
  application.onLogon(session);
}

/** Our Logon: mirrors 98, 108, 141; credentials are never repeated. */
function answer(session: FixSession, message: FixMessage, now: Instant): void {
  const { settings, store } = session;
  const heartBtInt = message.integer(108) ?? 0;
  session.heartBtUs = heartBtInt * 1_000_000;
  const writer = session.begin("A").integer(98, 0).integer(108, heartBtInt);
  if (message.is(141, "Y")) writer.boolean(141, true);
  if (message.has(789)) writer.integer(789, store.expectedIn);
  if (isFixt(session)) writer.text(1137, settings.defaultApplVerId);
  session.outbound.sendAdmin(now);
}
