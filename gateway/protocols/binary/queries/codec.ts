// Orders and Balances: what a question about the state is answered with.

import type { Builder } from "flatbuffers";
import { Balance, Balances, Orders, OrderState } from "../../../generated/order-entry.ts";
import type { BalanceUpdate } from "../../../domain/account.ts";
import type { OrderImage } from "../../../domain/order.ts";
import { addAmount, type FrameWriter, ServerBody, type Stamp, toNs } from "../codec.ts";

/** Of one message: 64 KiB hold some more, each with the longest client order id. */
export const ORDERS_MAX = 150;
/** The same of balances. */
export const BALANCES_MAX = 1_000;

export function ordersAnswer(
  writer: FrameWriter,
  stamp: Stamp,
  requestRef: bigint,
  orders: readonly OrderImage[],
  hasMore: boolean,
): Uint8Array {
  return writer.write(ServerBody.Orders, stamp, (builder) => {
    const offsets = orders.map((order) => addOrder(builder, order));
    const vector = Orders.createOrdersVector(builder, offsets);
    Orders.startOrders(builder);
    Orders.addRequestRef(builder, requestRef);
    Orders.addOrders(builder, vector);
    Orders.addHasMore(builder, hasMore);
    return Orders.endOrders(builder);
  });
}

export function balancesAnswer(
  writer: FrameWriter,
  stamp: Stamp,
  requestRef: bigint,
  balances: readonly BalanceUpdate[],
  hasMore: boolean,
): Uint8Array {
  return writer.write(ServerBody.Balances, stamp, (builder) => {
    const offsets = balances.map((balance) => addBalance(builder, balance));
    const vector = Balances.createBalancesVector(builder, offsets);
    Balances.startBalances(builder);
    Balances.addRequestRef(builder, requestRef);
    Balances.addBalances(builder, vector);
    Balances.addHasMore(builder, hasMore);
    return Balances.endBalances(builder);
  });
}

function addBalance(builder: Builder, balance: BalanceUpdate): number {
  Balance.startBalance(builder);
  Balance.addCurrency(builder, balance.currency);
  Balance.addAvailable(builder, addAmount(builder, balance.availableAfter));
  Balance.addFrozen(builder, addAmount(builder, balance.frozenAfter));
  return Balance.endBalance(builder);
}

function addOrder(builder: Builder, order: OrderImage): number {
  const { text, ref } = splitId(order.clientOrderId);
  const id = text === undefined ? 0 : builder.createString(text);
  OrderState.startOrderState(builder);
  OrderState.addOrderId(builder, BigInt(order.orderId));
  OrderState.addClientOrderId(builder, id);
  OrderState.addClientRef(builder, ref);
  OrderState.addInstrument(builder, order.instrument);
  OrderState.addSide(builder, order.side);
  OrderState.addOrderType(builder, order.orderType);
  OrderState.addTimeInForce(builder, order.timeInForce);
  OrderState.addSelfTradePrevention(builder, order.selfTradePrevention);
  OrderState.addStatus(builder, order.status);
  OrderState.addReason(builder, order.reason);
  OrderState.addCode(builder, order.code);
  OrderState.addSession(builder, BigInt(order.session));
  OrderState.addPrice(builder, BigInt(order.price));
  OrderState.addQuantity(builder, BigInt(order.quantity));
  OrderState.addBudget(builder, addAmount(builder, order.quoteQuantity));
  OrderState.addFilled(builder, BigInt(order.filled));
  OrderState.addLeaves(builder, BigInt(order.leaves));
  const notional = addAmount(builder, order.cumulativeNotional);
  OrderState.addCumulativeNotional(builder, notional);
  OrderState.addFee(builder, addAmount(builder, order.fee));
  OrderState.addCreatedAtNs(builder, toNs(order.createdAtUs));
  return OrderState.endOrderState(builder);
}

const REF_MAX = 2n ** 64n - 1n;
const REF = /^[1-9][0-9]{0,19}$/;

/** As the gate tells ids: the decimal text of a u64 as the number, none that the venue gave. */
export function splitId(clientOrderId: string): {
  readonly text: string | undefined;
  readonly ref: bigint;
} {
  if (clientOrderId.startsWith("ob-")) return { text: undefined, ref: 0n };
  const ref = REF.test(clientOrderId) ? BigInt(clientOrderId) : 0n;
  return ref > 0n && ref <= REF_MAX ? { text: undefined, ref } : { text: clientOrderId, ref: 0n };
}
