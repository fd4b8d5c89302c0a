// Transactions as the core writes them, made up: orders, fills, replaces, cancels, refusals and
// moves of money in random order. Their numbers need not add up; amounts also pass 2^53.

import { Random } from "../../gateway/demo/random.ts";
import type { Change, Trade, Transaction } from "../../gateway/domain/change.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import {
  CancelReason,
  OrderCause,
  type OrderImage,
  OrderStatus,
  OrderType,
  type OrderUpdate,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../gateway/domain/order.ts";
import { RejectCode } from "../../gateway/domain/reject.ts";
import {
  type Amount,
  toAmount,
  toPrice,
  toQuantity,
  toSequence,
  toTimeUs,
} from "../../gateway/domain/units.ts";

export const STREAM_ACCOUNTS = [3, 4, 5, 6] as const;
export const STREAM_INSTRUMENTS = [1, 2] as const;
const CURRENCIES = 3;
const START_US = 1_767_225_600_000_000;
/** Open orders: an older one is cancelled when there are more. */
const OPEN_MAX = 64;

export class OrderStream {
  readonly #random: Random;
  readonly #open: OrderImage[] = [];
  readonly #lastTradeIds = new Map<number, number>();
  readonly #stepUs: number;
  #sequence = 0;
  #timeUs = START_US;

  /** `stepUs`: longest time between two transactions. */
  constructor(seed: number, stepUs = 400_000) {
    this.#random = new Random(seed);
    this.#stepUs = stepUs;
  }

  next(): Transaction {
    this.#sequence += 1;
    this.#timeUs += this.#random.below(this.#stepUs);
    const choice = this.#random.below(10);
    if (this.#open.length > OPEN_MAX) return this.#cancel();
    if (choice < 4) return this.#place();
    if (choice < 6) return this.#trade();
    if (choice === 6) return this.#replace();
    if (choice === 7) return this.#cancel();
    if (choice === 8) return this.#transaction(Opcode.deposit, [this.#balance()]);
    return this.#transaction(Opcode.cancelOrder, [], RejectCode.order_not_found);
  }

  take(count: number): Transaction[] {
    return Array.from({ length: count }, () => this.next());
  }

  #place(): Transaction {
    const order = this.#order();
    const isRejected = this.#random.below(8) === 0;
    if (isRejected) {
      order.status = OrderStatus.rejected;
      order.code = RejectCode.available_balance_insufficient;
    } else this.#open.push(order);
    const changes: Change[] = [{ entity: "order", change: "created", ...order }];
    if (!isRejected) changes.push(this.#level(order), this.#balance());
    return this.#transaction(Opcode.newOrder, changes);
  }

  #order(): OrderImage {
    const orderId = this.#sequence;
    const quantity = toQuantity(1 + this.#random.below(1_000));
    return {
      orderId,
      account: this.#among(STREAM_ACCOUNTS),
      instrument: this.#among(STREAM_INSTRUMENTS),
      side: this.#among([Side.buy, Side.sell]),
      orderType: OrderType.limit,
      timeInForce: TimeInForce.gtc,
      status: OrderStatus.pending,
      reason: CancelReason.none,
      selfTradePrevention: SelfTradePrevention.expireTaker,
      cancelOnDisconnect: this.#random.below(2) === 1,
      code: 0,
      isRetained: false,
      session: this.#random.below(9),
      price: toPrice(1 + this.#random.below(2 ** 30) * 2 ** 20),
      quantity,
      filled: toQuantity(0),
      leaves: quantity,
      quoteQuantity: this.#amount(),
      cumulativeNotional: toAmount(0n),
      fee: toAmount(0n),
      makerRate: -100,
      takerRate: 500,
      createdAtUs: toTimeUs(this.#timeUs),
      priority: toSequence(this.#sequence),
      clientOrderId: this.#random.below(2) === 0 ? `ob-${orderId}` : this.#clientOrderId(),
    };
  }

  /** A new order that takes from one that rests. */
  #trade(): Transaction {
    const maker = this.#open[this.#random.below(this.#open.length)];
    if (maker === undefined) return this.#place();
    const taker = this.#order();
    const quantity = Math.min(maker.leaves, 1 + this.#random.below(200));
    const changes: Change[] = [{ entity: "order", change: "created", ...taker }];
    changes.push({ entity: "trade", change: "created", ...this.#match(taker, maker, quantity) });
    changes.push(this.#fill(maker, quantity));
    taker.leaves = toQuantity(quantity);
    changes.push(this.#fill(taker, quantity), this.#level(maker));
    for (let legs = 0; legs < 4; legs += 1) changes.push(this.#balance());
    return this.#transaction(Opcode.newOrder, changes);
  }

  #match(taker: OrderImage, maker: OrderImage, quantity: number): Trade {
    const tradeId = (this.#lastTradeIds.get(maker.instrument) ?? 0) + 1;
    this.#lastTradeIds.set(maker.instrument, tradeId);
    return {
      tradeId,
      instrument: maker.instrument,
      takerSide: taker.side === Side.buy ? Side.buy : Side.sell,
      takerOrder: taker.orderId,
      makerOrder: maker.orderId,
      takerAccount: taker.account,
      makerAccount: maker.account,
      price: maker.price,
      quantity: toQuantity(quantity),
      notional: this.#amount(),
      takerFee: this.#amount(),
      makerFee: toAmount(-this.#amount()),
    };
  }

  #fill(order: OrderImage, quantity: number): Change {
    const before = { ...order };
    order.filled = toQuantity(order.filled + quantity);
    order.leaves = toQuantity(order.leaves - quantity);
    order.cumulativeNotional = toAmount(order.cumulativeNotional + this.#amount());
    order.fee = toAmount(order.fee + this.#amount());
    order.status = order.leaves === 0 ? OrderStatus.filled : OrderStatus.partiallyFilled;
    if (order.leaves === 0) this.#close(order);
    return toUpdate(before, order, OrderCause.fill);
  }

  #replace(): Transaction {
    const order = this.#open[this.#random.below(this.#open.length)];
    if (order === undefined) return this.#place();
    const before = { ...order };
    order.price = toPrice(order.price + 1);
    order.quantity = toQuantity(order.quantity + 5);
    order.leaves = toQuantity(order.leaves + 5);
    if (this.#random.below(2) === 0) order.clientOrderId = this.#clientOrderId();
    const changes = [toUpdate(before, order, OrderCause.replace), this.#balance()];
    return this.#transaction(Opcode.replaceOrder, changes);
  }

  #cancel(): Transaction {
    const order = this.#open[0];
    if (order === undefined) return this.#place();
    const before = { ...order };
    order.status = OrderStatus.cancelled;
    order.reason = CancelReason.clientRequest;
    order.leaves = toQuantity(0);
    this.#close(order);
    const changes = [toUpdate(before, order, OrderCause.cancel), this.#balance()];
    return this.#transaction(Opcode.cancelOrder, changes);
  }

  #close(order: OrderImage): void {
    const index = this.#open.indexOf(order);
    if (index >= 0) this.#open.splice(index, 1);
  }

  #level({ instrument, price }: OrderImage): Change {
    const side = Side.buy;
    const quantity = toQuantity(7);
    return {
      entity: "level",
      change: "updated",
      ...{ instrument, side, price, quantity, orderCount: 1 },
    };
  }

  #balance(): Change {
    return {
      entity: "balance",
      change: "updated",
      account: this.#among(STREAM_ACCOUNTS),
      currency: 1 + this.#random.below(CURRENCIES),
      availableBefore: this.#amount(),
      availableAfter: this.#amount(),
      frozenBefore: this.#amount(),
      frozenAfter: this.#amount(),
    };
  }

  /** Of small amounts and such as only 128 bits hold. */
  #amount(): Amount {
    const small = BigInt(this.#random.below(2 ** 31));
    return toAmount(this.#random.below(10) === 0 ? small << 70n : small);
  }

  #clientOrderId(): string {
    return `desk-${this.#random.below(2 ** 31)}:${this.#sequence}`;
  }

  #among<Value>(values: readonly [Value, ...Value[]]): Value {
    return values[this.#random.below(values.length)] ?? values[0];
  }

  #transaction(opcode: number, changes: Change[], code: RejectCode | 0 = 0): Transaction {
    return {
      sequence: toSequence(this.#sequence),
      timeUs: toTimeUs(this.#timeUs),
      code,
      opcode,
      isDuplicate: false,
      hasBacklog: false,
      isSystem: false,
      account: 0,
      result: 0,
      instrument: 0,
      changes,
    };
  }
}

function toUpdate(before: OrderImage, after: OrderImage, cause: OrderCause): Change {
  const update: OrderUpdate = {
    orderId: after.orderId,
    account: after.account,
    instrument: after.instrument,
    side: after.side === Side.buy ? Side.buy : Side.sell,
    statusBefore: before.status,
    statusAfter: after.status,
    reason: after.reason,
    cause,
    session: after.session,
    price: after.price,
    quantity: after.quantity,
    filledBefore: before.filled,
    filledAfter: after.filled,
    leavesBefore: before.leaves,
    leavesAfter: after.leaves,
    cumulativeNotional: after.cumulativeNotional,
    fee: after.fee,
    priceBefore: before.price,
    quantityBefore: before.quantity,
    clientOrderId: after.clientOrderId,
    clientOrderIdBefore: cause === OrderCause.replace ? before.clientOrderId : undefined,
  };
  return { entity: "order", change: "updated", ...update };
}
