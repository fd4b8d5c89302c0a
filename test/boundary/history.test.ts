// The history of a real core: behind a ring that is far too small, so that most transactions reach
// it by re-execution, and over restarts of the venue.

import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { Core } from "../../gateway/core/core.ts";
import { Random } from "../../gateway/demo/random.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { Log } from "../../gateway/log.ts";
import { Metrics } from "../../gateway/metrics.ts";
import { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { Stages } from "../../gateway/stages/stages.ts";
import { until } from "../support/deadline.ts";
import { modelOf, readAll } from "../support/history-model.ts";
import { openingCommands, RandomTrading } from "../support/random-trading.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { SEGMENT_BYTES } from "./raw-core.ts";

const RING = { transactionsMax: 64, changesMax: 512 };
const RECENT_BYTES = 16_384;
const BURST = 400;
const COMMANDS = 2_000;
const WAIT_MS_MAX = 20_000;

afterAll(removeDirectories);

/** Opens a venue in `directory`; `heard` gets what leaves its core. */
function open(directory: string, heard: Transaction[]) {
  const core = Core.open({
    dataDirectory: join(directory, "journal"),
    durability: "os",
    segmentBytes: SEGMENT_BYTES,
  });
  const log = new Log("error", systemClock, (bytes) => bytes.length);
  const history = new HistoryStage({
    path: join(directory, "history.sqlite"),
    retentionDays: 0,
    journalSequence: core.openReport.sequence,
    clock: systemClock,
  });
  const stages = new Stages({
    core,
    clock: systemClock,
    log,
    metrics: new Metrics(),
    heldBytesMax: Infinity,
    ring: RING,
    recentBytes: RECENT_BYTES,
  });
  stages.add(history);
  core.subscribe((transaction) => heard.push(transaction));
  stages.start();
  return {
    core,
    history,
    states: () => stages.status().map(({ state }) => state),
    async stop() {
      stages.stop();
      await history.stop();
      core.stop();
    },
  };
}

test.each([31, 32])(
  "has what left the core, once, over restarts (seed %d)",
  async (seed) => {
    const directory = makeDirectory();
    const trading = new RandomTrading(seed);
    const heard: Transaction[] = [];
    const seen = new Set<string>();
    let commands = openingCommands();
    for (let run = 0; run < 3; run += 1) {
      const venue = open(directory, heard);
      for (let count = 0; count < COMMANDS; count += 1) {
        const command = commands[count] ?? trading.next();
        await until(WAIT_MS_MAX, "room", () => {
          return venue.core.submit(command, (reply) => trading.hear(reply)) === undefined;
        });
        venue.core.flush();
        if (count % BURST !== 0) continue;
        await new Promise((resolve) => setImmediate(resolve));
        for (const state of venue.states()) seen.add(state);
      }
      commands = [];
      // Some restarts come while the history is behind.
      if (run === 2) {
        await until(WAIT_MS_MAX, "the whole history", () => {
          for (const state of venue.states()) seen.add(state);
          return venue.history.checkpoint() === heard.length;
        });
        expect(await readAll(venue.history, new Random(seed))).toEqual(modelOf(heard));
      }
      await venue.stop();
    }
    expect(heard.map(({ sequence }) => Number(sequence))).toEqual(heard.map((_, at) => at + 1));
    expect([...seen]).toContain("catching_up");
  },
  60_000,
);
