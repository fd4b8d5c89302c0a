// First in, first out, without shifting an array: what is taken is forgotten in blocks.

/** Taken places that are dropped at once: large enough to be rare, small enough not to matter. */
const BLOCK_LENGTH = 1_024;

export class Queue<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  add(item: Item): void {
    this.#items.push(item);
  }

  /** Takes the oldest item. */
  take(): Item | undefined {
    const item = this.#items[this.#head];
    if (this.#head === this.#items.length) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head >= BLOCK_LENGTH && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes `count` items out of the middle, behind the `start` oldest. Cost: moves those behind. */
  cut(start: number, count: number): Item[] {
    const items = this.#items.splice(this.#head + start, count);
    // why: places at and behind the head hold items
    return items as Item[];
  }
}
