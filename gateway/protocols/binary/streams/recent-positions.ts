// Where numbered streams were of late, at short distances and in memory alone: who was away for a
// moment is told from there what it missed, out of transactions that are in memory, too.

import type { GatePosition } from "../../../sessions/binary-streams.ts";

/** Sequences between two; so many reach back beyond the transactions in memory. */
const SPACING = 8_192;
const KEPT_MAX = 32;

export class RecentPositions {
  /** By the stream's id; oldest first. Bounds: `KEPT_MAX` each. */
  readonly #streams = new Map<number, GatePosition[]>();
  #sequence = 0;

  isDue(sequence: number): boolean {
    return sequence - this.#sequence >= SPACING;
  }

  /** Takes where all streams are at `sequence`. */
  note(positions: ReadonlyMap<number, GatePosition>, sequence: number): void {
    this.#sequence = sequence;
    for (const [id, position] of positions) {
      const kept = this.#streams.get(id) ?? [];
      // Nothing came since: the later one has less to execute.
      if (kept.at(-1)?.number === position.number) kept.pop();
      kept.push(position);
      if (kept.length > KEPT_MAX) kept.shift();
      this.#streams.set(id, kept);
    }
  }

  /** The last one in front of `number` that is known. */
  before(stream: number, number: number): GatePosition | undefined {
    return this.#streams.get(stream)?.findLast((each) => each.number < number);
  }

  remove(stream: number): void {
    this.#streams.delete(stream);
  }
}
