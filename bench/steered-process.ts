// Measuring processes that work together: each says when it is ready, begins when it is told, and
// says what it found.

import { systemClock } from "../gateway/clock.ts";
import { within } from "../test/support/deadline.ts";
import { type Measured, toMeasured } from "./processes.ts";

/** Ten thousand connections on a busy machine. */
const ANSWER_MS_MAX = 120_000;

/** The side that steers. */
export class SteeredProcess {
  readonly #child: Bun.Subprocess<"ignore", "inherit", "inherit">;
  readonly #heard: Measured[] = [];
  #wake: (() => void) | undefined;

  constructor(program: string, options: readonly string[]) {
    this.#child = Bun.spawn([process.execPath, program, ...options], {
      stdio: ["ignore", "inherit", "inherit"],
      ipc: (message) => {
        this.#heard.push(toMeasured(message));
        this.#wake?.();
      },
    });
  }

  tell(message: object): void {
    this.#child.send(message);
  }

  /** What it says next. Errors: throws when it ends before, or takes too long. */
  async hear(): Promise<Measured> {
    while (this.#heard.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const ended = this.#child.exited.then((code) => {
        if (this.#heard.length === 0) throw new Error(`a measuring process ended with ${code}`);
      });
      await within(ANSWER_MS_MAX, "a measuring process answers", Promise.race([promise, ended]));
    }
    return this.#heard.shift() ?? {};
  }

  /** Ends it, whatever it does. */
  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}

/** The side that is steered. */
export class Steering {
  readonly #told: Measured[] = [];
  #wake: (() => void) | undefined;

  constructor() {
    process.on("message", (message) => {
      this.#told.push(toMeasured(message));
      this.#wake?.();
    });
    // Nobody is left who would end it.
    process.on("disconnect", () => process.exit(1));
  }

  say(message: object): void {
    process.send?.(message);
  }

  async hear(): Promise<Measured> {
    while (this.#told.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    return this.#told.shift() ?? {};
  }
}

/** When orders are sent, whatever becomes of those before: for all processes of a run. */
export interface Schedule {
  /** Units: µs since 1970. */
  readonly startUs: number;
  readonly intervalUs: number;
  readonly orders: number;
}

/** How long all have to hear of a schedule before it begins. */
const LEAD_US = 100_000;

export function scheduleOf(orders: number, perSecond: number): Schedule {
  return { startUs: systemClock.nowUs() + LEAD_US, intervalUs: 1e6 / perSecond, orders };
}
