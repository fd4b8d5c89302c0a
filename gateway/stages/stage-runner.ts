// One stage on its way through the change log: out of memory while it keeps up, by re-execution
// when it has fallen behind, again from its checkpoint after it threw. Nothing it does stops the
// others or the venue.

import type { Clock } from "../clock.ts";
import type { Core, Reexecution } from "../core/core.ts";
import type { Released } from "../core/released.ts";
import type { Transaction } from "../domain/change.ts";
import { GatewayFault } from "../domain/fault.ts";
import { type Log, toStack } from "../log.ts";
import type { ChangeRing } from "./change-ring.ts";
import type { Stage } from "./stage.ts";

/** How long a stage that threw is left alone: doubled each time, up to the bound. */
const BACKOFF_US = 100_000;
const BACKOFF_US_MAX = 30_000_000;
/** How many transactions may pass a stage before it looks at the clock: some microseconds'. */
const PASSED_MAX = 64;
/** How soon a busy stage, or a re-execution that has nothing yet, is asked again. */
const POLL_US = 2_000;

/** Where transactions come from that are no longer in the ring. */
export type ChangeSource = Pick<Core, "reexecute">;

/** Raised when they cannot be had from there either, now or later. */
const CHANGES_UNAVAILABLE = "changes_unavailable";

/** `live` out of the ring, `waiting` until it is started again, `detached` for good. */
export type StageState = "live" | "catching_up" | "waiting" | "detached";

/** What a runner wants after a slice: more time, the next transaction, or a moment to pass. */
export type Wish =
  { readonly kind: "more" | "idle" } | { readonly kind: "at"; readonly atUs: number };

const MORE: Wish = { kind: "more" };
const IDLE: Wish = { kind: "idle" };

export class StageRunner {
  readonly stage: Stage;
  readonly #ring: ChangeRing;
  readonly #source: ChangeSource;
  readonly #clock: Clock;
  readonly #log: Log;
  #state: StageState = "waiting";
  /** Last transaction that was applied or passed. */
  #sequence = 0;
  /** Of a transaction that was applied or passed, or of the next one: none is far from it. */
  #timeUs = 0;
  #checkpoint = 0;
  #reexecution: Reexecution | undefined;
  /** Read from the re-execution and not yet applied, next one first. */
  #ahead: readonly Transaction[] = [];
  #aheadAt = 0;
  #wakeAtUs = 0;
  #backoffUs = BACKOFF_US;
  #failedSequence = 0;
  restarts = 0;

  constructor(stage: Stage, ring: ChangeRing, source: ChangeSource, clock: Clock, log: Log) {
    this.stage = stage;
    this.#ring = ring;
    this.#source = source;
    this.#clock = clock;
    this.#log = log;
  }

  get state(): StageState {
    return this.#state;
  }

  /** Last transaction that was applied or passed. */
  get sequence(): number {
    return this.#sequence;
  }

  /** As of the last `keep`. */
  get checkpoint(): number {
    return this.#checkpoint;
  }

  /** Transactions that are released and not applied. */
  get lag(): number {
    return this.#ring.newestSequence - this.#sequence;
  }

  /** Age of the oldest transaction that is left to apply, about. Units: µs. */
  get lagUs(): number {
    if (this.lag === 0) return 0;
    const next = this.#ring.lookAt(this.#sequence + 1) ?? this.#ahead[this.#aheadAt];
    const timeUs = next?.timeUs ?? this.#timeUs;
    return timeUs === 0 ? 0 : Math.max(0, this.#clock.nowUs() - timeUs);
  }

  /** Asks the stage how far it has kept what it derived. */
  keep(): void {
    const isResting = this.#state === "waiting" && this.#clock.elapsedUs() < this.#wakeAtUs;
    if (this.#state === "detached" || isResting) return;
    this.#guard(() => {
      this.#checkpoint = this.stage.checkpoint();
    });
  }

  /** Lets the stage go: nothing is kept for it. Only a restart of the venue takes it up again. */
  detach(reason: string): void {
    this.#closeReexecution();
    this.#state = "detached";
    const fields = { stage: this.stage.name, sequence: this.#sequence, reason };
    this.#log.error("stage_detached", fields);
  }

  /** Ends what runs in the background. */
  stop(): void {
    this.#closeReexecution();
  }

  /** Whether a transaction that was released now is behind the stage without being applied. */
  pass(released: Released): boolean {
    const { sequence } = released;
    if (this.#state !== "live" || sequence !== this.#sequence + 1) return false;
    let isNothing = false;
    try {
      isNothing = this.stage.passes?.(released) === true;
    } catch (error) {
      this.#fail(error);
    }
    // The time is read of the first that is left alone: it doubles what a transaction costs here.
    if (isNothing) this.#sequence = sequence;
    else this.#timeUs = released.timeUs;
    return isNothing;
  }

  /** Applies transactions until `deadlineUs` of the clock's elapsed time; at least one. */
  run(deadlineUs: number): Wish {
    if (this.#state === "detached") return IDLE;
    if (this.#clock.elapsedUs() < this.#wakeAtUs) return { kind: "at", atUs: this.#wakeAtUs };
    let wish: Wish = MORE;
    this.#guard(() => {
      if (this.#state === "waiting") this.#start();
      wish = this.#applyUntil(deadlineUs);
    });
    return this.#state === "waiting" ? { kind: "at", atUs: this.#wakeAtUs } : wish;
  }

  #start(): void {
    this.#checkpoint = this.stage.checkpoint();
    this.stage.start(this.#checkpoint);
    this.#sequence = this.#checkpoint;
    this.#state = "live";
  }

  #applyUntil(deadlineUs: number): Wish {
    do {
      if (this.#passHeld() === PASSED_MAX) continue;
      const transaction = this.#next();
      if (transaction === undefined) return this.#state === "live" ? IDLE : this.#poll();
      if (this.stage.apply(transaction) === "busy") return this.#poll();
      this.#passed(transaction);
    } while (this.#clock.elapsedUs() < deadlineUs);
    return MORE;
  }

  /** Leaves out what is in memory and nothing to the stage; returns how many. */
  #passHeld(): number {
    const { stage } = this;
    if (stage.passes === undefined || this.#state !== "live") return 0;
    let held = this.#ring.lookAt(this.#sequence + 1);
    if (held !== undefined) this.#timeUs = held.timeUs;
    let count = 0;
    while (held !== undefined && count < PASSED_MAX && stage.passes(held)) {
      this.#sequence += 1;
      count += 1;
      held = this.#ring.lookAt(this.#sequence + 1);
    }
    return count;
  }

  #passed({ sequence, timeUs }: Transaction): void {
    if (this.#aheadAt < this.#ahead.length) this.#aheadAt += 1;
    this.#sequence = sequence;
    this.#timeUs = timeUs;
    if (sequence > this.#failedSequence) this.#backoffUs = BACKOFF_US;
  }

  /** Applies nothing for so long. */
  rest(restUs: number): Wish {
    this.#wakeAtUs = Math.max(this.#wakeAtUs, this.#clock.elapsedUs() + restUs);
    return { kind: "at", atUs: this.#wakeAtUs };
  }

  #poll(): Wish {
    return this.rest(POLL_US);
  }

  /** The transaction after the last one applied; undefined = not there yet. */
  #next(): Transaction | undefined {
    const sequence = this.#sequence + 1;
    const held = this.#ring.at(sequence);
    if (held !== undefined || sequence > this.#ring.newestSequence) {
      if (this.#state === "catching_up") this.#join();
      return held;
    }
    const found = this.#reexecuted();
    if (found !== undefined && found.sequence !== sequence) {
      throw new Error(`re-execution gave sequence ${found.sequence} in the place of ${sequence}`);
    }
    return found;
  }

  #reexecuted(): Transaction | undefined {
    if (this.#aheadAt < this.#ahead.length) return this.#ahead[this.#aheadAt];
    if (this.#reexecution === undefined) {
      this.#reexecution = this.#source.reexecute(this.#sequence);
      this.#state = "catching_up";
      const behind = { stage: this.stage.name, sequence: this.#sequence, lag: this.lag };
      this.#log.warn("stage_behind", behind);
    }
    const read = this.#reexecution.read();
    // It went as far as the disk was when it began; the ring may have gone on without this stage.
    if (read === undefined) this.#closeReexecution();
    this.#ahead = read ?? [];
    this.#aheadAt = 0;
    return this.#ahead[0];
  }

  #join(): void {
    this.#closeReexecution();
    this.#state = "live";
    this.#log.info("stage_caught_up", { stage: this.stage.name, sequence: this.#sequence });
  }

  #closeReexecution(): void {
    this.#reexecution?.close();
    this.#reexecution = undefined;
    this.#ahead = [];
    this.#aheadAt = 0;
  }

  /** Whatever the stage throws ends here: it is started again later. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (error instanceof GatewayFault && error.code === CHANGES_UNAVAILABLE) {
        if (!this.#beginLate()) this.detach(error.message);
        return;
      }
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#closeReexecution();
    this.#state = "waiting";
    this.#failedSequence = this.#sequence + 1;
    this.#wakeAtUs = this.#clock.elapsedUs() + this.#backoffUs;
    this.restarts += 1;
    this.#log.error("stage_failed", {
      stage: this.stage.name,
      sequence: this.#failedSequence,
      retry_ms: this.#backoffUs / 1_000,
      error: toStack(error),
    });
    this.#backoffUs = Math.min(this.#backoffUs * 2, BACKOFF_US_MAX);
  }

  /** Goes on with what the ring has, if the stage can do without what was before. */
  #beginLate(): boolean {
    const isAllowed = this.#sequence === 0 || this.stage.mayMiss === true;
    if (!isAllowed || this.stage.beginAt === undefined) return false;
    this.#closeReexecution();
    const missedAfter = this.#sequence;
    const from = this.#ring.newestSequence - this.#ring.length;
    this.stage.beginAt(from);
    this.#sequence = from;
    this.#state = "live";
    const fields = { stage: this.stage.name, sequence: from, missed_after: missedAfter };
    this.#log.warn("stage_begins_late", fields);
    return true;
  }
}
