// How far a stage is that tells those who listen now, and who waits for it to get somewhere.

export class AppliedSequence {
  #sequence: number;
  /** By the sequence they wait for. */
  readonly #waiting = new Map<number, (() => void)[]>();

  /** `startedAfter`: the last sequence before the venue opened; nobody listened earlier. */
  constructor(startedAfter: number) {
    this.#sequence = startedAfter;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Goes on behind `from`; who waited is not called back any more. */
  restart(from: number): void {
    this.#sequence = from;
    this.#waiting.clear();
  }

  /**
   * Calls back when everything up to `sequence` has been told and nothing of what follows: at once,
   * or at the end of its transaction. What was true at `sequence` may be shown then, and who joins
   * in the callback misses nothing and gets nothing twice.
   */
  whenReached(sequence: number, callback: () => void): void {
    if (sequence <= this.#sequence) {
      callback();
      return;
    }
    const waiting = this.#waiting.get(sequence);
    if (waiting === undefined) this.#waiting.set(sequence, [callback]);
    else waiting.push(callback);
  }

  /** The transaction has been told. Order: one after the other. */
  reach(sequence: number): void {
    this.#sequence = sequence;
    const reached = this.#waiting.get(sequence);
    if (reached === undefined) return;
    this.#waiting.delete(sequence);
    for (const callback of reached) callback();
  }
}
