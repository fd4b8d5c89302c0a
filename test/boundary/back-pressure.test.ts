import { afterAll, expect, test } from "bun:test";
import { Core } from "../../gateway/core/core.ts";
import { RejectCode } from "../../gateway/generated/reject-codes.ts";
import { until } from "../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { addon, RawCore, SEGMENT_BYTES, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

const RELEASE_MS_MAX = 10_000;

test("a batch beyond the bound is executed up to it, and the rest throttled", () => {
  const core = new RawCore({ unsyncedCommandsMax: 4 });
  const ten = Array.from({ length: 10 }, () => UNKNOWN_CANCEL);
  expect(core.submit(ten)).toBe(-RejectCode.throttled);
  expect([core.place("commands"), core.status("executedSequence")]).toEqual([4, 4]);
  // Recovers as soon as the disk has caught up; the refused ones left no trace.
  addon.drain(core.handle);
  addon.read(core.handle);
  expect(core.released().map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4]);
  core.submit([UNKNOWN_CANCEL]);
  expect([core.place("commands"), core.status("executedSequence")]).toEqual([1, 5]);
  core.stop();
});

test("transactions that nobody reads throttle, and reading ends it", () => {
  const core = new RawCore({ durability: "none", outputBytes: 48, pendingBytesMax: 96 });
  expect(core.submit([UNKNOWN_CANCEL, UNKNOWN_CANCEL, UNKNOWN_CANCEL])).toBe(48);
  expect(core.submit([UNKNOWN_CANCEL])).toBe(-RejectCode.throttled);
  // The refused call released one more, and with it made room.
  expect([core.place("commands"), core.place("releasedBytes")]).toEqual([0, 48]);
  expect(core.submit([UNKNOWN_CANCEL])).toBe(48);
  core.stop();
});

test("the facade refuses at the bound, answers what it took, and recovers", async () => {
  const bound = 16;
  const core = Core.open({
    ...{ dataDirectory: makeDirectory(), segmentBytes: SEGMENT_BYTES },
    unsyncedCommandsMax: bound,
  });
  const sequences: number[] = [];
  const submit = (): RejectCode | undefined =>
    core.submit(UNKNOWN_CANCEL, ({ sequence }) => sequences.push(sequence));
  for (let index = 0; index < bound; index += 1) expect(submit()).toBeUndefined();
  expect(submit()).toBe(RejectCode.throttled);
  core.flush();
  expect(submit()).toBe(RejectCode.throttled);
  await until(RELEASE_MS_MAX, "every reply", () => sequences.length === bound);
  expect(submit()).toBeUndefined();
  core.stop();
  expect(sequences).toEqual(Array.from({ length: bound + 1 }, (_, index) => index + 1));
});

test("a load far above the bound loses nothing and never passes it", async () => {
  const bound = 64;
  const core = Core.open({
    ...{ dataDirectory: makeDirectory(), segmentBytes: SEGMENT_BYTES },
    unsyncedCommandsMax: bound,
  });
  const sequences: number[] = [];
  let taken = 0;
  let throttled = 0;
  await until(RELEASE_MS_MAX, "2,000 commands taken", () => {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const refused = core.submit(UNKNOWN_CANCEL, ({ sequence }) => sequences.push(sequence));
      if (refused === undefined) taken += 1;
      else throttled += 1;
    }
    core.flush();
    expect(core.status().unsyncedCommands).toBeLessThanOrEqual(bound);
    return taken >= 2_000;
  });
  core.stop();
  expect(throttled).toBeGreaterThan(0);
  expect(sequences).toEqual(Array.from({ length: taken }, (_, index) => index + 1));
});
