// Ids that were used of late, as many as a bound.

export class RecentIds {
  readonly #countMax: number;
  /** The newest, and as many before them at most: to drop one by one would cost more. */
  #newer = new Set<string>();
  #older: ReadonlySet<string> = new Set();

  /** Bounds: the last `countMax` at most, half of them at least. */
  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  has(id: string): boolean {
    return this.#newer.has(id) || this.#older.has(id);
  }

  /** Returns whether it is new. */
  add(id: string): boolean {
    if (this.has(id)) return false;
    if (this.#newer.size === this.#countMax / 2) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(id);
    return true;
  }
}
