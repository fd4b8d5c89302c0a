// What a load sends, in percent, and what is drawn for each request: the same seed draws the same.

import { Random } from "../../gateway/demo/random.ts";

/**
 * `limit` rests; `take` trades at once or ends; `cancel` and `replace` are of an open order of the
 * same session, and a `limit` in the place of those when it has none.
 */
export const REQUEST_KINDS = ["limit", "take", "cancel", "replace"] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** Shares in percent; they add up to 100. */
export type Mix = Readonly<Record<RequestKind, number>>;

export const MIX_DEFAULT: Mix = { limit: 45, take: 5, cancel: 40, replace: 10 };

/** Reads `limit=45,take=5,…`; kinds that it does not name have 0. Undefined: it is none. */
export function readMix(text: string): Mix | undefined {
  const mix = { limit: 0, take: 0, cancel: 0, replace: 0 };
  for (const part of text.split(",")) {
    const [name, share = ""] = part.split("=");
    const kind = REQUEST_KINDS.find((each) => each === name);
    if (kind === undefined || !/^\d{1,3}$/.test(share)) return undefined;
    mix[kind] = Number(share);
  }
  return REQUEST_KINDS.reduce((sum, kind) => sum + mix[kind], 0) === 100 ? mix : undefined;
}

/** Ticks between the middle and the farthest order that rests. */
export const LEVELS = 50;
/** Most lots of an order, as a multiple of the least. */
const SIZES = 5;
/** Draws that a stream is known by. */
const HASHED = 1_000;

/** What is drawn for a request, before it meets what is open. */
export interface Draw {
  readonly kind: RequestKind;
  readonly side: "buy" | "sell";
  /** From 1 to `LEVELS`: ticks from the middle. */
  readonly level: number;
  /** From 1: multiples of the least quantity. */
  readonly size: number;
  /** Which of the open orders, from 0 up to but without 1. */
  readonly target: number;
}

/** Draws without end. */
export class Draws {
  readonly #mix: Mix;
  readonly #random: Random;

  constructor(mix: Mix, seed: number) {
    this.#mix = mix;
    this.#random = new Random(seed);
  }

  next(): Draw {
    const random = this.#random;
    let place = random.unit() * 100;
    const kind = REQUEST_KINDS.find((each) => (place -= this.#mix[each]) < 0) ?? "limit";
    return {
      kind,
      side: random.below(2) === 0 ? "buy" : "sell",
      level: 1 + random.below(LEVELS),
      size: 1 + random.below(SIZES),
      target: random.unit(),
    };
  }

  /** Of the first draws of a mix and seed: equal streams have equal hashes. */
  static hashOf(mix: Mix, seed: number): string {
    const draws = new Draws(mix, seed);
    const first = Array.from({ length: HASHED }, () => Object.values(draws.next()).join(" "));
    return Bun.hash(first.join("\n")).toString(16);
  }
}
