// Gives transactions to a history as the runner of stages would, to the last checkpoint.

import { systemClock } from "../../gateway/clock.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import type { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { until } from "./deadline.ts";

const CHECKPOINT_MS_MAX = 30_000;
/** How long a stage that failed is left alone, in milliseconds. */
const BACKOFF_MS = 20;
/** Transactions of one turn. */
const TURN_TRANSACTIONS = 50;

export interface FeedOptions {
  /** Asked after every transaction: whether the Worker shall be ended and started again. */
  readonly restarts?: () => boolean;
  /** Hears of every failure; without it the first one ends the feed. */
  readonly onFailure?: (error: unknown) => void;
  readonly onTurn?: () => void;
  /** Transactions that the disk may be behind: a feed that is not to be done before it is seen. */
  readonly aheadMax?: number;
}

/** `transactions` begin with sequence 1. */
export async function feed(
  stage: HistoryStage,
  transactions: readonly Transaction[],
  options: FeedOptions = {},
): Promise<void> {
  const { onFailure } = options;
  for (;;) {
    try {
      await feedOnce(stage, transactions, options);
      return;
    } catch (error) {
      if (onFailure === undefined) throw error;
      onFailure(error);
      await new Promise<void>((resolve) => systemClock.after(BACKOFF_MS, resolve));
    }
  }
}

async function feedOnce(
  stage: HistoryStage,
  transactions: readonly Transaction[],
  { restarts = () => false, onTurn = () => undefined, aheadMax = Infinity }: FeedOptions,
): Promise<void> {
  let at = start(stage);
  while (at < transactions.length) {
    const transaction = transactions[at];
    if (transaction === undefined) throw new Error(`nothing at ${at}`);
    const isBusy = stage.apply(transaction) === "busy";
    if (!isBusy) at += 1;
    const isRestart = restarts();
    if (isBusy || isRestart || at % TURN_TRANSACTIONS === 0) {
      await turn();
      const isNear = (): boolean => at - stage.checkpoint() <= aheadMax;
      if (!isNear()) await until(CHECKPOINT_MS_MAX, "the disk", isNear);
      onTurn();
    }
    if (isRestart) at = start(stage);
  }
  await until(CHECKPOINT_MS_MAX, "the last checkpoint", () => {
    return stage.checkpoint() === transactions.length;
  });
}

function start(stage: HistoryStage): number {
  const from = stage.checkpoint();
  stage.start(from);
  return from;
}

/** Lets messages and immediates through. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
