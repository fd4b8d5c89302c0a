/**
 * Holds a real venue against its own OpenAPI document with schemathesis, as a trader and as an
 * admin: with names that exist, so that calls get past "not found", and with names at random.
 *
 * Python may be missing on a machine that runs the tests: then it says so and exits with `SKIPPED`.
 * Versions are pinned in schemathesis-requirements.txt and installed below .toolchain, once.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSpotMarket, UNLIMITED } from "../test/support/spot-market.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../test/support/venue-process.ts";
import { SKIPPED } from "./test-counts.ts";

const ROOT = join(import.meta.dir, "..");
const REQUIREMENTS = join(import.meta.dir, "schemathesis-requirements.txt");
/** Of what `openSpotMarket` makes. */
const FIXED_NAMES = join(import.meta.dir, "schemathesis.toml");
const PYTHON_HOME = join(ROOT, ".toolchain/schemathesis");
/** Called with `-m`: the programs beside it name its path, and a clone may be moved. */
const PYTHON = join(PYTHON_HOME, "bin/python");
const INSTALL_MS_MAX = 5 * 60_000;

/** The same cases each time, as far as `RUN_SECONDS` reach. */
const SEED = 1;
/** Four runs make a minute: every phase comes to an end in each. */
const RUN_SECONDS = 15;
/** Beyond its budget a run only finishes the case at hand and reports. */
const RUN_MS_MAX = 4 * RUN_SECONDS * 1_000;

const TRADER_PATHS = ["--exclude-path-regex", "^/api/v1/admin/"];
const ADMIN_PATHS = ["--include-path-regex", "^/api/v1/(admin|accounts)/"];

/** Makes the programs. Returns why that cannot be, if so. */
function install(): string | undefined {
  const stamp = join(PYTHON_HOME, "requirements");
  const wanted = readFileSync(REQUIREMENTS, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return undefined;
  const probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
  if (!succeeds(["python3", "-c", probe])) return "Python 3.11 or newer with venv is missing";
  process.stdout.write("installing schemathesis into .toolchain (once, about 90 MB)\n");
  if (!succeeds(["python3", "-m", "venv", "--clear", PYTHON_HOME])) return "venv failed";
  const pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  // Wheels alone: no package may run code while it is installed.
  pip.push("--only-binary=:all:", "--no-deps", "--requirement", REQUIREMENTS);
  if (!succeeds(pip)) return "pip could not install the packages: see above";
  writeFileSync(stamp, wanted);
  return undefined;
}

function succeeds(command: readonly string[]): boolean {
  try {
    const stdio = ["ignore", "inherit", "inherit"] as const;
    return Bun.spawnSync([...command], { stdio: [...stdio], timeout: INSTALL_MS_MAX }).success;
  } catch {
    // There is no such program.
    return false;
  }
}

/** Returns whether the venue kept to its document. */
async function run(venue: VenueProcess, token: string, paths: readonly string[], names: string) {
  const isFixed = names === "fixed";
  process.stdout.write(`\nseed ${SEED}, ${names} names, ${paths.join(" ")}\n`);
  const child = Bun.spawn(
    [
      ...[PYTHON, "-m", "schemathesis.cli", "--no-color"],
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

async function check(): Promise<boolean> {
  const venue = await VenueProcess.start({ flags: UNLIMITED });
  try {
    const trader = await openSpotMarket(venue);
    let isKept = true;
    for (const names of ["fixed", "random"]) {
      isKept = (await run(venue, trader, TRADER_PATHS, names)) && isKept;
      isKept = (await run(venue, venue.operatorKey, ADMIN_PATHS, names)) && isKept;
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

const reason = install();
if (reason === undefined) {
  try {
    process.exitCode = (await check()) ? 0 : 1;
  } finally {
    removeDirectories();
  }
} else {
  process.stdout.write(`skipped: ${reason}\n`);
  process.exitCode = SKIPPED;
}
