// What a client is told of its request alone, and nobody else: refusals, and that a mass cancel is
// done. Of what reached the engine the change log says it (request-answers.ts); what follows here
// is of requests that did not, and is answered once.

import type { Clock } from "../../../clock.ts";
import type { OrderImage, OrderStatus } from "../../../domain/order.ts";
import { RejectCode } from "../../../domain/reject.ts";
import {
  businessReasonOf,
  cxlRejReasonOf,
  massCancelReasonOf,
  ordRejReasonOf,
  textOf,
} from "../rejects.ts";
import type { SessionHandle } from "../session/application.ts";
import { RATE_EXCEEDED } from "../session/session-reject.ts";
import type { FixMessage } from "../wire/message.ts";
import type { TimestampDigits } from "../wire/timestamp.ts";
import type { FixWriter } from "../wire/writer.ts";
import type { OrderSession } from "./order-session.ts";
import { ExecType, NO_ORDER, ordStatusText, REJECTED } from "./report.ts";

/** A request, after its message is gone. */
export interface Request {
  /** 34 and 35 of it. */
  readonly sequence: number;
  readonly msgType: string;
  /** 11 */
  readonly id: string;
  /** 54, 55 */
  readonly side: string;
  readonly symbol: string;
  /** Of a cancel or replace: 41, and 434. */
  readonly origId: string;
}

/** What an answer repeats of its request. */
export type Asked = Omit<Request, "sequence">;

/** 60 of an answer. */
export interface AnswerTime {
  readonly timeUs: number;
  readonly digits: TimestampDigits;
}

/** The order that a cancel or replace was about. */
export interface StandingOrder {
  readonly orderId: number;
  readonly status: OrderStatus;
}

export interface OrderRefusal {
  readonly code: RejectCode;
  readonly text: string;
  readonly execId: string;
}

export interface CancelRefusal {
  /** CxlRejReason (102). */
  readonly reason: number;
  readonly text: string;
}

/** What a mass cancel did; with a code nothing. */
export interface MassCancelOutcome {
  /** 530 */
  readonly scope: string;
  /** 37 */
  readonly orderId: string;
  readonly code: RejectCode | 0;
  /** 58; "" = none. */
  readonly text: string;
  /** 533 */
  readonly orders: number;
}

export function toRequest(message: FixMessage): Request {
  return {
    sequence: message.integer(34) ?? 0,
    msgType: message.msgType,
    id: message.text(11) ?? "",
    side: message.text(54) ?? "1",
    symbol: readSymbol(message),
    origId: message.text(41) ?? "",
  };
}

/** The symbol that was read last: most requests are about that one. */
let lastSymbol = "";

function readSymbol(message: FixMessage): string {
  const index = message.find(55);
  if (index < 0) return "";
  if (!message.isAt(index, lastSymbol)) lastSymbol = message.textAt(index);
  return lastSymbol;
}

/** 38, 40 and 44 of an order, as the client wrote them. */
const ECHOED_TERMS = { quantity: 38, type: 40, price: 44 } as const;

/** Begins an ExecutionReport 150=8 of an order that never was one; `message` while it is there. */
export function beginOrderRefusal(
  handle: SessionHandle,
  asked: Asked,
  { code, text, execId }: OrderRefusal,
  time: AnswerTime,
  message?: FixMessage,
): void {
  const writer = handle.begin("8").integer(6, 0).text(11, asked.id).integer(14, 0);
  writer.text(17, execId).text(37, NO_ORDER);
  copyField(writer, ECHOED_TERMS.quantity, message);
  writer.text(39, REJECTED);
  copyField(writer, ECHOED_TERMS.type, message);
  copyField(writer, ECHOED_TERMS.price, message);
  writer.text(54, asked.side).text(55, asked.symbol).text(58, text);
  writer.timestamp(60, time.timeUs, time.digits);
  writer.integer(103, ordRejReasonOf(code)).text(150, ExecType.rejected).integer(151, 0);
}

/** Begins an OrderCancelReject (9) of a cancel or replace; `order`: the one that stands. */
export function beginCancelRefusal(
  handle: SessionHandle,
  asked: Asked,
  { reason, text }: CancelRefusal,
  order: StandingOrder | undefined,
  time: AnswerTime,
): void {
  const writer = handle.begin("9").text(11, asked.id);
  writer.text(37, order === undefined ? NO_ORDER : `${order.orderId}`);
  writer.text(39, order === undefined ? REJECTED : ordStatusText[order.status]);
  writer.text(41, asked.origId || NO_ORDER).text(58, text);
  writer.timestamp(60, time.timeUs, time.digits);
  writer.integer(102, reason).text(434, asked.msgType === "F" ? "1" : "2");
}

/** Begins an OrderMassCancelReport (r). */
export function beginMassCancelReport(
  handle: SessionHandle,
  asked: Asked,
  { scope, orderId, code, text, orders }: MassCancelOutcome,
  time: AnswerTime,
): void {
  const writer = handle.begin("r").text(11, asked.id).text(37, orderId);
  if (asked.symbol !== "") writer.text(55, asked.symbol);
  if (text !== "") writer.text(58, text);
  writer.timestamp(60, time.timeUs, time.digits);
  writer.text(530, scope).text(531, code === 0 ? scope : "0");
  const reason = code === 0 ? undefined : massCancelReasonOf(code);
  if (reason !== undefined) writer.integer(532, reason);
  writer.integer(533, orders);
}

export class Answers {
  readonly #clock: Clock;
  /** Of this process: what it refuses itself has no sequence. */
  readonly #execIdPrefix: string;
  #refusals = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#execIdPrefix = `x${clock.nowUs().toString(36)}-`;
  }

  /** ExecutionReport 150=8 of an order that never was one; `message` while it is there. */
  refuseOrder(
    session: OrderSession,
    request: Request,
    code: RejectCode,
    text = textOf(code),
    message?: FixMessage,
  ): void {
    if (this.#refuseRequest(session, request, code)) return;
    this.#refusals += 1;
    const execId = `${this.#execIdPrefix}${this.#refusals}`;
    const refusal = { code, text, execId };
    beginOrderRefusal(session.handle, request, refusal, this.#timeOf(session), message);
    session.handle.send();
  }

  /** OrderCancelReject (9) of a cancel or replace; `image` of the order that stands. */
  rejectCancel(
    session: OrderSession,
    request: Request,
    code: RejectCode,
    image?: OrderImage,
    text = textOf(code),
  ): void {
    this.rejectCancelFor(session, request, cxlRejReasonOf(code), text, code, image);
  }

  /** As `rejectCancel`, with a CxlRejReason (102) of its own. */
  rejectCancelFor(
    session: OrderSession,
    request: Request,
    reason: number,
    text: string,
    code: RejectCode,
    image?: OrderImage,
  ): void {
    if (this.#refuseRequest(session, request, code)) return;
    const asked = { ...request, origId: request.origId || (image?.clientOrderId ?? "") };
    const refusal = { reason, text };
    beginCancelRefusal(session.handle, asked, refusal, image, this.#timeOf(session));
    session.handle.send();
  }

  /** OrderMassCancelReport (r) with 531=0. */
  rejectMassCancel(
    session: OrderSession,
    request: Request,
    scope: string,
    code: RejectCode,
    text = textOf(code),
  ): void {
    if (this.#refuseRequest(session, request, code)) return;
    const outcome = { scope, orderId: NO_ORDER, code, text, orders: 0 };
    beginMassCancelReport(session.handle, request, outcome, this.#timeOf(session));
    session.handle.send();
  }

  /** BusinessMessageReject (j), when the code is about the request and no order. */
  #refuseRequest({ handle }: OrderSession, request: Request, code: RejectCode): boolean {
    const reason = businessReasonOf(code);
    if (reason === undefined) return false;
    const writer = handle.begin("j").integer(45, request.sequence).text(58, textOf(code));
    writer.text(372, request.msgType).text(379, request.id).integer(380, reason);
    handle.send();
    return true;
  }

  #timeOf({ timestampDigits: digits }: OrderSession): AnswerTime {
    return { timeUs: this.#clock.nowUs(), digits };
  }
}

/** Text of a code that order entry has answered at once. */
export function entryTextOf(code: RejectCode): string {
  return code === RejectCode.throttled ? RATE_EXCEEDED : textOf(code);
}

function copyField(writer: FixWriter, tag: number, message: FixMessage | undefined): void {
  const index = message?.find(tag) ?? -1;
  if (message === undefined || index < 0) return;
  writer.raw(tag, message.bytes, message.starts[index] ?? 0, message.lengths[index] ?? 0);
}
