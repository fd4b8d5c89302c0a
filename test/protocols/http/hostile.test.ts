// What a stranger may send. Every answer is a documented problem or a closed connection, and
// nothing stays behind.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import type { Route } from "../../../gateway/protocols/http/route.ts";
import { growthOfParts } from "../../support/memory-growth.ts";
import { limitOrder, openMarket } from "./http-venue.ts";
import type { Market } from "./http-venue.ts";
import { talk } from "./raw-socket.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

const ORDERS = "/api/v1/trading/orders";
/** Of one part of the requests that must leave nothing. */
const GROWTH_BYTES_MAX = 16 << 20;

let market: Market;
/** A key that may everything: nothing is refused for want of permission. */
let token: string;

beforeAll(async () => {
  market = await openMarket({
    flags: {
      "requests-burst-per-key": "10000000",
      "requests-burst-per-address": "10000000",
    },
  });
  token = market.venue.token(3, ["read", "trade", "transfer", "admin"]);
});
afterAll(() => market.venue.stop());

function bodyRoutes(): Route[] {
  return market.venue.routes.filter((route) => route.body !== undefined);
}

function plainPath({ path }: Route): string {
  return path
    .replace(/\{account\}/, "3")
    .replace(/\{symbol\}/, "BTC-USDT")
    .replace(/\{\w+\}/, "1");
}

const order = JSON.stringify(limitOrder("BUY", "40000", "0.1"));
const BODIES: readonly [string, string | Uint8Array][] = [
  ["nothing", ""],
  ["a space", " "],
  ["no JSON", "price=1"],
  ["half of it", order.slice(0, 20)],
  ["two of them", order + order],
  ["a key given twice", `{"price":"1",${order.slice(1)}`.replace('"price":"1"', '"side":"SELL"')],
  ["a comment", `/* */${order}`],
  ["a trailing comma", `${order.slice(0, -1)},}`],
  ["NaN", order.replace('"40000"', "NaN")],
  ["depth", "[".repeat(4_000)],
  ["closed depth", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`],
  ["NUL", "\0"],
  ["NUL in a text", `{"symbol":"BTC-USDT\0"}`],
  ["a byte order mark twice", `\ufeff\ufeff${order}`],
  ["invalid UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ["an overlong sequence", new Uint8Array([0x22, 0xc0, 0xaf, 0x22])],
  ["a lone surrogate", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ["a gzip member", Bun.gzipSync(Buffer.from(order))],
  ["an array", `[${order}]`],
  ["a text", JSON.stringify(order)],
  ["true", "true"],
  ["a number", "1e999"],
  ["a prototype", '{"__proto__":{"symbol":"BTC-USDT"}}'],
  ["a constructor", '{"constructor":{"prototype":{}}}'],
  ["60,000 keys", `{${Array.from({ length: 6_000 }, (_, key) => `"k${key}":1`).join(",")}}`],
  ["a long key", `{"${"k".repeat(60_000)}":1}`],
  ["many digits", `{"symbol":"BTC-USDT","side":"BUY","price":${"9".repeat(60_000)},"quantity":1}`],
];

describe("every endpoint that takes a body", () => {
  test.each(BODIES)("refuses %s", async (_what, body) => {
    const { venue } = market;
    const before = venue.core.status().executedSequence;
    const accepted: string[] = [];
    for (const route of bodyRoutes()) {
      const { status } = await venue.ask(route.method, plainPath(route), { token, body });
      if (![400, 404, 422].includes(status)) {
        accepted.push(`${route.method} ${route.path}: ${status}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(venue.core.status().executedSequence).toBe(before);
  });

  test.each([
    ["", "415 media_type_unsupported"],
    ["text/plain", "415 media_type_unsupported"],
    ["application/x-www-form-urlencoded", "415 media_type_unsupported"],
    ["multipart/form-data; boundary=x", "415 media_type_unsupported"],
    ["application/json; charset=latin1", "415 media_type_unsupported"],
    ["application/jsonp", "415 media_type_unsupported"],
  ])("refuses the media type %j", async (type, expected) => {
    const { venue } = market;
    for (const route of bodyRoutes()) {
      const headers = { "content-type": type };
      const ask = { token, body: "{}", headers };
      expect(await venue.refusal(route.method, plainPath(route), ask)).toBe(expected);
    }
  });

  test.each(["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])(
    "takes the media type %j",
    async (type) => {
      const headers = { "content-type": type };
      const { status } = await market.venue.ask("POST", ORDERS, { token, body: order, headers });
      expect(status).toBe(201);
    },
  );

  test("answers whatever JSON it is sent with success or a documented problem", async () => {
    const { venue } = market;
    const words = fc.constantFrom(
      "BUY",
      "LIMIT",
      "BTC-USDT",
      "1",
      "0.1",
      "-1",
      "",
      "x".repeat(70),
      "é",
    );
    const keys = fc.constantFrom(
      ...["symbol", "side", "type", "price", "quantity", "request_id", "currency", "amount"],
      ...["name", "code", "scale", "state", "kind", "target", "alias", "account", "permissions"],
      ...["maker_rate", "taker_rate", "value", "band", "reference_price", "NewOrder", "volume"],
    );
    const value = fc.oneof(words, fc.jsonValue({ maxDepth: 2 }));
    const route = fc.constantFrom(...bodyRoutes());
    await fc.assert(
      fc.asyncProperty(route, fc.dictionary(keys, value), async (each, body) => {
        const { status } = await venue.ask(each.method, plainPath(each), { token, body });
        expect(status).toBeOneOf([200, 201, 400, 404, 409, 422]);
      }),
      { seed: 11, numRuns: 1_000 },
    );
  });
});

describe("paths, methods and queries", () => {
  test("a method that an endpoint does not have is refused, and it says which it has", async () => {
    const { venue } = market;
    const paths = new Map<string, Set<string>>();
    for (const { path, method } of venue.routes) {
      paths.set(path, (paths.get(path) ?? new Set()).add(method));
    }
    for (const [path, methods] of paths) {
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        if (methods.has(method)) continue;
        const reply = await venue.ask(method, path.replace(/\{\w+\}/g, "1"), { token });
        expect([path, method, reply.status]).toEqual([path, method, 405]);
        expect(reply.headers.get("allow")?.replace(", HEAD", "").split(", ").toSorted()).toEqual(
          [...methods].toSorted(),
        );
      }
    }
  });

  test("HEAD is GET without a body", async () => {
    const { status, text } = await market.venue.ask("HEAD", "/health/live");
    expect([status, text]).toEqual([200, ""]);
  });

  test.each([
    "/page/",
    "/api",
    "/api/v1/trading/orders/",
    "/api/spot/v2",
    "/API/v1/instruments",
    "/health/",
    "/metrics",
    "/.env",
    "/docs/../../package.json",
    "/docs/%2e%2e/package.json",
    "/docs/..%2fpackage.json",
    `/${"x".repeat(8_000)}`,
    "/%00",
    "/%zz",
    "/api/v1/instruments/a/b",
  ])("there is nothing at %s", async (path) => {
    const refusal = await market.venue.refusal("GET", path, { token });
    expect(refusal).toBe("404 route_not_found");
  });

  test("whatever stands in a path or query is answered", async () => {
    const { venue } = market;
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom("%", "%ff", "..."),
    );
    const templates = fc.constantFrom(...venue.routes.filter(({ method }) => method === "GET"));
    await fc.assert(
      fc.asyncProperty(templates, text, text, async ({ path }, value, query) => {
        const escaped = encodeURIComponent(value.toWellFormed()).replaceAll(".", "%2E");
        const target = path.replace(/\{\w+\}/g, escaped || "x");
        const search = encodeURIComponent(query.toWellFormed());
        const { status } = await venue.ask("GET", `${target}?${search}=${search}`, { token });
        expect(status).toBeOneOf([200, 400, 404]);
      }),
      { seed: 12, numRuns: 500 },
    );
  });
});

describe("bytes that are no request", () => {
  test.each([
    ["noise", "\x16\x03\x01\x02\x00garbage\r\n\r\n"],
    ["another protocol", "8=FIX.4.4\x019=5\x0135=0\x0110=000\x01\r\n\r\n"],
    ["an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["a future version", "GET /health HTTP/9.9\r\nHost: a\r\n\r\n"],
    ["an unknown method", "FOO /health HTTP/1.1\r\nHost: a\r\n\r\n"],
    [
      "two lengths",
      "POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    ],
    [
      "a length and chunks",
      "POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n" +
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a negative length", "POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n"],
    [
      "a head of 20,000 bytes",
      `GET /health HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(20_000)}\r\n\r\n`,
    ],
    ["a header with NUL", "GET /health HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"],
    ["no host", "GET /health HTTP/1.1\r\n\r\n"],
  ])("%s: the connection is closed", async (_what, bytes) => {
    const { venue } = market;
    const { text, isClosed } = await talk(venue.server.address, [Buffer.from(bytes, "latin1")]);
    expect(isClosed).toBe(true);
    // Bun's parser gives a bare status, if anything.
    expect(text).toMatch(/^(HTTP\/1\.1 (400|431|505) [\w ]+\r\nConnection: close\r\n\r\n)?$/);
    expect((await venue.ask("GET", "/health")).status).toBe(200);
  });

  test("requests sent together are answered in turn when each is ready at once", async () => {
    const request = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";
    const last = "GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const { text } = await talk(market.venue.server.address, [request + request + last]);
    expect([...(text.match(/HTTP\/1\.1 \d+/g) ?? [])]).toEqual([
      ...["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 404"],
    ]);
  });

  test("a request behind one not yet answered ends the connection: Bun does so", async () => {
    const { venue } = market;
    const request =
      `POST ${ORDERS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${order.length}\r\n\r\n${order}`;
    const { isClosed } = await talk(venue.server.address, [request + request]);
    expect(isClosed).toBe(true);
  });
});

test("memory is flat afterwards", async () => {
  const { venue } = market;
  const bodies = [
    ...BODIES.map(([, body]) => body),
    JSON.stringify({ symbol: "x".repeat(60_000) }),
  ];
  const bother = async (rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      const asks = bodies.map((body, index) => {
        const ask = { token: index % 3 === 0 ? `${token}x` : token, body };
        return venue.ask("POST", `${ORDERS}?round=${round}-${index}`, ask);
      });
      await Promise.all(asks);
    }
  };
  const sizeAfter = async (passes: number): Promise<number> => {
    let smallest = Infinity;
    for (let pass = 0; pass < passes; pass += 1) {
      await bother(50);
      Bun.gc(true);
      smallest = Math.min(smallest, process.memoryUsage.rss());
    }
    return smallest;
  };
  await bother(40);
  // A part is 7,000 requests of up to 64 KiB. The smallest of some sizes: the allocator gives back
  // late what the busiest moment took.
  const growth = await growthOfParts(() => sizeAfter(5), GROWTH_BYTES_MAX);
  expect(growth).toBeLessThan(GROWTH_BYTES_MAX);
}, 120_000);
