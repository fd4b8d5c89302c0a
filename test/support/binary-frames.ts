// Frames of the binary protocol, as a client in TypeScript makes and reads them with the code that
// flatc generates.

import { Builder, ByteBuffer, type Offset, type Table } from "flatbuffers";
import {
  Amount,
  Balances,
  BalanceUpdated,
  BookSnapshot,
  BookUpdate,
  CancelOrder,
  CancelRejected,
  ClientBody,
  ClientMessage,
  EndOfSession,
  Heartbeat,
  Login,
  LoginAccepted,
  LoginRejected,
  Logout,
  MassCancel,
  MassCancelDone,
  MassCancelRejected,
  NewOrder,
  OrderAccepted,
  OrderCancelled,
  OrderFilled,
  OrderRejected,
  OrderReplaced,
  Orders,
  type OrderType,
  QueryBalances,
  QueryOrders,
  ReferenceData,
  Rejected,
  ReplaceOrder,
  ReplaceRejected,
  type SelfTradePrevention,
  ServerBody,
  ServerMessage,
  type Side,
  SubscribeBook,
  Throttled,
  type TimeInForce,
  UnsubscribeBook,
} from "../../gateway/generated/order-entry.ts";

export const LENGTH_BYTES = 4;
export const VERSION = 1;

/** Every message of the venue by its name in the schema. */
const BODIES = {
  ...{ OrderAccepted, OrderRejected, OrderFilled, OrderCancelled, OrderReplaced },
  ...{ ReplaceRejected, CancelRejected, MassCancelDone, MassCancelRejected, BalanceUpdated },
  ...{ LoginAccepted, LoginRejected, ReferenceData, Rejected, Throttled, BookSnapshot },
  ...{ BookUpdate, Orders, Balances, Heartbeat, EndOfSession },
} as const;

export type Kind = keyof typeof BODIES;

export interface MessageOf<Name extends Kind> {
  readonly kind: Name;
  /** 0: not numbered. */
  readonly number: number;
  readonly sequence: number;
  readonly timeNs: bigint;
  readonly body: InstanceType<(typeof BODIES)[Name]>;
  /** Its FlatBuffer. */
  readonly bytes: Uint8Array;
}

export type Message = { [Name in Kind]: MessageOf<Name> }[Kind];

/** Reads one frame without its length. Errors: throws when its union has no such member. */
export function readMessage(bytes: Uint8Array): Message {
  const message = ServerMessage.getRootAsServerMessage(new ByteBuffer(bytes));
  // why: the generated enum has the names of the union's members
  const kind = ServerBody[message.bodyType()] as Kind;
  if (!(kind in BODIES)) throw new Error(`a message of type ${message.bodyType()}`);
  // why: flatbuffers types a table as one that has its bytes; this one is given them here
  const body = message.body(new BODIES[kind]() as unknown as Table);
  if (body === null) throw new Error(`${kind} without a body`);
  const [number, sequence] = [Number(message.number()), Number(message.sequence())];
  // why: the table is the one that the kind names
  return { kind, number, sequence, timeNs: message.timeNs(), body, bytes } as unknown as Message;
}

/** A frame with its length. */
export function encode(type: ClientBody, write: (builder: Builder) => Offset): Uint8Array {
  const builder = new Builder(128);
  const body = write(builder);
  builder.finishSizePrefixed(ClientMessage.createClientMessage(builder, type, body));
  return builder.asUint8Array();
}

export interface LoginFields {
  readonly token: string;
  readonly session: string;
  /** Default 0: none of the past. */
  readonly nextNumber?: number;
  readonly version?: number;
  readonly heartbeatMs?: number;
  readonly cancelOnDisconnect?: boolean;
  readonly takeOver?: boolean;
  readonly balanceUpdates?: boolean;
  readonly increasingRefs?: boolean;
}

export function login(fields: LoginFields): Uint8Array {
  return encode(ClientBody.Login, (builder) => {
    const token = builder.createString(fields.token);
    const name = builder.createString(fields.session);
    Login.startLogin(builder);
    Login.addVersion(builder, fields.version ?? VERSION);
    Login.addToken(builder, token);
    Login.addSessionName(builder, name);
    Login.addNextNumber(builder, BigInt(fields.nextNumber ?? 0));
    Login.addCancelOnDisconnect(builder, fields.cancelOnDisconnect ?? false);
    Login.addHeartbeatMs(builder, fields.heartbeatMs ?? 0);
    Login.addTakeOver(builder, fields.takeOver ?? false);
    Login.addBalanceUpdates(builder, fields.balanceUpdates ?? false);
    Login.addIncreasingRefs(builder, fields.increasingRefs ?? false);
    return Login.endLogin(builder);
  });
}

/** An id of the client: as text, or as the number that it is the decimal text of. */
export type ClientId = string | bigint | undefined;

export interface OrderFields {
  readonly instrument: number;
  readonly side: Side;
  readonly orderType: OrderType;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention?: SelfTradePrevention;
  readonly price?: number;
  readonly quantity?: number;
  readonly budget?: bigint;
  readonly id?: ClientId;
}

export function newOrder(fields: OrderFields): Uint8Array {
  return encode(ClientBody.NewOrder, (builder) => {
    const id = typeof fields.id === "string" ? builder.createString(fields.id) : 0;
    NewOrder.startNewOrder(builder);
    NewOrder.addInstrument(builder, fields.instrument);
    NewOrder.addSide(builder, fields.side);
    NewOrder.addOrderType(builder, fields.orderType);
    NewOrder.addTimeInForce(builder, fields.timeInForce);
    NewOrder.addSelfTradePrevention(builder, fields.selfTradePrevention ?? 0);
    NewOrder.addPrice(builder, BigInt(fields.price ?? 0));
    NewOrder.addQuantity(builder, BigInt(fields.quantity ?? 0));
    if (fields.budget !== undefined) {
      const [low, high] = [BigInt.asUintN(64, fields.budget), fields.budget >> 64n];
      NewOrder.addBudget(builder, Amount.createAmount(builder, low, high));
    }
    NewOrder.addClientOrderId(builder, id);
    if (typeof fields.id === "bigint") NewOrder.addClientRef(builder, fields.id);
    return NewOrder.endNewOrder(builder);
  });
}

/** Names an order by its id or by an id of the client. */
export type Target = { readonly orderId: number } | { readonly id: string | bigint };

export interface CancelFields {
  readonly instrument?: number;
  readonly requestId?: ClientId;
}

export function cancelOrder(target: Target, fields: CancelFields = {}): Uint8Array {
  const { requestId } = fields;
  return encode(ClientBody.CancelOrder, (builder) => {
    const named = "id" in target ? target.id : undefined;
    const id = typeof named === "string" ? builder.createString(named) : 0;
    const request = typeof requestId === "string" ? builder.createString(requestId) : 0;
    CancelOrder.startCancelOrder(builder);
    CancelOrder.addOrderId(builder, "orderId" in target ? BigInt(target.orderId) : 0n);
    CancelOrder.addClientOrderId(builder, id);
    if (typeof named === "bigint") CancelOrder.addClientRef(builder, named);
    CancelOrder.addInstrument(builder, fields.instrument ?? 0);
    CancelOrder.addRequestId(builder, request);
    if (typeof requestId === "bigint") CancelOrder.addRequestRef(builder, requestId);
    return CancelOrder.endCancelOrder(builder);
  });
}

export interface ReplaceFields {
  readonly price: number;
  /** The new total. */
  readonly quantity: number;
  readonly newId?: ClientId;
}

export function replaceOrder(target: Target, fields: ReplaceFields): Uint8Array {
  const { price, quantity, newId } = fields;
  return encode(ClientBody.ReplaceOrder, (builder) => {
    const named = "id" in target ? target.id : undefined;
    const id = typeof named === "string" ? builder.createString(named) : 0;
    const next = typeof newId === "string" ? builder.createString(newId) : 0;
    ReplaceOrder.startReplaceOrder(builder);
    ReplaceOrder.addOrderId(builder, "orderId" in target ? BigInt(target.orderId) : 0n);
    ReplaceOrder.addClientOrderId(builder, id);
    if (typeof named === "bigint") ReplaceOrder.addClientRef(builder, named);
    ReplaceOrder.addPrice(builder, BigInt(price));
    ReplaceOrder.addQuantity(builder, BigInt(quantity));
    ReplaceOrder.addNewClientOrderId(builder, next);
    if (typeof newId === "bigint") ReplaceOrder.addNewClientRef(builder, newId);
    return ReplaceOrder.endReplaceOrder(builder);
  });
}

export function massCancel(fields: CancelFields = {}): Uint8Array {
  const { instrument = 0, requestId } = fields;
  return encode(ClientBody.MassCancel, (builder) => {
    const request = typeof requestId === "string" ? builder.createString(requestId) : 0;
    const ref = typeof requestId === "bigint" ? requestId : 0n;
    return MassCancel.createMassCancel(builder, instrument, request, ref);
  });
}

export interface OrdersQueryFields {
  readonly instrument?: number;
  readonly withFinal?: boolean;
  /** Orders with a larger id only. */
  readonly after?: number;
}

export function queryOrders(ref: bigint, fields: OrdersQueryFields = {}): Uint8Array {
  const { instrument = 0, withFinal = false, after = 0 } = fields;
  return encode(ClientBody.QueryOrders, (builder) =>
    QueryOrders.createQueryOrders(builder, ref, instrument, withFinal, BigInt(after)),
  );
}

export function queryBalances(ref: bigint): Uint8Array {
  return encode(ClientBody.QueryBalances, (builder) =>
    QueryBalances.createQueryBalances(builder, ref),
  );
}

export function subscribeBook(ref: bigint, instrument: number): Uint8Array {
  return encode(ClientBody.SubscribeBook, (builder) =>
    SubscribeBook.createSubscribeBook(builder, ref, instrument),
  );
}

export function unsubscribeBook(ref: bigint, instrument: number): Uint8Array {
  return encode(ClientBody.UnsubscribeBook, (builder) =>
    UnsubscribeBook.createUnsubscribeBook(builder, ref, instrument),
  );
}

export function heartbeat(): Uint8Array {
  return encode(ClientBody.Heartbeat, (builder) => Heartbeat.createHeartbeat(builder));
}

export function logout(): Uint8Array {
  return encode(ClientBody.Logout, (builder) => Logout.createLogout(builder));
}

/** The i128 of an amount. */
export function toBigInt(amount: Amount | null): bigint {
  if (amount === null) return 0n;
  return BigInt.asIntN(128, (amount.high() << 64n) | amount.low());
}
