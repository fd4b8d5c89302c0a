import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Deed, NotingStage, openStages } from "../../test/support/noting-stages.ts";
import type { Stage } from "./stage.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

describe("who holds the journal beside the stages", () => {
  function openHeld(needed: number | undefined) {
    const holder = {
      neededSequence: needed,
      asked: 0,
      giveWay() {
        holder.asked += 1;
        holder.neededSequence = (holder.neededSequence ?? 0) + 10;
      },
    };
    const venue = openStages((clock) => [
      new NotingStage("one", clock, Array<Deed>(50).fill("keeps")),
    ]);
    venue.stages.addHolder(holder);
    venue.release(50);
    return { ...venue, holder };
  }

  test("keeps what it needs, and nothing when it needs nothing", async () => {
    const venue = openHeld(20);
    await venue.settle();
    venue.stages.keep();
    expect(venue.journal.held).toBe(20);
    venue.holder.neededSequence = undefined;
    venue.stages.keep();
    expect(venue.journal.held).toBe(50);
  });

  test("gives way before a stage is detached that needs less", async () => {
    const venue = openHeld(20);
    await venue.settle();
    venue.journal.heldBytes = 2_000;
    venue.stages.keep();
    expect([venue.holder.asked, venue.journal.held]).toEqual([1, 30]);
    venue.holder.neededSequence = 60;
    venue.stages.keep();
    expect(venue.stages.status()[0]?.state).toBe("detached");
    expect(venue.holder.asked).toBe(1);
  });
});

describe("stages", () => {
  test("take every transaction once and in order, whatever they do", async () => {
    const deed = fc.constantFrom<Deed>("", "", "", "throws", "busy", "keeps", "slow");
    const deeds = fc.array(deed, { maxLength: 60 });
    const releases = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(deeds, deeds, releases, async (one, other, counts) => {
        const all: NotingStage[] = [];
        const venue = openStages((clock) => {
          all.push(new NotingStage("one", clock, one));
          all.push(new NotingStage("other", clock, other, "derived"));
          return all;
        });
        for (const count of counts) {
          venue.release(count);
          await new Promise(setImmediate);
        }
        await venue.settle();
        for (const { taken } of all) expect(taken).toEqual(upTo(venue.journal.newest));
        venue.stages.stop();
        expect(venue.journal.open).toBe(0);
      }),
      { seed: 14, numRuns: 60 },
    );
  });

  test("one that throws does not keep the others from the next transaction", async () => {
    const steady: NotingStage[] = [];
    const venue = openStages((clock) => {
      steady.push(new NotingStage("steady", clock));
      const failing = new NotingStage("failing", clock, Array<Deed>(8).fill("throws"));
      return [failing, ...steady];
    });
    venue.release(5);
    await new Promise(setImmediate);
    expect(steady[0]?.taken).toEqual(upTo(5));
    const [failing] = venue.stages.status();
    expect(failing).toMatchObject({ state: "waiting", lag: 5, restarts: 1 });
    // 100 ms, doubled each time.
    venue.clock.advanceMs(99);
    await new Promise(setImmediate);
    expect(venue.stages.status()[0]?.restarts).toBe(1);
    await venue.settle(50);
    expect(venue.stages.status()[0]).toMatchObject({ state: "live", lag: 0, restarts: 8 });
    expect(venue.clock.elapsedUs()).toBeGreaterThanOrEqual(100_000 * (2 ** 8 - 1));
    venue.log.flush();
    expect(venue.lines.join("")).toContain("event=stage_failed stage=failing sequence=1");
  });

  test("get a millisecond of a turn together, and the rest in the next ones", async () => {
    const all: NotingStage[] = [];
    const venue = openStages((clock) => {
      all.push(new NotingStage("slow", clock, Array<Deed>(10).fill("slow")));
      all.push(new NotingStage("quick", clock));
      return all;
    });
    venue.release(4);
    await new Promise(setImmediate);
    // The slow one takes 2 ms for each, so one is all it gets; the quick one gets at least one.
    expect(all.map(({ taken }) => taken.length)).toEqual([1, 1]);
    await venue.settle();
    expect(all.map(({ taken }) => taken)).toEqual([upTo(4), upTo(4)]);
  });

  test("one that takes far too long rests while commands come in", async () => {
    const all: NotingStage[] = [];
    const venue = openStages((clock) => {
      all.push(new NotingStage("slow", clock, Array<Deed>(3).fill("slow")));
      all.push(new NotingStage("quick", clock));
      return all;
    });
    for (let turn = 1; turn <= 4; turn += 1) {
      venue.release(1);
      await new Promise(setImmediate);
      expect(all.map(({ taken }) => taken.length)).toEqual([1, turn]);
    }
    // About eight times what it took too much: 2 ms but for its share.
    venue.clock.advanceMs(13);
    venue.release(1);
    await new Promise(setImmediate);
    expect(all[0]?.taken).toEqual([1]);
    venue.clock.advanceMs(3);
    await new Promise(setImmediate);
    expect(all.map(({ taken }) => taken.length)).toEqual([2, 5]);
    await venue.settle();
    expect(all[0]?.taken).toEqual(upTo(5));
  });

  test("hold the journal from the slowest checkpoint on, up to a cap", async () => {
    const all: NotingStage[] = [];
    const venue = openStages((clock) => {
      all.push(new NotingStage("keeping", clock, ["", "", "keeps"]));
      all.push(new NotingStage("forgetful", clock, ["keeps"]));
      return all;
    });
    venue.release(6);
    await venue.settle();
    venue.stages.keep();
    expect(venue.journal.held).toBe(1);
    venue.journal.heldBytes = 1_001;
    venue.stages.keep();
    expect(venue.stages.status().map(({ state }) => state)).toEqual(["live", "detached"]);
    expect(venue.journal.held).toBe(3);
    venue.log.flush();
    expect(venue.lines.join("")).toContain("event=stage_detached stage=forgetful sequence=6");
    // The next one only if that was not enough.
    venue.stages.keep();
    expect(venue.stages.status().map(({ state }) => state)).toEqual(["detached", "detached"]);
    expect(venue.journal.held).toBe(6);
    venue.release(1);
    await venue.settle();
    expect(all.map(({ taken }) => taken)).toEqual([upTo(6), upTo(6)]);
  });

  test("one whose transactions are gone for good is detached", async () => {
    const venue = openStages((clock) => [
      new NotingStage("late", clock, ["", "keeps", "slow", "throws"]),
    ]);
    venue.release(3);
    await venue.settle();
    venue.journal.goneUpTo = 90;
    venue.release(90);
    await venue.settle(50);
    expect(venue.stages.status()[0]).toMatchObject({ state: "detached", sequence: 3 });
    venue.log.flush();
    expect(venue.lines.join("")).toContain("they are gone");
  });

  test("may begin late where the past is gone", async () => {
    const began: number[] = [];
    const venue = openStages((clock) => {
      const late: Stage = new NotingStage("late", clock, []);
      return [Object.assign(late, { beginAt: (from: number) => began.push(from) })];
    });
    venue.journal.goneUpTo = 90;
    venue.release(90);
    await venue.settle(50);
    expect(venue.stages.status()[0]).toMatchObject({ state: "live", sequence: 90 });
    expect(began).toHaveLength(1);
    expect(venue.lines.join("")).not.toContain("stage_detached");
  });

  test("one that must go on whatever it misses begins with what there is", async () => {
    const began: number[] = [];
    const venue = openStages((clock) => {
      const owing: Stage = new NotingStage("owing", clock, []);
      const begin = { beginAt: (from: number) => began.push(from), mayMiss: true as const };
      return [Object.assign(owing, begin)];
    });
    venue.release(3);
    await venue.settle(50);
    venue.journal.goneUpTo = 90;
    venue.release(90);
    await venue.settle(50);
    expect(venue.stages.status()[0]).toMatchObject({ state: "live", lag: 0 });
    expect(began).toHaveLength(1);
    venue.log.flush();
    expect(venue.lines.join("")).toContain("event=stage_begins_late stage=owing");
  });

  test("tell metrics how far behind they are", async () => {
    const venue = openStages((clock) => [new NotingStage("slow", clock, ["throws"])]);
    venue.release(3);
    await new Promise(setImmediate);
    const text = venue.metrics.expose();
    expect(text).toContain('openbell_stage_lag_sequences{stage="slow"} 3\n');
    expect(text).toContain('openbell_stage_restarts{stage="slow"} 1\n');
    expect(text).toContain('openbell_stage_live{stage="slow"} 0\n');
  });
});
