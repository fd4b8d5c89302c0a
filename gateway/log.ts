// Structured log lines: `time=… level=… event=… key=value …`, one format for people and programs.
// Ids keep one name everywhere (`order_id=17`), so that one grep follows an order end to end.

import { writeSync } from "node:fs";
import type { Clock } from "./clock.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Keys are snake_case. `undefined` leaves the key out. */
export type LogFields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** Returns how many bytes it took: fewer than given means the reader is behind. */
export type LogSink = (bytes: Uint8Array) => number;

/** Lines that may wait for a slow reader: 1 to 2 MB. More are dropped and counted. */
const WAITING_LINES_MAX = 10_000;
/** Pause before a full pipe is tried again, in milliseconds. */
const RETRY_MS = 10;

/** Writes events at or above a level. A slow reader of the log costs lines, never time. */
export class Log {
  readonly #levelIndex: number;
  readonly #clock: Clock;
  readonly #sink: LogSink;
  #waiting: string[] = [];
  /** What the sink has not taken of the last write. */
  #rest: Buffer = Buffer.alloc(0);
  #isScheduled = false;
  #dropped = 0;

  constructor(level: LogLevel, clock: Clock, sink: LogSink = writeToStandardError) {
    this.#levelIndex = LOG_LEVELS.indexOf(level);
    this.#clock = clock;
    this.#sink = sink;
  }

  /** Whether lines of this level are written: asked where their fields cost something. */
  writes(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.#levelIndex;
  }

  debug(event: string, fields: LogFields = {}): void {
    this.#add("debug", event, fields);
  }

  info(event: string, fields: LogFields = {}): void {
    this.#add("info", event, fields);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.#add("warn", event, fields);
  }

  error(event: string, fields: LogFields = {}): void {
    this.#add("error", event, fields);
  }

  /** Writes what waits, as far as the sink takes it. Called once a turn, and before exit. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#dropped > 0) {
      const fields = { lines: this.#dropped };
      this.#waiting.push(formatLine(this.#clock.nowUs(), "warn", "log_lines_dropped", fields));
      this.#dropped = 0;
    }
    this.#write(this.#rest);
    // New lines stay counted by the bound while the reader still owes the last ones.
    if (this.#rest.length === 0) {
      const lines = this.#waiting.join("");
      this.#waiting = [];
      this.#write(Buffer.from(lines));
    }
    if (this.#rest.length > 0) this.#schedule(RETRY_MS);
  }

  #write(bytes: Buffer): void {
    this.#rest = bytes.length === 0 ? bytes : bytes.subarray(this.#sink(bytes));
  }

  #add(level: LogLevel, event: string, fields: LogFields): void {
    if (!this.writes(level)) return;
    if (this.#waiting.length >= WAITING_LINES_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(formatLine(this.#clock.nowUs(), level, event, fields));
    this.#schedule(0);
  }

  #schedule(delayMs: number): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.after(delayMs, () => this.flush());
  }
}

/** What a line says of a defect. */
export function toStack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : `${error}`;
}

/** Controls that JSON leaves as they are, and a terminal may obey. */
const CONTROLS = /[\x7f-\x9f]/g;

/** One line, ended by a line feed. Texts with spaces, quotes or controls are JSON strings. */
export function formatLine(
  timeUs: number,
  level: LogLevel,
  event: string,
  fields: LogFields,
): string {
  const time = new Date(Math.floor(timeUs / 1_000)).toISOString().slice(0, -1);
  const micros = String(timeUs % 1_000).padStart(3, "0");
  let line = `time=${time}${micros}Z level=${level} event=${event}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${key}=${formatValue(value)}`;
  }
  return `${line}\n`;
}

function formatValue(value: string | number | bigint | boolean): string {
  if (typeof value !== "string") return String(value);
  return /^[\x21\x23-\x3c\x3e-\x7e]+$/.test(value) ? value : toJsonText(value);
}

function toJsonText(value: string): string {
  return JSON.stringify(value).replace(CONTROLS, (control) => {
    return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function writeToStandardError(bytes: Uint8Array): number {
  try {
    return writeSync(2, bytes);
  } catch (error) {
    // A full pipe takes nothing for now; a closed one never will again.
    return error instanceof Error && "code" in error && error.code === "EAGAIN" ? 0 : bytes.length;
  }
}
