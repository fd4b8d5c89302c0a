/**
 * Builds the live page from page/ into page/dist/, which the gateway serves.
 *
 * Use: `bun tools/build-page.ts`; `npm run setup` does it when a source changed.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const PAGE = join(import.meta.dir, "../page");
/** What is served as it is written. */
const WRITTEN = ["index.html", "page.css"];

/** Bundles and copies. Errors: throws when a source does not parse or a package is missing. */
export async function buildPage(directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const built = await Bun.build({
    entrypoints: [join(PAGE, "main.ts")],
    outdir: directory,
    target: "browser",
    minify: true,
    define: { "process.env.NODE_ENV": '"production"' },
  });
  if (!built.success) throw new Error(built.logs.map(String).join("\n"));
  for (const name of WRITTEN) copyFileSync(join(PAGE, name), join(directory, name));
}

if (import.meta.main) await buildPage(join(PAGE, "dist"));
