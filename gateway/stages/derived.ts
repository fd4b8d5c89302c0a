// The stages every venue has, with the files they keep in its data directory.

import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { HistoryStage } from "./history/history-stage.ts";
import { KlineFile } from "./klines/kline-file.ts";
import { KlineStage } from "./klines/kline-stage.ts";
import type { FindTerms } from "./settlement/settlement-event.ts";
import { SettlementStage } from "./settlement/settlement-stage.ts";
import { StateFile } from "./state-file.ts";

export interface DerivedParts {
  readonly directory: string;
  readonly findTerms: FindTerms;
  /** The last sequence that the journal had when the venue was opened. */
  readonly journalSequence: number;
  readonly config: Pick<Config, "historyDays">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export class Derived {
  readonly klines: KlineStage;
  readonly settlement: SettlementStage;
  readonly history: HistoryStage;
  readonly #klineFile: KlineFile;
  readonly #settlementFile: StateFile;

  constructor(parts: DerivedParts) {
    const { directory, findTerms, journalSequence, config, clock, log, metrics } = parts;
    this.#klineFile = new KlineFile(join(directory, "klines.sqlite"));
    this.klines = new KlineStage(this.#klineFile);
    this.#settlementFile = new StateFile(join(directory, "settlement.json"));
    for (const [stage, file] of [
      ["klines", this.#klineFile],
      ["settlement", this.#settlementFile],
    ] as const) {
      if (file.isDamaged) log.error("stage_file_damaged", { stage });
      const isDiscarded = file.discardBeyond(journalSequence);
      if (isDiscarded) log.warn("stage_begins_anew", { stage, journal_sequence: journalSequence });
    }
    const settlement = new SettlementStage(findTerms, this.#settlementFile, {
      hearDiscrepancy: (discrepancy) => log.error("settlement_discrepancy", { ...discrepancy }),
    });
    this.settlement = settlement;
    metrics.read(
      "openbell_settlement_discrepancies_total",
      "counter",
      "Transactions whose balances are not what their trades and moves say; must be 0",
      () => settlement.discrepancies,
    );
    metrics.read(
      "openbell_settlement_complete_after",
      "gauge",
      "Every transaction behind this sequence was checked; 0: all of them",
      () => settlement.completeAfter,
    );
    const path = join(directory, "history.sqlite");
    const { historyDays: retentionDays } = config;
    const hearDamage = (): void => log.error("stage_file_damaged", { stage: "history" });
    const kept = { path, retentionDays, journalSequence };
    this.history = new HistoryStage({ ...kept, clock, hearDamage });
  }

  /** Writes down what the stages were given. */
  async stop(): Promise<void> {
    await Promise.all([this.#klineFile.stop(), this.#settlementFile.stop(), this.history.stop()]);
  }
}
