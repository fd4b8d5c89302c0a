// A disk that fails: the process ends before it acknowledges anything that is not on it, and a
// start on the mended disk finds everything that was.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { until } from "../support/deadline.ts";
import { removeDirectories } from "../support/venue-process.ts";
import { MachineShim } from "./machine-shim.ts";
import { Trial } from "./trial.ts";

const ROUNDS = 5;
const SEED = Number(process.env["RECOVERY_SEED"] ?? 1);
const TEST_MS_MAX = 120_000;
const LOAD_MS = 150;
/** The process ends itself because the journal cannot be written. */
const FATAL = 70;

let shim: MachineShim;
let trial: Trial;

beforeAll(async () => {
  shim = new MachineShim();
  const { environment } = shim;
  trial = await Trial.begin({ durability: "fsync", seed: SEED, environment });
}, TEST_MS_MAX);

afterAll(async () => {
  await trial.venue.kill();
  removeDirectories();
});

test.each([
  ["lose-sync", "journal_sync_failed"],
  ["lose-write", "journal_write_failed"],
] as const)(
  "%s: the venue ends with 70 and had acknowledged nothing of what is lost",
  async (fault, code) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { venue, witness } = trial;
      await trial.underLoad(async () => {
        await trial.pause(LOAD_MS);
        shim.set(fault);
        expect(await venue.ended).toBe(FATAL);
      });
      expect(venue.log).toContain(`fatal: ${code}`);
      expect(venue.log).toContain(".segment at byte");
      expect(witness.unanswered.length).toBeGreaterThan(0);
      const { sequence } = await trial.restart();
      expect(sequence).toBeGreaterThanOrEqual(witness.shownSequence);
      await trial.check();
    }
  },
  TEST_MS_MAX,
);

test(
  "while a sync does not return nothing is answered that waits for it, and all of it afterwards",
  async () => {
    const { witness, venue } = trial;
    shim.set("hang-sync");
    const shown = witness.shownSequence;
    const load = trial.underLoad(async () => undefined);
    const { operator } = trial.market;
    const executed = await until(TEST_MS_MAX, "commands are executed", async () => {
      const status = await operator.need("GET", "/api/v1/admin/status");
      const isAhead = status.count("executed_sequence") > status.count("durable_sequence");
      return isAhead && status;
    });
    expect(witness.shownSequence).toBeLessThanOrEqual(executed.count("durable_sequence"));
    expect(witness.shownSequence).toBeLessThanOrEqual(Math.max(shown, witness.recoveredSequence));
    shim.clear("hang-sync");
    await load;
    expect(venue.log).not.toContain("fatal");
    await trial.check();
  },
  TEST_MS_MAX,
);
