// The machine sheet: what a figure cannot be read without.

import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** Where and with what a run was made. */
export interface Machine {
  commit: string;
  /** Files differ from the commit. */
  isModified: boolean;
  cpu: string;
  cpuCount: number;
  memoryGib: number;
  kernel: string;
  bun: string;
  rustc: string;
  node: string;
  java: string;
  cc: string;
  /** Of the directory that journals were written to. */
  fileSystem: string;
  hugePages: string;
}

export function readMachine(root: string, dataDirectory: string): Machine {
  const hugePages = "/sys/kernel/mm/transparent_hugepage/enabled";
  return {
    commit: output(["git", "-C", root, "rev-parse", "--short=12", "HEAD"]),
    isModified: output(["git", "-C", root, "status", "--porcelain", "-uno"]) !== "",
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cpuCount: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    bun: Bun.version,
    rustc: output(["rustc", "--version"]),
    node: output(["node", "--version"]),
    java: output(["java", "--version"]),
    cc: output(["cc", "--version"]),
    fileSystem: output(["stat", "-f", "-c", "%T", dataDirectory]),
    hugePages: /\[(\w+)\]/.exec(readText(hugePages))?.[1] ?? "unknown",
  };
}

/** The first line that a command prints; nothing when it prints none, `unknown` when it fails. */
function output(command: readonly string[]): string {
  try {
    const done = Bun.spawnSync([...command], { stdout: "pipe", stderr: "ignore" });
    if (done.exitCode !== 0) return "unknown";
    return done.stdout.toString().split("\n")[0]?.trim() ?? "";
  } catch {
    // A program that is not installed is not a reason to lose the figures.
    return "unknown";
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not every kernel has the file.
    return "";
  }
}
