// Which colour a line or bar has: own ones a hue each, peers and floors grey or warm.

import type { Role } from "../rows.ts";

/** Colours of one role; later ones of a chart begin again. */
const TONES = 4;

/** The place among those of the same role: `tone-0` is the first. */
export function toneOf(all: readonly { readonly role: Role }[], index: number): string {
  const role = all[index]?.role;
  const before = all.slice(0, index).filter((each) => each.role === role).length;
  return `tone-${before % TONES}`;
}
