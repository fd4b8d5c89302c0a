// Sends at a fixed rate whatever comes back: orders that find nobody and end at once. A sample runs
// from when its order was due, so a venue that stalls is not spared those that came meanwhile.

import { Queue } from "../gateway/core/queue.ts";
import { TimeInForce } from "../gateway/domain/order.ts";
import { PLACE } from "./closed-loop.ts";
import type { Door } from "./core-doors.ts";
import { LatencyHistogram } from "./histogram.ts";

/** Orders leave together at each tick; they count as due when they would have left alone. */
const TICK_MS = 1;

export class OpenLoop {
  readonly histogram = new LatencyHistogram();
  isMeasuring = false;
  readonly #intervalNs: number;
  #nextDueNs = 0;
  /** When those that are not acknowledged were due, oldest first. */
  readonly #due = new Queue<number>();
  #timer: Timer | undefined;

  constructor(perSecond: number) {
    this.#intervalNs = 1e9 / perSecond;
  }

  start(door: Door): void {
    this.#nextDueNs = Bun.nanoseconds();
    this.#timer = setInterval(() => this.#sendDue(door), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  acknowledge(code: number): void {
    if (code !== 0) throw new Error(`an order was refused with code ${code}`);
    const dueNs = this.#due.take();
    if (dueNs === undefined) throw new Error("an answer came that nobody waited for");
    if (this.isMeasuring) this.histogram.add(Bun.nanoseconds() - dueNs);
  }

  #sendDue(door: Door): void {
    const nowNs = Bun.nanoseconds();
    for (; this.#nextDueNs <= nowNs; this.#nextDueNs += this.#intervalNs) {
      this.#due.add(this.#nextDueNs);
      door.add({ ...PLACE, timeInForce: TimeInForce.ioc });
    }
  }
}
