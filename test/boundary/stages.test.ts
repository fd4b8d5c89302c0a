// The stages of a real core, each stopped at random instants: nothing is lost, nothing has its
// effect twice, and in the end each has what an uninterrupted run makes of the same log.

import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { Core } from "../../gateway/core/core.ts";
import { Random } from "../../gateway/demo/random.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { Log } from "../../gateway/log.ts";
import { Metrics } from "../../gateway/metrics.ts";
import { PushStage } from "../../gateway/push/push-stage.ts";
import { ReferenceData } from "../../gateway/sessions/reference-data.ts";
import { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { KlineFile } from "../../gateway/stages/klines/kline-file.ts";
import { KlineStage } from "../../gateway/stages/klines/kline-stage.ts";
import { SettlementStage } from "../../gateway/stages/settlement/settlement-stage.ts";
import type { Stage } from "../../gateway/stages/stage.ts";
import { Stages } from "../../gateway/stages/stages.ts";
import { StateFile } from "../../gateway/stages/state-file.ts";
import { until } from "../support/deadline.ts";
import { modelOf, readAll } from "../support/history-model.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { openingCommands, RandomTrading } from "../support/random-trading.ts";
import { START_US } from "../support/scenario-core.ts";
import { recordOf, toBarsText } from "../support/stage-record.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { SEGMENT_BYTES } from "./raw-core.ts";

/** Far too small: who has failed comes back by re-execution. */
const RING = { transactionsMax: 64, changesMax: 512 };
const COMMANDS = 1_500;
const RUNS = 2;
const WAIT_MS_MAX = 20_000;
/** Longer than a stage that failed is left alone. */
const BACKOFF_MS_MAX = 30_000;

afterAll(removeDirectories);

/** Stops the stage inside at random: in front of a transaction, behind it, or while it keeps. */
class Faulty implements Stage {
  readonly name: string;
  readonly kind: Stage["kind"];
  readonly #inside: Stage;
  readonly #random: Random;
  faults = 0;
  isCalm = false;

  constructor(inside: Stage, random: Random) {
    this.name = inside.name;
    this.kind = inside.kind;
    this.#inside = inside;
    this.#random = random;
  }

  start(from: number): void {
    this.#inside.start(from);
    this.#perhaps(10);
  }

  apply(transaction: Transaction): void | "busy" {
    this.#perhaps(150);
    const took = this.#inside.apply(transaction);
    if (took !== "busy") this.#perhaps(150);
    return took;
  }

  checkpoint(): number {
    const sequence = this.#inside.checkpoint();
    this.#perhaps(20);
    return sequence;
  }

  #perhaps(oneOf: number): void {
    if (this.isCalm || this.#random.below(oneOf) > 0) return;
    this.faults += 1;
    throw new Error("a fault point");
  }
}

/** What a follower of all markets was sent since it last had to begin again. */
class Follower {
  sent: string[] = [];
  readonly #random: Random;
  isCalm = false;
  passes = (): boolean => false;
  isFollowed = (): boolean => false;
  pushAccount = (): void => undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Stops in the middle of a transaction at times. */
  pushMarket({ instrument }: { readonly instrument: number }, { sequence }: Transaction): void {
    this.sent.push(`${sequence} ${instrument}`);
    if (!this.isCalm && this.#random.below(60) === 0) throw new Error("a fault point");
  }

  restart(): void {
    this.sent = [];
  }
}

function open(directory: string, heard: Transaction[], random: Random, startUs: number) {
  const core = Core.open({
    dataDirectory: join(directory, "journal"),
    durability: "os",
    segmentBytes: SEGMENT_BYTES,
    holdJournal: 0,
    clock: "caller",
  });
  core.setCallerTime(startUs);
  const clock = new ManualClock();
  const reference = ReferenceData.load(core);
  const { sequence: journalSequence } = core.openReport;
  const klineFile = new KlineFile(join(directory, "klines.sqlite"));
  const stateFile = new StateFile(join(directory, "settlement.json"));
  const klines = new KlineStage(klineFile);
  const settlement = new SettlementStage((id) => reference.listingOf(id)?.instrument, stateFile);
  const path = join(directory, "history.sqlite");
  const history = new HistoryStage({ path, retentionDays: 0, journalSequence, clock: systemClock });
  const follower = new Follower(random);
  const push = new PushStage(follower, journalSequence);
  const log = new Log("error", clock, (bytes) => bytes.length);
  const parts = { core, clock, log, metrics: new Metrics(), heldBytesMax: Infinity };
  const stages = new Stages({ ...parts, ring: RING, recentBytes: 1 });
  const faulty = [klines, settlement, history, push].map((stage) => new Faulty(stage, random));
  for (const stage of faulty) stages.add(stage);
  core.subscribe((transaction) => {
    heard.push(transaction);
    for (const change of transaction.changes) reference.apply(change);
  });
  stages.start();
  return {
    ...{ core, clock, stages, faulty, klines, settlement, stateFile, history, follower },
    async stop() {
      stages.stop();
      await Promise.all([klineFile.stop(), stateFile.stop(), history.stop()]);
      core.stop();
    },
  };
}

test.each([61, 62, 63])(
  "stopped anywhere, have what an uninterrupted run has (seed %d)",
  async (seed) => {
    const directory = makeDirectory();
    const random = new Random(seed);
    const trading = new RandomTrading(seed);
    const heard: Transaction[] = [];
    let commands = openingCommands();
    let timeUs = START_US;
    for (let run = 0; run < RUNS; run += 1) {
      const venue = open(directory, heard, random, timeUs);
      const { core, clock, stages, faulty } = venue;
      for (let count = 0; count < COMMANDS; count += 1) {
        const command = commands[count] ?? trading.next();
        await until(WAIT_MS_MAX, "room", () => {
          return core.submit(command, (reply) => trading.hear(reply)) === undefined;
        });
        core.flush();
        core.tick();
        if (count % 20 !== 0) continue;
        timeUs += random.below(200_000_000);
        core.setCallerTime(timeUs);
        if (random.below(3) === 0) stages.keep();
        clock.advanceMs(random.below(2_000));
        await new Promise((resolve) => setImmediate(resolve));
      }
      commands = [];
      expect(faulty.reduce((sum, { faults }) => sum + faults, 0)).toBeGreaterThan(4);
      for (const stage of faulty) stage.isCalm = true;
      venue.follower.isCalm = true;
      await until(WAIT_MS_MAX, "all of them", () => {
        clock.advanceMs(BACKOFF_MS_MAX);
        stages.keep();
        const { length } = heard;
        return stages.status().every((stage) => stage.checkpoint === length && stage.lag === 0);
      });
      const record = recordOf(heard);
      expect(toBarsText(venue.klines.bars.all())).toBe(record.bars);
      expect(venue.stateFile.load()?.state).toBe(record.settlement);
      expect(venue.settlement.discrepancies).toBe(0);
      expect(await readAll(venue.history, new Random(seed))).toEqual(modelOf(heard));
      expectFollowed(venue.follower, heard);
      await venue.stop();
    }
  },
  60_000,
);

/** Everything from the first on, each once. */
function expectFollowed({ sent }: Follower, heard: readonly Transaction[]): void {
  const first = Number.parseInt(sent[0] ?? "", 10);
  const wanted = heard.slice(first - 1).flatMap(({ sequence, changes }) => {
    const markets = changes.flatMap((change) => {
      return change.entity === "level" || change.entity === "trade" ? change.instrument : [];
    });
    return [...new Set(markets)].map((instrument) => `${sequence} ${instrument}`);
  });
  expect(sent).toEqual(wanted);
}
