/**
 * Sends orders through the core beside stages in a state of their own, and prints how fast they
 * are acknowledged: at a rate, or as fast as it goes with so many in flight when the rate is 0.
 *
 * Use: `bun bench/stages-process.ts <case> <rate> <in flight> <ms> <ms of rest>
 * <commands before> <directory>`
 *
 * Cases: `none` has no stages; `live` those of a venue, which keep up; `slow` beside them one that
 * needs 200 µs for each transaction; `dead` one that always throws; `catching_up` one that has all
 * commands before to catch up, by re-execution, again and again.
 */
import { Core } from "../gateway/core/core.ts";
import { TimeInForce } from "../gateway/domain/order.ts";
import type { Stage } from "../gateway/stages/stage.ts";
import type { Stages } from "../gateway/stages/stages.ts";
import { ClosedLoop, PLACE } from "./closed-loop.ts";
import { facadeOf, venueCommands } from "./core-doors.ts";
import type { LatencyHistogram } from "./histogram.ts";
import { OpenLoop } from "./open-loop.ts";
import { openOwnStages } from "./own-stages.ts";

const WARM_SHARE = 0.2;
/** What the slow stage needs for one transaction. */
const SLOW_NS = 200_000;
/** Commands at once while the venue is filled. */
const FILL_AT_ONCE = 1_024;

/** A stage that keeps nothing and does `deed` at each transaction. */
class OddStage implements Stage {
  static readonly stageName = "odd";
  readonly name = OddStage.stageName;
  readonly kind = "derived";
  readonly #deed: () => void;
  applied = 0;

  constructor(deed: () => void) {
    this.#deed = deed;
  }

  start(): void {}

  apply(): void {
    this.#deed();
    this.applied += 1;
  }

  checkpoint(): number {
    return 0;
  }
}

function burn(): void {
  const untilNs = Bun.nanoseconds() + SLOW_NS;
  while (Bun.nanoseconds() < untilNs);
}

function throwAlways(): never {
  throw new Error("dead");
}

/** Orders that find nobody and end at once. */
async function fill(core: Core, commands: number): Promise<void> {
  for (const command of venueCommands()) core.submit(command, () => {});
  for (let sent = 0; sent < commands; sent += FILL_AT_ONCE) {
    for (let each = 0; each < FILL_AT_ONCE; each += 1) {
      core.submit({ ...PLACE, timeInForce: TimeInForce.ioc }, () => {});
    }
    core.flush();
    await core.whenDurable(core.status().executedSequence);
  }
}

interface Load {
  readonly histogram: LatencyHistogram;
  measure: (isMeasuring: boolean) => void;
}

function atRate(core: Core, perSecond: number): Load {
  const loop = new OpenLoop(perSecond);
  loop.start(facadeOf(core, (code) => loop.acknowledge(code)));
  return {
    histogram: loop.histogram,
    measure: (isMeasuring) => {
      loop.isMeasuring = isMeasuring;
    },
  };
}

function inTurn(core: Core, inFlight: number): Load {
  const loop = new ClosedLoop();
  const door = facadeOf(core, (code, result) => loop.acknowledge(code, result));
  loop.start(door, inFlight);
  return {
    histogram: loop.quiet,
    measure: (isMeasuring) => {
      loop.isMeasuring = isMeasuring;
    },
  };
}

/**
 * Until a venue's own stages have what was before, their files are written, and the disk had
 * `restMs` for what it still had to do.
 */
async function rested(stages: Stages, restMs: number): Promise<void> {
  const isBehind = (): boolean =>
    stages.status().some(({ name, lag }) => name !== OddStage.stageName && lag > 0);
  while (isBehind()) await Bun.sleep(10);
  stages.keep();
  await Bun.sleep(restMs);
}

async function main(words: readonly string[]): Promise<void> {
  const [kind = "none", rate, inFlight, lengthMs, restMs, before, directory = ""] = words;
  const core = Core.open({ dataDirectory: directory, durability: "fsync", holdJournal: 0 });
  await fill(core, Number(before));
  const { stages, own } = openOwnStages(core, directory);
  const deeds = { slow: burn, dead: throwAlways, catching_up: () => {} };
  const deed = new Map<string, () => void>(Object.entries(deeds)).get(kind);
  const odd = deed === undefined ? undefined : new OddStage(deed);
  if (kind !== "none") {
    for (const stage of own) stages.add(stage);
    if (odd !== undefined) stages.add(odd);
    stages.start();
  }
  await rested(stages, Number(restMs));
  const load = Number(rate) > 0 ? atRate(core, Number(rate)) : inTurn(core, Number(inFlight));
  const length = Number(lengthMs);
  await Bun.sleep(length * WARM_SHARE);
  const startNs = Bun.nanoseconds();
  load.measure(true);
  await Bun.sleep(length * (1 - WARM_SHARE));
  load.measure(false);
  const seconds = (Bun.nanoseconds() - startNs) / 1e9;
  const measured = {
    acks_per_second: load.histogram.count / seconds,
    ...load.histogram.toMeasured(),
    states: stages.status().map(({ name, state, lag }) => ({ name, state, lag })),
    odd_applied: odd?.applied ?? 0,
  };
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  process.exit(0);
}

await main(process.argv.slice(2));
