import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { feed } from "../../../test/support/history-feed.ts";
import { modelOf } from "../../../test/support/history-model.ts";
import { OrderStream } from "../../../test/support/order-stream.ts";
import { systemClock } from "../../clock.ts";
import { Random } from "../../demo/random.ts";
import { OrderStatus } from "../../domain/order.ts";
import { HistoryReader } from "./history-reader.ts";
import { HistoryStage } from "./history-stage.ts";
import type { HistoryPage } from "./questions.ts";
import { openHistoryReader } from "./schema.ts";

const directory = mkdtempSync(join(tmpdir(), "openbell-history-"));
const path = join(directory, "history.sqlite");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("pages of a question that looks at few rows at a time", () => {
  const transactions = new OrderStream(14).take(1_000);
  const { orders, ownTrades, balanceChanges } = modelOf(transactions);
  beforeAll(async () => {
    const fields = { path, retentionDays: 0, journalSequence: 1e9, clock: systemClock };
    const stage = new HistoryStage(fields);
    await feed(stage, transactions);
    await stage.stop();
  });

  /** A filter by chance, and what of the model it lets through. */
  function anyFilter(random: Random) {
    const account = 3 + random.below(4);
    const instrument = random.below(3) === 0 ? undefined : 1 + random.below(2);
    const timeUs = (): number | undefined =>
      random.below(3) === 0 ? undefined : transactions[random.below(1_000)]?.timeUs;
    const [fromUs, toUs] = [timeUs(), timeUs()];
    const all = [...Object.values(OrderStatus)];
    const statuses =
      random.below(3) === 0 ? undefined : all.filter(() => random.below(3) === 0).slice(0, 3);
    const isWithin = (at: number): boolean => at >= (fromUs ?? 0) && at < (toUs ?? Infinity);
    const isOf = (id: number): boolean => instrument === undefined || instrument === id;
    const isOwn = (trade: { takerAccount: number; makerAccount: number }): boolean =>
      trade.takerAccount === account || trade.makerAccount === account;
    return {
      question: { account, instrument, fromUs, toUs },
      statuses,
      orders: orders
        .filter((each) => each.account === account && isOf(each.instrument))
        .filter((each) => isWithin(each.createdAtUs))
        .filter((each) => statuses === undefined || statuses.includes(each.status))
        .map(({ orderId }) => orderId),
      // Of an account that traded with itself there are two in the model.
      trades: [
        ...new Set(
          ownTrades
            .filter(
              ({ trade, timeUs: at }) => isOwn(trade) && isOf(trade.instrument) && isWithin(at),
            )
            .map(({ sequence }) => Number(sequence)),
        ),
      ].toSorted((one, other) => other - one),
      changes: balanceChanges
        .filter(({ balance, timeUs: at }) => balance.account === account && isWithin(at))
        .map(({ sequence, sub }) => `${sequence} ${sub}`),
    };
  }

  /** All pages; one that is not full is the last, or has looked at all it may. */
  function readFull<Row>(
    random: Random,
    rowsMax: number,
    ask: (limit: number, after: number | undefined) => HistoryPage<Row>,
  ): Row[] {
    const found: Row[] = [];
    let after: number | undefined;
    do {
      const limit = 1 + random.below(20);
      const page = ask(limit, after);
      found.push(...page.rows);
      const isFull = page.rows.length === limit;
      if (!isFull && page.nextAfter !== undefined) expect(rowsMax).toBeLessThan(600);
      if (isFull) expect(page.nextAfter).toBeDefined();
      after = page.nextAfter;
    } while (after !== undefined);
    return found;
  }

  // Ten times as many are looked at for a page: always fewer than there are, sometimes, never.
  test.each([2, 17, 60])("have all rows once, and as many as asked for (%d at a time)", (step) => {
    const reader = new HistoryReader(openHistoryReader(path), step);
    const [random, rowsMax] = [new Random(step), 10 * step];
    for (let count = 0; count < 120; count += 1) {
      const { question, statuses, ...wanted } = anyFilter(random);
      const foundOrders = readFull(random, rowsMax, (limit, after) =>
        reader.ask({ ask: "orders", ...question, statuses, limit, after }),
      );
      expect(foundOrders.map((row) => row.order_id)).toEqual(wanted.orders);
      const trades = readFull(random, rowsMax, (limit, after) =>
        reader.ask({ ask: "own_trades", ...question, limit, after }),
      );
      expect(trades.map((row) => row.sequence)).toEqual(wanted.trades);
      const { account, fromUs, toUs } = question;
      const changes = readFull(random, rowsMax, (limit, after) =>
        reader.ask({ ask: "balance_changes", account, fromUs, toUs, limit, after }),
      );
      expect(changes.map(({ sequence, sub }) => `${sequence} ${sub}`)).toEqual(wanted.changes);
    }
    reader.close();
  });
});
