// All stages of a venue: they hear the change log behind the order path, in short turns of their
// own, and what they have not kept yet stays in the journal.

import type { Clock, StopTimer } from "../clock.ts";
import type { Core } from "../core/core.ts";
import type { Transaction } from "../domain/change.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { ChangeRing, type RingBounds } from "./change-ring.ts";
import type { Stage } from "./stage.ts";
import { type ChangeSource, StageRunner, type StageState } from "./stage-runner.ts";

/** Seconds of a busy venue; with its changes about 150 MB when full. */
const RING: RingBounds = { transactionsMax: 65_536, changesMax: 262_144 };
/**
 * What all stages together may take of one turn of the event loop (rules 5.6): less while orders
 * come in, so that a stage that is behind costs them a quarter of a millisecond.
 */
const TURN_US = { quiet: 1_000, busy: 250 } as const;
/** How often stages are asked how far they have kept what they derived. */
const KEEP_MS = 1_000;

export interface StagesParts {
  readonly core: ChangeSource & Pick<Core, "holdJournal" | "status" | "subscribe">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Journal kept for stages alone, beyond which the slowest one is detached. */
  readonly heldBytesMax: number;
  readonly ring?: RingBounds;
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
  #first = 0;
  #hasHeard = false;
  #turn: NodeJS.Immediate | undefined;
  #stopWaiting: StopTimer | undefined;
  #stopKeeping: StopTimer | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(parts: StagesParts) {
    this.#parts = parts;
    const { executedSequence } = parts.core.status();
    this.#ring = new ChangeRing(parts.ring ?? RING, executedSequence);
    observe(parts.metrics, this.#runners);
  }

  /** Order: before `start`. */
  add(stage: Stage): void {
    const { core, clock, log } = this.#parts;
    this.#runners.push(new StageRunner(stage, this.#ring, core, clock, log));
  }

  /**
   * Starts every stage from its checkpoint and listens to the core.
   *
   * Order: before anything can be submitted.
   */
  start(): void {
    const { core, clock } = this.#parts;
    this.#unsubscribe = core.subscribe((transaction) => this.#hear(transaction));
    // Before the first snapshot can take away what a stage still needs.
    this.keep();
    this.#stopKeeping = clock.every(KEEP_MS, () => this.keep());
    this.#wake();
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
   * kept for them, the slowest one is detached, and the next one not before the next call.
   */
  keep(): void {
    const { core, heldBytesMax } = this.#parts;
    for (const runner of this.#runners) runner.keep();
    const { heldBytes } = core.status().journal;
    if (heldBytes > heldBytesMax) {
      const reason = `${heldBytes} bytes of journal are kept for it, more than ${heldBytesMax}`;
      this.#slowest()?.detach(reason);
    }
    core.holdJournal(this.#slowest()?.checkpoint ?? this.#ring.newestSequence);
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
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#stopWaiting?.();
    for (const runner of this.#runners) {
      runner.run(Infinity);
      runner.keep();
      runner.stop();
    }
  }

  /** Takes the next transaction for all stages; never waits for any. */
  #hear(transaction: Transaction): void {
    this.#ring.add(transaction);
    this.#hasHeard = true;
    this.#wake();
  }

  #wake(): void {
    this.#turn ??= setImmediate(() => this.#run());
  }

  /** One turn: each stage gets its share, the first one another one each time. */
  #run(): void {
    this.#turn = undefined;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    const { clock } = this.#parts;
    const count = this.#runners.length;
    const startUs = clock.elapsedUs();
    const turnUs = this.#hasHeard ? TURN_US.busy : TURN_US.quiet;
    this.#hasHeard = false;
    let isMore = false;
    let wakeAtUs = Infinity;
    let hadByAll = Infinity;
    for (let turn = 0; turn < count; turn += 1) {
      const runner = this.#runners[(this.#first + turn) % count];
      const deadlineUs = startUs + (turnUs * (turn + 1)) / count;
      if (runner === undefined) continue;
      const wish = runner.run(deadlineUs);
      if (wish.kind === "more") isMore = true;
      if (wish.kind === "at") wakeAtUs = Math.min(wakeAtUs, wish.atUs);
      if (runner.state !== "detached") hadByAll = Math.min(hadByAll, runner.sequence);
    }
    this.#first += 1;
    this.#ring.forget(hadByAll);
    if (isMore) this.#wake();
    else if (wakeAtUs !== Infinity) {
      const delayMs = Math.max(1, Math.ceil((wakeAtUs - clock.elapsedUs()) / 1_000));
      this.#stopWaiting = clock.after(delayMs, () => this.#wake());
    }
  }
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
