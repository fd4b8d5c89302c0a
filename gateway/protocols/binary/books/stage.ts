// Follows the change log for the binary port: books that somebody follows, and what is traded.

import type { Transaction } from "../../../domain/change.ts";
import { type LiveSink, LiveStage } from "../../../push/live-stage.ts";
import { type MarketChanges, sortChanges } from "../../../push/sorted-changes.ts";

export interface BookSink extends LiveSink {
  pushMarket(changes: MarketChanges, transaction: Transaction): void;
  /** An instrument or currency is new, or changed. */
  noteInstrument(instrumentId: number): void;
  noteCurrency(currencyId: number): void;
}

export class BookStage extends LiveStage<BookSink> {
  override readonly name = "binary_market_data";

  protected override tell(transaction: Transaction): void {
    const { sink } = this;
    for (const changes of sortChanges(transaction, () => false).markets) {
      if (changes.levels.length > 0) sink.pushMarket(changes, transaction);
    }
    for (const change of transaction.changes) {
      if (change.entity === "instrument") sink.noteInstrument(change.instrumentId);
      else if (change.entity === "currency") sink.noteCurrency(change.currencyId);
    }
  }
}
