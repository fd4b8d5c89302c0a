// Clients that no venue wants, on real sockets: each gets its answer, or none and the end, and
// whoever trades beside them does not notice.
//
// More damage: `BINARY_FRAMES=1000000 BINARY_SEED=7 bun test rude-clients`

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Random } from "../../../gateway/demo/random.ts";
import { RejectCode } from "../../../gateway/domain/reject.ts";
import {
  ClientBody,
  OrderType,
  Side,
  TimeInForce,
} from "../../../gateway/generated/order-entry.ts";
import { openMarket } from "../../recovery/market.ts";
import { BinaryClient } from "../../support/binary-client.ts";
import {
  cancelOrder,
  encode,
  heartbeat,
  login,
  logout,
  massCancel,
  newOrder,
  queryBalances,
  queryOrders,
  replaceOrder,
  subscribeBook,
} from "../../support/binary-frames.ts";
import { until, within } from "../../support/deadline.ts";
import { UNLIMITED } from "../../support/spot-market.ts";
import { removeDirectories, VenueProcess } from "../../support/venue-process.ts";

const FRAMES = Number(process.env["BINARY_FRAMES"] ?? 20_000);
const SEED = Number(process.env["BINARY_SEED"] ?? 1);
const WAIT_MS_MAX = 20_000;
const TEST_MS_MAX = 120_000;
const FRAME_BYTES_MAX = 16 << 10;
const PAST_MESSAGES = 100_000;
const CONNECTIONS_PER_ADDRESS = 64;
/** Of a process that grows warm, by up to 90 MiB. Without a bound a flood takes gigabytes. */
const GROWTH_BYTES_MAX = 128 << 20;
/** Each of them would, and only the first ones find it cold. */
const FLOODS_MAX = 3;

let venue: VenueProcess;
/** Trades while the others are rude. */
let witness: BinaryClient;
let tokens: string[];
let count = 0n;

beforeAll(async () => {
  venue = await VenueProcess.start({ flags: { ...UNLIMITED, durability: "none" } });
  const { operator, traders } = await openMarket(venue);
  tokens = [];
  for (const { id: account } of traders) {
    const key = { account, permissions: ["read", "trade"] };
    tokens.push((await operator.need("POST", "/api/v1/admin/keys", key)).text("token"));
    const body = { request_id: `fund-${account}`, currency: "USDT", amount: "1000000" };
    await operator.need("POST", `/api/v1/accounts/${account}/deposits`, body);
  }
  witness = await logIn(0, "witness");
}, TEST_MS_MAX);

afterEach(async () => {
  witness.send(buy(++count));
  expect((await witness.next("OrderAccepted")).body.clientRef()).toBe(count);
  witness.send(cancelOrder({ id: count }));
  await witness.next("OrderCancelled");
}, TEST_MS_MAX);

afterAll(async () => {
  const kinds = new Set(witness.received.map(({ kind }) => kind));
  // What was listed just before its login may be told once more behind it.
  kinds.delete("ReferenceData");
  expect(kinds).toEqual(new Set(["LoginAccepted", "OrderAccepted", "OrderCancelled"]));
  witness[Symbol.dispose]();
  expect(await venue.stop()).toBe(0);
  expect(venue.log).not.toContain("level=error");
  removeDirectories();
}, TEST_MS_MAX);

function connect(): Promise<BinaryClient> {
  return BinaryClient.connect({ port: venue.binaryPort });
}

function logIn(trader: number, session: string): Promise<BinaryClient> {
  // The venue may not have heard yet that one before has gone.
  const fields = { token: tokens[trader] ?? "", session, takeOver: true };
  return BinaryClient.logIn({ port: venue.binaryPort }, { ...fields, heartbeatMs: 60_000 });
}

function buy(id: bigint | string, price = 1): Uint8Array {
  const terms = { side: Side.Buy, orderType: OrderType.Limit, timeInForce: TimeInForce.Gtc };
  return newOrder({ instrument: 1, ...terms, price, quantity: 1, id });
}

/** A length and what follows it. */
function framed(length: number, bytes: Uint8Array = new Uint8Array()): Uint8Array {
  const frame = Buffer.alloc(4 + bytes.length);
  frame.writeUInt32LE(length);
  frame.set(bytes, 4);
  return frame;
}

/** A frame that says nothing and has this many bytes. */
function zeros(bytes: number): Uint8Array {
  return framed(bytes, new Uint8Array(bytes));
}

describe("before a login", () => {
  const frames: readonly (readonly [string, () => Uint8Array, number])[] = [
    ["a length of 0", () => framed(0), RejectCode.malformed_request],
    ["a length above the bound", () => framed(FRAME_BYTES_MAX + 1), RejectCode.malformed_request],
    ["a length of 4 GiB", () => framed(0xffff_ffff), RejectCode.malformed_request],
    ["a frame of zeros", () => zeros(64), RejectCode.malformed_request],
    ["the largest frame of zeros", () => zeros(FRAME_BYTES_MAX), RejectCode.malformed_request],
    ["HTTP", () => Buffer.from("GET / HTTP/1.1\r\n\r\n"), RejectCode.malformed_request],
    ["an order", () => buy("early"), RejectCode.not_logged_in],
    ["a heartbeat", heartbeat, RejectCode.not_logged_in],
    [
      "a login of version 2",
      () => login({ token: "t", session: "s", version: 2 }),
      RejectCode.version_unsupported,
    ],
    ["a wrong key", () => login({ token: "t", session: "s" }), RejectCode.credentials_invalid],
    [
      "a name of other characters",
      () => login({ token: tokens[1] ?? "", session: "a b" }),
      RejectCode.name_invalid,
    ],
  ];
  for (const [name, frame, code] of frames) {
    test(`${name} is refused, and the connection ends`, async () => {
      using client = await connect();
      client.send(frame());
      expect((await client.next("LoginRejected")).body.code()).toBe(code);
      await within(WAIT_MS_MAX, "the end", client.closed);
    });
  }

  test("a hundred wrong keys of one address do not keep a right one out", async () => {
    const codes = new Set<number>();
    for (let time = 0; time < 100; time += 1) {
      using client = await connect();
      client.send(login({ token: `ob_${time}_x`, session: "guess" }));
      codes.add((await client.next("LoginRejected")).body.code());
    }
    expect([...codes].every((code) => code === RejectCode.credentials_invalid)).toBe(true);
    using client = await logIn(1, "right");
    expect(client.isClosed).toBe(false);
  });
});

describe("behind a login", () => {
  test("a frame that says nothing is refused, and the session lives", async () => {
    using client = await logIn(1, "zeros");
    client.send(zeros(64), zeros(FRAME_BYTES_MAX), buy("after"));
    for (let time = 0; time < 2; time += 1) {
      expect((await client.next("Rejected")).body.code()).toBe(RejectCode.malformed_request);
    }
    expect((await client.next("OrderAccepted")).body.clientOrderId()).toBe("after");
    client.send(massCancel());
    await client.next("MassCancelDone");
  });

  test("a message that a later version may have is refused by its number", async () => {
    using client = await logIn(1, "later");
    // why: no member of the union has this number
    client.send(encode(200 as ClientBody, (builder) => builder.createString("later")));
    const refused = await client.next("Rejected");
    expect([refused.body.code(), refused.body.of()]).toEqual([RejectCode.command_unknown, 200]);
    client.send(queryBalances(1n));
    await client.next("Balances");
  });

  test("words that there are not are refused by the engine, numbered", async () => {
    using client = await logIn(1, "words");
    const order = { instrument: 1, price: 1, quantity: 1 };
    const words = { side: Side.Buy, orderType: OrderType.Limit, timeInForce: TimeInForce.Gtc };
    const wrongs = [
      // why: no word has this number
      [{ side: 9 as Side }, RejectCode.side_invalid],
      // why: as above
      [{ orderType: 9 as OrderType }, RejectCode.order_type_unsupported],
      // why: as above
      [{ timeInForce: 9 as TimeInForce }, RejectCode.time_in_force_unsupported],
    ] as const;
    for (const [wrong, code] of wrongs) {
      client.send(newOrder({ ...order, ...words, ...wrong }));
      const refused = await client.next("OrderRejected");
      expect(refused.number).toBeGreaterThan(0);
      expect(refused.body.code()).toBe(code);
    }
  });

  test("one byte at a time is as good as any", async () => {
    using client = await connect();
    const frames = [login({ token: tokens[1] ?? "", session: "bytes" }), buy("slow"), massCancel()];
    for (const byte of Buffer.concat(frames)) {
      client.send(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.next("LoginAccepted");
    await client.next("OrderAccepted");
    await client.next("MassCancelDone");
  });

  test("numbers that the change log cannot say are refused, and leave no trace", async () => {
    using client = await logIn(1, "numbers");
    const order = { instrument: 1, side: Side.Buy, orderType: OrderType.Limit, price: 1 };
    const limit = { ...order, timeInForce: TimeInForce.Gtc, quantity: 1 };
    const refused = [
      [newOrder({ ...limit, price: 2 ** 53 }), RejectCode.price_out_of_range],
      [newOrder({ ...limit, quantity: -(2 ** 53) }), RejectCode.quantity_out_of_range],
      [cancelOrder({ orderId: 2 ** 63 }), RejectCode.order_not_found],
    ] as const;
    for (const [frame, code] of refused) {
      client.send(frame);
      expect((await client.next("Rejected")).body.code()).toBe(code);
    }
    expect(client.numbered).toEqual([]);
  });

  test("what is asked behind an order has seen it, and is answered behind it", async () => {
    using client = await logIn(1, "order");
    const ask = async (request: Uint8Array): Promise<[string, number]> => {
      client.send(request, queryOrders(1n));
      const first = await client.next("OrderAccepted", "OrderCancelled", "Orders");
      return [first.kind, (await client.next("Orders")).body.ordersLength()];
    };
    for (let time = 0; time < 50; time += 1) {
      expect(await ask(buy(`seen-${time}`))).toEqual(["OrderAccepted", 1]);
      expect(await ask(cancelOrder({ id: `seen-${time}` }))).toEqual(["OrderCancelled", 0]);
    }
  });
});

describe("a client that is in a hurry", () => {
  test("and logs out behind its orders hears of them first", async () => {
    using client = await logIn(1, "hurry");
    client.send(buy("hurry"), queryOrders(1n), cancelOrder({ id: "hurry" }), logout());
    await within(WAIT_MS_MAX, "the end", client.closed);
    // What was listed just before its login may be told once more behind it.
    const told = client.received.filter(({ kind }) => kind !== "ReferenceData");
    const kinds = told.map(({ kind }) => kind);
    expect(kinds.slice(0, 2)).toEqual(["LoginAccepted", "OrderAccepted"]);
    // The question is answered with what had come by then, which may be the cancel, too.
    expect(kinds.slice(2, -1).toSorted()).toEqual(["OrderCancelled", "Orders"]);
    expect(kinds.at(-1)).toBe("EndOfSession");
  });
});

describe("in numbers", () => {
  test(
    "ten thousand connections of one address get no more than their share",
    async () => {
      const share = CONNECTIONS_PER_ADDRESS - 1;
      const clients: BinaryClient[] = [];
      for (let batch = 0; batch < 100; batch += 1) {
        // Some are closed before they know that they are open.
        const opened = await Promise.all(
          Array.from({ length: 100 }, () => connect().catch(() => undefined)),
        );
        clients.push(...opened.filter((client) => client !== undefined));
        const isBounded = (): boolean =>
          clients.filter(({ isClosed }) => !isClosed).length <= share;
        await until(WAIT_MS_MAX, "those above it are closed", isBounded);
      }
      for (const client of clients) client[Symbol.dispose]();
      await until(WAIT_MS_MAX, "a login again", async () => {
        using client = await logIn(1, "again").catch(() => undefined);
        return client !== undefined;
      });
    },
    TEST_MS_MAX,
  );

  test(
    "who asks for the past and does not read it keeps nobody from theirs",
    async () => {
      const names = ["hears", "deaf-1", "deaf-2", "deaf-3", "deaf-4"];
      for (const name of names) (await logIn(2, name))[Symbol.dispose]();
      using loud = await logIn(2, "loud");
      // Told to each session of the account, and more than sockets and memory hold of it.
      const refused = Buffer.concat(Array.from({ length: 1_000 }, () => buy("none", 0)));
      for (let sent = 0; sent < PAST_MESSAGES; sent += 1_000) {
        loud.send(refused, queryBalances(1n));
        await loud.next("Balances");
      }
      using parts = new DisposableStack();
      const fields = { token: tokens[2] ?? "", nextNumber: 1, heartbeatMs: 60_000 };
      for (const session of names.slice(1)) {
        const client = parts.use(await connect());
        client.pause();
        client.send(login({ ...fields, session }));
      }
      await until(WAIT_MS_MAX, "all are logged in", async () => {
        return (await metrics()).includes("openbell_binary_sessions 6");
      });
      const hears = parts.use(await connect());
      await hears.logIn({ ...fields, session: "hears" });
      await until(WAIT_MS_MAX, "its past", () => hears.numbered.length === PAST_MESSAGES);
    },
    TEST_MS_MAX,
  );

  test(
    "who never reads is cut off, and holds no more than the bound",
    async () => {
      const orders = Buffer.concat(Array.from({ length: 500 }, () => cancelOrder({ id: "none" })));
      const closes = /^openbell_binary_closes_total\{reason="slow_reader"\} (\d+)$/m;
      const cutOff = async (): Promise<number> => Number(closes.exec(await metrics())?.[1] ?? 0);
      let growth = Infinity;
      for (let time = 0; time < FLOODS_MAX && growth >= GROWTH_BYTES_MAX; time += 1) {
        const [before, cutOffBefore] = [residentBytes(), await cutOff()];
        using client = await logIn(1, "deaf");
        client.pause();
        await until(WAIT_MS_MAX, "the end", async () => {
          client.send(orders);
          return (await cutOff()) > cutOffBefore;
        });
        growth = Math.min(growth, residentBytes() - before);
      }
      expect(growth).toBeLessThan(GROWTH_BYTES_MAX);
    },
    TEST_MS_MAX,
  );

  test(
    `damaged frames do nothing but be refused (BINARY_SEED=${SEED})`,
    async () => {
      const random = new Random(SEED);
      const frames = [
        ...[buy("a"), buy(7n), cancelOrder({ orderId: 5 }, { requestId: "r" })],
        ...[replaceOrder({ id: "a" }, { price: 2, quantity: 2, newId: "b" }), massCancel()],
        ...[queryOrders(1n), queryBalances(1n), subscribeBook(1n, 1), heartbeat()],
        login({ token: "t", session: "damaged" }),
      ];
      let [sent, logins] = [0, 0];
      let before = 0;
      while (sent < FRAMES) {
        using client = await logIn(1, "damaged");
        logins += 1;
        while (!client.isClosed && sent < FRAMES) {
          const batch = Array.from({ length: 500 }, () => damaged(frames, random));
          sent += batch.length;
          client.send(...batch, massCancel({ requestId: "end" }), queryBalances(BigInt(sent)));
          const isLast = (ref: bigint): boolean => ref === BigInt(sent);
          await client
            .nextWhere(
              "the answer",
              ({ kind, body }) => kind === "Balances" && isLast(body.requestRef()),
            )
            .catch(() => undefined);
        }
        if (before === 0) before = residentBytes();
      }
      expect(logins).toBeGreaterThan(0);
      expect(residentBytes() - before).toBeLessThan(GROWTH_BYTES_MAX);
    },
    TEST_MS_MAX,
  );
});

/** A frame of which some bytes are others; its length is right, mostly. */
function damaged(frames: readonly Uint8Array[], random: Random): Uint8Array {
  const frame = Uint8Array.from(frames[random.below(frames.length)] ?? []);
  for (let time = 1 + random.below(4); time > 0; time -= 1) {
    frame[4 + random.below(frame.length - 4)] = random.below(256);
  }
  return frame;
}

async function metrics(): Promise<string> {
  const port = /http:\/\/[\d.]+:(\d+)\/metrics/.exec(venue.output + venue.log)?.[1];
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** Of the venue's process. */
function residentBytes(): number {
  const pages = readFileSync(`/proc/${venue.pid}/statm`, "utf8").split(" ")[1];
  return Number(pages) * 4_096;
}
