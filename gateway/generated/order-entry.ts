// Written by schemas/generate.ts from schemas/order-entry.fbs; never edited.

import * as flatbuffers from "flatbuffers";

/**
 * i128 in two's complement. A client to whom an i64 is enough takes low when high is its sign.
 */
export class Amount {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Amount {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  low(): bigint {
    return this.bb!.readUint64(this.bb_pos);
  }

  high(): bigint {
    return this.bb!.readUint64(this.bb_pos + 8);
  }

  static sizeOf(): number {
    return 16;
  }

  static createAmount(builder: flatbuffers.Builder, low: bigint, high: bigint): flatbuffers.Offset {
    builder.prep(8, 16);
    builder.writeInt64(BigInt(high ?? 0));
    builder.writeInt64(BigInt(low ?? 0));
    return builder.offset();
  }
}

/**
 * After each command that moved it, when the session was created with balance_updates.
 */
export class BalanceUpdated {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): BalanceUpdated {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsBalanceUpdated(bb: flatbuffers.ByteBuffer, obj?: BalanceUpdated): BalanceUpdated {
    return (obj || new BalanceUpdated()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsBalanceUpdated(
    bb: flatbuffers.ByteBuffer,
    obj?: BalanceUpdated,
  ): BalanceUpdated {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new BalanceUpdated()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  currency(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  available(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  frozen(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  static startBalanceUpdated(builder: flatbuffers.Builder) {
    builder.startObject(3);
  }

  static addCurrency(builder: flatbuffers.Builder, currency: number) {
    builder.addFieldInt32(0, currency, 0);
  }

  static addAvailable(builder: flatbuffers.Builder, availableOffset: flatbuffers.Offset) {
    builder.addFieldStruct(1, availableOffset, 0);
  }

  static addFrozen(builder: flatbuffers.Builder, frozenOffset: flatbuffers.Offset) {
    builder.addFieldStruct(2, frozenOffset, 0);
  }

  static endBalanceUpdated(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }
}

export class Balance {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Balance {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsBalance(bb: flatbuffers.ByteBuffer, obj?: Balance): Balance {
    return (obj || new Balance()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsBalance(bb: flatbuffers.ByteBuffer, obj?: Balance): Balance {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Balance()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  currency(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  available(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  frozen(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  static startBalance(builder: flatbuffers.Builder) {
    builder.startObject(3);
  }

  static addCurrency(builder: flatbuffers.Builder, currency: number) {
    builder.addFieldInt32(0, currency, 0);
  }

  static addAvailable(builder: flatbuffers.Builder, availableOffset: flatbuffers.Offset) {
    builder.addFieldStruct(1, availableOffset, 0);
  }

  static addFrozen(builder: flatbuffers.Builder, frozenOffset: flatbuffers.Offset) {
    builder.addFieldStruct(2, frozenOffset, 0);
  }

  static endBalance(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }
}

/**
 * As of ServerMessage.sequence. By currency.
 */
export class Balances {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Balances {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsBalances(bb: flatbuffers.ByteBuffer, obj?: Balances): Balances {
    return (obj || new Balances()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsBalances(bb: flatbuffers.ByteBuffer, obj?: Balances): Balances {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Balances()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  balances(index: number, obj?: Balance): Balance | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset
      ? (obj || new Balance()).__init(
          this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4),
          this.bb!,
        )
      : null;
  }

  balancesLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  hasMore(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  static startBalances(builder: flatbuffers.Builder) {
    builder.startObject(3);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(0, requestRef, BigInt("0"));
  }

  static addBalances(builder: flatbuffers.Builder, balancesOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, balancesOffset, 0);
  }

  static createBalancesVector(
    builder: flatbuffers.Builder,
    data: flatbuffers.Offset[],
  ): flatbuffers.Offset {
    builder.startVector(4, data.length, 4);
    for (let i = data.length - 1; i >= 0; i--) {
      builder.addOffset(data[i]!);
    }
    return builder.endVector();
  }

  static startBalancesVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(4, numElems, 4);
  }

  static addHasMore(builder: flatbuffers.Builder, hasMore: boolean) {
    builder.addFieldInt8(2, +hasMore, +false);
  }

  static endBalances(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createBalances(
    builder: flatbuffers.Builder,
    requestRef: bigint,
    balancesOffset: flatbuffers.Offset,
    hasMore: boolean,
  ): flatbuffers.Offset {
    Balances.startBalances(builder);
    Balances.addRequestRef(builder, requestRef);
    Balances.addBalances(builder, balancesOffset);
    Balances.addHasMore(builder, hasMore);
    return Balances.endBalances(builder);
  }
}

/**
 * The book after ServerMessage.sequence.
 */
export class BookSnapshot {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): BookSnapshot {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsBookSnapshot(bb: flatbuffers.ByteBuffer, obj?: BookSnapshot): BookSnapshot {
    return (obj || new BookSnapshot()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsBookSnapshot(
    bb: flatbuffers.ByteBuffer,
    obj?: BookSnapshot,
  ): BookSnapshot {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new BookSnapshot()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  /**
   * From the touch outward.
   */
  bids(index: number, obj?: Level): Level | null {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset
      ? (obj || new Level()).__init(this.bb!.__vector(this.bb_pos + offset) + index * 24, this.bb!)
      : null;
  }

  bidsLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  asks(index: number, obj?: Level): Level | null {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset
      ? (obj || new Level()).__init(this.bb!.__vector(this.bb_pos + offset) + index * 24, this.bb!)
      : null;
  }

  asksLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  static startBookSnapshot(builder: flatbuffers.Builder) {
    builder.startObject(4);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(0, requestRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(1, instrument, 0);
  }

  static addBids(builder: flatbuffers.Builder, bidsOffset: flatbuffers.Offset) {
    builder.addFieldOffset(2, bidsOffset, 0);
  }

  static startBidsVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(24, numElems, 8);
  }

  static addAsks(builder: flatbuffers.Builder, asksOffset: flatbuffers.Offset) {
    builder.addFieldOffset(3, asksOffset, 0);
  }

  static startAsksVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(24, numElems, 8);
  }

  static endBookSnapshot(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createBookSnapshot(
    builder: flatbuffers.Builder,
    requestRef: bigint,
    instrument: number,
    bidsOffset: flatbuffers.Offset,
    asksOffset: flatbuffers.Offset,
  ): flatbuffers.Offset {
    BookSnapshot.startBookSnapshot(builder);
    BookSnapshot.addRequestRef(builder, requestRef);
    BookSnapshot.addInstrument(builder, instrument);
    BookSnapshot.addBids(builder, bidsOffset);
    BookSnapshot.addAsks(builder, asksOffset);
    return BookSnapshot.endBookSnapshot(builder);
  }
}

/**
 * Levels that changed, with their values after ServerMessage.sequence.
 */
export class BookUpdate {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): BookUpdate {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsBookUpdate(bb: flatbuffers.ByteBuffer, obj?: BookUpdate): BookUpdate {
    return (obj || new BookUpdate()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsBookUpdate(bb: flatbuffers.ByteBuffer, obj?: BookUpdate): BookUpdate {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new BookUpdate()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  firstSequence(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * ServerMessage.sequence of the snapshot or update before; another one means a hole: subscribe
   * again.
   */
  previousSequence(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  bids(index: number, obj?: Level): Level | null {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset
      ? (obj || new Level()).__init(this.bb!.__vector(this.bb_pos + offset) + index * 24, this.bb!)
      : null;
  }

  bidsLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  asks(index: number, obj?: Level): Level | null {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset
      ? (obj || new Level()).__init(this.bb!.__vector(this.bb_pos + offset) + index * 24, this.bb!)
      : null;
  }

  asksLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  static startBookUpdate(builder: flatbuffers.Builder) {
    builder.startObject(5);
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(0, instrument, 0);
  }

  static addFirstSequence(builder: flatbuffers.Builder, firstSequence: bigint) {
    builder.addFieldInt64(1, firstSequence, BigInt("0"));
  }

  static addPreviousSequence(builder: flatbuffers.Builder, previousSequence: bigint) {
    builder.addFieldInt64(2, previousSequence, BigInt("0"));
  }

  static addBids(builder: flatbuffers.Builder, bidsOffset: flatbuffers.Offset) {
    builder.addFieldOffset(3, bidsOffset, 0);
  }

  static startBidsVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(24, numElems, 8);
  }

  static addAsks(builder: flatbuffers.Builder, asksOffset: flatbuffers.Offset) {
    builder.addFieldOffset(4, asksOffset, 0);
  }

  static startAsksVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(24, numElems, 8);
  }

  static endBookUpdate(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createBookUpdate(
    builder: flatbuffers.Builder,
    instrument: number,
    firstSequence: bigint,
    previousSequence: bigint,
    bidsOffset: flatbuffers.Offset,
    asksOffset: flatbuffers.Offset,
  ): flatbuffers.Offset {
    BookUpdate.startBookUpdate(builder);
    BookUpdate.addInstrument(builder, instrument);
    BookUpdate.addFirstSequence(builder, firstSequence);
    BookUpdate.addPreviousSequence(builder, previousSequence);
    BookUpdate.addBids(builder, bidsOffset);
    BookUpdate.addAsks(builder, asksOffset);
    return BookUpdate.endBookUpdate(builder);
  }
}

/**
 * Answered by OrderCancelled or CancelRejected. Names the order by its id or, when that is 0, by an
 * id of the client.
 */
export class CancelOrder {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): CancelOrder {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsCancelOrder(bb: flatbuffers.ByteBuffer, obj?: CancelOrder): CancelOrder {
    return (obj || new CancelOrder()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsCancelOrder(
    bb: flatbuffers.ByteBuffer,
    obj?: CancelOrder,
  ): CancelOrder {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new CancelOrder()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Not 0: the order must be in this instrument.
   */
  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  /**
   * Comes back in the answer.
   */
  requestId(): string | null;
  requestId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  requestId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startCancelOrder(builder: flatbuffers.Builder) {
    builder.startObject(6);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(3, instrument, 0);
  }

  static addRequestId(builder: flatbuffers.Builder, requestIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(4, requestIdOffset, 0);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(5, requestRef, BigInt("0"));
  }

  static endCancelOrder(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createCancelOrder(
    builder: flatbuffers.Builder,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    instrument: number,
    requestIdOffset: flatbuffers.Offset,
    requestRef: bigint,
  ): flatbuffers.Offset {
    CancelOrder.startCancelOrder(builder);
    CancelOrder.addOrderId(builder, orderId);
    CancelOrder.addClientOrderId(builder, clientOrderIdOffset);
    CancelOrder.addClientRef(builder, clientRef);
    CancelOrder.addInstrument(builder, instrument);
    CancelOrder.addRequestId(builder, requestIdOffset);
    CancelOrder.addRequestRef(builder, requestRef);
    return CancelOrder.endCancelOrder(builder);
  }
}

export enum CancelReason {
  Unknown = 0,
  ClientRequest = 1,
  ImmediateOrCancel = 2,
  FillOrKill = 3,
  MarketRemainder = 4,
  SelfTradePrevention = 5,
  MassCancel = 6,
  SessionDisconnected = 7,
  KillSwitch = 8,
  InstrumentClosed = 9,
  LinkedOrder = 10,
  Liquidation = 11,
  Admin = 12,
}

export class CancelRejected {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): CancelRejected {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsCancelRejected(bb: flatbuffers.ByteBuffer, obj?: CancelRejected): CancelRejected {
    return (obj || new CancelRejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsCancelRejected(
    bb: flatbuffers.ByteBuffer,
    obj?: CancelRejected,
  ): CancelRejected {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new CancelRejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  /**
   * The order, when there is one of this account.
   */
  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * As given.
   */
  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  requestId(): string | null;
  requestId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  requestId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  code(): number {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  static startCancelRejected(builder: flatbuffers.Builder) {
    builder.startObject(6);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addRequestId(builder: flatbuffers.Builder, requestIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(3, requestIdOffset, 0);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(4, requestRef, BigInt("0"));
  }

  static addCode(builder: flatbuffers.Builder, code: number) {
    builder.addFieldInt16(5, code, 0);
  }

  static endCancelRejected(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createCancelRejected(
    builder: flatbuffers.Builder,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    requestIdOffset: flatbuffers.Offset,
    requestRef: bigint,
    code: number,
  ): flatbuffers.Offset {
    CancelRejected.startCancelRejected(builder);
    CancelRejected.addOrderId(builder, orderId);
    CancelRejected.addClientOrderId(builder, clientOrderIdOffset);
    CancelRejected.addClientRef(builder, clientRef);
    CancelRejected.addRequestId(builder, requestIdOffset);
    CancelRejected.addRequestRef(builder, requestRef);
    CancelRejected.addCode(builder, code);
    return CancelRejected.endCancelRejected(builder);
  }
}

export enum ClientBody {
  NONE = 0,
  Login = 1,
  NewOrder = 2,
  CancelOrder = 3,
  ReplaceOrder = 4,
  MassCancel = 5,
  QueryOrders = 6,
  QueryBalances = 7,
  SubscribeBook = 8,
  UnsubscribeBook = 9,
  Heartbeat = 10,
  Logout = 11,
}

export function unionToClientBody(
  type: ClientBody,
  accessor: (
    obj:
      | CancelOrder
      | Heartbeat
      | Login
      | Logout
      | MassCancel
      | NewOrder
      | QueryBalances
      | QueryOrders
      | ReplaceOrder
      | SubscribeBook
      | UnsubscribeBook,
  ) =>
    | CancelOrder
    | Heartbeat
    | Login
    | Logout
    | MassCancel
    | NewOrder
    | QueryBalances
    | QueryOrders
    | ReplaceOrder
    | SubscribeBook
    | UnsubscribeBook
    | null,
):
  | CancelOrder
  | Heartbeat
  | Login
  | Logout
  | MassCancel
  | NewOrder
  | QueryBalances
  | QueryOrders
  | ReplaceOrder
  | SubscribeBook
  | UnsubscribeBook
  | null {
  switch (ClientBody[type]) {
    case "NONE":
      return null;
    case "Login":
      return accessor(new Login())! as Login;
    case "NewOrder":
      return accessor(new NewOrder())! as NewOrder;
    case "CancelOrder":
      return accessor(new CancelOrder())! as CancelOrder;
    case "ReplaceOrder":
      return accessor(new ReplaceOrder())! as ReplaceOrder;
    case "MassCancel":
      return accessor(new MassCancel())! as MassCancel;
    case "QueryOrders":
      return accessor(new QueryOrders())! as QueryOrders;
    case "QueryBalances":
      return accessor(new QueryBalances())! as QueryBalances;
    case "SubscribeBook":
      return accessor(new SubscribeBook())! as SubscribeBook;
    case "UnsubscribeBook":
      return accessor(new UnsubscribeBook())! as UnsubscribeBook;
    case "Heartbeat":
      return accessor(new Heartbeat())! as Heartbeat;
    case "Logout":
      return accessor(new Logout())! as Logout;
    default:
      return null;
  }
}

export function unionListToClientBody(
  type: ClientBody,
  accessor: (
    index: number,
    obj:
      | CancelOrder
      | Heartbeat
      | Login
      | Logout
      | MassCancel
      | NewOrder
      | QueryBalances
      | QueryOrders
      | ReplaceOrder
      | SubscribeBook
      | UnsubscribeBook,
  ) =>
    | CancelOrder
    | Heartbeat
    | Login
    | Logout
    | MassCancel
    | NewOrder
    | QueryBalances
    | QueryOrders
    | ReplaceOrder
    | SubscribeBook
    | UnsubscribeBook
    | null,
  index: number,
):
  | CancelOrder
  | Heartbeat
  | Login
  | Logout
  | MassCancel
  | NewOrder
  | QueryBalances
  | QueryOrders
  | ReplaceOrder
  | SubscribeBook
  | UnsubscribeBook
  | null {
  switch (ClientBody[type]) {
    case "NONE":
      return null;
    case "Login":
      return accessor(index, new Login())! as Login;
    case "NewOrder":
      return accessor(index, new NewOrder())! as NewOrder;
    case "CancelOrder":
      return accessor(index, new CancelOrder())! as CancelOrder;
    case "ReplaceOrder":
      return accessor(index, new ReplaceOrder())! as ReplaceOrder;
    case "MassCancel":
      return accessor(index, new MassCancel())! as MassCancel;
    case "QueryOrders":
      return accessor(index, new QueryOrders())! as QueryOrders;
    case "QueryBalances":
      return accessor(index, new QueryBalances())! as QueryBalances;
    case "SubscribeBook":
      return accessor(index, new SubscribeBook())! as SubscribeBook;
    case "UnsubscribeBook":
      return accessor(index, new UnsubscribeBook())! as UnsubscribeBook;
    case "Heartbeat":
      return accessor(index, new Heartbeat())! as Heartbeat;
    case "Logout":
      return accessor(index, new Logout())! as Logout;
    default:
      return null;
  }
}

export class ClientMessage {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): ClientMessage {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsClientMessage(bb: flatbuffers.ByteBuffer, obj?: ClientMessage): ClientMessage {
    return (obj || new ClientMessage()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsClientMessage(
    bb: flatbuffers.ByteBuffer,
    obj?: ClientMessage,
  ): ClientMessage {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new ClientMessage()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  bodyType(): ClientBody {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : ClientBody.NONE;
  }

  body<T extends { bb: flatbuffers.ByteBuffer | null; bb_pos: number }>(obj: T): T | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset
      ? (this.bb!.__union(
          obj as unknown as flatbuffers.Table,
          this.bb_pos + offset,
        ) as unknown as T)
      : null;
  }

  static startClientMessage(builder: flatbuffers.Builder) {
    builder.startObject(2);
  }

  static addBodyType(builder: flatbuffers.Builder, bodyType: ClientBody) {
    builder.addFieldInt8(0, bodyType, ClientBody.NONE);
  }

  static addBody(builder: flatbuffers.Builder, bodyOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, bodyOffset, 0);
  }

  static endClientMessage(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static finishClientMessageBuffer(builder: flatbuffers.Builder, offset: flatbuffers.Offset) {
    builder.finish(offset);
  }

  static finishSizePrefixedClientMessageBuffer(
    builder: flatbuffers.Builder,
    offset: flatbuffers.Offset,
  ) {
    builder.finish(offset, undefined, true);
  }

  static createClientMessage(
    builder: flatbuffers.Builder,
    bodyType: ClientBody,
    bodyOffset: flatbuffers.Offset,
  ): flatbuffers.Offset {
    ClientMessage.startClientMessage(builder);
    ClientMessage.addBodyType(builder, bodyType);
    ClientMessage.addBody(builder, bodyOffset);
    return ClientMessage.endClientMessage(builder);
  }
}

export class Currency {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Currency {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsCurrency(bb: flatbuffers.ByteBuffer, obj?: Currency): Currency {
    return (obj || new Currency()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsCurrency(bb: flatbuffers.ByteBuffer, obj?: Currency): Currency {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Currency()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  id(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  code(): string | null;
  code(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  code(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  /**
   * Decimal places.
   */
  scale(): number {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : 0;
  }

  static startCurrency(builder: flatbuffers.Builder) {
    builder.startObject(3);
  }

  static addId(builder: flatbuffers.Builder, id: number) {
    builder.addFieldInt32(0, id, 0);
  }

  static addCode(builder: flatbuffers.Builder, codeOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, codeOffset, 0);
  }

  static addScale(builder: flatbuffers.Builder, scale: number) {
    builder.addFieldInt8(2, scale, 0);
  }

  static endCurrency(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createCurrency(
    builder: flatbuffers.Builder,
    id: number,
    codeOffset: flatbuffers.Offset,
    scale: number,
  ): flatbuffers.Offset {
    Currency.startCurrency(builder);
    Currency.addId(builder, id);
    Currency.addCode(builder, codeOffset);
    Currency.addScale(builder, scale);
    return Currency.endCurrency(builder);
  }
}

/**
 * The last message of a connection.
 */
export class EndOfSession {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): EndOfSession {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsEndOfSession(bb: flatbuffers.ByteBuffer, obj?: EndOfSession): EndOfSession {
    return (obj || new EndOfSession()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsEndOfSession(
    bb: flatbuffers.ByteBuffer,
    obj?: EndOfSession,
  ): EndOfSession {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new EndOfSession()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  reason(): EndReason {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : EndReason.Unknown;
  }

  code(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  static startEndOfSession(builder: flatbuffers.Builder) {
    builder.startObject(2);
  }

  static addReason(builder: flatbuffers.Builder, reason: EndReason) {
    builder.addFieldInt8(0, reason, EndReason.Unknown);
  }

  static addCode(builder: flatbuffers.Builder, code: number) {
    builder.addFieldInt16(1, code, 0);
  }

  static endEndOfSession(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createEndOfSession(
    builder: flatbuffers.Builder,
    reason: EndReason,
    code: number,
  ): flatbuffers.Offset {
    EndOfSession.startEndOfSession(builder);
    EndOfSession.addReason(builder, reason);
    EndOfSession.addCode(builder, code);
    return EndOfSession.endEndOfSession(builder);
  }
}

/**
 * Why the venue ends a connection.
 */
export enum EndReason {
  Unknown = 0,

  /**
   * The client asked.
   */
  Logout = 1,

  /**
   * Another connection has taken the session.
   */
  TakenOver = 2,

  /**
   * The venue stops.
   */
  VenueStopping = 3,

  /**
   * Nothing was heard from the client for five heartbeats.
   */
  Silence = 4,

  /**
   * A frame that cannot be skipped: see code.
   */
  FrameInvalid = 5,

  /**
   * The key was revoked, or lost its rights.
   */
  KeyRevoked = 6,

  /**
   * The operator has deleted the session name.
   */
  Deleted = 7,
}

/**
 * Either side, when it has sent nothing else for a heartbeat. Not answered.
 */
export class Heartbeat {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Heartbeat {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsHeartbeat(bb: flatbuffers.ByteBuffer, obj?: Heartbeat): Heartbeat {
    return (obj || new Heartbeat()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsHeartbeat(bb: flatbuffers.ByteBuffer, obj?: Heartbeat): Heartbeat {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Heartbeat()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static startHeartbeat(builder: flatbuffers.Builder) {
    builder.startObject(0);
  }

  static endHeartbeat(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createHeartbeat(builder: flatbuffers.Builder): flatbuffers.Offset {
    Heartbeat.startHeartbeat(builder);
    return Heartbeat.endHeartbeat(builder);
  }
}

export enum InstrumentState {
  Unknown = 0,
  Open = 1,
  CancelOnly = 2,
  Halted = 3,
  Closed = 4,
}

export class Instrument {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Instrument {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsInstrument(bb: flatbuffers.ByteBuffer, obj?: Instrument): Instrument {
    return (obj || new Instrument()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsInstrument(bb: flatbuffers.ByteBuffer, obj?: Instrument): Instrument {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Instrument()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  id(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  symbol(): string | null;
  symbol(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  symbol(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  state(): InstrumentState {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : InstrumentState.Unknown;
  }

  baseCurrency(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  quoteCurrency(): number {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  /**
   * One tick = tick_mantissa × 10^-tick_exponent of the quote currency, for one of the base currency.
   */
  tickMantissa(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  tickExponent(): number {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : 0;
  }

  /**
   * One lot, in units of the base currency.
   */
  lotSize(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Notional of one lot at one tick, in units of the quote currency.
   */
  quotePerTickLot(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Millionths.
   */
  makerRate(): number {
    const offset = this.bb!.__offset(this.bb_pos, 22);
    return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
  }

  takerRate(): number {
    const offset = this.bb!.__offset(this.bb_pos, 24);
    return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
  }

  /**
   * Limits of an order; 0 = none.
   */
  quantityMin(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 26);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  quantityMax(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 28);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  notionalMin(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 30);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  orderValueMax(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 32);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  openOrdersMax(): number {
    const offset = this.bb!.__offset(this.bb_pos, 34);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  positionMax(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 36);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Ticks and millionths of the price band; 0 = none.
   */
  referencePrice(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 38);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  band(): number {
    const offset = this.bb!.__offset(this.bb_pos, 40);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  /**
   * The band holds for both sides, not only for the aggressive one.
   */
  bandBothSides(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 42);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  static startInstrument(builder: flatbuffers.Builder) {
    builder.startObject(20);
  }

  static addId(builder: flatbuffers.Builder, id: number) {
    builder.addFieldInt32(0, id, 0);
  }

  static addSymbol(builder: flatbuffers.Builder, symbolOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, symbolOffset, 0);
  }

  static addState(builder: flatbuffers.Builder, state: InstrumentState) {
    builder.addFieldInt8(2, state, InstrumentState.Unknown);
  }

  static addBaseCurrency(builder: flatbuffers.Builder, baseCurrency: number) {
    builder.addFieldInt32(3, baseCurrency, 0);
  }

  static addQuoteCurrency(builder: flatbuffers.Builder, quoteCurrency: number) {
    builder.addFieldInt32(4, quoteCurrency, 0);
  }

  static addTickMantissa(builder: flatbuffers.Builder, tickMantissa: bigint) {
    builder.addFieldInt64(5, tickMantissa, BigInt("0"));
  }

  static addTickExponent(builder: flatbuffers.Builder, tickExponent: number) {
    builder.addFieldInt8(6, tickExponent, 0);
  }

  static addLotSize(builder: flatbuffers.Builder, lotSize: bigint) {
    builder.addFieldInt64(7, lotSize, BigInt("0"));
  }

  static addQuotePerTickLot(builder: flatbuffers.Builder, quotePerTickLot: bigint) {
    builder.addFieldInt64(8, quotePerTickLot, BigInt("0"));
  }

  static addMakerRate(builder: flatbuffers.Builder, makerRate: number) {
    builder.addFieldInt32(9, makerRate, 0);
  }

  static addTakerRate(builder: flatbuffers.Builder, takerRate: number) {
    builder.addFieldInt32(10, takerRate, 0);
  }

  static addQuantityMin(builder: flatbuffers.Builder, quantityMin: bigint) {
    builder.addFieldInt64(11, quantityMin, BigInt("0"));
  }

  static addQuantityMax(builder: flatbuffers.Builder, quantityMax: bigint) {
    builder.addFieldInt64(12, quantityMax, BigInt("0"));
  }

  static addNotionalMin(builder: flatbuffers.Builder, notionalMinOffset: flatbuffers.Offset) {
    builder.addFieldStruct(13, notionalMinOffset, 0);
  }

  static addOrderValueMax(builder: flatbuffers.Builder, orderValueMaxOffset: flatbuffers.Offset) {
    builder.addFieldStruct(14, orderValueMaxOffset, 0);
  }

  static addOpenOrdersMax(builder: flatbuffers.Builder, openOrdersMax: number) {
    builder.addFieldInt32(15, openOrdersMax, 0);
  }

  static addPositionMax(builder: flatbuffers.Builder, positionMax: bigint) {
    builder.addFieldInt64(16, positionMax, BigInt("0"));
  }

  static addReferencePrice(builder: flatbuffers.Builder, referencePrice: bigint) {
    builder.addFieldInt64(17, referencePrice, BigInt("0"));
  }

  static addBand(builder: flatbuffers.Builder, band: number) {
    builder.addFieldInt32(18, band, 0);
  }

  static addBandBothSides(builder: flatbuffers.Builder, bandBothSides: boolean) {
    builder.addFieldInt8(19, +bandBothSides, +false);
  }

  static endInstrument(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }
}

export class Level {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Level {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  /**
   * Ticks.
   */
  price(): bigint {
    return this.bb!.readInt64(this.bb_pos);
  }

  /**
   * Lots; of an update 0 = gone.
   */
  quantity(): bigint {
    return this.bb!.readInt64(this.bb_pos + 8);
  }

  orders(): bigint {
    return this.bb!.readUint64(this.bb_pos + 16);
  }

  static sizeOf(): number {
    return 24;
  }

  static createLevel(
    builder: flatbuffers.Builder,
    price: bigint,
    quantity: bigint,
    orders: bigint,
  ): flatbuffers.Offset {
    builder.prep(8, 24);
    builder.writeInt64(BigInt(orders ?? 0));
    builder.writeInt64(BigInt(quantity ?? 0));
    builder.writeInt64(BigInt(price ?? 0));
    return builder.offset();
  }
}

export enum Liquidity {
  Unknown = 0,
  Maker = 1,
  Taker = 2,
}

export class LoginAccepted {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): LoginAccepted {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsLoginAccepted(bb: flatbuffers.ByteBuffer, obj?: LoginAccepted): LoginAccepted {
    return (obj || new LoginAccepted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsLoginAccepted(
    bb: flatbuffers.ByteBuffer,
    obj?: LoginAccepted,
  ): LoginAccepted {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new LoginAccepted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  version(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  account(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  /**
   * Of the orders that this connection sends.
   */
  session(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Number of the first numbered message that follows.
   */
  nextNumber(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  timeNs(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  heartbeatMs(): number {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  currencies(index: number, obj?: Currency): Currency | null {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset
      ? (obj || new Currency()).__init(
          this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4),
          this.bb!,
        )
      : null;
  }

  currenciesLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  instruments(index: number, obj?: Instrument): Instrument | null {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset
      ? (obj || new Instrument()).__init(
          this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4),
          this.bb!,
        )
      : null;
  }

  instrumentsLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  /**
   * ReferenceData with the rest follows at once.
   */
  hasMore(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  /**
   * The session name was created with increasing_refs.
   */
  increasingRefs(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 22);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  /**
   * With it: what the next client_ref must be above.
   */
  lastClientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 24);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startLoginAccepted(builder: flatbuffers.Builder) {
    builder.startObject(11);
  }

  static addVersion(builder: flatbuffers.Builder, version: number) {
    builder.addFieldInt16(0, version, 0);
  }

  static addAccount(builder: flatbuffers.Builder, account: number) {
    builder.addFieldInt32(1, account, 0);
  }

  static addSession(builder: flatbuffers.Builder, session: bigint) {
    builder.addFieldInt64(2, session, BigInt("0"));
  }

  static addNextNumber(builder: flatbuffers.Builder, nextNumber: bigint) {
    builder.addFieldInt64(3, nextNumber, BigInt("0"));
  }

  static addTimeNs(builder: flatbuffers.Builder, timeNs: bigint) {
    builder.addFieldInt64(4, timeNs, BigInt("0"));
  }

  static addHeartbeatMs(builder: flatbuffers.Builder, heartbeatMs: number) {
    builder.addFieldInt32(5, heartbeatMs, 0);
  }

  static addCurrencies(builder: flatbuffers.Builder, currenciesOffset: flatbuffers.Offset) {
    builder.addFieldOffset(6, currenciesOffset, 0);
  }

  static createCurrenciesVector(
    builder: flatbuffers.Builder,
    data: flatbuffers.Offset[],
  ): flatbuffers.Offset {
    builder.startVector(4, data.length, 4);
    for (let i = data.length - 1; i >= 0; i--) {
      builder.addOffset(data[i]!);
    }
    return builder.endVector();
  }

  static startCurrenciesVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(4, numElems, 4);
  }

  static addInstruments(builder: flatbuffers.Builder, instrumentsOffset: flatbuffers.Offset) {
    builder.addFieldOffset(7, instrumentsOffset, 0);
  }

  static createInstrumentsVector(
    builder: flatbuffers.Builder,
    data: flatbuffers.Offset[],
  ): flatbuffers.Offset {
    builder.startVector(4, data.length, 4);
    for (let i = data.length - 1; i >= 0; i--) {
      builder.addOffset(data[i]!);
    }
    return builder.endVector();
  }

  static startInstrumentsVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(4, numElems, 4);
  }

  static addHasMore(builder: flatbuffers.Builder, hasMore: boolean) {
    builder.addFieldInt8(8, +hasMore, +false);
  }

  static addIncreasingRefs(builder: flatbuffers.Builder, increasingRefs: boolean) {
    builder.addFieldInt8(9, +increasingRefs, +false);
  }

  static addLastClientRef(builder: flatbuffers.Builder, lastClientRef: bigint) {
    builder.addFieldInt64(10, lastClientRef, BigInt("0"));
  }

  static endLoginAccepted(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createLoginAccepted(
    builder: flatbuffers.Builder,
    version: number,
    account: number,
    session: bigint,
    nextNumber: bigint,
    timeNs: bigint,
    heartbeatMs: number,
    currenciesOffset: flatbuffers.Offset,
    instrumentsOffset: flatbuffers.Offset,
    hasMore: boolean,
    increasingRefs: boolean,
    lastClientRef: bigint,
  ): flatbuffers.Offset {
    LoginAccepted.startLoginAccepted(builder);
    LoginAccepted.addVersion(builder, version);
    LoginAccepted.addAccount(builder, account);
    LoginAccepted.addSession(builder, session);
    LoginAccepted.addNextNumber(builder, nextNumber);
    LoginAccepted.addTimeNs(builder, timeNs);
    LoginAccepted.addHeartbeatMs(builder, heartbeatMs);
    LoginAccepted.addCurrencies(builder, currenciesOffset);
    LoginAccepted.addInstruments(builder, instrumentsOffset);
    LoginAccepted.addHasMore(builder, hasMore);
    LoginAccepted.addIncreasingRefs(builder, increasingRefs);
    LoginAccepted.addLastClientRef(builder, lastClientRef);
    return LoginAccepted.endLoginAccepted(builder);
  }
}

/**
 * The connection ends.
 */
export class LoginRejected {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): LoginRejected {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsLoginRejected(bb: flatbuffers.ByteBuffer, obj?: LoginRejected): LoginRejected {
    return (obj || new LoginRejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsLoginRejected(
    bb: flatbuffers.ByteBuffer,
    obj?: LoginRejected,
  ): LoginRejected {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new LoginRejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  code(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  /**
   * Versions known here.
   */
  versionMin(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  versionMax(): number {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  /**
   * Of sequence_not_available: the first number that there is.
   */
  firstNumber(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Of sequence_not_available: the largest that there is to ask for, of the message to come.
   */
  nextNumber(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startLoginRejected(builder: flatbuffers.Builder) {
    builder.startObject(5);
  }

  static addCode(builder: flatbuffers.Builder, code: number) {
    builder.addFieldInt16(0, code, 0);
  }

  static addVersionMin(builder: flatbuffers.Builder, versionMin: number) {
    builder.addFieldInt16(1, versionMin, 0);
  }

  static addVersionMax(builder: flatbuffers.Builder, versionMax: number) {
    builder.addFieldInt16(2, versionMax, 0);
  }

  static addFirstNumber(builder: flatbuffers.Builder, firstNumber: bigint) {
    builder.addFieldInt64(3, firstNumber, BigInt("0"));
  }

  static addNextNumber(builder: flatbuffers.Builder, nextNumber: bigint) {
    builder.addFieldInt64(4, nextNumber, BigInt("0"));
  }

  static endLoginRejected(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createLoginRejected(
    builder: flatbuffers.Builder,
    code: number,
    versionMin: number,
    versionMax: number,
    firstNumber: bigint,
    nextNumber: bigint,
  ): flatbuffers.Offset {
    LoginRejected.startLoginRejected(builder);
    LoginRejected.addCode(builder, code);
    LoginRejected.addVersionMin(builder, versionMin);
    LoginRejected.addVersionMax(builder, versionMax);
    LoginRejected.addFirstNumber(builder, firstNumber);
    LoginRejected.addNextNumber(builder, nextNumber);
    return LoginRejected.endLoginRejected(builder);
  }
}

/**
 * The first message, within 5 s. Answered by LoginAccepted, or LoginRejected and the end.
 */
export class Login {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Login {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsLogin(bb: flatbuffers.ByteBuffer, obj?: Login): Login {
    return (obj || new Login()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsLogin(bb: flatbuffers.ByteBuffer, obj?: Login): Login {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Login()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  /**
   * Of this protocol: 1.
   */
  version(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  /**
   * An API key: ob_<key id>_<secret>.
   */
  token(): string;
  token(optionalEncoding: flatbuffers.Encoding): string | Uint8Array;
  token(optionalEncoding?: any): string | Uint8Array {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return this.bb!.__string(this.bb_pos + offset, optionalEncoding);
  }

  /**
   * Names the session within the account: 1 to 32 of A-Z a-z 0-9 . _ -. What is owed to a name is
   * numbered from 1 and can be asked for again.
   */
  sessionName(): string;
  sessionName(optionalEncoding: flatbuffers.Encoding): string | Uint8Array;
  sessionName(optionalEncoding?: any): string | Uint8Array {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return this.bb!.__string(this.bb_pos + offset, optionalEncoding);
  }

  /**
   * The first numbered message wanted. 0: none of the past.
   */
  nextNumber(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Orders of this session end with its connection.
   */
  cancelOnDisconnect(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  /**
   * Longest silence of either side, 200 to 60,000; 0 = 1,000.
   */
  heartbeatMs(): number {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  /**
   * Ends the connection that holds this session name, when it came with the same key.
   */
  takeOver(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  /**
   * Counts when the name is new: its numbered stream has BalanceUpdated, too.
   */
  balanceUpdates(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  /**
   * Counts when the name is new: a NewOrder, and a ReplaceOrder with a new id, must bring a
   * client_ref above those of the account's orders since then, and below 2^53; else it is
   * Rejected: client_order_id_exists, without such a number client_order_id_invalid.
   */
  increasingRefs(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  static startLogin(builder: flatbuffers.Builder) {
    builder.startObject(9);
  }

  static addVersion(builder: flatbuffers.Builder, version: number) {
    builder.addFieldInt16(0, version, 0);
  }

  static addToken(builder: flatbuffers.Builder, tokenOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, tokenOffset, 0);
  }

  static addSessionName(builder: flatbuffers.Builder, sessionNameOffset: flatbuffers.Offset) {
    builder.addFieldOffset(2, sessionNameOffset, 0);
  }

  static addNextNumber(builder: flatbuffers.Builder, nextNumber: bigint) {
    builder.addFieldInt64(3, nextNumber, BigInt("0"));
  }

  static addCancelOnDisconnect(builder: flatbuffers.Builder, cancelOnDisconnect: boolean) {
    builder.addFieldInt8(4, +cancelOnDisconnect, +false);
  }

  static addHeartbeatMs(builder: flatbuffers.Builder, heartbeatMs: number) {
    builder.addFieldInt32(5, heartbeatMs, 0);
  }

  static addTakeOver(builder: flatbuffers.Builder, takeOver: boolean) {
    builder.addFieldInt8(6, +takeOver, +false);
  }

  static addBalanceUpdates(builder: flatbuffers.Builder, balanceUpdates: boolean) {
    builder.addFieldInt8(7, +balanceUpdates, +false);
  }

  static addIncreasingRefs(builder: flatbuffers.Builder, increasingRefs: boolean) {
    builder.addFieldInt8(8, +increasingRefs, +false);
  }

  static endLogin(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    builder.requiredField(offset, 6); // token
    builder.requiredField(offset, 8); // session_name
    return offset;
  }

  static createLogin(
    builder: flatbuffers.Builder,
    version: number,
    tokenOffset: flatbuffers.Offset,
    sessionNameOffset: flatbuffers.Offset,
    nextNumber: bigint,
    cancelOnDisconnect: boolean,
    heartbeatMs: number,
    takeOver: boolean,
    balanceUpdates: boolean,
    increasingRefs: boolean,
  ): flatbuffers.Offset {
    Login.startLogin(builder);
    Login.addVersion(builder, version);
    Login.addToken(builder, tokenOffset);
    Login.addSessionName(builder, sessionNameOffset);
    Login.addNextNumber(builder, nextNumber);
    Login.addCancelOnDisconnect(builder, cancelOnDisconnect);
    Login.addHeartbeatMs(builder, heartbeatMs);
    Login.addTakeOver(builder, takeOver);
    Login.addBalanceUpdates(builder, balanceUpdates);
    Login.addIncreasingRefs(builder, increasingRefs);
    return Login.endLogin(builder);
  }
}

/**
 * Answered by EndOfSession, and the connection ends.
 */
export class Logout {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Logout {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsLogout(bb: flatbuffers.ByteBuffer, obj?: Logout): Logout {
    return (obj || new Logout()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsLogout(bb: flatbuffers.ByteBuffer, obj?: Logout): Logout {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Logout()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static startLogout(builder: flatbuffers.Builder) {
    builder.startObject(0);
  }

  static endLogout(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createLogout(builder: flatbuffers.Builder): flatbuffers.Offset {
    Logout.startLogout(builder);
    return Logout.endLogout(builder);
  }
}

export class MassCancelDone {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): MassCancelDone {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsMassCancelDone(bb: flatbuffers.ByteBuffer, obj?: MassCancelDone): MassCancelDone {
    return (obj || new MassCancelDone()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsMassCancelDone(
    bb: flatbuffers.ByteBuffer,
    obj?: MassCancelDone,
  ): MassCancelDone {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new MassCancelDone()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  /**
   * Cancelled so far; they were told before this message.
   */
  orders(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * More are being cancelled and told after it.
   */
  hasMore(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  requestId(): string | null;
  requestId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  requestId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startMassCancelDone(builder: flatbuffers.Builder) {
    builder.startObject(5);
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(0, instrument, 0);
  }

  static addOrders(builder: flatbuffers.Builder, orders: bigint) {
    builder.addFieldInt64(1, orders, BigInt("0"));
  }

  static addHasMore(builder: flatbuffers.Builder, hasMore: boolean) {
    builder.addFieldInt8(2, +hasMore, +false);
  }

  static addRequestId(builder: flatbuffers.Builder, requestIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(3, requestIdOffset, 0);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(4, requestRef, BigInt("0"));
  }

  static endMassCancelDone(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createMassCancelDone(
    builder: flatbuffers.Builder,
    instrument: number,
    orders: bigint,
    hasMore: boolean,
    requestIdOffset: flatbuffers.Offset,
    requestRef: bigint,
  ): flatbuffers.Offset {
    MassCancelDone.startMassCancelDone(builder);
    MassCancelDone.addInstrument(builder, instrument);
    MassCancelDone.addOrders(builder, orders);
    MassCancelDone.addHasMore(builder, hasMore);
    MassCancelDone.addRequestId(builder, requestIdOffset);
    MassCancelDone.addRequestRef(builder, requestRef);
    return MassCancelDone.endMassCancelDone(builder);
  }
}

export class MassCancelRejected {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): MassCancelRejected {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsMassCancelRejected(
    bb: flatbuffers.ByteBuffer,
    obj?: MassCancelRejected,
  ): MassCancelRejected {
    return (obj || new MassCancelRejected()).__init(
      bb.readInt32(bb.position()) + bb.position(),
      bb,
    );
  }

  static getSizePrefixedRootAsMassCancelRejected(
    bb: flatbuffers.ByteBuffer,
    obj?: MassCancelRejected,
  ): MassCancelRejected {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new MassCancelRejected()).__init(
      bb.readInt32(bb.position()) + bb.position(),
      bb,
    );
  }

  requestId(): string | null;
  requestId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  requestId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  code(): number {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  static startMassCancelRejected(builder: flatbuffers.Builder) {
    builder.startObject(3);
  }

  static addRequestId(builder: flatbuffers.Builder, requestIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(0, requestIdOffset, 0);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(1, requestRef, BigInt("0"));
  }

  static addCode(builder: flatbuffers.Builder, code: number) {
    builder.addFieldInt16(2, code, 0);
  }

  static endMassCancelRejected(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createMassCancelRejected(
    builder: flatbuffers.Builder,
    requestIdOffset: flatbuffers.Offset,
    requestRef: bigint,
    code: number,
  ): flatbuffers.Offset {
    MassCancelRejected.startMassCancelRejected(builder);
    MassCancelRejected.addRequestId(builder, requestIdOffset);
    MassCancelRejected.addRequestRef(builder, requestRef);
    MassCancelRejected.addCode(builder, code);
    return MassCancelRejected.endMassCancelRejected(builder);
  }
}

/**
 * Answered by OrderCancelled for each order, and MassCancelDone or MassCancelRejected.
 */
export class MassCancel {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): MassCancel {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsMassCancel(bb: flatbuffers.ByteBuffer, obj?: MassCancel): MassCancel {
    return (obj || new MassCancel()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsMassCancel(bb: flatbuffers.ByteBuffer, obj?: MassCancel): MassCancel {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new MassCancel()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  /**
   * 0 = all.
   */
  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  requestId(): string | null;
  requestId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  requestId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startMassCancel(builder: flatbuffers.Builder) {
    builder.startObject(3);
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(0, instrument, 0);
  }

  static addRequestId(builder: flatbuffers.Builder, requestIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, requestIdOffset, 0);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(2, requestRef, BigInt("0"));
  }

  static endMassCancel(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createMassCancel(
    builder: flatbuffers.Builder,
    instrument: number,
    requestIdOffset: flatbuffers.Offset,
    requestRef: bigint,
  ): flatbuffers.Offset {
    MassCancel.startMassCancel(builder);
    MassCancel.addInstrument(builder, instrument);
    MassCancel.addRequestId(builder, requestIdOffset);
    MassCancel.addRequestRef(builder, requestRef);
    return MassCancel.endMassCancel(builder);
  }
}

/**
 * Answered by OrderAccepted or OrderRejected.
 */
export class NewOrder {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): NewOrder {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsNewOrder(bb: flatbuffers.ByteBuffer, obj?: NewOrder): NewOrder {
    return (obj || new NewOrder()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsNewOrder(bb: flatbuffers.ByteBuffer, obj?: NewOrder): NewOrder {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new NewOrder()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  side(): Side {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : Side.Unknown;
  }

  orderType(): OrderType {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : OrderType.Unknown;
  }

  timeInForce(): TimeInForce {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : TimeInForce.Unknown;
  }

  selfTradePrevention(): SelfTradePrevention {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : SelfTradePrevention.AccountDefault;
  }

  /**
   * Ticks; 0 of a market order.
   */
  price(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Lots.
   */
  quantity(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Of a market buy in place of a quantity: quote units, fees inside.
   */
  budget(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 22);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startNewOrder(builder: flatbuffers.Builder) {
    builder.startObject(10);
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(0, instrument, 0);
  }

  static addSide(builder: flatbuffers.Builder, side: Side) {
    builder.addFieldInt8(1, side, Side.Unknown);
  }

  static addOrderType(builder: flatbuffers.Builder, orderType: OrderType) {
    builder.addFieldInt8(2, orderType, OrderType.Unknown);
  }

  static addTimeInForce(builder: flatbuffers.Builder, timeInForce: TimeInForce) {
    builder.addFieldInt8(3, timeInForce, TimeInForce.Unknown);
  }

  static addSelfTradePrevention(
    builder: flatbuffers.Builder,
    selfTradePrevention: SelfTradePrevention,
  ) {
    builder.addFieldInt8(4, selfTradePrevention, SelfTradePrevention.AccountDefault);
  }

  static addPrice(builder: flatbuffers.Builder, price: bigint) {
    builder.addFieldInt64(5, price, BigInt("0"));
  }

  static addQuantity(builder: flatbuffers.Builder, quantity: bigint) {
    builder.addFieldInt64(6, quantity, BigInt("0"));
  }

  static addBudget(builder: flatbuffers.Builder, budgetOffset: flatbuffers.Offset) {
    builder.addFieldStruct(7, budgetOffset, 0);
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(8, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(9, clientRef, BigInt("0"));
  }

  static endNewOrder(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }
}

export class OrderAccepted {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): OrderAccepted {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsOrderAccepted(bb: flatbuffers.ByteBuffer, obj?: OrderAccepted): OrderAccepted {
    return (obj || new OrderAccepted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsOrderAccepted(
    bb: flatbuffers.ByteBuffer,
    obj?: OrderAccepted,
  ): OrderAccepted {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new OrderAccepted()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  side(): Side {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : Side.Unknown;
  }

  orderType(): OrderType {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : OrderType.Unknown;
  }

  timeInForce(): TimeInForce {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : TimeInForce.Unknown;
  }

  selfTradePrevention(): SelfTradePrevention {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : SelfTradePrevention.AccountDefault;
  }

  session(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  price(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 22);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  quantity(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 24);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  budget(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 26);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  /**
   * The order ends with its session.
   */
  cancelOnDisconnect(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 28);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  /**
   * Fees of this order in millionths; below 0 a rebate.
   */
  makerRate(): number {
    const offset = this.bb!.__offset(this.bb_pos, 30);
    return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
  }

  takerRate(): number {
    const offset = this.bb!.__offset(this.bb_pos, 32);
    return offset ? this.bb!.readInt32(this.bb_pos + offset) : 0;
  }

  /**
   * The same order was sent before: it has this order id, nothing was executed, and the other
   * fields are not told again.
   */
  duplicate(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 34);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  static startOrderAccepted(builder: flatbuffers.Builder) {
    builder.startObject(16);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(3, instrument, 0);
  }

  static addSide(builder: flatbuffers.Builder, side: Side) {
    builder.addFieldInt8(4, side, Side.Unknown);
  }

  static addOrderType(builder: flatbuffers.Builder, orderType: OrderType) {
    builder.addFieldInt8(5, orderType, OrderType.Unknown);
  }

  static addTimeInForce(builder: flatbuffers.Builder, timeInForce: TimeInForce) {
    builder.addFieldInt8(6, timeInForce, TimeInForce.Unknown);
  }

  static addSelfTradePrevention(
    builder: flatbuffers.Builder,
    selfTradePrevention: SelfTradePrevention,
  ) {
    builder.addFieldInt8(7, selfTradePrevention, SelfTradePrevention.AccountDefault);
  }

  static addSession(builder: flatbuffers.Builder, session: bigint) {
    builder.addFieldInt64(8, session, BigInt("0"));
  }

  static addPrice(builder: flatbuffers.Builder, price: bigint) {
    builder.addFieldInt64(9, price, BigInt("0"));
  }

  static addQuantity(builder: flatbuffers.Builder, quantity: bigint) {
    builder.addFieldInt64(10, quantity, BigInt("0"));
  }

  static addBudget(builder: flatbuffers.Builder, budgetOffset: flatbuffers.Offset) {
    builder.addFieldStruct(11, budgetOffset, 0);
  }

  static addCancelOnDisconnect(builder: flatbuffers.Builder, cancelOnDisconnect: boolean) {
    builder.addFieldInt8(12, +cancelOnDisconnect, +false);
  }

  static addMakerRate(builder: flatbuffers.Builder, makerRate: number) {
    builder.addFieldInt32(13, makerRate, 0);
  }

  static addTakerRate(builder: flatbuffers.Builder, takerRate: number) {
    builder.addFieldInt32(14, takerRate, 0);
  }

  static addDuplicate(builder: flatbuffers.Builder, duplicate: boolean) {
    builder.addFieldInt8(15, +duplicate, +false);
  }

  static endOrderAccepted(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }
}

/**
 * Also what is left of an order that does not rest.
 */
export class OrderCancelled {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): OrderCancelled {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsOrderCancelled(bb: flatbuffers.ByteBuffer, obj?: OrderCancelled): OrderCancelled {
    return (obj || new OrderCancelled()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsOrderCancelled(
    bb: flatbuffers.ByteBuffer,
    obj?: OrderCancelled,
  ): OrderCancelled {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new OrderCancelled()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  side(): Side {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : Side.Unknown;
  }

  reason(): CancelReason {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : CancelReason.Unknown;
  }

  session(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  quantity(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  filled(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Of the CancelOrder, whichever door it came by.
   */
  requestId(): string | null;
  requestId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  requestId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 22);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 24);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startOrderCancelled(builder: flatbuffers.Builder) {
    builder.startObject(11);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(3, instrument, 0);
  }

  static addSide(builder: flatbuffers.Builder, side: Side) {
    builder.addFieldInt8(4, side, Side.Unknown);
  }

  static addReason(builder: flatbuffers.Builder, reason: CancelReason) {
    builder.addFieldInt8(5, reason, CancelReason.Unknown);
  }

  static addSession(builder: flatbuffers.Builder, session: bigint) {
    builder.addFieldInt64(6, session, BigInt("0"));
  }

  static addQuantity(builder: flatbuffers.Builder, quantity: bigint) {
    builder.addFieldInt64(7, quantity, BigInt("0"));
  }

  static addFilled(builder: flatbuffers.Builder, filled: bigint) {
    builder.addFieldInt64(8, filled, BigInt("0"));
  }

  static addRequestId(builder: flatbuffers.Builder, requestIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(9, requestIdOffset, 0);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(10, requestRef, BigInt("0"));
  }

  static endOrderCancelled(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createOrderCancelled(
    builder: flatbuffers.Builder,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    instrument: number,
    side: Side,
    reason: CancelReason,
    session: bigint,
    quantity: bigint,
    filled: bigint,
    requestIdOffset: flatbuffers.Offset,
    requestRef: bigint,
  ): flatbuffers.Offset {
    OrderCancelled.startOrderCancelled(builder);
    OrderCancelled.addOrderId(builder, orderId);
    OrderCancelled.addClientOrderId(builder, clientOrderIdOffset);
    OrderCancelled.addClientRef(builder, clientRef);
    OrderCancelled.addInstrument(builder, instrument);
    OrderCancelled.addSide(builder, side);
    OrderCancelled.addReason(builder, reason);
    OrderCancelled.addSession(builder, session);
    OrderCancelled.addQuantity(builder, quantity);
    OrderCancelled.addFilled(builder, filled);
    OrderCancelled.addRequestId(builder, requestIdOffset);
    OrderCancelled.addRequestRef(builder, requestRef);
    return OrderCancelled.endOrderCancelled(builder);
  }
}

/**
 * One trade, told to both sides.
 */
export class OrderFilled {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): OrderFilled {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsOrderFilled(bb: flatbuffers.ByteBuffer, obj?: OrderFilled): OrderFilled {
    return (obj || new OrderFilled()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsOrderFilled(
    bb: flatbuffers.ByteBuffer,
    obj?: OrderFilled,
  ): OrderFilled {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new OrderFilled()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  side(): Side {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : Side.Unknown;
  }

  liquidity(): Liquidity {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : Liquidity.Unknown;
  }

  /**
   * After this trade.
   */
  status(): OrderStatus {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : OrderStatus.ConditionalPending;
  }

  session(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Dense from 1 in each instrument.
   */
  tradeId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Of this trade.
   */
  price(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 22);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  quantity(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 24);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  notional(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 26);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  /**
   * Quote units; below 0 a rebate.
   */
  fee(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 28);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  /**
   * So far.
   */
  filled(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 30);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Still open; of an order with a budget 0.
   */
  leaves(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 32);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  static startOrderFilled(builder: flatbuffers.Builder) {
    builder.startObject(15);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(3, instrument, 0);
  }

  static addSide(builder: flatbuffers.Builder, side: Side) {
    builder.addFieldInt8(4, side, Side.Unknown);
  }

  static addLiquidity(builder: flatbuffers.Builder, liquidity: Liquidity) {
    builder.addFieldInt8(5, liquidity, Liquidity.Unknown);
  }

  static addStatus(builder: flatbuffers.Builder, status: OrderStatus) {
    builder.addFieldInt8(6, status, OrderStatus.ConditionalPending);
  }

  static addSession(builder: flatbuffers.Builder, session: bigint) {
    builder.addFieldInt64(7, session, BigInt("0"));
  }

  static addTradeId(builder: flatbuffers.Builder, tradeId: bigint) {
    builder.addFieldInt64(8, tradeId, BigInt("0"));
  }

  static addPrice(builder: flatbuffers.Builder, price: bigint) {
    builder.addFieldInt64(9, price, BigInt("0"));
  }

  static addQuantity(builder: flatbuffers.Builder, quantity: bigint) {
    builder.addFieldInt64(10, quantity, BigInt("0"));
  }

  static addNotional(builder: flatbuffers.Builder, notionalOffset: flatbuffers.Offset) {
    builder.addFieldStruct(11, notionalOffset, 0);
  }

  static addFee(builder: flatbuffers.Builder, feeOffset: flatbuffers.Offset) {
    builder.addFieldStruct(12, feeOffset, 0);
  }

  static addFilled(builder: flatbuffers.Builder, filled: bigint) {
    builder.addFieldInt64(13, filled, BigInt("0"));
  }

  static addLeaves(builder: flatbuffers.Builder, leaves: bigint) {
    builder.addFieldInt64(14, leaves, BigInt("0"));
  }

  static endOrderFilled(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }
}

export class OrderRejected {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): OrderRejected {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsOrderRejected(bb: flatbuffers.ByteBuffer, obj?: OrderRejected): OrderRejected {
    return (obj || new OrderRejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsOrderRejected(
    bb: flatbuffers.ByteBuffer,
    obj?: OrderRejected,
  ): OrderRejected {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new OrderRejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  session(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * schemas/reject-codes.csv
   */
  code(): number {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  static startOrderRejected(builder: flatbuffers.Builder) {
    builder.startObject(6);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(3, instrument, 0);
  }

  static addSession(builder: flatbuffers.Builder, session: bigint) {
    builder.addFieldInt64(4, session, BigInt("0"));
  }

  static addCode(builder: flatbuffers.Builder, code: number) {
    builder.addFieldInt16(5, code, 0);
  }

  static endOrderRejected(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createOrderRejected(
    builder: flatbuffers.Builder,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    instrument: number,
    session: bigint,
    code: number,
  ): flatbuffers.Offset {
    OrderRejected.startOrderRejected(builder);
    OrderRejected.addOrderId(builder, orderId);
    OrderRejected.addClientOrderId(builder, clientOrderIdOffset);
    OrderRejected.addClientRef(builder, clientRef);
    OrderRejected.addInstrument(builder, instrument);
    OrderRejected.addSession(builder, session);
    OrderRejected.addCode(builder, code);
    return OrderRejected.endOrderRejected(builder);
  }
}

/**
 * The new terms; what they trade at once follows.
 */
export class OrderReplaced {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): OrderReplaced {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsOrderReplaced(bb: flatbuffers.ByteBuffer, obj?: OrderReplaced): OrderReplaced {
    return (obj || new OrderReplaced()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsOrderReplaced(
    bb: flatbuffers.ByteBuffer,
    obj?: OrderReplaced,
  ): OrderReplaced {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new OrderReplaced()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  side(): Side {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : Side.Unknown;
  }

  session(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  price(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  quantity(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  filled(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  leaves(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 22);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  previousClientOrderId(): string | null;
  previousClientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  previousClientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 24);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  previousClientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 26);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * As in OrderAccepted.
   */
  duplicate(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 28);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  static startOrderReplaced(builder: flatbuffers.Builder) {
    builder.startObject(13);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(3, instrument, 0);
  }

  static addSide(builder: flatbuffers.Builder, side: Side) {
    builder.addFieldInt8(4, side, Side.Unknown);
  }

  static addSession(builder: flatbuffers.Builder, session: bigint) {
    builder.addFieldInt64(5, session, BigInt("0"));
  }

  static addPrice(builder: flatbuffers.Builder, price: bigint) {
    builder.addFieldInt64(6, price, BigInt("0"));
  }

  static addQuantity(builder: flatbuffers.Builder, quantity: bigint) {
    builder.addFieldInt64(7, quantity, BigInt("0"));
  }

  static addFilled(builder: flatbuffers.Builder, filled: bigint) {
    builder.addFieldInt64(8, filled, BigInt("0"));
  }

  static addLeaves(builder: flatbuffers.Builder, leaves: bigint) {
    builder.addFieldInt64(9, leaves, BigInt("0"));
  }

  static addPreviousClientOrderId(
    builder: flatbuffers.Builder,
    previousClientOrderIdOffset: flatbuffers.Offset,
  ) {
    builder.addFieldOffset(10, previousClientOrderIdOffset, 0);
  }

  static addPreviousClientRef(builder: flatbuffers.Builder, previousClientRef: bigint) {
    builder.addFieldInt64(11, previousClientRef, BigInt("0"));
  }

  static addDuplicate(builder: flatbuffers.Builder, duplicate: boolean) {
    builder.addFieldInt8(12, +duplicate, +false);
  }

  static endOrderReplaced(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createOrderReplaced(
    builder: flatbuffers.Builder,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    instrument: number,
    side: Side,
    session: bigint,
    price: bigint,
    quantity: bigint,
    filled: bigint,
    leaves: bigint,
    previousClientOrderIdOffset: flatbuffers.Offset,
    previousClientRef: bigint,
    duplicate: boolean,
  ): flatbuffers.Offset {
    OrderReplaced.startOrderReplaced(builder);
    OrderReplaced.addOrderId(builder, orderId);
    OrderReplaced.addClientOrderId(builder, clientOrderIdOffset);
    OrderReplaced.addClientRef(builder, clientRef);
    OrderReplaced.addInstrument(builder, instrument);
    OrderReplaced.addSide(builder, side);
    OrderReplaced.addSession(builder, session);
    OrderReplaced.addPrice(builder, price);
    OrderReplaced.addQuantity(builder, quantity);
    OrderReplaced.addFilled(builder, filled);
    OrderReplaced.addLeaves(builder, leaves);
    OrderReplaced.addPreviousClientOrderId(builder, previousClientOrderIdOffset);
    OrderReplaced.addPreviousClientRef(builder, previousClientRef);
    OrderReplaced.addDuplicate(builder, duplicate);
    return OrderReplaced.endOrderReplaced(builder);
  }
}

export class OrderState {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): OrderState {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsOrderState(bb: flatbuffers.ByteBuffer, obj?: OrderState): OrderState {
    return (obj || new OrderState()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsOrderState(bb: flatbuffers.ByteBuffer, obj?: OrderState): OrderState {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new OrderState()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  side(): Side {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : Side.Unknown;
  }

  orderType(): OrderType {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : OrderType.Unknown;
  }

  timeInForce(): TimeInForce {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : TimeInForce.Unknown;
  }

  selfTradePrevention(): SelfTradePrevention {
    const offset = this.bb!.__offset(this.bb_pos, 18);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : SelfTradePrevention.AccountDefault;
  }

  status(): OrderStatus {
    const offset = this.bb!.__offset(this.bb_pos, 20);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : OrderStatus.ConditionalPending;
  }

  reason(): CancelReason {
    const offset = this.bb!.__offset(this.bb_pos, 22);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : CancelReason.Unknown;
  }

  code(): number {
    const offset = this.bb!.__offset(this.bb_pos, 24);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  session(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 26);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  price(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 28);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  quantity(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 30);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  budget(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 32);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  filled(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 34);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  leaves(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 36);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  cumulativeNotional(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 38);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  fee(obj?: Amount): Amount | null {
    const offset = this.bb!.__offset(this.bb_pos, 40);
    return offset ? (obj || new Amount()).__init(this.bb_pos + offset, this.bb!) : null;
  }

  createdAtNs(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 42);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startOrderState(builder: flatbuffers.Builder) {
    builder.startObject(20);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(3, instrument, 0);
  }

  static addSide(builder: flatbuffers.Builder, side: Side) {
    builder.addFieldInt8(4, side, Side.Unknown);
  }

  static addOrderType(builder: flatbuffers.Builder, orderType: OrderType) {
    builder.addFieldInt8(5, orderType, OrderType.Unknown);
  }

  static addTimeInForce(builder: flatbuffers.Builder, timeInForce: TimeInForce) {
    builder.addFieldInt8(6, timeInForce, TimeInForce.Unknown);
  }

  static addSelfTradePrevention(
    builder: flatbuffers.Builder,
    selfTradePrevention: SelfTradePrevention,
  ) {
    builder.addFieldInt8(7, selfTradePrevention, SelfTradePrevention.AccountDefault);
  }

  static addStatus(builder: flatbuffers.Builder, status: OrderStatus) {
    builder.addFieldInt8(8, status, OrderStatus.ConditionalPending);
  }

  static addReason(builder: flatbuffers.Builder, reason: CancelReason) {
    builder.addFieldInt8(9, reason, CancelReason.Unknown);
  }

  static addCode(builder: flatbuffers.Builder, code: number) {
    builder.addFieldInt16(10, code, 0);
  }

  static addSession(builder: flatbuffers.Builder, session: bigint) {
    builder.addFieldInt64(11, session, BigInt("0"));
  }

  static addPrice(builder: flatbuffers.Builder, price: bigint) {
    builder.addFieldInt64(12, price, BigInt("0"));
  }

  static addQuantity(builder: flatbuffers.Builder, quantity: bigint) {
    builder.addFieldInt64(13, quantity, BigInt("0"));
  }

  static addBudget(builder: flatbuffers.Builder, budgetOffset: flatbuffers.Offset) {
    builder.addFieldStruct(14, budgetOffset, 0);
  }

  static addFilled(builder: flatbuffers.Builder, filled: bigint) {
    builder.addFieldInt64(15, filled, BigInt("0"));
  }

  static addLeaves(builder: flatbuffers.Builder, leaves: bigint) {
    builder.addFieldInt64(16, leaves, BigInt("0"));
  }

  static addCumulativeNotional(
    builder: flatbuffers.Builder,
    cumulativeNotionalOffset: flatbuffers.Offset,
  ) {
    builder.addFieldStruct(17, cumulativeNotionalOffset, 0);
  }

  static addFee(builder: flatbuffers.Builder, feeOffset: flatbuffers.Offset) {
    builder.addFieldStruct(18, feeOffset, 0);
  }

  static addCreatedAtNs(builder: flatbuffers.Builder, createdAtNs: bigint) {
    builder.addFieldInt64(19, createdAtNs, BigInt("0"));
  }

  static endOrderState(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }
}

/**
 * From Filled on final.
 */
export enum OrderStatus {
  ConditionalPending = 0,
  Pending = 1,
  PartiallyFilled = 2,
  Filled = 3,
  Cancelled = 4,
  Rejected = 5,
  Expired = 6,
}

export enum OrderType {
  Unknown = 0,
  Limit = 1,
  Market = 2,
}

/**
 * As of ServerMessage.sequence. By order id.
 */
export class Orders {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Orders {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsOrders(bb: flatbuffers.ByteBuffer, obj?: Orders): Orders {
    return (obj || new Orders()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsOrders(bb: flatbuffers.ByteBuffer, obj?: Orders): Orders {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Orders()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  orders(index: number, obj?: OrderState): OrderState | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset
      ? (obj || new OrderState()).__init(
          this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4),
          this.bb!,
        )
      : null;
  }

  ordersLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  hasMore(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  static startOrders(builder: flatbuffers.Builder) {
    builder.startObject(3);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(0, requestRef, BigInt("0"));
  }

  static addOrders(builder: flatbuffers.Builder, ordersOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, ordersOffset, 0);
  }

  static createOrdersVector(
    builder: flatbuffers.Builder,
    data: flatbuffers.Offset[],
  ): flatbuffers.Offset {
    builder.startVector(4, data.length, 4);
    for (let i = data.length - 1; i >= 0; i--) {
      builder.addOffset(data[i]!);
    }
    return builder.endVector();
  }

  static startOrdersVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(4, numElems, 4);
  }

  static addHasMore(builder: flatbuffers.Builder, hasMore: boolean) {
    builder.addFieldInt8(2, +hasMore, +false);
  }

  static endOrders(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createOrders(
    builder: flatbuffers.Builder,
    requestRef: bigint,
    ordersOffset: flatbuffers.Offset,
    hasMore: boolean,
  ): flatbuffers.Offset {
    Orders.startOrders(builder);
    Orders.addRequestRef(builder, requestRef);
    Orders.addOrders(builder, ordersOffset);
    Orders.addHasMore(builder, hasMore);
    return Orders.endOrders(builder);
  }
}

/**
 * Answered by Balances.
 */
export class QueryBalances {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): QueryBalances {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsQueryBalances(bb: flatbuffers.ByteBuffer, obj?: QueryBalances): QueryBalances {
    return (obj || new QueryBalances()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsQueryBalances(
    bb: flatbuffers.ByteBuffer,
    obj?: QueryBalances,
  ): QueryBalances {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new QueryBalances()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startQueryBalances(builder: flatbuffers.Builder) {
    builder.startObject(1);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(0, requestRef, BigInt("0"));
  }

  static endQueryBalances(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createQueryBalances(builder: flatbuffers.Builder, requestRef: bigint): flatbuffers.Offset {
    QueryBalances.startQueryBalances(builder);
    QueryBalances.addRequestRef(builder, requestRef);
    return QueryBalances.endQueryBalances(builder);
  }
}

/**
 * Answered by Orders.
 */
export class QueryOrders {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): QueryOrders {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsQueryOrders(bb: flatbuffers.ByteBuffer, obj?: QueryOrders): QueryOrders {
    return (obj || new QueryOrders()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsQueryOrders(
    bb: flatbuffers.ByteBuffer,
    obj?: QueryOrders,
  ): QueryOrders {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new QueryOrders()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * 0 = all.
   */
  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  /**
   * Also final orders that are kept.
   */
  withFinal(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  /**
   * Orders with a larger id only.
   */
  after(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startQueryOrders(builder: flatbuffers.Builder) {
    builder.startObject(4);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(0, requestRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(1, instrument, 0);
  }

  static addWithFinal(builder: flatbuffers.Builder, withFinal: boolean) {
    builder.addFieldInt8(2, +withFinal, +false);
  }

  static addAfter(builder: flatbuffers.Builder, after: bigint) {
    builder.addFieldInt64(3, after, BigInt("0"));
  }

  static endQueryOrders(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createQueryOrders(
    builder: flatbuffers.Builder,
    requestRef: bigint,
    instrument: number,
    withFinal: boolean,
    after: bigint,
  ): flatbuffers.Offset {
    QueryOrders.startQueryOrders(builder);
    QueryOrders.addRequestRef(builder, requestRef);
    QueryOrders.addInstrument(builder, instrument);
    QueryOrders.addWithFinal(builder, withFinal);
    QueryOrders.addAfter(builder, after);
    return QueryOrders.endQueryOrders(builder);
  }
}

/**
 * Rest of the tables of LoginAccepted, and later each instrument or currency that is new or changed.
 */
export class ReferenceData {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): ReferenceData {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsReferenceData(bb: flatbuffers.ByteBuffer, obj?: ReferenceData): ReferenceData {
    return (obj || new ReferenceData()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsReferenceData(
    bb: flatbuffers.ByteBuffer,
    obj?: ReferenceData,
  ): ReferenceData {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new ReferenceData()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  currencies(index: number, obj?: Currency): Currency | null {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset
      ? (obj || new Currency()).__init(
          this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4),
          this.bb!,
        )
      : null;
  }

  currenciesLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  instruments(index: number, obj?: Instrument): Instrument | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset
      ? (obj || new Instrument()).__init(
          this.bb!.__indirect(this.bb!.__vector(this.bb_pos + offset) + index * 4),
          this.bb!,
        )
      : null;
  }

  instrumentsLength(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__vector_len(this.bb_pos + offset) : 0;
  }

  hasMore(): boolean {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? !!this.bb!.readInt8(this.bb_pos + offset) : false;
  }

  static startReferenceData(builder: flatbuffers.Builder) {
    builder.startObject(3);
  }

  static addCurrencies(builder: flatbuffers.Builder, currenciesOffset: flatbuffers.Offset) {
    builder.addFieldOffset(0, currenciesOffset, 0);
  }

  static createCurrenciesVector(
    builder: flatbuffers.Builder,
    data: flatbuffers.Offset[],
  ): flatbuffers.Offset {
    builder.startVector(4, data.length, 4);
    for (let i = data.length - 1; i >= 0; i--) {
      builder.addOffset(data[i]!);
    }
    return builder.endVector();
  }

  static startCurrenciesVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(4, numElems, 4);
  }

  static addInstruments(builder: flatbuffers.Builder, instrumentsOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, instrumentsOffset, 0);
  }

  static createInstrumentsVector(
    builder: flatbuffers.Builder,
    data: flatbuffers.Offset[],
  ): flatbuffers.Offset {
    builder.startVector(4, data.length, 4);
    for (let i = data.length - 1; i >= 0; i--) {
      builder.addOffset(data[i]!);
    }
    return builder.endVector();
  }

  static startInstrumentsVector(builder: flatbuffers.Builder, numElems: number) {
    builder.startVector(4, numElems, 4);
  }

  static addHasMore(builder: flatbuffers.Builder, hasMore: boolean) {
    builder.addFieldInt8(2, +hasMore, +false);
  }

  static endReferenceData(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createReferenceData(
    builder: flatbuffers.Builder,
    currenciesOffset: flatbuffers.Offset,
    instrumentsOffset: flatbuffers.Offset,
    hasMore: boolean,
  ): flatbuffers.Offset {
    ReferenceData.startReferenceData(builder);
    ReferenceData.addCurrencies(builder, currenciesOffset);
    ReferenceData.addInstruments(builder, instrumentsOffset);
    ReferenceData.addHasMore(builder, hasMore);
    return ReferenceData.endReferenceData(builder);
  }
}

/**
 * A message that was not executed and left no trace; its order, if it was one, may be sent again.
 */
export class Rejected {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Rejected {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsRejected(bb: flatbuffers.ByteBuffer, obj?: Rejected): Rejected {
    return (obj || new Rejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsRejected(bb: flatbuffers.ByteBuffer, obj?: Rejected): Rejected {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Rejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  code(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  /**
   * The member of ClientBody.
   */
  of(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : 0;
  }

  /**
   * As given.
   */
  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  requestId(): string | null;
  requestId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  requestId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startRejected(builder: flatbuffers.Builder) {
    builder.startObject(7);
  }

  static addCode(builder: flatbuffers.Builder, code: number) {
    builder.addFieldInt16(0, code, 0);
  }

  static addOf(builder: flatbuffers.Builder, of: number) {
    builder.addFieldInt8(1, of, 0);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(2, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(3, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(4, clientRef, BigInt("0"));
  }

  static addRequestId(builder: flatbuffers.Builder, requestIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(5, requestIdOffset, 0);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(6, requestRef, BigInt("0"));
  }

  static endRejected(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createRejected(
    builder: flatbuffers.Builder,
    code: number,
    of: number,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    requestIdOffset: flatbuffers.Offset,
    requestRef: bigint,
  ): flatbuffers.Offset {
    Rejected.startRejected(builder);
    Rejected.addCode(builder, code);
    Rejected.addOf(builder, of);
    Rejected.addOrderId(builder, orderId);
    Rejected.addClientOrderId(builder, clientOrderIdOffset);
    Rejected.addClientRef(builder, clientRef);
    Rejected.addRequestId(builder, requestIdOffset);
    Rejected.addRequestRef(builder, requestRef);
    return Rejected.endRejected(builder);
  }
}

/**
 * Answered by OrderReplaced or ReplaceRejected. Names the order as CancelOrder does.
 */
export class ReplaceOrder {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): ReplaceOrder {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsReplaceOrder(bb: flatbuffers.ByteBuffer, obj?: ReplaceOrder): ReplaceOrder {
    return (obj || new ReplaceOrder()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsReplaceOrder(
    bb: flatbuffers.ByteBuffer,
    obj?: ReplaceOrder,
  ): ReplaceOrder {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new ReplaceOrder()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Ticks.
   */
  price(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Total lots, with those already filled.
   */
  quantity(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readInt64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * The order's id from now on; without one it keeps the id it has.
   */
  newClientOrderId(): string | null;
  newClientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  newClientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  newClientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  static startReplaceOrder(builder: flatbuffers.Builder) {
    builder.startObject(7);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addPrice(builder: flatbuffers.Builder, price: bigint) {
    builder.addFieldInt64(3, price, BigInt("0"));
  }

  static addQuantity(builder: flatbuffers.Builder, quantity: bigint) {
    builder.addFieldInt64(4, quantity, BigInt("0"));
  }

  static addNewClientOrderId(
    builder: flatbuffers.Builder,
    newClientOrderIdOffset: flatbuffers.Offset,
  ) {
    builder.addFieldOffset(5, newClientOrderIdOffset, 0);
  }

  static addNewClientRef(builder: flatbuffers.Builder, newClientRef: bigint) {
    builder.addFieldInt64(6, newClientRef, BigInt("0"));
  }

  static endReplaceOrder(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createReplaceOrder(
    builder: flatbuffers.Builder,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    price: bigint,
    quantity: bigint,
    newClientOrderIdOffset: flatbuffers.Offset,
    newClientRef: bigint,
  ): flatbuffers.Offset {
    ReplaceOrder.startReplaceOrder(builder);
    ReplaceOrder.addOrderId(builder, orderId);
    ReplaceOrder.addClientOrderId(builder, clientOrderIdOffset);
    ReplaceOrder.addClientRef(builder, clientRef);
    ReplaceOrder.addPrice(builder, price);
    ReplaceOrder.addQuantity(builder, quantity);
    ReplaceOrder.addNewClientOrderId(builder, newClientOrderIdOffset);
    ReplaceOrder.addNewClientRef(builder, newClientRef);
    return ReplaceOrder.endReplaceOrder(builder);
  }
}

export class ReplaceRejected {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): ReplaceRejected {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsReplaceRejected(
    bb: flatbuffers.ByteBuffer,
    obj?: ReplaceRejected,
  ): ReplaceRejected {
    return (obj || new ReplaceRejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsReplaceRejected(
    bb: flatbuffers.ByteBuffer,
    obj?: ReplaceRejected,
  ): ReplaceRejected {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new ReplaceRejected()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  /**
   * The order, when there is one of this account.
   */
  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * As given.
   */
  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  newClientOrderId(): string | null;
  newClientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  newClientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  newClientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  code(): number {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint16(this.bb_pos + offset) : 0;
  }

  static startReplaceRejected(builder: flatbuffers.Builder) {
    builder.startObject(6);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(0, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(1, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(2, clientRef, BigInt("0"));
  }

  static addNewClientOrderId(
    builder: flatbuffers.Builder,
    newClientOrderIdOffset: flatbuffers.Offset,
  ) {
    builder.addFieldOffset(3, newClientOrderIdOffset, 0);
  }

  static addNewClientRef(builder: flatbuffers.Builder, newClientRef: bigint) {
    builder.addFieldInt64(4, newClientRef, BigInt("0"));
  }

  static addCode(builder: flatbuffers.Builder, code: number) {
    builder.addFieldInt16(5, code, 0);
  }

  static endReplaceRejected(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createReplaceRejected(
    builder: flatbuffers.Builder,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    newClientOrderIdOffset: flatbuffers.Offset,
    newClientRef: bigint,
    code: number,
  ): flatbuffers.Offset {
    ReplaceRejected.startReplaceRejected(builder);
    ReplaceRejected.addOrderId(builder, orderId);
    ReplaceRejected.addClientOrderId(builder, clientOrderIdOffset);
    ReplaceRejected.addClientRef(builder, clientRef);
    ReplaceRejected.addNewClientOrderId(builder, newClientOrderIdOffset);
    ReplaceRejected.addNewClientRef(builder, newClientRef);
    ReplaceRejected.addCode(builder, code);
    return ReplaceRejected.endReplaceRejected(builder);
  }
}

/**
 * What becomes of an order that would trade with one of its own account.
 */
export enum SelfTradePrevention {
  /**
   * As the account has it.
   */
  AccountDefault = 0,

  /**
   * What is left of the incoming order is cancelled.
   */
  ExpireTaker = 1,
}

export enum ServerBody {
  NONE = 0,
  OrderAccepted = 1,
  OrderRejected = 2,
  OrderFilled = 3,
  OrderCancelled = 4,
  OrderReplaced = 5,
  ReplaceRejected = 6,
  CancelRejected = 7,
  MassCancelDone = 8,
  MassCancelRejected = 9,
  BalanceUpdated = 10,
  LoginAccepted = 11,
  LoginRejected = 12,
  ReferenceData = 13,
  Rejected = 14,
  Throttled = 15,
  BookSnapshot = 16,
  BookUpdate = 17,
  Orders = 18,
  Balances = 19,
  Heartbeat = 20,
  EndOfSession = 21,
}

export function unionToServerBody(
  type: ServerBody,
  accessor: (
    obj:
      | BalanceUpdated
      | Balances
      | BookSnapshot
      | BookUpdate
      | CancelRejected
      | EndOfSession
      | Heartbeat
      | LoginAccepted
      | LoginRejected
      | MassCancelDone
      | MassCancelRejected
      | OrderAccepted
      | OrderCancelled
      | OrderFilled
      | OrderRejected
      | OrderReplaced
      | Orders
      | ReferenceData
      | Rejected
      | ReplaceRejected
      | Throttled,
  ) =>
    | BalanceUpdated
    | Balances
    | BookSnapshot
    | BookUpdate
    | CancelRejected
    | EndOfSession
    | Heartbeat
    | LoginAccepted
    | LoginRejected
    | MassCancelDone
    | MassCancelRejected
    | OrderAccepted
    | OrderCancelled
    | OrderFilled
    | OrderRejected
    | OrderReplaced
    | Orders
    | ReferenceData
    | Rejected
    | ReplaceRejected
    | Throttled
    | null,
):
  | BalanceUpdated
  | Balances
  | BookSnapshot
  | BookUpdate
  | CancelRejected
  | EndOfSession
  | Heartbeat
  | LoginAccepted
  | LoginRejected
  | MassCancelDone
  | MassCancelRejected
  | OrderAccepted
  | OrderCancelled
  | OrderFilled
  | OrderRejected
  | OrderReplaced
  | Orders
  | ReferenceData
  | Rejected
  | ReplaceRejected
  | Throttled
  | null {
  switch (ServerBody[type]) {
    case "NONE":
      return null;
    case "OrderAccepted":
      return accessor(new OrderAccepted())! as OrderAccepted;
    case "OrderRejected":
      return accessor(new OrderRejected())! as OrderRejected;
    case "OrderFilled":
      return accessor(new OrderFilled())! as OrderFilled;
    case "OrderCancelled":
      return accessor(new OrderCancelled())! as OrderCancelled;
    case "OrderReplaced":
      return accessor(new OrderReplaced())! as OrderReplaced;
    case "ReplaceRejected":
      return accessor(new ReplaceRejected())! as ReplaceRejected;
    case "CancelRejected":
      return accessor(new CancelRejected())! as CancelRejected;
    case "MassCancelDone":
      return accessor(new MassCancelDone())! as MassCancelDone;
    case "MassCancelRejected":
      return accessor(new MassCancelRejected())! as MassCancelRejected;
    case "BalanceUpdated":
      return accessor(new BalanceUpdated())! as BalanceUpdated;
    case "LoginAccepted":
      return accessor(new LoginAccepted())! as LoginAccepted;
    case "LoginRejected":
      return accessor(new LoginRejected())! as LoginRejected;
    case "ReferenceData":
      return accessor(new ReferenceData())! as ReferenceData;
    case "Rejected":
      return accessor(new Rejected())! as Rejected;
    case "Throttled":
      return accessor(new Throttled())! as Throttled;
    case "BookSnapshot":
      return accessor(new BookSnapshot())! as BookSnapshot;
    case "BookUpdate":
      return accessor(new BookUpdate())! as BookUpdate;
    case "Orders":
      return accessor(new Orders())! as Orders;
    case "Balances":
      return accessor(new Balances())! as Balances;
    case "Heartbeat":
      return accessor(new Heartbeat())! as Heartbeat;
    case "EndOfSession":
      return accessor(new EndOfSession())! as EndOfSession;
    default:
      return null;
  }
}

export function unionListToServerBody(
  type: ServerBody,
  accessor: (
    index: number,
    obj:
      | BalanceUpdated
      | Balances
      | BookSnapshot
      | BookUpdate
      | CancelRejected
      | EndOfSession
      | Heartbeat
      | LoginAccepted
      | LoginRejected
      | MassCancelDone
      | MassCancelRejected
      | OrderAccepted
      | OrderCancelled
      | OrderFilled
      | OrderRejected
      | OrderReplaced
      | Orders
      | ReferenceData
      | Rejected
      | ReplaceRejected
      | Throttled,
  ) =>
    | BalanceUpdated
    | Balances
    | BookSnapshot
    | BookUpdate
    | CancelRejected
    | EndOfSession
    | Heartbeat
    | LoginAccepted
    | LoginRejected
    | MassCancelDone
    | MassCancelRejected
    | OrderAccepted
    | OrderCancelled
    | OrderFilled
    | OrderRejected
    | OrderReplaced
    | Orders
    | ReferenceData
    | Rejected
    | ReplaceRejected
    | Throttled
    | null,
  index: number,
):
  | BalanceUpdated
  | Balances
  | BookSnapshot
  | BookUpdate
  | CancelRejected
  | EndOfSession
  | Heartbeat
  | LoginAccepted
  | LoginRejected
  | MassCancelDone
  | MassCancelRejected
  | OrderAccepted
  | OrderCancelled
  | OrderFilled
  | OrderRejected
  | OrderReplaced
  | Orders
  | ReferenceData
  | Rejected
  | ReplaceRejected
  | Throttled
  | null {
  switch (ServerBody[type]) {
    case "NONE":
      return null;
    case "OrderAccepted":
      return accessor(index, new OrderAccepted())! as OrderAccepted;
    case "OrderRejected":
      return accessor(index, new OrderRejected())! as OrderRejected;
    case "OrderFilled":
      return accessor(index, new OrderFilled())! as OrderFilled;
    case "OrderCancelled":
      return accessor(index, new OrderCancelled())! as OrderCancelled;
    case "OrderReplaced":
      return accessor(index, new OrderReplaced())! as OrderReplaced;
    case "ReplaceRejected":
      return accessor(index, new ReplaceRejected())! as ReplaceRejected;
    case "CancelRejected":
      return accessor(index, new CancelRejected())! as CancelRejected;
    case "MassCancelDone":
      return accessor(index, new MassCancelDone())! as MassCancelDone;
    case "MassCancelRejected":
      return accessor(index, new MassCancelRejected())! as MassCancelRejected;
    case "BalanceUpdated":
      return accessor(index, new BalanceUpdated())! as BalanceUpdated;
    case "LoginAccepted":
      return accessor(index, new LoginAccepted())! as LoginAccepted;
    case "LoginRejected":
      return accessor(index, new LoginRejected())! as LoginRejected;
    case "ReferenceData":
      return accessor(index, new ReferenceData())! as ReferenceData;
    case "Rejected":
      return accessor(index, new Rejected())! as Rejected;
    case "Throttled":
      return accessor(index, new Throttled())! as Throttled;
    case "BookSnapshot":
      return accessor(index, new BookSnapshot())! as BookSnapshot;
    case "BookUpdate":
      return accessor(index, new BookUpdate())! as BookUpdate;
    case "Orders":
      return accessor(index, new Orders())! as Orders;
    case "Balances":
      return accessor(index, new Balances())! as Balances;
    case "Heartbeat":
      return accessor(index, new Heartbeat())! as Heartbeat;
    case "EndOfSession":
      return accessor(index, new EndOfSession())! as EndOfSession;
    default:
      return null;
  }
}

export class ServerMessage {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): ServerMessage {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsServerMessage(bb: flatbuffers.ByteBuffer, obj?: ServerMessage): ServerMessage {
    return (obj || new ServerMessage()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsServerMessage(
    bb: flatbuffers.ByteBuffer,
    obj?: ServerMessage,
  ): ServerMessage {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new ServerMessage()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  /**
   * Dense from 1 in a session name's numbered stream; 0 = not numbered.
   */
  number(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * The venue's sequence that the message tells of or, of an answer, saw last; 0 = none.
   */
  sequence(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  timeNs(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  bodyType(): ServerBody {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : ServerBody.NONE;
  }

  body<T extends { bb: flatbuffers.ByteBuffer | null; bb_pos: number }>(obj: T): T | null {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset
      ? (this.bb!.__union(
          obj as unknown as flatbuffers.Table,
          this.bb_pos + offset,
        ) as unknown as T)
      : null;
  }

  static startServerMessage(builder: flatbuffers.Builder) {
    builder.startObject(5);
  }

  static addNumber(builder: flatbuffers.Builder, number: bigint) {
    builder.addFieldInt64(0, number, BigInt("0"));
  }

  static addSequence(builder: flatbuffers.Builder, sequence: bigint) {
    builder.addFieldInt64(1, sequence, BigInt("0"));
  }

  static addTimeNs(builder: flatbuffers.Builder, timeNs: bigint) {
    builder.addFieldInt64(2, timeNs, BigInt("0"));
  }

  static addBodyType(builder: flatbuffers.Builder, bodyType: ServerBody) {
    builder.addFieldInt8(3, bodyType, ServerBody.NONE);
  }

  static addBody(builder: flatbuffers.Builder, bodyOffset: flatbuffers.Offset) {
    builder.addFieldOffset(4, bodyOffset, 0);
  }

  static endServerMessage(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createServerMessage(
    builder: flatbuffers.Builder,
    number: bigint,
    sequence: bigint,
    timeNs: bigint,
    bodyType: ServerBody,
    bodyOffset: flatbuffers.Offset,
  ): flatbuffers.Offset {
    ServerMessage.startServerMessage(builder);
    ServerMessage.addNumber(builder, number);
    ServerMessage.addSequence(builder, sequence);
    ServerMessage.addTimeNs(builder, timeNs);
    ServerMessage.addBodyType(builder, bodyType);
    ServerMessage.addBody(builder, bodyOffset);
    return ServerMessage.endServerMessage(builder);
  }
}

export enum Side {
  Unknown = 0,
  Buy = 1,
  Sell = 2,
}

/**
 * Answered by BookSnapshot, then BookUpdate whenever the book has changed.
 */
export class SubscribeBook {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): SubscribeBook {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsSubscribeBook(bb: flatbuffers.ByteBuffer, obj?: SubscribeBook): SubscribeBook {
    return (obj || new SubscribeBook()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsSubscribeBook(
    bb: flatbuffers.ByteBuffer,
    obj?: SubscribeBook,
  ): SubscribeBook {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new SubscribeBook()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  static startSubscribeBook(builder: flatbuffers.Builder) {
    builder.startObject(2);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(0, requestRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(1, instrument, 0);
  }

  static endSubscribeBook(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createSubscribeBook(
    builder: flatbuffers.Builder,
    requestRef: bigint,
    instrument: number,
  ): flatbuffers.Offset {
    SubscribeBook.startSubscribeBook(builder);
    SubscribeBook.addRequestRef(builder, requestRef);
    SubscribeBook.addInstrument(builder, instrument);
    return SubscribeBook.endSubscribeBook(builder);
  }
}

/**
 * As Rejected: too many messages.
 */
export class Throttled {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): Throttled {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsThrottled(bb: flatbuffers.ByteBuffer, obj?: Throttled): Throttled {
    return (obj || new Throttled()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsThrottled(bb: flatbuffers.ByteBuffer, obj?: Throttled): Throttled {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new Throttled()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  of(): number {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint8(this.bb_pos + offset) : 0;
  }

  orderId(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  clientOrderId(): string | null;
  clientOrderId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  clientOrderId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 8);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  clientRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 10);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  requestId(): string | null;
  requestId(optionalEncoding: flatbuffers.Encoding): string | Uint8Array | null;
  requestId(optionalEncoding?: any): string | Uint8Array | null {
    const offset = this.bb!.__offset(this.bb_pos, 12);
    return offset ? this.bb!.__string(this.bb_pos + offset, optionalEncoding) : null;
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 14);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  /**
   * Until one message of its kind will be taken, if nobody else uses the key.
   */
  retryAfterMs(): number {
    const offset = this.bb!.__offset(this.bb_pos, 16);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  static startThrottled(builder: flatbuffers.Builder) {
    builder.startObject(7);
  }

  static addOf(builder: flatbuffers.Builder, of: number) {
    builder.addFieldInt8(0, of, 0);
  }

  static addOrderId(builder: flatbuffers.Builder, orderId: bigint) {
    builder.addFieldInt64(1, orderId, BigInt("0"));
  }

  static addClientOrderId(builder: flatbuffers.Builder, clientOrderIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(2, clientOrderIdOffset, 0);
  }

  static addClientRef(builder: flatbuffers.Builder, clientRef: bigint) {
    builder.addFieldInt64(3, clientRef, BigInt("0"));
  }

  static addRequestId(builder: flatbuffers.Builder, requestIdOffset: flatbuffers.Offset) {
    builder.addFieldOffset(4, requestIdOffset, 0);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(5, requestRef, BigInt("0"));
  }

  static addRetryAfterMs(builder: flatbuffers.Builder, retryAfterMs: number) {
    builder.addFieldInt32(6, retryAfterMs, 0);
  }

  static endThrottled(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createThrottled(
    builder: flatbuffers.Builder,
    of: number,
    orderId: bigint,
    clientOrderIdOffset: flatbuffers.Offset,
    clientRef: bigint,
    requestIdOffset: flatbuffers.Offset,
    requestRef: bigint,
    retryAfterMs: number,
  ): flatbuffers.Offset {
    Throttled.startThrottled(builder);
    Throttled.addOf(builder, of);
    Throttled.addOrderId(builder, orderId);
    Throttled.addClientOrderId(builder, clientOrderIdOffset);
    Throttled.addClientRef(builder, clientRef);
    Throttled.addRequestId(builder, requestIdOffset);
    Throttled.addRequestRef(builder, requestRef);
    Throttled.addRetryAfterMs(builder, retryAfterMs);
    return Throttled.endThrottled(builder);
  }
}

/**
 * Of a market order: Ioc. A post-only order rests or is refused.
 */
export enum TimeInForce {
  Unknown = 0,
  Gtc = 1,
  Ioc = 2,
  Fok = 3,
  PostOnly = 4,
}

/**
 * Not answered.
 */
export class UnsubscribeBook {
  bb: flatbuffers.ByteBuffer | null = null;
  bb_pos = 0;
  __init(i: number, bb: flatbuffers.ByteBuffer): UnsubscribeBook {
    this.bb_pos = i;
    this.bb = bb;
    return this;
  }

  static getRootAsUnsubscribeBook(
    bb: flatbuffers.ByteBuffer,
    obj?: UnsubscribeBook,
  ): UnsubscribeBook {
    return (obj || new UnsubscribeBook()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  static getSizePrefixedRootAsUnsubscribeBook(
    bb: flatbuffers.ByteBuffer,
    obj?: UnsubscribeBook,
  ): UnsubscribeBook {
    bb.setPosition(bb.position() + flatbuffers.SIZE_PREFIX_LENGTH);
    return (obj || new UnsubscribeBook()).__init(bb.readInt32(bb.position()) + bb.position(), bb);
  }

  requestRef(): bigint {
    const offset = this.bb!.__offset(this.bb_pos, 4);
    return offset ? this.bb!.readUint64(this.bb_pos + offset) : BigInt("0");
  }

  instrument(): number {
    const offset = this.bb!.__offset(this.bb_pos, 6);
    return offset ? this.bb!.readUint32(this.bb_pos + offset) : 0;
  }

  static startUnsubscribeBook(builder: flatbuffers.Builder) {
    builder.startObject(2);
  }

  static addRequestRef(builder: flatbuffers.Builder, requestRef: bigint) {
    builder.addFieldInt64(0, requestRef, BigInt("0"));
  }

  static addInstrument(builder: flatbuffers.Builder, instrument: number) {
    builder.addFieldInt32(1, instrument, 0);
  }

  static endUnsubscribeBook(builder: flatbuffers.Builder): flatbuffers.Offset {
    const offset = builder.endObject();
    return offset;
  }

  static createUnsubscribeBook(
    builder: flatbuffers.Builder,
    requestRef: bigint,
    instrument: number,
  ): flatbuffers.Offset {
    UnsubscribeBook.startUnsubscribeBook(builder);
    UnsubscribeBook.addRequestRef(builder, requestRef);
    UnsubscribeBook.addInstrument(builder, instrument);
    return UnsubscribeBook.endUnsubscribeBook(builder);
  }
}
