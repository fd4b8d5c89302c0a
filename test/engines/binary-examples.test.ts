// The examples of binary clients, each in its language: they trade with each other, are killed and
// have the venue killed beneath them, and miss nothing.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Market, openMarket, reconnect } from "../recovery/market.ts";
import { removeDirectories, VenueProcess } from "../support/venue-process.ts";
import {
  buildExample,
  Example,
  type ExampleName,
  fieldOf,
  missingTool,
  type Printed,
} from "./binary-example.ts";

const BUILD_MS_MAX = 300_000;
const TEST_MS_MAX = 120_000;
/** Each sells to the next. */
const PAIRS = [
  ["typescript", "python"],
  ["python", "rust"],
  ["rust", "typescript"],
] as const satisfies (readonly [ExampleName, ExampleName])[];

let venue: VenueProcess;
let market: Market;

beforeAll(async () => {
  venue = await VenueProcess.start();
  market = await openMarket(venue);
  for (const { id } of market.traders) {
    for (const currency of ["BTC", "USDT"]) {
      const body = { request_id: `fund-${id}-${currency}`, currency, amount: "1000000" };
      await market.operator.need("POST", `/api/v1/accounts/${id}/deposits`, body);
    }
  }
});

afterAll(async () => {
  await venue.stop();
  removeDirectories();
});

/** A key of its own for a trader's account. */
async function keyOf(trader: number): Promise<string> {
  const key = { account: market.traders[trader]?.id, permissions: ["read", "trade"] };
  return (await market.operator.need("POST", "/api/v1/admin/keys", key)).text("token");
}

async function restart(): Promise<void> {
  const { binaryPort, dataDirectory } = venue;
  await venue.kill();
  venue = await VenueProcess.start({ dataDirectory, flags: { "binary-port": `${binaryPort}` } });
  reconnect(market, venue);
}

describe.each([...PAIRS])("%s sells to %s", (sellerName, buyerName) => {
  const missing = missingTool(sellerName) ?? missingTool(buyerName);
  if (missing !== undefined) process.stdout.write(`no ${missing}: an example is skipped\n`);

  test.if(missing === undefined)(
    "and both hear all of it once, whoever was killed",
    async () => {
      await buildExample(sellerName);
      await buildExample(buyerName);
      const [sellerKey, buyerKey] = [await keyOf(0), await keyOf(1)];
      const open = (name: ExampleName, key: string, session: string, nextNumber = 1) =>
        new Example(name, { port: venue.binaryPort, key, session, nextNumber });
      const [sellerSession, buyerSession] = [`${sellerName}-sells`, `${buyerName}-buys`];
      const seller = open(sellerName, sellerKey, sellerSession);
      const buyer = open(buyerName, buyerKey, buyerSession);
      await Promise.all([seller.loggedIn(), buyer.loggedIn()]);

      seller.write("sell 1 1000 100");
      const resting = await seller.next("OrderAccepted");
      expect(resting.number).toBe(1);
      buyer.write("buy 1 400 100");
      const [sold, bought] = [await seller.next("OrderFilled"), await buyer.next("OrderFilled")];
      expect(fieldOf(sold, "trade_id")).toBe(fieldOf(bought, "trade_id"));
      expect(fieldOf(sold, "leaves")).toBe("600");

      // What is traded while the seller is away, and the venue is killed before it is back.
      await seller.kill();
      buyer.write("buy 1 100 100");
      await buyer.next("OrderFilled");
      await restart();
      await buyer.loggedIn(2);
      const back = open(sellerName, sellerKey, sellerSession, sold.number + 1);
      const missed = await back.next("OrderFilled");
      expect(missed.number).toBe(sold.number + 1);
      expect(fieldOf(missed, "leaves")).toBe("500");

      // And with both there.
      buyer.write("buy 1 200 100");
      expect(fieldOf(await back.next("OrderFilled"), "leaves")).toBe("300");
      await buyer.next("OrderFilled");
      back.write(`cancel ${fieldOf(resting, "order_id")}`);
      const cancelled = await back.next("OrderCancelled");
      expect(fieldOf(cancelled, "quantity")).toBe("1000");
      expect(await back.leave()).toBe(0);
      expect(await buyer.leave()).toBe(0);

      // Asked again from the first number, each stream is what was printed while it happened.
      const wholes = [
        [open(sellerName, sellerKey, sellerSession), [...seller.printed, ...back.printed]],
        [open(buyerName, buyerKey, buyerSession), buyer.printed],
      ] satisfies [Example, Printed[]][];
      for (const [again, printed] of wholes) {
        await again.loggedIn();
        expect(await again.leave()).toBe(0);
        expect(again.printed).toEqual(printed);
        expect(printed.map(({ number }) => number)).toEqual(printed.map((_, index) => index + 1));
      }
    },
    BUILD_MS_MAX + TEST_MS_MAX,
  );
});
