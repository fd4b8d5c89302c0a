// OrderStatusRequest (H) and OrderMassStatusRequest (AF) → ExecutionReports 150=I, of one moment.
// An answer leaves behind the executions that it has seen, and before those that it has not.

import type { Clock } from "../../../clock.ts";
import { isIdText, OrdersQuery, QueryKind } from "../../../domain/command.ts";
import type { OrderImage } from "../../../domain/order.ts";
import { RejectCode } from "../../../domain/reject.ts";
import type { OrderReference } from "../../../sessions/queries.ts";
import type { Listing } from "../../../sessions/reference-data.ts";
import type { Venue } from "../../../sessions/venue.ts";
import { BusinessReason, ordRejReasonOf, textOf } from "../rejects.ts";
import { RATE_EXCEEDED } from "../session/session-reject.ts";
import type { FixMessage } from "../wire/message.ts";
import { type Request, toRequest } from "./answers.ts";
import type { OrderSession } from "./order-session.ts";
import { ExecType, NO_EXECUTION, NO_ORDER, REJECTED, Report } from "./report.ts";
import type { StepsByInstrument } from "./steps.ts";

/** Symbol (55), which a report must have, of all instruments: as FIX has it for none. */
const NO_SYMBOL = "[N/A]";
/** Text (58) of an order whose terms the engine has forgotten (rules 5.7). */
const ENDED = "Order has ended: its terms and average price are in the history";
/** Some 2 MB of reports, a quarter of what may wait for a client. */
const MASS_STATUS_ORDERS_MAX = 10_000;
/** Reports of a mass status that cost the venue what an order does. */
const REPORTS_PER_TOKEN = 10;
const TOO_MANY_ORDERS = `More than ${MASS_STATUS_ORDERS_MAX} open orders: ask for one Symbol`;
/** One page of a query. */
const PAGE_ORDERS = 1_000;

export interface StatusDeskParts {
  readonly venue: Pick<Venue, "owed" | "queries" | "reference">;
  readonly steps: StepsByInstrument;
  readonly clock: Clock;
}

/** An order as it stands, as of a sequence that may not be told yet. */
export interface FoundOrder {
  readonly image: OrderImage;
  readonly sequence: number;
}

/** What a status answers to: 584 or 790 of the request. */
interface Asked {
  readonly massStatusReqId: string;
  readonly ordStatusReqId: string;
}

export class StatusDesk {
  readonly #parts: StatusDeskParts;
  readonly #report = new Report();

  constructor(parts: StatusDeskParts) {
    this.#parts = parts;
  }

  /** An order of the account, commands of this turn included; `undefined`: it has none such. */
  findOrder(account: number, reference: OrderReference): FoundOrder | undefined {
    const answer = this.#parts.venue.queries.findOrderNow(account, reference);
    const [image] = answer.changes;
    if (answer.code !== 0 || image?.entity !== "order" || image.change === "updated") {
      return undefined;
    }
    return { image, sequence: answer.sequence };
  }

  /** Whether the account has an order of this client id, without the commands of this turn. */
  isOrder(account: number, clientOrderId: string): boolean {
    const query = { opcode: QueryKind.order, account, text: clientOrderId } as const;
    return this.#parts.venue.queries.askNow(query).code === 0;
  }

  /** Answers a request that may have come before with its order. Returns whether there is one. */
  answerRepeated(session: OrderSession, request: Request): boolean {
    const found = this.#find(session, { clientOrderId: request.id });
    if (found === undefined) return false;
    this.#answer(session, request, found, { massStatusReqId: "", ordStatusReqId: "" });
    return true;
  }

  /** H: by OrderID (37) when it is there, else by ClOrdID (11). */
  answerOne(session: OrderSession, message: FixMessage): void {
    const request = toRequest(message);
    const orderId = message.integer(37);
    const isId = orderId !== undefined && orderId > 0;
    const found = this.#find(session, isId ? { orderId } : { clientOrderId: request.id });
    const asked = { massStatusReqId: "", ordStatusReqId: message.text(790) ?? "" };
    if (found !== undefined) this.#answer(session, request, found, asked);
    else this.#answerNone(session, request, RejectCode.order_not_found, undefined, asked);
  }

  /** AF: open orders, of one instrument with 585=1; the last one has 912=Y. */
  answerAll(session: OrderSession, message: FixMessage): void {
    const { venue, clock } = this.#parts;
    const request = toRequest(message);
    const asked = { massStatusReqId: message.text(584) ?? "", ordStatusReqId: "" };
    const isOne = message.is(585, "1");
    if (isOne && request.symbol === "") {
      const reason = BusinessReason.conditionallyRequiredFieldMissing;
      const text = "Symbol (55) is required for this MassStatusReqType";
      session.handle.businessReject(message, reason, text, asked.massStatusReqId);
      return;
    }
    const listing = isOne ? venue.reference.findListing(request.symbol) : undefined;
    if (isOne && listing === undefined) {
      this.#answerNone(session, request, RejectCode.instrument_not_found, undefined, asked);
      return;
    }
    const nowUs = clock.elapsedUs();
    if (session.requests?.take(nowUs) === false) {
      const { other } = BusinessReason;
      session.handle.businessReject(message, other, RATE_EXCEEDED, asked.massStatusReqId);
      return;
    }
    const { images, sequence } = this.#readOpen(session, listing);
    session.requests?.charge(nowUs, Math.floor(images.length / REPORTS_PER_TOKEN));
    venue.owed.whenTold(sequence, () => {
      if (images.length === 0) {
        const code = RejectCode.order_not_found;
        this.#answerNone(session, request, code, "No open orders", asked);
      } else if (images.length > MASS_STATUS_ORDERS_MAX) {
        this.#answerNone(session, request, RejectCode.throttled, TOO_MANY_ORDERS, asked);
        return;
      }
      for (const [index, image] of images.entries()) {
        const isLast = index === images.length - 1;
        this.#writeImage(session, image.clientOrderId, image, asked, isLast);
      }
    });
  }

  /** Bounds: one page too many. All pages are of one moment: nothing runs between. */
  #readOpen(
    session: OrderSession,
    listing: Listing | undefined,
  ): { readonly images: readonly OrderImage[]; readonly sequence: number } {
    const { queries } = this.#parts.venue;
    const images: OrderImage[] = [];
    queries.flush();
    let orderId = 0;
    for (;;) {
      const answer = queries.askNow({
        opcode: QueryKind.orders,
        account: session.account,
        instrument: listing?.instrument.instrumentId,
        kind: OrdersQuery.open,
        orderId,
        quantity: PAGE_ORDERS,
      });
      for (const change of answer.changes) {
        if (change.entity === "order" && change.change !== "updated") images.push(change);
      }
      const isEnough = images.length > MASS_STATUS_ORDERS_MAX;
      if (isEnough || answer.changes.length < PAGE_ORDERS)
        return { images, sequence: answer.sequence };
      orderId = images.at(-1)?.orderId ?? 0;
    }
  }

  #find({ account }: OrderSession, reference: OrderReference): FoundOrder | undefined {
    if ("clientOrderId" in reference && !isIdText(reference.clientOrderId)) return undefined;
    return this.findOrder(account, reference);
  }

  #answer(session: OrderSession, request: Request, found: FoundOrder, asked: Asked): void {
    const { image, sequence } = found;
    this.#parts.venue.owed.whenTold(sequence, () => {
      // Of an order that has ended the id is forgotten with the rest; the client has named it.
      const id = image.isRetained ? request.id : image.clientOrderId;
      this.#report.side = request.side;
      this.#writeImage(session, id, image, asked, false);
    });
  }

  #writeImage(
    session: OrderSession,
    clientOrderId: string,
    image: OrderImage,
    asked: Asked,
    isLast: boolean,
  ): void {
    const { venue, clock, steps } = this.#parts;
    const listing = venue.reference.listingOf(image.instrument);
    if (listing === undefined) throw new Error(`order ${image.orderId} of no instrument`);
    const report = this.#report.clear(ExecType.orderStatus, clock.nowUs()).setImage(image);
    report.clientOrderId = clientOrderId;
    if (image.isRetained) report.text = ENDED;
    report.execSequence = 0;
    report.massStatusReqId = asked.massStatusReqId;
    report.ordStatusReqId = asked.ordStatusReqId;
    report.isLast = isLast;
    report.write(session.handle.begin("8"), steps.of(listing), session.timestampDigits);
    session.handle.send();
  }

  /** There is no such order, or none at all: the one report that says so. */
  #answerNone(
    session: OrderSession,
    request: Request,
    code: RejectCode,
    text: string = textOf(code),
    asked: Asked,
  ): void {
    const { handle, timestampDigits } = session;
    const writer = handle.begin("8").integer(6, 0);
    if (request.id !== "") writer.text(11, request.id);
    writer.integer(14, 0).text(17, NO_EXECUTION).text(37, NO_ORDER).text(39, REJECTED);
    writer
      .text(54, request.side)
      .text(55, request.symbol || NO_SYMBOL)
      .text(58, text);
    writer.timestamp(60, this.#parts.clock.nowUs(), timestampDigits);
    writer.integer(103, ordRejReasonOf(code)).text(150, ExecType.orderStatus).integer(151, 0);
    if (asked.massStatusReqId !== "") writer.text(584, asked.massStatusReqId);
    if (asked.ordStatusReqId !== "") writer.text(790, asked.ordStatusReqId);
    if (asked.massStatusReqId !== "") writer.boolean(912, true);
    handle.send();
  }
}
