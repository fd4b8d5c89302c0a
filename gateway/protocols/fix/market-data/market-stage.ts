// Follows the change log for the market-data port: books and trades of the instruments that
// somebody follows, and the states of all.

import type { Trade, Transaction } from "../../../domain/change.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import type { TimeUs } from "../../../domain/units.ts";
import { type LiveSink, LiveStage } from "../../../push/live-stage.ts";
import type { DatedTrade } from "../../../sessions/recent-trades.ts";
import type { BookLevel } from "./book-mirror.ts";

export interface MarketSink extends LiveSink {
  /** Whether levels and trades of the instrument are wanted. */
  isFollowed(instrument: number): boolean;
  takeLevel(level: BookLevel): void;
  takeTrade(trade: DatedTrade): void;
  takeInstrument(instrument: Instrument, timeUs: TimeUs): void;
}

export class MarketStage extends LiveStage<MarketSink> {
  override readonly name = "fix_market_data";

  protected override tell({ sequence, timeUs, changes }: Transaction): void {
    const { sink } = this;
    for (const change of changes) {
      if (change.entity === "level") {
        if (sink.isFollowed(change.instrument)) sink.takeLevel(change);
      } else if (change.entity === "trade") {
        const trade: Trade = change;
        if (sink.isFollowed(trade.instrument)) sink.takeTrade({ trade, sequence, timeUs });
      } else if (change.entity === "instrument") {
        sink.takeInstrument(change, timeUs);
      }
    }
  }
}
