// Programs of others, fetched and compiled below .toolchain: once, again when their sources change.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";

const BUILT = join(import.meta.dir, "../../.toolchain/engines");

/** Where it is built. */
export function builtAt(name: string): string {
  return join(BUILT, name);
}

/** Builds what lies in the folder `sources`, unless that was done for what it holds now. */
export async function buildOnce(
  name: string,
  sources: readonly string[],
  build: (target: string) => Promise<void>,
): Promise<void> {
  const target = builtAt(name);
  const hasher = new Bun.CryptoHasher("sha256");
  for (const path of sources) hasher.update(readFileSync(path));
  const stamp = join(target, ".stamp");
  const wanted = hasher.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  mkdirSync(target, { recursive: true });
  await build(target);
  writeFileSync(stamp, wanted);
}

/** The files below a folder, in order. */
export function filesBelow(folder: string): string[] {
  return [...new Glob("**/*").scanSync(folder)].sort().map((path) => join(folder, path));
}

/** Errors: throws with its output when it fails. */
export async function run(command: readonly string[], directory: string): Promise<string> {
  const child = Bun.spawn([...command], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(`${command.join(" ")} ended with ${exitCode}:\n${errors}`);
  return output;
}
