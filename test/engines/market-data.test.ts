// Market data as stock engines take it: what their dictionary or their group order dislikes, they
// reject (3), or log out.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Market, openMarket } from "../recovery/market.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";
import { buildEngine, Engine, type EngineName, missingProgram } from "./engine.ts";

const BUILD_MS_MAX = 300_000;
const TEST_MS_MAX = 120_000;
const ENGINES: readonly EngineName[] = ["quickfixj", "quickfixgo"];
const SYMBOL = "BTC-USDT";

afterAll(removeDirectories);

/** An engine with a session of kind market data. */
async function openEngine(name: EngineName, venue: VenueProcess, market: Market): Promise<Engine> {
  const { operator, traders } = market;
  const key = { account: traders[0]?.id, permissions: ["read"] };
  const token = (await operator.need("POST", "/api/v1/admin/keys", key)).text("token");
  const [, user = "", password = ""] = token.split("_");
  const body = { comp_id: "DATA", key_id: user, kind: "market_data" };
  const session = await operator.need("POST", "/api/v1/admin/fix-sessions", body);
  const targetCompId = session.text("venue_comp_id");
  const names = { senderCompId: "DATA", targetCompId, user, password };
  return new Engine(name, { ...names, port: venue.fixMarketDataPort, directory: makeDirectory() });
}

describe.each([...ENGINES])("%s", (name) => {
  const missing = missingProgram(name);
  if (missing !== undefined) process.stdout.write(`no ${missing}: ${name} is skipped\n`);
  const isThere = missing === undefined;
  let venue: VenueProcess;
  let market: Market;

  beforeAll(async () => {
    if (!isThere) return;
    await buildEngine(name);
    venue = await VenueProcess.start();
    market = await openMarket(venue);
    for (const { id } of market.traders) {
      for (const currency of ["BTC", "USDT"]) {
        const body = { request_id: `fund-${id}-${currency}`, currency, amount: "1000000" };
        await market.operator.need("POST", `/api/v1/accounts/${id}/deposits`, body);
      }
    }
  }, BUILD_MS_MAX);

  afterAll(async () => {
    if (isThere) await venue.kill();
  });

  async function place(trader: number, side: "BUY" | "SELL", price: string): Promise<void> {
    const order = { symbol: SYMBOL, side, type: "LIMIT", quantity: "1", price };
    await market.traders[trader]?.client.need("POST", "/api/v1/trading/orders", order);
  }

  test.if(isThere)(
    "follows a book and its trades, lists instruments, is told of their state",
    async () => {
      await place(0, "BUY", "49999");
      await place(0, "SELL", "50001");
      const engine = await openEngine(name, venue, market);
      engine.start();
      await engine.next("logon");
      engine.send("V", [
        ...([
          [262, "v"],
          [263, 1],
          [264, 0],
          [265, 1],
        ] as const),
        ...([
          [267, 3],
          [269, 0],
          [269, 1],
          [269, 2],
          [146, 1],
          [55, SYMBOL],
        ] as const),
      ]);
      const image = await engine.next("from-app", "|35=W|");
      expect(image).toContain("|268=2|269=0|270=49999|");
      expect(image).toContain("|269=1|270=50001|");
      await place(1, "BUY", "50001");
      expect(await engine.next("from-app", "|279=0|269=2|278=1|")).toContain("|35=X|");
      engine.send("x", [
        [320, "l"],
        [559, 4],
      ]);
      expect(await engine.next("from-app", "|35=y|")).toContain(`|55=${SYMBOL}|`);
      engine.send("V", [
        ...([
          [262, "v"],
          [263, 1],
          [264, 0],
          [265, 1],
        ] as const),
        ...([
          [267, 1],
          [269, 0],
          [146, 1],
          [55, SYMBOL],
        ] as const),
      ]);
      expect(await engine.next("from-app", "|35=Y|")).toContain("|281=1|");
      const path = `/api/v1/admin/instruments/${SYMBOL}/state`;
      await market.operator.need("PUT", path, { state: "halted" });
      expect(await engine.next("from-app", "|35=f|")).toContain("|326=2|");
      await engine.stop();
      const disliked = engine.events.filter(
        ({ kind, message }) => kind === "to-admin" && /\|35=[35j]\|.*\|58=/.test(message),
      );
      expect(disliked).toEqual([]);
    },
    TEST_MS_MAX,
  );
});
