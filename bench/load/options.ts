// What a person asks the load for. Every word is checked before anything is sent.

import type { Address } from "./connection.ts";
import { type Mix, MIX_DEFAULT, readMix } from "./mix.ts";

export const PROTOCOLS = ["http", "fix", "binary"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** Most sessions of one process: beyond it the client costs more than the venue. */
const SESSIONS_MAX = 256;
const SECONDS_MAX = 3_600;
const RATE_MAX = 1_000_000;
const IN_FLIGHT_MAX = 1_024;
const SEED_MAX = 4_294_967_295;
const FIX_PORT = 9_878;
const BINARY_PORT = 9_880;

export interface LoadOptions {
  readonly protocol: Protocol;
  /** Of the HTTP door, which also tells instruments and takes the admin's calls. */
  readonly url: string;
  readonly fix: Address;
  readonly fixCompId: string;
  readonly binary: Address;
  /** Of an admin, who makes accounts for the load; empty when credentials are given. */
  readonly key: string;
  /** A file with a session's `<token> [<CompID>]` on each line; empty: the admin makes them. */
  readonly credentials: string;
  /** Empty: the first that is open. */
  readonly symbol: string;
  /** Requests per second of all sessions; 0: a closed loop. */
  readonly rate: number;
  /** Of each session of a closed loop. */
  readonly inFlight: number;
  readonly sessions: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly mix: Mix;
  readonly seed: number;
  /** Prometheus text of the venue; empty: hops are not asked for. */
  readonly metricsUrl: string;
  /** A file for the result; empty: none. */
  readonly json: string;
}

/** Told with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `Use: npm run load -- [--option value]…

  --url http://host:port     the venue (http://127.0.0.1:8080)
  --key ob_…                 an admin's: makes a funded account, a key and, over FIX, a session for
                             each session of the load, and revokes them at the end
  --data-directory path      of a venue on this machine: takes url and key from there
  --credentials file         sessions that exist: a line each, <token> [<CompID or name>]
  --protocol http|fix|binary (http)
  --fix host:port            FIX order entry (port 9878 of the same host); tls://host:port for TLS
  --binary host:port         the binary protocol (port 9880 of the same host); tls:// as above
  --fix-comp-id name         the venue's CompID (OPENBELL)
  --symbol name              (the first instrument that is open)
  --rate n                   open loop: n requests a second, each at its own time
  --in-flight n              closed loop: n requests of each session, the next at the answer (1)
  --sessions n               connections (4)
  --seconds n                what is measured (10)
  --warm-up-seconds n        what is not, before it (2)
  --mix limit=45,take=5,cancel=40,replace=10   in percent
  --seed n                   the same seed draws the same requests (1)
  --metrics-url url          tells the time of each hop, of a venue with hop_metrics
  --json file                writes the result with all steps of the histogram
`;

/** Reads `--name value` and `--name=value`. Errors: throws `UsageError`. */
export function readOptions(
  words: readonly string[],
  readVenueFile: (directory: string, name: string) => string,
): LoadOptions {
  const flags = readFlags(words);
  const directory = flags.get("data-directory");
  const local = (name: string): string =>
    directory === undefined ? "" : readVenueFile(directory, name);
  const text = (name: string, otherwise: string): string => flags.get(name) ?? otherwise;
  const integer = (name: string, otherwise: number, min: number, max: number): number => {
    const value = flags.get(name);
    if (value === undefined) return otherwise;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (number >= min && number <= max) return number;
    throw new UsageError(`--${name} ${value}: must be ${min} to ${max}`);
  };
  if (flags.has("rate") && flags.has("in-flight")) {
    throw new UsageError("--rate is an open loop and --in-flight a closed one: give one of them");
  }
  const url = readUrl(text("url", local("address") || "http://127.0.0.1:8080"));
  const options: LoadOptions = {
    protocol: readProtocol(text("protocol", "http")),
    url,
    fix: readAddress("fix", text("fix", `${new URL(url).hostname}:${FIX_PORT}`)),
    binary: readAddress("binary", text("binary", `${new URL(url).hostname}:${BINARY_PORT}`)),
    fixCompId: text("fix-comp-id", "OPENBELL"),
    credentials: text("credentials", ""),
    key: text("key", local("operator-key")),
    symbol: text("symbol", ""),
    rate: integer("rate", 0, 1, RATE_MAX),
    inFlight: integer("in-flight", 1, 1, IN_FLIGHT_MAX),
    sessions: integer("sessions", 4, 1, SESSIONS_MAX),
    seconds: integer("seconds", 10, 1, SECONDS_MAX),
    warmUpSeconds: integer("warm-up-seconds", 2, 0, SECONDS_MAX),
    mix: readMixFlag(flags.get("mix")),
    seed: integer("seed", 1, 0, SEED_MAX),
    metricsUrl: text("metrics-url", ""),
    json: text("json", ""),
  };
  if (options.key === "" && options.credentials === "") {
    throw new UsageError("give --key of an admin, --data-directory, or --credentials");
  }
  return options;
}

const NAMES: ReadonlySet<string> = new Set(
  [...USAGE.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name = ""]) => name),
);

function readFlags(words: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name = "", joined] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (!NAMES.has(name)) throw new UsageError(`${word} is no option`);
    if (flags.has(name)) throw new UsageError(`--${name} is given twice`);
    const value = joined ?? rest.shift();
    if (value === undefined) throw new UsageError(`--${name} needs a value`);
    flags.set(name, value);
  }
  return flags;
}

function readUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError(`--url ${text}: must be http:// or https://`);
  }
  return text.replace(/\/$/, "");
}

function readProtocol(text: string): Protocol {
  const protocol = PROTOCOLS.find((each) => each === text);
  if (protocol === undefined) {
    throw new UsageError(`--protocol ${text}: must be ${PROTOCOLS.join(", ")}`);
  }
  return protocol;
}

function readAddress(name: string, text: string): Address {
  const [, tls, hostname = "", port] = /^(tls:\/\/)?(.+):(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined) throw new UsageError(`--${name} ${text}: must be host:port`);
  return { hostname, port: Number(port), tls: tls !== undefined };
}

function readMixFlag(text: string | undefined): Mix {
  const mix = text === undefined ? MIX_DEFAULT : readMix(text);
  if (mix === undefined) {
    throw new UsageError(`--mix ${text}: must be shares of kinds that add up to 100`);
  }
  return mix;
}
