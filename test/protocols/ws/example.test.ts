// The example client lives through a kill of the venue.

import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { until } from "../../support/deadline.ts";
import { openSpotMarket } from "../../support/spot-market.ts";
import { removeDirectories, VenueProcess } from "../../support/venue-process.ts";

const EXAMPLE = join(import.meta.dir, "../../../examples/follow.ts");
const WAIT_MS_MAX = 20_000;

afterAll(removeDirectories);

async function place(venue: VenueProcess, token: string, price: string): Promise<void> {
  const order = { symbol: "BTC-USDT", side: "BUY", type: "LIMIT", price, quantity: "1" };
  const placed = await venue.fetch("POST", "/api/v1/trading/orders", order, token);
  expect(placed.status).toBe(201);
}

test("the example shows book and balances, also after the venue was killed", async () => {
  const first = await VenueProcess.start();
  const token = await openSpotMarket(first);
  const { url, dataDirectory } = first;
  const child = Bun.spawn([process.execPath, EXAMPLE, url, "BTC-USDT", token], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) shown += decoder.decode(chunk, { stream: true });
  })();
  const isShown = (line: string) => until(WAIT_MS_MAX, line, () => shown.includes(line));
  await until(WAIT_MS_MAX, "its first balances", () => shown.includes("balances ["));
  await place(first, token, "7");
  await isShown(": 7 / Infinity\n");
  await first.kill();

  const flags = { "http-port": new URL(url).port };
  const second = await VenueProcess.start({ dataDirectory, flags });
  await place(second, token, "8");
  await isShown(": 8 / Infinity\n");
  expect(shown).not.toContain("refused");
  child.kill();
  await child.exited;
  expect(await second.stop()).toBe(0);
}, 60_000);
