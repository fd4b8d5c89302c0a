// What the gateway may ask of the core: commands change state and get a sequence, queries do not.
// Which opcode reads which field is docs/commands.md; docs/formats.md draws the record.

import type { OrderType, SelfTradePrevention, Side, TimeInForce } from "./order.ts";
import type { AccountState } from "./account.ts";
import type { InstrumentState, LimitKind, NameKind } from "./instrument.ts";

/** What a command asks for. Numbers are never reused. */
export const Opcode = {
  configure: 1,
  newOrder: 10,
  cancelOrder: 11,
  replaceOrder: 12,
  massCancel: 13,
  deposit: 20,
  withdraw: 21,
  transfer: 22,
  sweepFees: 23,
  sessionOpened: 30,
  sessionClosed: 31,
  clock: 40,
  continue: 41,
  createCurrency: 50,
  createInstrument: 51,
  createAccount: 52,
  setAlias: 53,
  removeAlias: 54,
  setFees: 55,
  setLimit: 56,
  setBand: 57,
  setInstrumentState: 58,
  setAccountState: 59,
} as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** Second record of the command before it; written by the encoder alone. */
export const EXTENSION_OPCODE = 255;

/** Opcodes the runtime alone issues. */
export type RuntimeOpcode = typeof Opcode.configure | typeof Opcode.clock | typeof Opcode.continue;

/** What a query asks for. */
export const QueryKind = {
  balances: 200,
  orders: 201,
  order: 202,
  book: 203,
  instruments: 204,
  currencies: 205,
  accounts: 206,
  aliases: 207,
  sessions: 208,
  account: 209,
} as const;
export type QueryKind = (typeof QueryKind)[keyof typeof QueryKind];

/** `kind` of an orders query. */
export const OrdersQuery = { open: 0, all: 1 } as const;
export type OrdersQuery = (typeof OrdersQuery)[keyof typeof OrdersQuery];

/** Bits of `flags`. */
export const CommandFlag = { cancelOnDisconnect: 1, admin: 2, bothSides: 4 } as const;

/** Longest text of a record in bytes. */
export const TEXT_BYTES_MAX = 64;

/** One command. A field left out is 0. */
export interface CommandFields {
  opcode: Opcode;
  /** `CommandFlag` bits. */
  flags?: number | undefined;
  /** Tick exponent of `createInstrument`. */
  side?: Side | number | undefined;
  orderType?: OrderType | undefined;
  timeInForce?: TimeInForce | undefined;
  /** Self-trade prevention of an order; kind or state in administration. */
  kind?: SelfTradePrevention | NameKind | LimitKind | InstrumentState | AccountState | undefined;
  account?: number | undefined;
  /** Currency of a ledger move. */
  instrument?: number | undefined;
  /** Calling account of a ledger move or administration. */
  session?: number | undefined;
  /** Receiving account of a transfer. */
  orderId?: number | undefined;
  /** Ticks; tick mantissa, maker rate or reference price in administration. */
  price?: number | undefined;
  /** Lots; scale, taker rate or band in administration; a lot in base units, also as bigint. */
  quantity?: number | bigint | undefined;
  /** Budget of a market buy, ledger amount, value of a limit. */
  amount?: bigint | undefined;
  /** Client order id, request id or name. Bounds: 64 bytes of UTF-8. */
  text?: string | undefined;
  /** Text 2 of docs/commands.md. Bounds: 64 bytes of UTF-8. */
  extensionText?: string | undefined;
}

/** A command the gateway may submit. */
export type SubmittedCommand = CommandFields & { opcode: Exclude<Opcode, RuntimeOpcode> };

/** One query. A field left out is 0. */
export interface QueryFields {
  opcode: QueryKind;
  account?: number | undefined;
  instrument?: number | undefined;
  /** The order asked for, or the last id of the page before. */
  orderId?: number | undefined;
  /** Longest answer: orders, accounts, or levels a side. Bounds: 1 to 1,000. */
  quantity?: number | undefined;
  kind?: OrdersQuery | undefined;
  /** Client order id, account name or alias. */
  text?: string | undefined;
}

/**
 * Whether `text` may be a client order id or request id.
 *
 * Bounds: 1 to 64 printable ASCII characters without space, comma and quotes. Source: rules 2.3.
 */
export function isIdText(text: string): boolean {
  return /^[!#-&(-+\--_a-~]{1,64}$/.test(text);
}
