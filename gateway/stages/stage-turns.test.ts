import { expect, test } from "bun:test";
import { type Deed, NotingStage, openStages } from "../../test/support/noting-stages.ts";
import type { Transaction } from "../domain/change.ts";
import type { Stage } from "./stage.ts";

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
const nextTurn = (): Promise<void> => new Promise(setImmediate);

/** A live and a derived stage that have begun, and what both took in the order of their taking. */
async function openBoth(deeds: readonly Deed[] = []) {
  const order: string[] = [];
  const all: NotingStage[] = [];
  const venue = openStages((clock) => {
    all.push(new NotingStage("bars", clock, deeds, "derived"), new NotingStage("feed", clock));
    for (const stage of all) {
      const apply = stage.apply.bind(stage);
      stage.apply = (transaction) => {
        const took = apply(transaction);
        if (took !== "busy") order.push(`${stage.name} ${transaction.sequence}`);
        return took;
      };
    }
    return all;
  });
  await nextTurn();
  const taken = (): number[] => [1, 0].map((at) => all[at]?.taken.length ?? NaN);
  return { ...venue, order, taken };
}

test("who listens is told in the next turn, what is derived is there a moment later", async () => {
  const venue = await openBoth();
  for (const released of [2, 4]) {
    venue.release(2);
    await nextTurn();
    expect(venue.taken()).toEqual([released, 0]);
  }
  venue.clock.advanceMs(1);
  venue.release(1);
  await nextTurn();
  const live = upTo(5).map((sequence) => `feed ${sequence}`);
  expect(venue.order).toEqual([...live, ...upTo(5).map((sequence) => `bars ${sequence}`)]);
  // And again, from the first that came behind it.
  venue.release(1);
  await nextTurn();
  expect(venue.taken()).toEqual([6, 5]);
  venue.clock.advanceMs(1);
  await nextTurn();
  expect(venue.taken()).toEqual([6, 6]);
});

test("who asks for what is derived finds everything in it that was released", async () => {
  const venue = await openBoth();
  venue.release(3);
  expect(venue.taken()).toEqual([0, 0]);
  venue.stages.hasten();
  expect(venue.taken()).toEqual([3, 3]);
  venue.release(1);
  await nextTurn();
  expect(venue.taken()).toEqual([4, 3]);
  venue.clock.advanceMs(1);
  venue.stages.hasten();
  expect(venue.taken()).toEqual([4, 4]);
});

test("what is derived and behind has its turns, and none more for who asks", async () => {
  const venue = await openBoth(Array<Deed>(5).fill("slow"));
  venue.release(5);
  venue.stages.hasten();
  expect(venue.taken()).toEqual([5, 1]);
  // It took too long, and rests while orders come in.
  venue.stages.hasten();
  expect(venue.taken()).toEqual([5, 1]);
  venue.clock.advanceMs(16);
  for (const taken of [2, 3, 4]) {
    await nextTurn();
    venue.stages.hasten();
    expect(venue.taken()).toEqual([5, taken]);
  }
  await venue.settle();
  expect(venue.taken()).toEqual([5, 5]);
});

test("a stage that asks while it is told something gets what there is", async () => {
  const taken: number[] = [];
  const venue = openStages((clock) => {
    const derived = new NotingStage("bars", clock, [], "derived");
    const asking: Stage = {
      ...{ name: "feed", kind: "live", start: () => {}, checkpoint: () => 0 },
      apply: () => {
        venue.stages.hasten();
        taken.push(derived.taken.length);
      },
    };
    return [derived, asking];
  });
  await nextTurn();
  venue.release(2);
  await nextTurn();
  expect(taken).toEqual([0, 0]);
  await venue.settle();
  expect(venue.stages.status().map(({ sequence }) => sequence)).toEqual([2, 2]);
});

test("a stop applies what was gathered", async () => {
  const venue = await openBoth();
  venue.release(5);
  venue.stages.stop();
  expect(venue.taken()).toEqual([5, 5]);
});

test("the journal is held for what is still to be derived", async () => {
  const venue = await openBoth(Array<Deed>(9).fill("keeps"));
  venue.release(4);
  await nextTurn();
  venue.stages.keep();
  expect(venue.journal.held).toBe(0);
  venue.clock.advanceMs(1);
  await nextTurn();
  expect(venue.stages.status()[0]?.sequence).toBe(4);
});

test.each([10, 60, 200])(
  "%d at once are taken in order, from memory or by re-execution",
  async (count) => {
    const venue = await openBoth();
    venue.release(count);
    await nextTurn();
    venue.release(1);
    await venue.settle();
    const taken = venue.order.map((each) => each.split(" "));
    for (const name of ["feed", "bars"]) {
      const sequences = taken.flatMap(([of, sequence]) => (of === name ? Number(sequence) : []));
      expect(sequences).toEqual(upTo(count + 1));
    }
    // Of those that are kept nothing is executed again.
    venue.log.flush();
    expect(venue.lines.join("").includes("stage_behind")).toBe(count > 60);
  },
);

/** A stage that lets some transactions pass, and what came to it in which way. */
async function openPassing(passes: (sequence: number) => boolean, kind: Stage["kind"] = "live") {
  const seen: string[] = [];
  let decodes = 0;
  const venue = openStages(() => {
    let sequence = 0;
    const stage: Stage = {
      ...{ name: "feed", kind, start: () => {}, checkpoint: () => sequence },
      passes: (transaction) => {
        if (!passes(transaction.sequence)) return false;
        sequence = transaction.sequence;
        seen.push(`passed ${sequence}`);
        return true;
      },
      apply: (transaction: Transaction) => {
        sequence = transaction.sequence;
        seen.push(`applied ${sequence}`);
      },
    };
    return [stage];
  });
  const lookBack = venue.journal.lookBack.bind(venue.journal);
  venue.journal.lookBack = (sequence) => {
    const released = lookBack(sequence);
    if (released === undefined) return undefined;
    const decode = released.transaction.bind(released);
    released.transaction = () => {
      decodes += 1;
      return decode();
    };
    return released;
  };
  await nextTurn();
  return { ...venue, seen, countDecodes: () => decodes };
}

test("what passes a live stage is not decoded for it, and leaves it live", async () => {
  const venue = await openPassing(() => true);
  venue.release(3);
  expect(venue.stages.status()[0]).toMatchObject({ state: "live", sequence: 3, lag: 0 });
  await nextTurn();
  expect(venue.seen).toEqual(["passed 1", "passed 2", "passed 3"]);
  expect(venue.countDecodes()).toBe(0);
});

test("behind one that is to be applied nothing passes before it was", async () => {
  const venue = await openPassing((sequence) => sequence !== 2);
  venue.release(4);
  expect(venue.seen).toEqual(["passed 1"]);
  await nextTurn();
  venue.release(1);
  const passed = ["passed 3", "passed 4", "passed 5"];
  expect(venue.seen).toEqual(["passed 1", "applied 2", ...passed]);
  expect(venue.countDecodes()).toBe(1);
});

test.each([10, 60, 64, 200])("of %d at once what is in memory passes, each once", async (count) => {
  const venue = await openPassing((sequence) => sequence % 10 !== 0, "derived");
  venue.release(count);
  venue.stages.hasten();
  await venue.settle();
  expect(venue.seen.map((each) => Number(each.split(" ")[1]))).toEqual(upTo(count));
  const held = venue.seen.slice(-Math.min(count, 60));
  expect(held).toEqual(
    held.map((_, at) => {
      const sequence = count - held.length + at + 1;
      return `${sequence % 10 === 0 ? "applied" : "passed"} ${sequence}`;
    }),
  );
  expect(venue.countDecodes()).toBeLessThanOrEqual(8);
});

test("what passes a derived stage is behind it without a turn", async () => {
  const venue = await openPassing((sequence) => sequence !== 4, "derived");
  venue.release(3);
  expect(venue.stages.status()[0]).toMatchObject({ state: "live", sequence: 3, lag: 0 });
  venue.release(2);
  expect(venue.stages.status()[0]).toMatchObject({ sequence: 3, lag: 2 });
  venue.stages.hasten();
  expect(venue.seen.slice(3)).toEqual(["applied 4", "passed 5"]);
});

test("a stage that lets all pass looks at the clock, and goes on later", async () => {
  const venue = await openPassing((sequence) => {
    if (sequence > 1) venue.clock.advanceMs(1);
    return sequence > 1;
  }, "derived");
  venue.journal.kept = 200;
  venue.release(100);
  venue.stages.hasten();
  expect(venue.seen).toHaveLength(1 + 64);
  await venue.settle();
  expect(venue.seen).toHaveLength(100);
});

test("the age of what is left is told also where it is out of memory", async () => {
  const venue = await openPassing((sequence) => sequence <= 5);
  venue.release(6);
  venue.clock.advanceMs(2_000);
  venue.release(100);
  expect(venue.stages.status()[0]).toMatchObject({ sequence: 5, lag: 101, lagMs: 2_000 });
  await venue.settle();
  expect(venue.stages.status()[0]).toMatchObject({ lag: 0, lagMs: 0 });
});

test("a stage that throws when it is asked what may pass is started again", async () => {
  let isBroken = true;
  const venue = await openPassing(() => {
    if (isBroken) throw new Error("it cannot say");
    return true;
  });
  venue.release(2);
  expect(venue.stages.status()[0]).toMatchObject({ state: "waiting", lag: 2, restarts: 1 });
  isBroken = false;
  await venue.settle(100);
  expect(venue.seen).toEqual(["passed 1", "passed 2"]);
  venue.release(1);
  expect(venue.seen.at(-1)).toBe("passed 3");
});
