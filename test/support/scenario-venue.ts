// What a scenario needs of a venue, whichever door it is reached through. Numbers are texts.

import type {
  Action,
  BookLevel,
  Capacities,
  Fill,
  InstrumentField,
  OrderField,
  Outcome,
} from "./scenario-script.ts";

/** What a command made. A door that does not name the original of a duplicate leaves it out. */
export interface Found {
  readonly outcome: Outcome<number | undefined>;
  /** The order's id, or the result of another command. */
  readonly id: number;
  /** 0 when it never reached the engine. */
  readonly sequence: number;
}

/** One row of everything that anybody holds. Fees not yet swept are a holder of their own. */
export interface LedgerRow {
  readonly holder: string;
  readonly currency: string;
  readonly available: string;
  readonly frozen: string;
  /** Only what the external account holds. */
  readonly mayBeNegative: boolean;
}

export interface OrderView {
  readonly status: string;
  readonly reason: string;
  readonly fields: ReadonlyMap<OrderField, string>;
}

/** How an order is named once labels are resolved. */
export type OrderName = { readonly orderId: number } | { readonly clientOrderId: string };

/** An action whose order reference is resolved. */
export type ResolvedAction = Action extends infer Each
  ? Each extends { readonly order: unknown }
    ? Omit<Each, "order"> & { readonly order: OrderName }
    : Each
  : never;

export interface Venue {
  /** Gives one command and waits for what became of it. */
  execute(action: ResolvedAction): Promise<Found>;
  /** Sequence of the last command that has one. */
  sequence(): Promise<number>;
  ledger(): Promise<readonly LedgerRow[]>;
  accountState(account: string): Promise<string>;
  book(symbol: string): Promise<{ bids: readonly BookLevel[]; asks: readonly BookLevel[] }>;
  /** `undefined`: not found. */
  order(account: string, order: OrderName): Promise<OrderView | undefined>;
  /** Ids of the open orders. */
  openOrders(account: string): Promise<readonly number[]>;
  /** All trades since the start, oldest first. */
  trades(symbol: string): Promise<readonly (Fill & { readonly tradeId: number })[]>;
  instrument(symbol: string): Promise<ReadonlyMap<InstrumentField, string>>;
  /** Open sessions. The engine's door only. */
  sessionCount(): Promise<number>;
  /** What the last command changed, in order. The engine's door only. */
  changes(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Opens an empty venue. */
export type OpenVenue = (capacities: Capacities) => Promise<Venue>;

/** A number without superfluous zeros; other texts as they are. */
export function normalNumber(text: string): string {
  if (!/^-?[0-9]+(\.[0-9]+)?$/.test(text)) return text;
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  const whole = short.replace(/^(-?)0+(?=[0-9])/, "$1");
  return whole === "-0" ? "0" : whole;
}
