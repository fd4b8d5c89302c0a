// A backup of a venue that trades, taken as docs/operating.md says: snapshots before the journal,
// then `journal verify`, and all again when it refuses. Between the two the venue writes a snapshot
// and removes segments.

import { afterAll, expect, test } from "bun:test";
import { type VerifyReport, verifyJournal } from "../../gateway/core/journal.ts";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";
import { MARKET_FLAGS, reconnect } from "./market.ts";
import { readOpening, Trial } from "./trial.ts";

const TEST_MS_MAX = 120_000;
/** Rolls while the copies are made; where one is met the page asks for another try. */
const FLAGS = { ...MARKET_FLAGS, "journal-segment-bytes": String(256 * 1_024) };
const SNAPSHOT_MS_MAX = 60_000;
const TRIES_MAX = 20;

interface Backup {
  readonly directory: string;
  readonly report: VerifyReport;
}

afterAll(removeDirectories);

/** Waits for a snapshot that is not there yet. */
async function awaitSnapshot({ market }: Trial): Promise<void> {
  const newest = async (): Promise<number> =>
    (await market.operator.need("GET", "/api/v1/admin/status")).count("snapshot_sequence");
  const before = await newest();
  await until(SNAPSHOT_MS_MAX, "a snapshot", async () => (await newest()) > before);
}

/** Copies the two directories in this order. A file may go while it is copied. */
async function copy(trial: Trial, first: string, second: string): Promise<Backup | undefined> {
  const directory = makeDirectory();
  for (const name of [first, second]) {
    const paths = [`${trial.venue.dataDirectory}/${name}`, `${directory}/${name}`];
    const child = Bun.spawn(["cp", "-R", ...paths], { stdio: ["ignore", "ignore", "pipe"] });
    if ((await child.exited) !== 0) return undefined;
    if (name === first) await awaitSnapshot(trial);
  }
  return { directory, report: verifyJournal(directory) };
}

/** What a copy meets when a segment rolls, or two snapshots are written, while it is made. */
const OTHER_PROBLEMS = ["journal_segment_missing", "journal_damaged", "snapshot_missing"];

/** Copies until nothing of that happened, and no file went. */
async function copyWhole(trial: Trial, first: string, second: string): Promise<Backup> {
  for (let count = 0; count < TRIES_MAX; count += 1) {
    const backup = await copy(trial, first, second);
    const isWhole = backup?.report.problems.every(({ code }) => !OTHER_PROBLEMS.includes(code));
    if (backup !== undefined && isWhole === true) return backup;
  }
  throw new Error(`no whole copy in ${TRIES_MAX} tries`);
}

test(
  "a venue starts from a copy taken while it traded, with all that was told before",
  async () => {
    const trial = await Trial.begin({ durability: "fsync", seed: 1, flags: FLAGS });
    const { witness, market } = trial;
    let told = 0;
    let backup: Backup | undefined;
    await trial.underLoad(async () => {
      await awaitSnapshot(trial);
      told = witness.shownSequence;
      backup = await copyWhole(trial, "snapshots", "journal");
      await trial.venue.kill();
    });
    if (backup === undefined) throw new Error("no backup was made");
    const { problems, lastSequence } = backup.report;
    expect(problems).toEqual([]);
    expect(lastSequence).toBeGreaterThanOrEqual(told);

    await Bun.$`cp ${trial.venue.dataDirectory}/keys.sqlite ${backup.directory}`;
    const venue = await VenueProcess.start({ dataDirectory: backup.directory, flags: FLAGS });
    expect(readOpening(venue).sequence).toBeGreaterThanOrEqual(lastSequence);
    reconnect(market, venue);
    witness.recoveredSequence = lastSequence;
    witness.forgetAfter(lastSequence);
    await trial.check();
    expect(await venue.stop()).toBe(0);
  },
  TEST_MS_MAX,
);

test(
  "the other way round the copy of the journal is older than the snapshot, and refused",
  async () => {
    const trial = await Trial.begin({ durability: "fsync", seed: 2, flags: FLAGS });
    await trial.underLoad(async () => {
      const { report } = await copyWhole(trial, "journal", "snapshots");
      expect(report.problems).toMatchObject([{ code: "journal_behind_snapshot" }]);
      await trial.venue.kill();
    });
  },
  TEST_MS_MAX,
);
