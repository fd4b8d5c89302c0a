// What happens at the limits: too many messages, no core, a session that cannot be opened.

import { afterAll, afterEach, beforeEach, expect, spyOn, test } from "bun:test";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import { FixClient } from "../../support/fix-client.ts";
import { ALICE, limitOrder, MARKET, NOW } from "../../support/fix-market.ts";
import { FixVenue } from "../../support/fix-venue.ts";
import { transactionAt } from "../../support/transactions.ts";
import { makeDirectory, removeDirectories } from "../../support/venue-process.ts";

/** So slow that nothing comes back while a test runs. */
const PER_SECOND = 0.001;

let venue: FixVenue;
let alice: FixClient;

afterAll(removeDirectories);
beforeEach(async () => {
  const soft = { perSecond: PER_SECOND, burst: 2 };
  venue = new FixVenue({
    ...{ directory: makeDirectory(), opening: MARKET },
    traders: { ALICE: { account: ALICE, rate: soft }, NOBODY: { account: 99 } },
    hardRate: { perSecond: PER_SECOND, burst: 9 },
  });
  alice = new FixClient("ALICE");
  await alice.logOn(venue.acceptor);
});
afterEach(() => venue.stop());

test("above the soft limit orders and replaces are refused, and never cancels", async () => {
  alice.send("D", limitOrder("a1", "2"));
  alice.send("D", limitOrder("a2", "2"));
  await alice.take(2);
  alice.send("D", limitOrder("a3", "2"));
  alice.send("G", { ...limitOrder("a4", "2", { 44: "101" }), 41: "a1" });
  alice.send("F", { 11: "c1", 41: "a1", 54: "2", 55: "BTC-USDT", 60: NOW });
  alice.send("q", { 11: "c2", 60: NOW, 530: "7" });
  expect(await alice.take(5, 11, 150, 103, 102, 39, 531, 533, 58)).toEqual([
    "8 11=a3 150=8 103=99 39=8 58=Rate limit exceeded",
    "9 11=a4 102=99 39=0 58=Rate limit exceeded",
    "8 11=c1 150=4 39=4 58=Cancelled by the client",
    "8 11=a2 150=4 39=4 58=Cancelled with all orders",
    "r 11=c2 531=7 533=1",
  ]);
});

test("a status of all orders costs as many requests as it is worth", async () => {
  const soft = { perSecond: PER_SECOND, burst: 30 };
  const busy = new FixVenue({
    ...{ directory: makeDirectory(), opening: MARKET },
    traders: { ALICE: { account: ALICE, rate: soft } },
  });
  const client = new FixClient("ALICE");
  await client.logOn(busy.acceptor);
  for (let count = 1; count <= 25; count += 1) client.send("D", limitOrder(`a${count}`, "2"));
  await client.take(25);
  client.send("AF", { 584: "m1", 585: "7" });
  expect((await client.take(25, 912)).at(-1)).toBe("8 912=Y");
  client.send("AF", { 584: "m2", 585: "7" });
  await client.take(25);
  client.send("AF", { 584: "m3", 585: "7" });
  expect(await client.take(1, 372, 379, 380, 58)).toEqual([
    "j 372=AF 379=m3 380=0 58=Rate limit exceeded",
  ]);
  await busy.stop();
});

test("the id of a cancel is remembered; one that is too long is none", async () => {
  const answers: string[] = [];
  for (const length of [64, 64, 65, 65]) {
    alice.send("F", { 11: "c".repeat(length), 41: "none", ...REST });
    answers.push(...(await alice.take(1, 102)));
  }
  expect(answers).toEqual(["9 102=1", "9 102=6", "9 102=99", "9 102=99"]);
});

test("above the hard limit the session is ended and not listened to", async () => {
  for (let count = 0; count < 9; count += 1) {
    alice.send("F", { 11: `c${count}`, 41: "none", ...REST });
    await alice.take(1);
  }
  alice.send("F", { 11: "c9", 41: "none", ...REST });
  const logout = await alice.next("5");
  expect(logout.show(58)).toBe("58=Rate limit exceeded");
  alice.connect(venue.acceptor);
  expect((await alice.next("5")).show(58)).toContain("wait");
});
const REST = { 54: "2", 55: "BTC-USDT", 60: NOW };

test("what the core does not take is told at once or later", async () => {
  const enter = spyOn(venue.venue.orderEntry, "enter");
  const refused = { ...transactionAt(0), code: RejectCode.core_unavailable };
  const sendAll = (): void => {
    alice.send("D", limitOrder("a1", "2"));
    alice.send("F", { 11: `c${alice.nextOut}`, 41: "none", ...REST });
    alice.send("q", { 11: "c2", 60: NOW, 530: "7" });
  };
  enter.mockReturnValue(RejectCode.core_unavailable);
  sendAll();
  expect(await alice.take(3, 372, 380)).toEqual([
    "j 372=D 380=4",
    "j 372=F 380=4",
    "j 372=q 380=4",
  ]);
  enter.mockImplementation((_caller, _command, reply) => {
    queueMicrotask(() => reply(refused));
    return undefined;
  });
  sendAll();
  expect(await alice.take(3, 372, 380)).toEqual([
    "j 372=D 380=4",
    "j 372=F 380=4",
    "j 372=q 380=4",
  ]);
  enter.mockReturnValue(RejectCode.throttled);
  sendAll();
  expect(await alice.take(3, 103, 102, 58)).toEqual([
    "8 103=99 58=Rate limit exceeded",
    "9 102=99 58=Rate limit exceeded",
    "r 58=Too many requests: retry after the given time",
  ]);
  enter.mockRestore();
});

test("a session whose orders have no home is ended", async () => {
  const nobody = new FixClient("NOBODY");
  await nobody.logOn(venue.acceptor);
  expect((await nobody.next("5")).show(58)).toBe("58=Orders cannot be entered now");
});
