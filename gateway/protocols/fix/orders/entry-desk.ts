// NewOrderSingle (D), OrderCancelRequest (F), OrderCancelReplaceRequest (G) and
// OrderMassCancelRequest (q): read, given to order entry, and what is refused answered. What is
// accepted is reported from the change log, to all sessions of the account alike.

import type { Transaction } from "../../../domain/change.ts";
import { isIdText, Opcode, type SubmittedCommand } from "../../../domain/command.ts";
import { RejectCode } from "../../../domain/reject.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { OrderReference } from "../../../sessions/queries.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { BusinessReason } from "../rejects.ts";
import type { FixMessage } from "../wire/message.ts";
import { type Answers, entryTextOf, type Request, toRequest } from "./answers.ts";
import { findMissingField, readNewOrder } from "./new-order.ts";
import type { OrderSession } from "./order-session.ts";
import { findReplaceText, readReplace } from "./replace-order.ts";
import type { StatusDesk } from "./status-desk.ts";
import type { StepsByInstrument } from "./steps.ts";

/** CxlRejReason (102): a cancel or replace of the same order is on its way. */
const ALREADY_PENDING = 3;

/** Text (58) of an id that came again with the same content; of another content the code's. */
const MADE_BEFORE = "Same request was accepted before under this id";

export interface EntryDeskParts {
  readonly venue: Pick<Venue, "orderEntry" | "owed" | "queries" | "reference">;
  readonly steps: StepsByInstrument;
  readonly answers: Answers;
  readonly status: StatusDesk;
}

export class EntryDesk {
  readonly #parts: EntryDeskParts;

  constructor(parts: EntryDeskParts) {
    this.#parts = parts;
  }

  /** Takes a message of one of the four types. */
  take(session: OrderSession, trader: Caller, message: FixMessage): void {
    switch (message.msgType) {
      case "D":
        this.#placeOrder(session, trader, message);
        break;
      case "F":
        this.#cancelOrder(session, trader, message);
        break;
      case "G":
        this.#replaceOrder(session, trader, message);
        break;
      default:
        this.#cancelAll(session, trader, message);
    }
  }

  #placeOrder(session: OrderSession, trader: Caller, message: FixMessage): void {
    const { venue, answers, status, steps } = this.#parts;
    const missing = findMissingField(message);
    const request = toRequest(message);
    if (missing !== undefined) {
      const reason = BusinessReason.conditionallyRequiredFieldMissing;
      session.handle.businessReject(message, reason, missing, request.id);
      return;
    }
    if (isRepeated(message) && status.answerRepeated(session, request)) return;
    const listing = venue.reference.findListing(request.symbol);
    if (listing === undefined) {
      const code = RejectCode.instrument_not_found;
      answers.refuseOrder(session, request, code, undefined, message);
      return;
    }
    const read = readNewOrder(message, steps.of(listing));
    const order = typeof read === "number" ? read : (this.#checkAccount(session, message) ?? read);
    if (typeof order === "number") {
      answers.refuseOrder(session, request, order, undefined, message);
      return;
    }
    order.flags = session.orderFlags;
    session.begin(request.sequence);
    session.whenOpen((engineSession) => {
      order.session = engineSession;
      const refused =
        engineSession === undefined
          ? RejectCode.session_not_found
          : this.#enter(session, trader, request, order, (transaction) =>
              this.#hearPlaced(session, request, transaction),
            );
      if (refused === undefined) return;
      session.end(request.sequence);
      answers.refuseOrder(session, request, refused, entryTextOf(refused));
    });
  }

  /** Gives a command to order entry; its request is done when the reply is there. */
  #enter(
    session: OrderSession,
    trader: Caller,
    { sequence }: Request,
    command: SubmittedCommand,
    hear: (transaction: Transaction) => void,
  ): RejectCode | undefined {
    session.begin(sequence);
    const refused = this.#parts.venue.orderEntry.enter(trader, command, (transaction) => {
      session.end(sequence);
      hear(transaction);
    });
    if (refused !== undefined) session.end(sequence);
    return refused;
  }

  /** Account (1), when it is given, is a name of the session's own. */
  #checkAccount({ account }: OrderSession, message: FixMessage): RejectCode | undefined {
    const name = message.text(1);
    if (name === undefined || this.#parts.venue.queries.isNameOf(account, name)) return undefined;
    return RejectCode.account_not_found;
  }

  #hearPlaced(session: OrderSession, request: Request, transaction: Transaction): void {
    const { answers, venue } = this.#parts;
    const { sequence, code, isDuplicate } = transaction;
    if (sequence === 0 && code !== 0) answers.refuseOrder(session, request, code);
    if (!isDuplicate) return;
    venue.owed.whenTold(sequence, () =>
      answers.refuseOrder(session, request, RejectCode.client_order_id_exists, MADE_BEFORE),
    );
  }

  #cancelOrder(session: OrderSession, trader: Caller, message: FixMessage): void {
    const { venue, answers } = this.#parts;
    const request = toRequest(message);
    const target = this.#findTarget(session, message, request);
    if (target === undefined) return;
    const listing = venue.reference.findListing(request.symbol);
    if (listing === undefined) {
      answers.rejectCancel(session, request, RejectCode.instrument_not_found);
      return;
    }
    const command: SubmittedCommand = {
      opcode: Opcode.cancelOrder,
      instrument: listing.instrument.instrumentId,
      ...toTargetFields(target),
    };
    venue.owed.expectReply();
    const refused = this.#enter(session, trader, request, command, (transaction) => {
      session.pendingTargets.delete(toKey(target));
      venue.owed.answer(transaction, request.id);
      this.#hearCancelRefused(session, request, target, transaction);
    });
    if (refused === undefined) session.pendingTargets.add(toKey(target));
    else {
      venue.owed.cancelExpected();
      answers.rejectCancel(session, request, refused, undefined, entryTextOf(refused));
    }
  }

  /** With what became of the order: the client may not have heard of it. */
  #hearCancelRefused(
    session: OrderSession,
    request: Request,
    target: OrderReference,
    { code, sequence }: Transaction,
  ): void {
    if (code === 0) return;
    const { answers, status, venue } = this.#parts;
    const isUnknown = code === RejectCode.order_not_found || sequence === 0;
    const found = isUnknown ? undefined : status.findOrder(session.account, target);
    venue.owed.whenTold(Math.max(sequence, found?.sequence ?? 0), () =>
      answers.rejectCancel(session, request, code, found?.image),
    );
  }

  #replaceOrder(session: OrderSession, trader: Caller, message: FixMessage): void {
    const { venue, answers, status, steps } = this.#parts;
    const request = toRequest(message);
    if (isRepeated(message) && status.answerRepeated(session, request)) return;
    const target = this.#findTarget(session, message, request);
    if (target === undefined) return;
    const found = status.findOrder(session.account, target);
    const listing = venue.reference.findListing(request.symbol);
    const read = readReplace(message, listing && steps.of(listing), found?.image);
    if (typeof read === "number" || found === undefined) {
      const code = typeof read === "number" ? read : RejectCode.order_not_found;
      const image = code === RejectCode.order_not_found ? undefined : found?.image;
      venue.owed.whenTold(found?.sequence ?? 0, () =>
        answers.rejectCancel(session, request, code, image, findReplaceText(code)),
      );
      return;
    }
    const refused = this.#enter(session, trader, request, read, (transaction) => {
      session.pendingTargets.delete(toKey(target));
      if (transaction.isDuplicate) {
        const code = RejectCode.client_order_id_exists;
        venue.owed.whenTold(transaction.sequence, () =>
          answers.rejectCancel(session, request, code, found.image, MADE_BEFORE),
        );
      } else this.#hearCancelRefused(session, request, target, transaction);
    });
    if (refused === undefined) session.pendingTargets.add(toKey(target));
    else answers.rejectCancel(session, request, refused, found.image, entryTextOf(refused));
  }

  #cancelAll(session: OrderSession, trader: Caller, message: FixMessage): void {
    const { venue, answers } = this.#parts;
    const scope = message.text(530) ?? "7";
    const request: Request = { ...toRequest(message), symbol: message.text(55) ?? "" };
    if (scope === "1" && request.symbol === "") {
      const reason = BusinessReason.conditionallyRequiredFieldMissing;
      const text = "Symbol (55) is required for this MassCancelRequestType";
      session.handle.businessReject(message, reason, text, request.id);
      return;
    }
    if (message.has(54)) {
      const text = "Mass cancel of one side is not supported";
      answers.rejectMassCancel(session, request, scope, RejectCode.command_unknown, text);
      return;
    }
    const listing = scope === "1" ? venue.reference.findListing(request.symbol) : undefined;
    if (scope === "1" && listing === undefined) {
      answers.rejectMassCancel(session, request, scope, RejectCode.instrument_not_found);
      return;
    }
    const command: SubmittedCommand = {
      opcode: Opcode.massCancel,
      instrument: listing?.instrument.instrumentId,
    };
    const refused = this.#enter(session, trader, request, command, (transaction) => {
      const { sequence, code, result, hasBacklog } = transaction;
      venue.owed.whenTold(sequence, () => {
        if (code !== 0) answers.rejectMassCancel(session, request, scope, code);
        else answers.reportMassCancel(session, request, scope, sequence, result, hasBacklog);
      });
    });
    if (refused !== undefined) answers.rejectMassCancel(session, request, scope, refused);
  }

  /** The order that a cancel or replace names; `undefined`: it is answered. */
  #findTarget(
    session: OrderSession,
    message: FixMessage,
    request: Request,
  ): OrderReference | undefined {
    const { answers } = this.#parts;
    const { id, origId } = request;
    const orderId = message.text(37);
    if (origId === "" && orderId === undefined) {
      const reason = BusinessReason.conditionallyRequiredFieldMissing;
      const text = "OrigClOrdID (41) or OrderID (37) is required";
      session.handle.businessReject(message, reason, text, id);
      return undefined;
    }
    const target = toTarget(origId, orderId);
    if (message.msgType === "F" && this.#isUsed(session, message, request)) {
      answers.rejectCancel(session, request, RejectCode.client_order_id_exists);
      return undefined;
    }
    if (target === undefined) {
      answers.rejectCancel(session, request, RejectCode.order_not_found);
      return undefined;
    }
    if (session.pendingTargets.has(toKey(target))) {
      const text = "A cancel or replace of the order is pending";
      const code = RejectCode.client_order_id_exists;
      answers.rejectCancelFor(session, request, ALREADY_PENDING, text, code);
      return undefined;
    }
    return target;
  }

  /**
   * Whether a cancel's id is that of an earlier one or of an order. Of a replace the engine looks.
   */
  #isUsed(session: OrderSession, message: FixMessage, { id }: Request): boolean {
    if (isRepeated(message)) return false;
    if (session.noteRequestId(id)) return true;
    return isIdText(id) && this.#parts.status.isOrder(session.account, id);
  }
}

/** The client is not sure that we have it: 43 or 97. */
function isRepeated(message: FixMessage): boolean {
  return message.is(97, "Y") || message.is(43, "Y");
}

/** 41, or else 37; `undefined`: no order can be named so. */
function toTarget(origId: string, orderId: string | undefined): OrderReference | undefined {
  if (origId !== "") return isIdText(origId) ? { clientOrderId: origId } : undefined;
  const id = /^[1-9][0-9]{0,14}$/.test(orderId ?? "") ? Number(orderId) : 0;
  return id === 0 ? undefined : { orderId: id };
}

function toTargetFields(target: OrderReference): Pick<SubmittedCommand, "orderId" | "text"> {
  return "orderId" in target ? { orderId: target.orderId } : { text: target.clientOrderId };
}

function toKey(target: OrderReference): string {
  return "orderId" in target ? `37 ${target.orderId}` : target.clientOrderId;
}
