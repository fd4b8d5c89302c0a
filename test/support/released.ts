// Transactions as the bytes that leave the core (docs/formats.md), for what is tested without one.

import { OutputBuffer, Released } from "../../gateway/core/released.ts";
import type { BalanceUpdate } from "../../gateway/domain/account.ts";
import type { Trade } from "../../gateway/domain/change.ts";
import { Opcode } from "../../gateway/domain/command.ts";
import type { Amount } from "../../gateway/domain/units.ts";

/** A record but for its `sub`: where it stands in its transaction. */
export type RecordBytes = Buffer;

interface Head {
  readonly sequence: number;
  readonly timeUs?: number;
  /** 4: issued by the runtime; 64: answered without JavaScript. */
  readonly flags?: number;
  readonly result?: number;
  /** A cancel's unless it is given. */
  readonly opcode?: number;
}

const HEADER_BYTES = 48;

/** A transaction with these records. */
export function encodeTransaction(head: Head, records: readonly RecordBytes[] = []): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), ...records]);
  bytes.writeUInt32LE(bytes.length / 8, 0);
  bytes.writeUInt32LE(records.length, 4);
  bytes.writeBigUInt64LE(BigInt(head.sequence), 8);
  bytes.writeBigUInt64LE(BigInt(head.timeUs ?? head.sequence) * 1_000n, 16);
  bytes.set([0, 0, head.opcode ?? Opcode.cancelOrder, head.flags ?? 0], 24);
  bytes.writeBigUInt64LE(BigInt(head.result ?? head.sequence), 32);
  let offset = HEADER_BYTES;
  for (const [sub, record] of records.entries()) {
    bytes.writeUInt32LE(sub, offset + 4);
    offset += record.length;
  }
  return bytes;
}

export function encodeClock(timeUs: number): RecordBytes {
  const bytes = recordOf(9, 2, 2);
  bytes.writeBigUInt64LE(BigInt(timeUs) * 1_000n, 8);
  return bytes;
}

/** Of a bid. */
export function encodeLevel(instrument: number): RecordBytes {
  const bytes = recordOf(3, 2, 5);
  bytes.writeUInt32LE(instrument, 8);
  bytes.writeUInt32LE(1, 12);
  return bytes;
}

export function encodeTrade(trade: Trade): RecordBytes {
  const bytes = recordOf(2, 1, 14);
  const halves = [trade.instrument, trade.takerSide];
  for (const [at, half] of halves.entries()) bytes.writeUInt32LE(half, 16 + 4 * at);
  const accounts = [trade.takerAccount, trade.makerAccount];
  for (const [at, half] of accounts.entries()) bytes.writeUInt32LE(half, 40 + 4 * at);
  const words = { 1: trade.tradeId, 3: trade.takerOrder, 4: trade.makerOrder };
  for (const [word, value] of Object.entries({ ...words, 6: trade.price, 7: trade.quantity })) {
    bytes.writeBigInt64LE(BigInt(value), 8 * Number(word));
  }
  writeAmounts(bytes, 64, [trade.notional, trade.takerFee, trade.makerFee]);
  return bytes;
}

export function encodeBalance(balance: BalanceUpdate): RecordBytes {
  const bytes = recordOf(4, 2, 10);
  bytes.writeUInt32LE(balance.account, 8);
  bytes.writeUInt32LE(balance.currency, 12);
  const { availableBefore, availableAfter, frozenBefore, frozenAfter } = balance;
  writeAmounts(bytes, 16, [availableBefore, availableAfter, frozenBefore, frozenAfter]);
  return bytes;
}

function writeAmounts(bytes: Buffer, offset: number, amounts: readonly Amount[]): void {
  for (const [at, amount] of amounts.entries()) {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, amount), offset + 16 * at);
    bytes.writeBigInt64LE(amount >> 64n, offset + 8 + 16 * at);
  }
}

function recordOf(entity: number, change: number, words: number): Buffer {
  const bytes = Buffer.alloc(words * 8);
  bytes.set([entity, change, words, 0]);
  return bytes;
}

/** Whole transactions in a buffer, as after a call of the core. */
export function toOutput(...transactions: readonly Buffer[]): OutputBuffer {
  const bytes = Buffer.concat(transactions);
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return new OutputBuffer(own);
}

export function toReleased(transaction: Buffer): Released {
  const released = new Released();
  released.moveTo(toOutput(transaction), 0, transaction.length);
  return released;
}
