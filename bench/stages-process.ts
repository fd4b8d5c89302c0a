/**
 * Keeps orders in flight through the core beside stages in a state of their own, and prints how
 * fast the orders are acknowledged.
 *
 * Use: `bun bench/stages-process.ts <case> <in flight> <ms> <commands before> <directory>`
 *
 * Cases: `none` has no stages; `live` those of a venue, which keep up; `slow` beside them one that
 * needs 200 µs for each transaction; `dead` one that always throws; `catching_up` one that has all
 * commands before to catch up, by re-execution, again and again.
 */
import { systemClock } from "../gateway/clock.ts";
import { Core } from "../gateway/core/core.ts";
import { TimeInForce } from "../gateway/domain/order.ts";
import { Log } from "../gateway/log.ts";
import { Metrics } from "../gateway/metrics.ts";
import { ReferenceData } from "../gateway/sessions/reference-data.ts";
import { Derived } from "../gateway/stages/derived.ts";
import type { Stage } from "../gateway/stages/stage.ts";
import { Stages } from "../gateway/stages/stages.ts";
import { ClosedLoop, PLACE } from "./closed-loop.ts";
import { facadeOf, venueCommands } from "./core-doors.ts";

const WARM_SHARE = 0.2;
/** What the slow stage needs for one transaction. */
const SLOW_NS = 200_000;
/** Commands at once while the venue is filled. */
const FILL_AT_ONCE = 1_024;

/** A stage that keeps nothing and does `deed` at each transaction. */
class OddStage implements Stage {
  readonly name = "odd";
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

async function main(words: readonly string[]): Promise<void> {
  const [kind = "none", inFlight, lengthMs, before, directory = ""] = words;
  const core = Core.open({ dataDirectory: directory, durability: "fsync", holdJournal: 0 });
  await fill(core, Number(before));
  const log = new Log("error", systemClock, (bytes) => bytes.length);
  const shared = { clock: systemClock, log, metrics: new Metrics() };
  const reference = ReferenceData.load(core);
  const derived = new Derived({
    ...{ ...shared, directory, config: { historyDays: 0 } },
    findTerms: (id) => reference.listingOf(id)?.instrument,
    journalSequence: core.status().executedSequence,
  });
  const stages = new Stages({ ...shared, core, heldBytesMax: Infinity });
  const deeds = { slow: burn, dead: throwAlways, catching_up: () => {} };
  const deed = new Map<string, () => void>(Object.entries(deeds)).get(kind);
  const odd = deed === undefined ? undefined : new OddStage(deed);
  if (kind !== "none") {
    for (const stage of [derived.klines, derived.settlement, derived.history]) stages.add(stage);
    if (odd !== undefined) stages.add(odd);
    stages.start();
  }
  const loop = new ClosedLoop();
  loop.start(
    facadeOf(core, (code, result) => loop.acknowledge(code, result)),
    Number(inFlight),
  );
  const length = Number(lengthMs);
  await Bun.sleep(length * WARM_SHARE);
  const startNs = Bun.nanoseconds();
  loop.isMeasuring = true;
  await Bun.sleep(length * (1 - WARM_SHARE));
  loop.isMeasuring = false;
  const seconds = (Bun.nanoseconds() - startNs) / 1e9;
  const measured = {
    acks_per_second: loop.quiet.count / seconds,
    ...loop.quiet.toPercentiles(),
    states: stages.status().map(({ name, state, lag }) => ({ name, state, lag })),
    odd_applied: odd?.applied ?? 0,
  };
  await loop.stop();
  process.stdout.write(`${JSON.stringify(measured)}\n`);
  process.exit(0);
}

await main(process.argv.slice(2));
