// Bars in a SQLite file that belongs to a Worker: this thread reads it at a start and never waits
// for it otherwise. What it reads is held against checksums, and against each other: the trades of
// a bar follow those of the bar before.

import { Database } from "bun:sqlite";
import { existsSync, rmSync } from "node:fs";
import { toAmount, toPrice, toTimeUs } from "../../domain/units.ts";
import type { Bar } from "./bar.ts";
import { CLOSED_BARS_MAX } from "./bars.ts";
import {
  areBarsWhole,
  type BarRow,
  type CheckpointRow,
  isCheckpointWhole,
  KLINE_LAYOUT_VERSION,
} from "./kline-rows.ts";
import { INTERVALS, isInterval } from "./interval.ts";
import type { KeptBars, KlineStore } from "./kline-stage.ts";

/** What the Worker is asked. */
export type ToKlineWorker =
  | { readonly kind: "open"; readonly path: string }
  | {
      readonly kind: "save";
      readonly sequence: number;
      readonly bars: readonly Bar[];
      readonly completeFromUs: number;
    }
  | { readonly kind: "close" };

/** What the Worker tells: how far the disk has the bars, or why it has no more. */
export type FromKlineWorker =
  | { readonly kind: "saved"; readonly sequence: number }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "closed" };

const NEXT_INSTRUMENT = "SELECT min(instrument) AS instrument FROM bars WHERE instrument > ?";
const NEWEST_BARS = `
  SELECT * FROM bars WHERE instrument = ? AND interval = ? ORDER BY start_us DESC LIMIT ?`;

export class KlineFile implements KlineStore {
  readonly #path: string;
  #worker: Worker | undefined;
  #savedSequence = 0;
  /** Read when the file was opened, for the first load. */
  #opened: KeptBars | undefined;
  /** The file was there and is not what was written, or of another version: it is made anew. */
  readonly isDamaged: boolean;
  #failure: string | undefined;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#opened = readFile(path);
    this.isDamaged = this.#opened === undefined && existsSync(path);
    if (this.isDamaged) this.#remove();
    this.#savedSequence = this.#opened?.sequence ?? 0;
  }

  /**
   * Forgets everything when it goes beyond `sequence`: what a journal that lost its end does not
   * know is no past, and bars cannot be cut back. Tells whether it did.
   *
   * Order: before the first `load`.
   */
  discardBeyond(sequence: number): boolean {
    if (this.#savedSequence <= sequence) return false;
    this.#remove();
    this.#opened = undefined;
    this.#savedSequence = 0;
    return true;
  }

  load(): KeptBars | undefined {
    this.#start();
    const found = this.#opened ?? readFile(this.#path);
    this.#opened = undefined;
    return found === undefined || found.sequence === 0 ? undefined : found;
  }

  save(sequence: number, bars: readonly Bar[], completeFromUs: number): void {
    this.#post({ kind: "save", sequence, bars, completeFromUs });
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

  #remove(): void {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${this.#path}${suffix}`, { force: true });
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

/** Undefined: there is none, or none that is whole. */
function readFile(path: string): KeptBars | undefined {
  if (!existsSync(path)) return undefined;
  let file: Database | undefined;
  try {
    // To write: a process that was killed may have left something to be rolled back.
    file = new Database(path, { readwrite: true, strict: true });
    file.run("PRAGMA busy_timeout = 5000");
    const opened = file;
    // One moment of it: the Worker of a stage that is started again may still write.
    return file.transaction(() => readBars(opened))();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  } finally {
    file?.close();
  }
}

function readBars(file: Database): KeptBars | undefined {
  const layout = file.query<{ user_version: number }, []>("PRAGMA user_version").get();
  // A process that was killed while it made the file.
  const isEmpty = file.query("SELECT 1 FROM sqlite_schema").get() === null;
  if (isEmpty) return { sequence: 0, completeFromUs: 0, state: [] };
  if (layout?.user_version !== KLINE_LAYOUT_VERSION) return undefined;
  const checkpoint = file.query<CheckpointRow, []>("SELECT * FROM checkpoint").get();
  if (checkpoint === null || !isCheckpointWhole(checkpoint)) return undefined;
  const state: Bar[] = [];
  const next = file.query<{ instrument: number | null }, [number]>(NEXT_INSTRUMENT);
  const newest = file.query<BarRow, [number, string, number]>(NEWEST_BARS);
  let instrument = next.get(0)?.instrument;
  while (instrument !== null && instrument !== undefined) {
    const id = instrument;
    const series = INTERVALS.map((interval) =>
      newest.all(id, interval, CLOSED_BARS_MAX + 1).reverse(),
    );
    if (!areBarsWhole(series)) return undefined;
    for (const rows of series) state.push(...rows.map(toBar));
    instrument = next.get(id)?.instrument;
  }
  const { sequence, complete_from_us: completeFromUs } = checkpoint;
  return { sequence, completeFromUs, state };
}

/** What SQLite says of a file that somebody else has written to, or cut. */
const DAMAGE = /^SQLITE_(CORRUPT|ERROR|IOERR_SHORT_READ|NOTADB)/;

function isDamage(error: unknown): boolean {
  return error instanceof Error && "code" in error && DAMAGE.test(String(error.code));
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
