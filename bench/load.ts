/**
 * Puts a load on a venue that runs, over HTTP, FIX or the binary protocol, and
 * prints what its answers took.
 *
 * Use: `npm run load -- --key ob_…`; all options with `--help`, and docs/load.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommandFailure } from "../gateway/commands/venue-client.ts";
import { BinaryDoor } from "./load/binary-door.ts";
import type { Address, Door } from "./load/connection.ts";
import { openSessions } from "./load/credentials.ts";
import { type Driven, Driver } from "./load/drive.ts";
import { FixDoor } from "./load/fix-door.ts";
import { type Hop, hopsBetween, readHops } from "./load/hops.ts";
import { HttpDoor } from "./load/http-door.ts";
import { Market } from "./load/market.ts";
import { Draws } from "./load/mix.ts";
import { type LoadOptions, readOptions, USAGE, UsageError } from "./load/options.ts";
import { type LoadResult, toResult, toText } from "./load/report.ts";
import { Findings, LoadSession } from "./load/session.ts";

/** Of a session, where the venue sets no bound. */
const OPEN_ORDERS_MAX = 500;
/** In a run's name: it lasts no longer than a name is remembered. */
const RUN_RADIX = 36;

/** Runs a load. Errors: throws when the venue refuses what it needs, or a connection breaks. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const startedAt = new Date();
  const run = startedAt.getTime().toString(RUN_RADIX);
  const market = await Market.read(options.url, options.symbol);
  const openMax = Math.floor(Math.min(OPEN_ORDERS_MAX, market.openOrdersMax || Infinity) / 2);
  const { credentials, remove } = await openSessions(options, market, run, openMax);
  const findings = new Findings();
  const draws = new Draws(options.mix, options.seed);
  const sessions = credentials.map((_, index) => {
    const prefix = `l${run}-${index + 1}-`;
    return new LoadSession({ prefix, market, draws, findings, openMax });
  });
  const driver = new Driver(sessions, findings);
  try {
    const door = doorOf(options);
    for (const [index, session] of sessions.entries()) {
      const credential = credentials[index] ?? { token: "", compId: "" };
      const connection = await door.connect(credential, {
        answered: (outcome) => driver.answered(session, outcome),
        ended: (id) => session.ended(id),
        broken: (error) => driver.fail(error),
      });
      session.attach(connection);
    }
    const { driven, hops } = await drive(options, driver);
    return toResult(options, market.symbol, startedAt.toISOString(), findings, driven, hops);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
    await remove();
  }
}

async function drive(
  options: LoadOptions,
  driver: Driver,
): Promise<{ driven: Driven; hops: readonly Hop[] }> {
  const { metricsUrl, protocol, rate, inFlight } = options;
  const read = () => readHops(metricsUrl, protocol);
  const before = metricsUrl === "" ? undefined : await read();
  const driven = await (rate > 0 ? driver.open(options, rate) : driver.closed(options, inFlight));
  return { driven, hops: before === undefined ? [] : hopsBetween(before, await read()) };
}

function doorOf({ protocol, url, fix, fixCompId, binary }: LoadOptions): Door {
  if (protocol === "http") return new HttpDoor(toAddress(url));
  return protocol === "fix" ? new FixDoor(fix, fixCompId) : new BinaryDoor(binary);
}

function toAddress(url: string): Address {
  const { protocol, hostname, port } = new URL(url);
  const tls = protocol === "https:";
  return { hostname, port: Number(port) || (tls ? 443 : 80), tls };
}

function readVenueFile(directory: string, name: string): string {
  try {
    return readFileSync(join(directory, name), "utf8").trim();
  } catch {
    throw new UsageError(`no venue runs in ${directory}: it has no file ${name}`);
  }
}

async function main(words: readonly string[]): Promise<number> {
  if (words.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    const options = readOptions(words, readVenueFile);
    const result = await runLoad(options);
    process.stdout.write(`${toText(result)}\n`);
    if (options.json !== "") writeFileSync(options.json, `${JSON.stringify(result)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`load: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof CommandFailure) return error.exitCode;
    return error instanceof UsageError ? 2 : 1;
  }
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)));
