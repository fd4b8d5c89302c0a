// What the venue says, in the shapes of docs/websocket.md and docs/http.md. Only what is shown.

export type Level = readonly [price: string, quantity: string];

export interface Instrument {
  readonly symbol: string;
  readonly state: string;
  readonly base_currency: string;
  readonly quote_currency: string;
  readonly tick_size: string;
  readonly lot_size: string;
}

export interface Ticker {
  readonly symbol: string;
  readonly last_price: string | null;
  readonly high: string | null;
  readonly low: string | null;
  readonly change: string | null;
  readonly change_percent: string | null;
  readonly volume: string;
}

export interface Kline {
  readonly start_at_us: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly last_trade_id: number;
}

export interface Trade {
  readonly trade_id: number;
  readonly price: string;
  readonly quantity: string;
  readonly taker_side: "BUY" | "SELL";
  readonly traded_at_us: number;
}

export interface Order {
  readonly order_id: number;
  readonly symbol: string;
  readonly status_name: string;
  readonly reason: string | null;
  readonly filled: string;
  readonly side?: "BUY" | "SELL";
  readonly price?: string | null;
  readonly quantity?: string | null;
  readonly average_price?: string | null;
}

export interface Execution {
  readonly trade_id: number;
  readonly order_id: number;
  readonly symbol: string;
  readonly side: "BUY" | "SELL";
  readonly role: string;
  readonly price: string;
  readonly quantity: string;
  /** In the quote currency. */
  readonly fee: string;
  readonly traded_at_us: number;
}

export interface Balance {
  readonly currency: string;
  readonly available: string;
  readonly frozen: string;
  readonly total: string;
}

/** A problem document, or the `error` of a reply. */
export interface Problem {
  readonly code: number;
  readonly name: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
}

interface Dependency {
  readonly status: "ok" | "failing";
  readonly detail: string;
}

export interface StageLag {
  readonly name: string;
  readonly state: string;
  readonly lag_sequences: number;
  readonly lag_ms: number;
}

export interface Health {
  readonly core: Dependency;
  /** Null without a sync of late. */
  readonly journal: Dependency & {
    readonly sync_p50_ms: number | null;
    readonly sync_p99_ms: number | null;
  };
  readonly clock: Dependency;
  readonly stages: Dependency & { readonly each: readonly StageLag[] };
}

/** A message of a channel: the members of its kind are there, the others not. */
export interface ChannelMessage {
  readonly channel: string;
  readonly type: "snapshot" | "update";
  readonly sequence: number;
  readonly bids?: readonly Level[];
  readonly asks?: readonly Level[];
  readonly trades?: readonly Trade[];
  readonly orders?: readonly Order[];
  readonly executions?: readonly Execution[];
  readonly balances?: readonly Balance[];
}

export interface Reply {
  readonly id: number;
  readonly op: string;
  readonly ok: boolean;
  readonly error?: Problem;
  readonly result?: Order;
}

/** Reads one message of `/ws`. */
export function readMessage(text: string): ChannelMessage | Reply {
  // why: it comes from the venue that served this page, in the shape it documents
  return JSON.parse(text) as ChannelMessage | Reply;
}

/** A refusal in words, with its code and what of the fields is wrong. */
export function describe({ code, name, detail, errors = [] }: Problem): string {
  const fields = errors.map((each) => `${each.field}: ${each.detail}`).join("; ");
  return `${detail} (${code} ${name})${fields === "" ? "" : ` – ${fields}`}`;
}
