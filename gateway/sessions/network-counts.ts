// How many connections each network has: of IPv6 one customer has 2^64 addresses.

import { toNetwork } from "./throttle.ts";

/** Bounds: one entry for each network that is connected. */
export class NetworkCounts {
  readonly #counts = new Map<string, number>();

  /** Of the network of `address`. */
  of(address: string): number {
    return this.#counts.get(toNetwork(address)) ?? 0;
  }

  add(address: string): void {
    this.#counts.set(toNetwork(address), this.of(address) + 1);
  }

  /** Order: once after each `add`. */
  remove(address: string): void {
    const network = toNetwork(address);
    const left = (this.#counts.get(network) ?? 1) - 1;
    if (left === 0) this.#counts.delete(network);
    else this.#counts.set(network, left);
  }
}
