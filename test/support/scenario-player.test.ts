// That a scenario can fail: each line below says something that is not so.

import { expect, test } from "bun:test";
import { openEngine } from "./scenario-engine.ts";
import { parseScenario } from "./scenario-parser.ts";
import { playScenario } from "./scenario-player.ts";
import type { LedgerRow, Venue } from "./scenario-venue.ts";

const PATH = "test/scenarios/a-story.scenario";
/** A story that is so, up to line 9. */
const STORY = [
  "title   a story",
  "source  rule 3.2",
  "given   instrument BTC-USD maker 0 taker 0.01",
  "given   account A  USD 1000",
  "given   account B  BTC 5",
  "        B sell limit gtc 2 @ 100 id ask as ask -> accepted",
  "        A buy limit gtc 3 @ 100 id bid -> filled 2 @ 100, rests 1",
  "        A buy limit ioc 1 @ 90 id ioc -> cancelled 1 (immediate_or_cancel)",
  "        A buy limit ioc 1 @ 90 id ioc -> duplicate of ioc",
];

async function play(line: string, change: (venue: Venue) => Venue = (venue) => venue) {
  const scenario = parseScenario(PATH, [...STORY, line].join("\n"));
  const venue = await openEngine(scenario.capacities);
  try {
    await playScenario(scenario, scenario.lines, change(venue));
  } finally {
    await venue.stop();
  }
}

test("what is so passes", async () => {
  await play("then    account A  USD available 697 frozen 101  BTC available 2.000");
});

test.each([
  ["an outcome", "A cancel bid -> accepted", "cancelled 1 (client_request)"],
  ["a quantity", "A cancel bid -> cancelled 2 (client_request)", "cancelled 1 (client_request)"],
  ["a reason", "A cancel bid -> cancelled 1 (admin)", "cancelled 1 (client_request)"],
  ["a code", "A cancel ask -> rejected order_already_final", "rejected order_not_found"],
  ["a misspelt code", "A cancel ask -> rejected order_not_fond", "rejected order_not_found"],
  ["a price", "B sell market 1 -> filled 1 @ 99", "filled 1 @ 100"],
  ["a rest", "B sell limit gtc 2 @ 100 -> filled 1 @ 100, rests 2", "rests 1"],
  ["a missing rest", "B sell limit gtc 2 @ 100 -> filled 1 @ 100", "rests 1"],
  ["an original", "A buy limit ioc 1 @ 90 id ioc -> duplicate of bid", "duplicate of"],
  ["a count", "A cancel all -> cancelled 2 orders (mass_cancel)", "cancelled 1 orders"],
])("a command with %s that is not so fails", async (_, line, found) => {
  const played = play(`        ${line}`);
  await expect(played).rejects.toThrow(`${PATH}:10: ${line}`);
  await expect(played).rejects.toThrow(found);
});

test.each([
  ["a balance", "account A  USD available 698 frozen 101", "USD available 697 frozen 101"],
  ["a freeze left out", "account A  USD available 697", "frozen 101"],
  ["a state", "account A is suspended", "active"],
  ["a level", "book bids 2 @ 100", "bids 1 @ 100"],
  ["an order count", "book bids 1 @ 100 in 2", "in 1"],
  ["an empty book", "book is empty", "bids 1 @ 100"],
  ["a status", "order bid of A is pending", "partially_filled"],
  ["a field", "order bid of A is partially_filled fee 3", "fee 2"],
  ["an order's absence", "order bid of A is unknown", "partially_filled"],
  ["the absence of orders", "orders of A are none", "expected: \n"],
  ["a trade", "trades 1 @ 100, 1 @ 100", "#1 2 @ 100"],
  ["an instrument's field", "instrument BTC-USD fees 1.99", "fees 2"],
  ["a number of sessions", "sessions 1", "found:    0"],
  ["a number of commands", "sequence moved 3", "found:    4"],
  ["the changes", "changes trade 1", "found:"],
])("a check of %s that is not so fails", async (_, check, found) => {
  const played = play(`then    ${check}`);
  await expect(played).rejects.toThrow(`${PATH}:10: `);
  await expect(played).rejects.toThrow(found);
});

test("a name that no line gave fails", async () => {
  const unknown = "        A cancel #nothing -> rejected order_not_found";
  await expect(play(unknown)).rejects.toThrow(`${PATH}:10: no earlier line is #nothing`);
});

test.each<[string, LedgerRow, string]>([
  ["money that is made", row({ available: "0.01" }), "USD sums to 0"],
  ["a balance below zero", row({ available: "-1", frozen: "1" }), "nothing below zero"],
])("%s fails at the line after which it is there", async (_, extra, message) => {
  const withExtra = (venue: Venue): Venue => {
    const ledger = async () => [...(await venue.ledger()), extra];
    return new Proxy(venue, {
      get(target, name) {
        if (name === "ledger") return ledger;
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  };
  const played = play("then    account A is active", withExtra);
  await expect(played).rejects.toThrow(`${PATH}:6: `);
  await expect(played).rejects.toThrow(message);
});

function row(fields: Partial<LedgerRow>): LedgerRow {
  const empty = { holder: "C", currency: "USD", available: "0", frozen: "0" };
  return { ...empty, mayBeNegative: false, ...fields };
}
