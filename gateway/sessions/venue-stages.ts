// The stages of a venue, wired to what answers from them.

import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Core } from "../core/core.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { Derived } from "../stages/derived.ts";
import type { FindTerms } from "../stages/settlement/settlement-event.ts";
import { Stages } from "../stages/stages.ts";
import type { Venue } from "./venue.ts";

export interface VenueStagesParts {
  readonly venue: Venue;
  readonly core: Core;
  /** Of the files that stages keep. */
  readonly directory: string;
  readonly config: Pick<Config, "historyDays" | "stageJournalBytesMax">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface VenueStages {
  /** Others may be added before `start`. */
  readonly stages: Stages;
  readonly derived: Derived;
  /** Ends the stages, and then writes down what they were given. */
  stop(): Promise<void>;
}

export function openVenueStages(parts: VenueStagesParts): VenueStages {
  const { venue, core, directory, config, clock, log, metrics } = parts;
  const findTerms: FindTerms = (id) => venue.reference.listingOf(id)?.instrument;
  const { sequence: journalSequence } = core.openReport;
  const kept = { directory, findTerms, journalSequence };
  const derived = new Derived({ ...kept, config, clock, log, metrics });
  const heldBytesMax = config.stageJournalBytesMax;
  const stages = new Stages({ core, clock, log, metrics, heldBytesMax });
  const { klines, settlement, history } = derived;
  for (const stage of [klines, settlement, history]) stages.add(stage);
  venue.operations.watchStages(stages);
  venue.history.attach(history, stages);
  venue.klines.attach(klines, stages);
  return {
    stages,
    derived,
    async stop() {
      stages.stop();
      await derived.stop();
    },
  };
}
