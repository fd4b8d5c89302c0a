// What the core answers: one transaction per command, made of changes. Fields are those of
// docs/formats.md; the position of a change in its transaction is its `sub`.

import type { RejectCode } from "../generated/reject-codes.ts";
import type { Account, BalanceUpdate, SessionImage } from "./account.ts";
import type { Alias, Currency, Instrument } from "./instrument.ts";
import type { OrderImage, OrderStatus, OrderUpdate, Side } from "./order.ts";
import type { Amount, Price, Quantity, Sequence, TimeUs } from "./units.ts";

/** One match between two orders. */
export interface Trade {
  /** Dense from 1 per instrument. */
  tradeId: number;
  instrument: number;
  takerSide: Side;
  takerOrder: number;
  makerOrder: number;
  takerAccount: number;
  makerAccount: number;
  price: Price;
  quantity: Quantity;
  /** Units: quote. */
  notional: Amount;
  /** Of this fill alone. Units: quote. */
  takerFee: Amount;
  /** Of this fill alone; negative is a rebate. Units: quote. */
  makerFee: Amount;
}

/** All open orders at one price. */
export interface Level {
  instrument: number;
  /** `buy` is the bid side. */
  side: Side;
  price: Price;
  /** Absolute; 0 when the level is gone. */
  quantity: Quantity;
  orderCount: number;
}

/** What a session asked for, where no other change tells it what became of it. */
export interface SessionRequest {
  sessionId: number;
  /** The order it is about; 0 = none. */
  orderId: number;
  /** Of that order behind the command, as far as it is known. */
  orderStatus: OrderStatus | undefined;
  /** As given; 0 = none. */
  side: Side | 0;
  /** As given; 0 = none. */
  instrument: number;
  /** Of a new order or replace the client id it asked for. "" = none. */
  requestId: string;
  /** As it was given; "" = the order was named by its id. */
  targetClientOrderId: string;
}

/** A fact, or in an answer (`image`) a thing as it stands. */
export type Change =
  | ({ entity: "order"; change: "created" | "image" } & OrderImage)
  | ({ entity: "order"; change: "updated" } & OrderUpdate)
  | ({ entity: "trade"; change: "created" } & Trade)
  | ({ entity: "level"; change: "updated" | "deleted" | "image" } & Level)
  | ({ entity: "balance"; change: "updated" | "image" } & BalanceUpdate)
  | ({ entity: "instrument"; change: "created" | "updated" | "image" } & Instrument)
  | ({ entity: "account"; change: "created" | "updated" | "image" } & Account)
  | ({ entity: "currency"; change: "created" | "image" } & Currency)
  | ({ entity: "session"; change: "created" | "deleted" | "image" } & SessionImage)
  | { entity: "clock"; change: "updated"; timeUs: TimeUs }
  | ({ entity: "alias"; change: "created" | "deleted" | "image" } & Alias)
  | ({ entity: "request"; change: "created" } & SessionRequest);

/** What one command made, or the answer to one query. */
export interface Transaction {
  /** Of an answer: the last command it saw. 0 = refused before it reached the engine. */
  sequence: Sequence;
  timeUs: TimeUs;
  /** 0 = accepted. */
  code: RejectCode | 0;
  opcode: number;
  /** Nothing was executed; `result` names the original. */
  isDuplicate: boolean;
  /** Part of the work is left to `continue` commands. */
  hasBacklog: boolean;
  /** Issued by the runtime: no client waits for it. */
  isSystem: boolean;
  account: number;
  /** Id made or concerned; the original's when duplicate. */
  result: number;
  /** 0 = none. */
  instrument: number;
  changes: Change[];
}
