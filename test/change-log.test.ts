// Every scenario once more, and random trading, looked at from behind the core: the change log in
// public form is valid and rebuilds the state, trades settle without a discrepancy, statements add
// up.

import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toChangeEntries } from "../gateway/change-json/change-entries.ts";
import { toBarEntries, toSettlementEntries } from "../gateway/change-json/derived-entries.ts";
import type { ChangeLogEntry, KeyedEntry } from "../gateway/change-json/entry.ts";
import { SEED_LOGS, toSeedMessages } from "../gateway/change-json/seed-logs.ts";
import type { Core } from "../gateway/core/core.ts";
import type { Transaction } from "../gateway/domain/change.ts";
import { type QueryFields, QueryKind } from "../gateway/domain/command.ts";
import { formatAmount } from "../gateway/domain/decimal.ts";
import { type Amount, toAmount } from "../gateway/domain/units.ts";
import { ReferenceData } from "../gateway/sessions/reference-data.ts";
import { Bars } from "../gateway/stages/klines/bars.ts";
import { type LedgerEntry, toLedgerEntries } from "../gateway/stages/settlement/ledger-entry.ts";
import { type Discrepancy, Reconciliation } from "../gateway/stages/settlement/reconciliation.ts";
import { toSettlementEvents } from "../gateway/stages/settlement/settlement-event.ts";
import { toStatement } from "../gateway/stages/settlement/statement.ts";
import { type Entity, EntryReplay } from "./support/entry-replay.ts";
import { openingCommands, RandomTrading } from "./support/random-trading.ts";
import { openCore, START_US } from "./support/scenario-core.ts";
import { openEngine } from "./support/scenario-engine.ts";
import { parseScenario } from "./support/scenario-parser.ts";
import { playScenario } from "./support/scenario-player.ts";

const ROOT = join(import.meta.dir, "..");
const DIRECTORY = "test/scenarios";
const SCENARIO_MS_MAX = 60_000;
const SCHEMA = JSON.parse(readFileSync(join(ROOT, "schemas/change-log-entry.schema.json"), "utf8"));
const isValid = new Ajv2020({ strict: false }).compile<ChangeLogEntry>(SCHEMA);

/** All that is derived from the log of one core while it runs. */
class Witness {
  readonly #core: Core;
  readonly reference: ReferenceData;
  readonly replay = new EntryReplay();
  readonly discrepancies: Discrepancy[] = [];
  readonly ledger: LedgerEntry[] = [];
  readonly #bars = new Bars();
  readonly #reconciliation: Reconciliation;
  entries = 0;

  constructor(core: Core) {
    this.#core = core;
    this.reference = ReferenceData.load(core);
    const findTerms = this.#findTerms;
    this.#reconciliation = new Reconciliation(findTerms, []);
    core.subscribe((transaction) => this.#hear(transaction));
  }

  /** The records of a query as entries: what there is, as if it were created now. */
  ask(query: QueryFields): ChangeLogEntry[] {
    const answer = this.#core.query(query);
    return toChangeEntries(answer, this.reference).map(({ entry }) => entry);
  }

  query(query: QueryFields): Transaction["changes"] {
    return this.#core.query(query).changes;
  }

  readonly #findTerms = (id: number) => this.reference.listingOf(id)?.instrument;

  #hear(transaction: Transaction): void {
    for (const change of transaction.changes) this.reference.apply(change);
    this.#take(toChangeEntries(transaction, this.reference), transaction);
    const events = toSettlementEvents(transaction, this.#findTerms);
    this.#take(toSettlementEntries(events, this.reference), transaction);
    const trades = transaction.changes.filter((change) => change.entity === "trade");
    const update = this.#bars.add(trades, transaction.timeUs);
    if (update !== undefined) {
      this.#take(toBarEntries(update, transaction.sequence, this.reference), transaction);
    }
    this.discrepancies.push(...this.#reconciliation.check(transaction, events));
    this.ledger.push(...toLedgerEntries(transaction, this.#findTerms));
  }

  #take(keyed: readonly KeyedEntry[], { sequence, timeUs }: Transaction): void {
    for (const [sub, { entry }] of keyed.entries()) {
      const text = JSON.stringify(entry);
      const read: unknown = JSON.parse(text);
      if (!isValid(read)) throw new Error(`${text}: ${JSON.stringify(isValid.errors)}`);
      this.replay.apply(read);
      const place = [read.sequence, read.sub, Math.round(read.timestamp / 1_000)];
      expect(place).toEqual([sequence, sub, timeUs]);
      expect(text).toContain(`"timestamp":${timeUs}000,`);
    }
    const logged = keyed.filter(({ entry }) => isOfSeedLog(entry));
    const messages = toSeedMessages(keyed);
    expect(messages).toHaveLength(logged.length);
    for (const { key } of messages) expect(Number(key)).toBeGreaterThan(0);
    this.entries += keyed.length;
  }
}

function isOfSeedLog({ entity_type: type }: ChangeLogEntry): boolean {
  return SEED_LOGS.some(({ entityType }) => entityType === type);
}

/** What trades move without a record of the instrument. */
const UNREPORTED = new Set(["fee_accumulator", "next_trade_id", "last_trade_price"]);

function toEntity({ change_type: change }: ChangeLogEntry): Entity {
  const fields = change === "Deleted" ? [] : "Created" in change ? change.Created.fields : [];
  return new Map(fields.map((field) => [field.field_name, field.new_value]));
}

/** What the entries made is what the engine has. */
function compareWithEngine(witness: Witness): void {
  const { replay } = witness;
  for (const image of witness.ask({ opcode: QueryKind.instruments })) {
    const found = replay.of("Instrument").get(image.entity_id);
    for (const [name, text] of toEntity(image)) {
      if (!UNREPORTED.has(name)) expect(`${name} ${found?.get(name)}`).toBe(`${name} ${text}`);
    }
    compareBook(witness, Number(image.entity_id));
  }
  for (const account of witness.query({ opcode: QueryKind.accounts })) {
    if (account.entity === "account") compareAccount(witness, account.accountId);
  }
}

function compareBook(witness: Witness, instrument: number): void {
  const { replay } = witness;
  const query = { opcode: QueryKind.book, instrument, quantity: 1_000 };
  // A level's image is written as an update that holds all there is to it.
  const expected = new EntryReplay();
  for (const level of witness.ask(query)) expected.apply(level);
  const rebuilt = [...replay.of("Level")].filter(([id]) => id.startsWith(`${instrument}:`));
  const byId = ([left]: [string, Entity], [right]: [string, Entity]): number =>
    left < right ? -1 : 1;
  expect(rebuilt.sort(byId)).toEqual([...expected.of("Level")].sort(byId));
}

function compareAccount(witness: Witness, account: number): void {
  const { replay, reference, ledger } = witness;
  for (const order of witness.ask({ opcode: QueryKind.orders, account })) {
    const found = replay.of("SpotOrder").get(order.entity_id);
    expect([...(found ?? [])]).toEqual([...toEntity(order)]);
  }
  const none = toAmount(0n);
  const range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };
  const statement = toStatement(account, range, new Map(), ledger);
  const closings = new Map(
    statement.currencies.map(({ currency, closing }): [number, Amount] => [currency, closing]),
  );
  for (const balance of witness.query({ opcode: QueryKind.balances, account })) {
    if (balance.entity !== "balance") continue;
    const { availableAfter, frozenAfter, currency } = balance;
    expect(closings.get(currency) ?? none).toBe(toAmount(availableAfter + frozenAfter));
    const { code, scale } = reference.currencyOf(currency) ?? { code: "", scale: 0 };
    const found = replay.of("Balance").get(`${account}:${code}`);
    expect(found?.get("available") ?? formatAmount(none, scale)).toBe(
      formatAmount(availableAfter, scale),
    );
    expect(found?.get("frozen") ?? formatAmount(none, scale)).toBe(
      formatAmount(frozenAfter, scale),
    );
  }
}

const paths = readdirSync(join(ROOT, DIRECTORY))
  .filter((name) => name.endsWith(".scenario"))
  .toSorted()
  .map((name) => `${DIRECTORY}/${name}`);

describe("the change log of", () => {
  for (const path of paths) {
    const scenario = parseScenario(path, readFileSync(join(ROOT, path), "utf8"));
    const play = async (): Promise<void> => {
      const witnesses: Witness[] = [];
      const venue = await openEngine(scenario.capacities, (core) => {
        witnesses.push(new Witness(core));
      });
      try {
        await playScenario(scenario, scenario.lines, venue);
        for (const witness of witnesses) {
          expect(witness.discrepancies).toEqual([]);
          expect(witness.entries).toBeGreaterThan(0);
          compareWithEngine(witness);
        }
      } finally {
        await venue.stop();
      }
    };
    test(scenario.title, play, SCENARIO_MS_MAX);
  }
});

describe("the change log of random trading", () => {
  const play = (seed: number): void => {
    const directory = mkdtempSync(join(tmpdir(), "openbell-trading-"));
    const core = openCore(directory, {});
    try {
      const witness = new Witness(core);
      const trading = new RandomTrading(seed);
      const opening = openingCommands();
      for (let count = 0; count < 2_000; count += 1) {
        core.submit(opening[count] ?? trading.next(), (reply) => trading.hear(reply));
        core.flush();
        if (count % 50 === 0) core.setCallerTime(START_US + count * 700_000);
        core.tick();
      }
      expect(witness.discrepancies).toEqual([]);
      expect(witness.replay.of("SpotTrade").size).toBeGreaterThan(300);
      expect([...new Set(witness.ledger.map(({ kind }) => kind))].sort()).toEqual([
        ...["deposit", "fee", "sweep", "trade", "transfer", "withdrawal"],
      ] as const);
      compareWithEngine(witness);
    } finally {
      core.stop();
      rmSync(directory, { recursive: true });
    }
  };
  test.each([1, 2, 3, 4, 5, 6])("of seed %d", play, SCENARIO_MS_MAX);
});
