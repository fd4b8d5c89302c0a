// BookSnapshot and BookUpdate.

import type { Builder } from "flatbuffers";
import { BookSnapshot, BookUpdate, Level } from "../../../generated/order-entry.ts";
import type { Level as LevelImage } from "../../../domain/change.ts";
import { Side } from "../../../domain/order.ts";
import { type FrameWriter, ServerBody, type Stamp } from "../codec.ts";

/** Of both sides: 64 KiB hold some more. */
export const LEVELS_MAX = 2_500;

export function bookSnapshot(
  writer: FrameWriter,
  stamp: Stamp,
  requestRef: bigint,
  instrument: number,
  levels: readonly LevelImage[],
): Uint8Array {
  return writer.write(ServerBody.BookSnapshot, stamp, (builder) => {
    const { bids, asks } = addSides(builder, levels);
    BookSnapshot.startBookSnapshot(builder);
    BookSnapshot.addRequestRef(builder, requestRef);
    BookSnapshot.addInstrument(builder, instrument);
    BookSnapshot.addBids(builder, bids);
    BookSnapshot.addAsks(builder, asks);
    return BookSnapshot.endBookSnapshot(builder);
  });
}

/** Between which sequences an update tells everything. */
export interface UpdateSpan {
  readonly first: number;
  /** Of the snapshot or update before. */
  readonly previous: number;
}

export function bookUpdate(
  writer: FrameWriter,
  stamp: Stamp,
  { first, previous }: UpdateSpan,
  instrument: number,
  levels: readonly LevelImage[],
): Uint8Array {
  return writer.write(ServerBody.BookUpdate, stamp, (builder) => {
    const { bids, asks } = addSides(builder, levels);
    BookUpdate.startBookUpdate(builder);
    BookUpdate.addInstrument(builder, instrument);
    BookUpdate.addFirstSequence(builder, BigInt(first));
    BookUpdate.addPreviousSequence(builder, BigInt(previous));
    BookUpdate.addBids(builder, bids);
    BookUpdate.addAsks(builder, asks);
    return BookUpdate.endBookUpdate(builder);
  });
}

function addSides(builder: Builder, levels: readonly LevelImage[]) {
  const add = (wanted: Side): number => {
    const side = levels.filter((level) => level.side === wanted);
    BookSnapshot.startBidsVector(builder, side.length);
    for (const { price, quantity, orderCount } of side.toReversed()) {
      Level.createLevel(builder, BigInt(price), BigInt(quantity), BigInt(orderCount));
    }
    return builder.endVector();
  };
  return { bids: add(Side.buy), asks: add(Side.sell) };
}
