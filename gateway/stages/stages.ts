// All stages of a venue: they hear the change log behind the order path, in short turns of their
// own, and what they have not kept yet stays in the journal.

import type { Clock, StopTimer } from "../clock.ts";
import type { Core } from "../core/core.ts";
import type { Released } from "../core/released.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { ChangeRing, type RingBounds } from "./change-ring.ts";
import type { Stage } from "./stage.ts";
import { type ChangeSource, StageRunner, type StageState, type Wish } from "./stage-runner.ts";

/**
 * How far stages may be behind and share what one of them had decoded; of that, few changes:
 * a collection walks over all of it.
 */
const RING: RingBounds = { transactionsMax: 65_536, changesMax: 8_192 };
/** Kept undecoded, for those further behind, too: seconds of a busy venue. */
const RECENT_BYTES = 64 * 1_024 * 1_024;
/**
 * What all stages together may take of one turn of the event loop (rules 5.6): less while orders
 * come in, so that a stage that is behind costs them a quarter of a millisecond, and not more than
 * orders and sockets had since the last turn; but enough for some transactions.
 */
const TURN_US = { quiet: 1_000, busy: 250, least: 50 } as const;
/** A venue is busy for so long after each command: the next one is not far. */
const BUSY_US = 10_000;
/** How far a stage may pass its share of a busy turn, and how many times as long it then rests. */
const OVERRUN = { us: 100, rest: 8 } as const;
/**
 * How often stages are asked to keep what they derived. Seldom: they sync files of their own then,
 * and the journal's next sync waits for the same disk.
 */
const KEEP_MS = 10_000;

export interface StagesParts {
  readonly core: ChangeSource &
    Pick<Core, "holdJournal" | "keepRecent" | "listen" | "recent" | "status">;
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
  #first = 0;
  #hasHeard = false;
  #heardAtUs = -Infinity;
  /** End of the last turn. */
  #endedAtUs = -Infinity;
  #turn: NodeJS.Immediate | undefined;
  #stopWaiting: StopTimer | undefined;
  #stopKeeping: StopTimer | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(parts: StagesParts) {
    this.#parts = parts;
    const { executedSequence } = parts.core.status();
    parts.core.keepRecent(parts.recentBytes ?? RECENT_BYTES);
    this.#ring = new ChangeRing(parts.ring ?? RING, executedSequence, (sequence) =>
      parts.core.recent(sequence),
    );
    observe(parts.metrics, this.#runners);
  }

  /** Order: before `start`. */
  add(stage: Stage): void {
    const { core, clock, log } = this.#parts;
    this.#runners.push(new StageRunner(stage, this.#ring, core, clock, log));
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
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#stopWaiting?.();
    for (const runner of this.#runners) {
      runner.run(Infinity);
      runner.keep();
      runner.stop();
    }
  }

  /** Takes the next transaction for all stages; never waits for any. */
  #hear({ sequence, decoded }: Pick<Released, "decoded" | "sequence">): void {
    this.#ring.add(sequence, decoded);
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
    if (this.#hasHeard) this.#heardAtUs = startUs;
    this.#hasHeard = false;
    const isBusy = startUs - this.#heardAtUs < BUSY_US;
    const sinceUs = Math.max(TURN_US.least, startUs - this.#endedAtUs);
    const turnUs = isBusy ? Math.min(TURN_US.busy, sinceUs) : TURN_US.quiet;
    let isMore = false;
    let wakeAtUs = Infinity;
    let hadByAll = Infinity;
    for (let turn = 0; turn < count; turn += 1) {
      const runner = this.#runners[(this.#first + turn) % count];
      const deadlineUs = startUs + (turnUs * (turn + 1)) / count;
      if (runner === undefined) continue;
      const wish = this.#runOne(runner, deadlineUs, isBusy);
      if (wish.kind === "more") isMore = true;
      if (wish.kind === "at") wakeAtUs = Math.min(wakeAtUs, wish.atUs);
      if (runner.state === "live") hadByAll = Math.min(hadByAll, runner.sequence);
    }
    this.#first += 1;
    this.#ring.forget(hadByAll);
    this.#endedAtUs = clock.elapsedUs();
    if (isMore) this.#wake();
    else if (wakeAtUs !== Infinity) {
      const delayMs = Math.max(1, Math.ceil((wakeAtUs - clock.elapsedUs()) / 1_000));
      this.#stopWaiting = clock.after(delayMs, () => this.#wake());
    }
  }

  /** One transaction can take longer than a turn has: then the stage waits some turns out. */
  #runOne(runner: StageRunner, deadlineUs: number, isBusy: boolean): Wish {
    const { clock } = this.#parts;
    const startUs = clock.elapsedUs();
    const wish = runner.run(deadlineUs);
    if (!isBusy) return wish;
    // One before it may have taken the time that was its own.
    const overrunUs = clock.elapsedUs() - Math.max(startUs, deadlineUs);
    return overrunUs > OVERRUN.us ? runner.rest(overrunUs * OVERRUN.rest) : wish;
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
