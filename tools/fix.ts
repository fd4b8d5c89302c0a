/** Rewrites what a program can put right: generated files, long comments, formatting. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FORMATTED } from "./formatted.ts";
import { wrapComments } from "./wrap-comments.ts";

const ROOT = join(import.meta.dir, "..");
const COMMANDS = [
  { command: [process.execPath, "schemas/generate.ts"], directory: ROOT },
  { command: [process.execPath, "fmt", ...FORMATTED], directory: ROOT },
  { command: ["cargo", "fmt", "--all"], directory: join(ROOT, "core-addon") },
];
const COMMENTED = "{bench,core-addon,gateway,schemas,test,tools}/**/*.{ts,mjs,rs}";

for (const path of new Bun.Glob(COMMENTED).scanSync({ cwd: ROOT })) {
  if (/(^|\/)(target|generated)\//.test(path)) continue;
  const text = readFileSync(join(ROOT, path), "utf8");
  const wrapped = wrapComments(text);
  if (wrapped !== text) writeFileSync(join(ROOT, path), wrapped);
}

for (const { command, directory } of COMMANDS) {
  const child = Bun.spawn(command, { cwd: directory, stdio: ["ignore", "inherit", "inherit"] });
  if ((await child.exited) !== 0) process.exitCode = 1;
}
