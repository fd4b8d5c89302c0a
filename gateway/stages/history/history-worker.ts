// The Worker of the history. Knows no core and no addon. When it fails it says so and writes
// nothing more; the stage starts another.

import { systemClock, type StopTimer } from "../../clock.ts";
import { lowerPriority } from "../lower-priority.ts";
import { HistoryReader } from "./history-reader.ts";
import { HistoryWriter } from "./history-writer.ts";
import type { FromWorker, OpenMessage, ToWorker } from "./messages.ts";
import { openHistoryFile, openHistoryReader } from "./schema.ts";

declare const self: Worker;

/** How long rows wait for others: a commit writes every page that any of them touched. */
const COMMIT_MS = 200;
/** Rows and transactions that wait for no others: half of what the stage hands over ahead. */
const COMMIT_WEIGHT = 16_384;

lowerPriority();
let writer: HistoryWriter | undefined;
let reader: HistoryReader | undefined;
/** Of all batches since the last commit. */
let weight = 0;
let stopWaiting: StopTimer | undefined;

self.onmessage = ({ data }: MessageEvent<ToWorker>): void => {
  try {
    take(data);
  } catch (error) {
    fail(error);
  }
};

function take(message: ToWorker): void {
  switch (message.kind) {
    case "open":
      open(message);
      return;
    case "batch":
      if (writer === undefined) return;
      writer.write(message.batch);
      weight += message.batch.weight;
      if (weight >= COMMIT_WEIGHT) commit();
      else stopWaiting ??= systemClock.after(COMMIT_MS, commit);
      return;
    case "sync":
      if (writer !== undefined) {
        const sequence = writer.sync();
        tellWritten();
        tell({ kind: "synced", sequence });
      }
      return;
    case "ask":
      answer(message);
      return;
    case "close":
      close();
      return;
  }
}

function open({ path, from, retentionDays }: OpenMessage): void {
  writer = new HistoryWriter(openHistoryFile(path), from, retentionDays);
  reader = new HistoryReader(openHistoryReader(path));
}

function commit(): void {
  stopWaiting?.();
  stopWaiting = undefined;
  try {
    writer?.commit();
    tellWritten();
  } catch (error) {
    fail(error);
  }
}

function tellWritten(): void {
  if (weight > 0) tell({ kind: "written", weight });
  weight = 0;
}

/**
 * Answers with everything that came before the question. One that fails is the asker's alone: what
 * is written is not concerned.
 */
function answer({ id, question }: Extract<ToWorker, { kind: "ask" }>): void {
  if (stopWaiting !== undefined) commit();
  try {
    if (reader === undefined) throw new Error("the history is not open");
    tell({ kind: "answer", id, page: reader.ask(question) });
  } catch (error) {
    tell({ kind: "no_answer", id, reason: describe(error) });
  }
}

function close(): void {
  writer?.sync();
  release();
  tell({ kind: "closed" });
}

function fail(error: unknown): void {
  release();
  tell({ kind: "failed", reason: describe(error) });
}

function release(): void {
  reader?.close();
  writer?.close();
  reader = undefined;
  writer = undefined;
}

function tell(message: FromWorker): void {
  self.postMessage(message);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
