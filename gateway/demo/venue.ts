// What the demo venue lists and whom it funds. Amounts and prices are decimal texts, as an operator
// would write them.

import { type Parsed, rejectByNumber } from "../domain/reject.ts";

export interface DemoCurrency {
  readonly code: string;
  readonly scale: number;
}

export interface DemoInstrument {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tick: string;
  readonly lot: string;
  /** First reference price, and what the anchor of the flow returns to. */
  readonly reference: string;
  readonly notionalMin: string;
  readonly orderValueMax: string;
  /** Largest order of the flow, in quote currency. */
  readonly flowValueMax: string;
}

export interface DemoAccount {
  readonly name: string;
  /** `maker` and `taker` belong to the flow, `trader` to the person who reads the terminal. */
  readonly role: "maker" | "taker" | "trader";
}

export const DEMO_CURRENCIES: readonly DemoCurrency[] = [
  { code: "BTC", scale: 9 },
  { code: "ETH", scale: 9 },
  { code: "SOL", scale: 9 },
  { code: "USDT", scale: 8 },
];

/** Tick × lot is a whole number of quote units in each (rules 1.2). */
export const DEMO_INSTRUMENTS: readonly DemoInstrument[] = [
  {
    symbol: "BTC-USDT",
    base: "BTC",
    quote: "USDT",
    tick: "0.01",
    lot: "0.00001",
    reference: "60000",
    notionalMin: "5",
    orderValueMax: "1000000",
    flowValueMax: "3000",
  },
  {
    symbol: "ETH-USDT",
    base: "ETH",
    quote: "USDT",
    tick: "0.01",
    lot: "0.0001",
    reference: "3000",
    notionalMin: "5",
    orderValueMax: "1000000",
    flowValueMax: "3000",
  },
  {
    symbol: "SOL-USDT",
    base: "SOL",
    quote: "USDT",
    tick: "0.01",
    lot: "0.01",
    reference: "150",
    notionalMin: "5",
    orderValueMax: "1000000",
    flowValueMax: "3000",
  },
  {
    symbol: "ETH-BTC",
    base: "ETH",
    quote: "BTC",
    tick: "0.000001",
    lot: "0.001",
    reference: "0.05",
    notionalMin: "0.0001",
    orderValueMax: "20",
    flowValueMax: "0.05",
  },
];

/** Fractions of the notional. */
export const DEMO_FEES = { maker: "0.0002", taker: "0.0005" };
/** Aggressive orders further from the last price are refused. */
export const DEMO_BAND = "0.1";

/** Makers only rest and takers never do, so that nobody meets an order of his own. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { name: "maker-1", role: "maker" },
  { name: "maker-2", role: "maker" },
  { name: "maker-3", role: "maker" },
  { name: "taker-1", role: "taker" },
  { name: "taker-2", role: "taker" },
  { name: "trader-1", role: "trader" },
  { name: "trader-2", role: "trader" },
];

/**
 * What an account of a role starts with.
 *
 * The flow turns over about 15,000 USDT a second and pays some 10 of them in fees: its five
 * accounts last for more than ten years.
 */
export const DEMO_FUNDS: Readonly<Record<DemoAccount["role"], Readonly<Record<string, string>>>> = {
  maker: { BTC: "10000", ETH: "200000", SOL: "4000000", USDT: "1000000000" },
  taker: { BTC: "10000", ETH: "200000", SOL: "4000000", USDT: "1000000000" },
  trader: { BTC: "10", ETH: "100", SOL: "1000", USDT: "1000000" },
};

/** Reads one of these texts: what does not parse is a mistake in this file. */
export function valueOf<Value>(parsed: Parsed<Value>): Value {
  if (!parsed.ok) throw new RangeError(rejectByNumber[parsed.reject].text);
  return parsed.value;
}
