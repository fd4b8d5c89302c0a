// How far a stage is in the change log, and how far its store has that: what every stage shares
// that keeps its own state. A store is given one state at a time, when it has the one before.

/** Where a state outlives the process, as far as its sequence is concerned. */
export interface BookmarkedStore {
  /**
   * The sequence that the store would give back after a crash of the process now; 0 = none.
   *
   * Errors: throws when a save has failed, until the store is loaded again.
   */
  savedSequence(): number;
}

export class Bookmark {
  readonly #store: BookmarkedStore;
  readonly #save: (sequence: number) => void;
  #sequence = 0;
  /** Last sequence given to the store, and last one it said it had. */
  #sentSequence = 0;
  #savedSequence = 0;
  /** The store has said so, and was not loaded since. */
  #hasStoreFailed = false;

  /** `save` gives the store the state as of `sequence`; it never waits for a disk. */
  constructor(store: BookmarkedStore, save: (sequence: number) => void) {
    this.#store = store;
    this.#save = save;
  }

  /** The last transaction that is in the state. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Goes on from what the store has loaded, asked for what comes after `from`.
   *
   * Errors: throws when the store has lost what it said it had.
   */
  reopen(from: number, loadedSequence: number): void {
    if (loadedSequence < from) {
      const found = `only that of ${loadedSequence} found`;
      throw new Error(`state was kept up to sequence ${from}, and ${found}`);
    }
    this.#hasStoreFailed = false;
    this.#sequence = loadedSequence;
    this.#sentSequence = loadedSequence;
  }

  /** Begins behind `sequence` with a state that has nothing of what was before. */
  begin(sequence: number): void {
    this.#hasStoreFailed = false;
    this.#sequence = sequence;
    this.#sentSequence = 0;
  }

  /** Whether the state has it already: the store had got further than its last answer said. */
  has(sequence: number): boolean {
    return sequence <= this.#sequence;
  }

  /** The state has everything up to `sequence`. */
  reach(sequence: number): void {
    this.#sequence = sequence;
  }

  /**
   * Saves what is new when the store is idle. Returns what it has.
   *
   * Errors: throws, once, when the store has failed.
   */
  checkpoint(): number {
    if (this.#hasStoreFailed) return this.#savedSequence;
    try {
      this.#savedSequence = this.#store.savedSequence();
      const isIdle = this.#savedSequence >= this.#sentSequence;
      if (isIdle && this.#sequence > this.#sentSequence) {
        this.#sentSequence = this.#sequence;
        this.#save(this.#sequence);
      }
      this.#savedSequence = this.#store.savedSequence();
    } catch (error) {
      this.#hasStoreFailed = true;
      throw error;
    }
    return this.#savedSequence;
  }
}
