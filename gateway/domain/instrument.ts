// An instrument, its scales and limits, and the currencies and names around it. The engine owns
// them; numbers are those of the command record and the change log, asserted by test/vectors/core.

import type { Amount, Price, Quantity } from "./units.ts";

/** Numbers 5 and 6 are kept for pre-open and auction. Source: rules 4.10. */
export const InstrumentState = { open: 1, cancelOnly: 2, halted: 3, closed: 4 } as const;
export type InstrumentState = (typeof InstrumentState)[keyof typeof InstrumentState];

/** Which limit `SetLimit` sets. */
export const LimitKind = {
  quantityMin: 1,
  quantityMax: 2,
  notionalMin: 3,
  orderValueMax: 4,
  openOrdersMax: 5,
  positionMax: 6,
} as const;
export type LimitKind = (typeof LimitKind)[keyof typeof LimitKind];

/** What a name names. Currency codes have no aliases. */
export const NameKind = { instrument: 1, account: 2, currency: 3 } as const;
export type NameKind = (typeof NameKind)[keyof typeof NameKind];

export const instrumentStateNames = {
  1: "open",
  2: "cancel_only",
  3: "halted",
  4: "closed",
} as const satisfies Record<InstrumentState, string>;

export const limitKindNames = {
  1: "quantity_min",
  2: "quantity_max",
  3: "notional_min",
  4: "order_value_max",
  5: "open_orders_max",
  6: "position_max",
} as const satisfies Record<LimitKind, string>;

export const nameKindNames = {
  1: "instrument",
  2: "account",
  3: "currency",
} as const satisfies Record<NameKind, string>;

/** An instrument as it stands. In limits, reference price and band, 0 = none. */
export interface Instrument {
  instrumentId: number;
  state: InstrumentState;
  baseCurrency: number;
  quoteCurrency: number;
  /** The price tick is mantissa × 10^−exponent of the quote currency. */
  tickMantissa: number;
  tickExponent: number;
  /** Both sides are refused outside the band, not only the aggressive one. */
  bothSides: boolean;
  /** Base units of one lot. */
  lotSize: Amount;
  /** Quote units of one tick times one lot: notional = price × quantity × this. */
  quotePerTickLot: Amount;
  /** Units: 10^-6. */
  makerRate: number;
  /** Units: 10^-6. */
  takerRate: number;
  quantityMin: Quantity;
  quantityMax: Quantity;
  /** Units: quote. */
  notionalMin: Amount;
  /** Units: quote. */
  orderValueMax: Amount;
  /** Of one account; never unlimited. */
  openOrdersMax: number;
  /** Of one account, open buys included. */
  positionMax: Quantity;
  referencePrice: Price;
  /** Units: 10^-6 of the reference price. */
  band: number;
  /** Collected and not yet swept. Units: quote. */
  feeAccumulator: Amount;
  nextTradeId: number;
  /** 0 = never traded. */
  lastTradePrice: Price;
  symbol: string;
}

/** A currency. */
export interface Currency {
  currencyId: number;
  /** One unit is 10^-scale. Bounds: 0 to 18. */
  scale: number;
  code: string;
}

/** A second name. */
export interface Alias {
  targetId: number;
  kind: NameKind;
  text: string;
}
