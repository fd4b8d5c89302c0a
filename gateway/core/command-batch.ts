// Domain commands → 128-byte records (docs/formats.md). A field that does not fit its place throws:
// sessions/order-entry.ts judges what clients send, so that is a bug here, and a cut or wrapped
// value would become another command.

import { EXTENSION_OPCODE, Opcode, TEXT_BYTES_MAX } from "../domain/command.ts";
import type { CommandFields, QueryFields } from "../domain/command.ts";

/** Bytes of one record. */
export const RECORD_BYTES = 128;

const OFFSET = {
  opcode: 0,
  flags: 1,
  side: 2,
  orderType: 3,
  timeInForce: 4,
  kind: 5,
  textLength: 6,
  extensions: 7,
  account: 8,
  instrument: 12,
  session: 16,
  orderId: 24,
  price: 32,
  quantity: 40,
  amount: 48,
  text: 64,
} as const;

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
  readonly #view: DataView;
  #byteLength = 0;
  #commandCount = 0;

  /** Bounds: room for `recordsMax` records; a command takes one, with a second text two. */
  constructor(recordsMax: number) {
    this.bytes = Buffer.alloc(recordsMax * RECORD_BYTES);
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
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
      const extensions = this.#view.getUint8(offset + OFFSET.extensions);
      offset += (1 + extensions) * RECORD_BYTES;
    }
    return offset;
  }

  /** Appends a command. Errors: throws when a field does not fit; the batch stays as it was. */
  add(command: CommandFields): void {
    if (!this.hasRoom) throw new RangeError("command batch is full");
    const offset = this.#byteLength;
    const hasExtension = command.extensionText !== undefined;
    writeRecord(this.bytes, this.#view, offset, command);
    this.bytes[offset + OFFSET.extensions] = hasExtension ? 1 : 0;
    if (hasExtension) {
      const extension = { opcode: EXTENSION_OPCODE, text: command.extensionText };
      writeRecord(this.bytes, this.#view, offset + RECORD_BYTES, extension);
    }
    this.#byteLength = offset + (hasExtension ? 2 : 1) * RECORD_BYTES;
    this.#commandCount += 1;
  }

  clear(): void {
    this.#byteLength = 0;
    this.#commandCount = 0;
  }
}

/** Writes a query over the first record of `bytes`. Errors: throws when a field does not fit. */
export function encodeQuery(bytes: Buffer, query: QueryFields): void {
  writeRecord(bytes, new DataView(bytes.buffer, bytes.byteOffset, RECORD_BYTES), 0, query);
}

type RecordFields = Omit<CommandFields, "opcode" | "extensionText"> & { opcode: number };

function writeRecord(bytes: Buffer, view: DataView, offset: number, fields: RecordFields): void {
  bytes.fill(0, offset, offset + RECORD_BYTES);
  view.setUint8(offset + OFFSET.opcode, fields.opcode);
  if (fields.flags !== undefined)
    view.setUint8(offset + OFFSET.flags, toUint8("flags", fields.flags));
  if (fields.side !== undefined) view.setUint8(offset + OFFSET.side, toUint8("side", fields.side));
  if (fields.orderType !== undefined) view.setUint8(offset + OFFSET.orderType, fields.orderType);
  if (fields.timeInForce !== undefined)
    view.setUint8(offset + OFFSET.timeInForce, fields.timeInForce);
  if (fields.kind !== undefined) view.setUint8(offset + OFFSET.kind, fields.kind);
  if (fields.account !== undefined) {
    view.setUint32(offset + OFFSET.account, toUint32("account", fields.account), true);
  }
  if (fields.instrument !== undefined) {
    view.setUint32(offset + OFFSET.instrument, toUint32("instrument", fields.instrument), true);
  }
  if (fields.session !== undefined)
    writeUint64(view, offset + OFFSET.session, "session", fields.session);
  if (fields.orderId !== undefined)
    writeUint64(view, offset + OFFSET.orderId, "orderId", fields.orderId);
  if (fields.price !== undefined) writeInt64(view, offset + OFFSET.price, "price", fields.price);
  if (fields.quantity !== undefined) {
    // A lot alone is an amount of base units; an order's quantity must come back as a number.
    if (typeof fields.quantity === "bigint" && fields.opcode !== Opcode.createInstrument) {
      throw outOfRange("quantity", fields.quantity);
    }
    writeInt64(view, offset + OFFSET.quantity, "quantity", fields.quantity);
  }
  if (fields.amount !== undefined)
    writeInt128(view, offset + OFFSET.amount, "amount", fields.amount);
  if (fields.text !== undefined) {
    const length = writeText(bytes, offset + OFFSET.text, fields.text);
    view.setUint8(offset + OFFSET.textLength, length);
  }
}

function toUint8(field: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) throw outOfRange(field, value);
  return value;
}

function toUint32(field: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw outOfRange(field, value);
  return value;
}

function writeUint64(view: DataView, offset: number, field: string, value: number): void {
  if (value < 0) throw outOfRange(field, value);
  writeInt64(view, offset, field, value);
}

function writeInt64(view: DataView, offset: number, field: string, value: number | bigint): void {
  if (typeof value === "bigint") {
    if (value < I64_MIN || value > I64_MAX) throw outOfRange(field, value);
    view.setBigInt64(offset, value, true);
    return;
  }
  if (!Number.isSafeInteger(value)) throw outOfRange(field, value);
  view.setUint32(offset, value >>> 0, true);
  view.setInt32(offset + 4, Math.floor(value / 2 ** 32), true);
}

function writeInt128(view: DataView, offset: number, field: string, value: bigint): void {
  if (value < I128_MIN || value > I128_MAX) throw outOfRange(field, value);
  view.setBigUint64(offset, BigInt.asUintN(64, value), true);
  view.setBigInt64(offset + 8, value >> 64n, true);
}

/** Writes UTF-8 and returns its length in bytes. */
function writeText(bytes: Buffer, offset: number, text: string): number {
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX) throw outOfRange("text", text.length);
  return bytes.write(text, offset, TEXT_BYTES_MAX);
}

function outOfRange(field: string, value: number | bigint): RangeError {
  return new RangeError(`${field} ${value} does not fit a command record`);
}
