// The audit itself: each thing that a venue could have lost, invented or done twice is noticed.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { removeDirectories } from "../support/venue-process.ts";
import { audit, sendUntilAdmitted } from "./audit.ts";
import type { Answer } from "./client.ts";
import { moving, type NewOrder, placing } from "./commands.ts";
import { JsonObject } from "./json-object.ts";
import { Trial } from "./trial.ts";
import type { Sighting } from "./witness.ts";

const TEST_MS_MAX = 60_000;
const LATER = Number.MAX_SAFE_INTEGER;

let trial: Trial;
/** An order far from the others, and one that found nobody. */
let openId = 0;
let finalId = 0;

beforeAll(async () => {
  trial = await Trial.begin({ durability: "os", seed: 1 });
  const { witness, market } = trial;
  await trial.underLoad(() => trial.pause(300));
  const [trader, other] = market.traders;
  if (trader === undefined || other === undefined) throw new Error("no traders");
  const order: NewOrder = {
    ...({ symbol: "ETH-EUR", side: "BUY", type: "LIMIT" } as const),
    ...{ price: "15", quantity: "1", client_order_id: "open" },
  };
  const hearOpen = (body: JsonObject): void => {
    openId = body.count("order_id");
  };
  const hearFinal = (body: JsonObject): void => {
    finalId = body.count("order_id");
  };
  const final: NewOrder = { ...order, time_in_force: "IOC", client_order_id: "final" };
  const move = { request_id: "move", currency: "ETH", amount: "1", to_account: other.id } as const;
  expect(witness.unanswered).toEqual([]);
  for (const attempt of [
    placing(witness, trader, order, hearOpen),
    placing(witness, trader, final, hearFinal),
    moving(witness, trader.client, trader.id, move),
  ]) {
    // What the load wrote may wait for its next segment.
    const answer = await sendUntilAdmitted(attempt);
    witness.note(answer.body);
    attempt.settle([answer]);
  }
}, TEST_MS_MAX);

afterAll(async () => {
  await trial.venue.kill();
  removeDirectories();
});

/** How an order was last seen. */
function lastSeen(orderId: number): Sighting {
  const seen = trial.witness.sightings.get(orderId)?.at(-1);
  if (seen === undefined) throw new Error(`nobody saw order ${orderId}`);
  return seen;
}

/** Adds to what was seen of an order. Returns how to take it back. */
function see(orderId: number, how: Partial<Sighting>): () => void {
  const before = trial.witness.sightings.get(orderId) ?? [];
  const seen = { ...lastSeen(orderId), sequence: LATER, ...how };
  trial.witness.sightings.set(orderId, [...before, seen]);
  return () => trial.witness.sightings.set(orderId, before);
}

/** Replaces a list of facts. Returns how to take it back. */
function change<Name extends "moves" | "finals" | "massCancels" | "vaultLooks">(
  name: Name,
  to: (facts: Trial["witness"][Name]) => Trial["witness"][Name],
): () => void {
  const before = trial.witness[name];
  trial.witness[name] = to(before);
  return () => {
    trial.witness[name] = before;
  };
}

test(
  "a venue that kept everything passes",
  async () => {
    await audit(trial.witness, trial.market);
  },
  TEST_MS_MAX,
);

const LIES: readonly (readonly [string, () => () => void])[] = [
  [
    "an order is gone",
    () => {
      const { placed } = trial.witness;
      const [account] = trial.market.traders;
      const lost = {
        orderId: 1,
        account: account?.id ?? 0,
        symbol: "BTC-USDT",
        side: "BUY",
      } as const;
      placed.set(1, lost);
      return () => placed.delete(1);
    },
  ],
  [
    "an order nobody placed",
    () => {
      const { placed } = trial.witness;
      const order = placed.get(openId);
      if (order === undefined) throw new Error("the order was not placed");
      placed.delete(openId);
      return () => placed.set(openId, order);
    },
  ],
  ["a fill is gone", () => see(openId, { filled: 1n })],
  ["a final order ended otherwise", () => see(finalId, { status: "expired" })],
  [
    "a replace is gone",
    () => {
      const { terms } = lastSeen(openId);
      return see(openId, { terms: terms && { ...terms, quantity: terms.quantity + 100n } });
    },
  ],
  [
    "a cancel is gone",
    () => change("finals", (all) => [...all, { sequence: LATER, orderId: openId }]),
  ],
  [
    "a mass cancel is gone",
    () => {
      const account = trial.witness.placed.get(openId)?.account ?? 0;
      return change("massCancels", (all) => [...all, { sequence: LATER, account }]);
    },
  ],
  [
    "a transfer is gone",
    () => change("moves", (moves) => moves.filter((move) => move.amount >= 0n)),
  ],
  ["a deposit is gone", () => change("moves", (moves) => [...moves, ...moves.slice(-1)])],
  [
    "a deposit counts twice",
    () =>
      change("moves", (moves) => moves.filter((move) => move.account !== trial.market.vault.id)),
  ],
  [
    "a balance was shown that never was",
    () => change("vaultLooks", (looks) => [...looks, { sequence: 0, total: 1n }]),
  ],
];

test.each(LIES)(
  "%s: noticed",
  async (_name, lie) => {
    const takeBack = lie();
    try {
      await expect(audit(trial.witness, trial.market)).rejects.toThrow();
    } finally {
      takeBack();
    }
    await audit(trial.witness, trial.market);
  },
  TEST_MS_MAX,
);

/** An answer as the venue would give it. */
function answerOf(status: number, fields: object): Answer {
  return { status, body: new JsonObject(fields) };
}

test("two effects of one id are noticed", () => {
  const { witness, market } = trial;
  const { id, client } = market.vault;
  const move = { request_id: "twice", currency: "USDT", amount: "1" } as const;
  const { settle } = moving(witness, client, id, move);
  const done = answerOf(200, { duplicate: false, sequence: LATER });
  expect(() => settle([done, done])).toThrow("more than one effect");
  const repeated = answerOf(200, { duplicate: true, sequence: LATER });
  expect(() => settle([repeated])).toThrow("called a repetition");
  const refused = answerOf(422, { name: "available_balance_insufficient" });
  expect(() => settle([refused])).toThrow("unexpected");
});

test("a trade id of two trades, and trades out of order, are noticed", () => {
  const { witness } = trial;
  const trade = { trade_id: 1, price: "20.00", quantity: "1" };
  const other = new JsonObject({ ...trade, quantity: "2" });
  expect(() => {
    witness.noteTrade(new JsonObject(trade), "ETH-EUR", LATER);
    witness.noteTrade(other, "ETH-EUR", LATER);
  }).toThrow("used twice");
});

test("fills that do not add up are noticed", () => {
  const { witness, market } = trial;
  const [account] = market.traders;
  if (account === undefined) throw new Error("no trader");
  const order: NewOrder = {
    ...({ symbol: "ETH-EUR", side: "BUY", type: "LIMIT" } as const),
    ...{ price: "20.00", quantity: "1", client_order_id: "short" },
  };
  const { settle } = placing(witness, account, order);
  const body = {
    ...{ order_id: LATER, symbol: "ETH-EUR", status_name: "filled", filled: "1.000" },
    ...{ duplicate: false, sequence: LATER, fills: [] },
  };
  expect(() => settle([answerOf(201, body)])).toThrow("fills of");
  const dear = [{ trade_id: LATER, price: "20.01", quantity: "1.000", fee: "0" }];
  expect(() => settle([answerOf(201, { ...body, fills: dear })])).toThrow("fills of");
});
