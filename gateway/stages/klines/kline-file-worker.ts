// The Worker that writes bars: each save is one SQLite transaction with its sequence. Knows no core
// and no addon.

import { Database } from "bun:sqlite";
import { chmodSync } from "node:fs";
import { lowerPriority } from "../lower-priority.ts";
import type { Bar } from "./bar.ts";
import type { FromKlineWorker, ToKlineWorker } from "./kline-file.ts";
import { checksumOf, KLINE_LAYOUT_VERSION, KLINE_TABLES, toBarValues } from "./kline-rows.ts";

declare const self: Worker;

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
  opened.transaction(() => {
    const layout = opened.query<{ user_version: number }, []>("PRAGMA user_version").get();
    if (layout?.user_version !== KLINE_LAYOUT_VERSION) opened.run(KLINE_TABLES);
  })();
  return opened;
}

/** Returns the sequence that the file has then. */
function save(
  to: Database,
  { sequence, bars, completeFromUs }: Extract<ToKlineWorker, { kind: "save" }>,
): number {
  return to.transaction(() => {
    const kept = to.query<{ sequence: number }, []>("SELECT sequence FROM checkpoint").get();
    if (kept !== null && kept.sequence >= sequence) return kept.sequence;
    const insert = to.query(
      "INSERT OR REPLACE INTO bars VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    );
    for (const bar of bars) insert.run(...toRow(bar));
    to.query("UPDATE checkpoint SET sequence = ?, complete_from_us = ?, checksum = ?").run(
      ...[sequence, completeFromUs, checksumOf([sequence, completeFromUs])],
    );
    return sequence;
  })();
}

function toRow(bar: Bar): (string | number)[] {
  const values = toBarValues({
    ...{ instrument: bar.instrument, interval: bar.interval, start_us: bar.startUs },
    ...{ open: bar.open, high: bar.high, low: bar.low, close: bar.close },
    ...{ volume: `${bar.volume}`, quote_volume: `${bar.quoteVolume}`, count: bar.count },
    ...{ first_trade_id: bar.firstTradeId, last_trade_id: bar.lastTradeId },
  });
  return [...values, checksumOf(values)];
}

function tell(message: FromKlineWorker): void {
  self.postMessage(message);
}
