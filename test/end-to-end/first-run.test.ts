// The demo as a stranger meets it: the printed order trades, Ctrl-C stops, a second start goes on.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { OrderType, Side, TimeInForce } from "../../gateway/domain/order.ts";
import { BinaryClient } from "../support/binary-client.ts";
import { newOrder } from "../support/binary-frames.ts";
import { until, within } from "../support/deadline.ts";
import { FixSocketClient } from "../support/fix-socket-client.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";

const SYMBOLS = ["BTC-USDT", "ETH-USDT", "SOL-USDT", "ETH-BTC"];
const TEST_MS_MAX = 120_000;

let directory = "";
let venue: VenueProcess;

function startDemo(): Promise<VenueProcess> {
  return VenueProcess.start({ profile: "demo", dataDirectory: directory });
}

/** The printed command line that trades. */
function printedCurl(): string {
  return /^curl .*$/m.exec(venue.output)?.[0] ?? "";
}

function printedToken(): string {
  return /Bearer (ob_\w+)/.exec(venue.output)?.[1] ?? "";
}

/** A FIX client that is set to what is printed. */
async function connectAsPrinted(line: "Orders" | "Market data"): Promise<FixSocketClient> {
  const row = new RegExp(`^  ${line} +(\\S+)  SenderCompID=(\\S+)  TargetCompID=OPENBELL$`, "m");
  const [, address = "", compId = ""] = row.exec(venue.output) ?? [];
  const client = await FixSocketClient.connect({ address, compId });
  const [, user = "", password = ""] =
    /^ {2}Logon +Username \(553\) (\S+) {2}Password \(554\) (\S+)$/m.exec(venue.output) ?? [];
  expect(await client.logOn(`ob_${user}_${password}`, [[141, "Y"]])).toBe("35=A|98=0|108=30|141=Y");
  return client;
}

interface Market {
  readonly bids: readonly [string, string][];
  readonly asks: readonly [string, string][];
  readonly trades: readonly { readonly trade_id: number; readonly traded_at_us: number }[];
}

async function ask<Answer>(path: string): Promise<Answer> {
  const response = await venue.fetch("GET", path, undefined, printedToken());
  expect(response.status).toBe(200);
  // why: the shape is that of the OpenAPI document, and the assertions read it
  return (await response.json()) as Answer;
}

function askMarket(symbol: string): Promise<Market> {
  return ask<Market>(`/api/v1/data/market/${symbol}?depth=1000&limit=1000`);
}

beforeAll(async () => {
  directory = makeDirectory();
  venue = await startDemo();
}, TEST_MS_MAX);

afterAll(async () => {
  await venue.kill();
  removeDirectories();
});

describe("a first start", () => {
  test.each(SYMBOLS)(
    "%s soon has a deep, uncrossed, two-sided book",
    async (symbol) => {
      const market = await until(60_000, `${symbol} has ten levels a side`, async () => {
        const seen = await askMarket(symbol);
        return seen.bids.length >= 10 && seen.asks.length >= 10 && seen;
      });
      expect(Number(market.bids[0]?.[0])).toBeLessThan(Number(market.asks[0]?.[0]));
    },
    TEST_MS_MAX,
  );

  test(
    "a FIX client trades on what is printed, and follows the book",
    async () => {
      using data = await connectAsPrinted("Market data");
      data.send("V", [
        ...([
          [262, "b"],
          [263, 1],
          [264, 5],
          [265, 1],
        ] as const),
        ...([
          [267, 3],
          [269, 0],
          [269, 1],
          [269, 2],
          [146, 1],
          [55, "BTC-USDT"],
        ] as const),
      ]);
      expect(await data.next()).toStartWith("35=W|55=BTC-USDT|262=b|268=");
      using orders = await connectAsPrinted("Orders");
      orders.send("D", [
        ...([
          [11, "fix-1"],
          [38, "0.01"],
          [40, 1],
          [54, 1],
          [55, "BTC-USDT"],
        ] as const),
        [60, "20261121-12:00:00"],
      ]);
      expect(await orders.next()).toContain("|11=fix-1|");
      await until(10_000, "it is filled", () =>
        orders.lines.some((line) => /^35=8\|.*\|39=2\|/.test(line)),
      );
      expect(await data.next()).toStartWith("35=X|262=b|");
      for (const line of [...orders.lines, ...data.lines]) expect(line).toStartWith("35=");
    },
    TEST_MS_MAX,
  );

  test(
    "the printed key trades over the binary port",
    async () => {
      const login = { token: printedToken(), session: "first" };
      using client = await BinaryClient.logIn({ port: venue.binaryPort }, login);
      const terms = { instrument: 1, side: Side.buy, orderType: OrderType.market };
      const order = { ...terms, timeInForce: TimeInForce.ioc, quantity: 1_000 };
      client.send(newOrder({ ...order, id: "binary-1" }));
      expect((await client.next("OrderFilled")).body.clientOrderId()).toBe("binary-1");
    },
    TEST_MS_MAX,
  );

  test(
    "every instrument trades every few seconds",
    async () => {
      for (const symbol of SYMBOLS) {
        const before = (await askMarket(symbol)).trades[0]?.trade_id ?? 0;
        await until(10_000, `${symbol} trades`, async () => {
          const [newest] = (await askMarket(symbol)).trades;
          return newest !== undefined && newest.trade_id > before;
        });
      }
    },
    TEST_MS_MAX,
  );

  test(
    "the printed command trades at once",
    async () => {
      const child = Bun.spawn(["sh", "-c", printedCurl()], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const reply: unknown = await new Response(child.stdout).json();
      expect(reply).toMatchObject({ symbol: "BTC-USDT", side: "BUY", status_name: "filled" });
      expect(reply).toMatchObject({ filled: "0.01000", duplicate: false });
      expect(await child.exited).toBe(0);
    },
    TEST_MS_MAX,
  );

  test("one order id greps from the order to its trades", async () => {
    const order = await until(
      10_000,
      "the order is logged",
      () => /event=new_order order_id=(\d+)/.exec(venue.log)?.[1],
    );
    await until(10_000, "its trades are", () => venue.log.includes(`taker_order_id=${order} `));
  });

  test("no secret is in the log", () => {
    expect(venue.log).not.toContain(printedToken().slice(-64));
    expect(venue.log).not.toContain(venue.operatorKey.slice(-64));
  });
});

describe("Ctrl-C and a second start", () => {
  const order = {
    symbol: "BTC-USDT",
    side: "BUY",
    type: "LIMIT",
    price: "50000",
    quantity: "0.01",
  };
  let token = "";
  let orderId = 0;
  let stopped: RegExpExecArray | null = null;

  test("a resting order is placed", async () => {
    token = printedToken();
    const reply = await venue.fetch("POST", "/api/v1/trading/orders", order, token);
    expect(reply.status).toBe(201);
    // why: checked by the next line
    orderId = ((await reply.json()) as { order_id: number }).order_id;
    expect(orderId).toBeGreaterThan(0);
  });

  test(
    "Ctrl-C ends the venue with 0 within 3 seconds",
    async () => {
      expect(await within(3_000, "the venue stops", venue.stop("SIGINT"))).toBe(0);
      stopped = /event=core_stopped sequence=(\d+) state_hash=(\w+)/.exec(venue.log);
      expect(stopped).not.toBeNull();
    },
    TEST_MS_MAX,
  );

  test(
    "a second start has the same state, key, order and instruments",
    async () => {
      venue = await startDemo();
      const [, sequence, stateHash] = stopped ?? [];
      expect(venue.log).toContain(`sequence=${sequence} state_hash=${stateHash}`);
      expect(venue.log).toContain("commands_replayed=0");
      expect(printedToken()).toBe(token);
      const { instruments } = await ask<{ instruments: object[] }>("/api/v1/instruments");
      expect(instruments).toMatchObject(SYMBOLS.map((symbol) => ({ symbol, state: "open" })));
      expect(await ask<object>(`/api/v1/trading/orders/${orderId}`)).toMatchObject({
        order_id: orderId,
        status_name: "pending",
        leaves: "0.01000",
      });
    },
    TEST_MS_MAX,
  );

  test(
    "the flow goes on with the orders it finds",
    async () => {
      const before = (await askMarket("BTC-USDT")).trades[0]?.trade_id ?? 0;
      await until(10_000, "BTC-USDT trades", async () => {
        const [newest] = (await askMarket("BTC-USDT")).trades;
        return newest !== undefined && newest.trade_id > before;
      });
    },
    TEST_MS_MAX,
  );
});
