// The operator deletes a session name: whoever has it hears so and is gone, and so is what it was
// owed, also after a crash.

import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Side } from "../../../gateway/domain/order.ts";
import { EndReason } from "../../../gateway/protocols/binary/codec.ts";
import { newOrder } from "../../support/binary-frames.ts";
import { until } from "../../support/deadline.ts";
import { ALICE, BOB, type BinaryVenue, limit, openMarket, reopen } from "./binary-venue.ts";
import { UNLIMITED } from "./binary-venue.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

let directory: string;
let venue: BinaryVenue;
let alice: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "openbell-binary-"));
  venue = await openMarket({ directory, flags: UNLIMITED });
  alice = venue.token(ALICE);
});
afterEach(async () => {
  await venue.stop();
  rmSync(directory, { recursive: true });
});

function namesNow(): string[] {
  return venue.venue.binarySessions.list().map(({ account, name }) => `${account} ${name}`);
}

test("its connection ends, its orders go, and its name is as if it had never been", async () => {
  const login = { token: alice, session: "A", cancelOnDisconnect: true };
  using watcher = await venue.logIn({ token: alice, session: "W", balanceUpdates: true });
  using client = await venue.logIn(login);
  client.send(newOrder(limit(Side.buy, 90, 1, "o1")));
  await client.next("OrderAccepted");
  const { binarySessions } = venue.venue;
  expect(binarySessions.list()).toMatchObject([
    { account: ALICE, name: "A", nextNumber: 2, isLoggedIn: true, hasBalances: false },
    { account: ALICE, name: "W", isLoggedIn: true, hasBalances: true, hasIncreasingRefs: false },
  ]);
  expect([binarySessions.delete(BOB, "A"), binarySessions.delete(ALICE, "A")]).toEqual([
    false,
    true,
  ]);
  expect((await client.next("EndOfSession")).body.reason()).toBe(EndReason.Deleted);
  await client.closed;
  expect((await watcher.next("OrderCancelled")).body.clientOrderId()).toBe("o1");
  expect(venue.metric('openbell_binary_closes_total{reason="deleted"}')).toBe(1);
  expect([namesNow(), binarySessions.delete(ALICE, "A")]).toEqual([[`${ALICE} W`], false]);
  venue = await reopen(venue, { directory, flags: UNLIMITED, end: "crash" });
  expect(namesNow()).toEqual([`${ALICE} W`]);
  using again = await venue.logIn({ ...login, nextNumber: 1 });
  again.send(newOrder(limit(Side.buy, 90, 1, "o2")));
  expect((await again.next("OrderAccepted")).number).toBe(1);
});

test("an account that has made all its names can make others", async () => {
  for (let index = 0; index < 64; index += 1) {
    (await venue.logIn({ token: alice, session: `S${index}` }))[Symbol.dispose]();
  }
  expect(venue.venue.binarySessions.delete(ALICE, "S7")).toBe(true);
  using client = await venue.logIn({ token: alice, session: "other" });
  expect(client.isClosed).toBe(false);
});

test("while its orders are under way, and at once again by another", async () => {
  for (let round = 1; round <= 20; round += 1) {
    using client = await venue.logIn({ token: alice, session: "A" });
    const orders = Array.from({ length: 200 }, (_, index) =>
      newOrder(limit(Side.buy, 90, 1, `r${round}-${index}`)),
    );
    client.send(...orders);
    await until(10_000, "orders have come", () => {
      return venue.metric("openbell_binary_commands_total") > (round - 1) * 200;
    });
    expect(venue.venue.binarySessions.delete(ALICE, "A")).toBe(true);
    expect(namesNow()).toEqual([]);
    await client.closed;
  }
});
