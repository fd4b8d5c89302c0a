import { Database } from "bun:sqlite";
import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { feed } from "../../../test/support/history-feed.ts";
import { modelOf, readAll, readPages } from "../../../test/support/history-model.ts";
import { until } from "../../../test/support/deadline.ts";
import { OrderStream } from "../../../test/support/order-stream.ts";
import { systemClock } from "../../clock.ts";
import { Random } from "../../demo/random.ts";
import { OrderStatus } from "../../domain/order.ts";
import { RejectCode } from "../../domain/reject.ts";
import { HistoryStage } from "./history-stage.ts";
import { HISTORY_LAYOUT_VERSION } from "./schema.ts";

const DEADLINE_MS = 20_000;
const DAY_US = 86_400_000_000;

const directory = mkdtempSync(join(tmpdir(), "openbell-history-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
function newPath(): string {
  files += 1;
  return join(directory, `${files}.sqlite`);
}

function open(path = newPath(), retentionDays = 0, journalSequence = 1e9): HistoryStage {
  return new HistoryStage({ path, retentionDays, journalSequence, clock: systemClock });
}

describe("a history", () => {
  test.each([1, 2, 3])("holds what the transactions say, paged anyhow (seed %d)", async (seed) => {
    const transactions = new OrderStream(seed).take(700);
    const stage = open();
    await feed(stage, transactions);
    expect(await readAll(stage, new Random(seed))).toEqual(modelOf(transactions));
    await stage.stop();
  });

  test.each([4, 5, 6])(
    "is written exactly once when its Worker is ended (seed %d)",
    async (seed) => {
      const random = new Random(seed);
      const transactions = new OrderStream(seed).take(900);
      const stage = open();
      let restarts = 0;
      await feed(stage, transactions, {
        restarts: () => {
          if (random.below(3) === 0) stage.checkpoint();
          if (random.below(60) !== 0 || restarts === 15) return false;
          restarts += 1;
          return true;
        },
      });
      expect(restarts).toBeGreaterThan(3);
      expect(await readAll(stage, random)).toEqual(modelOf(transactions));
      await stage.stop();
    },
  );

  test("passes over what it has when it is given more than that again", async () => {
    const transactions = new OrderStream(19).take(90);
    const stage = open();
    const give = (from: number, to: number): void => {
      for (const transaction of transactions.slice(from, to)) stage.apply(transaction);
    };
    stage.start(0);
    give(0, 50);
    // An answer commits what the disk need not have yet.
    expect((await stage.ask(ofAccount(3))).ok).toBe(true);
    stage.start(0);
    give(0, 90);
    await until(DEADLINE_MS, "the checkpoint", () => stage.checkpoint() === 90);
    expect(await readAll(stage, new Random(19))).toEqual(modelOf(transactions));
    await stage.stop();
  });

  test("keeps what was taken when it is stopped", async () => {
    const path = newPath();
    const transactions = new OrderStream(7).take(40);
    const stage = open(path);
    stage.start(stage.checkpoint());
    for (const transaction of transactions) stage.apply(transaction);
    await stage.stop();
    const next = open(path);
    expect(next.checkpoint()).toBe(40);
    next.start(40);
    await until(DEADLINE_MS, "an answer", async () => (await next.ask(ofAccount(3))).ok);
    expect(await readAll(next, new Random(7))).toEqual(modelOf(transactions));
    await next.stop();
  });

  test("begins late in a venue that is older, and says so", async () => {
    const transactions = new OrderStream(8).take(400);
    const stage = open();
    stage.beginAt(50);
    for (const transaction of transactions.slice(50)) stage.apply(transaction);
    await until(DEADLINE_MS, "the checkpoint", () => stage.checkpoint() === 400);
    const answer = await stage.ask(ofAccount(3));
    expect(answer.ok && answer.value).toMatchObject({ sequence: 400, completeAfter: 50 });
    const found = await readAll(stage, new Random(8));
    const whole = modelOf(transactions);
    const isYoung = ({ orderId }: { orderId: number }): boolean => orderId > 50;
    expect(found.orders.filter(isYoung)).toEqual(whole.orders.filter(isYoung));
    const older = found.orders.filter((order) => !isYoung(order));
    expect(older.length).toBeGreaterThan(5);
    for (const order of older) {
      const { status, price, quantity, filled, leaves, fee, clientOrderId } = order;
      const known = { status, price, quantity, filled, leaves, fee, clientOrderId };
      const wanted = whole.orders.find(({ orderId }) => orderId === order.orderId);
      expect(wanted).toMatchObject(known);
      expect([order.orderType, Number(order.createdAtUs)]).toEqual([0, 0]);
    }
    await stage.stop();
  });

  test("refuses a gap", async () => {
    const stage = open();
    const [first, , third] = new OrderStream(9).take(3);
    stage.start(0);
    if (first !== undefined) stage.apply(first);
    // A question sends what there is.
    await stage.ask(ofAccount(3));
    await until(DEADLINE_MS, "the gap is noticed", () => {
      try {
        if (third !== undefined) stage.apply(third);
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: "history_failed" });
        expect(String(error)).toContain("ends with sequence 1 and was given 3");
        return true;
      }
    });
    await stage.stop();
  });

  test("is busy while the Worker has much to write", async () => {
    const stage = open();
    stage.start(0);
    const stream = new OrderStream(10);
    let taken = 0;
    while (stage.apply(stream.next()) !== "busy") taken += 1;
    expect(taken).toBeGreaterThan(5_000);
    expect(taken).toBeLessThan(32_768);
    await stage.stop();
  });
});

function ofAccount(account: number) {
  return { ask: "orders", account, limit: 10 } as const;
}

describe("questions", () => {
  test("filter by status, instrument and time, and find a client order id", async () => {
    const transactions = new OrderStream(11).take(1_500);
    const { orders, ownTrades, balanceChanges } = modelOf(transactions);
    const stage = open();
    await feed(stage, transactions);
    const random = new Random(11);
    const fromUs = transactions[400]?.timeUs ?? 0;
    const toUs = transactions[900]?.timeUs ?? 0;
    const isWithin = (timeUs: number): boolean => timeUs >= fromUs && timeUs < toUs;
    const found = await readPages(random, (page) => {
      const statuses = [OrderStatus.filled, OrderStatus.rejected];
      const filter = { account: 4, instrument: 2, statuses, fromUs, toUs };
      return stage.ask({ ask: "orders", ...filter, ...page });
    });
    const wanted = orders.filter(
      ({ account, instrument, status, createdAtUs }) =>
        account === 4 &&
        instrument === 2 &&
        (status === OrderStatus.filled || status === OrderStatus.rejected) &&
        isWithin(createdAtUs),
    );
    expect(wanted.length).toBeGreaterThan(10);
    expect(found.map((row) => row.order_id)).toEqual(wanted.map((order) => order.orderId));
    const trades = await readPages(random, (page) =>
      stage.ask({ ask: "own_trades", account: 4, instrument: 1, fromUs, toUs, ...page }),
    );
    const wantedTrades = ownTrades.filter(
      ({ trade, timeUs }) =>
        (trade.takerAccount === 4 || trade.makerAccount === 4) &&
        trade.instrument === 1 &&
        isWithin(timeUs),
    );
    const sequences = new Set(wantedTrades.map(({ sequence }) => Number(sequence)));
    expect(trades.map((row) => row.sequence)).toEqual(
      [...sequences].toSorted((one, other) => other - one),
    );
    const changes = await readPages(random, (page) =>
      stage.ask({ ask: "balance_changes", account: 5, currency: 2, fromUs, toUs, ...page }),
    );
    expect(changes.map((row) => row.sequence)).toEqual(
      balanceChanges
        .filter(
          ({ balance, timeUs }) =>
            balance.account === 5 && balance.currency === 2 && isWithin(timeUs),
        )
        .map(({ sequence }) => sequence),
    );
    const named = orders.find(({ clientOrderId }) => clientOrderId.startsWith("desk-"));
    const { account = 0, clientOrderId = "" } = named ?? {};
    const one = await stage.ask({ ask: "client_order", account, clientOrderId });
    expect(one.ok && one.value.rows.map((row) => row.order_id)).toEqual([named?.orderId ?? 0]);
    const none = await stage.ask({ ask: "client_order", account: 99, clientOrderId });
    expect(none.ok && none.value.rows).toEqual([]);
    await stage.stop();
  });

  test("are throttled beyond their number, and refused without a Worker", async () => {
    const stage = open();
    expect(await stage.ask(ofAccount(3))).toEqual({
      ok: false,
      reject: RejectCode.history_unavailable,
    });
    stage.start(0);
    const answers = await Promise.all(Array.from({ length: 200 }, () => stage.ask(ofAccount(3))));
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused).toHaveLength(72);
    expect(refused[0]).toEqual({ ok: false, reject: RejectCode.throttled });
    await stage.stop();
  });
});

test.each([15, 16, 17])(
  "what the journal has lost is taken back, and what came instead is written (seed %d)",
  async (seed) => {
    const path = newPath();
    const random = new Random(seed);
    const transactions = new OrderStream(seed).take(600);
    const stage = open(path);
    await feed(stage, transactions);
    await stage.stop();
    const left = transactions.slice(0, 100 + random.below(450));
    const next = open(path, 0, left.length);
    expect(next.checkpoint()).toBe(left.length);
    await feed(next, left);
    next.start(next.checkpoint());
    expect(await readAll(next, random)).toEqual(modelOf(left));
    await feed(next, transactions);
    expect(await readAll(next, random)).toEqual(modelOf(transactions));
    await next.stop();
  },
);

test("what is older than the retention is deleted, and an open order never", async () => {
  const path = newPath();
  // About 40 transactions a day.
  const transactions = new OrderStream(12, 4_000_000_000).take(4_000);
  const stage = open(path, 30);
  await feed(stage, transactions);
  const left = await readAll(stage, new Random(12));
  const whole = modelOf(transactions);
  const lastUs = transactions.at(-1)?.timeUs ?? 0;
  const cutUs = lastUs - 30 * DAY_US;
  const isYoung = ({ timeUs }: { timeUs: number }): boolean => timeUs >= cutUs;
  // What is left may be older by the days that one batch spans here.
  const isKept = ({ timeUs }: { timeUs: number }): boolean => timeUs >= cutUs - 10 * DAY_US;
  expect(left.trades.filter(isYoung)).toEqual(whole.trades.filter(isYoung));
  expect(left.ownTrades.filter(isYoung)).toEqual(whole.ownTrades.filter(isYoung));
  expect(left.balanceChanges.filter(isYoung)).toEqual(whole.balanceChanges.filter(isYoung));
  expect(left.balanceChanges.every(isKept)).toBe(true);
  expect(left.trades.every(isKept)).toBe(true);
  const keptIds = new Set(left.orders.map(({ orderId }) => orderId));
  const ends = new Map(whole.events.map(({ orderId, timeUs }) => [orderId, timeUs]));
  for (const { orderId, status } of whole.orders) {
    const isOpen = status < OrderStatus.filled;
    if (isOpen || (ends.get(orderId) ?? 0) >= cutUs) expect(keptIds).toContain(orderId);
  }
  expect(left.orders.length).toBeLessThan(whole.orders.length);
  expect(left.events).toEqual(whole.events.filter(({ orderId }) => keptIds.has(orderId)));
  await stage.stop();
});

describe("a file is refused when", () => {
  test("its layout is another", () => {
    const path = newPath();
    const database = new Database(path, { create: true });
    database.run(`PRAGMA user_version = ${HISTORY_LAYOUT_VERSION + 1}`);
    database.close();
    expect(() => open(path).checkpoint()).toThrow(
      expect.objectContaining({
        code: "history_unavailable",
        message: expect.stringContaining(`its layout is ${HISTORY_LAYOUT_VERSION + 1}`),
      }),
    );
  });
});

describe("a damaged file is put aside and made anew:", () => {
  async function written(path: string): Promise<void> {
    const stage = open(path);
    await feed(stage, new OrderStream(18).take(300));
    await stage.stop();
  }

  async function expectAnew(path: string): Promise<void> {
    let heard = 0;
    const fields = { path, retentionDays: 0, journalSequence: 1e9, clock: systemClock };
    const stage = new HistoryStage({ ...fields, hearDamage: () => (heard += 1) });
    expect([stage.checkpoint(), heard]).toEqual([0, 1]);
    expect(existsSync(path)).toBe(false);
    const transactions = new OrderStream(18).take(300);
    await feed(stage, transactions);
    expect(await readAll(stage, new Random(18))).toEqual(modelOf(transactions));
    await stage.stop();
    expect(existsSync(`${path}.damaged`)).toBe(true);
  }

  test("no database", async () => {
    const path = newPath();
    writeFileSync(path, "no database at all".repeat(100));
    await expectAnew(path);
  });

  test("a file that is cut", async () => {
    const path = newPath();
    await written(path);
    writeFileSync(path, readFileSync(path).subarray(0, 3_000));
    await expectAnew(path);
  });

  test("no checkpoint", async () => {
    const path = newPath();
    await written(path);
    const database = new Database(path);
    database.run("DELETE FROM checkpoint");
    database.close();
    await expectAnew(path);
  });

  test.each([0, 1, 7, 20, 40])("bit %d of the checkpoint's time", async (bit) => {
    const path = newPath();
    await written(path);
    const database = new Database(path);
    const sql = "SELECT time_us FROM checkpoint";
    const { time_us: timeUs = 0 } = database.query<{ time_us: number }, []>(sql).get() ?? {};
    database.close();
    const bytes = readFileSync(path);
    const number = Buffer.alloc(8);
    number.writeBigInt64BE(BigInt(timeUs));
    // The page of the checkpoint is the first of those that have it.
    const at = bytes.indexOf(number);
    number.writeBigInt64BE(BigInt(timeUs) ^ (1n << BigInt(bit)));
    number.copy(bytes, at);
    writeFileSync(path, bytes);
    await expectAnew(path);
  });
});

test("a file that cannot be written fails the stage, which goes on when it can", async () => {
  const path = newPath();
  const transactions = new OrderStream(13).take(500);
  const stage = open(path);
  // Where SQLite wants to write its log.
  mkdirSync(`${path}-wal`);
  const failures: unknown[] = [];
  await feed(stage, transactions, {
    onFailure: (error) => {
      failures.push(error);
      if (failures.length === 3) rmdirSync(`${path}-wal`);
    },
  });
  expect(failures).toHaveLength(3);
  for (const failure of failures) expect(failure).toMatchObject({ code: "history_failed" });
  expect(await readAll(stage, new Random(13))).toEqual(modelOf(transactions));
  await stage.stop();
});
