// Seeded chance for the demo: the same seed gives the same orders.

/** A 32-bit generator of one word of state (a counter through a mixer). Not for secrets. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 up to, but without, 1. */
  unit(): number {
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, but without, `bound`. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** Exponentially distributed, never above 23 times its mean (32 bits have no smaller part). */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }

  /** About normal, mean 0, deviation 1, within ±6: the sum of twelve uniform draws. */
  normal(): number {
    let sum = -6;
    for (let draw = 0; draw < 12; draw += 1) sum += this.unit();
    return sum;
  }
}
