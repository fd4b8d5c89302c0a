// Conversations about orders: what a client sends and what it, and others, are told of it.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Opcode, QueryKind } from "../../../gateway/domain/command.ts";
import { LimitKind } from "../../../gateway/domain/instrument.ts";
import { OrderType, Side, TimeInForce } from "../../../gateway/domain/order.ts";
import { until } from "../../support/deadline.ts";
import { FixClient, VENUE_COMP_ID } from "../../support/fix-client.ts";
import { ALICE, BOB, limitOrder, MARKET, NOW } from "../../support/fix-market.ts";
import { FixVenue } from "../../support/fix-venue.ts";

let directory: string;
let venue: FixVenue;
let alice: FixClient;
let bob: FixClient;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "openbell-fix-"));
  const traders = {
    ...{ ALICE: { account: ALICE }, ALICE2: { account: ALICE }, BOB: { account: BOB } },
    ...{ DROP: { account: ALICE, isDropCopy: true } },
  };
  venue = new FixVenue({ directory, traders, opening: MARKET });
  alice = new FixClient("ALICE");
  bob = new FixClient("BOB");
  await alice.logOn(venue.acceptor);
  await bob.logOn(venue.acceptor);
});
afterEach(async () => {
  await venue.stop();
  rmSync(directory, { recursive: true });
});

test("an order is new, then filled in parts, on both sides", async () => {
  alice.send("D", limitOrder("a1", "2", { 38: "3" }));
  expect(await alice.take(1, 11, 37, 150, 39, 54, 55, 38, 40, 44, 59, 151, 14, 6)).toEqual([
    "8 11=a1 37=14 150=0 39=0 54=2 55=BTC-USDT 38=3.00000 40=2 44=100.00 59=1 151=3.00000 14=0 6=0",
  ]);
  bob.send("D", limitOrder("b1", "1", { 38: "2", 44: "101.5" }));
  expect(await bob.take(2, 11, 150, 39, 31, 32, 151, 14, 6, 527, 851)).toEqual([
    "8 11=b1 150=0 39=0 151=2.00000 14=0 6=0",
    "8 11=b1 150=F 39=2 31=100.00 32=2.00000 151=0 14=2.00000 6=100.00000000 527=1 851=2",
  ]);
  expect(await alice.take(1, 11, 150, 39, 31, 32, 151, 14, 6, 527, 851)).toEqual([
    "8 11=a1 150=F 39=1 31=100.00 32=2.00000 151=1.00000 14=2.00000 6=100.00000000 527=1 851=1",
  ]);
});

test("a cancel names the order and itself; a replace keeps the order's id", async () => {
  alice.send("D", limitOrder("a1", "2"));
  alice.send("G", { ...limitOrder("a2", "2", { 38: "4", 44: "99" }), 41: "a1" });
  alice.send("F", { 11: "a3", 41: "a2", 54: "2", 55: "BTCUSDT", 60: NOW });
  expect(await alice.take(3, 11, 37, 41, 150, 39, 38, 44, 58, 151)).toEqual([
    "8 11=a1 37=14 150=0 39=0 38=1.00000 44=100.00 151=1.00000",
    "8 11=a2 37=14 41=a1 150=5 39=0 38=4.00000 44=99.00 151=4.00000",
    "8 11=a3 37=14 41=a2 150=4 39=4 38=4.00000 44=99.00 58=Cancelled by the client 151=0",
  ]);
});

test("a replace that trades is replaced first", async () => {
  bob.send("D", limitOrder("b1", "1", { 44: "98" }));
  alice.send("D", limitOrder("a1", "2", { 38: "3" }));
  alice.send("G", { ...limitOrder("a2", "2", { 38: "3", 44: "98" }), 41: "a1" });
  expect(await alice.take(3, 11, 41, 150, 39, 31, 151, 14)).toEqual([
    "8 11=a1 150=0 39=0 151=3.00000 14=0",
    "8 11=a2 41=a1 150=5 39=0 151=3.00000 14=0",
    "8 11=a2 150=F 39=1 31=98.00 151=2.00000 14=1.00000",
  ]);
});

test("what is left of IOC, FOK and market orders is cancelled, with the reason", async () => {
  bob.send("D", limitOrder("b1", "2"));
  alice.send("D", limitOrder("a1", "1", { 38: "2", 59: "3" }));
  alice.send("D", limitOrder("a2", "1", { 59: "4" }));
  alice.send("D", { 11: "a3", 38: "2", 40: "1", 54: "2", 55: "BTC-USDT", 60: NOW });
  expect(await alice.take(7, 11, 150, 39, 40, 58, 59, 151, 14, 6)).toEqual([
    "8 11=a1 150=0 39=0 40=2 59=3 151=2.00000 14=0 6=0",
    "8 11=a1 150=F 39=1 40=2 59=3 151=1.00000 14=1.00000 6=100.00000000",
    "8 11=a1 150=4 39=4 40=2 58=Rest of an immediate-or-cancel order 59=3 151=0 14=1.00000 " +
      "6=100.00000000",
    "8 11=a2 150=0 39=0 40=2 59=4 151=1.00000 14=0 6=0",
    "8 11=a2 150=4 39=4 40=2 58=Fill-or-kill order cannot be filled whole 59=4 151=0 14=0 6=0",
    "8 11=a3 150=0 39=0 40=1 59=3 151=2.00000 14=0 6=0",
    "8 11=a3 150=4 39=4 40=1 58=Rest of a market order 59=3 151=0 14=0 6=0",
  ]);
});

test("an average price is rounded half to even at 8 digits", async () => {
  bob.send("D", limitOrder("b1", "2", { 44: "100.00" }));
  bob.send("D", limitOrder("b2", "2", { 44: "100.01", 38: "2" }));
  alice.send("D", limitOrder("a1", "1", { 38: "3", 44: "101" }));
  expect(await alice.take(3, 150, 14, 6)).toEqual([
    "8 150=0 14=0 6=0",
    "8 150=F 14=1.00000 6=100.00000000",
    "8 150=F 14=3.00000 6=100.00666667",
  ]);
});

test("refusals have their reasons", async () => {
  const cases: [string, object][] = [
    ["8 150=8 37=NONE 103=1 58=Instrument does not exist", { 55: "NO-SUCH" }],
    ["8 150=8 37=NONE 103=99 58=Price must be a multiple of the tick", { 44: "100.001" }],
    ["8 150=8 37=NONE 103=13 58=Quantity must be a multiple of the lot", { 38: "0.000001" }],
    [
      "8 150=8 37=NONE 103=13 58=Quantity must be at least one lot and below 2^53 lots",
      { 38: "0" },
    ],
    [
      "8 150=8 37=NONE 103=99 58=Price must be at least one tick and below 2^53 ticks",
      { 44: "-1" },
    ],
    ["8 150=8 37=NONE 103=11 58=Time in force does not fit the order type", { 18: "6", 59: "3" }],
    ["8 150=8 37=NONE 103=11 58=Time in force does not fit the order type", { 59: "6", 126: NOW }],
    ["8 150=8 37=NONE 103=11 58=Order type is not supported", { 40: "4", 99: "90" }],
    ["8 150=8 37=NONE 103=11 58=Order type is not supported", { 111: "0.5" }],
    ["8 150=8 37=NONE 103=11 58=Market order takes no price", { 40: "1" }],
    ["8 150=8 37=NONE 103=99 58=No account with this id", { 1: "bob" }],
    ["8 150=8 37=14 103=3 58=Available balance is smaller than needed", { 38: "99999999" }],
    ["j 379=x 380=5 58=Price (44) is required for this OrdType", { 44: undefined }],
    ["j 379=x 380=5 58=StopPx (99) is required for this OrdType", { 40: "3" }],
    ["j 379=x 380=5 58=ExpireTime (126) is required for GTD", { 59: "6" }],
  ];
  for (const [expected, terms] of cases) {
    const body = Object.entries(limitOrder("x", "2", terms)).filter(([, value]) => value);
    alice.send("D", Object.fromEntries(body));
    expect([terms, await alice.take(1, 150, 37, 103, 379, 380, 58)]).toEqual([terms, [expected]]);
  }
  alice.send("D", limitOrder("y", "2", { 11: "ob-1" }));
  expect((await alice.next()).show(103, 150)).toBe("103=99 150=8");
});

test("trading is closed, and a post-only order would trade", async () => {
  bob.send("D", limitOrder("b1", "2"));
  alice.send("D", limitOrder("a1", "1", { 18: "6" }));
  expect(await alice.take(1, 150, 39, 103, 58)).toEqual([
    "8 150=8 39=8 103=99 58=Post-only order would trade at once",
  ]);
  await venue.submit({ opcode: Opcode.setInstrumentState, instrument: 1, kind: 2 });
  alice.send("D", limitOrder("a2", "1"));
  expect(await alice.take(1, 150, 103)).toEqual(["8 150=8 103=2"]);
});

test("an order's own account may be named, and is not written back", async () => {
  alice.send("D", limitOrder("a1", "2", { 1: "alice" }));
  const report = await alice.next();
  expect(report.show(150, 1)).toBe("150=0");
});

test("a client id is taken once; a repeat is answered with the order", async () => {
  alice.send("D", limitOrder("a1", "2"));
  alice.send("D", limitOrder("a1", "2"));
  alice.send("D", limitOrder("a1", "2", { 44: "101" }));
  alice.send("D", limitOrder("a1", "2"), { isPossResend: true });
  alice.send("D", limitOrder("a1", "2", { 44: "102" }), { isPossDup: true });
  alice.send("D", limitOrder("a2", "2"), { isPossResend: true });
  expect(await alice.take(6, 11, 37, 150, 39, 103)).toEqual([
    "8 11=a1 37=14 150=0 39=0",
    "8 11=a1 37=NONE 150=8 39=8 103=6",
    "8 11=a1 37=16 150=8 39=8 103=6",
    "8 11=a1 37=14 150=I 39=0",
    "8 11=a1 37=14 150=I 39=0",
    "8 11=a2 37=17 150=0 39=0",
  ]);
});

test("cancels and replaces of what is not there, over or pending are rejected", async () => {
  const cancel = (id: string, target: object) =>
    alice.send("F", { 11: id, ...target, 54: "2", 55: "BTC-USDT", 60: NOW });
  bob.send("D", limitOrder("b1", "2"));
  expect(await bob.take(1, 37)).toEqual(["8 37=14"]);
  alice.send("D", limitOrder("a1", "2"));
  alice.send("D", limitOrder("a2", "2", { 44: "120" }));
  await alice.take(2);
  cancel("c1", { 41: "nothing" });
  cancel("c2", { 37: "14" });
  cancel("c3", { 41: "a1" });
  cancel("c4", { 41: "a1" });
  cancel("c1", { 41: "a2" });
  cancel("a1", { 41: "a2" });
  cancel("a2", { 41: "a2" });
  cancel("c6", {});
  const replace = (id: string, target: string, terms: object) =>
    alice.send("G", { ...limitOrder(id, "2", terms), 41: target });
  replace("r1", "none", {});
  replace("r2", "a2", { 54: "1" });
  replace("r3", "a2", { 40: "1" });
  replace("r4", "a2", { 59: "3" });
  replace("r5", "a2", { 38: "0.000001" });
  replace("r6", "a1", {});
  const lines = await alice.take(14, 11, 37, 39, 41, 102, 434, 380, 150);
  expect(lines.toSorted()).toEqual(
    [
      "8 11=c3 37=15 39=4 41=a1 150=4",
      "9 11=c1 37=NONE 39=8 41=nothing 102=1 434=1",
      "9 11=c2 37=NONE 39=8 41=NONE 102=1 434=1",
      "9 11=c4 37=NONE 39=8 41=a1 102=3 434=1",
      "9 11=c1 37=NONE 39=8 41=a2 102=6 434=1",
      "9 11=a1 37=NONE 39=8 41=a2 102=6 434=1",
      "9 11=a2 37=NONE 39=8 41=a2 102=6 434=1",
      "j 380=5",
      "9 11=r1 37=NONE 39=8 41=none 102=1 434=2",
      "9 11=r2 37=16 39=0 41=a2 102=99 434=2",
      "9 11=r3 37=16 39=0 41=a2 102=99 434=2",
      "9 11=r4 37=16 39=0 41=a2 102=99 434=2",
      "9 11=r5 37=16 39=0 41=a2 102=99 434=2",
      "9 11=r6 37=15 39=4 41=a1 102=0 434=2",
    ].toSorted(),
  );
  cancel("c9", { 41: "a1" });
  expect(await alice.take(1, 11, 37, 39, 102)).toEqual(["9 11=c9 37=15 39=4 102=0"]);
});

test("a mass cancel reports each order, and then itself", async () => {
  alice.send("D", limitOrder("a1", "2"));
  alice.send("D", limitOrder("a2", "2"));
  await alice.take(2);
  alice.send("q", { 11: "m1", 55: "BTC-USDT", 60: NOW, 530: "1" });
  alice.send("q", { 11: "m2", 60: NOW, 530: "7" });
  alice.send("q", { 11: "m3", 60: NOW, 530: "1" });
  alice.send("q", { 11: "m4", 55: "NO-SUCH", 60: NOW, 530: "1" });
  alice.send("q", { 11: "m5", 54: "1", 60: NOW, 530: "7" });
  expect((await alice.take(7, 11, 41, 55, 150, 530, 531, 532, 533, 380)).toSorted()).toEqual(
    [
      "8 11=a1 55=BTC-USDT 150=4",
      "8 11=a2 55=BTC-USDT 150=4",
      "r 11=m1 55=BTC-USDT 530=1 531=1 533=2",
      "r 11=m2 530=7 531=7 533=0",
      "j 380=5",
      "r 11=m4 55=NO-SUCH 530=1 531=0 532=1 533=0",
      "r 11=m5 530=7 531=0 532=0 533=0",
    ].toSorted(),
  );
});

test("a status is that of the moment, commands before it included", async () => {
  alice.send("D", limitOrder("a1", "2"));
  alice.send("H", { 11: "a1", 54: "2", 55: "BTC-USDT", 790: "s1" });
  alice.send("H", { 11: "any", 37: "14", 54: "2", 55: "BTC-USDT" });
  alice.send("H", { 11: "nothing", 54: "2", 55: "BTC-USDT" });
  alice.send("D", limitOrder("a2", "2"));
  alice.send("AF", { 584: "all", 585: "7" });
  alice.send("AF", { 55: "BTC-USDT", 584: "one", 585: "1" });
  alice.send("AF", { 55: "NO-SUCH", 584: "none", 585: "1" });
  expect(await alice.take(10, 11, 17, 37, 39, 103, 150, 584, 790, 912)).toEqual([
    "8 11=a1 17=14-0 37=14 39=0 150=0",
    "8 11=a1 17=0 37=14 39=0 150=I 790=s1",
    "8 11=a1 17=0 37=14 39=0 150=I",
    "8 11=nothing 17=0 37=NONE 39=8 103=5 150=I",
    "8 11=a2 17=15-0 37=15 39=0 150=0",
    "8 11=a1 17=0 37=14 39=0 150=I 584=all",
    "8 11=a2 17=0 37=15 39=0 150=I 584=all 912=Y",
    "8 11=a1 17=0 37=14 39=0 150=I 584=one",
    "8 11=a2 17=0 37=15 39=0 150=I 584=one 912=Y",
    "8 17=0 37=NONE 39=8 103=1 150=I 584=none 912=Y",
  ]);
  bob.send("AF", { 584: "bob", 585: "7" });
  expect(await bob.take(1, 37, 103, 150, 584, 912)).toEqual([
    "8 37=NONE 103=5 150=I 584=bob 912=Y",
  ]);
});

test("thousands of open orders are a status each, ten thousand one word", async () => {
  const place = (count: number): void => {
    const limits = { opcode: Opcode.setLimit, instrument: 1, kind: LimitKind.openOrdersMax };
    venue.core.submit({ ...limits, amount: 20_000n }, () => undefined);
    for (let index = 0; index < count; index += 1) {
      const terms = { side: Side.sell, orderType: OrderType.limit, price: 10_000, quantity: 1 };
      const order = { ...terms, account: ALICE, instrument: 1, timeInForce: TimeInForce.gtc };
      venue.core.submit({ opcode: Opcode.newOrder, ...order }, () => undefined);
    }
    venue.core.flush();
  };
  place(2_500);
  alice.send("AF", { 584: "many", 585: "7" });
  const isLast = (): boolean => alice.received.at(-1)?.fields.get(912) === "Y";
  await until(5_000, "the last status", isLast);
  const ids = alice.received.flatMap(({ fields }) =>
    fields.get(584) === "many" ? [fields.get(37)] : [],
  );
  expect(ids).toHaveLength(2_500);
  expect(new Set(ids).size).toBe(2_500);
  expect(alice.received.filter(({ fields }) => fields.get(912) === "Y")).toHaveLength(1);
  place(7_501);
  alice.send("AF", { 584: "more", 585: "7" });
  await until(5_000, "the answer", () => alice.received.at(-1)?.fields.get(584) === "more");
  expect(alice.received.at(-1)?.show(37, 103, 912)).toBe("37=NONE 103=99 912=Y");
}, 20_000);

test("all sessions of an account hear of its orders; a drop copy enters none", async () => {
  const [second, drop] = [new FixClient("ALICE2"), new FixClient("DROP")];
  await second.logOn(venue.acceptor);
  await drop.logOn(venue.acceptor);
  alice.send("D", limitOrder("a1", "2"));
  alice.send("F", { 11: "a2", 41: "a1", 54: "2", 55: "BTC-USDT", 60: NOW });
  const expected = ["8 11=a1 17=15-0 150=0", "8 11=a2 17=16-0 41=a1 150=4"];
  for (const client of [alice, second, drop]) {
    expect(await client.take(2, 11, 17, 41, 150)).toEqual(expected);
  }
  drop.send("D", limitOrder("d1", "2"));
  drop.send("q", { 11: "d2", 60: NOW, 530: "7" });
  expect(await drop.take(2, 379, 380, 372)).toEqual([
    "j 379=d1 380=6 372=D",
    "j 379=d2 380=6 372=q",
  ]);
  alice.send("E", { 66: "list" });
  alice.send("R", { 131: "quote" });
  expect(await alice.take(2, 380, 372)).toEqual(["j 380=3 372=E", "j 380=3 372=R"]);
  expect(bob.received.filter(({ type }) => type === "8")).toEqual([]);
});

test("orders of a session go with its connection, and stay when it asked for that", async () => {
  alice.send("D", limitOrder("a1", "2"));
  await alice.take(1);
  const other = new FixClient("ALICE2");
  await other.logOn(venue.acceptor, { 8674: "1" });
  other.send("D", limitOrder("o1", "2", { 44: "130" }));
  await other.take(2);
  await alice.take(1);
  alice.drop();
  expect(await other.take(1, 11, 41, 150, 58)).toEqual([
    "8 11=a1 150=4 58=Session is disconnected",
  ]);
  other.drop();
  await alice.logOn(venue.acceptor);
  alice.send("D", limitOrder("a2", "2"));
  alice.send("AF", { 584: "all", 585: "7" });
  expect(await alice.take(4, 11, 150, 43)).toEqual([
    "8 11=a1 150=4 43=Y",
    "8 11=a2 150=0",
    "8 11=o1 150=I",
    "8 11=a2 150=I",
  ]);
  await alice.logOut();
  await bob.logOut();
  const open = venue.core.query({ opcode: 201, account: ALICE });
  expect(open.changes).toHaveLength(1);
});

test("an order right behind the Logon belongs to its session", async () => {
  const other = new FixClient("ALICE2");
  other.connect(venue.acceptor);
  other.send("D", limitOrder("o1", "2"));
  await other.next("A");
  expect(await other.take(1, 11, 150)).toEqual(["8 11=o1 150=0"]);
  other.drop();
  expect(await alice.take(2, 11, 150, 58)).toEqual([
    "8 11=o1 150=0",
    "8 11=o1 150=4 58=Session is disconnected",
  ]);
});

test("the orders of a session that is removed go, and it is told nothing more", async () => {
  const other = new FixClient("ALICE2");
  await other.logOn(venue.acceptor);
  alice.send("D", limitOrder("a1", "2"));
  await other.take(1);
  const names = { beginString: "FIX.4.4", senderCompId: VENUE_COMP_ID, targetCompId: "ALICE" };
  const handle = venue.acceptor.session(names);
  if (handle === undefined) throw new Error("no session");
  venue.desk.remove(handle);
  expect(await other.take(1, 11, 150)).toEqual(["8 11=a1 150=4"]);
  expect(alice.received.filter(({ type }) => type === "8")).toHaveLength(1);
});

test("an order says whether it ends with its session", async () => {
  const isFlagged = async (client: FixClient, id: string): Promise<boolean> => {
    client.send("D", limitOrder(id, "2"));
    const orderId = Number((await client.next("8")).fields.get(37));
    const [image] = venue.core.query({ opcode: QueryKind.order, account: ALICE, orderId }).changes;
    return image?.entity === "order" && image.change === "image" && image.cancelOnDisconnect;
  };
  const keeping = new FixClient("ALICE2");
  await keeping.logOn(venue.acceptor, { 8674: "1" });
  expect(await isFlagged(alice, "a1")).toBe(true);
  await keeping.next("8");
  expect(await isFlagged(keeping, "k1")).toBe(false);
});

test("the id of a cancel is remembered over thousands of others", async () => {
  const cancel = (id: string): void =>
    alice.send("F", { 11: id, 41: `no-${id}`, 54: "2", 55: "BTC-USDT", 60: NOW });
  for (let count = 0; count < 2_060; count += 1) cancel(`c${count}`);
  cancel("c20");
  const isAnswered = (): boolean =>
    alice.received.filter(({ type }) => type === "9").length > 2_060;
  await until(5_000, "all answers", isAnswered);
  const reasons = alice.received.filter(({ fields }) => fields.get(11) === "c20");
  expect(reasons.map((each) => each.show(102)).toSorted()).toEqual(["102=1", "102=6"]);
}, 20_000);

test("executions of an offline session are stored and resent", async () => {
  const other = new FixClient("ALICE2");
  await other.logOn(venue.acceptor, { 8674: "1" });
  other.send("D", limitOrder("o1", "2", { 38: "2" }));
  await other.take(1);
  other.drop();
  bob.send("D", limitOrder("b1", "1"));
  await bob.take(2);
  await other.logOn(venue.acceptor);
  expect(await other.take(1, 43, 11, 150, 39)).toEqual(["8 43=Y 11=o1 150=F 39=1"]);
});
