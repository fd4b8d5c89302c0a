// What the stage and its Worker say to each other.

import type { HistoryPage, HistoryQuestion } from "./questions.ts";
import type { RowBatch } from "./row-batch.ts";

/** The first message. */
export interface OpenMessage {
  readonly kind: "open";
  readonly path: string;
  /** A history that has nothing yet begins behind this sequence. */
  readonly from: number;
  readonly retentionDays: number;
}

export type ToWorker =
  | OpenMessage
  | { readonly kind: "batch"; readonly batch: RowBatch }
  /** Wants a `synced`. */
  | { readonly kind: "sync" }
  | { readonly kind: "ask"; readonly id: number; readonly question: HistoryQuestion }
  | { readonly kind: "close" };

export type FromWorker =
  /** Batches of that weight were committed or passed over. */
  | { readonly kind: "written"; readonly weight: number }
  /** The disk has everything up to this sequence. */
  | { readonly kind: "synced"; readonly sequence: number }
  | { readonly kind: "answer"; readonly id: number; readonly page: HistoryPage<unknown> }
  /** This question alone failed. */
  | { readonly kind: "no_answer"; readonly id: number; readonly reason: string }
  /** Nothing more is written. */
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "closed" };
