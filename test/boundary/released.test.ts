// What listeners take from the bytes that leave the core is what all of it decoded says.

import { afterAll, expect, test } from "bun:test";
import { Core } from "../../gateway/core/core.ts";
import { Contents, type Released, type TransactionHead } from "../../gateway/core/released.ts";
import { Random } from "../../gateway/demo/random.ts";
import type { Change, Transaction } from "../../gateway/domain/change.ts";
import { Log } from "../../gateway/log.ts";
import { Metrics } from "../../gateway/metrics.ts";
import { OrderLog } from "../../gateway/sessions/order-log.ts";
import { OwedChanges, type OwedSession } from "../../gateway/sessions/owed-changes.ts";
import { type DatedTrade, RecentTrades } from "../../gateway/sessions/recent-trades.ts";
import { ReferenceData } from "../../gateway/sessions/reference-data.ts";
import { ReplyRouter } from "../../gateway/sessions/reply-router.ts";
import { CommandMetrics } from "../../gateway/sessions/venue-metrics.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { openingCommands, RandomTrading } from "../support/random-trading.ts";
import { openCore, START_US } from "../support/scenario-core.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";

afterAll(removeDirectories);

const COMMANDS = 3_000;
const QUIET = 6;
const OWED = [3, 5];

/** Told what its account is owed, in text. */
class Ear implements OwedSession {
  readonly heardSequence = 0;
  readonly isFailed = false;
  readonly account: number;
  readonly told: string[] = [];

  constructor(account: number) {
    this.account = account;
  }

  hear(transaction: Transaction, from: number, to: number): void {
    const changes = transaction.changes.slice(from, to + 1);
    this.told.push(`${transaction.sequence} ${Bun.inspect(changes)}`);
  }

  markHeard(): void {}

  giveUp(error: unknown): void {
    throw error;
  }
}

/** All that hears of a venue's transactions, and how to look at what it knows. */
function openListeners(core: Core) {
  const lines: string[] = [];
  const log = new Log("info", new ManualClock(), (bytes) => {
    lines.push(Buffer.from(bytes).toString());
    return bytes.length;
  });
  const reference = ReferenceData.load(core);
  const { executedSequence } = core.status();
  const trades = new RecentTrades(executedSequence);
  const metrics = new Metrics();
  const owed = new OwedChanges(executedSequence);
  const ears = OWED.map((account) => new Ear(account));
  for (const ear of ears) owed.add(ear);
  owed.start(executedSequence);
  const orderLog = new OrderLog(log, reference, new Set([QUIET]));
  const commandMetrics = new CommandMetrics(metrics);
  return {
    ...{ reference, trades, owed, orderLog, metrics: commandMetrics },
    look: () => {
      log.flush();
      const told = ears.map((ear) => ear.told);
      const known = [reference.listings(), reference.currencies(), reference.aliases()];
      return { lines: lines.join(""), counted: metrics.expose(), told, known };
    },
  };
}

/** The same, from objects alone. */
function hearObjects(
  { reference, owed, orderLog, metrics }: ReturnType<typeof openListeners>,
  transaction: Transaction,
): DatedTrade[] {
  const { sequence, timeUs } = transaction;
  const found: DatedTrade[] = [];
  metrics.count(transaction);
  for (const change of transaction.changes) {
    reference.apply(change);
    if (change.entity === "trade") {
      found.push({ trade: change, sequence, timeUs });
      orderLog.writeTrade(change, sequence);
    } else if (change.entity === "order" && change.change === "updated") {
      orderLog.writeEnd(change, transaction);
    }
  }
  owed.apply(transaction);
  return found;
}

/** What the bytes say by themselves. */
function toFacts(released: Released) {
  const { code, opcode, isDuplicate, hasBacklog, isSystem, sequence, timeUs } = released;
  const { account, result, instrument, changeCount, contents } = released;
  const owns = [1, 2, 3, 4, 5, 6, 7].map((each) => released.concerns(new Set([each])));
  const books = new Map<number, number>();
  released.noteBooks(books);
  const changes = [1, 2, 3].map((each) => released.changesBook(new Set([each])));
  const head = { sequence, timeUs, code, opcode, isDuplicate, hasBacklog, isSystem, account };
  const has = (bits: number): boolean => (contents & bits) !== 0;
  return {
    ...{ ...head, result, instrument, changeCount, owns, hasTrade: has(Contents.trade) },
    ...{ hasOrder: has(Contents.order), hasReference: released.changesReference },
    ...{ books: [...books], changes },
    hasOrderUpdate: has(Contents.orderUpdate),
  };
}

function factsOf({ changes, ...head }: Transaction): ReturnType<typeof toFacts> {
  const has = (wanted: (change: Change) => boolean): boolean => changes.some(wanted);
  const levels = changes.flatMap((each) => (each.entity === "level" ? each.instrument : []));
  return {
    ...{ ...head, changeCount: changes.length, hasTrade: has(({ entity }) => entity === "trade") },
    owns: [1, 2, 3, 4, 5, 6, 7].map((account) =>
      has((change) => change.entity === "order" && change.account === account),
    ),
    books: [...new Set(levels)].map((instrument) => [instrument, head.sequence]),
    changes: [1, 2, 3].map((each) => levels.includes(each)),
    hasOrder: has(({ entity }) => entity === "order"),
    hasReference: has(({ entity }) => ["instrument", "currency", "alias"].includes(entity)),
    hasOrderUpdate: has(({ entity, change }) => entity === "order" && change === "updated"),
  };
}

/** Random trading in batches of any size; every second reply wants the head alone. */
function trade(core: Core, seed: number): void {
  const [trading, random, opening] = [new RandomTrading(seed), new Random(seed), openingCommands()];
  let [sent, replies] = [0, 0];
  const send = (): void => {
    const command = opening[sent] ?? trading.next();
    if (sent % 2 === 0) core.submit(command, hear);
    else core.submitForHead(command, hear);
    sent += 1;
  };
  const hear = (head: TransactionHead): void => {
    trading.hear(head);
    replies += 1;
    // Others of the same batch still wait: what is executed now must not touch their bytes.
    if (random.below(8) > 0 || sent >= COMMANDS) return;
    for (let more = random.below(3); more > 0; more -= 1) send();
    core.flush();
  };
  while (sent < COMMANDS) {
    for (let count = random.below(40); count > 0; count -= 1) send();
    core.flush();
    core.setCallerTime(START_US + sent * 700_000);
    core.tick();
  }
  expect(replies).toBe(sent);
}

test.each([1, 2, 3, 4])("of random trading with seed %d", (seed) => {
  const core = openCore(makeDirectory(), {});
  try {
    core.keepRecent(1 << 24);
    const [lane, objects] = [openListeners(core), openListeners(core)];
    const router = new ReplyRouter(lane, core.status().executedSequence);
    const facts: ReturnType<typeof toFacts>[] = [];
    core.listen((released) => facts.push(toFacts(released)));
    router.start(core);
    trade(core, seed);
    const dated: DatedTrade[] = [];
    for (const [at, fact] of facts.entries()) {
      const transaction = core.recent(at + 1);
      if (transaction === undefined) throw new Error(`transaction ${at + 1} is gone`);
      expect(fact).toEqual(factsOf(transaction));
      dated.push(...hearObjects(objects, transaction));
    }
    expect(router.releasedSequence).toBe(core.status().executedSequence);
    expect(facts).toHaveLength(router.releasedSequence);
    expect(lane.look()).toEqual(objects.look());
    for (const instrument of [1, 2]) {
      const made = dated.filter((each) => each.trade.instrument === instrument);
      expect(made.length).toBeGreaterThan(100);
      expect(lane.trades.list(instrument, dated.length)).toEqual(made.toReversed().slice(0, 1_000));
    }
    expect(lane.look().told.every((told) => told.length > 100)).toBe(true);
  } finally {
    core.stop();
  }
});
