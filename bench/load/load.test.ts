// The load as a process, against a venue as a process: what people run.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  makeDirectory,
  removeDirectories,
  VenueProcess,
} from "../../test/support/venue-process.ts";
import { toMeasured } from "../processes.ts";
import type { LoadResult } from "./report.ts";

const LOAD = join(import.meta.dir, "../load.ts");
const TEST_MS_MAX = 90_000;
const PERMISSIONS = { permissions: ["read", "trade"] };

let venue: VenueProcess;
let metricsUrl = "";
const directory = makeDirectory();

async function call(method: string, path: string, body?: object) {
  const response = await venue.fetch(method, `/api/v1${path}`, body);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${text}`);
  return toMeasured(JSON.parse(text === "" ? "{}" : text));
}

beforeAll(async () => {
  const rate = "1000000";
  const flags = {
    ...{ durability: "os", "hop-metrics": "true", "log-level": "error" },
    ...{ "requests-per-second-per-key": rate, "requests-burst-per-key": rate },
  };
  venue = await VenueProcess.start({ dataDirectory: directory, flags });
  metricsUrl = /Metrics +(\S+)/.exec(venue.output)?.[1] ?? "";
  for (const code of ["BASE", "QUOTE"]) {
    await call("POST", "/admin/currencies", { code, scale: 8 });
  }
  for (const symbol of ["HALTED", "BASE-QUOTE"]) {
    await call("POST", "/admin/instruments", {
      ...{ symbol, base_currency: "BASE", quote_currency: "QUOTE" },
      ...{ tick_size: "0.01", lot_size: "0.00001" },
    });
  }
  await call("PUT", "/admin/instruments/BASE-QUOTE/state", { state: "open" });
}, TEST_MS_MAX);

afterAll(async () => {
  await venue.kill();
  removeDirectories();
}, TEST_MS_MAX);

interface Ended {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

async function load(...words: readonly string[]): Promise<Ended> {
  const child = Bun.spawn([process.execPath, LOAD, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, output, errors };
}

const HOPS = ["received_to_submitted", "submitted_to_durable", "durable_to_written"];
/** Of that mix with that seed. */
const STREAM_HASH = "44a77008f2f1336a";
const SHORT = ["--seconds=1", "--warm-up-seconds=0", "--sessions=3", "--seed=7"];

/** Runs a load that must succeed. Returns what it printed, and its result. */
async function measure(protocol: string, ...words: readonly string[]) {
  const json = join(directory, `${protocol}.json`);
  const { exitCode, output, errors } = await load(
    ...[`--data-directory=${directory}`, `--protocol=${protocol}`, `--json=${json}`],
    ...[`--fix=127.0.0.1:${venue.fixPort}`, `--binary=127.0.0.1:${venue.binaryPort}`],
    ...[...SHORT, ...words],
  );
  if (exitCode !== 0) throw new Error(`load ended with ${exitCode}: ${errors}`);
  // why: the file holds what toResult made
  return { output, result: JSON.parse(readFileSync(json, "utf8")) as LoadResult };
}

test.each(["http", "fix", "binary"])(
  "over %s an open loop sends what was due, counts it and tells each hop",
  async (protocol) => {
    const { output, result } = await measure(
      ...[protocol, "--rate=200", "--mix=limit=50,cancel=40,replace=10"],
      `--metrics-url=${metricsUrl}`,
    );
    expect(result).toMatchObject({
      ...{ protocol, symbol: "BASE-QUOTE", loop: "open", rate: 200, seed: 7, sessions: 3 },
      ...{ unanswered: 0, unsent: 0, refusals: {}, answersPerSecond: 200 },
    });
    const { all, ...kinds } = result.latencies;
    expect(all?.count).toBe(200);
    const counts = Object.values(kinds).map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(Object.keys(kinds)).toEqual(["limit", "cancel", "replace"]);
    const hops = result.hops.map(({ name, count }) => [name, count]);
    expect(hops).toEqual(HOPS.map((name) => [name, 200]));
    expect(output).toContain(`${protocol}, BASE-QUOTE, open loop, 200 requests/s, 3 sessions`);
    expect(output).toMatch(/^submitted_to_durable +200 /m);
    process.stdout.write(`load over ${protocol}, seed 7: stream ${result.streamHash}\n`);
    expect(result.streamHash).toBe(STREAM_HASH);
  },
  TEST_MS_MAX,
);

test.each(["http", "fix", "binary"])(
  "over %s a closed loop leaves nothing behind but accounts without orders",
  async (protocol) => {
    const words = protocol === "http" ? [] : ["--in-flight=8"];
    const { result } = await measure(protocol, ...words, "--mix=limit=70,take=10,cancel=20");
    expect(result.loop).toBe("closed");
    // An order that another session took is not there to be cancelled.
    const taken = /^(order_already_final|Order is filled cancelled rejected or expired)$/;
    expect(Object.keys(result.refusals).filter((name) => !taken.test(name))).toEqual([]);
    expect(result.latencies["all"]?.count).toBeGreaterThan(50);
    expect(await call("GET", "/admin/fix-sessions")).toMatchObject({ fix_sessions: [] });
    const market = await call("GET", "/data/market/BASE-QUOTE?depth=5");
    expect(market).toMatchObject({ bids: [], asks: [] });
    const { keys } = await call("GET", "/admin/keys?limit=1000");
    const labels = Array.isArray(keys) ? keys.map((key) => toMeasured(key)) : [];
    const left = labels.filter(
      ({ label, revoked_at_us: revoked }) => /^load-/.test(String(label)) && revoked === null,
    );
    expect(left).toEqual([]);
  },
  TEST_MS_MAX,
);

test(
  "a session that exists is used as it is; what its account may not do is refused by name",
  async () => {
    const account = await call("POST", "/admin/accounts", { name: "poor" });
    const grant = { account: account["id"], ...PERMISSIONS, label: "poor" };
    const { token } = await call("POST", "/admin/keys", grant);
    const credentials = join(directory, "credentials");
    await Bun.write(credentials, `${String(token)} POOR\n`);
    const words = [`--url=${venue.url}`, `--credentials=${credentials}`, "--seconds=1"];
    const { exitCode, output } = await load(...words, "--sessions=1", "--mix=limit=100");
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^refused: available_balance_insufficient \d+$/m);
    const few = await load(...words, "--sessions=2");
    expect(few.errors).toContain("has 1 lines for 2 sessions");
    expect(few.exitCode).toBe(2);
  },
  TEST_MS_MAX,
);

test.each<[string, string[], number, string]>([
  ["nobody to be", [], 2, "load: give --key of an admin, --data-directory, or --credentials"],
  ["no venue", ["--key=ob_1_2", "--url=http://127.0.0.1:1"], 3, "no venue answers"],
  ["a key of nobody", ["--key=ob_1_2"], 1, "credentials_invalid"],
  ["a symbol that is not there", ["--symbol=X"], 1, "the venue has no open instrument X"],
  ["no FIX there", ["--protocol=fix", "--fix=127.0.0.1:1", "--seconds=1"], 1, "load: "],
])(
  "%s is told in a line",
  async (_, words, code, message) => {
    const own = words.some((word) => word.startsWith("--url")) ? [] : [`--url=${venue.url}`];
    const isKnown = words.length === 0 || words.some((word) => word.startsWith("--key"));
    const who = isKnown ? [] : [`--key=${venue.operatorKey}`];
    const { exitCode, errors } = await load(...own, ...who, ...words);
    expect(errors).toContain(message);
    expect(exitCode).toBe(code);
  },
  TEST_MS_MAX,
);
