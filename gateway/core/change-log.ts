// The core's output bytes → transactions. docs/formats.md draws every record; each function below
// names the words it reads. What this build does not know is a fault, never skipped.

import { AccountState } from "../domain/account.ts";
import type { Change, Transaction } from "../domain/change.ts";
import { CommandFlag } from "../domain/command.ts";
import { GatewayFault } from "../domain/fault.ts";
import { InstrumentState, NameKind } from "../domain/instrument.ts";
import {
  CancelReason,
  OrderCause,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../domain/order.ts";
import { findRejectCode } from "../domain/reject.ts";
import type { RejectCode } from "../generated/reject-codes.ts";
import { WORD_BYTES, WordReader } from "./word-reader.ts";

/** What a transaction begins with. */
export const HEADER_WORDS = 6;

/** First byte of a record. */
export const Entity = {
  order: 1,
  trade: 2,
  level: 3,
  balance: 4,
  instrument: 5,
  account: 6,
  currency: 7,
  session: 8,
  clock: 9,
  alias: 10,
  request: 11,
} as const;
type Entity = (typeof Entity)[keyof typeof Entity];

/** Second byte of a record, by its number. */
export const changeNames = [undefined, "created", "updated", "deleted", "image"] as const;
type ChangeName = NonNullable<(typeof changeNames)[number]>;

/** Bits of a header's flags. */
export const TransactionFlag = { duplicate: 1, backlog: 2, system: 4 } as const;

/**
 * Reads transactions out of one buffer.
 *
 * Errors: throws `change_log_unreadable` when the bytes are not what this build writes.
 * Cost: one object per transaction and change.
 */
export class ChangeReader {
  readonly #words: WordReader;
  readonly #byteLength: number;

  constructor(bytes: Buffer) {
    this.#words = new WordReader(bytes);
    this.#byteLength = bytes.byteLength;
  }

  /** Length of the transaction at `offset` in bytes. */
  byteLengthAt(offset: number): number {
    this.#words.base = offset;
    const byteLength = this.#words.low(0) * WORD_BYTES;
    if (byteLength < HEADER_WORDS * WORD_BYTES || offset + byteLength > this.#byteLength) {
      throw unreadable(`a transaction of ${byteLength} bytes at ${offset}`);
    }
    return byteLength;
  }

  read(offset: number): Transaction {
    const end = offset + this.byteLengthAt(offset);
    const words = this.#words;
    const changeCount = words.high(0);
    const flags = words.byte(3, 3);
    const changes: Change[] = [];
    const transaction: Transaction = {
      sequence: words.sequence(1),
      timeUs: words.timeUs(2),
      code: toCode(words.uint16(3)),
      opcode: words.byte(3, 2),
      isDuplicate: (flags & TransactionFlag.duplicate) !== 0,
      hasBacklog: (flags & TransactionFlag.backlog) !== 0,
      isSystem: (flags & TransactionFlag.system) !== 0,
      account: words.high(3),
      result: words.id(4),
      instrument: words.low(5),
      changes,
    };
    words.base = offset + HEADER_WORDS * WORD_BYTES;
    for (let sub = 0; sub < changeCount; sub += 1) {
      const byteLength = words.byte(0, 2) * WORD_BYTES;
      if (byteLength === 0 || words.base + byteLength > end || words.high(0) !== sub) {
        throw unreadable(`change ${sub} of transaction ${transaction.sequence}`);
      }
      changes.push(readChange(words));
      words.base += byteLength;
    }
    if (words.base !== end) throw unreadable(`the end of transaction ${transaction.sequence}`);
    return transaction;
  }
}

function readChange(words: WordReader): Change {
  const change = known(changeNames, words.byte(0, 1), "change type");
  const entity = known(entities, words.byte(0, 0), "entity");
  switch (entity) {
    case Entity.order:
      if (change === "updated") return readOrderUpdate(words);
      return readOrderImage(words, among(change, "created", "image"));
    case Entity.trade:
      return readTrade(words, among(change, "created"));
    case Entity.level:
      return readLevel(words, among(change, "updated", "deleted", "image"));
    case Entity.balance:
      return readBalance(words, among(change, "updated", "image"));
    case Entity.instrument:
      return readInstrument(words, among(change, "created", "updated", "image"));
    case Entity.account:
      return readAccount(words, among(change, "created", "updated", "image"));
    case Entity.currency:
      return readCurrency(words, among(change, "created", "image"));
    case Entity.session:
      return readSession(words, among(change, "created", "deleted", "image"));
    case Entity.clock:
      return { entity: "clock", change: among(change, "updated"), timeUs: words.timeUs(1) };
    case Entity.alias:
      return readAlias(words, among(change, "created", "deleted", "image"));
    case Entity.request:
      return readRequest(words, among(change, "created"));
  }
}

function readOrderImage(words: WordReader, change: "created" | "image"): Change {
  const orderId = words.id(1);
  return {
    entity: "order",
    change,
    orderId,
    account: words.low(2),
    instrument: words.high(2),
    side: sides[words.byte(3, 0)] ?? 0,
    orderType: orderTypes[words.byte(3, 1)] ?? 0,
    timeInForce: timesInForce[words.byte(3, 2)] ?? 0,
    status: known(orderStatuses, words.byte(3, 3), "order status"),
    reason: known(cancelReasons, words.byte(3, 4), "cancel reason"),
    selfTradePrevention: selfTradePreventions[words.byte(3, 5)] ?? 0,
    cancelOnDisconnect: (words.byte(3, 6) & CommandFlag.cancelOnDisconnect) !== 0,
    code: toCode(words.uint16(4)),
    isRetained: (words.byte(4, 2) & 1) !== 0,
    session: words.id(5),
    price: words.price(6),
    quantity: words.quantity(7),
    filled: words.quantity(8),
    leaves: words.quantity(9),
    quoteQuantity: words.amount(10),
    cumulativeNotional: words.amount(12),
    fee: words.amount(14),
    makerRate: words.signedLow(16),
    takerRate: words.signedHigh(16),
    createdAtUs: words.timeUs(17),
    priority: words.sequence(18),
    clientOrderId: readClientOrderId(words, 19, words.byte(3, 7), orderId),
  };
}

function readOrderUpdate(words: WordReader): Change {
  const orderId = words.id(1);
  const lengthBefore = words.byte(3, 6);
  const length = words.byte(3, 7);
  const wordBefore = 17 + Math.ceil(length / WORD_BYTES);
  const cause = known(orderCauses, words.byte(3, 4), "order cause");
  return {
    entity: "order",
    change: "updated",
    orderId,
    account: words.low(2),
    instrument: words.high(2),
    side: known(sides, words.byte(3, 0), "side"),
    statusBefore: known(orderStatuses, words.byte(3, 1), "order status"),
    statusAfter: known(orderStatuses, words.byte(3, 2), "order status"),
    reason: known(cancelReasons, words.byte(3, 3), "cancel reason"),
    cause,
    session: words.id(4),
    price: words.price(5),
    quantity: words.quantity(6),
    filledBefore: words.quantity(7),
    filledAfter: words.quantity(8),
    leavesBefore: words.quantity(9),
    leavesAfter: words.quantity(10),
    cumulativeNotional: words.amount(11),
    fee: words.amount(13),
    priceBefore: words.price(15),
    quantityBefore: words.quantity(16),
    clientOrderId: readClientOrderId(words, 17, length, orderId),
    clientOrderIdBefore:
      cause === OrderCause.replace
        ? readClientOrderId(words, wordBefore, lengthBefore, orderId)
        : undefined,
  };
}

/** Reads a trade's record. */
export function readTrade(
  words: WordReader,
  change: "created",
): Extract<Change, { entity: "trade" }> {
  return {
    entity: "trade",
    change,
    tradeId: words.id(1),
    instrument: words.low(2),
    takerSide: known(sides, words.high(2), "side"),
    takerOrder: words.id(3),
    makerOrder: words.id(4),
    takerAccount: words.low(5),
    makerAccount: words.high(5),
    price: words.price(6),
    quantity: words.quantity(7),
    notional: words.amount(8),
    takerFee: words.amount(10),
    makerFee: words.amount(12),
  };
}

function readLevel(words: WordReader, change: "updated" | "deleted" | "image"): Change {
  return {
    entity: "level",
    change,
    instrument: words.low(1),
    side: known(sides, words.high(1), "side"),
    price: words.price(2),
    quantity: words.quantity(3),
    orderCount: words.id(4),
  };
}

function readBalance(words: WordReader, change: "updated" | "image"): Change {
  return {
    entity: "balance",
    change,
    account: words.low(1),
    currency: words.high(1),
    availableBefore: words.amount(2),
    availableAfter: words.amount(4),
    frozenBefore: words.amount(6),
    frozenAfter: words.amount(8),
  };
}

function readInstrument(words: WordReader, change: "created" | "updated" | "image"): Change {
  return {
    entity: "instrument",
    change,
    instrumentId: words.low(1),
    state: known(instrumentStates, words.high(1), "instrument state"),
    baseCurrency: words.low(2),
    quoteCurrency: words.high(2),
    tickMantissa: words.id(3),
    tickExponent: words.byte(4, 0),
    bothSides: words.byte(4, 2) !== 0,
    lotSize: words.wideAmount(5),
    quotePerTickLot: words.wideAmount(6),
    makerRate: words.signedLow(7),
    takerRate: words.signedHigh(7),
    quantityMin: words.quantity(8),
    quantityMax: words.quantity(9),
    notionalMin: words.amount(10),
    orderValueMax: words.amount(12),
    openOrdersMax: words.id(14),
    positionMax: words.quantity(15),
    referencePrice: words.price(16),
    band: words.id(17),
    feeAccumulator: words.amount(18),
    nextTradeId: words.id(20),
    lastTradePrice: words.price(21),
    symbol: words.text(22, words.byte(4, 1)),
  };
}

function readAccount(words: WordReader, change: "created" | "updated" | "image"): Change {
  return {
    entity: "account",
    change,
    accountId: words.low(1),
    state: known(accountStates, words.byte(1, 4), "account state"),
    name: words.text(2, words.byte(1, 5)),
  };
}

function readCurrency(words: WordReader, change: "created" | "image"): Change {
  return {
    entity: "currency",
    change,
    currencyId: words.low(1),
    scale: words.byte(1, 4),
    code: words.text(2, words.byte(1, 5)),
  };
}

function readSession(words: WordReader, change: "created" | "deleted" | "image"): Change {
  return {
    entity: "session",
    change,
    sessionId: words.id(1),
    account: words.low(2),
    cancelOnDisconnect: (words.byte(2, 4) & CommandFlag.cancelOnDisconnect) !== 0,
    openedAtUs: words.timeUs(3),
    name: words.text(4, words.byte(2, 5)),
  };
}

function readAlias(words: WordReader, change: "created" | "deleted" | "image"): Change {
  return {
    entity: "alias",
    change,
    targetId: words.low(1),
    kind: known(nameKinds, words.byte(1, 4), "name kind"),
    text: words.text(2, words.byte(1, 5)),
  };
}

function readRequest(words: WordReader, change: "created"): Change {
  const length = words.byte(3, 0);
  return {
    entity: "request",
    change,
    sessionId: words.id(1),
    orderId: words.id(2),
    orderStatus: orderStatuses[words.byte(3, 2)],
    side: sides[words.byte(3, 3)] ?? 0,
    instrument: words.high(3),
    requestId: words.text(4, length),
    targetClientOrderId: words.text(4 + Math.ceil(length / WORD_BYTES), words.byte(3, 1)),
  };
}

function readClientOrderId(
  words: WordReader,
  word: number,
  byteLength: number,
  orderId: number,
): string {
  return byteLength === 0 ? `ob-${orderId}` : words.text(word, byteLength);
}

/** Values of a vocabulary by their number, so that an unknown number is noticed. */
type ByNumber<Value> = readonly (Value | undefined)[];

function byNumber<Value extends number>(vocabulary: Record<string, Value>): ByNumber<Value> {
  const values: (Value | undefined)[] = [];
  for (const value of Object.values(vocabulary)) values[value] = value;
  return values;
}

const entities: ByNumber<Entity> = byNumber(Entity);
const sides = byNumber(Side);
const orderTypes = byNumber(OrderType);
const timesInForce = byNumber(TimeInForce);
const orderStatuses = byNumber(OrderStatus);
const cancelReasons = byNumber(CancelReason);
const orderCauses = byNumber(OrderCause);
const selfTradePreventions = byNumber(SelfTradePrevention);
const instrumentStates = byNumber(InstrumentState);
const accountStates = byNumber(AccountState);
const nameKinds = byNumber(NameKind);

function known<Value>(values: ByNumber<Value>, number: number, meaning: string): Value {
  const value = values[number];
  if (value === undefined) throw unreadable(`${meaning} ${number}`);
  return value;
}

/** Asked for every record: no array of what is allowed. */
function among<Name extends ChangeName>(change: ChangeName, a: Name, b?: Name, c?: Name): Name {
  if (change === a) return a;
  if (b !== undefined && change === b) return b;
  if (c !== undefined && change === c) return c;
  throw unreadable(`a change of type ${change}`);
}

/** Errors: throws `change_log_unreadable` of a number that is no code. */
export function toCode(number: number): RejectCode | 0 {
  if (number === 0) return 0;
  const code = findRejectCode(number);
  if (code === undefined) throw unreadable(`reject code ${number}`);
  return code;
}

/** The fault of bytes that this build does not write. */
export function unreadable(found: string): GatewayFault {
  return new GatewayFault("change_log_unreadable", `the core wrote ${found}`);
}
