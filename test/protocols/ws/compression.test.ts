// Compressed messages: a stock client that offers it builds the same book, and what unpacks to more
// than a frame may be is refused.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { until, within } from "../../support/deadline.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { limitOrder, openMarket, SYMBOL } from "../http/http-venue.ts";
import { tradeOnce } from "./direct-orders.ts";
import { StalledClient } from "./stalled-client.ts";
import { StockClient } from "./stock-client.ts";

const NODE = ["node", join(import.meta.dir, "node-client.mjs")];
const WAIT_MS_MAX = 20_000;
const DEFLATE = "permessage-deflate";
const FLAGS = { ...UNLIMITED, "feed-compression": "true" };

test.each([
  ["on", FLAGS, DEFLATE],
  ["off", UNLIMITED, ""],
])(
  "a client that offers compression follows book and account while it is %s",
  async (_, flags, extensions) => {
    const market = await openMarket({ flags });
    const { venue, alice } = market;
    const stock = new StockClient(NODE, alice, SYMBOL);
    try {
      stock.connect(venue.server.address);
      await until(WAIT_MS_MAX, "it follows", async () => {
        return Number((await stock.show())["executionsSequence"]) > 0;
      });
      for (let round = 0; round < 10; round += 1) await tradeOnce(market, 100);
      const body = limitOrder("BUY", "100", "1");
      const path = "/api/v1/trading/orders";
      const { sequence } = await venue.get("POST", path, { token: alice, body });
      const shown = await until(WAIT_MS_MAX, "the last order", async () => {
        const state = await stock.show();
        const isThere =
          state["balancesSequence"] === sequence && state["bookSequence"] === sequence;
        return isThere && state;
      });
      const { bids, asks } = await venue.get("GET", `/api/v1/data/market/${SYMBOL}?depth=1000`);
      expect(shown).toMatchObject({ extensions, holes: 0, snapshots: 1, bids, asks });
      expect(shown["executions"]).toEqual(
        Array.from({ length: 1_000 }, (_each, index) => index + 1),
      );
    } finally {
      await stock.stop();
      await venue.stop();
    }
  },
  2 * WAIT_MS_MAX,
);

test("a small frame that unpacks to 60 MB ends its connection", async () => {
  const { venue } = await openMarket({ flags: FLAGS });
  const client = await StalledClient.open(venue.server.address, DEFLATE);
  const payload = deflateRawSync(Buffer.alloc(60_000_000, " "));
  expect(payload.length).toBeLessThan(65_536);
  const head = Buffer.from([0xc1, 0xfe, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  client.sendBytes(Buffer.concat([head, payload]));
  await within(WAIT_MS_MAX, "the end", client.ended);
  await venue.stop();
});
