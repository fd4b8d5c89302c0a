/** Rewrites what a program can put right: generated files and formatting. */
import { join } from "node:path";
import { FORMATTED } from "./formatted.ts";

const ROOT = join(import.meta.dir, "..");
const COMMANDS = [
  { command: ["bun", "schemas/generate.ts"], directory: ROOT },
  { command: ["bun", "fmt", ...FORMATTED], directory: ROOT },
  { command: ["cargo", "fmt", "--all"], directory: join(ROOT, "core-addon") },
];

for (const { command, directory } of COMMANDS) {
  const child = Bun.spawn(command, { cwd: directory, stdio: ["ignore", "inherit", "inherit"] });
  if ((await child.exited) !== 0) process.exitCode = 1;
}
