// Statements of a real core's random trading over days, out of its history: they are what the
// change log says, added up the slow way, whatever the range, over a restart, and also where the
// history begins late or forgets.

import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { Random } from "../../gateway/demo/random.ts";
import { QueryKind } from "../../gateway/domain/command.ts";
import { formatAmount } from "../../gateway/domain/decimal.ts";
import { accept } from "../../gateway/domain/reject.ts";
import { toAmount } from "../../gateway/domain/units.ts";
import { History } from "../../gateway/sessions/history.ts";
import type { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { StatementDesk } from "../../gateway/stages/settlement/statement-desk.ts";
import {
  toStatementDocument,
  writeStatementCsv,
} from "../../gateway/stages/settlement/statement-document.ts";
import type { Statement, StatementRange } from "../../gateway/stages/settlement/statement.ts";
import { START_US } from "../support/scenario-core.ts";
import { slowStatement, type SlowSums } from "../support/slow-statement.ts";
import {
  DAY_US,
  give,
  HOUR_US,
  openHistory,
  tradeForDays,
  type Traded,
} from "../support/traded-days.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";

const ACCOUNTS = [1, 2, 3, 4, 5, 6];
const TEST_MS_MAX = 60_000;

afterAll(removeDirectories);

function deskOf({ core, log, reference }: Traded, stage: HistoryStage): StatementDesk {
  const history = new History(() => log.length, systemClock);
  history.attach(stage, { hasten: () => {} });
  const source = {
    ownTrades: (...asked: Parameters<History["ownTrades"]>) => history.ownTrades(...asked),
    balanceChanges: (...asked: Parameters<History["balanceChanges"]>) =>
      history.balanceChanges(...asked),
    balancesAt: (...asked: Parameters<History["balancesAt"]>) => history.balancesAt(...asked),
    async balancesNow(account: number) {
      const { changes, sequence } = core.query({ opcode: QueryKind.balances, account });
      const totals = changes.flatMap((change) => {
        if (change.entity !== "balance") return [];
        const amount = toAmount(change.availableAfter + change.frozenAfter);
        return [{ currency: change.currency, amount }];
      });
      return accept({ sequence, totals });
    },
  };
  return new StatementDesk(source, (id) => reference.listingOf(id)?.instrument);
}

/** Every day, and ranges by chance, most of them across midnight. */
function rangesOf({ endUs }: Traded, random: Random): StatementRange[] {
  const days = Math.ceil((endUs - START_US) / DAY_US) + 1;
  const daily = Array.from({ length: days }, (_, day) => {
    const fromUs = START_US + day * DAY_US;
    return { fromUs, toUs: fromUs + DAY_US };
  });
  const other = Array.from({ length: 12 }, () => {
    const fromUs = START_US + random.below(days * 24) * HOUR_US + random.below(HOUR_US);
    return { fromUs, toUs: fromUs + random.below(4 * 24) * HOUR_US + random.below(HOUR_US) };
  });
  return [...daily, ...other, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }];
}

function expectSame(traded: Traded, statement: Statement): void {
  const { account, fromUs, toUs } = statement;
  const expected = slowStatement(traded.log, account, { fromUs, toUs });
  const rows = [...expected].sort(([left], [right]) => left - right);
  const documented = rows.map(([id, sums]) => {
    const { code, scale } = traded.reference.currencyOf(id) ?? { code: "", scale: 0 };
    const text = (name: keyof SlowSums): string => formatAmount(toAmount(sums[name]), scale);
    return {
      ...{ currency: code, opening: text("opening"), deposits: text("deposits") },
      ...{ withdrawals: text("withdrawals"), transfers: text("transfers") },
      ...{ trades: text("trades"), fees: text("fees"), sweeps: text("sweeps") },
      closing: text("closing"),
    };
  });
  const document = toStatementDocument(statement, traded.reference);
  expect(document.currencies).toEqual(documented);
  for (const { opening, closing, ...sums } of expected.values()) {
    expect(Object.values(sums).reduce((one, other) => one + other, opening)).toBe(closing);
  }
  expectTable(statement, traded, rows);
}

/** The lines of the table add up too, per currency from its opening to its closing. */
function expectTable(
  statement: Statement,
  { reference }: Traded,
  rows: readonly (readonly [number, SlowSums])[],
): void {
  const lines = [...writeStatementCsv(statement, reference)].slice(1).map((line) => {
    const [, , kind = "", currency = "", amount = "", balance = ""] = line.trim().split(",");
    return { kind, currency, amount, balance };
  });
  for (const [id, { opening, closing }] of rows) {
    const { code, scale } = reference.currencyOf(id) ?? { code: "", scale: 0 };
    const own = lines.filter(({ currency }) => currency === code);
    expect([own[0]?.kind, own.at(-1)?.kind]).toEqual(["opening", "closing"]);
    let left = opening;
    for (const { amount, balance } of own) {
      left += amount === "" ? 0n : BigInt(amount.replace(".", ""));
      expect(balance).toBe(formatAmount(toAmount(left), scale));
    }
    expect(left).toBe(closing);
  }
  expect(new Set(lines.map(({ currency }) => currency)).size).toBe(rows.length);
}

test.each([41, 42])(
  "of any account, day and range are what the log says, over a restart (seed %d)",
  async (seed) => {
    const traded = tradeForDays(makeDirectory(), seed);
    const path = join(makeDirectory(), "history.sqlite");
    const half = Math.floor(traded.log.length / 2);
    const first = openHistory(path);
    first.start(first.checkpoint());
    await give(first, traded.log.slice(0, half), 0);
    await first.stop();
    const stage = openHistory(path);
    stage.start(stage.checkpoint());
    await give(stage, traded.log, half);
    const desk = deskOf(traded, stage);
    let quiet = 0;
    for (const account of ACCOUNTS) {
      for (const range of rangesOf(traded, new Random(seed + account))) {
        const found = await desk.find(account, range);
        if (!found.ok || found.value.kind !== "statement") throw new Error("no statement");
        expectSame(traded, found.value.statement);
        const { lines, currencies } = found.value.statement;
        if (lines.length === 0 && currencies.length > 0) quiet += 1;
      }
    }
    expect(quiet).toBeGreaterThan(5);
    await stage.stop();
    traded.core.stop();
  },
  TEST_MS_MAX,
);

test.each(["begins late", "forgets"])(
  "of a history that %s are right from a time on that it tells, and refused before",
  async (how) => {
    const traded = tradeForDays(makeDirectory(), 43);
    const stage = openHistory(join(makeDirectory(), "history.sqlite"), how === "forgets" ? 4 : 0);
    const from = how === "forgets" ? 0 : Math.floor(traded.log.length / 2);
    if (how === "forgets") stage.start(0);
    else stage.beginAt(from);
    await give(stage, traded.log, from);
    const desk = deskOf(traded, stage);
    let [early, right] = [0, 0];
    for (const account of ACCOUNTS) {
      const told = await desk.find(account, { fromUs: START_US, toUs: START_US + 1 });
      if (!told.ok || told.value.kind !== "too_early") throw new Error("not too early");
      const { availableFromUs } = told.value;
      expect(availableFromUs).toBeGreaterThan(START_US);
      const ranges = rangesOf(traded, new Random(account));
      const edge = { fromUs: availableFromUs, toUs: traded.endUs + 1 };
      for (const range of [edge, ...ranges]) {
        const found = await desk.find(account, range);
        if (!found.ok) throw new Error(`refused: ${found.reject}`);
        expect(found.value.kind === "too_early").toBe(range.fromUs < availableFromUs);
        if (found.value.kind === "too_early") early += 1;
        else {
          expectSame(traded, found.value.statement);
          right += 1;
        }
      }
    }
    expect(early).toBeGreaterThan(10);
    expect(right).toBeGreaterThan(10);
    await stage.stop();
    traded.core.stop();
  },
  TEST_MS_MAX,
);
