// The market these tests trade in, made over HTTP: two instruments of two currencies each, traders
// and a vault that only receives.
//
// BTC-USDT has one price and no fees, so that what its orders traded gives every balance to the
// last unit. ETH-EUR has many prices, fees and a band, whose reference price needs a ticking clock.

import type { VenueProcess } from "../support/venue-process.ts";
import { Client } from "./client.ts";
import { moving } from "./commands.ts";
import type { Witness } from "./witness.ts";

const TRADER_COUNT = 4;
/** Every BTC-USDT order has this price, in USDT. */
export const ONE_PRICE = 100n;
export const SYMBOLS = ["BTC-USDT", "ETH-EUR"] as const;
export const CURRENCIES = ["BTC", "USDT", "ETH", "EUR"] as const;
export type Currency = (typeof CURRENCIES)[number];

/** Limits that a test must not meet, and segments so small that they roll while a test runs. */
export const MARKET_FLAGS = {
  "journal-segment-bytes": String(32 * 1_024),
  "snapshot-interval-commands": "1000",
  "requests-per-second-per-key": "1000000",
  "requests-burst-per-key": "10000000",
  "cancels-per-second-per-key": "1000000",
  "cancels-burst-per-key": "10000000",
  "requests-per-second-per-address": "1000000",
  "requests-burst-per-address": "10000000",
};

export interface TestAccount {
  readonly id: number;
  readonly client: Client;
}

export interface Market {
  readonly operator: Client;
  readonly traders: readonly TestAccount[];
  readonly vault: TestAccount;
}

/** Makes currencies, instruments, accounts and keys in a new venue. */
export async function openMarket(venue: VenueProcess): Promise<Market> {
  const { url } = venue;
  const operator = new Client(venue.operatorKey, url);
  for (const code of CURRENCIES) {
    await operator.need("POST", "/api/v1/admin/currencies", { code, scale: 5 });
  }
  await addInstrument(operator, { symbol: "BTC-USDT", tick_size: "1", lot_size: "0.001" });
  await addInstrument(operator, { symbol: "ETH-EUR", tick_size: "0.01", lot_size: "0.001" });
  const path = "/api/v1/admin/instruments/ETH-EUR";
  await operator.need("PUT", `${path}/fees`, { maker_rate: "0.0002", taker_rate: "0.0005" });
  await operator.need("PUT", `${path}/band`, { reference_price: "20", band: "0.9" });
  const names = Array.from({ length: TRADER_COUNT }, (_, index) => `trader-${index + 1}`);
  const traders: TestAccount[] = [];
  for (const name of names) traders.push(await addAccount(operator, url, name));
  return { operator, traders, vault: await addAccount(operator, url, "vault") };
}

interface NewInstrument {
  readonly symbol: string;
  readonly tick_size: string;
  readonly lot_size: string;
}

async function addInstrument(operator: Client, instrument: NewInstrument): Promise<void> {
  const [base_currency, quote_currency] = instrument.symbol.split("-");
  const body = { ...instrument, base_currency, quote_currency };
  await operator.need("POST", "/api/v1/admin/instruments", body);
  const path = `/api/v1/admin/instruments/${instrument.symbol}/state`;
  await operator.need("PUT", path, { state: "open" });
}

async function addAccount(operator: Client, url: string, name: string): Promise<TestAccount> {
  const account = await operator.need("POST", "/api/v1/admin/accounts", { name });
  const id = account.count("id");
  const key = { account: id, permissions: ["read", "trade", "transfer"] };
  const made = await operator.need("POST", "/api/v1/admin/keys", key);
  return { id, client: new Client(made.text("token"), url) };
}

/** Points every client at the venue where it listens now. */
export function reconnect({ operator, traders, vault }: Market, { url }: VenueProcess): void {
  operator.connect(url);
  for (const { client } of [...traders, vault]) client.connect(url);
}

/** More of each currency than any test trades. */
const FUNDS = "1000000000";

/** Gives every trader enough of everything. */
export async function fundTraders({ operator, traders }: Market, witness: Witness): Promise<void> {
  for (const { id } of traders) {
    for (const currency of CURRENCIES) {
      const move = { request_id: `fund-${id}-${currency}`, currency, amount: FUNDS };
      await witness.try(moving(witness, operator, id, move));
    }
  }
}
