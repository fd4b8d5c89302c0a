// Damage to a stopped venue's files, as an operator meets it: the venue starts and says what it
// did, or refuses with file, sequence and remedy. Every byte and bit is tried in runtime/tests.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, readFileSync, renameSync, rmSync, truncateSync } from "node:fs";
import { basename, join } from "node:path";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories, VenueProcess } from "../support/venue-process.ts";
import { change, flipBit, listEntries, listSegments, listSnapshots } from "./journal-files.ts";
import { MARKET_FLAGS } from "./market.ts";
import { readOpening, Trial } from "./trial.ts";

const TEST_MS_MAX = 60_000;
/** One is nearly always enough. */
const KILLS_MAX = 5;
/** Exit code of a start that failed. */
const FAILED = 1;

/** A venue that was killed: several segments, two snapshots, the older one newer than nothing. */
let killed = "";
let sequence = 0;

beforeAll(async () => {
  // No snapshot by itself: what is damaged lies behind the last one.
  const flags = { "snapshot-interval-commands": "1000000" };
  const trial = await Trial.begin({ durability: "fsync", seed: 1, flags });
  for (let snapshots = 0; snapshots < 2; snapshots += 1) {
    await trial.underLoad(() => growPast(trial, listSegments(killedOf(trial)).length + 2));
    await takeSnapshot(trial);
  }
  const kill = (): Promise<void> =>
    trial.underLoad(async () => {
      await growPast(trial, listSegments(killedOf(trial)).length + 2);
      await trial.venue.kill();
    });
  await kill();
  // A kill may come before the first command of a new segment: then there is no end to damage.
  for (let more = KILLS_MAX - 1; more > 0 && isLastEmpty(trial); more -= 1) {
    await trial.restart();
    await kill();
  }
  killed = killedOf(trial);
  sequence = trial.replayCopy().lastSequence;
}, TEST_MS_MAX);

afterAll(removeDirectories);

function killedOf({ venue }: Trial): string {
  return venue.dataDirectory;
}

function isLastEmpty({ venue }: Trial): boolean {
  const last = listSegments(venue.dataDirectory).at(-1) ?? "";
  return !listEntries(last).some(({ isCommands }) => isCommands);
}

/** Waits until the journal has so many segments. */
async function growPast({ venue }: Trial, segments: number): Promise<void> {
  const hasGrown = (): boolean => listSegments(venue.dataDirectory).length >= segments;
  await until(TEST_MS_MAX, `${segments} segments`, hasGrown);
}

async function takeSnapshot({ venue, market }: Trial): Promise<void> {
  const before = listSnapshots(venue.dataDirectory).at(-1);
  await market.operator.need("POST", "/api/v1/admin/snapshot");
  const isTaken = (): boolean => listSnapshots(venue.dataDirectory).at(-1) !== before;
  await until(TEST_MS_MAX, "a snapshot", isTaken);
}

/** A copy to be damaged. */
function copyOfKilled(): string {
  const copy = makeDirectory();
  cpSync(killed, copy, { recursive: true });
  return copy;
}

function launch(dataDirectory: string): VenueProcess {
  return VenueProcess.launch({ dataDirectory, flags: MARKET_FLAGS });
}

/** Starts on a directory where it must refuse. Returns the one sentence it says. */
async function refusalOf(dataDirectory: string): Promise<string> {
  const venue = launch(dataDirectory);
  expect(await venue.ended).toBe(FAILED);
  expect(venue.output).toBe("");
  return venue.log.split("\n").findLast((line) => line.startsWith("openbell: ")) ?? "";
}

/** Starts on a directory where it must go on, and ends it again. */
async function goOn(dataDirectory: string): Promise<VenueProcess> {
  const venue = await VenueProcess.start({ dataDirectory, flags: MARKET_FLAGS });
  await venue.kill();
  return venue;
}

describe("the end of the journal", () => {
  test(
    "a last entry of which only a part was written is cut off, and said so",
    async () => {
      const directory = copyOfKilled();
      const segment = listSegments(directory).at(-1) ?? "";
      const last = listEntries(segment).findLast(({ isCommands }) => isCommands);
      if (last === undefined) throw new Error("the last segment is empty");
      // Into the first record, behind the header, into the header, into the length.
      for (const part of [48, 40, 20, 1]) {
        const end = last.offset + last.length;
        change(segment, (bytes) => bytes.fill(0, last.offset + part, end));
        const venue = await goOn(directory);
        expect(readOpening(venue).sequence).toBe(last.sequence - 1);
        expect(venue.log).toMatch(/ torn_bytes_cut=[1-9]/);
        expect(venue.log).toContain("were cut off; nobody was told of it");
        cpSync(join(killed, "journal"), join(directory, "journal"), { recursive: true });
      }
    },
    TEST_MS_MAX,
  );

  test(
    "a segment cut short is refused until it has its length back",
    async () => {
      const directory = copyOfKilled();
      const segment = listSegments(directory).at(-1) ?? "";
      const { length } = readFileSync(segment);
      const last = listEntries(segment).at(-1);
      truncateSync(segment, last?.offset);
      const refusal = await refusalOf(directory);
      expect(refusal).toContain("journal_segment_damaged");
      expect(refusal).toContain(basename(segment));
      truncateSync(segment, length);
      expect(readOpening(await goOn(directory)).sequence).toBeLessThan(sequence);
    },
    TEST_MS_MAX,
  );
});

describe("damage before the end", () => {
  test(
    "a flipped bit is refused with file, sequence and remedy, and can be given up as documented",
    async () => {
      const directory = copyOfKilled();
      const segment = listSegments(directory).at(-2) ?? "";
      const entries = listEntries(segment).filter(({ isCommands }) => isCommands);
      const damaged = entries[entries.length >> 1];
      if (damaged === undefined) throw new Error("no entry in the middle");
      flipBit(segment, damaged.offset + 60);
      const refusal = await refusalOf(directory);
      expect(refusal).toContain("journal_damaged");
      expect(refusal).toContain(segment);
      expect(refusal).toContain(`byte ${damaged.offset}`);
      expect(refusal).toContain(String(damaged.sequence));
      expect(refusal).toContain("Restore the named segment from a backup");

      // docs/operating.md, "Giving up the end of a damaged journal".
      const { length } = readFileSync(segment);
      truncateSync(segment, damaged.offset);
      truncateSync(segment, length);
      for (const later of listSegments(directory)) if (later > segment) rmSync(later);
      for (const snapshot of listSnapshots(directory)) {
        if (Number.parseInt(basename(snapshot), 10) >= damaged.sequence) rmSync(snapshot);
      }
      expect(readOpening(await goOn(directory)).sequence).toBe(damaged.sequence - 1);
    },
    TEST_MS_MAX,
  );

  test(
    "a missing segment is refused by name",
    async () => {
      const directory = copyOfKilled();
      const segment = listSegments(directory).at(-2) ?? "";
      rmSync(segment);
      const refusal = await refusalOf(directory);
      expect(refusal).toContain("journal_segment_missing");
      expect(refusal).toContain("Restore the named segment from a backup");
    },
    TEST_MS_MAX,
  );

  test(
    "two segments with each other's name are refused",
    async () => {
      const directory = copyOfKilled();
      const [first = "", second = ""] = listSegments(directory).slice(-2);
      renameSync(first, `${first}.aside`);
      renameSync(second, first);
      renameSync(`${first}.aside`, second);
      expect(await refusalOf(directory)).toContain("journal_segment_misplaced");
    },
    TEST_MS_MAX,
  );
});

describe("snapshots", () => {
  test(
    "a damaged newest one is told, and the older one used",
    async () => {
      const directory = copyOfKilled();
      const [older = "", newest = ""] = listSnapshots(directory).slice(-2);
      flipBit(newest, 200);
      const venue = await goOn(directory);
      const opening = readOpening(venue);
      expect(opening.sequence).toBe(sequence);
      expect(opening.snapshotSequence).toBe(Number.parseInt(basename(older), 10));
      expect(venue.log).toContain("snapshot_damaged");
      expect(venue.log).toContain(basename(newest));
    },
    TEST_MS_MAX,
  );

  test(
    "without a readable one that reaches the journal's first segment the start is refused",
    async () => {
      const directory = copyOfKilled();
      for (const snapshot of listSnapshots(directory)) flipBit(snapshot, 200);
      rmSync(listSegments(directory)[0] ?? "");
      expect(await refusalOf(directory)).toContain("snapshot_missing");
    },
    TEST_MS_MAX,
  );

  test(
    "a half-written one and other leftovers of a crash are nothing to it",
    async () => {
      const directory = copyOfKilled();
      const [newest = ""] = listSnapshots(directory).slice(-1);
      const name = `${String(sequence).padStart(20, "0")}.snapshot.tmp`;
      cpSync(newest, join(directory, "snapshots", name));
      truncateSync(join(directory, "snapshots", name), 1_000);
      cpSync(newest, join(directory, "journal", "spare.tmp"));
      expect(readOpening(await goOn(directory)).sequence).toBe(sequence);
    },
    TEST_MS_MAX,
  );
});

describe("a directory that is none", () => {
  test.each([["below a file"], ["where nothing can be made"]])(
    "%s: refused with what to do",
    async (where) => {
      const base = where === "below a file" ? join(copyOfKilled(), "operator-key") : "/proc";
      const refusal = await refusalOf(join(base, "openbell"));
      expect(refusal).toContain("cannot write to the data directory");
      expect(refusal).toContain("--data-directory");
    },
    TEST_MS_MAX,
  );

  test(
    "a journal that is a file is refused",
    async () => {
      const directory = copyOfKilled();
      rmSync(join(directory, "journal"), { recursive: true });
      cpSync(join(directory, "operator-key"), join(directory, "journal"));
      const refusal = await refusalOf(directory);
      expect(refusal).toContain("disk_operation_failed");
    },
    TEST_MS_MAX,
  );
});
