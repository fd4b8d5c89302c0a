// What an operator asks of the running venue beside its commands: how it is, a snapshot now, a word
// that the clock is right.

import type { Core, CoreStatus } from "../core/core.ts";

/** State of one thing the venue needs. */
export interface Dependency {
  readonly isOk: boolean;
  /** What is wrong, for people; empty when nothing is. */
  readonly detail: string;
}

export interface Health {
  readonly core: Dependency;
  readonly journal: Dependency;
  readonly clock: Dependency;
  readonly isDraining: boolean;
  /** Whether new orders are taken. */
  readonly isReady: boolean;
}

export class Operations {
  readonly #core: Pick<Core, "status" | "requestSnapshot" | "confirmClock">;
  #isDraining = false;

  constructor(core: Pick<Core, "status" | "requestSnapshot" | "confirmClock">) {
    this.#core = core;
  }

  status(): CoreStatus {
    return this.#core.status();
  }

  /** From now on the venue says that it is not ready. */
  markDraining(): void {
    this.#isDraining = true;
  }

  health(): Health {
    const { fault, mode, clockHeld } = this.#core.status();
    const core = dependency(fault === undefined, `fault ${fault?.code}`);
    const journal = dependency(mode === "open", `disk space is low: mode ${mode}`);
    const clock = dependency(!clockHeld, "the system clock jumped; confirm it");
    const isOk = core.isOk && journal.isOk && clock.isOk;
    return {
      core,
      journal,
      clock,
      isDraining: this.#isDraining,
      isReady: isOk && !this.#isDraining,
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

function dependency(isOk: boolean, detail: string): Dependency {
  return { isOk, detail: isOk ? "" : detail };
}
