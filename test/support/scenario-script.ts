// What a scenario says once it is read: commands, what they must answer, and what must then be so.
// Prices, quantities and amounts are texts, as on the wire; test/README.md shows the format.

/** An order as a line names it. */
export type OrderReference =
  /** `#label`: given by `as label`; stands for the order id. */
  | { readonly label: string }
  /** The client's id. `ob-#label` is the one the venue assigned. */
  | { readonly clientOrderId: string };

/** A byte of the command record that has no word, `side-9`. HTTP cannot say it. */
export interface RawByte {
  readonly byte: number;
}

export interface NewOrderAction {
  readonly kind: "new order";
  readonly account: string;
  readonly side: "buy" | "sell" | RawByte;
  readonly type: "limit" | "market" | RawByte;
  /** Left out by market orders only. */
  readonly timeInForce: "gtc" | "ioc" | "fok" | "post_only" | RawByte | undefined;
  readonly quantity: string | undefined;
  readonly price: string | undefined;
  readonly budget: string | undefined;
  readonly symbol: string | undefined;
  readonly clientOrderId: string | undefined;
  readonly label: string | undefined;
  readonly session: string | undefined;
  readonly selfTradePrevention: "expire_taker" | RawByte | undefined;
  readonly cancelOnDisconnect: boolean;
}

export interface CancelAction {
  readonly kind: "cancel";
  readonly account: string;
  readonly order: OrderReference;
  readonly symbol: string | undefined;
  readonly session: string | undefined;
  readonly isByVenue: boolean;
}

export interface MassCancelAction {
  readonly kind: "cancel all";
  readonly account: string;
  readonly symbol: string | undefined;
  readonly session: string | undefined;
  readonly isByVenue: boolean;
}

export interface ReplaceAction {
  readonly kind: "replace";
  readonly account: string;
  readonly order: OrderReference;
  /** The new total. */
  readonly quantity: string;
  readonly price: string;
  readonly clientOrderId: string | undefined;
  readonly session: string | undefined;
}

export interface LedgerAction {
  readonly kind: "deposit" | "withdraw" | "transfer";
  readonly account: string;
  /** Of a transfer. */
  readonly to: string | undefined;
  readonly amount: string;
  readonly currency: string;
  /** Left out: the player gives one that nobody used. */
  readonly requestId: string | undefined;
  readonly isByVenue: boolean;
}

/** Administration. `requestId` is left out as a rule. */
export type VenueAction = { readonly requestId: string | undefined } & (
  | { readonly kind: "sweep"; readonly symbol: string }
  | { readonly kind: "create currency"; readonly code: string; readonly scale: number }
  | { readonly kind: "create account"; readonly name: string }
  | {
      readonly kind: "create instrument";
      /** Base and quote are what stands before and behind the dash. */
      readonly symbol: string;
      readonly tick: string;
      readonly lot: string;
    }
  | {
      readonly kind: "alias" | "unalias";
      readonly of: "instrument" | "account";
      /** Empty of `unalias`. */
      readonly target: string;
      readonly text: string;
    }
  | {
      readonly kind: "fees";
      readonly symbol: string;
      readonly maker: string;
      readonly taker: string;
    }
  | {
      readonly kind: "limit";
      readonly symbol: string;
      readonly limit: LimitName | RawByte;
      readonly value: string;
    }
  | {
      readonly kind: "band";
      readonly symbol: string;
      /** Both `undefined`: none. */
      readonly band: string | undefined;
      readonly reference: string | undefined;
      readonly bothSides: boolean;
    }
  | {
      readonly kind: "instrument state";
      readonly symbol: string;
      readonly state: InstrumentStateName | RawByte;
    }
  | {
      readonly kind: "account state";
      readonly account: string;
      readonly state: "active" | "suspended" | RawByte;
    }
);

export const LIMIT_NAMES = [
  ...(["quantity_min", "quantity_max", "notional_min"] as const),
  ...(["order_value_max", "open_orders_max", "position_max"] as const),
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

export const INSTRUMENT_STATE_NAMES = ["open", "cancel_only", "halted", "closed"] as const;
export type InstrumentStateName = (typeof INSTRUMENT_STATE_NAMES)[number];

/** What the runtime does by itself; clients have no word for sessions over plain HTTP. */
export type RuntimeAction =
  | {
      readonly kind: "open session";
      readonly account: string;
      readonly session: string;
      readonly cancelOnDisconnect: boolean;
    }
  | { readonly kind: "close session"; readonly session: string }
  | { readonly kind: "time passes"; readonly microseconds: number };

export type Action =
  | NewOrderAction
  | CancelAction
  | MassCancelAction
  | ReplaceAction
  | LedgerAction
  | VenueAction
  | RuntimeAction;

export interface Fill {
  readonly quantity: string;
  readonly price: string;
}

/** What became of a command. Expected ones name an order where found ones hold its id. */
export type Outcome<Original> =
  /** Done; an order rests with nothing filled by this command. */
  | { readonly kind: "accepted" }
  | { readonly kind: "rejected"; readonly code: string }
  | { readonly kind: "duplicate"; readonly of: Original }
  | {
      /** An order traded or ended. */
      readonly kind: "moved";
      readonly fills: readonly Fill[];
      /** Still open. */
      readonly rests: string | undefined;
      readonly cancelled:
        { readonly quantity: string | undefined; readonly reason: string } | undefined;
    }
  | { readonly kind: "orders cancelled"; readonly count: number; readonly reason: string };

/** The original of a duplicate: an order, or what an earlier request id made. */
export type OriginalReference = OrderReference | { readonly requestId: string };

export interface Command {
  readonly action: Action;
  readonly times: number;
  readonly expected: Outcome<OriginalReference>;
  /** A later check that the command would fail too: proves which one comes first. */
  readonly before: string | undefined;
}

export interface BookLevel extends Fill {
  readonly orders: number | undefined;
}

/** What must be so. A field that is not mentioned is not looked at. */
export type Check =
  | {
      readonly kind: "balances";
      readonly account: string;
      readonly balances: readonly {
        readonly currency: string;
        readonly available: string;
        readonly frozen: string;
      }[];
    }
  | { readonly kind: "account"; readonly account: string; readonly state: string }
  | {
      readonly kind: "book";
      readonly symbol: string | undefined;
      readonly bids: readonly BookLevel[] | undefined;
      readonly asks: readonly BookLevel[] | undefined;
    }
  | {
      readonly kind: "order";
      readonly account: string;
      readonly order: OrderReference;
      /** `undefined`: not found. */
      readonly status: string | undefined;
      readonly reason: string | undefined;
      readonly fields: ReadonlyMap<OrderField, string>;
    }
  | {
      readonly kind: "open orders";
      readonly account: string;
      readonly orders: readonly OrderReference[];
    }
  | {
      readonly kind: "trades";
      readonly symbol: string | undefined;
      readonly trades: readonly Fill[];
    }
  | {
      readonly kind: "instrument";
      readonly symbol: string;
      readonly fields: ReadonlyMap<InstrumentField, string>;
    }
  | { readonly kind: "sessions"; readonly count: number }
  | { readonly kind: "sequence"; readonly moved: number }
  | { readonly kind: "changes"; readonly changes: readonly string[] };

export const ORDER_FIELDS = [
  ...(["price", "quantity", "filled", "leaves", "fee", "average", "client_id", "stp"] as const),
] as const;
export type OrderField = (typeof ORDER_FIELDS)[number];

export const INSTRUMENT_FIELDS = [
  ...(["symbol", "state", "maker", "taker", "reference", "band", "last", "fees"] as const),
  ...LIMIT_NAMES,
] as const;
export type InstrumentField = (typeof INSTRUMENT_FIELDS)[number];

/** Where a line stands, and whether HTTP has words for it. */
export interface Line {
  readonly number: number;
  readonly text: string;
  readonly isEngineOnly: boolean;
  readonly content: Command | Check;
}

export const CAPACITY_NAMES = [
  ...(["accounts", "instruments", "currencies", "sessions", "orders", "finals"] as const),
] as const;
export type CapacityName = (typeof CAPACITY_NAMES)[number];
/** Bounds of the engine's tables; the venue's own two accounts count. */
export type Capacities = Readonly<Partial<Record<CapacityName, number>>>;

export interface Scenario {
  readonly path: string;
  readonly title: string;
  readonly sources: readonly string[];
  /** Why some lines, or all, run on the engine only. */
  readonly engineOnlyReason: string | undefined;
  readonly capacities: Capacities;
  /** Brings the venue into the state that the story starts from; each must be accepted. */
  readonly given: readonly Action[];
  readonly lines: readonly Line[];
}
