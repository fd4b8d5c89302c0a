// Messages that came before their turn, because some before them are missing, and what was asked
// for. The missing ones are asked for once; these wait.

/** What waits at a number: the bytes of a message, or a message that had its effect already. */
export type Early = Buffer | "done";

/** Bounds: a client that is 10,000 messages or 4 MB ahead cannot be waited for. */
const MESSAGES_MAX = 10_000;
const BYTES_MAX = 4 * 1_024 * 1_024;

export class EarlyMessages {
  readonly #bySequence = new Map<number, Early>();
  #bytes = 0;
  /** Highest missing number of the gap that was asked for; 0: none was. */
  #askedTo = 0;

  /** Copies a message. Returns false when there are too many. */
  add(sequence: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.#bySequence.has(sequence)) return true;
    const isFull = this.#bySequence.size >= MESSAGES_MAX || this.#bytes + (end - start) > BYTES_MAX;
    if (isFull) return false;
    this.#bySequence.set(sequence, Buffer.from(bytes.subarray(start, end)));
    this.#bytes += end - start;
    return true;
  }

  /** The message of this number needs nothing more when its turn comes. As `add`. */
  markDone(sequence: number): boolean {
    this.#remove(sequence);
    if (this.#bySequence.size >= MESSAGES_MAX) return false;
    this.#bySequence.set(sequence, "done");
    return true;
  }

  take(sequence: number): Early | undefined {
    if (this.#bySequence.size === 0) return undefined;
    return this.#remove(sequence);
  }

  /**
   * Notes that a message `early` came while `expected` is. Returns whether to ask for the missing.
   *
   * A gap that was asked for is not asked for again, until the resend itself leaves one out: then
   * what is missing of it is a new gap.
   */
  mustAsk(expected: number, early: number, isPossDup: boolean): boolean {
    const isAsked = this.#askedTo >= expected;
    if (isAsked && !(isPossDup && early <= this.#askedTo)) return false;
    this.#askedTo = early - 1;
    return true;
  }

  /** Numbers below `expected` are settled. */
  settle(expected: number): void {
    if (this.#bySequence.size === 0) return;
    for (const sequence of this.#bySequence.keys()) {
      if (sequence < expected) this.#remove(sequence);
    }
  }

  clear(): void {
    this.#bySequence.clear();
    this.#bytes = 0;
    this.#askedTo = 0;
  }

  #remove(sequence: number): Early | undefined {
    const early = this.#bySequence.get(sequence);
    if (early === undefined) return undefined;
    this.#bySequence.delete(sequence);
    if (early !== "done") this.#bytes -= early.length;
    return early;
  }
}
