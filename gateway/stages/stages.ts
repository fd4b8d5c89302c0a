// All stages of a venue: they hear the change log behind the order path, in short turns of their
// own, and what they have not kept yet stays in the journal.

import type { Clock, StopTimer } from "../clock.ts";
import type { Core } from "../core/core.ts";
import type { Released } from "../core/released.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { ChangeRing, type RingBounds } from "./change-ring.ts";
import type { Stage } from "./stage.ts";
import { type ChangeSource, StageRunner, type StageState } from "./stage-runner.ts";
import { StageTurns } from "./stage-turns.ts";

/**
 * How far stages may be behind and share what one of them had decoded; of that, few changes:
 * a collection walks over all of it.
 */
const RING: RingBounds = { transactionsMax: 65_536, changesMax: 8_192 };
/** Kept undecoded, for those further behind, too: seconds of a busy venue. */
const RECENT_BYTES = 64 * 1_024 * 1_024;
/**
 * How often stages are asked to keep what they derived. Seldom: they sync files of their own then,
 * and the journal's next sync waits for the same disk.
 */
const KEEP_MS = 10_000;

export interface StagesParts {
  readonly core: ChangeSource &
    Pick<Core, "holdJournal" | "keepRecent" | "listen" | "lookBack" | "status">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Journal kept for stages alone, beyond which the slowest one is detached. */
  readonly heldBytesMax: number;
  readonly ring?: RingBounds;
  readonly recentBytes?: number;
}

/** Who executes the past again, and is no stage. */
export interface JournalHolder {
  /** What follows this sequence is to be kept; `undefined`: nothing. */
  readonly neededSequence: number | undefined;
  /** Asks for less of it from now on: too much is kept. */
  giveWay(): void;
}

/** How one stage is. */
export interface StageStatus {
  readonly name: string;
  readonly state: StageState;
  readonly sequence: number;
  readonly lag: number;
  readonly lagMs: number;
  readonly checkpoint: number;
  readonly restarts: number;
}

export class Stages {
  readonly #parts: StagesParts;
  readonly #ring: ChangeRing;
  readonly #runners: StageRunner[] = [];
  readonly #holders: JournalHolder[] = [];
  readonly #turns: StageTurns;
  #stopKeeping: StopTimer | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(parts: StagesParts) {
    this.#parts = parts;
    const { executedSequence } = parts.core.status();
    parts.core.keepRecent(parts.recentBytes ?? RECENT_BYTES);
    this.#ring = new ChangeRing(parts.ring ?? RING, executedSequence, (sequence) =>
      parts.core.lookBack(sequence),
    );
    this.#turns = new StageTurns(this.#ring, parts.clock);
    observe(parts.metrics, this.#runners);
  }

  /** Order: before `start`. */
  add(stage: Stage): void {
    const { core, clock, log } = this.#parts;
    const runner = new StageRunner(stage, this.#ring, core, clock, log);
    this.#runners.push(runner);
    this.#turns.add(runner);
  }

  /** Order: before `start`. */
  addHolder(holder: JournalHolder): void {
    this.#holders.push(holder);
  }

  /**
   * Starts every stage from its checkpoint and listens to the core.
   *
   * Order: before anything can be submitted.
   */
  start(): void {
    const { core, clock } = this.#parts;
    this.#unsubscribe = core.listen((released) => this.#hear(released));
    // Before the first snapshot can take away what a stage still needs.
    this.keep();
    this.#stopKeeping = clock.every(KEEP_MS, () => this.keep());
    this.#turns.start();
  }

  /** Before an answer from what a stage derives: it has its turn now if it waits for one. */
  hasten(): void {
    this.#turns.hasten();
  }

  status(): readonly StageStatus[] {
    return this.#runners.map((runner) => ({
      name: runner.stage.name,
      state: runner.state,
      sequence: runner.sequence,
      lag: runner.lag,
      lagMs: Math.round(runner.lagUs / 1_000),
      checkpoint: runner.checkpoint,
      restarts: runner.restarts,
    }));
  }

  /**
   * Asks the stages how far they are and lets the journal go up to there. When too much of it is
   * kept for them, who holds most gives way or, when it is a stage, is detached; the next one not
   * before the next call.
   */
  keep(): void {
    const { core, heldBytesMax } = this.#parts;
    for (const runner of this.#runners) runner.keep();
    const { heldBytes } = core.status().journal;
    if (heldBytes > heldBytesMax) {
      const reason = `${heldBytes} bytes of journal are kept for it, more than ${heldBytesMax}`;
      const holder = this.#holders.find((each) => neededBy(each) <= this.#heldSequence());
      if (holder === undefined) this.#slowest()?.detach(reason);
      else holder.giveWay();
    }
    core.holdJournal(this.#heldSequence());
  }

  /** What follows it is kept. */
  #heldSequence(): number {
    const sequence = this.#slowest()?.checkpoint ?? this.#ring.newestSequence;
    return Math.min(sequence, ...this.#holders.map(neededBy));
  }

  /** The attached one with the lowest checkpoint. */
  #slowest(): StageRunner | undefined {
    return this.#runners
      .filter(({ state }) => state !== "detached")
      .reduce<StageRunner | undefined>(
        (one, other) => (one !== undefined && one.checkpoint <= other.checkpoint ? one : other),
        undefined,
      );
  }

  /** Applies what the ring still holds, as far as the stages take it at once, and ends. */
  stop(): void {
    this.#unsubscribe?.();
    this.#stopKeeping?.();
    this.#turns.stop();
    for (const runner of this.#runners) {
      runner.run(Infinity);
      runner.keep();
      runner.stop();
    }
  }

  /** Takes the next transaction for all stages; never waits for any. */
  #hear(released: Released): void {
    this.#ring.add(released.sequence, released.decoded);
    this.#turns.hear(released);
  }
}

function neededBy({ neededSequence }: JournalHolder): number {
  return neededSequence ?? Infinity;
}

function observe(metrics: Metrics, runners: readonly StageRunner[]): void {
  const add = (name: string, help: string, read: (runner: StageRunner) => number): void =>
    metrics.readEach(`openbell_stage_${name}`, "gauge", help, runners, (runner) => ({
      labels: { stage: runner.stage.name },
      value: read(runner),
    }));
  add("lag_sequences", "Transactions released and not applied", (runner) => runner.lag);
  add("lag_seconds", "Age of the oldest transaction left to apply", ({ lagUs }) => lagUs / 1e6);
  add("restarts", "How often it was started again after it threw", ({ restarts }) => restarts);
  add("live", "1 while it keeps up with the ring", ({ state }) => (state === "live" ? 1 : 0));
}
