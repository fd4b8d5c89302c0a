// Numbers (34) of the requests of a session that came and are not done.

/** Numbers looked at behind the oldest before all are: administrative messages lie between. */
const LOOKS_MAX = 64;

/** Bounds: as many as the core takes ahead. Cost: no walk while they are done in their order. */
export class OpenRequests {
  readonly #open = new Set<number>();
  #oldest = Infinity;

  /** Lowest number that is not done; Infinity: all are. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Returns whether it is the oldest now. */
  begin(sequence: number): boolean {
    this.#open.add(sequence);
    if (sequence >= this.#oldest) return false;
    this.#oldest = sequence;
    return true;
  }

  /** Returns whether another one is the oldest now, or none. */
  end(sequence: number): boolean {
    this.#open.delete(sequence);
    if (sequence !== this.#oldest) return false;
    this.#oldest = this.#findOldest(sequence);
    return true;
  }

  #findOldest(after: number): number {
    const open = this.#open;
    if (open.size === 0) return Infinity;
    for (let next = after + 1; next <= after + LOOKS_MAX; next += 1) {
      if (open.has(next)) return next;
    }
    let oldest = Infinity;
    for (const sequence of open) oldest = Math.min(oldest, sequence);
    return oldest;
  }
}
