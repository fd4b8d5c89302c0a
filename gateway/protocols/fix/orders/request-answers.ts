// A request in the change log → its answer, for the session that gave it: a function of the
// transaction alone, so that it is the same when it is made again after a crash.

import type { SessionRequest, Transaction } from "../../../domain/change.ts";
import { Opcode } from "../../../domain/command.ts";
import { Side } from "../../../domain/order.ts";
import { RejectCode } from "../../../domain/reject.ts";
import type { ReferenceData } from "../../../sessions/reference-data.ts";
import { cxlRejReasonOf, textOf } from "../rejects.ts";
import type { SessionHandle } from "../session/application.ts";
import type { TimestampDigits } from "../wire/timestamp.ts";
import {
  type AnswerTime,
  type Asked,
  beginCancelRefusal,
  beginMassCancelReport,
  beginOrderRefusal,
} from "./answers.ts";
import { NO_ORDER } from "./report.ts";

/** Text (58) of an id that came again with the same content; of another content the code's. */
const MADE_BEFORE = "Same request was accepted before under this id";
/** Scope (530) of a mass cancel. */
const [ONE_INSTRUMENT, ALL] = ["1", "7"];

/** What reports have not told already. */
type Untold = "order" | "cancel" | "replace" | "mass cancel" | "nothing";

export class RequestAnswers {
  readonly #reference: ReferenceData;

  constructor(reference: ReferenceData) {
    this.#reference = reference;
  }

  /** Whether the transaction leaves something to say to who gave its request. */
  isNeeded(transaction: Transaction): boolean {
    return untoldOf(transaction) !== "nothing";
  }

  /** Begins the answer, the last message of its transaction. Order: it is needed. */
  begin(
    handle: SessionHandle,
    digits: TimestampDigits,
    transaction: Transaction,
    request: SessionRequest,
    execId: string,
  ): void {
    const time = { timeUs: transaction.timeUs, digits };
    const untold = untoldOf(transaction);
    const { instrument } = request;
    const asked: Asked = {
      msgType: untold === "cancel" ? "F" : "G",
      id: request.requestId,
      side: request.side === Side.sell ? "2" : "1",
      symbol: this.#reference.listingOf(instrument)?.instrument.symbol ?? "",
      origId: request.targetClientOrderId,
    };
    if (untold === "order") {
      const refusal = { code: RejectCode.client_order_id_exists, text: MADE_BEFORE, execId };
      beginOrderRefusal(handle, asked, refusal, time);
    } else if (untold === "mass cancel") {
      this.#beginMassCancel(handle, asked, instrument, transaction, time);
    } else {
      const { code, isDuplicate } = transaction;
      const told = isDuplicate || code === 0 ? RejectCode.client_order_id_exists : code;
      const text = isDuplicate ? MADE_BEFORE : textOf(told);
      const refusal = { reason: cxlRejReasonOf(told), text };
      beginCancelRefusal(handle, asked, refusal, toStanding(request, told), time);
    }
  }

  #beginMassCancel(
    handle: SessionHandle,
    asked: Asked,
    instrument: number,
    { code, sequence, result, hasBacklog }: Transaction,
    time: AnswerTime,
  ): void {
    const scope = instrument === 0 ? ALL : ONE_INSTRUMENT;
    const more = hasBacklog ? "More orders are being cancelled" : "";
    const outcome =
      code === 0
        ? { scope, orderId: `${sequence}`, code, text: more, orders: result }
        : { scope, orderId: NO_ORDER, code, text: textOf(code), orders: 0 };
    beginMassCancelReport(handle, asked, outcome, time);
  }
}

function untoldOf({ opcode, code, isDuplicate }: Transaction): Untold {
  switch (opcode) {
    case Opcode.newOrder:
      // That it was rejected is a change of the order.
      return isDuplicate ? "order" : "nothing";
    case Opcode.cancelOrder:
      return code === 0 ? "nothing" : "cancel";
    case Opcode.replaceOrder:
      return code === 0 && !isDuplicate ? "nothing" : "replace";
    case Opcode.massCancel:
      return "mass cancel";
    default:
      return "nothing";
  }
}

/** The order as the client may know it; one that is not its account's is none. */
function toStanding({ orderId, orderStatus: status }: SessionRequest, code: RejectCode) {
  const isKnown = status !== undefined && code !== RejectCode.order_not_found;
  return isKnown ? { orderId, status } : undefined;
}
