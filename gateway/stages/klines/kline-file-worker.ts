// The Worker that writes bars: each save is one SQLite transaction with its sequence. Knows no core
// and no addon.

import { Database } from "bun:sqlite";
import { chmodSync } from "node:fs";
import { lowerPriority } from "../lower-priority.ts";
import type { Bar } from "./bar.ts";
import type { FromKlineWorker, ToKlineWorker } from "./kline-file.ts";

declare const self: Worker;

/** Volumes are sums of any size: decimal text. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS bars (
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
    PRIMARY KEY (instrument, interval, start_us)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS checkpoint (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO checkpoint VALUES (1, 0);`;

lowerPriority();
let file: Database | undefined;

self.onmessage = ({ data }: MessageEvent<ToKlineWorker>): void => {
  try {
    take(data);
  } catch (error) {
    file?.close();
    file = undefined;
    tell({ kind: "failed", reason: error instanceof Error ? error.message : `${error}` });
  }
};

function take(message: ToKlineWorker): void {
  switch (message.kind) {
    case "open":
      file = open(message.path);
      return;
    case "save":
      if (file !== undefined) tell({ kind: "saved", sequence: save(file, message) });
      return;
    case "close":
      file?.close();
      file = undefined;
      tell({ kind: "closed" });
      return;
  }
}

function open(path: string): Database {
  const opened = new Database(path, { create: true, strict: true });
  chmodSync(path, 0o600);
  // FULL: what was told to be saved survives a power cut.
  opened.run("PRAGMA busy_timeout = 5000");
  opened.run("PRAGMA journal_mode = WAL");
  opened.run("PRAGMA synchronous = FULL");
  opened.run(TABLES);
  return opened;
}

/** Returns the sequence that the file has then. */
function save(to: Database, { sequence, bars }: Extract<ToKlineWorker, { kind: "save" }>): number {
  return to.transaction(() => {
    const kept = to.query<{ sequence: number }, []>("SELECT sequence FROM checkpoint").get();
    if (kept !== null && kept.sequence >= sequence) return kept.sequence;
    const insert = to.query(
      "INSERT OR REPLACE INTO bars VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    );
    for (const bar of bars) insert.run(...toRow(bar));
    to.query("UPDATE checkpoint SET sequence = ?").run(sequence);
    return sequence;
  })();
}

function toRow(bar: Bar): (string | number)[] {
  return [
    ...[bar.instrument, bar.interval, bar.startUs, bar.open, bar.high, bar.low, bar.close],
    ...[`${bar.volume}`, `${bar.quoteVolume}`, bar.count, bar.firstTradeId, bar.lastTradeId],
  ];
}

function tell(message: FromKlineWorker): void {
  self.postMessage(message);
}
