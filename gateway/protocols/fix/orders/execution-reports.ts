// Changes of one account in one transaction → its ExecutionReports, for one session, in order, and
// the answer to a request of that session. What is written depends on nothing but the transaction,
// so that it is the same when it is derived again after a crash.

import type { SessionRequest, Trade, Transaction } from "../../../domain/change.ts";
import { Opcode } from "../../../domain/command.ts";
import { OrderCause, OrderStatus } from "../../../domain/order.ts";
import type { OrderImage, OrderUpdate } from "../../../domain/order.ts";
import { toAmount } from "../../../domain/units.ts";
import type { ReferenceData } from "../../../sessions/reference-data.ts";
import { ordRejReasonOf, textOf } from "../rejects.ts";
import type { SessionHandle } from "../session/application.ts";
import type { TimestampDigits } from "../wire/timestamp.ts";
import { cancelReasonText, ExecType, Liquidity, ordStatusText, Report } from "./report.ts";
import { RequestAnswers } from "./request-answers.ts";
import type { StepsByInstrument } from "./steps.ts";

/** The order that the command is about, while its fills are told. */
interface Taker {
  image: OrderImage | undefined;
  update: OrderUpdate | undefined;
  updateSub: number;
  filled: number;
  notional: bigint;
}

export class ExecutionReports {
  readonly #reference: ReferenceData;
  readonly #steps: StepsByInstrument;
  readonly #report = new Report();
  readonly #requests: RequestAnswers;
  readonly #taker: Taker = {
    image: undefined,
    update: undefined,
    updateSub: 0,
    filled: 0,
    notional: 0n,
  };
  #handle: SessionHandle | undefined;
  #digits: TimestampDigits = 3;
  #hasBegun = false;

  constructor(reference: ReferenceData, steps: StepsByInstrument) {
    this.#reference = reference;
    this.#steps = steps;
    this.#requests = new RequestAnswers(reference);
  }

  /**
   * Sends what the changes `from` to `to` say of `account`, and of requests of the engine's
   * session. The last message carries the sequence:
   * a crash in between leaves the transaction untold, not told in half.
   */
  send(
    handle: SessionHandle,
    digits: TimestampDigits,
    account: number,
    transaction: Transaction,
    from: number,
    to: number,
    engineSession: number,
  ): void {
    this.#handle = handle;
    this.#digits = digits;
    this.#hasBegun = false;
    this.#beginTaker(transaction, account, from, to);
    const { changes, sequence } = transaction;
    for (let sub = from; sub <= to; sub += 1) {
      const change = changes[sub];
      if (change?.entity === "trade") {
        if (change.takerAccount === account) this.#reportTakerFill(transaction, sub, change);
      } else if (change?.entity === "order" && change.account === account) {
        if (change.change !== "updated") this.#reportCreated(transaction, sub, change);
        else this.#reportUpdated(transaction, sub, change);
      } else if (change?.entity === "request") {
        const isOwn = engineSession !== 0 && change.sessionId === engineSession;
        const isNeeded = isOwn && this.#requests.isNeeded(transaction);
        if (isNeeded) this.#answer(handle, transaction, sub, change);
      }
    }
    if (this.#hasBegun) handle.send({ changeSequence: sequence });
    else handle.markHeard(sequence);
  }

  /** Looks ahead: of a replace its new terms are told first, its fills then. */
  #beginTaker(transaction: Transaction, account: number, from: number, to: number): void {
    const taker = this.#taker;
    taker.image = undefined;
    taker.update = undefined;
    if (transaction.account !== account || transaction.code !== 0) return;
    const { changes, opcode, result } = transaction;
    // An order that only came to rest, as most do, has nothing to look ahead to.
    const isResting = opcode === Opcode.newOrder && from === to;
    if (isResting || (opcode !== Opcode.newOrder && opcode !== Opcode.replaceOrder)) return;
    let ownNotional = 0n;
    for (let sub = from; sub <= to; sub += 1) {
      const change = changes[sub];
      if (change?.entity === "trade") ownNotional += change.notional;
      if (change?.entity !== "order" || change.orderId !== result) continue;
      if (change.change !== "updated") continue;
      taker.update = change;
      taker.updateSub = sub;
    }
    taker.filled = taker.update?.filledBefore ?? 0;
    taker.notional = (taker.update?.cumulativeNotional ?? 0n) - ownNotional;
    if (opcode === Opcode.replaceOrder && taker.update !== undefined) {
      this.#reportReplaced(transaction, taker.updateSub, taker.update);
    }
  }

  #reportCreated(transaction: Transaction, sub: number, image: OrderImage): void {
    if (image.status === OrderStatus.rejected) {
      const report = this.#report.clear(ExecType.rejected, transaction.timeUs).setImage(image);
      if (image.code !== 0) {
        report.ordRejReason = ordRejReasonOf(image.code);
        report.text = textOf(image.code);
      }
      this.#write(transaction, sub, image.instrument);
      return;
    }
    this.#taker.image = image;
    this.#report.clear(ExecType.new, transaction.timeUs).setImage(image);
    this.#write(transaction, sub, image.instrument);
  }

  #reportTakerFill(transaction: Transaction, sub: number, trade: Trade): void {
    const taker = this.#taker;
    taker.filled += trade.quantity;
    taker.notional += trade.notional;
    const report = this.#report.clear(ExecType.trade, transaction.timeUs);
    const { image, update } = taker;
    if (image !== undefined) report.setImage(image);
    else if (update !== undefined) report.setUpdate(update);
    const isWhole = update?.statusAfter === OrderStatus.filled;
    const isLast = taker.filled === update?.filledAfter;
    report.filled = taker.filled;
    report.notional = toAmount(taker.notional);
    // A budget order has no quantity, and nothing is left of what it does not know.
    report.leaves = Math.max(0, report.quantity - taker.filled);
    report.ordStatus =
      ordStatusText[isWhole && isLast ? OrderStatus.filled : OrderStatus.partiallyFilled];
    this.#writeFill(transaction, sub, trade, Liquidity.removed);
  }

  #reportUpdated(transaction: Transaction, sub: number, update: OrderUpdate): void {
    const taker = this.#taker;
    const isTaker = taker.update === update;
    if (!isTaker && update.cause === OrderCause.fill) {
      this.#reportMakerFill(transaction, sub, update);
      return;
    }
    const isEnd =
      update.statusAfter === OrderStatus.cancelled || update.statusAfter === OrderStatus.expired;
    if (!isEnd) return;
    const isExpired = update.statusAfter === OrderStatus.expired;
    const execType = isExpired ? ExecType.expired : ExecType.canceled;
    const report = this.#report.clear(execType, transaction.timeUs);
    report.setUpdate(update);
    if (isTaker && taker.image !== undefined) {
      report.setImage(taker.image);
      report.filled = update.filledAfter;
      report.notional = update.cumulativeNotional;
      report.leaves = update.leavesAfter;
      report.ordStatus = ordStatusText[update.statusAfter];
    }
    report.text = cancelReasonText[update.reason];
    const requestId = findCancelId(transaction);
    if (requestId !== "") {
      report.clientOrderId = requestId;
      report.origClientOrderId = update.clientOrderId;
    }
    this.#write(transaction, sub, update.instrument);
  }

  #reportMakerFill(transaction: Transaction, sub: number, update: OrderUpdate): void {
    const trade = transaction.changes[sub - 1];
    if (trade?.entity !== "trade") throw new Error(`${transaction.sequence}: a fill, no trade`);
    this.#report.clear(ExecType.trade, transaction.timeUs).setUpdate(update);
    this.#writeFill(transaction, sub, trade, Liquidity.added);
  }

  /** Before the fills that the new terms brought. */
  #reportReplaced(transaction: Transaction, sub: number, update: OrderUpdate): void {
    const report = this.#report.clear(ExecType.replaced, transaction.timeUs).setUpdate(update);
    report.filled = update.filledBefore;
    report.notional = toAmount(this.#taker.notional);
    report.leaves = update.quantity - update.filledBefore;
    report.ordStatus = ordStatusText[update.statusBefore];
    report.origClientOrderId = update.clientOrderIdBefore ?? "";
    this.#write(transaction, sub, update.instrument, "R");
  }

  #answer(
    handle: SessionHandle,
    transaction: Transaction,
    sub: number,
    request: SessionRequest,
  ): void {
    if (this.#hasBegun) handle.send();
    this.#hasBegun = true;
    const execId = `${transaction.sequence}-${sub}`;
    this.#requests.begin(handle, this.#digits, transaction, request, execId);
  }

  #writeFill(transaction: Transaction, sub: number, trade: Trade, liquidity: number): void {
    const report = this.#report;
    report.lastPrice = trade.price;
    report.lastQuantity = trade.quantity;
    report.tradeId = trade.tradeId;
    report.liquidity = liquidity;
    this.#write(transaction, sub, trade.instrument);
  }

  /** Begins the message, and sends the one before it. `suffix`: the change makes two reports. */
  #write({ sequence }: Transaction, sub: number, instrument: number, suffix = ""): void {
    const handle = this.#handle;
    const listing = this.#reference.listingOf(instrument);
    // A rejected order may name an instrument that there is not; the door has answered it.
    if (handle === undefined || listing === undefined) return;
    if (this.#hasBegun) handle.send();
    const report = this.#report;
    report.execSequence = sequence;
    report.execSub = sub;
    report.execSuffix = suffix;
    this.#hasBegun = true;
    report.write(handle.begin("8"), this.#steps.of(listing), this.#digits);
  }
}

/** The id of a cancel of one order, when its client gave one; "" = none. */
function findCancelId({ opcode, changes }: Transaction): string {
  if (opcode !== Opcode.cancelOrder) return "";
  const request = changes.at(-1);
  return request?.entity === "request" ? request.requestId : "";
}
