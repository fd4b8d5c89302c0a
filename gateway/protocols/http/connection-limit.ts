// Bun.serve neither counts connections nor refuses them. What can be done beside it: count the open
// descriptors of the process once a second, and while there are too many, answer every request with
// 503 and end its connection. Idle connections end by themselves (see server.ts).

import { readdirSync } from "node:fs";
import type { Clock, StopTimer } from "../../clock.ts";

/**
 * Linux and macOS. Elsewhere nothing is counted and the operating system's own limit stands alone.
 */
const DESCRIPTOR_DIRECTORY = "/dev/fd";
const COUNT_INTERVAL_MS = 1_000;

export class ConnectionLimit {
  readonly #connectionsMax: number;
  readonly #countDescriptors: () => number;
  /** Files that were open before there was a connection. */
  readonly #baseline: number;
  #count = 0;

  constructor(connectionsMax: number, countDescriptors: () => number = countOpenDescriptors) {
    this.#connectionsMax = connectionsMax;
    this.#countDescriptors = countDescriptors;
    this.#baseline = countDescriptors();
  }

  /** Open connections, give or take the files opened since the start; at most a second old. */
  get count(): number {
    return this.#count;
  }

  get isReached(): boolean {
    return this.#count >= this.#connectionsMax;
  }

  start(clock: Clock): StopTimer {
    return clock.every(COUNT_INTERVAL_MS, () => {
      this.#count = Math.max(0, this.#countDescriptors() - this.#baseline);
    });
  }
}

function countOpenDescriptors(): number {
  try {
    return readdirSync(DESCRIPTOR_DIRECTORY).length;
  } catch {
    // A full table is the one case in which listing it fails.
    return Number.MAX_SAFE_INTEGER;
  }
}
