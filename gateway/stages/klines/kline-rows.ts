// Bars and their checkpoint as rows of the file, each with a checksum of what it says.

import { CLOSED_BARS_MAX } from "./bars.ts";

/** Another one is not read: the file is made anew. */
export const KLINE_LAYOUT_VERSION = 2;

/** Volumes are sums of any size: decimal text. */
export const KLINE_TABLES = `
  CREATE TABLE bars (
    instrument INTEGER NOT NULL,
    interval TEXT NOT NULL,
    start_us INTEGER NOT NULL,
    open INTEGER NOT NULL,
    high INTEGER NOT NULL,
    low INTEGER NOT NULL,
    close INTEGER NOT NULL,
    volume TEXT NOT NULL,
    quote_volume TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_trade_id INTEGER NOT NULL,
    last_trade_id INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (instrument, interval, start_us)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL,
    -- No trade from this time on is missing; 0: none at all.
    complete_from_us INTEGER NOT NULL,
    checksum INTEGER NOT NULL
  ) STRICT;
  INSERT INTO checkpoint VALUES (1, 0, 0, ${checksumOf([0, 0])});
  PRAGMA user_version = ${KLINE_LAYOUT_VERSION};`;

export interface BarRow {
  readonly instrument: number;
  readonly interval: string;
  readonly start_us: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: string;
  readonly quote_volume: string;
  readonly count: number;
  readonly first_trade_id: number;
  readonly last_trade_id: number;
  readonly checksum: number;
}

export interface CheckpointRow {
  readonly sequence: number;
  readonly complete_from_us: number;
  readonly checksum: number;
}

export function checksumOf(values: readonly (string | number)[]): number {
  return Bun.hash.crc32(values.join());
}

export function isCheckpointWhole(row: CheckpointRow): boolean {
  return row.checksum === checksumOf([row.sequence, row.complete_from_us]);
}

/**
 * Whether an instrument's newest rows are what was written, by interval and time: nothing changed,
 * and nothing missing at either end or in between.
 */
export function areBarsWhole(series: readonly (readonly BarRow[])[]): boolean {
  const all = series.filter((rows) => rows.length <= CLOSED_BARS_MAX);
  const firstTradeIds = new Set(all.map((rows) => rows.at(0)?.first_trade_id));
  const lastTradeIds = new Set(series.map((rows) => rows.at(-1)?.last_trade_id));
  if (firstTradeIds.size > 1 || lastTradeIds.size > 1) return false;
  return series.every((rows) =>
    rows.every((row, index) => {
      const before = rows[index - 1];
      const isNext = before === undefined || before.last_trade_id + 1 === row.first_trade_id;
      return isNext && row.checksum === checksumOf(toBarValues(row));
    }),
  );
}

/** What its checksum is of. */
export function toBarValues(row: Omit<BarRow, "checksum">): (string | number)[] {
  return [
    ...[row.instrument, row.interval, row.start_us, row.open, row.high, row.low, row.close],
    ...[row.volume, row.quote_volume, row.count, row.first_trade_id, row.last_trade_id],
  ];
}
