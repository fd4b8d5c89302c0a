// The price that the demo's makers quote around: it wanders and returns.

import type { Random } from "./random.ts";

/** Parts of the price per root of a second: about 1.2 % in an hour, were there no return. */
const WANDER = 0.000_2;
/**
 * Parts of the way back per second: half of it in forty minutes. Keeps the price within some 3 %.
 */
const RETURN = 1 / 3_600;
/** Furthest from the reference, as a logarithm: well within any band. */
const DISTANCE_MAX = 0.05;

/** A mean-reverting walk of the logarithm of a price. */
export class Anchor {
  readonly #reference: number;
  #distance: number;

  /** Begins at `last`, or at the reference when nothing has traded (0). Units: ticks. */
  constructor(reference: number, last: number) {
    this.#reference = reference;
    this.#distance = last === 0 ? 0 : clamp(Math.log(last / reference));
  }

  /** Units: ticks, with fraction. */
  get price(): number {
    return this.#reference * Math.exp(this.#distance);
  }

  move(seconds: number, random: Random): void {
    const step = WANDER * Math.sqrt(seconds) * random.normal();
    this.#distance = clamp(this.#distance * (1 - RETURN * seconds) + step);
  }
}

function clamp(distance: number): number {
  return Math.max(-DISTANCE_MAX, Math.min(DISTANCE_MAX, distance));
}
