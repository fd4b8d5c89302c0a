// What private channels say, in the shapes of HTTP.

import type { BalanceUpdate } from "../../domain/account.ts";
import type { Transaction } from "../../domain/change.ts";
import type { OrderImage } from "../../domain/order.ts";
import { rejectByNumber } from "../../domain/reject.ts";
import type { AccountChanges } from "../../push/sorted-changes.ts";
import type { Listing, ReferenceData } from "../../sessions/reference-data.ts";
import { fromOrderChange, fromOrderImage } from "../http/codec.ts";
import type { OrderDocument } from "../http/codec.ts";
import { fromBalance } from "../http/routes/accounts.ts";
import { toOwnTrade } from "../http/routes/trades.ts";

/** What formatting needs to know of the venue. */
interface Books {
  readonly reference: ReferenceData;
}

/** `mark` is said, too. */
export function ordersSnapshot(
  books: Books,
  answer: Transaction,
  isWhole: boolean,
  mark: object,
): string {
  const images = answer.changes.flatMap((change) =>
    change.entity === "order" && change.change === "image" ? [change] : [],
  );
  const last = images.at(-1);
  return JSON.stringify({
    channel: "orders",
    type: "snapshot",
    sequence: answer.sequence,
    ...mark,
    orders: images.map((image) => fromOrderImage(image, listingOf(books, image.instrument))),
    next_after: isWhole ? null : (last?.orderId ?? null),
  });
}

/** Each order once, as the transaction leaves it. */
export function ordersUpdate(books: Books, changes: AccountChanges, sequence: number): string {
  const orders: OrderDocument[] = [];
  let previous: OrderImage | undefined;
  for (const change of changes.orders) {
    const listing = listingOf(books, change.instrument);
    if (change.change === "updated") {
      // The command's own order: made first, moved last, and told once.
      const image = previous?.orderId === change.orderId ? previous : undefined;
      const order = fromOrderChange(image, change, listing);
      if (image !== undefined) orders.shift();
      if (order !== undefined) orders.push(order);
      continue;
    }
    previous = change;
    const order: FeedOrder | undefined = fromOrderChange(change, undefined, listing);
    if (order === undefined) continue;
    if (change.code !== 0) order.reject = rejectByNumber[change.code].name;
    orders.push(order);
  }
  return JSON.stringify({ channel: "orders", type: "update", sequence, orders });
}

/** An order with the name of the code it was rejected with. */
interface FeedOrder extends OrderDocument {
  reject?: string;
}

export function executionsUpdate(
  books: Books,
  { account, trades }: AccountChanges,
  { sequence, timeUs }: Transaction,
): string {
  return JSON.stringify({
    channel: "executions",
    type: "update",
    sequence,
    executions: trades.map((trade) =>
      toOwnTrade({ trade, sequence, timeUs }, account, listingOf(books, trade.instrument)),
    ),
  });
}

/** Fills have no state: what follows the snapshot is all of them. */
export function executionsSnapshot(sequence: number, mark: object): string {
  const head = { channel: "executions", type: "snapshot", sequence, ...mark };
  return JSON.stringify({ ...head, executions: [] });
}

export function balancesMessage(
  books: Books,
  head: { readonly type: "snapshot" | "update"; readonly sequence: number },
  balances: readonly BalanceUpdate[],
): string {
  return JSON.stringify({
    channel: "balances",
    ...head,
    balances: balances.map((balance) => fromBalance(books, balance)),
  });
}

function listingOf({ reference }: Books, instrument: number): Listing {
  const listing = reference.listingOf(instrument);
  if (listing === undefined) throw new Error(`instrument ${instrument} is not known`);
  return listing;
}
