// What can be asked of the history, and the rows that answer it, as they cross from the Worker.
// Amounts are whole numbers, or texts beyond the exact ones.

/** Longest page. */
export const HISTORY_PAGE_MAX = 1_000;

/** Units: µs since 1970. `fromUs` is inside, `toUs` outside; undefined is open. */
export interface TimeRange {
  readonly fromUs?: number | undefined;
  readonly toUs?: number | undefined;
}

/** `after`: the cursor of the page before; undefined on the first page. */
interface Page {
  readonly after?: number | undefined;
  readonly limit: number;
}

/** Orders come by id, events by sequence, trades and balance changes newest first. */
export type HistoryQuestion =
  | { readonly ask: "order"; readonly account: number; readonly orderId: number }
  | { readonly ask: "client_order"; readonly account: number; readonly clientOrderId: string }
  | ({
      readonly ask: "orders";
      readonly account: number;
      readonly instrument?: number | undefined;
      /** Undefined: all. */
      readonly statuses?: readonly number[] | undefined;
    } & TimeRange &
      Page)
  | ({ readonly ask: "events"; readonly orderId: number } & Page)
  | ({ readonly ask: "trades"; readonly instrument: number } & TimeRange & Page)
  | { readonly ask: "trade"; readonly instrument: number; readonly tradeId: number }
  | ({
      readonly ask: "own_trades";
      readonly account: number;
      readonly instrument?: number | undefined;
    } & TimeRange &
      Page)
  | ({
      readonly ask: "balance_changes";
      readonly account: number;
      readonly currency?: number | undefined;
    } & TimeRange &
      Page)
  /** What an account had at a time, of every currency that ever moved. */
  | { readonly ask: "balances_at"; readonly account: number; readonly timeUs: number };

/** A number when it is exact, else decimal text. */
export type StoredAmount = number | string;

export interface OrderRow {
  readonly order_id: number;
  readonly account: number;
  readonly instrument: number;
  readonly side: number;
  readonly order_type: number;
  readonly time_in_force: number;
  readonly status: number;
  readonly reason: number;
  readonly self_trade_prevention: number;
  readonly cancel_on_disconnect: number;
  readonly code: number;
  readonly session: number;
  readonly price: number;
  readonly quantity: number;
  readonly filled: number;
  readonly leaves: number;
  readonly quote_quantity: StoredAmount;
  readonly cumulative_notional: StoredAmount;
  readonly fee: StoredAmount;
  readonly maker_rate: number;
  readonly taker_rate: number;
  /** 0: made before the history began. */
  readonly created_at_us: number;
  readonly updated_at_us: number;
  readonly client_order_id: string | null;
}

export interface OrderEventRow {
  readonly id: number;
  readonly order_id: number;
  readonly sequence: number;
  readonly sub: number;
  readonly time_us: number;
  /** 0: made; else the number of an OrderCause. */
  readonly cause: number;
  readonly status: number;
  readonly reason: number;
  readonly price: number;
  readonly quantity: number;
  readonly filled: number;
  readonly leaves: number;
  readonly cumulative_notional: StoredAmount;
  readonly fee: StoredAmount;
  readonly client_order_id: string | null;
}

export interface TradeRow {
  readonly id: number;
  readonly sequence: number;
  readonly sub: number;
  readonly time_us: number;
  readonly instrument: number;
  readonly trade_id: number;
  readonly taker_side: number;
  readonly taker_order: number;
  readonly maker_order: number;
  readonly taker_account: number;
  readonly maker_account: number;
  readonly price: number;
  readonly quantity: number;
  readonly notional: StoredAmount;
  readonly taker_fee: StoredAmount;
  readonly maker_fee: StoredAmount;
}

export interface BalanceChangeRow {
  readonly id: number;
  readonly sequence: number;
  readonly sub: number;
  readonly time_us: number;
  readonly opcode: number;
  readonly account: number;
  readonly currency: number;
  readonly available_before: StoredAmount;
  readonly available_after: StoredAmount;
  readonly frozen_before: StoredAmount;
  readonly frozen_after: StoredAmount;
}

/** Before the first transaction at the time asked for. */
export interface BalanceRow {
  readonly currency: number;
  readonly available: StoredAmount;
  readonly frozen: StoredAmount;
}

/** Rows by what was asked. */
export interface HistoryRows {
  readonly order: OrderRow;
  readonly client_order: OrderRow;
  readonly orders: OrderRow;
  readonly events: OrderEventRow;
  readonly trades: TradeRow;
  readonly trade: TradeRow;
  readonly own_trades: TradeRow;
  readonly balance_changes: BalanceChangeRow;
  readonly balances_at: BalanceRow;
}

export interface HistoryPage<Row> {
  /** The rows show what transactions up to this one made. */
  readonly sequence: number;
  /** Nothing of a later sequence is missing. */
  readonly completeAfter: number;
  /** The same as a time: nothing from then on; 0: nothing at all. */
  readonly completeFromUs: number;
  readonly rows: readonly Row[];
  /** `after` of the next page, which may be empty; undefined at the end. */
  readonly nextAfter: number | undefined;
}
