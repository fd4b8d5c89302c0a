// What a connection may not do, and what becomes of one that does: bounds, bad bytes, silence.

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import { Side, TimeInForce } from "../../../gateway/domain/order.ts";
import { EndReason } from "../../../gateway/protocols/binary/codec.ts";
import { BinaryClient } from "../../support/binary-client.ts";
import { cancelOrder, heartbeat, login, newOrder } from "../../support/binary-frames.ts";
import { queryBalances, queryOrders, subscribeBook } from "../../support/binary-frames.ts";
import { until } from "../../support/deadline.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { TLS_CERTIFICATE, TLS_KEY } from "../../support/tls-identity.ts";
import {
  ALICE,
  BOB,
  BinaryVenue,
  INSTRUMENT,
  limit,
  openMarket,
  UNLIMITED,
} from "./binary-venue.ts";

/** Longer than the waits of these tests, which say what did not come. */
setDefaultTimeout(30_000);

let clock: ManualClock;
let venue: BinaryVenue;
let alice: string;
const logLines: string[] = [];

function fullLines(): string[] {
  return logLines.filter((line) => line.includes("event=binary_connections_full"));
}

type Flags = Readonly<Record<string, string>>;

async function open(flags: Flags, segmentBytes?: number): Promise<void> {
  clock = new ManualClock();
  logLines.length = 0;
  const size = segmentBytes === undefined ? {} : { segmentBytes };
  venue = await openMarket({ clock, flags, logLines, ...size });
  alice = venue.token(ALICE);
}

/** Another venue in the place of the one that each test begins with. */
async function reopen(flags: Flags, segmentBytes?: number): Promise<void> {
  await venue.stop();
  await open(flags, segmentBytes);
}

beforeEach(() => open(UNLIMITED));
afterEach(() => venue.stop());

function closes(reason: string): number {
  return venue.metric(`openbell_binary_closes_total{reason="${reason}"}`);
}

function order(id: string) {
  return newOrder(limit(Side.buy, 90, 1, id));
}

/** Everything that was sent has been looked at. */
async function settle(client: BinaryClient): Promise<void> {
  client.send(queryBalances(99n));
  await client.next("Balances");
}

describe("who does not log in", () => {
  test("is told after 5 s, and closed", async () => {
    using client = await venue.connect();
    await until(5_000, "the connection", () => venue.metric("openbell_binary_connections") === 1);
    clock.advanceMs(4_900);
    expect(client.isClosed).toBe(false);
    clock.advanceMs(200);
    const { body } = await client.next("LoginRejected");
    expect(body.code()).toBe(RejectCode.not_logged_in);
    await client.closed;
    expect(closes("login_timeout")).toBe(1);
  });

  test("sends something else first", async () => {
    using client = await venue.connect();
    client.send(order("o1"));
    expect((await client.next("LoginRejected")).body.code()).toBe(RejectCode.not_logged_in);
    await client.closed;
    expect(closes("not_logged_in")).toBe(1);
  });

  test.each([
    ["a length of 0", Buffer.alloc(4), "length_invalid"],
    ["a length above the bound", Buffer.from([1, 64, 0, 0]), "length_invalid"],
    [
      "bytes that are no message",
      Buffer.from([8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
      "frame_invalid",
    ],
  ])("sends %s", async (_, bytes, reason) => {
    using client = await venue.connect();
    client.send(bytes);
    expect((await client.next("LoginRejected")).body.code()).toBe(RejectCode.malformed_request);
    await client.closed;
    expect(closes(reason)).toBe(1);
  });
});

describe("in a session", () => {
  let client: BinaryClient;
  beforeEach(async () => {
    client = await venue.logIn({ token: alice, session: "A" });
  });
  afterEach(() => client[Symbol.dispose]());

  test("a frame that is no message is refused, and the session goes on", async () => {
    client.send(Buffer.from([8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]), order("o1"));
    expect((await client.next("Rejected")).body.code()).toBe(RejectCode.malformed_request);
    expect((await client.next("OrderAccepted")).number).toBe(1);
  });

  test("a length that cannot be is the end", async () => {
    client.send(Buffer.from([255, 255, 255, 255]));
    expect((await client.next("Rejected")).body.code()).toBe(RejectCode.malformed_request);
    const { body } = await client.next("EndOfSession");
    expect([body.reason(), body.code()]).toEqual([
      EndReason.FrameInvalid,
      RejectCode.malformed_request,
    ]);
    await client.closed;
    expect(closes("length_invalid")).toBe(1);
  });

  test("a second Login is refused, and the session goes on", async () => {
    client.send(login({ token: alice, session: "A" }), order("o1"));
    expect((await client.next("Rejected")).body.code()).toBe(RejectCode.malformed_request);
    await client.next("OrderAccepted");
  });

  test("messages come in any pieces", async () => {
    for (const byte of order("o1")) {
      client.send(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.next("OrderAccepted");
  });
});

test("20,000 orders at once are all answered, in order, a part of them at a time", async () => {
  // None is refused because the journal's next segment is late.
  await reopen(UNLIMITED, 64 << 20);
  using client = await venue.logIn({ token: alice, session: "A" });
  const ids = Array.from({ length: 20_000 }, (_, index) => BigInt(index + 1));
  const ioc = { ...limit(Side.buy, 90, 1), timeInForce: TimeInForce.ioc };
  client.send(Buffer.concat(ids.map((id) => newOrder({ ...ioc, id }))));
  await until(20_000, "the answers", () => client.numbered.length === 2 * ids.length);
  const accepted = client.numbered.flatMap((message) =>
    message.kind === "OrderAccepted" ? [message.body.clientRef()] : [],
  );
  expect(accepted).toEqual(ids);
}, 30_000);

describe("a key without", () => {
  test("trade hears of its account and asks, and enters nothing", async () => {
    const token = venue.token(ALICE, ["read"]);
    using reader = await venue.logIn({ token, session: "R" });
    using trader = await venue.logIn({ token: alice, session: "A" });
    reader.send(order("o1"), cancelOrder({ id: "o1" }));
    expect((await reader.next("Rejected")).body.code()).toBe(RejectCode.permission_denied);
    expect((await reader.next("Rejected")).body.code()).toBe(RejectCode.permission_denied);
    trader.send(order("o2"));
    expect((await reader.next("OrderAccepted")).body.clientOrderId()).toBe("o2");
    await settle(reader);
  });

  test("read trades, and asks nothing", async () => {
    const token = venue.token(ALICE, ["trade"]);
    using client = await venue.logIn({ token, session: "T" });
    client.send(order("o1"), queryOrders(5n));
    const { body } = await client.next("Rejected");
    expect([body.code(), body.requestRef()]).toEqual([RejectCode.permission_denied, 5n]);
    await client.next("OrderAccepted");
  });

  test("both is not let in", async () => {
    const token = venue.token(ALICE, ["transfer"]);
    expect(venue.logIn({ token, session: "T" })).rejects.toThrow(`${RejectCode.permission_denied}`);
  });
});

test("a key that is revoked ends its connections", async () => {
  using client = await venue.logIn({ token: alice, session: "A" });
  venue.venue.authenticator.revokeKey(alice.split("_")[1] ?? "");
  expect((await client.next("EndOfSession")).body.reason()).toBe(EndReason.KeyRevoked);
  await client.closed;
});

test("what is above a key's rate is Throttled, and a cancel may use a request", async () => {
  await reopen({
    ...{ "requests-per-second-per-key": "1", "requests-burst-per-key": "4" },
    ...{ "cancels-per-second-per-key": "1", "cancels-burst-per-key": "2" },
  });
  using client = await venue.logIn({ token: alice, session: "A" });
  const cancels = ["o1", "o2", "o3"].map((id) => cancelOrder({ id }, { requestId: `c-${id}` }));
  client.send(order("o1"), order("o2"), order("o3"), ...cancels, order("o4"), ...cancels);
  const { body: ofOrder } = await client.next("Throttled");
  expect([ofOrder.clientOrderId(), ofOrder.retryAfterMs()]).toEqual(["o4", 1_000]);
  const { body: ofCancel } = await client.next("Throttled");
  expect([ofCancel.requestId(), ofCancel.retryAfterMs()]).toEqual(["c-o1", 1_000]);
  await until(5_000, "cancels", () => client.numbered.length === 6);
  client.send(queryBalances(5n));
  expect((await client.next("Rejected")).body.code()).toBe(RejectCode.throttled);
  clock.advanceMs(400);
  client.send(order("o5"));
  expect((await client.next("Throttled")).body.retryAfterMs()).toBe(600);
  clock.advanceMs(600);
  client.send(order("o5"));
  await client.next("OrderAccepted");
});

describe("heartbeats", () => {
  test("come from the venue when it has nothing else to say", async () => {
    let beats = 0;
    using client = await venue.connect();
    client.onHeartbeat = () => (beats += 1);
    await client.logIn({ token: alice, session: "A", heartbeatMs: 1_000 });
    for (let second = 1; second <= 3; second += 1) {
      clock.advanceMs(1_000);
      client.send(heartbeat());
      await until(5_000, "a heartbeat", () => beats >= second);
      await settle(client);
    }
  });

  test("that stay away for five intervals end the session, and its orders go", async () => {
    using watcher = await venue.logIn({ token: alice, session: "W" });
    const terms = { token: alice, session: "A", heartbeatMs: 1_000, cancelOnDisconnect: true };
    using client = await venue.logIn(terms);
    client.send(order("o1"));
    await client.next("OrderAccepted");
    clock.advanceMs(4_900);
    client.send(heartbeat());
    await until(5_000, "the heartbeat", () => {
      return venue.metric("openbell_binary_frames_in_total") >= 4;
    });
    clock.advanceMs(4_900);
    expect(client.isClosed).toBe(false);
    clock.advanceMs(200);
    expect((await client.next("EndOfSession")).body.reason()).toBe(EndReason.Silence);
    await client.closed;
    expect((await watcher.next("OrderCancelled")).body.clientOrderId()).toBe("o1");
    expect(closes("silence")).toBe(1);
  });
});

describe("an order of a session that asked for it goes with its connection", () => {
  test.each(["cut off", "taken over"])("that is %s", async (end) => {
    using watcher = await venue.logIn({ token: alice, session: "W" });
    const terms = { token: alice, session: "A", cancelOnDisconnect: true };
    const client = await venue.logIn(terms);
    client.send(order("o1"));
    await client.next("OrderAccepted");
    if (end === "cut off") client[Symbol.dispose]();
    else {
      using next = await venue.logIn({ ...terms, takeOver: true });
      await client.closed;
      await settle(next);
      expect(next.numbered).toEqual([]);
      next[Symbol.dispose]();
    }
    expect((await watcher.next("OrderCancelled")).body.clientOrderId()).toBe("o1");
  });

  test("and one of a session that did not stays", async () => {
    const client = await venue.logIn({ token: alice, session: "A" });
    client.send(order("o1"));
    await client.next("OrderAccepted");
    client[Symbol.dispose]();
    await until(5_000, "the end", () => closes("disconnect") === 1);
    using watcher = await venue.logIn({ token: alice, session: "W" });
    watcher.send(queryOrders(1n));
    expect((await watcher.next("Orders")).body.ordersLength()).toBe(1);
  });
});

describe("a client that does not read", () => {
  test("is closed at 4 MiB, and its session tells the rest later", async () => {
    const terms = { token: alice, session: "A" };
    const client = await venue.logIn(terms);
    client.pause();
    const bob = await venue.logIn({ token: venue.token(ALICE), session: "B" });
    // Some 130 bytes each, to both sessions of the account.
    let sent = 0;
    while (closes("slow_reader") === 0 || Number.isNaN(closes("slow_reader"))) {
      const ids = Array.from({ length: 1_000 }, () => `o${(sent += 1)}`);
      bob.send(
        ...ids.map((id) =>
          newOrder({ ...limit(Side.buy, 90, 1, id), timeInForce: TimeInForce.ioc }),
        ),
      );
      await settle(bob);
      if (sent > 200_000) throw new Error("it is not closed");
    }
    client[Symbol.dispose]();
    using again = await venue.logIn({ ...terms, nextNumber: 1 });
    const last = bob.numbered.length;
    await until(30_000, "the rest", () => {
      clock.advanceMs(2);
      return again.numbered.length === last;
    });
    expect(again.numbered.map(({ number }) => number)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    );
    bob[Symbol.dispose]();
  }, 60_000);
});

describe("connections", () => {
  test("are so many of an address", async () => {
    await reopen({ "binary-connections-max-per-address": "2" });
    using first = await venue.connect();
    using second = await venue.connect();
    await until(5_000, "two", () => venue.metric("openbell_binary_connections") === 2);
    for (let more = 1; more <= 3; more += 1) {
      using refused = await venue.connect();
      await refused.closed;
      expect(closes("connections_full")).toBe(more);
    }
    await first.logIn({ token: alice, session: "A" });
    expect(second.isClosed).toBe(false);
    clock.advanceMs(1_000);
    using fourth = await venue.logIn({ token: alice, session: "B" });
    await second.closed;
    expect([first.isClosed, fourth.isClosed]).toEqual([false, false]);
    expect(fullLines()).toHaveLength(1);
  });

  test("that made room are counted no more", async () => {
    await reopen({ "binary-connections-max": "1", "binary-connections-max-per-address": "3" });
    using held = new DisposableStack();
    held.use(await venue.connect());
    await until(5_000, "one", () => venue.metric("openbell_binary_connections") === 1);
    for (let index = 1; index <= 5; index += 1) {
      clock.advanceMs(1_000);
      held.use(await venue.connect());
      await until(5_000, "its place", () => closes("connections_full") === index);
    }
    clock.advanceMs(1_000);
    using last = await venue.logIn({ token: alice, session: "A" });
    expect(last.isClosed).toBe(false);
    expect(venue.metric("openbell_binary_connections")).toBe(1);
  });

  test("are so many in all, and one that has not logged in makes room after a second", async () => {
    await reopen({ "binary-connections-max": "2" });
    using first = await venue.logIn({ token: alice, session: "A" });
    using second = await venue.connect();
    await until(5_000, "two", () => venue.metric("openbell_binary_connections") === 2);
    using third = await venue.connect();
    await third.closed;
    clock.advanceMs(1_000);
    using fourth = await venue.logIn({ token: alice, session: "B" });
    await second.closed;
    expect([first.isClosed, fourth.isClosed]).toEqual([false, false]);
  });

  test("logins are counted with the calls of their network", async () => {
    await reopen({ "requests-per-second-per-address": "1", "requests-burst-per-address": "2" });
    using first = await venue.logIn({ token: alice, session: "A" });
    using second = await venue.logIn({ token: alice, session: "B" });
    expect(venue.logIn({ token: alice, session: "C" })).rejects.toThrow(`${RejectCode.throttled}`);
    expect([first.isClosed, second.isClosed]).toEqual([false, false]);
  });

  test("session names of an account are so many, and an unused one makes room", async () => {
    for (let index = 0; index < 64; index += 1) {
      (await venue.logIn({ token: alice, session: `S${index}` }))[Symbol.dispose]();
    }
    const more = venue.logIn({ token: alice, session: "more" });
    expect(more).rejects.toThrow(`${RejectCode.session_table_full}`);
    using other = await venue.logIn({ token: venue.token(BOB), session: "S0" });
    expect(other.isClosed).toBe(false);
  });
});

test("over TLS, and over nothing else", async () => {
  const directory = mkdtempSync(join(tmpdir(), "openbell-tls-"));
  const [certificate, key] = ["chain.pem", "key.pem"].map((name) => join(directory, name));
  writeFileSync(certificate ?? "", TLS_CERTIFICATE);
  writeFileSync(key ?? "", TLS_KEY);
  const tls = { "binary-tls-certificate": `${certificate}`, "binary-tls-key": `${key}` };
  await reopen(tls);
  const { port } = venue;
  using client = await BinaryClient.connect({ port, isTls: true });
  await client.logIn({ token: alice, session: "A" });
  using plain = await BinaryClient.connect({ port });
  plain.send(login({ token: alice, session: "B" }));
  await plain.closed;
  expect(plain.received).toEqual([]);
  rmSync(directory, { recursive: true });
});

test("a venue that stops tells so, and keeps the orders for who returns", async () => {
  const terms = { token: alice, session: "A", cancelOnDisconnect: true };
  using client = await venue.logIn(terms);
  client.send(order("o1"));
  await until(5_000, "the order", () => venue.metric("openbell_binary_commands_total") === 1);
  await venue.server.drain();
  expect((await client.next("OrderAccepted")).number).toBe(1);
  expect((await client.next("EndOfSession")).body.reason()).toBe(EndReason.VenueStopping);
  await client.closed;
  expect(client.numbered).toHaveLength(1);
});

test("books need no permission, and an instrument that is", async () => {
  using client = await venue.logIn({ token: alice, session: "A" });
  client.send(subscribeBook(1n, 77), subscribeBook(2n, INSTRUMENT));
  const { body } = await client.next("Rejected");
  expect([body.code(), body.requestRef()]).toEqual([RejectCode.instrument_not_found, 1n]);
  expect((await client.next("BookSnapshot")).body.requestRef()).toBe(2n);
});
