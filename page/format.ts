// Numbers and times as people read them.

import type { Health, StageLag } from "./messages.ts";

/** `64231.50` → `64,231.50`. */
export function group(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** With its sign, which for less than nothing is a minus as wide as a plus. */
export function signed(text: string): string {
  if (text.startsWith("-")) return `−${group(text.slice(1))}`;
  return /[1-9]/.test(text) ? `+${group(text)}` : group(text);
}

/** Without the zeros behind the last digit that says something. */
export function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Local time of day. */
export function timeOf(us: number): string {
  return new Date(us / 1_000).toLocaleTimeString("en-GB");
}

/** Which way a signed text points. */
export function directionOf(text: string): "up" | "down" | "flat" {
  if (text.startsWith("-")) return "down";
  return /[1-9]/.test(text) ? "up" : "flat";
}

/** How far the stage is behind that is furthest, in transactions and time. */
export function lagOf(stages: readonly StageLag[]): string {
  const lag = Math.max(0, ...stages.map((stage) => stage.lag_sequences));
  const ms = Math.max(0, ...stages.map((stage) => stage.lag_ms));
  return lag === 0 ? "0 behind" : `${group(`${lag}`)} behind, ${group(`${ms}`)} ms`;
}

/** The middle sync and the slowest of a hundred. */
export function syncTimesOf(journal: Health["journal"]): string {
  const { sync_p50_ms: p50, sync_p99_ms: p99 } = journal;
  return p50 === null || p99 === null ? "" : `sync ${p50} ms, p99 ${p99} ms`;
}
