// The demo venue killed at random instants and stopped in between, at last with the checkpoints of
// its stages damaged: what they kept is what one uninterrupted run makes of the journal.

import { Database } from "bun:sqlite";
import { afterAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { toCoreOptions } from "../../gateway/commands/init.ts";
import { loadConfig } from "../../gateway/config.ts";
import { Core } from "../../gateway/core/core.ts";
import { Random } from "../../gateway/demo/random.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { Bars } from "../../gateway/stages/klines/bars.ts";
import { KlineFile } from "../../gateway/stages/klines/kline-file.ts";
import { StateFile } from "../../gateway/stages/state-file.ts";
import { until } from "../support/deadline.ts";
import { modelOf, readAll } from "../support/history-model.ts";
import { recordOf, toBarsText } from "../support/stage-record.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";

const TEST_MS_MAX = 120_000;
const STEP_MS_MAX = 30_000;
/** Orders a second. */
const RATE = 1_500;
/** How each run ends. Only a stop keeps what stages have made of it. */
const ENDS = ["kill", "stop", "kill", "kill", "stop"] as const;

afterAll(removeDirectories);

function start(dataDirectory: string): Promise<VenueProcess> {
  const rate = { "demo-orders-per-second": `${RATE}` };
  const flags = { ...rate, durability: "os", "metrics-port": "0" };
  return VenueProcess.start({ profile: "demo", dataDirectory, flags });
}

/** Lets the venue come so far, and ends it. */
async function endBehind(
  venue: VenueProcess,
  commands: number,
  end: "kill" | "stop",
): Promise<number> {
  const look = async (): Promise<number> => {
    const answer = await venue.fetch("GET", "/api/v1/admin/status");
    // why: the shape of the API document
    const status = (await answer.json()) as { executed_sequence: number };
    return status.executed_sequence;
  };
  const target = (await look()) + commands;
  await until(STEP_MS_MAX, `sequence ${target}`, async () => (await look()) >= target);
  if (end === "kill") return venue.kill();
  // What was behind when it was opened is in their files then.
  await until(STEP_MS_MAX, "live stages", async () => {
    const answer = await venue.fetch("GET", "/health/ready");
    // why: the shape of the API document
    const { stages } = (await answer.json()) as { stages: { status: string } };
    return stages.status === "ok";
  });
  return venue.stop();
}

/** Changes what the stages say they have. */
function damage(directory: string): void {
  const klines = new Database(join(directory, "klines.sqlite"));
  klines.run("UPDATE checkpoint SET sequence = sequence - 100");
  klines.close();
  const path = join(directory, "settlement.json");
  // A digit more: whatever the sequence is, it is another one then.
  const text = readFileSync(path, "utf8").replace('"sequence":', '"sequence":9');
  writeFileSync(path, text);
  const history = new Database(join(directory, "history.sqlite"));
  history.run("DELETE FROM checkpoint");
  history.close();
}

/** Executes the whole journal again. */
async function readLog(directory: string): Promise<Transaction[]> {
  const given = { profile: "demo", "data-directory": directory };
  const config = loadConfig({ environment: {}, flags: new Map(Object.entries(given)) });
  const core = Core.open({ ...toCoreOptions(config), holdJournal: 0 });
  const log: Transaction[] = [];
  const run = core.reexecute(0);
  await until(STEP_MS_MAX, "the end of the journal", () => {
    for (;;) {
      const read = run.read();
      if (read === undefined) return true;
      if (read.length === 0) return false;
      log.push(...read);
    }
  });
  core.stop();
  return log;
}

/** Each stage has what it says it has; it may have been behind when the venue was stopped. */
async function expectWhole(directory: string, seed: number): Promise<void> {
  const log = await readLog(directory);
  const settlement = new StateFile(join(directory, "settlement.json")).load();
  expect(settlement?.sequence).toBeGreaterThan(500);
  expect(settlement?.state).toBe(recordOf(log.slice(0, settlement?.sequence)).settlement);
  expect(settlement?.state).toContain('"discrepancies":0,"completeAfter":0');
  const klines = new KlineFile(join(directory, "klines.sqlite"));
  const kept = klines.load();
  await klines.stop();
  expect(kept?.sequence).toBeGreaterThan(500);
  expect(kept?.completeFromUs).toBe(0);
  const bars = Bars.restore(kept?.state ?? []);
  expect(toBarsText(bars.all())).toBe(recordOf(log.slice(0, kept?.sequence)).bars);
  const path = join(directory, "history.sqlite");
  const fields = { path, retentionDays: 0, journalSequence: log.length, clock: systemClock };
  const history = new HistoryStage(fields);
  const sequence = history.checkpoint();
  expect(sequence).toBeGreaterThan(500);
  history.start(sequence);
  await until(STEP_MS_MAX, "the history", async () => {
    return (await history.ask({ ask: "orders", account: 3, limit: 1 })).ok;
  });
  const shown = log.slice(0, sequence);
  const model = modelOf(shown);
  const own = new Set(model.orders.map(({ orderId }) => orderId));
  const events = model.events.filter(({ orderId }) => own.has(orderId));
  expect(await readAll(history, new Random(seed))).toEqual({ ...model, events });
  await history.stop();
  expectRows(path, shown);
}

/** Also of the accounts and instruments that `readAll` does not look at. */
function expectRows(path: string, log: readonly Transaction[]): void {
  const changes = log.flatMap((transaction) => transaction.changes);
  const database = new Database(path, { readonly: true });
  for (const [table, entity] of [
    ["order_events", "order"],
    ["trades", "trade"],
    ["balance_changes", "balance"],
  ] as const) {
    const sql = `SELECT count(*) AS count FROM ${table}`;
    const { count = 0 } = database.query<{ count: number }, []>(sql).get() ?? {};
    expect([table, count]).toEqual([
      table,
      changes.filter((each) => each.entity === entity).length,
    ]);
  }
  database.close();
}

test.each([71])(
  "stages of a venue that is killed and damaged are those of one that ran through (seed %d)",
  async (seed) => {
    const directory = makeDirectory();
    const random = new Random(seed);
    for (const end of ENDS) {
      await endBehind(await start(directory), 200 + random.below(1_500), end);
    }
    await expectWhole(directory, seed);
    damage(directory);
    const damaged = await start(directory);
    await until(STEP_MS_MAX, "three lines in the log", () => {
      return damaged.log.match(/level=error event=stage_file_damaged stage=/g)?.length === 3;
    });
    await endBehind(damaged, random.below(500), "kill");
    await endBehind(await start(directory), 500, "stop");
    await expectWhole(directory, seed);
  },
  TEST_MS_MAX,
);
