// What a history of some transactions must hold, computed from them directly, and the whole of a
// history read through its questions, page by page.

import type { Random } from "../../gateway/demo/random.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import type { OrderImage } from "../../gateway/domain/order.ts";
import type { Parsed } from "../../gateway/domain/reject.ts";
import { toSequence } from "../../gateway/domain/units.ts";
import type { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { HISTORY_PAGE_MAX, type HistoryPage } from "../../gateway/stages/history/questions.ts";
import {
  type BalanceChange,
  type OrderEvent,
  type StoredTrade,
  toBalanceChange,
  toOrder,
  toOrderEvent,
  toStoredTrade,
} from "../../gateway/stages/history/stored-changes.ts";
import { STREAM_ACCOUNTS, STREAM_INSTRUMENTS } from "./order-stream.ts";

/** Everything, by account or instrument where questions are. */
export interface HistoryContent {
  /** By account and id. */
  readonly orders: OrderImage[];
  /** By order and sequence. */
  readonly events: OrderEvent[];
  /** By instrument, newest first. */
  readonly trades: StoredTrade[];
  /** By account, newest first. */
  readonly ownTrades: StoredTrade[];
  /** By account, newest first. */
  readonly balanceChanges: BalanceChange[];
}

/** What a history of these transactions holds. */
export function modelOf(transactions: readonly Transaction[]): HistoryContent {
  const orders = new Map<number, OrderImage>();
  const events: OrderEvent[] = [];
  const trades: StoredTrade[] = [];
  const balances: BalanceChange[] = [];
  for (const { sequence, timeUs, opcode, changes } of transactions) {
    for (const [sub, change] of changes.entries()) {
      const place = { sequence, sub, timeUs };
      if (change.entity === "trade") {
        const { entity: _, change: __, ...trade } = change;
        trades.push({ ...place, trade });
      } else if (change.entity === "balance") {
        const { entity: _, change: __, ...balance } = change;
        balances.push({ ...place, opcode, balance });
      } else if (change.entity === "order" && change.change !== "updated") {
        const { entity: _, change: __, ...order } = change;
        orders.set(order.orderId, { ...order, priority: toSequence(0) });
        events.push(toEvent(order, 0, place));
      } else if (change.entity === "order") {
        const order = orders.get(change.orderId);
        if (order === undefined) throw new Error(`order ${change.orderId} was never made`);
        order.status = change.statusAfter;
        order.filled = change.filledAfter;
        order.leaves = change.leavesAfter;
        const { reason, price, quantity, cumulativeNotional, fee, clientOrderId } = change;
        Object.assign(order, { reason, price, quantity, cumulativeNotional, fee, clientOrderId });
        events.push(toEvent(order, change.cause, place));
      }
    }
  }
  return {
    orders: STREAM_ACCOUNTS.flatMap((account) =>
      [...orders.values()].filter((order) => order.account === account),
    ),
    events: events.toSorted((one, other) => one.orderId - other.orderId),
    trades: STREAM_INSTRUMENTS.flatMap((instrument) =>
      trades.filter(({ trade }) => trade.instrument === instrument).toReversed(),
    ),
    ownTrades: STREAM_ACCOUNTS.flatMap((account) =>
      trades
        .filter(({ trade }) => trade.takerAccount === account || trade.makerAccount === account)
        .toReversed(),
    ),
    balanceChanges: STREAM_ACCOUNTS.flatMap((account) =>
      balances.filter(({ balance }) => balance.account === account).toReversed(),
    ),
  };
}

function toEvent(
  order: OrderImage,
  cause: OrderEvent["cause"],
  place: Pick<OrderEvent, "sequence" | "sub" | "timeUs">,
): OrderEvent {
  const { orderId, status, reason, price, quantity, filled, leaves } = order;
  const { cumulativeNotional, fee, clientOrderId } = order;
  return {
    ...place,
    ...{ orderId, cause, status, reason, price, quantity, filled, leaves },
    ...{ cumulativeNotional, fee, clientOrderId },
  };
}

/** Everything that a history holds, read in pages of random length. */
export async function readAll(stage: HistoryStage, random: Random): Promise<HistoryContent> {
  const content: HistoryContent = {
    ...{ orders: [], events: [], trades: [], ownTrades: [], balanceChanges: [] },
  };
  for (const account of STREAM_ACCOUNTS) {
    const orders = await readPages(random, (page) =>
      stage.ask({ ask: "orders", account, ...page }),
    );
    const own = await readPages(random, (page) =>
      stage.ask({ ask: "own_trades", account, ...page }),
    );
    const changes = await readPages(random, (page) =>
      stage.ask({ ask: "balance_changes", account, ...page }),
    );
    content.orders.push(...orders.map(toOrder));
    content.ownTrades.push(...own.map(toStoredTrade));
    content.balanceChanges.push(...changes.map(toBalanceChange));
  }
  for (const instrument of STREAM_INSTRUMENTS) {
    const trades = await readPages(random, (page) =>
      stage.ask({ ask: "trades", instrument, ...page }),
    );
    content.trades.push(...trades.map(toStoredTrade));
  }
  for (const { orderId } of content.orders.toSorted((one, other) => one.orderId - other.orderId)) {
    const events = await readPages(random, (page) =>
      stage.ask({ ask: "events", orderId, ...page }),
    );
    content.events.push(...events.map(toOrderEvent));
  }
  return content;
}

/** All rows of a question, asked for in pages of random length. */
export async function readPages<Row>(
  random: Random,
  ask: (page: { limit: number; after: number | undefined }) => Promise<Parsed<HistoryPage<Row>>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: number | undefined;
  do {
    const limit = 1 + random.below(random.below(2) === 0 ? 10 : HISTORY_PAGE_MAX);
    const answer = await ask({ limit, after });
    if (!answer.ok) throw new Error(`no page: ${answer.reject}`);
    if (answer.value.rows.length > limit) throw new Error(`more than ${limit} rows`);
    rows.push(...answer.value.rows);
    after = answer.value.nextAfter;
  } while (after !== undefined);
  return rows;
}
