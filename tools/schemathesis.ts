/**
 * Holds a real venue against its own OpenAPI document with schemathesis, as a trader and as an
 * admin: with names that exist, so that calls get past "not found", and with names at random.
 *
 * Python may be missing on a machine that runs the tests: then it says so and exits with `SKIPPED`.
 * Versions are pinned in schemathesis-requirements.txt and installed below .toolchain, once.
 */
import { join } from "node:path";
import { openSpotMarket, UNLIMITED } from "../test/support/spot-market.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../test/support/venue-process.ts";
import { installPythonPackages } from "./python-packages.ts";
import { SKIPPED } from "./test-counts.ts";

const REQUIREMENTS = join(import.meta.dir, "schemathesis-requirements.txt");
/** Of what `openSpotMarket` makes. */
const FIXED_NAMES = join(import.meta.dir, "schemathesis.toml");

/** The same cases each time, as far as `RUN_SECONDS` reach. */
const SEED = 1;
/** Four runs make a minute: every phase comes to an end in each. */
const RUN_SECONDS = 15;
/** A run that hangs fails. Beside its budget it loads, finishes the case at hand and reports. */
const RUN_MS_MAX = 16 * RUN_SECONDS * 1_000;

const TRADER_PATHS = ["--exclude-path-regex", "^/api/v1/admin/"];
const ADMIN_PATHS = ["--include-path-regex", "^/api/v1/(admin|accounts)/"];

/** Returns whether the venue kept to its document. */
async function run(
  python: string,
  venue: VenueProcess,
  token: string,
  paths: readonly string[],
  names: string,
): Promise<boolean> {
  const isFixed = names === "fixed";
  process.stdout.write(`\nseed ${SEED}, ${names} names, ${paths.join(" ")}\n`);
  const child = Bun.spawn(
    [
      ...[python, "-m", "schemathesis.cli", "--no-color"],
      ...(isFixed ? ["--config-file", FIXED_NAMES] : []),
      ...["run", `${venue.url}/openapi.json`, "--header", `Authorization: Bearer ${token}`],
      // A schema cannot say which orders the venue takes: funds, bands and states decide. And
      // DELETE cancels: an order and a list of orders are still there afterwards.
      ...["--exclude-checks", "positive_data_acceptance,use_after_free"],
      // They measure how fast cases are made, which says nothing of the venue.
      ...["--suppress-health-check", "all"],
      ...["--seed", String(SEED), "--max-time", String(RUN_SECONDS)],
      ...["--generation-database", "none", "--warnings", "off", ...paths],
    ],
    { cwd: makeDirectory(), stdio: ["ignore", "inherit", "inherit"], timeout: RUN_MS_MAX },
  );
  return (await child.exited) === 0;
}

async function check(python: string): Promise<boolean> {
  const venue = await VenueProcess.start({ flags: UNLIMITED });
  try {
    const trader = await openSpotMarket(venue);
    let isKept = true;
    for (const names of ["fixed", "random"]) {
      isKept = (await run(python, venue, trader, TRADER_PATHS, names)) && isKept;
      isKept = (await run(python, venue, venue.operatorKey, ADMIN_PATHS, names)) && isKept;
    }
    const ready = await venue.fetch("GET", "/health/ready");
    const exitCode = await venue.stop();
    if (!ready.ok || exitCode !== 0) {
      process.stdout.write(`ready ${ready.status}, then exit code ${exitCode}:\n${venue.log}\n`);
    }
    return isKept && ready.ok && exitCode === 0;
  } finally {
    await venue.kill();
  }
}

const packages = installPythonPackages("schemathesis", REQUIREMENTS, "90 MB");
if (packages.isThere) {
  try {
    process.exitCode = (await check(packages.python)) ? 0 : 1;
  } finally {
    removeDirectories();
  }
} else {
  process.stdout.write(`skipped: ${packages.reason}\n`);
  process.exitCode = SKIPPED;
}
