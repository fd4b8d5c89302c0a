// The live page in a real browser: the book moves, an order fills, and a venue that was killed is
// found again. Without a browser on the machine it is skipped by name.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { buildPage } from "../../tools/build-page.ts";
import { findBrowser, startBrowser } from "../support/browser.ts";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";

const ROOT = join(import.meta.dir, "../..");
/** Screenshots, for people to look at. */
const ARTEFACTS = join(ROOT, "test/artefacts");
const TEST_MS_MAX = 120_000;
const STEP_MS_MAX = 20_000;

const executablePath = await findBrowser();
const isThere = executablePath !== undefined;
if (!isThere) process.stdout.write("no Chromium: the tests of the live page are skipped\n");

let browser: Browser;
let page: Page;
let venue: VenueProcess;
const complaints: string[] = [];

function startDemo(dataDirectory: string, port = "0"): Promise<VenueProcess> {
  const flags = { "metrics-port": "0", "http-port": port };
  return VenueProcess.start({ profile: "demo", dataDirectory, flags });
}

function textOf(selector: string): Promise<string> {
  return page.locator(selector).innerText();
}

/** Resolves when an element says something else than `text`. */
function changed(selector: string, text: string): Promise<boolean> {
  return until(STEP_MS_MAX, `${selector} changes`, async () => (await textOf(selector)) !== text);
}

function says(selector: string, text: RegExp): Promise<string | undefined | false> {
  return until(STEP_MS_MAX, `${selector} says ${text}`, async () => {
    const seen = await textOf(selector);
    return text.test(seen) && seen;
  });
}

async function place(price: string, quantity: string): Promise<void> {
  await page.fill("#price", price);
  await page.fill("#quantity", quantity);
  await page.click("#place");
}

/** Keeps what the page looks like, wide and narrow, in both schemes. */
async function keepScreenshots(): Promise<void> {
  mkdirSync(ARTEFACTS, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const [name, width] of [...Object.entries({ desktop: 1440, laptop: 1280, phone: 390 })]) {
      await page.setViewportSize({ width, height: 900 });
      const path = join(ARTEFACTS, `page-${name}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: name === "phone" });
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(width);
    }
  }
}

beforeAll(async () => {
  if (executablePath === undefined) return;
  await buildPage(join(ROOT, "page/dist"));
  venue = await startDemo(makeDirectory());
  browser = await startBrowser(executablePath);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    const text = message.text();
    // The browser tells of each attempt that fails while the venue is away or starts.
    if (message.type() === "error" && !/ERR_|WebSocket|status of 503/.test(text))
      complaints.push(text);
  });
}, TEST_MS_MAX);

afterAll(async () => {
  await browser?.close();
  await venue?.kill();
  removeDirectories();
}, TEST_MS_MAX);

test.if(isThere)(
  "live page: shows all instruments, and their book moves",
  async () => {
    await page.goto(venue.url);
    await says("#bids", /\d/);
    await changed("#bids", await textOf("#bids"));
    await changed("#tape", await textOf("#tape"));
    await says("#last", /^[\d,]+\.\d\d$/);
    expect(await page.locator("#instruments button").count()).toBe(4);
    await says("#link", /^live$/);
    await says("#journal", /^ok$/);
    await says("#sync", /^sync [\d.]+ ms, p99 [\d.]+ ms$/);
    await says("#lag", /^[\d,]+ behind(, [\d,]+ ms)?$/);
    await page.getByRole("button", { name: "ETH-USDT" }).press("Enter");
    await says("#symbol", /^ETH-USDT$/);
    await says("#asks", /2,9\d\d|3,0\d\d/);
    await page.getByRole("button", { name: "BTC-USDT" }).press("Enter");
    await says("#symbol", /^BTC-USDT$/);
    expect(await page.locator("#chart canvas").count()).toBeGreaterThan(0);
  },
  TEST_MS_MAX,
);

test.if(isThere)(
  "live page: with a key orders are placed, filled, refused in words and cancelled",
  async () => {
    const token = /Bearer (ob_\w+)/.exec(venue.output)?.[1] ?? "";
    await page.fill("#key", "ob_1_2");
    await page.press("#key", "Enter");
    await says("#says", /\(1102 credentials_invalid\)$/);
    await page.fill("#key", token);
    await page.press("#key", "Enter");
    await says("#balances", /USDT\s+1,000,000/);
    expect(page.url()).not.toContain("ob_");

    await page.check("input[value=MARKET]");
    await page.fill("#quantity", "0.01");
    await page.click("#place");
    await says("#says", /^Order \d+: filled, filled 0\.01000 at \d\d,\d{3}\.\d+/);
    await says("#executions", /BTC-USDT\s+BUY/);
    await says("#balances", /BTC\s+10\.01/);

    await page.check("input[value=LIMIT]");
    await place("55000", "0.02");
    await says("#says", /: pending$/);
    await says("#orders", /55,000\.00\s+0\.02000/);
    await place("55000.001", "0.02");
    await says("#says", /\(3002 price_not_tick_multiple\)/);
    await place("", "0.02");
    await says("#says", /^Give a price above 0/);
    await page.getByRole("button", { name: /^Cancel BUY 0\.02000 BTC-USDT/ }).press("Enter");
    await says("#says", /: cancelled$/);
    await says("#orders-count", /^0$/);
  },
  TEST_MS_MAX,
);

test.if(isThere)(
  "live page: says that it is stale when the venue is killed, and comes back with it",
  async () => {
    await place("54000", "0.03");
    await says("#orders", /54,000\.00/);
    const { port } = new URL(venue.url);
    await venue.kill();
    await says("#stale", /^No connection to the venue, what you see is from \d\d:/);
    venue = await startDemo(venue.dataDirectory, port);
    await says("#link", /^live$/);
    expect(await textOf("#stale")).toBe("");
    await says("#orders", /54,000\.00/);
    await changed("#bids", await textOf("#bids"));
    await changed("#tape", await textOf("#tape"));
    await says("#executions", /BTC-USDT\s+BUY/);
    await keepScreenshots();
    expect(complaints).toEqual([]);
  },
  TEST_MS_MAX,
);
