import { describe, expect, test } from "bun:test";
import type { Change, Transaction } from "../../domain/change.ts";
import { Opcode } from "../../domain/command.ts";
import type { Instrument } from "../../domain/instrument.ts";
import {
  type Amount,
  toAmount,
  toPrice,
  toQuantity,
  toSequence,
  toTimeUs,
} from "../../domain/units.ts";
import { type LedgerEntry, toLedgerEntries } from "./ledger-entry.ts";
import type { Discrepancy } from "./reconciliation.ts";
import { type SettlementEvent, toSettlementEvents } from "./settlement-event.ts";
import { SettlementStage, type SettlementStore } from "./settlement-stage.ts";
import { sumBefore, toStatement } from "./statement.ts";
import { toStatementDocument, writeStatementCsv } from "./statement-document.ts";

/** 2026-01-01T00:00:00Z. */
const START_US = 1_767_225_600_000_000;
const [BTC, USD] = [1, 2];
const [FEES, EXTERNAL, ANNE, BEN] = [1, 2, 3, 4];

const instrument: Instrument = {
  ...{ instrumentId: 1, state: 1, baseCurrency: BTC, quoteCurrency: USD, tickMantissa: 1 },
  ...{ tickExponent: 0, bothSides: false, lotSize: toAmount(10n), quotePerTickLot: toAmount(5n) },
  ...{ makerRate: 0, takerRate: 0, quantityMin: toQuantity(0), quantityMax: toQuantity(0) },
  ...{ notionalMin: toAmount(0n), orderValueMax: toAmount(0n), openOrdersMax: 9 },
  ...{ positionMax: toQuantity(0), referencePrice: toPrice(0), band: 0, nextTradeId: 1 },
  ...{ feeAccumulator: toAmount(0n), lastTradePrice: toPrice(0), symbol: "BTC-USD" },
};
const findTerms = (id: number): Instrument | undefined => (id === 1 ? instrument : undefined);

function balance(account: number, currency: number, before: bigint[], after: bigint[]): Change {
  const [availableBefore = 0n, frozenBefore = 0n] = before;
  const [availableAfter = 0n, frozenAfter = 0n] = after;
  return {
    ...{ entity: "balance", change: "updated", account, currency },
    ...{ availableBefore: toAmount(availableBefore), availableAfter: toAmount(availableAfter) },
    ...{ frozenBefore: toAmount(frozenBefore), frozenAfter: toAmount(frozenAfter) },
  };
}

function instrumentRecord(change: "created" | "updated", feeAccumulator: bigint): Change {
  const record = { ...instrument, feeAccumulator: toAmount(feeAccumulator) };
  return { entity: "instrument", change, ...record };
}

/** Anne buys 3 lots at 7 ticks, as taker, of Ben. Taker fee 2, maker rebate 1. */
const trade = {
  ...{ entity: "trade", change: "created", tradeId: 1, instrument: 1, takerSide: 1 },
  ...{ takerOrder: 9, makerOrder: 8, takerAccount: ANNE, makerAccount: BEN },
  ...{ price: toPrice(7), quantity: toQuantity(3), notional: toAmount(105n) },
  ...{ takerFee: toAmount(2n), makerFee: toAmount(-1n) },
} as const satisfies Change;

function transaction(sequence: number, opcode: number, changes: Change[]): Transaction {
  const timeUs = toTimeUs(START_US + sequence * 3_600_000_000);
  return {
    ...{ sequence: toSequence(sequence), timeUs, code: 0, opcode, isDuplicate: false },
    ...{ hasBacklog: false, isSystem: false, account: 0, result: 0, instrument: 1, changes },
  };
}

const log: Transaction[] = [
  transaction(1, Opcode.createInstrument, [instrumentRecord("created", 0n)]),
  transaction(2, Opcode.deposit, [
    ...[balance(EXTERNAL, USD, [0n], [-500n]), balance(ANNE, USD, [0n], [500n])],
  ]),
  transaction(3, Opcode.deposit, [
    ...[balance(EXTERNAL, BTC, [0n], [-90n]), balance(BEN, BTC, [0n], [90n])],
  ]),
  // An order that rests: money is set aside, nothing is moved.
  transaction(4, Opcode.newOrder, [balance(BEN, BTC, [90n], [50n, 40n])]),
  transaction(5, Opcode.newOrder, [
    ...[trade, balance(ANNE, BTC, [0n], [30n]), balance(ANNE, USD, [500n], [290n, 103n])],
    ...[balance(BEN, BTC, [50n, 40n], [50n, 10n]), balance(BEN, USD, [0n], [106n])],
  ]),
  transaction(6, Opcode.clock, [instrumentRecord("updated", 1n)]),
  transaction(7, Opcode.sweepFees, [
    ...[balance(FEES, USD, [0n], [1n]), instrumentRecord("updated", 0n)],
  ]),
  transaction(8, Opcode.withdraw, [
    ...[balance(EXTERNAL, USD, [-500n], [-440n]), balance(ANNE, USD, [290n, 103n], [230n, 103n])],
  ]),
  transaction(9, Opcode.transfer, [
    ...[balance(ANNE, USD, [230n, 103n], [210n, 103n]), balance(BEN, USD, [106n], [126n])],
  ]),
];

class Memory implements SettlementStore {
  #kept: { sequence: number; state: string } | undefined;
  isBroken = false;
  load() {
    this.isBroken = false;
    return this.#kept;
  }
  save(sequence: number, state: string): void {
    this.#kept = { sequence, state };
  }
  savedSequence(): number {
    if (this.isBroken) throw new Error("the disk is full");
    return this.#kept?.sequence ?? 0;
  }
}

function settle(transactions: readonly Transaction[], store = new Memory()) {
  const events: SettlementEvent[] = [];
  const found: Discrepancy[] = [];
  const stage = new SettlementStage(findTerms, store, {
    hearEvent: (event) => events.push(event),
    hearDiscrepancy: (discrepancy) => found.push(discrepancy),
  });
  stage.start(stage.checkpoint());
  for (const each of transactions) stage.apply(each);
  return { stage, events, found };
}

describe("a trade", () => {
  const [event] = toSettlementEvents(log[4] ?? transaction(0, 0, []), findTerms);

  test("moves base one way, quote the other, and fees", () => {
    expect(event?.legs.map((leg) => [leg.account, leg.currency, `${leg.amount}`])).toEqual([
      ...[
        [ANNE, BTC, "30"],
        [BEN, BTC, "-30"],
        [ANNE, USD, "-105"],
        [BEN, USD, "105"],
      ],
    ]);
    expect(event?.fees.map((fee) => [fee.account, fee.currency, `${fee.amount}`])).toEqual([
      ...[
        [ANNE, USD, "-2"],
        [BEN, USD, "1"],
        [FEES, USD, "1"],
      ],
    ]);
    expect(event).toMatchObject({ tradeId: 1, sequence: 5, instrument: 1 });
  });

  test("moves the other way when the taker sells", () => {
    const sold = { ...trade, takerSide: 2 } as const;
    const [other] = toSettlementEvents(transaction(5, Opcode.newOrder, [sold]), findTerms);
    const base = other?.legs.filter((leg) => leg.currency === BTC);
    expect(base?.map((leg) => [leg.account, leg.amount])).toEqual([
      ...[
        [BEN, toAmount(30n)],
        [ANNE, toAmount(-30n)],
      ],
    ]);
  });

  test("of an instrument that is not known stops the stage", () => {
    const unknown = transaction(5, Opcode.newOrder, [{ ...trade, instrument: 2 }]);
    expect(() => settle([unknown])).toThrow("instrument 2 traded and is not known");
  });
});

test("a log that adds up has an event per trade and no discrepancy", () => {
  const { stage, events, found } = settle(log);
  expect(found).toEqual([]);
  expect(stage.discrepancies).toBe(0);
  expect(events.map(({ sequence, tradeId }) => [sequence, tradeId])).toEqual([[5, 1]]);
});

/** The log with something of one transaction changed. */
function plant(sequence: number, alter: (change: Change) => Change): Transaction[] {
  return log.map((each) =>
    each.sequence === sequence ? { ...each, changes: each.changes.map(alter) } : each,
  );
}

describe("what is planted is found:", () => {
  const alterBalance = (account: number, currency: number, by: bigint) => (change: Change) => {
    const isIt =
      change.entity === "balance" && change.account === account && change.currency === currency;
    return isIt ? { ...change, availableAfter: toAmount(change.availableAfter + by) } : change;
  };
  const alterTrade = (fields: Partial<typeof trade> | object) => (change: Change) =>
    change.entity === "trade" ? { ...change, ...fields } : change;
  const alterFees = (by: bigint) => (change: Change) =>
    change.entity === "instrument"
      ? { ...change, feeAccumulator: toAmount(change.feeAccumulator + by) }
      : change;

  test.each<[string, number, (change: Change) => Change, string[]]>([
    ["a unit too much", 5, alterBalance(ANNE, BTC, 1n), ["balance 3 1 30 31"]],
    ["a unit too little", 5, alterBalance(BEN, USD, -1n), ["balance 4 2 106 105"]],
    ["a unit that an order makes", 4, alterBalance(BEN, BTC, 1n), ["balance 4 1 0 1"]],
    ["a deposit from nowhere", 2, alterBalance(ANNE, USD, 7n), ["ledger_move 0 2 0 7"]],
    ["a transfer that loses money", 9, alterBalance(BEN, USD, -1n), ["ledger_move 0 2 0 -1"]],
    [
      "a withdrawal of more",
      8,
      alterBalance(ANNE, USD, -231n),
      [...["negative 3 2 0 -1", "ledger_move 0 2 0 -231"]],
    ],
    [
      "another notional",
      5,
      alterTrade({ notional: toAmount(104n) }),
      [...["notional 0 2 105 104", "balance 3 2 -106 -107", "balance 4 2 105 106"]],
    ],
    [
      "a fee nobody paid",
      5,
      alterTrade({ takerFee: toAmount(3n) }),
      [...["balance 3 2 -108 -107", "fee_accumulator 0 2 2 1"]],
    ],
    [
      "fees that vanish",
      6,
      alterFees(-1n),
      [
        // Seen once where they vanish, and once where they are there again to be swept.
        ...["fee_accumulator 0 2 1 0", "fee_accumulator 0 2 -1 0"],
      ],
    ],
    [
      "a sweep of more than there was",
      7,
      alterBalance(FEES, USD, 1n),
      [...["fee_accumulator 0 2 -1 0"]],
    ],
  ])("%s", (_, sequence, alter, expected) => {
    const { stage, found } = settle(plant(sequence, alter));
    const lines = found.map((each) => {
      return `${each.kind} ${each.account} ${each.currency} ${each.expected} ${each.found}`;
    });
    expect(lines).toEqual(expected);
    expect(stage.discrepancies).toBe(expected.length);
  });

  test("a balance that did not move at all", () => {
    const without = log.map((each) =>
      each.sequence === 5 ? { ...each, changes: each.changes.slice(0, -1) } : each,
    );
    expect(settle(without).found).toMatchObject([{ kind: "balance", account: BEN, found: 0n }]);
  });

  test("and counted also after a restart", () => {
    const planted = plant(4, alterBalance(BEN, BTC, 1n));
    for (let cut = 1; cut <= planted.length; cut += 1) {
      const store = new Memory();
      const first = settle(planted.slice(0, cut), store);
      expect(first.stage.checkpoint()).toBe(cut);
      // The log is given again from the start: what was counted is not counted twice.
      const second = settle(planted, store);
      expect(second.stage.discrepancies).toBe(1);
      expect(second.found.length + first.found.length).toBe(1);
      expect(second.events.length + first.events.length).toBe(1);
    }
  });
});

test("fees collected before the stage first saw the instrument are believed", () => {
  expect(settle(log.slice(4)).found).toEqual([]);
});

test.each([2, 4, 5, 6, 7])(
  "begun late behind %d, it checks what comes and counts from there",
  (from) => {
    const store = new Memory();
    const { stage } = settle([], store);
    stage.beginAt(from);
    expect(stage.checkpoint()).toBe(from);
    for (const each of log.slice(from)) stage.apply(each);
    expect([stage.discrepancies, stage.completeAfter]).toEqual([0, from]);
    expect(stage.checkpoint()).toBe(log.length);
    const again = settle([], store).stage;
    expect([again.discrepancies, again.completeAfter]).toEqual([0, from]);
    // What does not add up is found as by one that has seen everything.
    const planted = log.map((each) =>
      each.sequence === 8 ? { ...each, changes: each.changes.slice(1) } : each,
    );
    const other = settle([], new Memory()).stage;
    other.beginAt(from);
    for (const each of planted.slice(from)) other.apply(each);
    expect(other.discrepancies).toBe(1);
  },
);

test("a store that fails makes the stage throw once, and start again from what was kept", () => {
  const store = new Memory();
  const { stage } = settle(log.slice(0, 3), store);
  expect(stage.checkpoint()).toBe(3);
  stage.apply(log[3] ?? transaction(4, 0, []));
  store.isBroken = true;
  expect(() => stage.checkpoint()).toThrow("the disk is full");
  expect(stage.checkpoint()).toBe(3);
  stage.start(3);
  for (const each of log.slice(3)) stage.apply(each);
  expect(stage.checkpoint()).toBe(log.length);
  expect(stage.discrepancies).toBe(0);
});

test("a store that has lost what it kept is not passed over", () => {
  const { stage } = settle(log);
  expect(() => stage.start(10)).toThrow("state was kept up to sequence 10, and only that of 0");
});

const names = {
  currencyOf: (id: number) => {
    const [code, scale] = id === BTC ? ["BTC", 2] : ["USD", 1];
    return { currencyId: id, code: String(code), scale: Number(scale) };
  },
  listingOf: () => ({ instrument }),
};

describe("a statement", () => {
  const entries: LedgerEntry[] = log.flatMap((each) => toLedgerEntries(each, findTerms));
  const range = { fromUs: START_US + 5 * 3_600_000_000, toUs: START_US + 9 * 3_600_000_000 };
  const opening = sumBefore(ANNE, range.fromUs, entries);
  const statement = toStatement(ANNE, range, opening, entries);

  test("begins with what there was and ends with what is left, by reason", () => {
    expect(toStatementDocument(statement, names).currencies).toEqual([
      {
        ...{ currency: "BTC", opening: "0.00", deposits: "0.00", withdrawals: "0.00" },
        ...{ transfers: "0.00", trades: "0.30", fees: "0.00", sweeps: "0.00", closing: "0.30" },
      },
      {
        ...{ currency: "USD", opening: "50.0", deposits: "0.0", withdrawals: "-6.0" },
        ...{ transfers: "0.0", trades: "-10.5", fees: "-0.2", sweeps: "0.0", closing: "33.3" },
      },
    ]);
  });

  test("has a line per movement, also as a table", () => {
    const { lines } = toStatementDocument(statement, names);
    expect(lines.map(({ kind, amount, balance: left }) => [kind, amount, left])).toEqual([
      ...[
        ["trade", "0.30", "0.30"],
        ["trade", "-10.5", "39.5"],
        ["fee", "-0.2", "39.3"],
      ],
      ["withdrawal", "-6.0", "33.3"],
    ]);
    expect([...writeStatementCsv(statement, names)].join("")).toBe(
      [
        "time,sequence,kind,currency,amount,balance,symbol,trade_id",
        "2026-01-01T05:00:00.000000Z,,opening,BTC,,0.00,,",
        "2026-01-01T05:00:00.000000Z,,opening,USD,,50.0,,",
        "2026-01-01T05:00:00.000000Z,5,trade,BTC,0.30,0.30,BTC-USD,1",
        "2026-01-01T05:00:00.000000Z,5,trade,USD,-10.5,39.5,BTC-USD,1",
        "2026-01-01T05:00:00.000000Z,5,fee,USD,-0.2,39.3,BTC-USD,1",
        "2026-01-01T08:00:00.000000Z,8,withdrawal,USD,-6.0,33.3,,",
        "2026-01-01T09:00:00.000000Z,,closing,BTC,,0.30,,",
        "2026-01-01T09:00:00.000000Z,,closing,USD,,33.3,,",
        "",
      ].join("\r\n"),
    );
  });

  test("of each account over any two days joins to that of both, and ends at its balance", () => {
    const endUs = START_US + 20 * 3_600_000_000;
    for (const account of [FEES, EXTERNAL, ANNE, BEN]) {
      const whole = toStatement(account, { fromUs: 0, toUs: endUs }, new Map(), entries);
      for (let cut = 0; cut < 12; cut += 1) {
        const cutUs = START_US + cut * 3_600_000_000;
        const before = toStatement(account, { fromUs: 0, toUs: cutUs }, new Map(), entries);
        const between = sumBefore(account, cutUs, entries);
        const after = toStatement(account, { fromUs: cutUs, toUs: endUs }, between, entries);
        expect([...before.lines, ...after.lines]).toEqual([...whole.lines]);
        for (const { currency, closing } of after.currencies) {
          expect(closing).toBe(lastBalance(account, currency));
        }
      }
    }
  });

  test("of an account that had nothing is empty", () => {
    expect(toStatement(9, range, sumBefore(9, range.fromUs, entries), entries)).toMatchObject({
      ...{ currencies: [], lines: [] },
    });
  });
});

/** What the log says last. */
function lastBalance(account: number, currency: number): Amount {
  const found = log
    .flatMap(({ changes }) => changes)
    .findLast((change) => {
      return (
        change.entity === "balance" && change.account === account && change.currency === currency
      );
    });
  return toAmount(found?.entity === "balance" ? found.availableAfter + found.frozenAfter : 0n);
}
