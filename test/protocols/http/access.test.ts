// Every endpoint of the list, called by everybody who may not: with no key, a wrong secret, a
// revoked key, a key without the permission, and the key of another account.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { PERMISSION_NAMES } from "../../../gateway/identity/permission.ts";
import type { Route } from "../../../gateway/protocols/http/route.ts";
import { limitOrder, openMarket, SYMBOL } from "./http-venue.ts";
import type { Market } from "./http-venue.ts";

const ORDERS = "/api/v1/trading/orders";

let market: Market;
let orderId: string;

beforeAll(async () => {
  market = await openMarket({ flags: { "requests-burst-per-address": "100000" } });
  const { venue, alice } = market;
  const body = { ...limitOrder("BUY", "40000", "0.1"), client_order_id: "alices" };
  const placed = await venue.get("POST", ORDERS, { token: alice, body });
  orderId = String(placed["order_id"]);
});
afterAll(() => market.venue.stop());

/** A path of the endpoint that leads to something of alice's. */
function pathOf({ path }: Route): string {
  const values: Record<string, string> = {
    account: "3",
    order: orderId,
    symbol: SYMBOL,
    limit: "quantity_min",
    kind: "instrument",
    alias: "BTCUSDT",
    key: "0123456789abcdef",
  };
  return path.replace(/\{(\w+)\}/g, (_match, name: string) => values[name] ?? "x");
}

function privateRoutes(): Route[] {
  return market.venue.routes.filter((route) => route.access.length > 0);
}

/** Asks every private endpoint and returns those that do not answer as expected. */
async function misfits(
  routes: readonly Route[],
  expected: string,
  ask: (route: Route) => { token?: string; headers?: Record<string, string> },
): Promise<string[]> {
  const found: string[] = [];
  for (const route of routes) {
    // A body would not even be read.
    const body = route.body === undefined ? undefined : "not JSON";
    const got = await market.venue.refusal(route.method, pathOf(route), { ...ask(route), body });
    if (got !== expected) found.push(`${route.method} ${route.path}: ${got}`);
  }
  return found;
}

describe("every endpoint that needs a key", () => {
  test("there are such", () => expect(privateRoutes().length).toBeGreaterThan(30));

  test("refuses a call without one", async () => {
    expect(await misfits(privateRoutes(), "401 not_logged_in", () => ({}))).toEqual([]);
  });

  test("refuses a wrong secret and a key that never was", async () => {
    const { venue, alice, bob } = market;
    const forged = [
      alice.slice(0, -1) + (alice.endsWith("0") ? "1" : "0"),
      alice.slice(0, 20) + bob.slice(20),
      `ob_${"0".repeat(16)}_${"0".repeat(64)}`,
      alice.toUpperCase(),
      `${alice}0`,
      "x",
    ];
    for (const token of forged) {
      const routes = venue.routes.filter((route) => route.path === "/api/v1/accounts/{account}");
      expect(await misfits(routes, "401 credentials_invalid", () => ({ token }))).toEqual([]);
    }
    const [token = ""] = forged;
    const all = await misfits(privateRoutes(), "401 credentials_invalid", () => ({ token }));
    expect(all).toEqual([]);
  });

  test.each(["Basic YWxpY2U6c2VjcmV0", "bearer x", "Bearer", "Bearer ", "ob_x", ""])(
    "refuses the header %j",
    async (authorization) => {
      const routes = privateRoutes().slice(0, 3);
      const headers = { authorization };
      expect(await misfits(routes, "401 credentials_invalid", () => ({ headers }))).toEqual([]);
    },
  );

  test.each(["Bearer", "bearer", "BEARER"])("is read behind the scheme %s", async (scheme) => {
    const { venue, alice } = market;
    const headers = { authorization: `${scheme} ${alice}` };
    expect((await venue.ask("GET", "/api/v1/accounts/me", { headers })).status).toBe(200);
  });

  test("refuses a revoked key", async () => {
    const { venue } = market;
    const token = venue.token(3, PERMISSION_NAMES);
    expect(venue.venue.authenticator.authenticateToken(token)).toBeDefined();
    venue.venue.authenticator.revokeKey(token.slice(3, 19));
    const found = await misfits(privateRoutes(), "401 credentials_invalid", () => ({ token }));
    expect(found).toEqual([]);
  });

  test("refuses a key of the account without the permission", async () => {
    const { venue } = market;
    const found = await misfits(privateRoutes(), "403 permission_denied", (route) => ({
      token: venue.token(
        3,
        PERMISSION_NAMES.filter((name) => !route.access.includes(name)),
      ),
    }));
    expect(found).toEqual([]);
  });

  test("a public endpoint asks for none, and is not disturbed by a bad one", async () => {
    const { venue } = market;
    for (const route of venue.routes.filter((each) => each.access.length === 0)) {
      const { status } = await venue.ask(route.method, pathOf(route), { token: "nonsense" });
      expect(status).toBe(200);
    }
  });
});

describe("another account", () => {
  test("has orders, balances and existence that are not found, not forbidden", async () => {
    const { venue, bob } = market;
    for (const order of [orderId, "client:alices"]) {
      for (const [method, body] of [
        ["GET", undefined],
        ["PATCH", { price: "1" }],
        ["DELETE", undefined],
      ] as const) {
        const refusal = await venue.refusal(method, `${ORDERS}/${order}`, { token: bob, body });
        expect(refusal).toBe("404 order_not_found");
      }
    }
    expect(await venue.get("GET", `${ORDERS}?status=all`, { token: bob })).toMatchObject({
      orders: [],
    });
    expect(await venue.get("DELETE", ORDERS, { token: bob })).toMatchObject({ order_ids: [] });
    for (const account of ["3", "999"]) {
      const path = `/api/v1/accounts/${account}`;
      expect(await venue.refusal("GET", path, { token: bob })).toBe("404 account_not_found");
    }
    const order = { symbol: SYMBOL, order_id: Number(orderId) };
    for (const command of [{ QueryOrder: order }, { CancelOrder: order }]) {
      const refusal = await venue.refusal("POST", "/api/spot/v2/", { token: bob, body: command });
      expect(refusal).toBe("404 order_not_found");
    }
  });

  test("cannot be named in a body", async () => {
    const { venue, bob } = market;
    const body = { ...limitOrder("BUY", "1", "1"), account: 3, account_id: 3 };
    const refusal = await venue.refusal("POST", ORDERS, { token: bob, body });
    expect(refusal).toBe("400 malformed_request");
  });

  test("is not traded for by an operator, only cancelled for", async () => {
    const { venue, admin, alice } = market;
    const body = limitOrder("BUY", "1", "1");
    expect(await venue.refusal("POST", ORDERS, { token: admin, body })).toBe(
      "403 permission_denied",
    );
    const path = `/api/v1/admin/accounts/3/orders/${orderId}`;
    expect(await venue.get("DELETE", path, { token: admin })).toMatchObject({ reason: "admin" });
    const seen = await venue.get("GET", `${ORDERS}/${orderId}`, { token: alice });
    expect(seen).toMatchObject({ status_name: "cancelled", reason: "admin" });
  });
});

test("a refusal says how to log in, and nothing about the key", async () => {
  const { venue, alice } = market;
  const token = `${alice.slice(0, -1)}x`;
  const reply = await venue.ask("GET", ORDERS, { token });
  expect(reply.headers.get("www-authenticate")).toBe('Bearer realm="openbell"');
  expect(reply.text).not.toContain(alice.slice(3, 19));
});
