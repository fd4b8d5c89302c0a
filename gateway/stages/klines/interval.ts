// The lengths of bars (rules 6.2). Each divides a day, so that every bar starts at a whole multiple
// of its length since 1970 UTC, and no bar lies across midnight.

import { toTimeUs, type TimeUs } from "../../domain/units.ts";

export const INTERVALS = ["1s", "1m", "5m", "15m", "1h", "4h", "1d"] as const;
export type Interval = (typeof INTERVALS)[number];

const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;

export const intervalUs = {
  "1s": SECOND_US,
  "1m": MINUTE_US,
  "5m": 5 * MINUTE_US,
  "15m": 15 * MINUTE_US,
  "1h": HOUR_US,
  "4h": 4 * HOUR_US,
  "1d": DAY_US,
} as const satisfies Record<Interval, number>;

/** When the period that `timeUs` lies in begins. It ends, exclusively, one interval later. */
export function startOf(interval: Interval, timeUs: number): TimeUs {
  return toTimeUs(timeUs - (timeUs % intervalUs[interval]));
}

export function isInterval(text: string): text is Interval {
  return Object.hasOwn(intervalUs, text);
}
