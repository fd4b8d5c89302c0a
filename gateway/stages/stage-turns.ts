// When each stage has its turn (rules 5.6). One that tells those who listen now has it right behind
// the orders, if there is somebody to tell. What is derived waits a millisecond for more orders to
// gather: the next order waits for none of it, and whoever asks for it has it derived at once. What
// is nothing to a stage passes it on the way, where it lies in the processor's cache.

import type { Clock, StopTimer } from "../clock.ts";
import type { Released } from "../core/released.ts";
import type { ChangeRing } from "./change-ring.ts";
import type { StageRunner, Wish } from "./stage-runner.ts";

/**
 * What all stages together may take of one turn of the event loop: less while orders come in, so
 * that a stage that is behind costs them a quarter of a millisecond, and not more than orders and
 * sockets had since the last turn; but enough for some transactions.
 */
const TURN_US = { quiet: 1_000, busy: 250, least: 50 } as const;
/** A venue is busy for so long after each command: the next one is not far. */
const BUSY_US = 10_000;
/** How far a stage may pass its share of a busy turn, and how many times as long it then rests. */
const OVERRUN = { us: 100, rest: 8 } as const;
/** How long orders gather for what is derived. */
const GATHER_US = 1_000;

export class StageTurns {
  readonly #ring: ChangeRing;
  readonly #clock: Clock;
  readonly #live: StageRunner[] = [];
  readonly #derived: StageRunner[] = [];
  /** Of what is derived: orders gather for it, it comes next, or the last one was too short. */
  #derivedTurn: "none" | "gathering" | "due" | "behind" = "none";
  #hasHeard = false;
  #heardAtUs = -Infinity;
  /** End of the last turn. */
  #endedAtUs = -Infinity;
  #isRunning = false;
  #turn: NodeJS.Immediate | undefined;
  /** When all of them have a turn, unless one comes before. */
  #backAtUs = Infinity;
  #stopWaiting: StopTimer | undefined;

  constructor(ring: ChangeRing, clock: Clock) {
    this.#ring = ring;
    this.#clock = clock;
  }

  /** Order: before `start`. */
  add(runner: StageRunner): void {
    (runner.stage.kind === "live" ? this.#live : this.#derived).push(runner);
  }

  start(): void {
    this.#wakeAll();
  }

  stop(): void {
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#stopWaiting?.();
  }

  /** A transaction is in the ring: whom it does not pass gets a turn. */
  hear(released: Released): void {
    this.#hasHeard = true;
    let isForSomebody = false;
    for (const runner of this.#live) if (!runner.pass(released)) isForSomebody = true;
    for (const runner of this.#derived) runner.pass(released);
    if (isForSomebody) this.#wake();
    if (this.#derivedTurn !== "none") return;
    this.#derivedTurn = "gathering";
    this.#comeBack(this.#clock.elapsedUs() + GATHER_US);
  }

  /**
   * Has the turn that orders gather for at once: an answer from what is derived then shows what
   * its asker may know already. One that is behind gets nothing in front of the orders.
   */
  hasten(): void {
    const isOnItsWay = this.#derivedTurn === "gathering" || this.#derivedTurn === "due";
    // A stage that is told something may ask for what another one derives.
    if (!isOnItsWay || this.#isRunning) return;
    this.#derivedTurn = "due";
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#run();
  }

  #wake(): void {
    this.#turn ??= setImmediate(() => this.#run());
  }

  #wakeAll(): void {
    this.#derivedTurn = "due";
    this.#wake();
  }

  /** Gives all of them a turn then, or earlier. */
  #comeBack(atUs: number): void {
    if (atUs >= this.#backAtUs) return;
    this.#stopWaiting?.();
    this.#backAtUs = atUs;
    const delayMs = Math.max(1, Math.ceil((atUs - this.#clock.elapsedUs()) / 1_000));
    this.#stopWaiting = this.#clock.after(delayMs, () => {
      this.#backAtUs = Infinity;
      this.#wakeAll();
    });
  }

  /** One turn: each stage gets its share, of each kind the first one another one each time. */
  #run(): void {
    this.#turn = undefined;
    this.#isRunning = true;
    const isForAll = this.#derivedTurn === "due" || this.#derivedTurn === "behind";
    if (isForAll) this.#beginForAll();
    const runners = isForAll ? [...this.#live, ...this.#derived] : this.#live;
    const startUs = this.#clock.elapsedUs();
    const isBusy = this.#noteHeard(startUs);
    const sinceUs = Math.max(TURN_US.least, startUs - this.#endedAtUs);
    const turnUs = isBusy ? Math.min(TURN_US.busy, sinceUs) : TURN_US.quiet;
    let isMore = false;
    let wakeAtUs = Infinity;
    for (const [index, runner] of runners.entries()) {
      const deadlineUs = startUs + (turnUs * (index + 1)) / runners.length;
      const wish = this.#runOne(runner, deadlineUs, isBusy);
      if (wish.kind === "more") isMore = true;
      if (wish.kind === "at") wakeAtUs = Math.min(wakeAtUs, wish.atUs);
    }
    rotate(this.#live);
    if (isForAll) rotate(this.#derived);
    this.#forget();
    this.#isRunning = false;
    this.#endedAtUs = this.#clock.elapsedUs();
    if (isMore) {
      if (isForAll) this.#derivedTurn = "behind";
      this.#wake();
    } else if (wakeAtUs !== Infinity) this.#comeBack(wakeAtUs);
  }

  #beginForAll(): void {
    this.#derivedTurn = "none";
    this.#stopWaiting?.();
    this.#backAtUs = Infinity;
  }

  /** Returns whether orders come in. */
  #noteHeard(nowUs: number): boolean {
    if (this.#hasHeard) this.#heardAtUs = nowUs;
    this.#hasHeard = false;
    return nowUs - this.#heardAtUs < BUSY_US;
  }

  /** One transaction can take longer than a turn has: then the stage waits some turns out. */
  #runOne(runner: StageRunner, deadlineUs: number, isBusy: boolean): Wish {
    const startUs = this.#clock.elapsedUs();
    const wish = runner.run(deadlineUs);
    if (!isBusy) return wish;
    // One before it may have taken the time that was its own.
    const overrunUs = this.#clock.elapsedUs() - Math.max(startUs, deadlineUs);
    return overrunUs > OVERRUN.us ? runner.rest(overrunUs * OVERRUN.rest) : wish;
  }

  /** Lets the ring go up to where all have been that read it. */
  #forget(): void {
    let hadByAll = Infinity;
    for (const runners of [this.#live, this.#derived]) {
      for (const { state, sequence } of runners) {
        if (state === "live") hadByAll = Math.min(hadByAll, sequence);
      }
    }
    this.#ring.forget(hadByAll);
  }
}

function rotate(runners: StageRunner[]): void {
  const first = runners.shift();
  if (first !== undefined) runners.push(first);
}
