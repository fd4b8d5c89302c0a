/**
 * Gives made-up transactions to a history until the disk has them all.
 *
 * Use: `bun bench/history-process.ts sustained|burst <directory> <transactions>`
 *
 * `sustained` makes each transaction when the stage takes it; `burst` has them all at the start, as
 * a ring would after ten times the load.
 */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { systemClock } from "../gateway/clock.ts";
import type { Transaction } from "../gateway/domain/change.ts";
import { HistoryStage } from "../gateway/stages/history/history-stage.ts";
import { OrderStream } from "../test/support/order-stream.ts";

/** What a runner's share of a turn takes, about. */
const TURN_TRANSACTIONS = 256;
/** As the runner asks a busy stage again, and for checkpoints. */
const POLL_MS = 2;
/** About one order in 100 µs, as the load that is stood for. */
const STEP_US = 200;

const [kind = "", directory = "", count = ""] = process.argv.slice(2);
const transactions = Number(count);
const path = join(directory, "history.sqlite");
const stage = new HistoryStage({
  path,
  retentionDays: 30,
  journalSequence: 1e9,
  clock: systemClock,
});
const stream = new OrderStream(1, STEP_US);
const made = kind === "burst" ? stream.take(transactions) : [];

function wait(): Promise<void> {
  return new Promise((resolve) => systemClock.after(POLL_MS, resolve));
}

function at(index: number): Transaction {
  return made[index] ?? stream.next();
}

stage.start(stage.checkpoint());
let changes = 0;
let applyUs = 0;
const startUs = systemClock.elapsedUs();
for (let taken = 0; taken < transactions;) {
  const turn: Transaction[] = [];
  const length = Math.min(TURN_TRANSACTIONS, transactions - taken);
  while (turn.length < length) turn.push(at(taken + turn.length));
  for (const transaction of turn) {
    changes += transaction.changes.length;
    for (;;) {
      const applyStartUs = systemClock.elapsedUs();
      const isBusy = stage.apply(transaction) === "busy";
      applyUs += systemClock.elapsedUs() - applyStartUs;
      if (!isBusy) break;
      await wait();
    }
  }
  taken += length;
  await new Promise<void>((resolve) => setImmediate(resolve));
}
while (stage.checkpoint() < transactions) await wait();
const seconds = (systemClock.elapsedUs() - startUs) / 1e6;
await stage.stop();

const database = new Database(path, { readonly: true });
const counts = ["orders", "order_events", "trades", "own_trades", "balance_changes"].map(
  (table) => `${JSON.stringify(database.query(`SELECT count(*) FROM ${table}`).values())}`,
);
const measured = {
  changes_per_second: changes / seconds,
  seconds,
  apply_ns: (applyUs * 1e3) / changes,
  hash: Bun.hash(counts.join()).toString(16),
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
