// What a client finds of the past: final orders with all their fields, their changes, trades and
// balance changes, page by page.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../../gateway/clock.ts";
import { Random } from "../../../gateway/demo/random.ts";
import { limitOrder, openMarket, SYMBOL } from "./http-venue.ts";
import type { Market, Reply } from "./http-venue.ts";

const ORDERS = "/api/v1/trading/orders";
const TRADES = "/api/v1/trading/trades";
const PUBLIC_TRADES = `/api/v1/data/history/${SYMBOL}/trades`;
const BALANCE_CHANGES = "/api/v1/accounts/me/balance-changes";

let market: Market;
/** Of alice: sold in two parts, replaced and cancelled, cancelled, refused, resting. */
const sold: Record<string, unknown>[] = [];
const ids: number[] = [];

async function place(token: string, order: object): Promise<Reply["body"]> {
  const { body } = await market.venue.ask("POST", ORDERS, { token, body: order });
  return body;
}

beforeAll(async () => {
  market = await openMarket();
  const { venue, alice, bob } = market;
  const own = async (order: object): Promise<number> => {
    const id = Number((await place(alice, order))["order_id"]);
    ids.push(id);
    return id;
  };
  await own({ ...limitOrder("SELL", "50000", "0.5"), client_order_id: "sold" });
  sold.push(await place(bob, limitOrder("BUY", "50000", "0.2")));
  sold.push(await place(bob, limitOrder("BUY", "50001", "0.3")));
  const replaced = await own({ ...limitOrder("BUY", "40000", "1"), client_order_id: "first" });
  const change = { price: "40001", client_order_id: "second" };
  await venue.get("PATCH", `${ORDERS}/${replaced}`, { token: alice, body: change });
  await venue.get("DELETE", `${ORDERS}/${replaced}`, { token: alice });
  const cancelled = await own(limitOrder("BUY", "40000", "0.1"));
  await venue.get("DELETE", `${ORDERS}/${cancelled}`, { token: alice });
  await own(limitOrder("BUY", "49000", "1000"));
  await own(limitOrder("BUY", "30000", "0.1"));
});
afterAll(() => market.venue.stop());

/** All pages of a list, with limits by chance. */
async function readPages(path: string, list: string, token?: string, seed = 1) {
  const random = new Random(seed);
  const found: Record<string, unknown>[] = [];
  let after: unknown = 0;
  let page = path.includes("?") ? path : `${path}?`;
  for (;;) {
    const paged = `${page}&limit=${1 + random.below(3)}${after === 0 ? "" : `&after=${after}`}`;
    const url = paged.replace("?&", "?");
    const body = await market.venue.get("GET", url, token === undefined ? {} : { token });
    const values = body[list];
    found.push(...(Array.isArray(values) ? values : []));
    after = body["next_after"];
    if (after === null) return found;
  }
}

describe("orders that have ended", () => {
  test("are shown with all they had, by id and client order id", async () => {
    const { venue, alice, bob } = market;
    const path = `${ORDERS}/client:sold`;
    const order = await venue.get("GET", path, { token: alice });
    expect(order).toMatchObject({
      ...{ order_id: ids[0], client_order_id: "sold", symbol: SYMBOL, status_name: "filled" },
      ...{ side: "SELL", type: "LIMIT", time_in_force: "GTC", price: "50000.00" },
      ...{ quantity: "0.50000", filled: "0.50000", leaves: "0.00000", fee: "5.00000000" },
      average_price: "50000.00000000",
    });
    expect(order["retained"]).toBeUndefined();
    expect(await venue.get("GET", `${ORDERS}/${ids[0]}`, { token: alice })).toEqual(order);
    for (const name of ["client:sold", `${ids[0]}`, `${ids[0]}/events`]) {
      const refusal = await venue.refusal("GET", `${ORDERS}/${name}`, { token: bob });
      expect(refusal).toBe("404 order_not_found");
    }
    const refused = await venue.get("GET", `${ORDERS}/${ids[3]}`, { token: alice });
    expect(refused).toMatchObject({ status_name: "rejected", price: "49000.00" });
  });

  test.each([
    ["all", [0, 1, 2, 3, 4]],
    ["filled", [0]],
    ["cancelled", [1, 2]],
    ["rejected", [3]],
    ["expired", []],
    ["open", [4]],
  ])("are listed by status: %s", async (status, wanted) => {
    const orders = await readPages(`${ORDERS}?status=${status}`, "orders", market.alice);
    expect(orders.map((order) => order["order_id"])).toEqual(wanted.map((at) => ids[at]));
    for (const order of orders) expect(order["created_at_us"]).toBeGreaterThan(0);
  });

  test("are listed by the time of their making", async () => {
    const { venue, alice } = market;
    const orders = await readPages(`${ORDERS}?status=all`, "orders", alice);
    const times = orders.map((order) => Number(order["created_at_us"]));
    const [, second = 0, , fourth = 0] = times;
    for (const status of ["all", "open"]) {
      const path = `${ORDERS}?status=${status}&from_us=${second}&to_us=${fourth}`;
      const found = await readPages(path, "orders", alice);
      const wanted = orders.filter((order, at) => {
        const time = times[at] ?? 0;
        return time >= second && time < fourth && (status === "all" || order["status"] === 1);
      });
      expect(found).toEqual(wanted);
    }
    const nothing = await venue.get("GET", `${ORDERS}?status=all&symbol=BTCUSDT&to_us=1`, {
      token: alice,
    });
    expect(nothing).toMatchObject({ orders: [], next_after: null });
  });

  test("have a trail of their changes", async () => {
    const { alice } = market;
    for (const name of [`${ids[1]}`, "client:first", "client:second"]) {
      const events = await readPages(`${ORDERS}/${name}/events`, "events", alice);
      expect(events).toMatchObject([
        { cause: "created", status_name: "pending", price: "40000.00", client_order_id: "first" },
        { cause: "replace", status_name: "pending", price: "40001.00", client_order_id: "second" },
        { cause: "cancel", status_name: "cancelled", reason: "client_request", leaves: "0.00000" },
      ]);
    }
    const events = await readPages(`${ORDERS}/client:sold/events`, "events", alice);
    expect(events).toMatchObject([
      { cause: "created", filled: "0.00000", fee: "0.00000000", average_price: null },
      { cause: "fill", status_name: "partially_filled", filled: "0.20000", leaves: "0.30000" },
      { cause: "fill", status_name: "filled", filled: "0.50000", fee: "5.00000000" },
    ]);
    expect(events.map((event) => event["sequence"])).toEqual([
      ids[0],
      ...sold.map((order) => order["sequence"]),
    ]);
  });
});

describe("trades", () => {
  test("of the caller come newest first, in one instrument or all", async () => {
    const { alice, bob } = market;
    const own = await readPages(TRADES, "trades", alice);
    expect(own).toMatchObject([
      { trade_id: 2, side: "SELL", role: "maker", quantity: "0.30000", order_id: ids[0] },
      { trade_id: 1, side: "SELL", role: "maker", quantity: "0.20000", fee: "2.00000000" },
    ]);
    expect(await readPages(`${TRADES}?symbol=BTCUSDT`, "trades", alice)).toEqual(own);
    expect(await readPages(TRADES, "trades", bob)).toMatchObject([
      { trade_id: 2, side: "BUY", role: "taker", order_id: sold[1]?.["order_id"] },
      { trade_id: 1, side: "BUY", role: "taker", order_id: sold[0]?.["order_id"] },
    ]);
    const firstUs = Number(own[1]?.["traded_at_us"]);
    const lastUs = Number(own[0]?.["traded_at_us"]);
    const range = `from_us=${firstUs}&to_us=${lastUs}`;
    const wanted = lastUs > firstUs ? own.slice(1) : [];
    expect(await readPages(`${TRADES}?${range}`, "trades", alice)).toEqual(wanted);
  });

  test("of an instrument need no key", async () => {
    const trades = await readPages(PUBLIC_TRADES, "trades");
    expect(trades).toMatchObject([
      { trade_id: 2, price: "50000.00", quantity: "0.30000", taker_side: "BUY" },
      { trade_id: 1, price: "50000.00", quantity: "0.20000", taker_side: "BUY" },
    ]);
    const unknown = await market.venue.refusal("GET", "/api/v1/data/history/X/trades");
    expect(unknown).toBe("404 instrument_not_found");
  });
});

describe("balance changes", () => {
  test("say before, after and which command, of one currency or all", async () => {
    const { alice, venue } = market;
    const changes = await readPages(BALANCE_CHANGES, "changes", alice);
    expect(changes.at(-1)).toMatchObject({
      ...{ command: "deposit", currency: "BTC", available_before: "0.000000000" },
      ...{ available_after: "10.000000000", frozen_before: "0.000000000" },
    });
    expect(changes[0]).toMatchObject({ command: "new_order", frozen_after: "3001.50000000" });
    const ofBase = await readPages(`${BALANCE_CHANGES}?currency=BTC`, "changes", alice, 2);
    expect(ofBase).toEqual(changes.filter(({ currency }) => currency === "BTC"));
    for (const [at, { available_after: after, frozen_after: frozen }] of ofBase.entries()) {
      if (at === 0) continue;
      const next = { available_before: after, frozen_before: frozen };
      expect(ofBase[at - 1]).toMatchObject(next);
    }
    const path = `${BALANCE_CHANGES}?currency=X`;
    expect(await venue.refusal("GET", path, { token: alice })).toBe("404 currency_not_found");
  });

  test("of another account are an operator's to see", async () => {
    const { venue, admin, bob } = market;
    const path = "/api/v1/accounts/3/balance-changes";
    expect(await venue.refusal("GET", path, { token: bob })).toBe("404 account_not_found");
    expect(await venue.refusal("GET", path)).toBe("401 not_logged_in");
    const { changes } = await venue.get("GET", path, { token: admin });
    expect(Array.isArray(changes) && changes.length).toBeGreaterThan(5);
  });
});

describe("settlement events", () => {
  const OWN = "/api/v1/accounts/me/settlement-events";
  const VENUE = `/api/v1/admin/settlement-events?symbol=${SYMBOL}`;

  test("of an account are its own legs and fees, by instrument, trade and time", async () => {
    const { venue, alice, bob } = market;
    const own = await readPages(OWN, "events", alice);
    const leg = (currency: string, amount: string) => ({ account: 3, currency, amount });
    expect(own).toMatchObject([
      {
        ...{ trade_id: 2, symbol: SYMBOL },
        legs: [leg("BTC", "-0.300000000"), leg("USDT", "15000.00000000")],
        fees: [leg("USDT", "-3.00000000")],
      },
      { trade_id: 1, legs: [leg("BTC", "-0.200000000"), leg("USDT", "10000.00000000")] },
    ]);
    expect(await readPages(`${OWN}?symbol=BTCUSDT`, "events", alice)).toEqual(own);
    const { events } = await venue.get("GET", `${OWN}?symbol=${SYMBOL}&trade_id=1`, {
      token: alice,
    });
    expect(events).toEqual(own.slice(1));
    const none = await venue.get("GET", `${OWN}?symbol=${SYMBOL}&trade_id=3`, { token: alice });
    expect(none).toMatchObject({ events: [], next_after: null });
    const firstUs = Number(own[1]?.["settled_at_us"]);
    const lastUs = Number(own[0]?.["settled_at_us"]);
    const range = `from_us=${firstUs}&to_us=${lastUs}`;
    const wanted = lastUs > firstUs ? own.slice(1) : [];
    expect(await readPages(`${OWN}?${range}`, "events", alice)).toEqual(wanted);
    const [other] = await readPages(OWN, "events", bob);
    expect(JSON.stringify(other)).not.toContain('"account":3');
    for (const path of [OWN.replace("me", "3"), OWN.replace("me", "99")]) {
      expect(await venue.refusal("GET", path, { token: bob })).toBe("404 account_not_found");
    }
    expect(await venue.refusal("GET", VENUE, { token: bob })).toBe("403 permission_denied");
    const unnamed = await venue.refusal("GET", `${OWN}?trade_id=1`, { token: bob });
    expect(unnamed).toBe("400 malformed_request");
    const unknown = await venue.refusal("GET", `${OWN}?symbol=X`, { token: bob });
    expect(unknown).toBe("404 instrument_not_found");
  });

  test("are an operator's to see whole, and sum to zero", async () => {
    const { admin } = market;
    const all = await readPages(VENUE, "events", admin);
    expect(await readPages(OWN.replace("me", "3"), "events", admin)).toEqual(all);
    expect(all).toHaveLength(2);
    for (const { legs, fees } of all) {
      const sums = new Map<string, bigint>();
      for (const part of [legs, fees]) {
        if (!Array.isArray(part)) throw new Error("no legs");
        for (const { currency, amount } of part) {
          sums.set(currency, (sums.get(currency) ?? 0n) + toUnits(amount));
        }
      }
      expect([...sums]).toEqual([
        ["BTC", 0n],
        ["USDT", 0n],
      ]);
    }
  });
});

test.each([
  `${PUBLIC_TRADES}?limit=1001`,
  `${PUBLIC_TRADES}?after=0`,
  `${PUBLIC_TRADES}?from_us=-1`,
  `${TRADES}?to_us=1e9`,
  `${BALANCE_CHANGES}?colour=red`,
])("refuses %s", async (path) => {
  const refusal = await market.venue.refusal("GET", path, { token: market.alice });
  expect(refusal).toBe("400 malformed_request");
});

test("without its file the past is not available, and trading goes on", async () => {
  const { venue, alice } = await openMarket();
  await venue.venueStages.derived.history.stop();
  for (const path of [TRADES, PUBLIC_TRADES, `${ORDERS}?status=all`, `${ORDERS}/999999`]) {
    const refusal = await venue.refusal("GET", path, { token: alice });
    expect(refusal).toBe("503 history_unavailable");
  }
  const order = limitOrder("BUY", "40000", "0.1");
  const placed = await venue.get("POST", ORDERS, { token: alice, body: order });
  const path = `${ORDERS}/${String(placed["order_id"])}`;
  await venue.get("DELETE", path, { token: alice });
  const kept = await venue.get("GET", path, { token: alice });
  expect(kept).toMatchObject({ status_name: "cancelled", retained: true });
  expect(await venue.get("GET", ORDERS, { token: alice })).toMatchObject({ orders: [] });
  await venue.stop();
});

describe("statement", () => {
  const STATEMENT = "/api/v1/accounts/me/statement";

  test("says what there was, what moved and what is left, and it adds up", async () => {
    const { venue, alice } = market;
    const range = `from_us=0&to_us=${Number.MAX_SAFE_INTEGER}`;
    const body = await venue.get("GET", `${STATEMENT}?${range}`, { token: alice });
    const currencies = body["currencies"];
    if (!Array.isArray(currencies)) throw new Error("no currencies");
    const { balances } = await venue.get("GET", "/api/v1/accounts/me", { token: alice });
    const closing = currencies.map(({ currency, closing: total }) => ({ currency, total }));
    expect(balances).toMatchObject(closing);
    for (const { opening, closing: end, ...sums } of currencies) {
      const moved = ["deposits", "withdrawals", "transfers", "trades", "fees", "sweeps"]
        .map((name) => toUnits(sums[name]))
        .reduce((one, other) => one + other);
      expect(toUnits(opening) + moved).toBe(toUnits(end));
      expect(opening).toMatch(/^0(\.0*)?$/);
    }
    const trades = currencies.find(({ currency }) => currency === "BTC");
    expect(trades).toMatchObject({ trades: expect.stringMatching(/^-0\.50*$/) });
  });

  test("of a day is that of its range, and its table has the same lines", async () => {
    const { venue, alice } = market;
    const day = new Date(systemClock.nowUs() / 1_000).toISOString().slice(0, 10);
    const body = await venue.get("GET", `${STATEMENT}?day=${day}`, { token: alice });
    expect(Number(body["to_us"]) - Number(body["from_us"])).toBe(86_400_000_000);
    const { text } = await venue.ask("GET", `${STATEMENT}.csv?day=${day}`, { token: alice });
    const lines = body["lines"];
    if (!Array.isArray(lines)) throw new Error("no lines");
    for (const { sequence, amount } of lines) {
      expect(text).toMatch(new RegExp(`,${sequence},\\w+,\\w+,${amount.replace(".", "\\.")},`));
    }
  });

  test.each([
    ["", "neither a day nor a range"],
    ["?from_us=5", "half a range"],
    ["?from_us=5&to_us=4", "a range that ends before it begins"],
    ["?day=2026-11-21&from_us=1", "a day and a range"],
    ["?day=2026-02-30", "a day that there is not"],
    ["?day=0020-02-29", "a day before time began"],
    ["?day=2255-01-01", "a day after it ends"],
  ])("%s is %s", async (query) => {
    const { venue, alice } = market;
    const refusal = await venue.refusal("GET", `${STATEMENT}${query}`, { token: alice });
    expect(refusal).toBe("400 malformed_request");
  });

  test("of another account is not found", async () => {
    const { venue, bob } = market;
    const path = "/api/v1/accounts/3/statement?day=2026-11-21";
    expect(await venue.refusal("GET", path, { token: bob })).toBe("404 account_not_found");
  });
});

/** Decimal text with at most 9 decimals → units of 10^-9. */
function toUnits(text: string): bigint {
  const [whole = "", decimals = ""] = text.replace("-", "").split(".");
  const units = BigInt(whole + decimals.padEnd(9, "0"));
  return text.startsWith("-") ? -units : units;
}
