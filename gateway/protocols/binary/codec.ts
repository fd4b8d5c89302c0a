// The messages of this door that are not orders, with the generated code: what clients ask is read,
// what is sent to them is built. Orders and what they are owed are read and built in Rust.

import { Builder, ByteBuffer, type Table } from "flatbuffers";
import {
  Amount,
  ClientBody,
  ClientMessage,
  EndOfSession,
  EndReason,
  Heartbeat,
  Login,
  QueryBalances,
  QueryOrders,
  Rejected,
  ServerBody,
  ServerMessage,
  SubscribeBook,
  UnsubscribeBook,
} from "../../generated/order-entry.ts";
import type { RejectCode } from "../../domain/reject.ts";

export { ClientBody, EndReason, ServerBody } from "../../generated/order-entry.ts";

export interface LoginMessage {
  readonly kind: "login";
  readonly version: number;
  readonly token: string;
  readonly sessionName: string;
  /** 0: none of the past. Above 2^53: that. */
  readonly nextNumber: number;
  readonly cancelsOnDisconnect: boolean;
  /** 0: as the venue has it. */
  readonly heartbeatMs: number;
  readonly takesOver: boolean;
  readonly hasBalances: boolean;
  readonly hasIncreasingRefs: boolean;
}

export interface OrdersQuestion {
  readonly kind: "orders";
  readonly requestRef: bigint;
  /** 0: all. */
  readonly instrument: number;
  readonly withFinal: boolean;
  readonly after: number;
}

export interface BalancesQuestion {
  readonly kind: "balances";
  readonly requestRef: bigint;
}

export interface BookRequest {
  readonly kind: "subscribe" | "unsubscribe";
  readonly requestRef: bigint;
  readonly instrument: number;
}

export type ControlMessage =
  LoginMessage | OrdersQuestion | BalancesQuestion | BookRequest | { readonly kind: "logout" };

/** What a message is of: the member of ClientBody. */
export const bodyOf = {
  login: ClientBody.Login,
  orders: ClientBody.QueryOrders,
  balances: ClientBody.QueryBalances,
  subscribe: ClientBody.SubscribeBook,
  unsubscribe: ClientBody.UnsubscribeBook,
  logout: ClientBody.Logout,
} as const satisfies Record<ControlMessage["kind"], ClientBody>;

/**
 * Reads a message that the gate has verified. Errors: throws for one that is none of JavaScript's:
 * the gate keeps those.
 */
export function readControl(bytes: Uint8Array): ControlMessage {
  const message = ClientMessage.getRootAsClientMessage(new ByteBuffer(bytes));
  const type = message.bodyType();
  switch (type) {
    case ClientBody.Login:
      return readLogin(bodyIn(message, new Login()));
    case ClientBody.QueryOrders:
      return readOrdersQuestion(bodyIn(message, new QueryOrders()));
    case ClientBody.QueryBalances:
      return { kind: "balances", requestRef: bodyIn(message, new QueryBalances()).requestRef() };
    case ClientBody.SubscribeBook:
      return readBookRequest("subscribe", bodyIn(message, new SubscribeBook()));
    case ClientBody.UnsubscribeBook:
      return readBookRequest("unsubscribe", bodyIn(message, new UnsubscribeBook()));
    case ClientBody.Logout:
      return { kind: "logout" };
    default:
      throw new RangeError(`message ${type} is not for JavaScript`);
  }
}

/** `body`: one of the message's type, which it becomes. */
function bodyIn<Body extends object>(message: ClientMessage, body: Body): Body {
  // why: the generated class begins without the buffer that `body()` sets
  const found = message.body(body as Body & Table);
  if (found === null) throw new RangeError("a verified message has no body");
  return found;
}

function readLogin(body: Login): LoginMessage {
  return {
    kind: "login",
    version: body.version(),
    token: body.token(),
    sessionName: body.sessionName(),
    nextNumber: toCount(body.nextNumber()),
    cancelsOnDisconnect: body.cancelOnDisconnect(),
    heartbeatMs: body.heartbeatMs(),
    takesOver: body.takeOver(),
    hasBalances: body.balanceUpdates(),
    hasIncreasingRefs: body.increasingRefs(),
  };
}

function readOrdersQuestion(body: QueryOrders): OrdersQuestion {
  return {
    kind: "orders",
    requestRef: body.requestRef(),
    instrument: body.instrument(),
    withFinal: body.withFinal(),
    after: toCount(body.after()),
  };
}

function readBookRequest(
  kind: BookRequest["kind"],
  body: SubscribeBook | UnsubscribeBook,
): BookRequest {
  return { kind, requestRef: body.requestRef(), instrument: body.instrument() };
}

/** Ids and numbers are below 2^53; what is not stands for none of them. */
function toCount(value: bigint): number {
  return Number(value > MAX_COUNT ? MAX_COUNT : value);
}

const MAX_COUNT = BigInt(Number.MAX_SAFE_INTEGER);

/** What a message tells beside its body; both 0: nothing of the change log. */
export interface Stamp {
  /** The venue's sequence that it saw last. */
  readonly sequence: number;
  readonly timeUs: number;
}

/** Of the length in front of a frame. */
const LENGTH_BYTES = 4;

/** Builds one frame at a time. */
export class FrameWriter {
  readonly builder = new Builder(4_096);

  /** `add` adds the body and returns where it is. */
  write(type: ServerBody, stamp: Stamp, add: (builder: Builder) => number): Uint8Array {
    const { builder } = this;
    builder.clear();
    const body = add(builder);
    ServerMessage.startServerMessage(builder);
    ServerMessage.addSequence(builder, BigInt(stamp.sequence));
    ServerMessage.addTimeNs(builder, toNs(stamp.timeUs));
    ServerMessage.addBodyType(builder, type);
    ServerMessage.addBody(builder, body);
    builder.finish(ServerMessage.endServerMessage(builder));
    const bytes = builder.asUint8Array();
    // Not size-prefixed by the builder: what is aligned counts from behind the length.
    const frame = Buffer.allocUnsafe(LENGTH_BYTES + bytes.length);
    frame.writeUInt32LE(bytes.length);
    frame.set(bytes, LENGTH_BYTES);
    return frame;
  }

  heartbeat(stamp: Stamp): Uint8Array {
    return this.write(ServerBody.Heartbeat, stamp, (builder) => {
      Heartbeat.startHeartbeat(builder);
      return Heartbeat.endHeartbeat(builder);
    });
  }

  /** `code`: 0 when the reason says all. */
  endOfSession(stamp: Stamp, reason: EndReason, code: RejectCode | 0): Uint8Array {
    return this.write(ServerBody.EndOfSession, stamp, (builder) => {
      EndOfSession.startEndOfSession(builder);
      EndOfSession.addReason(builder, reason);
      EndOfSession.addCode(builder, code);
      return EndOfSession.endEndOfSession(builder);
    });
  }

  rejected(stamp: Stamp, of: ClientBody, code: RejectCode, requestRef: bigint): Uint8Array {
    return this.write(ServerBody.Rejected, stamp, (builder) => {
      Rejected.startRejected(builder);
      Rejected.addCode(builder, code);
      Rejected.addOf(builder, of);
      Rejected.addRequestRef(builder, requestRef);
      return Rejected.endRejected(builder);
    });
  }
}

export function toNs(timeUs: number): bigint {
  return BigInt(timeUs) * 1_000n;
}

/** i128 in two's complement, as two halves. */
export function addAmount(builder: Builder, amount: bigint): number {
  const low = BigInt.asUintN(64, amount);
  return Amount.createAmount(builder, low, BigInt.asUintN(64, amount >> 64n));
}
