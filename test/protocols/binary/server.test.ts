// The port as a client meets it: logging in, orders, questions, ends, bounds.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import { Side } from "../../../gateway/domain/order.ts";
import { EndReason } from "../../../gateway/protocols/binary/codec.ts";
import type { BinaryClient } from "../../support/binary-client.ts";
import { cancelOrder, newOrder, queryBalances, queryOrders } from "../../support/binary-frames.ts";
import { logout, toBigInt } from "../../support/binary-frames.ts";
import { ALICE, BOB, type BinaryVenue, limit, openMarket } from "./binary-venue.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

let venue: BinaryVenue;
let alice: string;
let bob: string;

beforeEach(async () => {
  venue = await openMarket();
  alice = venue.token(ALICE);
  bob = venue.token(BOB);
});
afterEach(() => venue.stop());

function enter(client: BinaryClient, side: Side, price: number, quantity: number, id: string) {
  client.send(newOrder(limit(side, price, quantity, id)));
}

test("a client trades: accepted and filled are numbered from 1, for both sides", async () => {
  using seller = await venue.logIn({ token: alice, session: "S" });
  using buyer = await venue.logIn({ token: bob, session: "B" });
  enter(seller, Side.sell, 100, 5, "s1");
  await seller.next("OrderAccepted");
  enter(buyer, Side.buy, 101, 3, "b1");
  const bought = await buyer.next("OrderFilled");
  const sold = await seller.next("OrderFilled");
  expect([bought.number, sold.number]).toEqual([2, 2]);
  expect([bought.body.price(), bought.body.quantity(), bought.body.leaves()]).toEqual([
    100n,
    3n,
    0n,
  ]);
  expect([sold.body.clientOrderId(), sold.body.leaves()]).toEqual(["s1", 2n]);
  seller.send(cancelOrder({ id: "s1" }, { requestId: "c1" }));
  const cancelled = await seller.next("OrderCancelled");
  expect([cancelled.number, cancelled.body.requestId()]).toEqual([3, "c1"]);
});

test("a login tells what is traded, and what it will tell next", async () => {
  using client = await venue.connect();
  const { body } = await client.logIn({ token: alice, session: "A", heartbeatMs: 5_000 });
  expect([body.account(), body.nextNumber(), body.heartbeatMs()]).toEqual([ALICE, 1n, 5_000]);
  expect([body.currencies(1)?.code(), body.instruments(0)?.symbol()]).toEqual(["USDT", "BTC-USDT"]);
  expect(body.instruments(0)?.lotSize()).toBe(10_000n);
  expect(body.hasMore()).toBe(false);
});

test("questions are answered as of a sequence that the client knows of by then", async () => {
  using client = await venue.logIn({ token: alice, session: "A" });
  enter(client, Side.buy, 100, 5, "o1");
  client.send(queryOrders(7n), queryBalances(8n));
  const accepted = await client.next("OrderAccepted");
  const orders = await client.next("Orders");
  const balances = await client.next("Balances");
  expect(orders.sequence).toBeGreaterThanOrEqual(accepted.sequence);
  expect([orders.body.requestRef(), orders.body.ordersLength()]).toEqual([7n, 1]);
  expect(orders.body.orders(0)?.clientOrderId()).toBe("o1");
  expect(balances.body.requestRef()).toBe(8n);
  expect(toBigInt(balances.body.balances(1)?.frozen() ?? null)).toBe(500n * 10n);
});

test("a Logout is answered, the connection ends, and its orders go if they are to", async () => {
  using watcher = await venue.logIn({ token: alice, session: "W" });
  using client = await venue.logIn({ token: alice, session: "A", cancelOnDisconnect: true });
  enter(client, Side.buy, 100, 5, "o1");
  await client.next("OrderAccepted");
  client.send(logout());
  const { body } = await client.next("EndOfSession");
  expect([body.reason(), body.code()]).toEqual([EndReason.Logout, 0]);
  await client.closed;
  expect((await watcher.next("OrderCancelled")).body.clientOrderId()).toBe("o1");
});

describe("a login is refused", () => {
  test.each<[string, object, RejectCode]>([
    [
      "with a wrong token",
      { token: `ob_${"0".repeat(16)}_${"0".repeat(64)}` },
      RejectCode.credentials_invalid,
    ],
    ["with an unknown version", { version: 2 }, RejectCode.version_unsupported],
    ["under no name", { session: "a b" }, RejectCode.name_invalid],
    ["with a heartbeat nobody could keep", { heartbeatMs: 10 }, RejectCode.malformed_request],
    ["for a number that was never given", { nextNumber: 2 }, RejectCode.sequence_not_available],
  ])("%s", async (_, fields, code) => {
    using client = await venue.connect();
    const login = client.logIn({ token: alice, session: "A", ...fields });
    expect(login).rejects.toThrow(`refused: ${code}`);
    await client.closed;
    expect(venue.metric('openbell_binary_closes_total{reason="login_refused"}')).toBe(1);
  });

  test("when the name is taken, unless the same key takes over", async () => {
    using first = await venue.logIn({ token: alice, session: "A" });
    using second = await venue.connect();
    expect(second.logIn({ token: alice, session: "A" })).rejects.toThrow(
      `${RejectCode.session_in_use}`,
    );
    await second.closed;
    using other = await venue.connect();
    const token = venue.token(ALICE);
    expect(other.logIn({ token, session: "A", takeOver: true })).rejects.toThrow(
      `${RejectCode.session_in_use}`,
    );
    await other.closed;
    using third = await venue.logIn({ token: alice, session: "A", takeOver: true });
    expect((await first.next("EndOfSession")).body.reason()).toBe(EndReason.TakenOver);
    await first.closed;
    enter(third, Side.buy, 100, 1, "o1");
    expect((await third.next("OrderAccepted")).number).toBe(1);
  });
});
