// Fresh processes: each measurement starts one, pinned when the machine can, and reads the JSON
// object on its last line.

import { readdirSync, readFileSync } from "node:fs";

/** What a measuring process prints. */
export type Measured = Record<string, unknown>;

/** CPU that measuring processes are pinned to; the first is left to the kernel and the others. */
const MEASURED_CPU = "1";

const canPin = Bun.which("taskset") !== null && navigator.hardwareConcurrency > 1;

/** Where a process runs, for the table. */
export function placement(isPinned: boolean): string {
  return isPinned && canPin ? `CPU ${MEASURED_CPU}` : "any CPU";
}

export interface ProcessOptions {
  isPinned?: boolean;
  environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a command to its end.
 *
 * Errors: throws with its output when it fails or prints no JSON object.
 */
export async function measure(
  command: readonly string[],
  options: ProcessOptions = {},
): Promise<Measured> {
  const child = Bun.spawn(withPlacement(command, options.isPinned ?? false), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.environment },
  });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  if (exitCode !== 0 || !line.startsWith("{")) {
    throw new Error(`${command.join(" ")} ended with ${exitCode}\n${output}${errors}`);
  }
  return toMeasured(JSON.parse(line));
}

/** The command that starts it, with pinning. */
export function withPlacement(command: readonly string[], isPinned: boolean): string[] {
  return isPinned && canPin ? ["taskset", "-c", MEASURED_CPU, ...command] : [...command];
}

/** Puts a thread of a running process where `withPlacement` would have put it. */
export function moveThread(thread: number, isPinned: boolean): void {
  if (!canPin) return;
  const cpus = isPinned ? MEASURED_CPU : `0-${navigator.hardwareConcurrency - 1}`;
  Bun.spawnSync(["taskset", "-p", "-c", cpus, `${thread}`], { stdio: ["ignore", null, null] });
}

/** Processor time of each thread of a process so far. Units: ns. */
export function readThreadTimes(pid: number): Map<number, number> {
  const times = new Map<number, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
      times.set(Number(thread), Number(text.split(" ")[0]));
    } catch {
      // It has ended meanwhile.
    }
  }
  return times;
}

/** Errors: throws when it is no object. */
export function toMeasured(value: unknown): Measured {
  if (typeof value !== "object" || value === null) throw new Error("a process printed no object");
  return Object.fromEntries(Object.entries(value));
}

/** A number a process printed. */
export function numberOf(measured: Measured, key: string): number {
  const value = measured[key];
  if (typeof value !== "number")
    throw new Error(`${key} is missing in ${JSON.stringify(measured)}`);
  return value;
}

/** A text a process printed. */
export function textOf(measured: Measured, key: string): string {
  const value = measured[key];
  if (typeof value !== "string")
    throw new Error(`${key} is missing in ${JSON.stringify(measured)}`);
  return value;
}

/** A list of numbers a process printed. */
export function numbersOf(measured: Measured, key: string): number[] {
  const value = measured[key];
  if (!Array.isArray(value)) throw new Error(`${key} is missing in ${JSON.stringify(measured)}`);
  return value.map(Number);
}
