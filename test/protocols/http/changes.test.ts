// The change log as an operator reads it: from any sequence on, whole or one log of it.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { limitOrder, type Market, openMarket } from "./http-venue.ts";

const CHANGES = "/api/v1/admin/changes";

interface Line {
  readonly sequence: number;
  readonly sub: number;
  readonly entity_type: string;
}

let market: Market;

beforeAll(async () => {
  market = await openMarket();
  const { venue, alice, bob } = market;
  for (let round = 0; round < 20; round += 1) {
    const sell = limitOrder("SELL", `${50_000 + round}`, "0.1");
    const buy = limitOrder("BUY", `${50_000 + round}`, "0.2");
    await venue.get("POST", "/api/v1/trading/orders", { token: alice, body: sell });
    await venue.get("POST", "/api/v1/trading/orders", { token: bob, body: buy });
  }
});
afterAll(() => market.venue.stop());

async function read(query: string): Promise<string[]> {
  const { text } = await market.venue.ask("GET", `${CHANGES}${query}`, { token: market.admin });
  return text.split("\n").filter((line) => line !== "");
}

// why: every entry of every scenario is held against the schema in change-log.test.ts
const parse = (line: string): Line => JSON.parse(line) as Line;

test("everything comes in order, and the rest after any sequence", async () => {
  const whole = await read("");
  const lines = whole.map(parse);
  const sequences = lines.map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.toSorted((one, other) => one - other));
  const newest = market.venue.core.status().executedSequence;
  expect(sequences.at(-1)).toBe(newest);
  const types = new Set(lines.map(({ entity_type: type }) => type));
  expect([...types].toSorted()).toEqual([
    ...["Account", "Alias", "Balance", "Currency", "Instrument", "Level"],
    ...["SettlementEvent", "SpotOrder", "SpotTrade"],
  ]);
  expect(lines.filter(({ entity_type: type }) => type === "SpotTrade").length).toBe(20);
  for (const after of [1, 9, newest - 1]) {
    const rest = whole.filter((line) => parse(line).sequence > after);
    expect(await read(`?after=${after}`)).toEqual(rest);
  }
  expect(await read(`?after=${newest}`)).toEqual([]);
});

test("one log has its messages with their keys", async () => {
  const messages = (await read("?log=TradeChangeLog")).map((line) => JSON.parse(line));
  expect(messages.length).toBe(20);
  expect(messages[0]).toMatchObject({ log: "TradeChangeLog", key: "1" });
  expect(JSON.parse(messages[0].value)).toMatchObject({ entity_type: "SpotTrade" });
});

test("who leaves early keeps nobody out", async () => {
  const { address } = market.venue.server;
  for (let reader = 0; reader < 20; reader += 1) {
    const leave = new AbortController();
    const response = await fetch(`${address}${CHANGES}`, {
      headers: { authorization: `Bearer ${market.admin}` },
      signal: leave.signal,
    });
    expect(response.status).toBe(200);
    leave.abort();
  }
  expect((await read("")).length).toBeGreaterThan(100);
});

test("is not shown to traders, and other logs are not known", async () => {
  const { venue, alice, admin } = market;
  expect(await venue.refusal("GET", CHANGES, { token: alice })).toBe("403 permission_denied");
  const query = `${CHANGES}?log=KLineChangeLog`;
  expect(await venue.refusal("GET", query, { token: admin })).toBe("400 malformed_request");
});
