import { describe, expect, test } from "bun:test";
import { Random } from "../../demo/random.ts";
import type { BalanceUpdate } from "../../domain/account.ts";
import { Opcode } from "../../domain/command.ts";
import { Side } from "../../domain/order.ts";
import { accept, refuse, RejectCode } from "../../domain/reject.ts";
import { toAmount, toPrice, toQuantity, toSequence, toTimeUs } from "../../domain/units.ts";
import { type DatedBalance, toMoveEntry, toTradeEntries } from "./ledger-entry.ts";
import type { DatedTrade, SettlementTerms } from "./settlement-event.ts";
import { sumBefore, toStatement } from "./statement.ts";
import {
  type FoundStatement,
  STATEMENT_ROWS_MAX,
  StatementDesk,
  type StatementSource,
} from "./statement-desk.ts";

const [BTC, USD, ETH] = [1, 2, 3];
/** Never moves. */
const ETH_OWNED = toAmount(77n);
const [ANNE, BEN] = [3, 4];
const HOUR_US = 3_600_000_000;
const terms: SettlementTerms = {
  ...{ baseCurrency: BTC, quoteCurrency: USD },
  ...{ lotSize: toAmount(10n), quotePerTickLot: toAmount(5n) },
};

/** What happened to Anne and Ben, and how a history gives it: newest first, in pages of two. */
class Past implements StatementSource {
  readonly trades: DatedTrade[] = [];
  readonly balances: DatedBalance[] = [];
  readonly #totals = new Map<string, bigint>();
  sequence = 0;
  completeAfter = 0;
  completeFromUs = 0;
  /** How far the core is ahead. */
  ahead = 0;
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

  async balancesNow(account: number) {
    const totals = [...this.#totals].flatMap(([key, amount]) => {
      const [owner, currency] = key.split(" ").map(Number);
      return owner === account ? [{ currency: currency ?? 0, amount: toAmount(amount) }] : [];
    });
    const eth = { currency: ETH, amount: ETH_OWNED };
    return accept({ sequence: this.sequence + this.ahead, totals: [...totals, eth] });
  }

  async balancesAt(account: number, timeUs: number) {
    const own = this.balances.filter(({ balance }) => balance.account === account);
    const values = [BTC, USD].flatMap((currency) => {
      const moved = own.filter(({ balance }) => balance.currency === currency);
      const last = moved.findLast((change) => change.timeUs < timeUs)?.balance;
      const first = moved.find((change) => change.timeUs >= timeUs)?.balance;
      if (last !== undefined) {
        return [{ currency, amount: toAmount(last.availableAfter + last.frozenAfter) }];
      }
      if (first === undefined) return [];
      return [{ currency, amount: toAmount(first.availableBefore + first.frozenBefore) }];
    });
    const { sequence, completeAfter, completeFromUs } = this;
    return accept({ values, sequence, completeAfter, completeFromUs, nextAfter: undefined });
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
    const { sequence, completeAfter, completeFromUs } = this;
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
    const nextAfter = isEnd ? undefined : last.id;
    return accept({ values, sequence, completeAfter, completeFromUs, nextAfter });
  }

  #place() {
    const sequence = toSequence(this.sequence);
    return { sequence, timeUs: toTimeUs(this.sequence * HOUR_US) };
  }
}

function deskOf(source: StatementSource): StatementDesk {
  return new StatementDesk(source, () => terms);
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
      const opening = new Map([...sumBefore(account, fromUs, entries), [ETH, ETH_OWNED]]);
      const statement = toStatement(account, range, opening, entries);
      const { sequence } = past;
      const wanted = { kind: "statement", statement, sequence, completeAfter: 0 } as const;
      expect(found).toEqual(accept(wanted));
    }
  });
});

const EVER = { fromUs: 0, toUs: 10_000 * HOUR_US };

async function find(past: Past): Promise<FoundStatement> {
  const found = await deskOf(past).find(ANNE, EVER);
  if (!found.ok) throw new Error(`refused: ${found.reject}`);
  if (found.value.kind !== "statement") throw new Error(found.value.kind);
  return found.value;
}

test("what happens while a statement is written is in the next one", async () => {
  const past = randomPast(1);
  const before = await find(past);
  past.meanwhile = () => past.trade();
  const during = await find(past);
  expect(during).toEqual(before);
  const after = await find(past);
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
  const past = new Past();
  for (const name of ["balancesNow", "balancesAt", "balanceChanges", "ownTrades"] as const) {
    const source = Object.assign(new Past(), { [name]: refused });
    expect(await deskOf(source).find(ANNE, EVER)).toEqual(refuse(RejectCode.history_unavailable));
  }
  expect((await deskOf(past).find(ANNE, EVER)).ok).toBe(true);
});

test("a range that begins before what is kept is told when statements begin", async () => {
  const past = randomPast(2);
  past.completeFromUs = 20 * HOUR_US + 1;
  const { completeFromUs } = past;
  const range = { fromUs: completeFromUs - 1, toUs: completeFromUs + HOUR_US };
  const early = { kind: "too_early", availableFromUs: completeFromUs } as const;
  expect(await deskOf(past).find(ANNE, range)).toEqual(accept(early));
  const later = await deskOf(past).find(ANNE, { ...range, fromUs: completeFromUs });
  expect(later.ok && later.value.kind).toBe("statement");
});

test("a history behind what the core has said is asked again", async () => {
  const past = randomPast(3);
  past.ahead = 1;
  expect(await deskOf(past).find(ANNE, EVER)).toEqual(refuse(RejectCode.history_unavailable));
});
