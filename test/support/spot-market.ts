// A small market in a venue process, for tests that need something to trade and are not about it.

import type { VenueProcess } from "./venue-process.ts";

/** So many calls that a refusal for their rate would hide what is behind it. */
export const UNLIMITED = {
  "requests-per-second-per-key": "1000000",
  "requests-burst-per-key": "10000000",
  "cancels-per-second-per-key": "1000000",
  "cancels-burst-per-key": "10000000",
  "requests-per-second-per-address": "1000000",
  "requests-burst-per-address": "10000000",
};

/**
 * Lists BTC-USDT, also named BTCUSDT, and opens account 3, which has 1,000,000 of each currency and
 * a resting order `resting`.
 *
 * Returns a key of that account with all permissions but `admin`.
 */
export async function openSpotMarket(venue: VenueProcess): Promise<string> {
  const send = async (method: string, path: string, body: object, token?: string) => {
    const reply = await venue.fetch(method, `/api/v1${path}`, body, token);
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text;
  };
  await send("POST", "/admin/currencies", { code: "BTC", scale: 9 });
  await send("POST", "/admin/currencies", { code: "USDT", scale: 8 });
  const listing = { symbol: "BTC-USDT", base_currency: "BTC", quote_currency: "USDT" };
  const steps = { tick_size: "0.01", lot_size: "0.00001" };
  await send("POST", "/admin/instruments", { ...listing, ...steps });
  await send("PUT", "/admin/instruments/BTC-USDT/state", { state: "open" });
  const alias = { kind: "instrument", target: "BTC-USDT", alias: "BTCUSDT" };
  await send("POST", "/admin/aliases", alias);
  await send("POST", "/admin/accounts", { name: "trader" });
  for (const currency of ["BTC", "USDT"]) {
    const deposit = { request_id: `fund-${currency}`, currency, amount: "1000000" };
    await send("POST", "/accounts/3/deposits", deposit);
  }
  const permissions = ["read", "trade", "transfer"];
  const key = await send("POST", "/admin/keys", { account: 3, permissions });
  const token = /"token":"(\w+)"/.exec(key)?.[1] ?? "";
  const terms = { symbol: "BTC-USDT", side: "BUY", type: "LIMIT", price: "1", quantity: "1" };
  await send("POST", "/trading/orders", { ...terms, client_order_id: "resting" }, token);
  return token;
}

/**
 * Opens account 4 beside it, with the same means, so that there is somebody to trade with.
 *
 * Returns a key of that account.
 */
export async function openSecondAccount(venue: VenueProcess): Promise<string> {
  const send = async (path: string, body: object): Promise<string> => {
    const reply = await venue.fetch("POST", `/api/v1${path}`, body);
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${text}`);
    return text;
  };
  await send("/admin/accounts", { name: "second" });
  for (const currency of ["BTC", "USDT"]) {
    const deposit = { request_id: `second-${currency}`, currency, amount: "1000000" };
    await send("/accounts/4/deposits", deposit);
  }
  const key = await send("/admin/keys", { account: 4, permissions: ["read", "trade"] });
  return /"token":"(\w+)"/.exec(key)?.[1] ?? "";
}
