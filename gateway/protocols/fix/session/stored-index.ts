// Where the kept messages of one store lie: number, offset and length, in the order they were sent.

const FIRST_CAPACITY = 16;

/** Ascending by number; the oldest go first. */
export class StoredIndex {
  #sequences = new Float64Array(FIRST_CAPACITY);
  #offsets = new Float64Array(FIRST_CAPACITY);
  #lengths = new Int32Array(FIRST_CAPACITY);
  #first = 0;
  #end = 0;

  get count(): number {
    return this.#end - this.#first;
  }

  /** Bounds: `sequence` is above all others. */
  add(sequence: number, offset: number, length: number): void {
    if (this.#end === this.#sequences.length) this.#makeRoom();
    this.#sequences[this.#end] = sequence;
    this.#offsets[this.#end] = offset;
    this.#lengths[this.#end] = length;
    this.#end += 1;
  }

  /** Position of the first message of this number or above; `count` when there is none. */
  find(sequence: number): number {
    let [low, high] = [this.#first, this.#end];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sequences[middle] ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low - this.#first;
  }

  sequenceAt(position: number): number {
    return this.#sequences[this.#first + position] ?? 0;
  }

  offsetAt(position: number): number {
    return this.#offsets[this.#first + position] ?? 0;
  }

  lengthAt(position: number): number {
    return this.#lengths[this.#first + position] ?? 0;
  }

  /** Forgets the oldest `count` messages. */
  drop(count: number): void {
    this.#first += Math.min(count, this.count);
  }

  clear(): void {
    this.#first = 0;
    this.#end = 0;
  }

  /** Moves to the front when half is free there, else doubles. */
  #makeRoom(): void {
    const { count } = this;
    const capacity = this.#sequences.length;
    const isHalfFree = this.#first >= capacity / 2;
    const grow = <Numbers extends Float64Array | Int32Array>(
      from: Numbers,
      to: Numbers,
    ): Numbers => {
      to.set(from.subarray(this.#first, this.#end));
      return to;
    };
    const wanted = isHalfFree ? capacity : capacity * 2;
    this.#sequences = grow(this.#sequences, new Float64Array(wanted));
    this.#offsets = grow(this.#offsets, new Float64Array(wanted));
    this.#lengths = grow(this.#lengths, new Int32Array(wanted));
    this.#first = 0;
    this.#end = count;
  }
}
