// The stage that keeps what the engine forgets. On this thread it only packs rows and counts; the
// file belongs to a Worker, which writes them together with how far it is. docs/history.md

import type { Clock, StopTimer } from "../../clock.ts";
import type { Transaction } from "../../domain/change.ts";
import { GatewayFault } from "../../domain/fault.ts";
import type { Stage } from "../stage.ts";
import { cutBack } from "./cut-back.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { QuestionDesk } from "./question-desk.ts";
import { RowWriter } from "./row-batch.ts";
import { readHistorySequence, setAside } from "./schema.ts";

/** What crosses at once: a message costs some microseconds, shared by so many rows. */
const BATCH_WEIGHT_MAX = 1_024;
/** How long rows wait for others: to wake the Worker costs more than to pack a hundred of them. */
const SEND_MS = 10;
/** What the Worker may have and not have committed: some 6 MiB, a third of a second of work. */
const AHEAD_WEIGHT_MAX = 32_768;
/** How long a stop waits for the last commit. */
const STOP_MS_MAX = 5_000;

export interface HistoryParts {
  /** Of the SQLite file. */
  readonly path: string;
  /** 0 keeps everything. */
  readonly retentionDays: number;
  /** The last sequence that the journal had when the venue was opened. */
  readonly journalSequence: number;
  readonly clock: Clock;
  /** Hears that the file was damaged and is put aside; a new one is made. */
  readonly hearDamage?: () => void;
}

export class HistoryStage implements Stage {
  readonly name = "history";
  readonly kind = "derived";
  readonly #parts: HistoryParts;
  readonly #desk: QuestionDesk;
  #worker: Worker | undefined;
  /** Why the Worker writes nothing more. */
  #failure: string | undefined;
  #batch: RowWriter | undefined;
  #stopWaiting: StopTimer | undefined;
  /** Weight that was handed over and not committed. */
  #ahead = 0;
  /** Last sequence taken. */
  #taken = 0;
  /** Last sequence that the disk has; undefined until it was read from there. */
  #synced: number | undefined;
  #isSyncing = false;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    this.#desk = new QuestionDesk(parts.clock, (id, question) => {
      if (this.#worker === undefined || this.#failure !== undefined) return false;
      // The answer shows all that was taken.
      this.#send();
      this.#post({ kind: "ask", id, question });
      return true;
    });
  }

  /** Starts a new Worker, in the place of one that there may be. */
  start(from: number): void {
    this.#release();
    const worker = new Worker(new URL("./history-worker.ts", import.meta.url));
    this.#worker = worker;
    this.#taken = from;
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (this.#worker === worker) this.#hear(data);
    });
    worker.addEventListener("error", ({ message }) => {
      if (this.#worker === worker) this.#fail(message);
    });
    worker.addEventListener("close", () => {
      if (this.#worker === worker) this.#fail("its Worker ended");
    });
    const { path, retentionDays } = this.#parts;
    this.#post({ kind: "open", path, from, retentionDays });
  }

  /** Answers then say from where on nothing is missing. */
  beginAt(from: number): void {
    this.start(from);
  }

  /** Errors: throws `history_failed` when the Worker writes nothing more. */
  apply(transaction: Transaction): void | "busy" {
    this.#throwFailure();
    if (this.#ahead + (this.#batch?.weight ?? 0) >= AHEAD_WEIGHT_MAX) return "busy";
    const { sequence } = transaction;
    this.#batch ??= new RowWriter(sequence);
    this.#batch.add(transaction);
    this.#taken = sequence;
    if (this.#batch.weight >= BATCH_WEIGHT_MAX) this.#send();
    else this.#stopWaiting ??= this.#parts.clock.after(SEND_MS, () => this.#send());
    return undefined;
  }

  /**
   * What the disk has, as far as the Worker told; asks it to sync what is new since.
   *
   * Errors: throws `history_failed` as `apply` does, and `history_unavailable` before the start
   * when the file cannot be read.
   */
  checkpoint(): number {
    this.#throwFailure();
    this.#synced ??= this.#readSequence();
    if (this.#worker !== undefined && this.#taken > this.#synced && !this.#isSyncing) {
      this.#send();
      this.#post({ kind: "sync" });
      this.#isSyncing = true;
    }
    return this.#synced;
  }

  /** The last sequence taken: an answer shows at least what this says when it is asked for. */
  get taken(): number {
    return this.#taken;
  }

  /** Answers with a page, or with the code of why there is none. Never rejects. */
  ask: QuestionDesk["ask"] = (question) => this.#desk.ask(question);

  /** Writes and syncs what was taken, and ends the Worker; after a while also without that. */
  async stop(): Promise<void> {
    if (this.#worker !== undefined && this.#failure === undefined) {
      this.#send();
      this.#closed = Promise.withResolvers<void>();
      const stopWaiting = this.#parts.clock.after(STOP_MS_MAX, this.#closed.resolve);
      this.#post({ kind: "close" });
      await this.#closed.promise;
      stopWaiting();
    }
    this.#release();
  }

  /** What a journal that lost its end does not know is no past. */
  #readSequence(): number {
    const { path, journalSequence, hearDamage } = this.#parts;
    const sequence = readHistorySequence(path);
    if (sequence === undefined) {
      hearDamage?.();
      setAside(path);
      return 0;
    }
    if (sequence <= journalSequence) return sequence;
    cutBack(path, journalSequence);
    return journalSequence;
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "written":
        this.#ahead -= message.weight;
        return;
      case "synced":
        this.#isSyncing = false;
        this.#synced = message.sequence;
        return;
      case "answer":
        this.#desk.answer(message.id, message.page);
        return;
      case "no_answer":
        this.#desk.refuse(message.id);
        return;
      case "failed":
        this.#fail(message.reason);
        return;
      case "closed":
        this.#closed?.resolve();
        return;
    }
  }

  #send(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    const batch = this.#batch?.finish();
    this.#batch = undefined;
    if (batch === undefined || this.#failure !== undefined) return;
    this.#ahead += batch.weight;
    this.#post({ kind: "batch", batch }, [batch.numbers.buffer]);
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  #fail(reason: string): void {
    this.#failure ??= reason;
    this.#desk.refuseAll();
    this.#closed?.resolve();
  }

  /** Tells once: the next start begins anew. */
  #throwFailure(): void {
    const reason = this.#failure;
    if (reason === undefined) return;
    this.#release();
    throw new GatewayFault("history_failed", `the history is not written: ${reason}`, {
      retryable: true,
    });
  }

  #release(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#batch = undefined;
    this.#ahead = 0;
    this.#isSyncing = false;
    this.#failure = undefined;
    this.#desk.refuseAll();
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
