// NewOrderSingle (D), OrderCancelRequest (F), OrderCancelReplaceRequest (G) and
// OrderMassCancelRequest (q): read and given to order entry. What becomes of them is told from the
// change log; answered here is what does not come that far.

import { isIdText, Opcode, type SubmittedCommand } from "../../../domain/command.ts";
import { RejectCode } from "../../../domain/reject.ts";
import type { Caller } from "../../../sessions/authenticator.ts";
import type { OrderReference } from "../../../sessions/queries.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { BusinessReason, textOf } from "../rejects.ts";
import { FixMessage } from "../wire/message.ts";
import { type Answers, entryTextOf, type Request, toRequest } from "./answers.ts";
import { findMissingField, isClientOrderId, readNewOrder } from "./new-order.ts";
import type { OrderSession } from "./order-session.ts";
import { findReplaceText, readReplace } from "./replace-order.ts";
import type { StatusDesk } from "./status-desk.ts";
import type { StepsByInstrument } from "./steps.ts";

/** CxlRejReason (102): a cancel or replace of the same order is on its way. */
const ALREADY_PENDING = 3;

/** Answers a request that did not reach the engine. */
type Refuse = (code: RejectCode, text: string) => void;

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

  /**
   * Takes a message of one of the four types. One that comes again after a crash, and is in the
   * journal, is answered from there.
   */
  take(session: OrderSession, trader: Caller, message: FixMessage): void {
    if (!message.is(43, "Y")) this.#take(session, trader, message);
    else if (!session.isRecovered) this.#defer(session, trader, message);
    else if (!session.wasMade(message.msgType, message.text(11))) {
      this.#take(session, trader, message);
    }
  }

  /** Until it is known what the journal has. */
  #defer(session: OrderSession, trader: Caller, message: FixMessage): void {
    const { sequence, id } = toRequest(message);
    const copy = new FixMessage(message.count + 1);
    const bytes = Buffer.from(message.bytes.subarray(message.start, message.end));
    copy.parse(bytes, 0, bytes.length);
    const isWaiting = session.whenRecovered(() => {
      session.end(sequence);
      this.take(session, trader, copy);
    });
    if (isWaiting) session.begin(sequence);
    else {
      const reason = BusinessReason.applicationNotAvailable;
      session.handle.businessReject(message, reason, "The venue is starting", id);
    }
  }

  #take(session: OrderSession, trader: Caller, message: FixMessage): void {
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
    this.#enter(session, trader, request, order, (code, text) =>
      answers.refuseOrder(session, request, code, text),
    );
  }

  /**
   * Gives a command to order entry, once the engine has its session. The request is done when the
   * reply is there, or it is refused.
   */
  #enter(
    session: OrderSession,
    trader: Caller,
    { sequence }: Request,
    command: SubmittedCommand,
    refuse: Refuse,
    end: () => void = () => session.end(sequence),
  ): void {
    session.begin(sequence);
    session.whenOpen((engineSession) => {
      command.session = engineSession;
      const refused =
        engineSession === undefined
          ? RejectCode.session_not_found
          : this.#parts.venue.orderEntry.enter(trader, command, ({ sequence: executed, code }) => {
              end();
              if (executed === 0 && code !== 0) refuse(code, textOf(code));
            });
      if (refused === undefined) return;
      end();
      refuse(refused, entryTextOf(refused));
    });
  }

  /** Account (1), when it is given, is a name of the session's own. */
  #checkAccount({ account }: OrderSession, message: FixMessage): RejectCode | undefined {
    const name = message.text(1);
    if (name === undefined || this.#parts.venue.queries.isNameOf(account, name)) return undefined;
    return RejectCode.account_not_found;
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
      ...this.#toTargetFields(session, target),
      extensionText: request.id,
    };
    this.#enterAmendment(session, trader, request, target, command, (code, text) =>
      answers.rejectCancel(session, request, code, undefined, text),
    );
  }

  /** As `#enter`, of a cancel or replace: until it is done another one of the order has to wait. */
  #enterAmendment(
    session: OrderSession,
    trader: Caller,
    request: Request,
    target: OrderReference,
    command: SubmittedCommand,
    refuse: Refuse,
  ): void {
    const key = toKey(target);
    session.pendingTargets.add(key);
    this.#enter(session, trader, request, command, refuse, () => {
      session.pendingTargets.delete(key);
      session.end(request.sequence);
    });
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
    const { image } = found;
    read.extensionText = request.origId || image.clientOrderId;
    this.#enterAmendment(session, trader, request, target, read, (code, text) =>
      answers.rejectCancel(session, request, code, image, text),
    );
  }

  #cancelAll(session: OrderSession, trader: Caller, message: FixMessage): void {
    const { venue, answers } = this.#parts;
    const scope = message.text(530) ?? "7";
    const request = toRequest(message);
    if (scope === "1" && request.symbol === "") {
      const reason = BusinessReason.conditionallyRequiredFieldMissing;
      const text = "Symbol (55) is required for this MassCancelRequestType";
      session.handle.businessReject(message, reason, text, request.id);
      return;
    }
    if (!isClientOrderId(request.id)) {
      answers.rejectMassCancel(session, request, scope, RejectCode.client_order_id_invalid);
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
      extensionText: request.id,
    };
    this.#enter(session, trader, request, command, (code) =>
      answers.rejectMassCancel(session, request, scope, code),
    );
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
    if (message.msgType === "F" && !isClientOrderId(id)) {
      answers.rejectCancel(session, request, RejectCode.client_order_id_invalid);
      return undefined;
    }
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
    return this.#parts.status.isOrder(session.account, id);
  }

  /** Both where both are known: the answer names the order as the client does. */
  #toTargetFields(
    { account }: OrderSession,
    target: OrderReference,
  ): Pick<SubmittedCommand, "orderId" | "text"> {
    if ("clientOrderId" in target) return { text: target.clientOrderId };
    const found = this.#parts.status.findOrder(account, target);
    return { orderId: target.orderId, text: found?.image.clientOrderId };
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

function toKey(target: OrderReference): string {
  return "orderId" in target ? `37 ${target.orderId}` : target.clientOrderId;
}
