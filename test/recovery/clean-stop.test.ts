// Ctrl-C under load: what was accepted is answered, the state is on disk, and the next start goes
// on from the snapshot without replaying anything.

import { afterAll, expect, test } from "bun:test";
import { systemClock } from "../../gateway/clock.ts";
import { removeDirectories } from "../support/venue-process.ts";
import { sendUntilAdmitted } from "./audit.ts";
import { Trial } from "./trial.ts";

const TEST_MS_MAX = 120_000;
const LOAD_MS = 150;
/** What a stop may take; measured at well below one second. The disk of others may stall one. */
const STOP_MS_MAX = 3_000;
const ROUNDS = 3;

afterAll(removeDirectories);

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s under load: everything told is kept, the next start replays nothing",
  async (signal) => {
    const trial = await Trial.begin({ durability: "fsync", seed: 1 });
    let fastestUs = Infinity;
    for (let round = 0; round < ROUNDS; round += 1) {
      const { venue, witness } = trial;
      await trial.underLoad(async () => {
        await trial.pause(LOAD_MS);
        const signalledUs = systemClock.elapsedUs();
        expect(await venue.stop(signal)).toBe(0);
        fastestUs = Math.min(fastestUs, systemClock.elapsedUs() - signalledUs);
      });
      const events = [...venue.log.matchAll(/ event=(stopping|core_stopped|stopped)( |$)/gm)];
      expect(events.map(([, event]) => event)).toEqual(["stopping", "core_stopped", "stopped"]);

      const [, sequence, stateHash] =
        /event=core_stopped sequence=(\d+) state_hash=(\w+)/.exec(venue.log) ?? [];
      const replayed = trial.replayCopy();
      expect(replayed).toMatchObject({ problems: [], tornBytes: 0, stateHash });
      expect(Number(sequence)).toBeGreaterThanOrEqual(witness.shownSequence);
      expect(await trial.restart()).toEqual({
        sequence: Number(sequence),
        stateHash: stateHash ?? "",
        snapshotSequence: Number(sequence),
        commandsReplayed: 0,
      });
      await trial.check();
    }
    expect(fastestUs).toBeLessThan(STOP_MS_MAX * 1_000);
    await trial.venue.kill();
  },
  TEST_MS_MAX,
);

test(
  "a second Ctrl-C during the stop changes nothing",
  async () => {
    const trial = await Trial.begin({ durability: "fsync", seed: 2 });
    await trial.underLoad(async () => {
      const stopped = trial.venue.stop("SIGINT");
      trial.venue.stop("SIGINT").catch(() => undefined);
      expect(await stopped).toBe(0);
    });
    await trial.restart();
    await trial.check();
    await trial.venue.kill();
  },
  TEST_MS_MAX,
);

test(
  "whoever got no answer from a stopping venue can be sure that nothing happened",
  async () => {
    const trial = await Trial.begin({ durability: "fsync", seed: 3 });
    for (let round = 0; round < ROUNDS; round += 1) {
      await trial.underLoad(async () => {
        await trial.pause(LOAD_MS);
        await trial.venue.stop("SIGINT");
      });
      await trial.restart();
      for (const attempt of trial.witness.unanswered.splice(0)) {
        const answer = await sendUntilAdmitted(attempt);
        expect(answer.body.fields).not.toMatchObject({ duplicate: true });
        attempt.settle([answer]);
      }
      await trial.check();
    }
    await trial.venue.kill();
  },
  TEST_MS_MAX,
);
