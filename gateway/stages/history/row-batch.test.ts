import { expect, test } from "bun:test";
import { OrderStream } from "../../../test/support/order-stream.ts";
import { transactionAt } from "../../../test/support/transactions.ts";
import type { Change } from "../../domain/change.ts";
import { RejectCode } from "../../domain/reject.ts";
import { RowKind, RowReader, RowWriter } from "./row-batch.ts";

/** Place of the client order id in the row of a new order: its last value. */
const CLIENT_ORDER_ID = -1;

function findNewOrder() {
  const changes: Change[] = new OrderStream(1).take(100).flatMap((each) => each.changes);
  const order = changes.find((each) => each.entity === "order" && each.change === "created");
  if (order?.entity !== "order" || order.change !== "created") throw new Error("no order");
  return order;
}

test("the venue's own id is not stored; what a client gave is, refused or not", () => {
  const order = { ...findNewOrder(), orderId: 5 };
  const refused = { ...order, code: RejectCode.client_order_id_invalid };
  const changes: Change[] = [
    { ...order, clientOrderId: "ob-5" },
    { ...order, clientOrderId: "mine" },
    { ...refused, clientOrderId: "ob-5" },
    { ...refused, clientOrderId: "ob-7" },
    { ...refused, clientOrderId: "ob-05" },
    { ...refused, clientOrderId: "a b" },
  ];
  const writer = new RowWriter(1);
  writer.add({ ...transactionAt(1), changes });
  const reader = new RowReader(writer.finish());
  const ids = changes.map(() => {
    expect(reader.next()).toBe(RowKind.orderCreated);
    return reader.values(RowKind.orderCreated).at(CLIENT_ORDER_ID);
  });
  expect(ids).toEqual([null, "mine", null, "ob-7", "ob-05", "a b"]);
  expect(reader.next()).toBeUndefined();
});
