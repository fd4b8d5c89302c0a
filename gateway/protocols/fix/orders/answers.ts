// What a client is told of its request alone, and nobody else: refusals, and that a mass cancel is
// done. None of it is in the change log, and none is derived again.

import type { Clock } from "../../../clock.ts";
import type { OrderImage } from "../../../domain/order.ts";
import { RejectCode } from "../../../domain/reject.ts";
import {
  businessReasonOf,
  cxlRejReasonOf,
  massCancelReasonOf,
  ordRejReasonOf,
  RATE_EXCEEDED,
  textOf,
} from "../rejects.ts";
import type { FixMessage } from "../wire/message.ts";
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

export function toRequest(message: FixMessage): Request {
  return {
    sequence: message.integer(34) ?? 0,
    msgType: message.msgType,
    id: message.text(11) ?? "",
    side: message.text(54) ?? "1",
    symbol: message.text(55) ?? "",
    origId: message.text(41) ?? "",
  };
}

/** 38, 40 and 44 of an order, as the client wrote them. */
const ECHOED_TERMS = { quantity: 38, type: 40, price: 44 } as const;

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
    const writer = session.handle.begin("8").integer(6, 0).text(11, request.id).integer(14, 0);
    writer.text(17, `${this.#execIdPrefix}${this.#refusals}`).text(37, NO_ORDER);
    copyField(writer, ECHOED_TERMS.quantity, message);
    writer.text(39, REJECTED);
    copyField(writer, ECHOED_TERMS.type, message);
    copyField(writer, ECHOED_TERMS.price, message);
    writer.text(54, request.side).text(55, request.symbol).text(58, text);
    this.#writeTime(writer, session);
    writer.integer(103, ordRejReasonOf(code)).text(150, ExecType.rejected).integer(151, 0);
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
    const status = image === undefined ? REJECTED : ordStatusText[image.status];
    const origId = request.origId || image?.clientOrderId || NO_ORDER;
    const writer = session.handle.begin("9").text(11, request.id);
    writer.text(37, image === undefined ? NO_ORDER : `${image.orderId}`);
    writer.text(39, status).text(41, origId).text(58, text);
    this.#writeTime(writer, session);
    writer.integer(102, reason).text(434, request.msgType === "F" ? "1" : "2");
    session.handle.send();
  }

  /** OrderMassCancelReport (r) of one that was done. */
  reportMassCancel(
    session: OrderSession,
    request: Request,
    scope: string,
    sequence: number,
    orders: number,
    hasMore: boolean,
  ): void {
    const writer = session.handle.begin("r").text(11, request.id).text(37, `${sequence}`);
    if (request.symbol !== "") writer.text(55, request.symbol);
    if (hasMore) writer.text(58, "More orders are being cancelled");
    this.#writeTime(writer, session);
    writer.text(530, scope).text(531, scope).integer(533, orders);
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
    const reason = massCancelReasonOf(code);
    const writer = session.handle.begin("r").text(11, request.id).text(37, NO_ORDER);
    if (request.symbol !== "") writer.text(55, request.symbol);
    writer.text(58, text);
    this.#writeTime(writer, session);
    writer.text(530, scope).text(531, "0");
    if (reason !== undefined) writer.integer(532, reason);
    writer.integer(533, 0);
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

  #writeTime(writer: FixWriter, { timestampDigits }: OrderSession): void {
    writer.timestamp(60, this.#clock.nowUs(), timestampDigits);
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
