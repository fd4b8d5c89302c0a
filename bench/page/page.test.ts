// The page of a run in a real browser, opened from disk. Without a browser on the machine it is
// skipped by name.

import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { findBrowser, startBrowser } from "../../test/support/browser.ts";
import { compare } from "../comparison.ts";
import { madeUpResult } from "../made-up-result.ts";
import { toPage } from "./page.ts";

/** Screenshots, for people to look at. */
const ARTEFACTS = join(import.meta.dir, "../../test/artefacts");
const TEST_MS_MAX = 60_000;
const WIDTHS = { desktop: 1440, phone: 390 };

const executablePath = await findBrowser();
const isThere = executablePath !== undefined;
if (!isThere) process.stdout.write("no Chromium: the test of the bench page is skipped\n");
const directory = mkdtempSync(join(tmpdir(), "openbell-bench-page-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const before = madeUpResult({ seed: 1, date: "2026-01-01T00:00:00Z", factor: 1 });
const result = madeUpResult({ seed: 2, date: "2026-01-02T00:00:00Z", factor: 2 });
const html = toPage(result, compare(result, [before]));

test("the page of a run needs nothing but itself, and says what any text holds as it is", () => {
  expect(html).not.toMatch(/(src|href)=|@import|url\(/);
  expect(html).toContain("&lt;b&gt; &amp; &quot;peer&quot;");
  expect(html).not.toContain('<b> & "peer"');
});

/** Keeps what it looks like in both schemes. Errors: throws when it is wider than the window. */
async function keepScreenshots(page: Page): Promise<void> {
  mkdirSync(ARTEFACTS, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [name, width] of Object.entries(WIDTHS)) {
      await page.setViewportSize({ width, height: 900 });
      const path = join(ARTEFACTS, `bench-${name}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true });
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    }
  }
}

test.if(isThere)(
  "the page of a run draws plots and bars in a browser, wide and narrow",
  async () => {
    if (executablePath === undefined) return;
    const path = join(directory, "page.html");
    await Bun.write(path, html);
    const browser = await startBrowser(executablePath);
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => complaints.push(message.text()));
      page.on("request", (request) => {
        if (!request.url().startsWith("file:")) complaints.push(request.url());
      });
      await page.goto(pathToFileURL(path).href);
      expect(await page.locator(".plot .curve").count()).toBe(result.latencies.length);
      expect(await page.locator(".bars li").count()).toBe(4);
      const card = await page.locator(".cards figure").allInnerTexts();
      expect(card).toHaveLength(1);
      expect(card[0]).toMatch(/^HTTP\n\n.+\n\n\tp50\tp99\nvenue, none\t[\d.]+ µs\t/);
      expect(card[0]).toMatch(/venue, none, beside <b> & "peer": p50.1\.\d.×, p99.1\.\d.×\n/);
      // The floor is ten times as fast as the next.
      expect(await page.locator(".bar.beyond").count()).toBe(1);
      expect(await page.locator("h2").allInnerTexts()).toContain("Since the last run");
      expect(await page.locator("li.worse").count()).toBeGreaterThan(0);
      const plot = page.locator(".plot").first();
      await plot.hover();
      const readout = await page.locator(".readout").first().innerText();
      expect(readout).toMatch(/^9[\d.]+ %: venue, none [\d.]+ (µs|ms) · /);
      await keepScreenshots(page);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  TEST_MS_MAX,
);
