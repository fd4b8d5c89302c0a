import { describe, expect, test } from "bun:test";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { Transaction } from "../domain/change.ts";
import { OrderStatus, OrderType, Side, TimeInForce } from "../domain/order.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../domain/units.ts";
import { DemoFlow, type FlowOrder, type FlowVenue } from "./flow.ts";

const REFERENCE = 6_000_000;

/** A venue that fills nothing: it keeps what it is given and answers when told. */
class RecordingVenue implements FlowVenue {
  readonly placed: FlowOrder[] = [];
  readonly cancelled: number[] = [];
  readonly owed: (() => void)[] = [];
  isCancelRefused = false;
  inventoryOf = (_account: number): number => 1;

  place(order: FlowOrder, onReply: () => void): void {
    this.placed.push(order);
    this.owed.push(onReply);
  }

  cancel(_account: number, orderId: number, onReply: (isOver: boolean) => void): void {
    this.cancelled.push(orderId);
    this.owed.push(() => onReply(!this.isCancelRefused));
  }

  touch() {
    return { bid: toPrice(REFERENCE - 100), ask: toPrice(REFERENCE + 100) };
  }

  openOrders(): number[] {
    return [];
  }

  inventory(account: number): number {
    return this.inventoryOf(account);
  }

  answer(): void {
    for (const reply of this.owed.splice(0)) reply();
  }
}

function instrument(instrumentId: number) {
  return {
    instrument: {
      instrumentId,
      state: 1,
      baseCurrency: 1,
      quoteCurrency: 2,
      tickMantissa: 1,
      tickExponent: 2,
      bothSides: false,
      lotSize: toAmount(10_000n),
      quotePerTickLot: toAmount(10n),
      makerRate: 200,
      takerRate: 500,
      quantityMin: toQuantity(0),
      quantityMax: toQuantity(0),
      notionalMin: toAmount(0n),
      orderValueMax: toAmount(0n),
      openOrdersMax: 1_000,
      positionMax: toQuantity(0),
      referencePrice: toPrice(REFERENCE),
      band: 100_000,
      feeAccumulator: toAmount(0n),
      nextTradeId: 1,
      lastTradePrice: toPrice(0),
      symbol: "BTC-USDT",
    },
    reference: REFERENCE,
    valueMin: REFERENCE,
    valueMax: 100 * REFERENCE,
  } as const;
}

function startFlow(seed = 1) {
  const clock = new ManualClock();
  const venue = new RecordingVenue();
  const flow = new DemoFlow({
    venue,
    clock,
    instruments: [instrument(1), instrument(2)],
    makers: [3, 4],
    takers: [5, 6],
    ordersPerSecond: 200,
    seed,
  });
  flow.start();
  const run = (turns: number): void => {
    for (let turn = 0; turn < turns; turn += 1) {
      clock.advanceMs(20);
      venue.answer();
    }
  };
  return { clock, venue, flow, run };
}

/** What the change log says of an order of the flow. */
function transactionOf(orderId: number, status: OrderStatus): Transaction {
  const base = {
    orderId,
    account: 3,
    instrument: 1,
    side: Side.buy,
    clientOrderId: "",
    session: 0,
  };
  const amounts = { cumulativeNotional: toAmount(0n), fee: toAmount(0n) };
  return {
    sequence: toSequence(orderId),
    timeUs: toTimeUs(0),
    code: 0,
    opcode: 10,
    isDuplicate: false,
    hasBacklog: false,
    isSystem: false,
    account: 3,
    result: orderId,
    instrument: 1,
    changes: [
      {
        ...base,
        ...amounts,
        entity: "order",
        change: "updated",
        statusBefore: OrderStatus.pending,
        statusAfter: status,
        reason: 0,
        cause: 1,
        price: toPrice(1),
        quantity: toQuantity(1),
        filledBefore: toQuantity(0),
        filledAfter: toQuantity(0),
        leavesBefore: toQuantity(1),
        leavesAfter: toQuantity(1),
        priceBefore: toPrice(1),
        quantityBefore: toQuantity(1),
        clientOrderIdBefore: undefined,
      },
    ],
  };
}

test("places the configured number of orders a second, evenly over the instruments", () => {
  const { venue, run } = startFlow();
  run(500);
  expect(venue.placed).toHaveLength(2_000);
  expect(venue.placed.filter((order) => order.instrument === 1)).toHaveLength(1_000);
});

test("the same seed gives the same orders, another seed others", () => {
  const streams = [7, 7, 8].map((seed) => {
    const { venue, run } = startFlow(seed);
    run(50);
    return venue.placed;
  });
  expect(streams[0]).toEqual(streams[1] ?? []);
  expect(streams[0]).not.toEqual(streams[2] ?? []);
});

test("makers rest post-only orders on their side of the touch, takers never rest", () => {
  const { venue, run } = startFlow();
  run(200);
  const takes = venue.placed.filter((order) => order.account >= 5);
  const makes = venue.placed.filter((order) => order.account < 5);
  expect(takes.length / venue.placed.length).toBeWithin(0.1, 0.2);
  expect(takes.every((order) => order.timeInForce === TimeInForce.ioc)).toBe(true);
  expect(new Set(takes.map((order) => order.orderType)).size).toBe(2);
  for (const order of makes) {
    expect(order).toMatchObject({ orderType: OrderType.limit, timeInForce: TimeInForce.postOnly });
    const away = order.side === Side.buy ? REFERENCE + 100 : REFERENCE - 100;
    const distance =
      order.side === Side.buy ? away - Number(order.price) : Number(order.price) - away;
    expect(distance).toBeGreaterThan(0);
    expect(distance).toBeLessThan(REFERENCE * 0.1);
  }
});

test("an order is worth what the instrument takes, and no more than the flow may spend", () => {
  const { venue, run } = startFlow();
  run(200);
  for (const { price, quantity } of venue.placed) {
    expect(quantity).toBeGreaterThanOrEqual(1);
    expect(quantity * (price ?? REFERENCE)).toBeLessThan(110 * REFERENCE);
  }
});

test("an account that has too little of the base buys more than it sells", () => {
  const { venue, run } = startFlow();
  venue.inventoryOf = (account) => (account === 3 || account === 5 ? 0.9 : 1.1);
  run(500);
  for (const account of [3, 4, 5, 6]) {
    const orders = venue.placed.filter((order) => order.account === account);
    const share = orders.filter((order) => order.side === Side.buy).length / orders.length;
    if (account % 2 === 1) expect(share).toBeGreaterThan(0.7);
    else expect(share).toBeLessThan(0.3);
  }
});

test("pauses while the venue owes many replies", () => {
  const { clock, venue } = startFlow();
  clock.advanceMs(60_000);
  expect(venue.placed).toHaveLength(256);
  venue.answer();
  clock.advanceMs(1_000);
  expect(venue.placed.length).toBeGreaterThan(400);
});

test("places nothing once stopped", () => {
  const { clock, venue, flow } = startFlow();
  flow.stop();
  clock.advanceMs(3_600_000);
  expect(venue.placed).toHaveLength(0);
});

describe("open orders", () => {
  test("beyond the bound the oldest is cancelled, once", () => {
    const { venue, flow, run } = startFlow();
    for (let id = 1; id <= 240; id += 1) flow.apply(transactionOf(id, OrderStatus.pending));
    run(10);
    expect(venue.cancelled[0]).toBe(1);
    expect(new Set(venue.cancelled).size).toBe(venue.cancelled.length);
  });

  test("a final order makes room", () => {
    const { venue, flow, run } = startFlow();
    for (let id = 1; id <= 240; id += 1) flow.apply(transactionOf(id, OrderStatus.pending));
    for (let id = 1; id <= 100; id += 1) flow.apply(transactionOf(id, OrderStatus.filled));
    run(10);
    expect(venue.cancelled).toEqual([]);
  });

  test("an order whose cancel was refused is cancelled again later", () => {
    const { venue, flow, run } = startFlow();
    for (let id = 1; id <= 240; id += 1) flow.apply(transactionOf(id, OrderStatus.pending));
    venue.isCancelRefused = true;
    run(2_000);
    expect(venue.cancelled.filter((id) => id === 1).length).toBeGreaterThan(1);
  });
});
