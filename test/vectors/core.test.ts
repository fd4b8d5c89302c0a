// Walks test/vectors/core: what TypeScript writes and reads must be what Rust reads and writes.
// core-addon/engine/tests/vectors.rs walks the same folder. A file that no reader knows, or an
// opcode or record kind without a case, fails.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  changeNames,
  ChangeReader,
  Entity,
  TransactionFlag,
} from "../../gateway/core/change-log.ts";
import {
  CommandBatch,
  encodeQuery,
  RECORD_BYTES,
  toRecords,
} from "../../gateway/core/command-batch.ts";
import * as account from "../../gateway/domain/account.ts";
import type { Change, Transaction } from "../../gateway/domain/change.ts";
import * as command from "../../gateway/domain/command.ts";
import * as instrument from "../../gateway/domain/instrument.ts";
import * as order from "../../gateway/domain/order.ts";
import * as units from "../../gateway/domain/units.ts";

type Fields = Record<string, string | boolean>;

interface TransactionInput {
  header: Fields;
  changes: (Fields & { entity: string; change: string })[];
}

interface VectorCase<Input> {
  name: string;
  why: string;
  source: string;
  input: Input;
  /** Hex, in lines. */
  bytes: string[];
}

interface Constants {
  constants: Record<string, Record<string, string>>;
  change_records: string[];
}

const folder = join(import.meta.dir, "core");
const files = readdirSync(folder).sort();

function readFile<Content>(file: string): Content {
  // why: the shape is this folder's own; a wrong one fails the comparison below
  return JSON.parse(readFileSync(join(folder, file), "utf8")) as Content;
}

function readCases<Input>(file: string): VectorCase<Input>[] {
  const { cases } = readFile<{ cases: VectorCase<Input>[] }>(file);
  expect(cases.length).toBeGreaterThan(0);
  for (const { name, why, source } of cases) {
    expect([name, why, source].every((text) => text.length > 0)).toBe(true);
  }
  return cases;
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Fields of a command or query as the encoder takes them. */
function toFields(input: Fields): Record<string, number | bigint | string> {
  const fields: Record<string, number | bigint | string> = {};
  for (const [name, value] of Object.entries(input)) {
    const isText = name === "text" || name === "extension_text";
    const number = name === "amount" ? BigInt(value) : Number(value);
    fields[toCamelCase(name)] = isText ? String(value) : number;
  }
  return fields;
}

/** A decoded object in the words and number form of the vectors. */
function toVectorFields(decoded: object): Fields {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(decoded)) {
    if (name.endsWith("Us")) {
      fields[`${toSnakeCase(name).slice(0, -2)}ns`] = String(BigInt(value) * 1_000n);
    } else if (name === "cancelOnDisconnect") fields["flags"] = value ? "1" : "0";
    else if (name === "isRetained") fields["retained"] = value;
    else if (typeof value === "boolean") fields[toSnakeCase(name)] = value;
    else fields[toSnakeCase(name)] = value === undefined ? "" : String(value);
  }
  const assigned = `ob-${fields["order_id"]}`;
  for (const name of ["client_order_id", "client_order_id_before"]) {
    if (fields[name] === assigned) fields[name] = "";
  }
  return fields;
}

function toVectorHeader(transaction: Transaction): Fields {
  const { changes, isDuplicate, hasBacklog, isSystem, ...rest } = transaction;
  expect(changes).toBeArray();
  const flags =
    (isDuplicate ? TransactionFlag.duplicate : 0) |
    (hasBacklog ? TransactionFlag.backlog : 0) |
    (isSystem ? TransactionFlag.system : 0);
  return { ...toVectorFields(rest), flags: String(flags) };
}

const prefixes = ["command-", "query-", "constants.", "transaction."];
const entityNames = Object.keys(Entity).map((name) => `${name}-`);

test("no file is unread", () => {
  const known = [...prefixes, ...entityNames];
  expect(files.filter((file) => !known.some((prefix) => file.startsWith(prefix)))).toEqual([]);
});

describe("commands", () => {
  const names = Object.keys(command.Opcode).map((name) => toSnakeCase(name).replaceAll("_", "-"));

  test("every opcode has a file and every file an opcode", () => {
    const expected = names.map((name) => `command-${name}.json`).sort();
    expect(files.filter((file) => file.startsWith("command-"))).toEqual(expected);
  });

  for (const file of files.filter((name) => name.startsWith("command-"))) {
    for (const { name, input, bytes } of readCases<Fields>(file)) {
      test(`${file}: ${name}`, () => {
        const batch = new CommandBatch(2);
        // why: the vectors name only fields that commands have; another changes the bytes
        batch.add(toFields(input) as unknown as command.CommandFields);
        expect(batch.bytes.toString("hex", 0, batch.byteLength)).toBe(bytes.join(""));
      });
    }
  }
});

describe("queries", () => {
  const names = Object.keys(command.QueryKind).map(toSnakeCase);

  test("every query has a file and every file a query", () => {
    const expected = names.map((name) => `query-${name}.json`).sort();
    expect(files.filter((file) => file.startsWith("query-"))).toEqual(expected);
  });

  for (const file of files.filter((name) => name.startsWith("query-"))) {
    for (const { name, input, bytes } of readCases<Fields>(file)) {
      test(`${file}: ${name}`, () => {
        // Not zeroed: the encoder must leave nothing of what lay there before.
        const record = Buffer.alloc(RECORD_BYTES, 0xff);
        // why: the vectors name only fields that queries have; another changes the bytes
        encodeQuery(toRecords(record), toFields(input) as unknown as command.QueryFields);
        expect(record.toString("hex")).toBe(bytes.join(""));
      });
    }
  }
});

describe("transactions", () => {
  const isTransactionFile = (file: string): boolean =>
    file.startsWith("transaction.") || entityNames.some((name) => file.startsWith(name));

  test("every kind of change record has a file", () => {
    const kinds = readFile<Constants>("constants.json").change_records;
    const expected = kinds.map((kind) => `${kind.replace(" ", "-")}.json`);
    expect(files.filter(isTransactionFile)).toEqual([...expected, "transaction.json"].sort());
  });

  for (const file of files.filter(isTransactionFile)) {
    for (const { name, input, bytes } of readCases<TransactionInput>(file)) {
      test(`${file}: ${name}`, () => {
        const encoded = Buffer.from(bytes.join(""), "hex");
        // At an odd word, so that a decoder that ignores its offset is noticed.
        const offset = 24;
        const buffer = Buffer.concat([Buffer.alloc(offset, 0xff), encoded, Buffer.alloc(8)]);
        const reader = new ChangeReader(buffer);
        expect(reader.byteLengthAt(offset)).toBe(encoded.length);
        const transaction = reader.read(offset);
        expect(toVectorHeader(transaction)).toEqual(input.header);
        const decoded = transaction.changes.map((change: Change) => toVectorFields(change));
        expect(decoded).toEqual(input.changes);
      });
    }
  }
});

describe("constants", () => {
  const { constants } = readFile<Constants>("constants.json");
  const changeType = Object.fromEntries(
    changeNames.flatMap((name, number) => (name === undefined ? [] : [[name, number]])),
  );
  const vocabularies: Record<string, Record<string, number | bigint>> = {
    opcode: { ...command.Opcode, extension: command.EXTENSION_OPCODE },
    query_kind: command.QueryKind,
    command_flag: command.CommandFlag,
    side: order.Side,
    order_type: order.OrderType,
    time_in_force: order.TimeInForce,
    self_trade_prevention: order.SelfTradePrevention,
    name_kind: instrument.NameKind,
    limit_kind: instrument.LimitKind,
    instrument_state: instrument.InstrumentState,
    account_state: account.AccountState,
    entity: Entity,
    change_type: changeType,
    order_status: order.OrderStatus,
    cancel_reason: order.CancelReason,
    order_cause: order.OrderCause,
    transaction_flag: TransactionFlag,
    bound: {
      commandBytes: RECORD_BYTES,
      textBytesMax: command.TEXT_BYTES_MAX,
      headerWords: 6,
      ticksMax: units.TICKS_MAX,
      supplyMax: units.SUPPLY_MAX,
      million: 10 ** units.RATE_SCALE,
      currencyScaleMax: units.CURRENCY_SCALE_MAX,
      feeAccount: units.FEE_ACCOUNT,
      externalAccount: units.EXTERNAL_ACCOUNT,
    },
  };

  test("no vocabulary is unread", () => {
    expect(Object.keys(constants).sort()).toEqual(Object.keys(vocabularies).sort());
  });

  for (const [name, vocabulary] of Object.entries(vocabularies)) {
    test(name, () => {
      const entries = Object.entries(vocabulary);
      const actual = entries.map(([word, number]) => [toSnakeCase(word), String(number)]);
      expect(Object.fromEntries(actual)).toEqual(constants[name]);
    });
  }

  test("names are those of the vocabulary", () => {
    const named: [Record<string, number>, Record<number, string>][] = [
      [order.Side, order.sideNames],
      [order.OrderType, order.orderTypeNames],
      [order.TimeInForce, order.timeInForceNames],
      [order.OrderStatus, order.orderStatusNames],
      [order.CancelReason, order.cancelReasonNames],
      [order.OrderCause, order.orderCauseNames],
      [instrument.InstrumentState, instrument.instrumentStateNames],
      [instrument.LimitKind, instrument.limitKindNames],
      [instrument.NameKind, instrument.nameKindNames],
      [account.AccountState, account.accountStateNames],
    ];
    for (const [vocabulary, names] of named) {
      for (const [word, number] of Object.entries(vocabulary)) {
        expect(names[number]).toBe(toSnakeCase(word));
      }
    }
  });
});
