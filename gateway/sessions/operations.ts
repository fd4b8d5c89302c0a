// What an operator asks of the running venue beside its commands: how it is, a snapshot now, a word
// that the clock is right.

import type { Clock } from "../clock.ts";
import type { Core, CoreStatus } from "../core/core.ts";
import type { Log } from "../log.ts";
import type { StageState } from "../stages/stage-runner.ts";
import type { Stages, StageStatus } from "../stages/stages.ts";
import { SyncLatency, type SyncTimes } from "./sync-latency.ts";

/** A disk that finished nothing for this long, while commands wait for it, stands still. */
const STALL_US = 1_000_000;

const STATE_TEXTS = {
  live: "live",
  catching_up: "catching up",
  waiting: "waiting to be started again",
  detached: "detached",
} as const satisfies Record<StageState, string>;

/** State of one thing the venue needs. */
export interface Dependency {
  readonly isOk: boolean;
  /** What is wrong, for people; empty when nothing is. */
  readonly detail: string;
}

export interface Health {
  readonly core: Dependency;
  readonly journal: Dependency;
  /** Undefined: nothing was synced of late. */
  readonly syncTimes: SyncTimes | undefined;
  readonly clock: Dependency;
  /** A stage that is behind keeps no order out. */
  readonly stages: Dependency;
  readonly eachStage: readonly StageStatus[];
  readonly isDraining: boolean;
  /** Whether new orders are taken; a fault that mends itself does not keep them out. */
  readonly isReady: boolean;
}

type WatchedCore = Pick<Core, "status" | "requestSnapshot" | "confirmClock">;

export class Operations {
  readonly #core: WatchedCore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #syncLatency: SyncLatency;
  #stages: Pick<Stages, "status"> | undefined;
  #isDraining = false;
  /** What was last logged to be wrong. */
  #complaint = "";
  /** How far the disk was when it last got further or had nothing to do, and when that was. */
  #durableSequence = 0;
  #durableAtUs: number;

  constructor(core: WatchedCore, clock: Clock, log: Log) {
    this.#core = core;
    this.#clock = clock;
    this.#log = log;
    this.#durableAtUs = clock.elapsedUs();
    this.#syncLatency = new SyncLatency(this.#durableAtUs);
  }

  status(): CoreStatus {
    return this.#core.status();
  }

  /** Lets health tell of stages. */
  watchStages(stages: Pick<Stages, "status">): void {
    this.#stages = stages;
  }

  /** From now on the venue says that it is not ready. */
  markDraining(): void {
    this.#isDraining = true;
  }

  /** Looks how all is and logs what changed. To be called a few times in `STALL_US`. */
  watch(): void {
    const { core, journal, clock, stages, isReady } = this.health();
    const details = [core, journal, clock, stages].map(({ detail }) => detail);
    const complaint = details.filter((detail) => detail !== "").join("; ");
    if (complaint === this.#complaint) return;
    this.#complaint = complaint;
    if (complaint === "") this.#log.info("healthy");
    else {
      // What exactly happened and what to do is for operators only.
      const fault = this.#core.status().fault?.message;
      this.#log.warn("unhealthy", { detail: complaint, ready: isReady, fault });
    }
  }

  health(): Health {
    const status = this.#core.status();
    const { fault, mode, clockHeld, durableSequence, unsyncedCommands } = status;
    const nowUs = this.#clock.elapsedUs();
    if (durableSequence !== this.#durableSequence || unsyncedCommands === 0) {
      this.#durableSequence = durableSequence;
      this.#durableAtUs = nowUs;
    }
    const core = dependency(fault === undefined, `fault ${fault?.code}`);
    const isStalled = nowUs - this.#durableAtUs >= STALL_US;
    const journal = isStalled
      ? dependency(false, "the disk does not answer")
      : dependency(mode === "open", `disk space is low: mode ${mode}`);
    const clock = dependency(!clockHeld, "the system clock jumped; confirm it");
    const isCoreUsable = core.isOk || fault?.retryable === true;
    const { syncBuckets, syncBoundsUs } = status.journal;
    const eachStage = this.#stages?.status() ?? [];
    return {
      core,
      journal,
      syncTimes: this.#syncLatency.look(nowUs, syncBuckets, syncBoundsUs),
      clock,
      stages: toStagesHealth(eachStage),
      eachStage,
      isDraining: this.#isDraining,
      isReady: isCoreUsable && journal.isOk && clock.isOk && !this.#isDraining,
    };
  }

  /** Starts a snapshot in the background. */
  requestSnapshot(): void {
    this.#core.requestSnapshot();
  }

  /** Accepts the time that the system clock shows after a jump. */
  confirmClock(): void {
    this.#core.confirmClock();
  }
}

function toStagesHealth(stages: readonly StageStatus[]): Dependency {
  const behind = stages.filter(({ state }) => state !== "live");
  const detail = behind.map(({ name, state }) => `stage ${name} is ${STATE_TEXTS[state]}`);
  return dependency(behind.length === 0, detail.join(", "));
}

function dependency(isOk: boolean, detail: string): Dependency {
  return { isOk, detail: isOk ? "" : detail };
}
