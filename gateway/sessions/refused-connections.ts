// What the log says of connections that find no room: a flood of them is a line now and then.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";

/** Between two lines. */
const INTERVAL_US = 10_000_000;

export class RefusedConnections {
  readonly #event: string;
  readonly #log: Log;
  readonly #clock: Clock;
  #count = 0;
  #toldAtUs = -Infinity;

  /** `event`: of its lines. */
  constructor(event: string, log: Log, clock: Clock) {
    this.#event = event;
    this.#log = log;
    this.#clock = clock;
  }

  /** Tells of the first one at once, of later ones with how many there were since the last line. */
  note(address: string, ofAddress: number): void {
    this.#count += 1;
    const nowUs = this.#clock.elapsedUs();
    if (nowUs - this.#toldAtUs < INTERVAL_US) return;
    this.#log.warn(this.#event, { address, of_address: ofAddress, refused: this.#count });
    this.#toldAtUs = nowUs;
    this.#count = 0;
  }
}
