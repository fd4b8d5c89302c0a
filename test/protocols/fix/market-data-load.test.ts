// Market data for who does not read, over many levels, and over a restart of the stage: at the end
// a client has the book as it is.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { QueryKind } from "../../../gateway/domain/command.ts";
import { formatPrice, formatQuantity } from "../../../gateway/domain/decimal.ts";
import { Side } from "../../../gateway/domain/order.ts";
import { until } from "../../support/deadline.ts";
import { FixSocketClient } from "../../support/fix-socket-client.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { type Market, openMarket, SYMBOL } from "../http/http-venue.ts";
import { callerOf, place } from "../ws/direct-orders.ts";

const WAIT_MS = 30_000;
/** Levels a side that a client may have. */
const DEPTH_MAX = 500;
/** What the core tells at once, and some more behind it. */
const LEVELS = 1_100;
const BEST_ASK = 1_000_000;

let market: Market;

beforeAll(async () => {
  market = await openMarket({ withFix: true, flags: UNLIMITED });
  const { admin, alice, venue } = market;
  const key_id = alice.split("_")[1];
  const body = { comp_id: "MD1", kind: "market_data", key_id, reset_on_logon: true };
  await venue.get("POST", "/api/v1/admin/fix-sessions", { token: admin, body });
  const limit = { token: admin, body: { value: "100000" } };
  await venue.get("PUT", `/api/v1/admin/instruments/${SYMBOL}/limits/open_orders_max`, limit);
  const seller = callerOf(venue, alice);
  const offers = Array.from({ length: LEVELS }, (_, index) =>
    place(venue, seller, Side.sell, BEST_ASK + index, 10),
  );
  await Promise.all(offers);
});
afterAll(() => market.venue.stop());

async function logOn(): Promise<FixSocketClient> {
  const address = market.venue.fix.marketDataAddress;
  const client = await FixSocketClient.connect({ address, compId: "MD1" });
  await client.logOn(market.alice);
  return client;
}

function ask(client: FixSocketClient, id: string, kind: 0 | 1): void {
  const updates = kind === 1 ? ([[265, 1]] as const) : [];
  client.send("V", [
    ...([[262, id], [263, kind], [264, 0], ...updates] as const),
    ...([
      [267, 1],
      [269, 1],
      [146, 1],
      [55, SYMBOL],
    ] as const),
  ]);
}

/** Applies everything that was sent for a request: price → quantity of the asks. */
function applyAll(lines: readonly string[], id: string): Map<string, string> {
  const asks = new Map<string, string>();
  for (const line of lines.filter((each) => each.includes(`|262=${id}|`))) {
    if (line.startsWith("35=W")) asks.clear();
    for (const entry of line.split(/\|(?:279|269)=(?=\d\|(?:270|269))/).slice(1)) {
      const [, price = ""] = /\b270=([^|]+)/.exec(entry) ?? [];
      const [, quantity] = /\b271=([^|]+)/.exec(entry) ?? [];
      if (quantity === undefined) asks.delete(price);
      else asks.set(price, quantity);
    }
  }
  return asks;
}

/** The asks as the core has them, as far as a client may. */
function bookNow(): Map<string, string> {
  const { reference, queries } = market.venue.venue;
  const listing = reference.findListing(SYMBOL);
  if (listing === undefined) throw new Error("no listing");
  const query = { opcode: QueryKind.book, instrument: 1, quantity: DEPTH_MAX };
  const asks = new Map<string, string>();
  for (const change of queries.askNow(query).changes) {
    if (change.entity !== "level" || change.side !== Side.sell) continue;
    const price = formatPrice(change.price, listing.instrument);
    asks.set(price, formatQuantity(change.quantity, listing.quantityFormat));
  }
  return asks;
}

async function untilSame(client: FixSocketClient, id: string): Promise<void> {
  await until(WAIT_MS, "the client has the book", () => {
    const asks = [...applyAll(client.lines, id)].sort();
    return Bun.deepEquals(asks, [...bookNow()].sort());
  });
}

/** So many of the best levels are taken away, one order at a time. */
async function takeLevels(count: number): Promise<void> {
  const buyer = callerOf(market.venue, market.bob);
  for (let level = 0; level < count; level += 1) {
    await place(market.venue, buyer, Side.buy, BEST_ASK + LEVELS, 10);
  }
}

test("a book deeper than the core tells at once is followed down to its last levels", async () => {
  using client = await logOn();
  ask(client, "deep", 1);
  await until(WAIT_MS, "the snapshot", () => client.lines.some((line) => line.startsWith("35=W")));
  expect(applyAll(client.lines, "deep").size).toBe(DEPTH_MAX);
  // Where what was loaded runs out, it is loaded anew.
  for (const count of [1, 400, 200]) {
    await takeLevels(count);
    await untilSame(client, "deep");
  }
  expect(client.lines.filter((line) => line.startsWith("35=W"))).toHaveLength(1);
});

test("who does not read is left out, and has the book when he reads again", async () => {
  using client = await logOn();
  ask(client, "slow", 1);
  await untilSame(client, "slow");
  client.pause();
  const conflations = (): number => {
    const text = market.venue.metrics.expose();
    return Number(/^openbell_fix_market_data_conflations_total (\d+)$/m.exec(text)?.[1]);
  };
  const seller = callerOf(market.venue, market.alice);
  let asked = 0;
  await until(WAIT_MS, "the client is behind", async () => {
    for (let count = 0; count < 20; count += 1) {
      asked += 1;
      ask(client, `s${asked}`, 0);
    }
    await place(market.venue, seller, Side.sell, BEST_ASK - asked, 1);
    return conflations() >= 2 && asked >= 40;
  });
  await place(market.venue, seller, Side.sell, BEST_ASK - asked - 1, 7);
  client.resume();
  await untilSame(client, "slow");
  const shown = client.lines.filter((line) => /^35=W.*\|262=slow\|/.test(line));
  expect(shown.length).toBeGreaterThanOrEqual(2);
  expect(client.isClosed).toBe(false);
});

test("a stage that begins anew shows everything again", async () => {
  using client = await logOn();
  ask(client, "anew", 1);
  await untilSame(client, "anew");
  const stage = market.venue.fix.stages.find(({ name }) => name === "fix_market_data");
  stage?.start(stage.checkpoint());
  const seller = callerOf(market.venue, market.alice);
  await place(market.venue, seller, Side.sell, BEST_ASK + 2 * LEVELS, 3);
  await until(WAIT_MS, "another snapshot", () => {
    return client.lines.filter((line) => line.startsWith("35=W")).length === 2;
  });
  await untilSame(client, "anew");
});
