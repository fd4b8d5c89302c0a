import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { ConnectionLimit } from "../../../gateway/protocols/http/connection-limit.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { until } from "../../support/deadline.ts";
import { limitOrder, openMarket } from "./http-venue.ts";
import type { Market, Reply } from "./http-venue.ts";
import { bodyOf, talk } from "./raw-socket.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

const ORDERS = "/api/v1/trading/orders";

describe("rate limits", () => {
  const clock = new ManualClock();
  let market: Market;

  beforeAll(async () => {
    market = await openMarket({
      clock,
      flags: {
        "requests-per-second-per-key": "2",
        "requests-burst-per-key": "20",
        "cancels-per-second-per-key": "4",
        "cancels-burst-per-key": "30",
        "requests-per-second-per-address": "5",
        "requests-burst-per-address": "10",
      },
    });
  });
  afterAll(() => market.venue.stop());

  /** Asks until refused; returns how often it was not, and the refusal. */
  async function exhaust(ask: () => Promise<Reply>): Promise<{ count: number; refusal: Reply }> {
    for (let count = 0; ; count += 1) {
      const reply = await ask();
      if (reply.status === 429) return { count, refusal: reply };
      if (count > 100) throw new Error("never throttled");
    }
  }

  test("a key has its burst, is told when to come back, and then has its rate", async () => {
    const { venue, alice, bob } = market;
    const ask = () => venue.ask("GET", ORDERS, { token: alice });
    const { count, refusal } = await exhaust(ask);
    expect(count).toBe(20);
    expect(refusal.body).toMatchObject({ code: 9001, name: "throttled", retryable: true });
    expect(refusal.headers.get("retry-after")).toBe("1");
    clock.advanceMs(499);
    expect((await ask()).status).toBe(429);
    clock.advanceMs(1);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
    // Another key is not concerned.
    expect((await venue.ask("GET", ORDERS, { token: bob })).status).toBe(200);
  });

  test("orders and refused bodies count, and cancels go on", async () => {
    const { venue, bob } = market;
    clock.advanceMs(60_000);
    const body = limitOrder("BUY", "40000", "0.001");
    const first = await venue.get("POST", ORDERS, { token: bob, body });
    let turn = 0;
    const { count } = await exhaust(() => {
      turn += 1;
      const sent = turn % 2 === 0 ? body : "{";
      return venue.ask("POST", ORDERS, { token: bob, body: sent });
    });
    expect(count).toBe(19);
    const path = `${ORDERS}/${String(first["order_id"])}`;
    expect((await venue.ask("DELETE", path, { token: bob })).status).toBe(200);
    const cancels = await exhaust(() => venue.ask("DELETE", ORDERS, { token: bob }));
    expect(cancels.count).toBe(29);
  });

  test("calls that a key may not make count too", async () => {
    const { venue } = market;
    const token = venue.token(3, ["read"]);
    const body = limitOrder("BUY", "40000", "0.001");
    const { count } = await exhaust(() => venue.ask("POST", ORDERS, { token, body }));
    expect(count).toBe(20);
  });

  test("a throttled trader cancels through the other shapes too", async () => {
    const { venue, alice } = market;
    clock.advanceMs(60_000);
    await exhaust(() => venue.ask("GET", ORDERS, { token: alice }));
    const command = { CancelAllOpenOrders: { symbol: "BTCUSDT" } };
    const reply = await venue.ask("POST", "/api/spot/v2/", { token: alice, body: command });
    expect(reply.status).toBe(200);
    const query = { CurrentOpenOrders: {} };
    const read = await venue.refusal("POST", "/api/spot/v2/", { token: alice, body: query });
    expect(read).toBe("429 throttled");
  });

  test("calls without a good key are counted by address, good ones go on", async () => {
    const { venue, alice } = market;
    clock.advanceMs(60_000);
    let turn = 0;
    const { count } = await exhaust(() => {
      turn += 1;
      return turn % 2 === 0
        ? venue.ask("GET", "/api/v1/instruments")
        : venue.ask("GET", ORDERS, { token: `ob_${"0".repeat(16)}_${"0".repeat(64)}` });
    });
    expect(count).toBe(10);
    expect((await venue.ask("GET", "/health")).status).toBe(429);
    expect((await venue.ask("GET", ORDERS, { token: alice })).status).toBe(200);
    clock.advanceMs(200);
    expect((await venue.ask("GET", "/health")).status).toBe(200);
  });
});

describe("sizes and times", () => {
  let market: Market;

  beforeAll(async () => {
    market = await openMarket({
      flags: { "request-timeout-ms": "1000", "body-bytes-max": "4096" },
    });
  });
  afterAll(() => market.venue.stop());

  function head(token: string, more: string): string {
    return (
      `POST ${ORDERS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${token}\r\n${more}\r\n\r\n`
    );
  }

  test("a body at the bound is read, and one byte more is refused", async () => {
    const { venue, alice } = market;
    const order = JSON.stringify(limitOrder("BUY", "40000", "0.1"));
    const fitting = order.padEnd(4_096, " ");
    expect((await venue.ask("POST", ORDERS, { token: alice, body: fitting })).status).toBe(201);
    const refusal = await venue.refusal("POST", ORDERS, { token: alice, body: `${fitting} ` });
    expect(refusal).toBe("413 body_too_large");
  });

  test("an announced size is refused before the body is sent", async () => {
    const { venue, alice } = market;
    const { text } = await talk(venue.server.address, [head(alice, "Content-Length: 1000000000")]);
    expect(text).toStartWith("HTTP/1.1 413");
    expect(bodyOf(text)).toMatchObject({ name: "body_too_large" });
  });

  test("a body without an end is cut off at the bound", async () => {
    const { venue, alice } = market;
    const chunk = `400\r\n${" ".repeat(1_024)}\r\n`;
    const parts = [head(alice, "Transfer-Encoding: chunked"), ...Array(64).fill(chunk)];
    const { text, isClosed } = await talk(venue.server.address, parts);
    expect(isClosed).toBe(true);
    expect(text).toStartWith("HTTP/1.1 413");
    expect(bodyOf(text)).toMatchObject({ name: "body_too_large" });
  });

  test("a body in chunks is read", async () => {
    const { venue, alice } = market;
    const body = JSON.stringify(limitOrder("BUY", "40000", "0.1"));
    const chunks = [...body].map((character) => `1\r\n${character}\r\n`).join("");
    const parts = [head(alice, "Transfer-Encoding: chunked"), `${chunks}0\r\n\r\n`];
    const { text } = await talk(venue.server.address, parts, { until: '"sequence"' });
    expect(text).toStartWith("HTTP/1.1 201");
  });

  test.each([
    ["stops in the middle", ['{"symbol":']],
    ["comes drop by drop", Array<string>(100).fill(" ")],
  ])("a body that %s is answered in time and the connection closed", async (_what, parts) => {
    const { venue, alice } = market;
    const sent = [head(alice, "Content-Length: 1000"), ...parts];
    const { text, isClosed } = await talk(venue.server.address, sent, { gapMs: 20 });
    expect(isClosed).toBe(true);
    expect(text).toStartWith("HTTP/1.1 408");
    expect(bodyOf(text)).toMatchObject({ name: "request_timeout", retryable: true });
  });

  test("a client that leaves in the middle leaves nothing behind", async () => {
    const { venue, alice } = market;
    for (let index = 0; index < 20; index += 1) {
      const { hostname, port } = new URL(venue.server.address);
      const socket = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } });
      socket.write(head(alice, "Content-Length: 100"));
      socket.flush();
      socket.terminate();
    }
    expect((await venue.ask("GET", "/health")).status).toBe(200);
  });

  test("where no body is wanted, one without an end is not read", async () => {
    const { venue, alice } = market;
    const endless = "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n";
    for (const [request, status] of [
      [`GET ${ORDERS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${alice}\r\n`, "400"],
      [`POST ${ORDERS} HTTP/1.1\r\nHost: a\r\n`, "401"],
      ["POST /nowhere HTTP/1.1\r\nHost: a\r\n", "404"],
      ["POST /health HTTP/1.1\r\nHost: a\r\n", "405"],
    ]) {
      const { text, isClosed } = await talk(venue.server.address, [request + endless]);
      expect(isClosed).toBe(true);
      expect(text).toStartWith(`HTTP/1.1 ${status}`);
      expect(bodyOf(text)).toMatchObject({ status: Number(status) });
    }
  });
});

describe("connections", () => {
  test("are counted beside the files that were open before, and the bound is said", () => {
    let descriptors = 40;
    const limit = new ConnectionLimit(100, () => descriptors);
    const clock = new ManualClock();
    const stop = limit.start(clock);
    descriptors = 139;
    clock.advanceMs(1_000);
    expect([limit.count, limit.isReached]).toEqual([99, false]);
    descriptors = 140;
    clock.advanceMs(1_000);
    expect(limit.isReached).toBe(true);
    descriptors = 50;
    clock.advanceMs(1_000);
    expect([limit.count, limit.isReached]).toEqual([10, false]);
    stop();
  });

  test("beyond the bound calls are refused and connections ended, for a while", async () => {
    const { venue } = await openMarket({ flags: { "connections-max": "20" } });
    const { hostname, port } = new URL(venue.server.address);
    const idle = await Promise.all(
      Array.from({ length: 40 }, () =>
        Bun.connect({ hostname, port: Number(port), socket: { data() {} } }),
      ),
    );
    const refused = await until(10_000, "a refusal", async () => {
      const reply = await venue.ask("GET", "/health");
      return reply.status === 503 && reply;
    });
    expect((await venue.ask("GET", "/health/live")).status).toBe(200);
    expect(refused.body).toMatchObject({ code: 9005, name: "connection_limit_reached" });
    expect(refused.headers.get("retry-after")).toBe("1");
    const metric = /http_connections_open (\d+)/.exec(venue.metrics.expose())?.[1];
    expect(Number(metric)).toBeGreaterThanOrEqual(20);
    for (const socket of idle) socket.end();
    await until(
      10_000,
      "an answer",
      async () => (await venue.ask("GET", "/health")).status === 200,
    );
    await venue.stop();
  });
});

describe("a venue that stops", () => {
  test("answers what it took, and nothing more", async () => {
    const { venue, alice } = await openMarket();
    const order = limitOrder("BUY", "40000", "0.001");
    const taken = Array.from({ length: 20 }, () =>
      venue.ask("POST", ORDERS, { token: alice, body: order }),
    );
    await until(10_000, "the first order", () => venue.core.status().executedSequence > 12);
    venue.venue.operations.markDraining();
    await venue.server.drain(5_000);
    for (const { status } of await Promise.all(taken)) expect([201, 503]).toContain(status);
    expect(await venue.refusal("GET", "/health")).toBe("503 core_unavailable");
    expect(venue.venue.operations.health().isReady).toBe(false);
    await venue.stop();
  });
});
