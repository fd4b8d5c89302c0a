// Domain commands → 128-byte records (docs/formats.md). A field that does not fit its place throws:
// sessions/order-entry.ts judges what clients send, so that is a bug here, and a cut or wrapped
// value would become another command.

import { EXTENSION_OPCODE, Opcode, TEXT_BYTES_MAX } from "../domain/command.ts";
import type { CommandFields, QueryFields } from "../domain/command.ts";

/** Bytes of one record. */
export const RECORD_BYTES = 128;

const HALF_BYTES = 4;
/** Where fields begin, in 32-bit halves of words. The first two are four bytes each. */
const HALF = {
  account: 2,
  instrument: 3,
  session: 4,
  orderId: 6,
  price: 8,
  quantity: 10,
  amount: 12,
  text: 16,
} as const;
const RECORD_HALVES = RECORD_BYTES / HALF_BYTES;
const EXTENSIONS_BYTE = 7;

const I128_MIN = -(2n ** 127n);
const I128_MAX = 2n ** 127n - 1n;
const I64_MIN = -(2n ** 63n);
const I64_MAX = 2n ** 63n - 1n;

/**
 * The commands of one turn, as records in a buffer of fixed size.
 *
 * Cost: no allocation per command.
 */
export class CommandBatch {
  /** Only the first `byteLength` bytes are commands. */
  readonly bytes: Buffer;
  readonly #records: Records;
  #byteLength = 0;
  #commandCount = 0;

  /** Bounds: room for `recordsMax` records; a command takes one, with a second text two. */
  constructor(recordsMax: number) {
    this.bytes = Buffer.alloc(recordsMax * RECORD_BYTES);
    this.#records = toRecords(this.bytes);
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  get commandCount(): number {
    return this.#commandCount;
  }

  /** Whether any command still fits, whatever its form. */
  get hasRoom(): boolean {
    return this.#byteLength + 2 * RECORD_BYTES <= this.bytes.length;
  }

  /** Where command `index` begins. Cost: walks the commands before it. */
  offsetOf(index: number): number {
    let offset = 0;
    for (let passed = 0; passed < index; passed += 1) {
      offset += (1 + (this.bytes[offset + EXTENSIONS_BYTE] ?? 0)) * RECORD_BYTES;
    }
    return offset;
  }

  /** Appends a command. Errors: throws when a field does not fit; the batch stays as it was. */
  add(command: CommandFields): void {
    if (!this.hasRoom) throw new RangeError("command batch is full");
    const offset = this.#byteLength;
    const hasExtension = command.extensionText !== undefined;
    writeRecord(this.#records, offset, command, hasExtension ? 1 : 0);
    if (hasExtension) {
      const extension = { opcode: EXTENSION_OPCODE, text: command.extensionText };
      writeRecord(this.#records, offset + RECORD_BYTES, extension, 0);
    }
    this.#byteLength = offset + (hasExtension ? 2 : 1) * RECORD_BYTES;
    this.#commandCount += 1;
  }

  clear(): void {
    this.#byteLength = 0;
    this.#commandCount = 0;
  }
}

/** Writes a query over the first record. Errors: throws when a field does not fit. */
export function encodeQuery(records: Records, query: QueryFields): void {
  writeRecord(records, 0, query, 0);
}

/** A buffer of records, as bytes and as halves of words: an element costs a tenth of a call. */
export interface Records {
  readonly bytes: Buffer;
  readonly halves: Uint32Array;
}

export function toRecords(bytes: Buffer): Records {
  const { buffer, byteOffset, byteLength } = bytes;
  const halves = new Uint32Array(buffer, byteOffset, Math.floor(byteLength / HALF_BYTES));
  return { bytes, halves };
}

type RecordFields = Omit<CommandFields, "opcode" | "extensionText"> & { opcode: number };

function writeRecord(
  records: Records,
  offset: number,
  fields: RecordFields,
  extensions: number,
): void {
  const { halves } = records;
  const at = offset / HALF_BYTES;
  const { opcode, flags = 0, side = 0, orderType = 0, timeInForce = 0, kind = 0 } = fields;
  const { account = 0, instrument = 0, session = 0, orderId = 0, price = 0, quantity = 0 } = fields;
  // A lot alone is an amount of base units; an order's quantity must come back as a number.
  if (typeof quantity === "bigint" && opcode !== Opcode.createInstrument) {
    throw outOfRange("quantity", quantity);
  }
  const textLength = writeText(records, at + HALF.text, fields.text ?? "");
  halves[at] = toHalf(opcode, toUint8("flags", flags), toUint8("side", side), orderType);
  halves[at + 1] = toHalf(timeInForce, kind, textLength, extensions);
  halves[at + HALF.account] = toUint32("account", account);
  halves[at + HALF.instrument] = toUint32("instrument", instrument);
  writeUint64(halves, at + HALF.session, "session", session);
  writeUint64(halves, at + HALF.orderId, "orderId", orderId);
  writeInt64(halves, at + HALF.price, "price", price);
  writeInt64(halves, at + HALF.quantity, "quantity", quantity);
  writeInt128(halves, at + HALF.amount, "amount", fields.amount);
}

/** Four bytes, lowest first. */
function toHalf(first: number, second: number, third: number, fourth: number): number {
  return first | (second << 8) | (third << 16) | (fourth << 24);
}

function toUint8(field: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw outOfRange(field, value);
  return value;
}

function toUint32(field: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw outOfRange(field, value);
  return value;
}

function writeUint64(halves: Uint32Array, at: number, field: string, value: number): void {
  if (value < 0) throw outOfRange(field, value);
  writeInt64(halves, at, field, value);
}

function writeInt64(halves: Uint32Array, at: number, field: string, value: number | bigint): void {
  if (typeof value === "bigint") {
    if (value < I64_MIN || value > I64_MAX) throw outOfRange(field, value);
    writeBigHalves(halves, at, value, 2);
    return;
  }
  if (!Number.isSafeInteger(value)) throw outOfRange(field, value);
  halves[at] = value >>> 0;
  halves[at + 1] = Math.floor(value / 2 ** 32) >>> 0;
}

/** Most commands have no amount, and most amounts are exact as a number. */
function writeInt128(
  halves: Uint32Array,
  at: number,
  field: string,
  value: bigint | undefined,
): void {
  const number = value === undefined ? 0 : Number(value);
  if (value !== undefined && !Number.isSafeInteger(number)) {
    if (value < I128_MIN || value > I128_MAX) throw outOfRange(field, value);
    writeBigHalves(halves, at, value, 4);
    return;
  }
  writeInt64(halves, at, field, number);
  const sign = number < 0 ? 0xffff_ffff : 0;
  halves[at + 2] = sign;
  halves[at + 3] = sign;
}

function writeBigHalves(halves: Uint32Array, at: number, value: bigint, count: number): void {
  for (let half = 0; half < count; half += 1) {
    halves[at + half] = Number(BigInt.asUintN(32, value >> BigInt(32 * half)));
  }
}

/** Writes UTF-8 over the rest of a record and returns its length in bytes. */
function writeText({ bytes, halves }: Records, at: number, text: string): number {
  for (let half = at; half % RECORD_HALVES !== 0; half += 1) halves[half] = 0;
  const start = at * HALF_BYTES;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Ids are ASCII; names need not be.
    if (unit > 0x7f || index === TEXT_BYTES_MAX) return writeLongText(bytes, start, text);
    bytes[start + index] = unit;
  }
  return text.length;
}

function writeLongText(bytes: Buffer, start: number, text: string): number {
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX) throw outOfRange("text", text.length);
  return bytes.write(text, start, TEXT_BYTES_MAX);
}

function outOfRange(field: string, value: number | bigint): RangeError {
  return new RangeError(`${field} ${value} does not fit a command record`);
}
