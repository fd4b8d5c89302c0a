// kill -9 of the real process, at random instants, under the load of ten clients. What anybody was
// told is there after the restart; what nobody was told happened once or not at all.
//
// Longer runs: `RECOVERY_ROUNDS=1000 RECOVERY_SEED=7 bun test test/recovery/kill.test.ts`

import { afterAll, expect, test } from "bun:test";
import { removeDirectories } from "../support/venue-process.ts";
import { type Opening, Trial } from "./trial.ts";

const ROUNDS = Number(process.env["RECOVERY_ROUNDS"] ?? 50);
const SEED = Number(process.env["RECOVERY_SEED"] ?? 1);
/** Rounds of each of the weaker durabilities. */
const OTHER_ROUNDS = Math.ceil(ROUNDS / 5);
/** A round on a busy machine. */
const ROUND_MS_MAX = 30_000;

/** A load under way is killed up to this much later: segments roll and snapshots are made in it. */
const LOAD_MS = 250;
/** About as long as a start, and as a stop. */
const START_MS = 400;
const STOP_MS = 60;

afterAll(removeDirectories);

/** What fails says how to repeat it. */
async function withSeed(seed: number, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(`RECOVERY_SEED=${seed}: ${cause}`, { cause: error });
  }
}

/** Kills the venue under load; in every fifth round in the middle of a clean stop. */
async function killUnderLoad(trial: Trial, round: number): Promise<void> {
  await trial.underLoad(async () => {
    await trial.pause(LOAD_MS);
    if (round % 5 === 4) {
      const stopped = trial.venue.stop();
      await trial.pause(STOP_MS);
      await trial.venue.kill();
      await stopped;
    } else await trial.venue.kill();
  });
}

/** Starts the venue again; in every fifth round after a first start that is killed too. */
async function restart(trial: Trial, round: number): Promise<Opening> {
  if (round % 5 === 1) {
    const first = trial.launch();
    await trial.pause(START_MS);
    await first.kill();
  }
  const replayed = trial.replayCopy();
  expect(replayed.problems).toEqual([]);
  const opening = await trial.restart();
  expect(opening).toMatchObject({
    sequence: replayed.lastSequence,
    stateHash: replayed.stateHash,
  });
  return opening;
}

test.concurrent(
  `fsync: ${ROUNDS} kills lose nothing that was told and do nothing twice`,
  () =>
    withSeed(SEED, async () => {
      const trial = await Trial.begin({ durability: "fsync", seed: SEED });
      for (let round = 0; round < ROUNDS; round += 1) {
        await killUnderLoad(trial, round);
        const { sequence } = await restart(trial, round);
        expect(sequence).toBeGreaterThanOrEqual(trial.witness.shownSequence);
        await trial.check();
      }
      await trial.venue.kill();
    }),
  ROUND_MS_MAX * ROUNDS,
);

test.concurrent(
  `os: ${OTHER_ROUNDS} kills lose nothing that was told and do nothing twice`,
  () =>
    withSeed(SEED, async () => {
      const trial = await Trial.begin({ durability: "os", seed: SEED });
      for (let round = 0; round < OTHER_ROUNDS; round += 1) {
        await killUnderLoad(trial, round);
        const { sequence } = await restart(trial, round);
        expect(sequence).toBeGreaterThanOrEqual(trial.witness.shownSequence);
        await trial.check();
      }
      await trial.venue.kill();
    }),
  ROUND_MS_MAX * OTHER_ROUNDS,
);

test.concurrent(
  `none: after ${OTHER_ROUNDS} kills the venue starts with all up to some sequence, and no more`,
  () =>
    withSeed(SEED, async () => {
      for (let round = 0; round < OTHER_ROUNDS; round += 1) {
        const trial = await Trial.begin({ durability: "none", seed: SEED + round });
        await killUnderLoad(trial, round);
        const { sequence } = await restart(trial, round);
        trial.witness.forgetAfter(sequence);
        await trial.check();
        await trial.venue.kill();
      }
    }),
  ROUND_MS_MAX * OTHER_ROUNDS,
);
