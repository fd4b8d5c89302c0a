import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startMetricsServer } from "../../../gateway/protocols/http/metrics-server.ts";
import type { Protocol } from "../../../gateway/protocols/protocol.ts";
import { until } from "../../support/deadline.ts";
import { limitOrder, openMarket, SYMBOL } from "./http-venue.ts";
import type { Market } from "./http-venue.ts";

const ORDERS = "/api/v1/trading/orders";

let market: Market;
let scraped: Protocol;
const logLines: string[] = [];

beforeAll(async () => {
  market = await openMarket({ logLines });
  scraped = startMetricsServer("127.0.0.1", 0, market.venue.metrics);
});
afterAll(async () => {
  await scraped.stop();
  await market.venue.stop();
});

async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(scraped.address);
  expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  const values = new Map<string, number>();
  for (const line of (await response.text()).split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    expect(line).toMatch(/^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+$/);
    const space = line.lastIndexOf(" ");
    values.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return values;
}

describe("metrics", () => {
  test("count requests by template, commands by opcode and rejects by code", async () => {
    const { venue, alice } = market;
    const before = await scrape();
    const body = limitOrder("BUY", "40000", "0.1");
    const { order_id: orderId } = await venue.get("POST", ORDERS, { token: alice, body });
    await venue.get("DELETE", `${ORDERS}/${String(orderId)}`, { token: alice });
    await venue.refusal("DELETE", `${ORDERS}/${String(orderId)}`, { token: alice });
    await venue.refusal("POST", ORDERS, { token: alice, body: { ...body, symbol: "X" } });
    await venue.refusal("GET", ORDERS);
    await venue.refusal("GET", "/nowhere/secret");
    const after = await scrape();
    const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    const request = (method: string, endpoint: string, status: number): number =>
      grown(`http_requests_total{method="${method}",endpoint="${endpoint}",status="${status}"}`);
    expect(request("POST", ORDERS, 201)).toBe(1);
    expect(request("POST", ORDERS, 404)).toBe(1);
    expect(request("DELETE", `${ORDERS}/{order}`, 200)).toBe(1);
    expect(request("DELETE", `${ORDERS}/{order}`, 409)).toBe(1);
    expect(request("GET", ORDERS, 401)).toBe(1);
    expect(request("other", "unmatched", 404)).toBe(1);
    const duration = `http_request_duration_seconds_count{method="POST",endpoint="${ORDERS}"}`;
    expect(grown(duration)).toBe(2);
    expect(grown('openbell_commands_total{opcode="new_order"}')).toBe(1);
    expect(grown('openbell_commands_total{opcode="cancel_order"}')).toBe(2);
    for (const code of ["order_already_final", "instrument_not_found", "not_logged_in"]) {
      expect(grown(`openbell_rejects_total{code="${code}"}`)).toBe(1);
    }
    expect([...after.keys()].filter((name) => name.includes("secret"))).toEqual([]);
  });

  test("tell of the journal, of what is ahead of it and of the process", async () => {
    const values = await scrape();
    const executed = market.venue.core.status().executedSequence;
    expect(values.get("openbell_executed_sequence")).toBe(executed);
    expect(values.get("openbell_durable_sequence")).toBe(executed);
    expect(values.get("openbell_journal_lag_commands")).toBe(0);
    expect(values.get("openbell_accepts_orders")).toBe(1);
    expect(values.has("openbell_unsynced_commands")).toBe(true);
    expect(values.get("openbell_journal_bytes_total")).toBeGreaterThan(0);
    const buckets = [...values.keys()].filter((name) =>
      name.startsWith("openbell_journal_sync_seconds_bucket"),
    );
    expect(buckets.at(-1)).toContain('le="+Inf"');
  });

  test("are served at one path, to GET alone", async () => {
    const { origin } = new URL(scraped.address);
    for (const [path, method, status] of [
      ["/", "GET", 404],
      ["/metrics", "POST", 405],
    ] as const) {
      const response = await fetch(origin + path, { method });
      expect([response.status, response.headers.get("content-type")]).toEqual([
        ...[status, "application/problem+json"],
      ]);
    }
  });
});

test("one order id leads through the log from placing to the last fill", async () => {
  const { venue, alice, bob } = market;
  const order = { ...limitOrder("SELL", "50000", "0.2"), client_order_id: "grep-me" };
  const { order_id: orderId } = await venue.get("POST", ORDERS, { token: alice, body: order });
  const taker = await venue.get("POST", ORDERS, {
    token: bob,
    body: limitOrder("BUY", "50000", "0.1"),
  });
  const path = `${ORDERS}/${String(orderId)}`;
  await venue.get("PATCH", path, { token: alice, body: { price: "50001" } });
  await venue.get("DELETE", path, { token: alice });
  const lines = await until(5_000, "the log", () => {
    const found = logLines.filter((line) =>
      new RegExp(`order_id=${String(orderId)}\\b`).test(line),
    );
    return found.length >= 4 && found;
  });
  const keyId = alice.slice(3, 19);
  expect(lines.map((line) => line.replace(/^time=\S+ level=info /, ""))).toEqual([
    `event=new_order order_id=${String(orderId)} account=3 sequence=${String(orderId)} ` +
      `client_order_id=grep-me symbol=${SYMBOL} changes=3 key_id=${keyId}`,
    expect.stringContaining(
      `event=trade trade_id=1 symbol=${SYMBOL} taker_order_id=${String(taker["order_id"])} ` +
        `maker_order_id=${String(orderId)} taker_account=4 maker_account=3`,
    ),
    expect.stringMatching(/^event=replace_order order_id=\d+ account=3 .* changes=3 key_id=/),
    expect.stringMatching(/^event=cancel_order order_id=\d+ account=3 .* changes=3 key_id=/),
  ]);
  expect(logLines.join("\n")).not.toContain(alice.slice(20));
});

test("an order that a mass cancel ended is named too", async () => {
  const { venue, alice } = market;
  const body = limitOrder("BUY", "40000", "0.1");
  const { order_id: orderId } = await venue.get("POST", ORDERS, { token: alice, body });
  await venue.get("DELETE", ORDERS, { token: alice });
  const line = await until(5_000, "the log", () =>
    logLines.find((each) => each.includes(`event=order_cancelled order_id=${String(orderId)} `)),
  );
  expect(line).toMatch(/ account=3 sequence=\d+ symbol=BTC-USDT reason=mass_cancel$/);
});

test("a refused command names the order it was about", async () => {
  const { venue, bob } = market;
  await venue.refusal("DELETE", `${ORDERS}/999999`, { token: bob });
  const line = await until(5_000, "the log", () =>
    logLines.find((each) => each.includes("order_id=999999")),
  );
  expect(line).toContain("event=cancel_order order_id=999999 account=4");
  expect(line).toContain("code=order_not_found");
});
