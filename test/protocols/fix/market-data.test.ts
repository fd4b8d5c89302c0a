// Market data over FIX on a real socket: every message is held against the stock dictionary.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { until } from "../../support/deadline.ts";
import { type FixFields, FixSocketClient } from "../../support/fix-socket-client.ts";
import { limitOrder, type Market, openMarket, SYMBOL } from "../http/http-venue.ts";

const ORDERS = "/api/v1/trading/orders";
const ADMIN = "/api/v1/admin";

let market: Market;

beforeAll(async () => {
  market = await openMarket({ withFix: true });
  for (const compId of ["MD1", "MD2"]) await register(compId);
});
afterAll(() => market.venue.stop());

async function register(compId: string): Promise<void> {
  const key_id = market.alice.split("_")[1];
  const body = { comp_id: compId, kind: "market_data", key_id, reset_on_logon: true };
  await market.venue.get("POST", `${ADMIN}/fix-sessions`, { token: market.admin, body });
}

async function logOn(compId: string): Promise<FixSocketClient> {
  const address = market.venue.fix.marketDataAddress;
  const client = await FixSocketClient.connect({ address, compId });
  expect(await client.logOn(market.alice)).toBe("35=A|98=0|108=30");
  return client;
}

function place(side: "BUY" | "SELL", price: string, quantity: string, token = market.alice) {
  return market.venue.get("POST", ORDERS, { token, body: limitOrder(side, price, quantity) });
}

function cancelAll(token: string) {
  return market.venue.get("DELETE", ORDERS, { token });
}

interface Wanted {
  readonly id: string;
  readonly kind: 0 | 1 | 2;
  readonly depth?: number;
  readonly more?: FixFields;
  readonly types?: string;
  readonly symbols?: readonly string[];
}

/** A MarketDataRequest. */
function request(wanted: Wanted): FixFields {
  const { id, kind, depth = 0, more = [], types = "01", symbols = [SYMBOL] } = wanted;
  return [
    ...([[262, id], [263, kind], [264, depth], ...more] as const),
    ...([[267, types.length], ...[...types].map((type) => [269, type] as const)] as const),
    ...([[146, symbols.length], ...symbols.map((symbol) => [55, symbol] as const)] as const),
  ];
}

const INCREMENTAL: FixFields = [[265, 1]];

describe("a book", () => {
  test("is shown once, of the depth asked for, best levels first", async () => {
    for (const price of ["100", "99", "98"]) await place("BUY", price, "1");
    await place("BUY", "100", "0.5");
    await place("SELL", "101", "2");
    using client = await logOn("MD1");
    client.send("V", request({ id: "s1", kind: 0, depth: 2, symbols: ["BTCUSDT"] }));
    expect(await client.next()).toBe(
      "35=W|55=BTC-USDT|262=s1|268=3" +
        "|269=0|270=100.00|271=1.50000|346=2|290=1" +
        "|269=0|270=99.00|271=1.00000|346=1|290=2" +
        "|269=1|270=101.00|271=2.00000|346=1|290=1",
    );
    client.send("V", request({ id: "s1", kind: 0, types: "1" }));
    expect(await client.next()).toBe(
      "35=W|55=BTC-USDT|262=s1|268=1|269=1|270=101.00|271=2.00000|346=1|290=1",
    );
    await cancelAll(market.alice);
  });

  test("is followed: what is new, what has changed, what is gone", async () => {
    using client = await logOn("MD1");
    client.send("V", request({ id: "f1", kind: 1, depth: 1, more: INCREMENTAL }));
    expect(await client.next()).toBe("35=W|55=BTC-USDT|262=f1|268=0");
    const entry = (action: number, type: number, rest: string): string =>
      `|279=${action}|269=${type}|55=BTC-USDT|${rest}`;
    const next = async (...entries: string[]): Promise<void> =>
      expect(await client.next()).toBe(`35=X|262=f1|268=${entries.length}${entries.join("")}`);
    await place("BUY", "99", "1");
    await next(entry(0, 0, "270=99.00|271=1.00000|346=1"));
    await place("BUY", "99", "1");
    await next(entry(1, 0, "270=99.00|271=2.00000|346=2"));
    // Deeper than was asked for.
    await place("BUY", "98", "1");
    await place("BUY", "100", "1");
    await next(entry(2, 0, "270=99.00"), entry(0, 0, "270=100.00|271=1.00000|346=1"));
    await place("SELL", "103", "1");
    await next(entry(0, 1, "270=103.00|271=1.00000|346=1"));
    await cancelAll(market.alice);
    await until(5_000, "an empty book", () => client.lines.at(-1)?.includes("279=2|269=1"));
    client.send("V", request({ id: "f1", kind: 2 }));
    client.send("V", request({ id: "f1", kind: 2 }));
    await until(5_000, "the refusal", () =>
      client.lines.includes("35=Y|58=No request has this MDReqID|262=f1"),
    );
    const count = client.lines.length;
    await place("BUY", "99", "1");
    await cancelAll(market.alice);
    client.send("V", request({ id: "s1", kind: 0 }));
    await until(5_000, "the snapshot", () => client.lines.length > count);
    expect(client.lines.slice(count)).toEqual(["35=W|55=BTC-USDT|262=s1|268=0"]);
  });

  test("is sent whole again to who wants no changes", async () => {
    using client = await logOn("MD1");
    client.send("V", request({ id: "w1", kind: 1, types: "0", more: [[265, 0]] }));
    expect(await client.next()).toBe("35=W|55=BTC-USDT|262=w1|268=0");
    await place("BUY", "99", "1");
    expect(await client.next()).toBe(
      "35=W|55=BTC-USDT|262=w1|268=1|269=0|270=99.00|271=1.00000|346=1|290=1",
    );
    await cancelAll(market.alice);
    expect(await client.next()).toBe("35=W|55=BTC-USDT|262=w1|268=0");
  });
});

describe("trades", () => {
  test("are shown, the last ones, and told as they happen", async () => {
    await place("SELL", "100", "1");
    await place("BUY", "100", "0.25", market.bob);
    using client = await logOn("MD1");
    client.send("V", request({ id: "t1", kind: 1, types: "2", more: INCREMENTAL }));
    const time = "272=\\d{8}\\|273=\\d\\d:\\d\\d:\\d\\d\\.\\d{3}";
    expect(await client.next()).toMatch(
      new RegExp(
        `^35=W\\|55=BTC-USDT\\|262=t1\\|268=1\\|269=2\\|270=100.00\\|271=0.25000\\|${time}$`,
      ),
    );
    await place("BUY", "100", "0.75", market.bob);
    expect(await client.next()).toMatch(
      new RegExp(
        "^35=X\\|262=t1\\|268=1\\|279=0\\|269=2\\|278=2\\|55=BTC-USDT" +
          `\\|270=100.00\\|271=0.75000\\|${time}$`,
      ),
    );
  });
});

describe("a request is refused", () => {
  test.each<[string, Wanted, string]>([
    [
      "of an unknown symbol",
      { id: "r", kind: 0, symbols: [SYMBOL, "X"] },
      "Symbol is not known|262=r|281=0",
    ],
    ["of nothing", { id: "r", kind: 0, symbols: [] }, "No Symbol (55) is named|262=r|281=0"],
    [
      "deeper than is kept",
      { id: "r", kind: 0, depth: 501 },
      "MarketDepth must be 0 to 500|262=r|281=5",
    ],
    [
      "of other entries",
      { id: "r", kind: 0, types: "04" },
      "MDEntryType must be 0, 1 or 2|262=r|281=8",
    ],
    [
      "order by order",
      { id: "r", kind: 0, more: [[266, "N"]] },
      "Only a book aggregated by price is offered|262=r|281=7",
    ],
    [
      "under an id without end",
      { id: "r".repeat(65), kind: 0 },
      `MDReqID is longer than 64 characters|262=${"r".repeat(65)}`,
    ],
    [
      "of too much",
      { id: "r", kind: 0, symbols: Array.from({ length: 201 }, (_, index) => `S${index}`) },
      "A session follows at most 200 instruments|262=r|281=2",
    ],
  ])("%s", async (_, wanted, expected) => {
    using client = await logOn("MD1");
    client.send("V", request(wanted));
    expect(await client.next()).toBe(`35=Y|58=${expected}`);
  });

  test("under an id that is in use, and for want of an update type", async () => {
    using client = await logOn("MD1");
    client.send("V", request({ id: "d", kind: 1, more: INCREMENTAL }));
    expect(await client.next()).toStartWith("35=W");
    client.send("V", request({ id: "d", kind: 1, more: INCREMENTAL }));
    expect(await client.next()).toBe("35=Y|58=MDReqID is in use|262=d|281=1");
    client.send("V", request({ id: "e", kind: 1 }));
    expect(await client.next()).toBe(
      "35=j|45=4|58=MDUpdateType (265) is needed for updates|372=V|379=e|380=5",
    );
  });

  test("when it is an order", async () => {
    using client = await logOn("MD1");
    const order: FixFields = [
      [11, "o1"],
      [38, 1],
      [40, 1],
      [54, 1],
      [55, SYMBOL],
    ];
    client.send("D", [...order, [60, "20261121-12:00:00"]]);
    expect(await client.next()).toBe(
      "35=j|45=2|58=Not on a market-data session|372=D|379=o1|380=6",
    );
    client.send("R", []);
    expect(await client.next()).toBe("35=j|45=3|58=Unsupported Message Type|372=R|380=3");
  });
});

describe("instruments", () => {
  test("are listed, all or one", async () => {
    using client = await logOn("MD1");
    client.send("x", [
      [320, "l1"],
      [559, 4],
    ]);
    const listing = "55=BTC-USDT|15=USDT|561=0.00001|58=tick=0.01 state=open";
    const end = "393=1|560=0|893=Y";
    expect(await client.next()).toBe(`35=y|146=1|${listing}|320=l1|322=l1-1|${end}`);
    client.send("x", [
      [55, "BTCUSDT"],
      [320, "l2"],
      [559, 0],
    ]);
    expect(await client.next()).toBe(`35=y|146=1|${listing}|320=l2|322=l2-1|${end}`);
    client.send("x", [
      [55, "X"],
      [320, "l3"],
      [559, 0],
    ]);
    expect(await client.next()).toBe("35=y|320=l3|322=l3-1|393=0|560=2|893=Y");
    client.send("x", [
      [320, "l4"],
      [559, 0],
    ]);
    expect(await client.next()).toBe(
      "35=j|45=5|58=Symbol (55) is needed for one instrument|372=x|379=l4|380=5",
    );
  });

  test("tell everybody when they are halted and when they are open again", async () => {
    using one = await logOn("MD1");
    using other = await logOn("MD2");
    const path = `${ADMIN}/instruments/${SYMBOL}/state`;
    for (const [state, status] of [
      ["halted", 2],
      ["open", 17],
    ] as const) {
      await market.venue.get("PUT", path, { token: market.admin, body: { state } });
      for (const client of [one, other]) {
        expect(await client.next()).toMatch(
          new RegExp(`^35=f\\|55=BTC-USDT\\|58=${state}\\|60=[\\d:.-]+\\|326=${status}$`),
        );
      }
    }
  });
});

test("what was missed is not sent again: a gap fill says so", async () => {
  using client = await logOn("MD1");
  client.send("V", request({ id: "g", kind: 0 }));
  expect(await client.next()).toStartWith("35=W");
  client.send("2", [
    [7, 2],
    [16, 0],
  ]);
  expect(await client.next()).toMatch(/^35=4\|43=Y\|122=[^|]+\|36=3\|123=Y$/);
});

test("everybody is told when the venue stops taking orders", async () => {
  using client = await logOn("MD1");
  market.venue.venue.operations.markDraining();
  expect(await client.next()).toBe("35=h|58=the venue stops|336=1|340=3");
  const draining = market.venue.fix.drain();
  expect(await client.next()).toBe("35=B|148=The venue stops|33=1|58=Log on again when it is back");
  expect(await client.next()).toBe("35=5|58=The venue stops");
  client.send("5");
  await draining;
});
