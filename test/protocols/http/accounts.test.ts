import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { limitOrder, openMarket } from "./http-venue.ts";
import type { Market } from "./http-venue.ts";

let market: Market;
let requestCount = 0;

beforeAll(async () => {
  market = await openMarket();
});
afterAll(() => market.venue.stop());

/** A body with a request id of its own. */
function move(currency: string, amount: string, more: object = {}): object {
  requestCount += 1;
  return { request_id: `request-${requestCount}`, currency, amount, ...more };
}

async function balanceOf(token: string, currency: string): Promise<unknown> {
  const { balances } = await market.venue.get("GET", "/api/v1/accounts/me", { token });
  return Array.isArray(balances)
    ? balances.find((balance: Record<string, unknown>) => balance["currency"] === currency)
    : undefined;
}

describe("an account", () => {
  test("is seen by its id and as `me`, with what is frozen", async () => {
    const { venue, alice } = market;
    const body = { ...limitOrder("BUY", "1000", "1"), client_order_id: "freeze" };
    await venue.get("POST", "/api/v1/trading/orders", { token: alice, body });
    const me = await venue.get("GET", "/api/v1/accounts/me", { token: alice });
    const { as_of_sequence: _sequence, ...account } = me;
    expect(account).toEqual({
      account_id: 3,
      name: "alice",
      state: "active",
      balances: [
        {
          currency: "BTC",
          available: "10.000000000",
          frozen: "0.000000000",
          total: "10.000000000",
        },
        {
          currency: "USDT",
          available: "998999.50000000",
          frozen: "1000.50000000",
          total: "1000000.00000000",
        },
      ],
    });
    const byId = await venue.get("GET", "/api/v1/accounts/3", { token: alice });
    expect(byId).toMatchObject(account);
    await venue.get("DELETE", "/api/v1/trading/orders/client:freeze", { token: alice });
  });

  test.each(["4", "1", "999", "0", "-1", "4294967296", "99999999999999999999", "bob", "%00"])(
    "%s is not found by who may not see it, nor is whether it exists told",
    async (account) => {
      const { venue, alice } = market;
      const path = `/api/v1/accounts/${account}`;
      const refusal = "404 account_not_found";
      expect(await venue.refusal("GET", path, { token: alice })).toBe(refusal);
      for (const [door, body] of [
        ["withdrawals", move("USDT", "1")],
        ["transfers", move("USDT", "1", { to_account: 3 })],
      ] as const) {
        expect(await venue.refusal("POST", `${path}/${door}`, { token: alice, body })).toBe(
          refusal,
        );
      }
    },
  );

  test("an operator sees every account, and none that does not exist", async () => {
    const { venue, admin } = market;
    const account = await venue.get("GET", "/api/v1/accounts/4", { token: admin });
    expect(account).toMatchObject({ account_id: 4, name: "bob" });
    const refusal = await venue.refusal("GET", "/api/v1/accounts/999", { token: admin });
    expect(refusal).toBe("404 account_not_found");
  });
});

describe("money", () => {
  test("is deposited by an operator, once per request id", async () => {
    const { venue, admin, bob } = market;
    const path = "/api/v1/accounts/4/deposits";
    const body = { request_id: "wire-1", currency: "BTC", amount: "0.5" };
    const first = await venue.get("POST", path, { token: admin, body });
    expect(first).toMatchObject({
      balance: { currency: "BTC", available: "10.500000000", total: "10.500000000" },
      duplicate: false,
    });
    const again = await venue.get("POST", path, { token: admin, body });
    expect(again).toMatchObject({ balance: null, duplicate: true });
    expect(await balanceOf(bob, "BTC")).toMatchObject({ available: "10.500000000" });
    const other = { ...body, amount: "0.6" };
    const refusal = await venue.refusal("POST", path, { token: admin, body: other });
    expect(refusal).toBe("409 request_id_exists");
    expect(await venue.refusal("POST", path, { token: bob, body: move("BTC", "1") })).toBe(
      "403 permission_denied",
    );
  });

  test("is withdrawn and transferred by the owner", async () => {
    const { venue, alice, bob } = market;
    const before = await balanceOf(bob, "USDT");
    const withdrawn = await venue.get("POST", "/api/v1/accounts/me/withdrawals", {
      token: alice,
      body: move("USDT", "100.25"),
    });
    expect(withdrawn).toMatchObject({ balance: { available: "999899.75000000" } });
    const moved = await venue.get("POST", "/api/v1/accounts/3/transfers", {
      token: alice,
      body: move("USDT", "0.75", { to_account: 4 }),
    });
    expect(moved).toMatchObject({ balance: { available: "999899.00000000" } });
    expect(before).toMatchObject({ available: "1000000.00000000" });
    expect(await balanceOf(bob, "USDT")).toMatchObject({ available: "1000000.75000000" });
  });

  test("an operator moves it for others", async () => {
    const { venue, admin } = market;
    const body = move("BTC", "0.1", { to_account: 3 });
    const path = "/api/v1/accounts/4/transfers";
    const moved = await venue.get("POST", path, { token: admin, body });
    expect(moved).toMatchObject({ balance: { currency: "BTC", available: "10.400000000" } });
  });

  test.each([
    ["more than there is", move("BTC", "1000"), "422 available_balance_insufficient"],
    ["nothing", move("BTC", "0"), "422 amount_out_of_range"],
    ["less than nothing", move("BTC", "-1"), "422 amount_out_of_range"],
    ["less than the smallest unit", move("BTC", "0.0000000001"), "422 amount_scale_exceeded"],
    ["more than there can be", move("BTC", "9".repeat(40)), "422 amount_out_of_range"],
    ["an exponent", move("BTC", "1e3"), "400 malformed_number"],
    ["an unknown currency", move("DOGE", "1"), "404 currency_not_found"],
    ["no request id", { currency: "BTC", amount: "1" }, "400 malformed_request"],
    [
      "an empty request id",
      { request_id: "", currency: "BTC", amount: "1" },
      "422 request_id_invalid",
    ],
    [
      "a request id with a space",
      { request_id: "a b", currency: "BTC", amount: "1" },
      "422 request_id_invalid",
    ],
    [
      "a request id of 65 characters",
      { request_id: "x".repeat(65), currency: "BTC", amount: "1" },
      "422 request_id_invalid",
    ],
    [
      "an account that is no number",
      move("BTC", "1", { to_account: "4" }),
      "400 malformed_request",
    ],
  ])("is not withdrawn or transferred when it is %s", async (_what, body, refusal) => {
    const { venue, alice } = market;
    const path = "/api/v1/accounts/me";
    const transfer = { to_account: 4, ...body };
    if (!("to_account" in body)) {
      const got = await venue.refusal("POST", `${path}/withdrawals`, { token: alice, body });
      expect(got).toBe(refusal);
    }
    const got = await venue.refusal("POST", `${path}/transfers`, { token: alice, body: transfer });
    expect(got).toBe(refusal);
  });

  test.each([
    ["itself", 3, "422 transfer_to_same_account"],
    ["an account that is not there", 4_000_000, "404 account_not_found"],
    ["the venue's own", 2, "422 account_reserved"],
  ])("is not transferred to %s", async (_what, to_account, refusal) => {
    const { venue, alice } = market;
    const body = move("USDT", "1", { to_account });
    const path = "/api/v1/accounts/me/transfers";
    expect(await venue.refusal("POST", path, { token: alice, body })).toBe(refusal);
  });
});
