// Bars in a SQLite file that belongs to a Worker: this thread reads it at a start and never waits
// for it otherwise.

import { Database } from "bun:sqlite";
import { existsSync, rmSync } from "node:fs";
import { toAmount, toPrice, toTimeUs } from "../../domain/units.ts";
import type { Bar } from "./bar.ts";
import { CLOSED_BARS_MAX } from "./bars.ts";
import { isInterval } from "./interval.ts";
import type { KlineStore } from "./kline-stage.ts";

/** What the Worker is asked. */
export type ToKlineWorker =
  | { readonly kind: "open"; readonly path: string }
  | { readonly kind: "save"; readonly sequence: number; readonly bars: readonly Bar[] }
  | { readonly kind: "close" };

/** What the Worker tells: how far the disk has the bars, or why it has no more. */
export type FromKlineWorker =
  | { readonly kind: "saved"; readonly sequence: number }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "closed" };

interface BarRow {
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
}

/** The newest bars of each instrument and interval, in the order of time. */
const NEWEST_BARS = `
  SELECT * FROM (
    SELECT *, row_number() OVER (
      PARTITION BY instrument, interval ORDER BY start_us DESC
    ) AS age FROM bars
  ) WHERE age <= ? ORDER BY instrument, interval, start_us`;

export class KlineFile implements KlineStore {
  readonly #path: string;
  #worker: Worker | undefined;
  #savedSequence = 0;
  #failure: string | undefined;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(path: string) {
    this.#path = path;
    if (existsSync(path)) this.#savedSequence = readFile(path, (file) => readSequence(file));
  }

  /**
   * Forgets everything when it goes beyond `sequence`: what a journal that lost its end does not
   * know is no past, and bars cannot be cut back. Tells whether it did.
   *
   * Order: before the first `load`.
   */
  discardBeyond(sequence: number): boolean {
    if (this.#savedSequence <= sequence) return false;
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${this.#path}${suffix}`, { force: true });
    this.#savedSequence = 0;
    return true;
  }

  load(): ReturnType<KlineStore["load"]> {
    this.#start();
    if (!existsSync(this.#path)) return undefined;
    return readFile(this.#path, (file) => {
      const sequence = readSequence(file);
      const rows = file.query<BarRow, [number]>(NEWEST_BARS).all(CLOSED_BARS_MAX + 1);
      return sequence === 0 ? undefined : { sequence, state: rows.map(toBar) };
    });
  }

  save(sequence: number, bars: readonly Bar[]): void {
    if (this.#failure !== undefined) throw new Error(`bars are not kept: ${this.#failure}`);
    this.#post({ kind: "save", sequence, bars });
  }

  savedSequence(): number {
    if (this.#failure !== undefined) throw new Error(`bars are not kept: ${this.#failure}`);
    return this.#savedSequence;
  }

  /** Resolves when everything given to `save` is on the disk, or never will be. */
  async stop(): Promise<void> {
    if (this.#worker === undefined || this.#failure !== undefined) return;
    this.#closed = Promise.withResolvers();
    this.#post({ kind: "close" });
    await this.#closed.promise;
    this.#worker.terminate();
    this.#worker = undefined;
  }

  /** Starts the Worker, again after it failed. */
  #start(): void {
    if (this.#worker !== undefined && this.#failure === undefined) return;
    this.#worker?.terminate();
    this.#failure = undefined;
    const worker = new Worker(new URL("./kline-file-worker.ts", import.meta.url));
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<FromKlineWorker>) => {
      if (this.#worker === worker) this.#hear(data);
    });
    worker.addEventListener("error", ({ message }) => {
      if (this.#worker === worker) this.#hear({ kind: "failed", reason: message });
    });
    this.#post({ kind: "open", path: this.#path });
  }

  #post(message: ToKlineWorker): void {
    this.#worker?.postMessage(message);
  }

  #hear(message: FromKlineWorker): void {
    if (message.kind === "saved") {
      this.#savedSequence = message.sequence;
      return;
    }
    if (message.kind === "failed") this.#failure ??= message.reason;
    this.#closed?.resolve();
  }
}

function readFile<Read>(path: string, read: (file: Database) => Read): Read {
  const file = new Database(path, { readonly: true, strict: true });
  try {
    file.run("PRAGMA busy_timeout = 5000");
    return read(file);
  } finally {
    file.close();
  }
}

/** 0 when the file was made and nothing saved yet. */
function readSequence(file: Database): number {
  const hasTable = file.query("SELECT 1 FROM sqlite_schema WHERE name = 'checkpoint'").get();
  if (hasTable === null) return 0;
  const row = file.query<{ sequence: number }, []>("SELECT sequence FROM checkpoint").get();
  return row?.sequence ?? 0;
}

function toBar(row: BarRow): Bar {
  if (!isInterval(row.interval)) throw new Error(`no interval is called ${row.interval}`);
  return {
    instrument: row.instrument,
    interval: row.interval,
    startUs: toTimeUs(row.start_us),
    open: toPrice(row.open),
    high: toPrice(row.high),
    low: toPrice(row.low),
    close: toPrice(row.close),
    volume: BigInt(row.volume),
    quoteVolume: toAmount(BigInt(row.quote_volume)),
    count: row.count,
    firstTradeId: row.first_trade_id,
    lastTradeId: row.last_trade_id,
  };
}
