// The stages that a venue has of itself, behind a core that a measuring process has opened.

import { systemClock } from "../gateway/clock.ts";
import type { Core } from "../gateway/core/core.ts";
import { Log } from "../gateway/log.ts";
import { Metrics } from "../gateway/metrics.ts";
import { ReferenceData } from "../gateway/sessions/reference-data.ts";
import { Derived } from "../gateway/stages/derived.ts";
import type { Stage } from "../gateway/stages/stage.ts";
import { Stages } from "../gateway/stages/stages.ts";

export interface OwnStages {
  /** Without any, not started. */
  readonly stages: Stages;
  /** Klines, settlement and history, to be added. */
  readonly own: readonly Stage[];
}

/** Their files go into `directory`; the journal is kept for them without end. */
export function openOwnStages(core: Core, directory: string): OwnStages {
  const log = new Log("error", systemClock, (bytes) => bytes.length);
  const shared = { clock: systemClock, log, metrics: new Metrics() };
  const reference = ReferenceData.load(core);
  const { klines, settlement, history } = new Derived({
    ...{ ...shared, directory, config: { historyDays: 0 } },
    findTerms: (id) => reference.listingOf(id)?.instrument,
    journalSequence: core.status().executedSequence,
  });
  const stages = new Stages({ ...shared, core, heldBytesMax: Infinity });
  return { stages, own: [klines, settlement, history] };
}
