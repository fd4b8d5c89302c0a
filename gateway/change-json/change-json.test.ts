import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "bun:test";
import type { Change, Transaction } from "../domain/change.ts";
import { Opcode } from "../domain/command.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { OrderUpdate } from "../domain/order.ts";
import {
  type Amount,
  type Price,
  type Quantity,
  toAmount,
  toPrice,
  toQuantity,
  toSequence,
  toTimeUs,
} from "../domain/units.ts";
import { Bars } from "../stages/klines/bars.ts";
import { toSettlementEvents } from "../stages/settlement/settlement-event.ts";
import schema from "../../schemas/change-log-entry.schema.json" with { type: "json" };
import { toChangeEntries } from "./change-entries.ts";
import { toBarEntries, toSettlementEntries } from "./derived-entries.ts";
import type { ChangeLogEntry, KeyedEntry } from "./entry.ts";
import { toSeedMessages } from "./seed-logs.ts";

const TIME_US = toTimeUs(1_767_225_600_123_457);
const isValid = new Ajv2020({ strict: false }).compile<ChangeLogEntry>(schema);

const units = (value: bigint): Amount => toAmount(value);
const ticks = (value: number): Price => toPrice(value);
const lots = (value: number): Quantity => toQuantity(value);

/** BTC with 3 decimals by lots of 0.01, USD with 2; one tick is 0.5, k is 1. */
const instrument: Instrument = {
  ...{ instrumentId: 7, state: 1, baseCurrency: 1, quoteCurrency: 2, tickMantissa: 5 },
  ...{ tickExponent: 1, bothSides: false, lotSize: units(10n), quotePerTickLot: units(1n) },
  ...{ makerRate: -100, takerRate: 1_000, quantityMin: lots(0), quantityMax: lots(500) },
  ...{ notionalMin: units(0n), orderValueMax: units(0n), openOrdersMax: 1_000 },
  ...{ positionMax: lots(0), referencePrice: ticks(0), band: 0, feeAccumulator: units(-5n) },
  ...{ nextTradeId: 3, lastTradePrice: ticks(201), symbol: "BTC-USD" },
};
const base = { currencyId: 1, scale: 3, code: "BTC" };
const quote = { currencyId: 2, scale: 2, code: "USD" };
const quantityFormat = { lotSize: units(10n), baseScale: 3, quoteScale: 2 };
const names = {
  listingOf: (id: number) => (id === 7 ? { instrument, base, quote, quantityFormat } : undefined),
  currencyOf: (id: number) => [base, quote].find(({ currencyId }) => currencyId === id),
};

function transaction(changes: Change[]): Transaction {
  return {
    ...{ sequence: toSequence(42), timeUs: TIME_US, code: 0, opcode: Opcode.newOrder },
    ...{ isDuplicate: false, hasBacklog: false, isSystem: false, account: 3, result: 42 },
    ...{ instrument: 7, changes },
  };
}

/** The changes as entries, and that the schema allows them. */
function write(...changes: Change[]): KeyedEntry[] {
  const keyed = toChangeEntries(transaction(changes), names);
  for (const { entry } of keyed) expectValid(entry);
  return keyed;
}

function expectValid(entry: ChangeLogEntry): void {
  const read: unknown = JSON.parse(JSON.stringify(entry));
  expect(isValid(read) ? [] : isValid.errors).toEqual([]);
}

/** `name: old → new`, in order. */
function linesOf(keyed: KeyedEntry | undefined): string[] {
  const change = keyed?.entry.change_type;
  if (change === undefined || change === "Deleted") return [String(change)];
  const fields = "Created" in change ? change.Created.fields : change.Updated.changed_fields;
  return fields.map((each) => `${each.field_name}: ${each.old_value} → ${each.new_value}`);
}

const trade = {
  ...{ entity: "trade", change: "created", tradeId: 3, instrument: 7, takerSide: 2 },
  ...{ takerOrder: 42, makerOrder: 40, takerAccount: 3, makerAccount: 4, price: ticks(201) },
  ...{ quantity: lots(150), notional: units(30_150n), takerFee: units(31n), makerFee: units(-3n) },
} as const satisfies Change;

const makerUpdate: OrderUpdate = {
  ...{ orderId: 40, account: 4, instrument: 7, side: 1, statusBefore: 1, statusAfter: 2 },
  ...{ reason: 0, cause: 1, session: 0, price: ticks(201), quantity: lots(400) },
  ...{ filledBefore: lots(50), filledAfter: lots(200), leavesBefore: lots(350) },
  ...{ leavesAfter: lots(200), cumulativeNotional: units(40_200n), fee: units(-4n) },
  ...{ priceBefore: ticks(201), quantityBefore: lots(400), clientOrderId: "ob-40" },
  clientOrderIdBefore: undefined,
};

describe("an entry", () => {
  test("has the seed's shape, and its time to the microsecond", () => {
    const [keyed] = write({ entity: "clock", change: "updated", timeUs: TIME_US });
    const text = JSON.stringify(keyed?.entry);
    expect(text).toBe(
      '{"entity_id":"clock","entity_type":"Clock","change_type":{"Updated":{"changed_fields":' +
        '[{"field_name":"time_us","old_value":"","new_value":"1767225600123457"}]}},' +
        '"timestamp":1767225600123457000,"sequence":42,"sub":0}',
    );
    expect(Math.round(JSON.parse(text).timestamp / 1_000)).toBe(TIME_US);
  });

  test("of a fill says what notional and fee were before it", () => {
    const [, keyed] = write(trade, { entity: "order", change: "updated", ...makerUpdate });
    expect(keyed).toMatchObject({ instrument: 7, account: 4, entry: { entity_id: "40", sub: 1 } });
    expect(linesOf(keyed)).toEqual([
      "status: 1 → 2",
      "filled: 0.50 → 2.00",
      "leaves: 3.50 → 2.00",
      "cumulative_notional: 100.50 → 402.00",
      "fee: -0.01 → -0.04",
    ]);
  });

  test("of a replace says what it replaced", () => {
    const update: OrderUpdate = {
      ...{ ...makerUpdate, cause: 3, statusAfter: 1, filledAfter: lots(50), fee: units(-1n) },
      ...{ cumulativeNotional: units(10_050n), price: ticks(199), leavesAfter: lots(250) },
      ...{ quantity: lots(300), clientOrderId: "c2", clientOrderIdBefore: "c1" },
    };
    const [keyed] = write({ entity: "order", change: "updated", ...update });
    expect(linesOf(keyed)).toEqual([
      "client_order_id: c1 → c2",
      "price: 100.5 → 99.5",
      "quantity: 4.00 → 3.00",
      "leaves: 3.50 → 2.50",
    ]);
  });

  test("of a balance has what changed of it", () => {
    const [keyed] = write({
      ...{ entity: "balance", change: "updated", account: 3, currency: 2 },
      ...{ availableBefore: units(5_000n), availableAfter: units(4_000n) },
      ...{ frozenBefore: units(0n), frozenAfter: units(1_000n) },
    });
    expect(keyed).toMatchObject({ account: 3, instrument: 0, entry: { entity_id: "3:USD" } });
    expect(linesOf(keyed)).toEqual(["available: 50.00 → 40.00", "frozen: 0.00 → 10.00"]);
  });

  test("of a level is what stands there, or that nothing does", () => {
    const level = { instrument: 7, side: 2, price: ticks(3), quantity: lots(9), orderCount: 2 };
    const keyed = write(
      { entity: "level", change: "updated", ...level, side: 2 },
      { entity: "level", change: "deleted", ...level, side: 1, quantity: lots(0), orderCount: 0 },
    );
    expect(keyed.map(({ entry }) => entry.entity_id)).toEqual(["7:ask:1.5", "7:bid:1.5"]);
    expect(keyed.flatMap(linesOf)).toEqual(["quantity:  → 0.09", "order_count:  → 2", "Deleted"]);
  });

  test("of an instrument leaves limits empty that there are not", () => {
    const [created, updated] = write(
      { entity: "instrument", change: "created", ...instrument },
      { entity: "instrument", change: "updated", ...instrument },
    );
    expect(linesOf(created).slice(0, 7).join()).toBe(
      "symbol:  → BTC-USD,base_currency:  → BTC,quote_currency:  → USD,tick_size:  → 0.5," +
        "lot_size:  → 0.010,state:  → open,both_sides:  → false",
    );
    const lines = linesOf(updated);
    expect(lines).toHaveLength(15);
    expect(lines).toContain("quantity_min:  → ");
    expect(lines).toContain("quantity_max:  → 5.00");
    expect(lines).toContain("maker_rate:  → -0.000100");
    expect(lines).toContain("fee_accumulator:  → -0.05");
  });

  test("of who there is needs no scales", () => {
    const session = { sessionId: 9, account: 3, cancelOnDisconnect: true, openedAtUs: TIME_US };
    const alias = { targetId: 7, kind: 1, text: "BTCUSD" } as const;
    const keyed = write(
      { entity: "account", change: "created", accountId: 3, state: 1, name: "anne" },
      { entity: "account", change: "updated", accountId: 3, state: 2, name: "anne" },
      { entity: "currency", change: "created", ...base },
      { entity: "session", change: "created", ...session, name: "desk" },
      { entity: "session", change: "deleted", ...session, name: "desk" },
      { entity: "alias", change: "created", ...alias },
      { entity: "alias", change: "deleted", ...alias },
    );
    expect(keyed.map(({ entry }) => `${entry.entity_type} ${entry.entity_id}`)).toEqual([
      ...["Account 3", "Account 3", "Currency 1", "Session 9", "Session 9"],
      ...["Alias instrument:BTCUSD", "Alias instrument:BTCUSD"],
    ]);
    expect(linesOf(keyed[1])).toEqual(["state:  → suspended"]);
  });

  test("of a request has the account of its command, and what it named", () => {
    const [keyed] = write({
      ...{ entity: "request", change: "created", sessionId: 9, orderId: 0, instrument: 7 },
      ...{ orderStatus: undefined, side: 0, requestId: "c-1", targetClientOrderId: "o-1" },
    });
    expect([keyed?.entry.entity_type, keyed?.entry.entity_id]).toEqual(["Request", "42"]);
    expect(linesOf(keyed)).toEqual([
      ...["account:  → 3", "session:  → 9", "order_id:  → ", "request_id:  → c-1"],
      ...["target_client_order_id:  → o-1", "status:  → "],
    ]);
  });

  test("of a refused order for an instrument that is not there has no numbers", () => {
    const [keyed] = write({
      ...{ entity: "order", change: "created", orderId: 42, account: 3, instrument: 8, side: 0 },
      ...{ orderType: 0, timeInForce: 0, status: 5, reason: 0, selfTradePrevention: 1 },
      ...{ cancelOnDisconnect: false, code: 3001, isRetained: false, session: 0 },
      ...{ price: ticks(5), quantity: lots(5), filled: lots(0), leaves: lots(0) },
      ...{ quoteQuantity: units(0n), cumulativeNotional: units(0n), fee: units(0n) },
      ...{ makerRate: 0, takerRate: 0, createdAtUs: TIME_US, priority: toSequence(0) },
      clientOrderId: "ob-42",
    });
    const lines = linesOf(keyed);
    expect(lines).toContain("reject_code:  → 3001");
    expect(lines).toContain("status:  → 5");
    expect(lines).toContain("price:  → ");
    expect(lines).toContain("symbol:  → ");
  });

  test("of a currency that is not known is an error, not a wrong number", () => {
    const unknown = { entity: "balance", change: "updated", account: 3, currency: 9 } as const;
    const none = { availableBefore: units(0n), availableAfter: units(0n) };
    const changes: Change[] = [
      { ...unknown, ...none, frozenBefore: units(0n), frozenAfter: units(0n) },
    ];
    expect(() => write(...changes)).toThrow("currency 9 is not known");
  });
});

describe("a stage's entry", () => {
  test("of a bar follows it from its first trade to its end", () => {
    const bars = new Bars();
    const steps = [0, 100, 1_000_000].map((afterUs, index) => {
      const each = { ...trade, tradeId: index + 1, price: ticks(200 + index) };
      const update = bars.add([each], toTimeUs(TIME_US + afterUs));
      return update === undefined ? [] : toBarEntries(update, 42 + index, names);
    });
    const seconds = steps.map((keyed) =>
      keyed.filter(({ entry }) => entry.entity_id.includes(":1s:")),
    );
    for (const { entry } of steps.flat()) expectValid(entry);
    expect(linesOf(seconds[0]?.[0])).toContain("open:  → 100.0");
    expect(linesOf(seconds[1]?.[0])).toEqual([
      ...["high: 100.0 → 100.5", "close: 100.0 → 100.5", "volume: 1.50 → 3.00"],
      ...["quote_volume: 301.50 → 603.00", "count: 1 → 2", "last_trade_id: 1 → 2"],
    ]);
    expect(seconds[2]?.map(linesOf)[0]).toEqual(["is_closed: false → true"]);
    expect(seconds[2]?.map(({ entry }) => entry.sub)).toEqual([0, 1]);
    expect(steps[2]).toHaveLength(8);
  });

  test("of a settlement holds its legs", () => {
    const events = toSettlementEvents(
      transaction([trade]),
      (id) => names.listingOf(id)?.instrument,
    );
    const [keyed] = toSettlementEntries(events, names);
    if (keyed === undefined) throw new Error("no entry");
    expectValid(keyed.entry);
    const legs = linesOf(keyed).find((line) => line.startsWith("legs"));
    expect(legs).toContain('[{"account":4,"currency":"BTC","amount":"1.500"},');
    expect(linesOf(keyed)).toContain("settled_at_us:  → 1767225600123457");
  });

  test("of more lots than a quantity may have is exact", () => {
    const bars = new Bars();
    const most = 2 ** 53 - 1;
    const trades = [1, 2].map((tradeId) => ({ ...trade, tradeId, quantity: lots(most) }));
    const update = bars.add(trades, TIME_US);
    const [keyed] = update === undefined ? [] : toBarEntries(update, 42, names);
    expect(linesOf(keyed)).toContain("volume:  → 180143985094819.820");
  });
});

test("the four seed logs are keyed by what must stay in order", () => {
  const keyed = write(
    trade,
    { entity: "order", change: "updated", ...makerUpdate },
    {
      ...{ entity: "balance", change: "updated", account: 4, currency: 1 },
      ...{ availableBefore: units(0n), availableAfter: units(1_500n) },
      ...{ frozenBefore: units(0n), frozenAfter: units(0n) },
    },
    { entity: "clock", change: "updated", timeUs: TIME_US },
  );
  const messages = toSeedMessages(keyed);
  expect(messages.map(({ log, key }) => `${log} ${key}`)).toEqual([
    ...["TradeChangeLog 7", "OrderChangeLog 7", "BalanceChangeLog 4"],
  ]);
  expect(JSON.parse(messages[2]?.value ?? "")).toEqual(keyed[2]?.entry);
});

describe("the schema refuses", () => {
  const [good] = write(trade);
  const text = JSON.stringify(good?.entry);

  test.each<[string, string, string]>([
    ["another type", '"SpotTrade"', '"Trade"'],
    ["the id of another type", '"7:3"', '"7"'],
    ["a number that is no text", '"new_value":"1.50"', '"new_value":1.5'],
    ["a number that is none", '"new_value":"1.50"', '"new_value":"1.5e3"'],
    ["a word that is none", '"new_value":"sell"', '"new_value":"SELL"'],
    ["a field of another type", '"field_name":"notional"', '"field_name":"available"'],
    ["a field without its old value", '"old_value":"",', ""],
    ["something old in something new", '"old_value":""', '"old_value":"1"'],
    ["an update of what never changes", '"Created":{"fields"', '"Updated":{"changed_fields"'],
    ["a sequence of 0", '"sequence":42', '"sequence":0'],
    ["a field too many", '"sub":0', '"sub":0,"note":""'],
    ["a place that is missing", ',"sub":0', ""],
  ])("%s", (_, from, to) => {
    expect(text).toContain(from);
    expect(isValid(JSON.parse(text))).toBe(true);
    expect(isValid(JSON.parse(text.replace(from, to)))).toBe(false);
  });
});
