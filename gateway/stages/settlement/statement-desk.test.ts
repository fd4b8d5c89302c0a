import { describe, expect, test } from "bun:test";
import { Random } from "../../demo/random.ts";
import type { BalanceUpdate } from "../../domain/account.ts";
import { Opcode } from "../../domain/command.ts";
import { Side } from "../../domain/order.ts";
import { accept, type Parsed, refuse, RejectCode } from "../../domain/reject.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../../domain/units.ts";
import { type DatedBalance, toMoveEntry, toTradeEntries } from "./ledger-entry.ts";
import type { DatedTrade, SettlementTerms } from "./settlement-event.ts";
import { sumBefore, toStatement } from "./statement.ts";
import { STATEMENT_ROWS_MAX, StatementDesk, type StatementSource } from "./statement-desk.ts";

const [BTC, USD, ETH] = [1, 2, 3];
const [ANNE, BEN] = [3, 4];
const HOUR_US = 3_600_000_000;
const terms: SettlementTerms = {
  ...{ baseCurrency: BTC, quoteCurrency: USD },
  ...{ lotSize: toAmount(10n), quotePerTickLot: toAmount(5n) },
};
const currencies = [BTC, USD, ETH].map((currencyId) => ({ currencyId, scale: 2, code: "C" }));

/** What happened to Anne and Ben, and how a history gives it: newest first, in pages of two. */
class Past implements StatementSource {
  readonly trades: DatedTrade[] = [];
  readonly balances: DatedBalance[] = [];
  readonly #totals = new Map<string, bigint>();
  sequence = 0;
  completeAfter = 0;
  /** Happens behind the next answer. */
  meanwhile: (() => void) | undefined;
  pageMax = 2;

  /** A command at an hour of its own. */
  move(opcode: number, account: number, currency: number, by: bigint): void {
    const key = `${account} ${currency}`;
    const before = this.#totals.get(key) ?? 0n;
    this.#totals.set(key, before + by);
    // As when an order freezes half of it: only the total counts.
    const frozenAfter = toAmount((before + by) / 2n);
    const balance: BalanceUpdate = {
      ...{ account, currency, availableBefore: toAmount(before - before / 2n) },
      ...{ frozenBefore: toAmount(before / 2n), frozenAfter },
      availableAfter: toAmount(before + by - frozenAfter),
    };
    this.balances.push({ opcode, balance, ...this.#place() });
  }

  deposit(account: number, currency: number, by: bigint): void {
    this.sequence += 1;
    this.move(Opcode.deposit, account, currency, by);
  }

  /** Anne buys a lot of Ben at one tick, fee 1. */
  trade(): void {
    this.sequence += 1;
    const trade = {
      ...{ tradeId: this.trades.length + 1, instrument: 1, takerSide: Side.buy, takerOrder: 2 },
      ...{ makerOrder: 1, takerAccount: ANNE, makerAccount: BEN, price: toPrice(1) },
      ...{ quantity: toQuantity(1), notional: toAmount(5n), takerFee: toAmount(1n) },
      makerFee: toAmount(0n),
    } as const;
    this.trades.push({ trade, ...this.#place() });
    this.move(Opcode.newOrder, ANNE, BTC, 10n);
    this.move(Opcode.newOrder, ANNE, USD, -6n);
    this.move(Opcode.newOrder, BEN, BTC, -10n);
    this.move(Opcode.newOrder, BEN, USD, 5n);
  }

  async ownTrades(
    account: number,
    _: undefined,
    page: Parameters<StatementSource["ownTrades"]>[2],
  ) {
    const own = this.trades.filter(({ trade }) => {
      return trade.takerAccount === account || trade.makerAccount === account;
    });
    return this.#page(own, page);
  }

  async balanceChanges(
    account: number,
    currency: number | undefined,
    page: Parameters<StatementSource["balanceChanges"]>[2],
  ) {
    const own = this.balances.filter(({ balance }) => {
      return (
        balance.account === account && (currency === undefined || balance.currency === currency)
      );
    });
    return this.#page(own, page);
  }

  #page<Value extends DatedTrade | DatedBalance>(
    all: readonly Value[],
    { fromUs = 0, toUs = Infinity, after, limit }: Parameters<StatementSource["ownTrades"]>[2],
  ) {
    const { sequence, completeAfter } = this;
    const rows = all
      .map((value, id) => ({ value, id }))
      .filter(({ value, id }) => {
        return value.timeUs >= fromUs && value.timeUs < toUs && (after === undefined || id < after);
      })
      .reverse()
      .slice(0, Math.min(limit, this.pageMax));
    const last = rows.at(-1);
    const values = rows.map(({ value }) => value);
    this.meanwhile?.();
    this.meanwhile = undefined;
    // The end is known only when a page is not full, as in a history that does not look ahead.
    const isEnd = last === undefined || rows.length < Math.min(limit, this.pageMax);
    return accept({ values, sequence, completeAfter, nextAfter: isEnd ? undefined : last.id });
  }

  #place() {
    const sequence = toSequence(this.sequence);
    return { sequence, timeUs: toTimeUs(this.sequence * HOUR_US) };
  }
}

function deskOf(source: StatementSource): StatementDesk {
  return new StatementDesk(
    source,
    () => currencies,
    () => terms,
  );
}

function randomPast(seed: number): Past {
  const past = new Past();
  const random = new Random(seed);
  for (const account of [ANNE, BEN]) {
    for (const currency of [BTC, USD]) past.deposit(account, currency, 10_000n);
  }
  for (let count = 0; count < 60; count += 1) {
    if (random.below(3) > 0) past.trade();
    else past.deposit(random.below(2) === 0 ? ANNE : BEN, 1 + random.below(2), 100n);
  }
  return past;
}

describe.each([1, 2, 3, 4])("a past of seed %d", (seed) => {
  test("gives the statements that its movements give", async () => {
    const past = randomPast(seed);
    const entries = [
      ...past.balances.flatMap((each) => toMoveEntry(each) ?? []),
      ...past.trades.flatMap((each) => toTradeEntries(each, () => terms)),
    ].sort((left, right) => left.sequence - right.sequence);
    const random = new Random(seed + 100);
    for (let count = 0; count < 40; count += 1) {
      const fromUs = random.below(70) * HOUR_US;
      const range = { fromUs, toUs: fromUs + random.below(40) * HOUR_US };
      const account = random.below(2) === 0 ? ANNE : BEN;
      const found = await deskOf(past).find(account, range);
      const opening = sumBefore(account, fromUs, entries);
      const statement = toStatement(account, range, opening, entries);
      expect(found).toEqual(accept({ statement, sequence: past.sequence, completeAfter: 0 }));
    }
  });
});

const EVER = { fromUs: 0, toUs: 10_000 * HOUR_US };

function valueOf<Value>(found: Parsed<Value>): Value {
  if (!found.ok) throw new Error(`refused: ${found.reject}`);
  return found.value;
}

test("what happens while a statement is written is in the next one", async () => {
  const past = randomPast(1);
  const before = valueOf(await deskOf(past).find(ANNE, EVER));
  past.meanwhile = () => past.trade();
  const during = valueOf(await deskOf(past).find(ANNE, EVER));
  expect(during).toEqual(before);
  const after = valueOf(await deskOf(past).find(ANNE, EVER));
  expect(after.sequence).toBe(before.sequence + 1);
  expect(after.statement.lines.length).toBe(before.statement.lines.length + 3);
});

test("old rows that go away in the middle make it ask again", async () => {
  const past = randomPast(1);
  past.pageMax = 1_000;
  past.meanwhile = () => {
    past.completeAfter = 5;
  };
  expect(await deskOf(past).find(ANNE, EVER)).toEqual(refuse(RejectCode.history_unavailable));
  expect((await deskOf(past).find(ANNE, EVER)).ok).toBe(true);
});

test("a trade that no balance knows of is not written down", async () => {
  const past = randomPast(1);
  past.balances.splice(-4, 1);
  const desk = deskOf(past);
  await expect(desk.find(ANNE, EVER)).rejects.toThrow("the statement of account 3 ends with");
});

test("a range with too many movements is refused", async () => {
  const past = new Past();
  past.pageMax = 1_000;
  for (let count = 0; count < STATEMENT_ROWS_MAX + 2_000; count += 1) past.deposit(ANNE, USD, 5n);
  const range = { fromUs: 0, toUs: 1_000_000 * HOUR_US };
  expect(await deskOf(past).find(ANNE, range)).toEqual(refuse(RejectCode.malformed_request));
});

test("what the history refuses is refused", async () => {
  const refused = async () => refuse(RejectCode.history_unavailable);
  const source = { ownTrades: refused, balanceChanges: refused };
  expect(await deskOf(source).find(ANNE, EVER)).toEqual(refuse(RejectCode.history_unavailable));
});
