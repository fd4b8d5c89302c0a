// A real browser, for tests of pages. Without one on the machine these are skipped by name.

import { type Browser, chromium } from "playwright-core";

const START_MS_MAX = 20_000;
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** One of the machine, else that of npm; `undefined` where neither runs. */
export async function findBrowser(): Promise<string | undefined> {
  for (const name of ["chromium", "google-chrome"]) {
    const path = Bun.which(name);
    if (path !== null) return path;
  }
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    const path = await packed.executablePath();
    return Bun.spawnSync([path, "--version"]).success ? path : undefined;
  } catch {
    // Not installed, or a library of the system is missing.
    return undefined;
  }
}

/** Each has a new directory of its own for its data. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS, timeout: START_MS_MAX });
}
