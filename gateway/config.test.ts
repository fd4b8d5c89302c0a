import { describe, expect, test } from "bun:test";
import {
  ConfigError,
  loadConfig,
  PROFILES,
  readFixSchedule,
  SETTINGS,
  settingsTable,
  toLogFields,
} from "./config.ts";

interface Given {
  file?: string;
  environment?: Record<string, string>;
  flags?: Record<string, string>;
}

function load({ file, environment = {}, flags = {} }: Given = {}) {
  return loadConfig({
    file: file === undefined ? undefined : { path: "openbell.yaml", text: file },
    environment,
    flags: new Map(Object.entries(flags)),
  });
}

function problemOf(given: Given): string {
  try {
    load(given);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

test("without sources every setting has its default", () => {
  const config = load();
  expect(config.profile).toBe("default");
  expect(config.httpPort).toBe(8_080);
  expect(config.durability).toBe("fsync");
  expect(Object.isFrozen(config)).toBe(true);
});

test("flags win over environment, environment over file, file over profile", () => {
  const file = "profile: demo\nhttp_port: 1\nlog_level: warn\ndemo_seed: 7\n";
  const environment = { OPENBELL_HTTP_PORT: "2", OPENBELL_LOG_LEVEL: "error", PATH: "/bin" };
  const config = load({ file, environment, flags: { "http-port": "3" } });
  expect(config).toMatchObject({
    profile: "demo",
    httpPort: 3,
    logLevel: "error",
    demoSeed: 7,
    demoOrdersPerSecond: 200,
    dataDirectory: "data/demo",
  });
});

describe("a bad setting names itself, its source, the range and the reason", () => {
  test.each<[string, Given, string]>([
    [
      "too large",
      { flags: { "http-port": "65536" } },
      "http_port = 65536 (flag --http-port): must be 0 to 65535. 0 takes any free port",
    ],
    ["not whole", { file: "http_port: 80.5" }, "http_port = 80.5 (openbell.yaml): must be 0 to"],
    ["negative", { flags: { "http-port": "-1" } }, "http_port = -1 (flag --http-port): must be"],
    ["hexadecimal", { environment: { OPENBELL_HTTP_PORT: "0x50" } }, "environment OPENBELL_HTTP_"],
    ["no number", { file: "http_port: []" }, "http_port =  (openbell.yaml): must be 0 to 65535"],
    ["no switch", { file: "insecure_listen: yes please" }, "must be true or false"],
    ["no choice", { file: "durability: most" }, "must be one of none, os, fsync"],
    [
      "no text",
      { file: "data_directory: 5" },
      "data_directory = 5 (openbell.yaml): must be a text",
    ],
    ["unknown", { file: "htp_port: 80" }, "htp_port (openbell.yaml): no such setting"],
    [
      "unknown variable",
      { environment: { OPENBELL_X: "1" } },
      "x (environment OPENBELL_X): no such",
    ],
    ["of Object.prototype", { file: "constructor: 1" }, "constructor (openbell.yaml): no such"],
    [
      "an unknown profile",
      { flags: { profile: "prod" } },
      "must be one of default, demo, dev, test",
    ],
    ["broken YAML", { file: "a: [1" }, "openbell.yaml: not readable as YAML"],
    ["a YAML list", { file: "- 1" }, "0 (openbell.yaml): no such setting"],
  ])("%s", (_, given, message) => {
    expect(problemOf(given)).toContain(message);
  });
});

test("all problems are told at once, and a secret never", () => {
  const problem = problemOf({ file: "http_port: x\ndemo_seed: 0\nkey: [hidden]" });
  expect(problem.split("\n")).toHaveLength(3);
  expect(problem).toContain("key = … (openbell.yaml)");
  expect(problem).not.toContain("hidden");
});

test.each<[string, Record<string, string>, string]>([
  ["an open listener", { "http-host": "0.0.0.0" }, "http_host = 0.0.0.0 is not loopback"],
  [
    "a demo off loopback",
    { profile: "demo", "http-host": "10.0.0.1", "insecure-listen": "true" },
    "demo_orders_per_second = 200 with http_host = 10.0.0.1",
  ],
  ["a FIX listener in clear", { "fix-host": "0.0.0.0" }, "fix_host = 0.0.0.0 is not loopback"],
  [
    "a demo with FIX off loopback",
    { profile: "demo", "fix-host": "10.0.0.1", "fix-tls-certificate": "c", "fix-tls-key": "k" },
    "demo_orders_per_second = 200 with fix_host = 10.0.0.1",
  ],
  ["a binary listener in clear", { "binary-host": "::" }, "binary_host = :: is not loopback"],
  [
    "a demo with a binary port off loopback",
    { profile: "demo", "binary-host": "::", "binary-tls-certificate": "c", "binary-tls-key": "k" },
    "demo_orders_per_second = 200 with binary_host = ::",
  ],
  ["half a binary TLS pair", { "binary-tls-key": "key.pem" }, "binary_tls_key belong together"],
  ["half a TLS pair", { "fix-tls-key": "key.pem" }, "fix_tls_key belong together"],
  ["a CompID with a space", { "fix-comp-id": "OPEN BELL" }, "fix_comp_id = OPEN BELL"],
  ["heartbeats upside down", { "fix-heartbeat-seconds-min": "61" }, "at most fix_heartbeat_"],
  ["a schedule in no zone", { "fix-schedule": "daily 22:00 Mars/Olympus" }, "fix_schedule = "],
  ["a segment of half pages", { "journal-segment-bytes": "1050624" }, "a multiple of 4096"],
  ["a key's burst below its rate", { "requests-burst-per-key": "10" }, "requests_burst_per_key"],
  ["an address' burst", { "requests-burst-per-address": "10" }, "requests_burst_per_address"],
])("refuses %s", (_, flags, message) => {
  expect(problemOf({ flags })).toContain(message);
});

test("FIX off loopback has TLS, or is a decision of its own", () => {
  const tls = { "fix-tls-certificate": "chain.pem", "fix-tls-key": "key.pem" };
  for (const flags of [tls, { "insecure-listen": "true" }]) {
    expect(problemOf({ flags: { "fix-host": "0.0.0.0", ...flags } })).toBe("");
  }
});

test.each([
  ["daily 22:00 UTC", { every: "day", startSecond: 79_200, timeZone: "UTC" }],
  [
    "weekly sun 17:05 America/New_York",
    { every: "week", startSecond: 61_500, timeZone: "America/New_York" },
  ],
  ["weekly sat 00:00 UTC", { every: "week", startSecond: 518_400, timeZone: "UTC" }],
  ["daily 24:00 UTC", undefined],
  ["daily 22:00", undefined],
  ["weekly 22:00 UTC", undefined],
  ["", undefined],
] as const)("the FIX schedule %j is read", (text, schedule) => {
  expect(readFixSchedule(text)).toEqual(schedule);
});

test("an open listener is a decision of its own", () => {
  expect(load({ flags: { "http-host": "0.0.0.0", "insecure-listen": "true" } }).httpHost).toBe(
    "0.0.0.0",
  );
});

test("what is printed has every key and no secret", () => {
  const fields = toLogFields(load({ environment: { OPENBELL_KEY: "ob_1_secret" } }));
  expect(Object.keys(fields)).toEqual(["profile", ...Object.keys(SETTINGS)]);
  expect(fields["key"]).toBe("…");
  expect(toLogFields(load())["key"]).toBe("");
});

test.each(Object.keys(PROFILES))("profile %s is valid", (profile) => {
  expect(problemOf({ flags: { profile } })).toBe("");
});

test("defaults lie within their own bounds and every setting says why", () => {
  for (const setting of Object.values(SETTINGS)) {
    expect(setting.why).toMatch(/^\S.{10,}[^.]$/);
    if (setting.kind !== "integer") continue;
    expect(setting.default).toBeGreaterThanOrEqual(setting.min);
    expect(setting.default).toBeLessThanOrEqual(setting.max);
  }
});

test("the table has one row per key and no stray cell", () => {
  const rows = settingsTable().split("\n").slice(2);
  expect(rows).toHaveLength(Object.keys(SETTINGS).length);
  for (const row of rows) expect(row.split("|")).toHaveLength(6);
});
