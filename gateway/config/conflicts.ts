// Checks that join settings, and what they read: each problem says both values.

import type { Config } from "./settings.ts";

/** What does not fit together. */
export function findConflicts(config: Config): string[] {
  const problems: string[] = [];
  const check = (isMet: boolean, problem: string): void => {
    if (!isMet) problems.push(problem);
  };
  check(
    isLoopback(config.httpHost) || config.insecureListen,
    `http_host = ${config.httpHost} is not loopback: keys would travel in clear; ` +
      "put a TLS proxy in front and set insecure_listen = true, or use 127.0.0.1",
  );
  check(
    config.demoOrdersPerSecond === 0 || isLoopback(config.httpHost),
    `demo_orders_per_second = ${config.demoOrdersPerSecond} with http_host = ${config.httpHost}: ` +
      "the demo prints a key, so it listens on 127.0.0.1 only",
  );
  checkFix(config, check);
  const { binaryHost: host, binaryTlsCertificate: certificate, binaryTlsKey: key } = config;
  checkPort({ name: "binary", host, certificate, key }, config, check);
  check(
    config.journalSegmentBytes % 4_096 === 0,
    `journal_segment_bytes = ${config.journalSegmentBytes} must be a multiple of 4096, a disk page`,
  );
  check(
    config.requestsBurstPerKey >= config.requestsPerSecondPerKey,
    `requests_burst_per_key = ${config.requestsBurstPerKey} must be at least ` +
      `requests_per_second_per_key = ${config.requestsPerSecondPerKey}`,
  );
  check(
    config.cancelsBurstPerKey >= config.cancelsPerSecondPerKey,
    `cancels_burst_per_key = ${config.cancelsBurstPerKey} must be at least ` +
      `cancels_per_second_per_key = ${config.cancelsPerSecondPerKey}`,
  );
  check(
    config.requestsBurstPerAddress >= config.requestsPerSecondPerAddress,
    `requests_burst_per_address = ${config.requestsBurstPerAddress} must be at least ` +
      `requests_per_second_per_address = ${config.requestsPerSecondPerAddress}`,
  );
  return problems;
}

/** As `fix_comp_id` and those of clients may be. */
const COMP_ID = /^[A-Za-z0-9._-]{1,32}$/;

type Check = (isMet: boolean, problem: string) => void;

function checkFix(config: Config, check: Check): void {
  const { fixHost: host, fixTlsCertificate: certificate, fixTlsKey: key } = config;
  checkPort({ name: "fix", host, certificate, key }, config, check);
  check(
    COMP_ID.test(config.fixCompId),
    `fix_comp_id = ${config.fixCompId} must have 1 to 32 letters, digits, points, dashes`,
  );
  check(
    config.fixHeartbeatSecondsMin <= config.fixHeartbeatSecondsMax,
    `fix_heartbeat_seconds_min = ${config.fixHeartbeatSecondsMin} must be at most ` +
      `fix_heartbeat_seconds_max = ${config.fixHeartbeatSecondsMax}`,
  );
  check(
    config.fixSchedule === "" || readFixSchedule(config.fixSchedule) !== undefined,
    `fix_schedule = ${config.fixSchedule} must be as in \`daily 22:00 UTC\` or ` +
      "`weekly sun 17:00 America/New_York`",
  );
}

interface PortSettings {
  /** In front of its settings. */
  readonly name: string;
  readonly host: string;
  readonly certificate: string;
  readonly key: string;
}

/** A port that may speak TLS. */
function checkPort(port: PortSettings, config: Config, check: Check): void {
  const { name, host, certificate, key } = port;
  check(
    (certificate !== "") === (key !== ""),
    `${name}_tls_certificate and ${name}_tls_key belong together: set both or none`,
  );
  check(
    isLoopback(host) || certificate !== "" || config.insecureListen,
    `${name}_host = ${host} is not loopback: credentials would travel in clear; ` +
      `set ${name}_tls_certificate and ${name}_tls_key, or use 127.0.0.1`,
  );
  check(
    config.demoOrdersPerSecond === 0 || isLoopback(host),
    `demo_orders_per_second = ${config.demoOrdersPerSecond} with ${name}_host = ${host}: ` +
      "the demo prints a key, so it listens on 127.0.0.1 only",
  );
}

/** When FIX sessions begin anew. */
export interface FixSchedule {
  readonly every: "day" | "week";
  /** Seconds since midnight, or since Sunday's midnight, of the zone's own clock. */
  readonly startSecond: number;
  readonly timeZone: string;
}

const SCHEDULE =
  /^(?:daily|weekly (sun|mon|tue|wed|thu|fri|sat)) ([01][0-9]|2[0-3]):([0-5][0-9]) (\S+)$/;
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Reads `fix_schedule`; `undefined` when it is none. */
export function readFixSchedule(text: string): FixSchedule | undefined {
  const [, weekday, hour, minute, timeZone = ""] = SCHEDULE.exec(text) ?? [];
  if (hour === undefined || minute === undefined || !isTimeZone(timeZone)) return undefined;
  const day = weekday === undefined ? 0 : WEEKDAYS.indexOf(weekday);
  const startSecond = ((day * 24 + Number(hour)) * 60 + Number(minute)) * 60;
  return { every: weekday === undefined ? "day" : "week", startSecond, timeZone };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // It throws for a zone that nobody knows.
    return false;
  }
}

/** Whether a host name or address can only be reached from this machine. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.[0-9]{1,3}){3}$/.test(host);
}
