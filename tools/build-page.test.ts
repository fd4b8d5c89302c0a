// What a browser loads of the live page, and how the venue serves it.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../gateway/protocols/http/rejects.ts";
import { pageRoutes } from "../gateway/protocols/http/routes/page.ts";
import { TokenBucket } from "../gateway/sessions/throttle.ts";
import { makeDirectory, removeDirectories } from "../test/support/venue-process.ts";
import { buildPage } from "./build-page.ts";

/** On a phone's connection that is about a second. */
const GZIPPED_BYTES_MAX = 150_000;
const NO_RATE = new TokenBucket({ perSecond: 1, burst: 1 });
const NOBODY = { account: 0, permissions: 0, keyId: "", requests: NO_RATE, cancels: NO_RATE };
let directory = "";

beforeAll(async () => {
  directory = makeDirectory();
  await buildPage(directory);
});

afterAll(removeDirectories);

test("the whole page is small", () => {
  const sizes = readdirSync(directory).map(
    (name) => Bun.gzipSync(readFileSync(join(directory, name))).length,
  );
  expect(sizes).toHaveLength(3);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(GZIPPED_BYTES_MAX);
});

test("names nothing to load from elsewhere", () => {
  const html = readFileSync(join(directory, "index.html"), "utf8");
  const loaded = [...html.matchAll(/<(?:script|link)[^>]* (?:src|href)="([^"]+)"/g)];
  const paths = loaded.map(([, path = ""]) => path).filter((path) => !path.startsWith("data:"));
  expect(paths).toEqual(["/page/page.css", "/page/main.js"]);
});

async function serveAll(from: string) {
  const raw = { caller: NOBODY, params: {}, query: {}, text: "" };
  return Promise.all(pageRoutes(from).map((route) => route.serve(raw)));
}

test("is served with a policy that allows no other origin", async () => {
  const answers = await serveAll(directory);
  expect(answers).toHaveLength(3);
  for (const answer of answers) {
    const headers = answer instanceof Response ? answer.headers : new Headers();
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toMatch(/http|unsafe/);
    expect(headers.get("content-type")).toContain("charset=utf-8");
  }
});

test("unbuilt, it is not found, and told how to build it", async () => {
  for (const answer of await serveAll(join(directory, "gone"))) {
    expect(answer).toBeInstanceOf(Refusal);
    const detail = answer instanceof Refusal ? answer.details.detail : "";
    expect(detail).toBe("The page is not built: run `npm run setup`");
  }
});
