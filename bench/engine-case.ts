// One engine on one stream, and the charts in which engines stand beside each other.

import type { Bench } from "./bench.ts";
import type { Measured } from "./processes.ts";
import type { Stand } from "./rows.ts";

/** A program, what it is told, and the name of its rows. */
export interface EngineCase {
  readonly layer: "book" | "core" | "peer";
  readonly name: string;
  readonly command: (bench: Bench, isFirst: boolean) => string[];
  readonly isPinned: boolean;
  /** Part of a quick run, too. */
  readonly isMain: boolean;
  /** A peer has the same stream: a ratio is quoted. */
  readonly hasPeer: boolean;
  readonly stand: Stand;
  /**
   * The hash of what a process found, where it tells none itself. Errors: throws when it is not
   * what it must be.
   */
  readonly hashOf?: (measured: Measured) => string;
}

/** The chart of commands that come from JavaScript. */
export const BORDER_CHART = "Border: commands from JavaScript, anchor stream";

/** The chart of the matcher alone on the anchor stream. */
export function bookChart(instruments: number): string {
  return `Book on the anchor stream, ${toInstruments(instruments)}`;
}

/** The chart of the whole core on the anchor stream. */
export function coreChart(instruments: number): string {
  return `Core on the anchor stream, ${toInstruments(instruments)}`;
}

function toInstruments(count: number): string {
  return `${count} instrument${count === 1 ? "" : "s"}`;
}
