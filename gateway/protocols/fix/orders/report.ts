// One ExecutionReport (8): its fields, filled in by whoever has something to report, and written in
// ascending order. Everything in it is in the stock FIX 4.4 dictionary.

import { formatAveragePrice } from "../../../domain/decimal.ts";
import { CancelReason, OrderStatus, OrderType, TimeInForce } from "../../../domain/order.ts";
import type { OrderImage, OrderUpdate, Side } from "../../../domain/order.ts";
import { type Amount, toAmount, toQuantity } from "../../../domain/units.ts";
import type { TimestampDigits } from "../wire/timestamp.ts";
import type { FixWriter } from "../wire/writer.ts";
import type { Steps } from "./steps.ts";

/** ExecType (150). */
export const ExecType = {
  new: "0",
  canceled: "4",
  replaced: "5",
  rejected: "8",
  expired: "C",
  trade: "F",
  orderStatus: "I",
} as const;
export type ExecType = (typeof ExecType)[keyof typeof ExecType];

/** LastLiquidityInd (851). */
export const Liquidity = { added: 1, removed: 2 } as const;

/** ExecID (17) of a status, which is no execution. */
export const NO_EXECUTION = "0";
/** OrderID (37) of what never became an order, or is none of the account's. */
export const NO_ORDER = "NONE";
/** OrdStatus (39) of such. */
export const REJECTED = "8";

/** OrdStatus (39) by our status. */
export const ordStatusText = {
  [OrderStatus.conditionalPending]: "0",
  [OrderStatus.pending]: "0",
  [OrderStatus.partiallyFilled]: "1",
  [OrderStatus.filled]: "2",
  [OrderStatus.cancelled]: "4",
  [OrderStatus.rejected]: REJECTED,
  [OrderStatus.expired]: "C",
} as const satisfies Record<OrderStatus, string>;

const sideText = { 1: "1", 2: "2" } as const satisfies Record<Side, string>;
const ordTypeText = { 1: "2", 2: "1" } as const satisfies Record<OrderType, string>;
/** Post-only is a GTC order whose ExecInst (18) said so. */
const timeInForceText = {
  [TimeInForce.gtc]: "1",
  [TimeInForce.ioc]: "3",
  [TimeInForce.fok]: "4",
  [TimeInForce.postOnly]: "1",
} as const satisfies Record<TimeInForce, string>;

/** Text (58) of an order that ended without being filled. */
export const cancelReasonText = {
  [CancelReason.none]: "Ended",
  [CancelReason.clientRequest]: "Cancelled by the client",
  [CancelReason.immediateOrCancel]: "Rest of an immediate-or-cancel order",
  [CancelReason.fillOrKill]: "Fill-or-kill order cannot be filled whole",
  [CancelReason.marketRemainder]: "Rest of a market order",
  [CancelReason.selfTradePrevention]: "Would trade with an order of the same account",
  [CancelReason.massCancel]: "Cancelled with all orders",
  [CancelReason.sessionDisconnected]: "Session is disconnected",
  [CancelReason.killSwitch]: "Cancelled by the kill switch",
  [CancelReason.instrumentClosed]: "Instrument is closed",
  [CancelReason.linkedOrder]: "Linked order was filled",
  [CancelReason.liquidation]: "Account is liquidated",
  [CancelReason.admin]: "Cancelled by the venue",
} as const satisfies Record<CancelReason, string>;

const NOTHING = toAmount(0n);

/**
 * Used for one report after the other; a field left as `clear` has it is not written. What answers
 * a status request is set for each answer.
 */
export class Report {
  execType: ExecType = ExecType.new;
  ordStatus = "";
  /** 17 is `<sequence>-<sub><suffix>` of the change, whenever it is derived; 0 = no execution. */
  execSequence = 0;
  execSub = 0;
  execSuffix = "";
  orderId = 0;
  clientOrderId = "";
  /** 41: only where a client asked. */
  origClientOrderId = "";
  side = "1";
  ordType = "";
  timeInForce = "";
  /** Ticks; 0 = none. */
  price = 0;
  /** Lots; 0 = none. */
  quantity = 0;
  leaves = 0;
  /** Filled so far, and what it cost, in quote units. */
  filled = 0;
  notional: Amount = NOTHING;
  /** Of a fill: lots and ticks, `tradeId` 0 = no fill. */
  lastQuantity = 0;
  lastPrice = 0;
  tradeId = 0;
  liquidity: number = Liquidity.removed;
  text = "";
  /** 103; below 0 = none. */
  ordRejReason = -1;
  /** Of answers to status requests: 584, 790, 912. */
  massStatusReqId = "";
  ordStatusReqId = "";
  isLast = false;
  timeUs = 0;

  /** Begins a report about nothing yet. */
  clear(execType: ExecType, timeUs: number): this {
    this.execType = execType;
    this.timeUs = timeUs;
    this.origClientOrderId = "";
    this.ordType = "";
    this.timeInForce = "";
    this.price = 0;
    this.quantity = 0;
    this.leaves = 0;
    this.filled = 0;
    this.notional = NOTHING;
    this.tradeId = 0;
    this.text = "";
    this.ordRejReason = -1;
    return this;
  }

  /** The order as `image` has it. Of a retained one side, type and numbers are forgotten. */
  setImage(image: OrderImage): this {
    this.orderId = image.orderId;
    this.clientOrderId = image.clientOrderId;
    if (image.side !== 0) this.side = sideText[image.side];
    if (image.orderType !== 0) this.ordType = ordTypeText[image.orderType];
    if (image.timeInForce !== 0) this.timeInForce = timeInForceText[image.timeInForce];
    this.price = image.price;
    this.quantity = image.quantity;
    this.leaves = image.leaves;
    this.filled = image.filled;
    this.notional = image.cumulativeNotional;
    this.ordStatus = ordStatusText[image.status];
    return this;
  }

  /**
   * The order after `update`. What is updated later rests in the book: a limit order until
   * cancelled.
   */
  setUpdate(update: OrderUpdate): this {
    this.orderId = update.orderId;
    this.clientOrderId = update.clientOrderId;
    this.side = sideText[update.side];
    this.ordType = ordTypeText[update.price === 0 ? OrderType.market : OrderType.limit];
    this.timeInForce = update.price === 0 ? "" : timeInForceText[TimeInForce.gtc];
    this.price = update.price;
    this.quantity = update.quantity;
    this.leaves = update.leavesAfter;
    this.filled = update.filledAfter;
    this.notional = update.cumulativeNotional;
    this.ordStatus = ordStatusText[update.statusAfter];
    return this;
  }

  /** Writes the body. */
  write(writer: FixWriter, steps: Steps, digits: TimestampDigits): void {
    this.#writeAverage(writer, steps);
    writer.text(11, this.clientOrderId);
    steps.writeQuantity(writer, 14, this.filled);
    if (this.execSequence === 0) writer.text(17, NO_EXECUTION);
    else writer.pair(17, this.execSequence, this.execSub, this.execSuffix);
    if (this.tradeId > 0) {
      steps.writePrice(writer, 31, this.lastPrice);
      steps.writeQuantity(writer, 32, this.lastQuantity);
    }
    writer.integer(37, this.orderId);
    if (this.quantity > 0) steps.writeQuantity(writer, 38, this.quantity);
    writer.text(39, this.ordStatus);
    if (this.ordType !== "") writer.text(40, this.ordType);
    if (this.origClientOrderId !== "") writer.text(41, this.origClientOrderId);
    if (this.price > 0) steps.writePrice(writer, 44, this.price);
    writer.text(54, this.side).text(55, steps.listing.instrument.symbol);
    if (this.text !== "") writer.text(58, this.text);
    if (this.timeInForce !== "") writer.text(59, this.timeInForce);
    writer.timestamp(60, this.timeUs, digits);
    if (this.ordRejReason >= 0) writer.integer(103, this.ordRejReason);
    writer.text(150, this.execType);
    steps.writeQuantity(writer, 151, this.leaves);
    this.#writeRest(writer);
  }

  /** What a retained order cost is forgotten. */
  #writeAverage(writer: FixWriter, { listing }: Steps): void {
    const filled = toQuantity(this.notional === NOTHING ? 0 : this.filled);
    const { quantityFormat, instrument } = listing;
    const average = formatAveragePrice(this.notional, filled, quantityFormat, instrument);
    if (average === undefined) writer.integer(6, 0);
    else writer.text(6, average);
  }

  #writeRest(writer: FixWriter): void {
    if (this.tradeId > 0) writer.integer(527, this.tradeId);
    if (this.massStatusReqId !== "") writer.text(584, this.massStatusReqId);
    if (this.ordStatusReqId !== "") writer.text(790, this.ordStatusReqId);
    if (this.tradeId > 0) writer.integer(851, this.liquidity);
    if (this.isLast) writer.boolean(912, true);
  }
}
