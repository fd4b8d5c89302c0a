import { expect, test } from "bun:test";
import { TurnQueue } from "./turn-queue.ts";

/** Resolves after the immediates that are there by now. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("does in one turn what fits into a millisecond, in the order in which it came", async () => {
  let nowUs = 0;
  const done: string[] = [];
  const queue = new TurnQueue({ elapsedUs: () => nowUs });
  for (const name of ["a", "b", "c", "d", "e"]) {
    queue.add(() => {
      done.push(name);
      nowUs += 400;
    });
  }
  expect(done).toEqual([]);
  await turn();
  expect(done).toEqual(["a", "b", "c"]);
  await turn();
  expect(done).toEqual(["a", "b", "c", "d", "e"]);
});

test("a task may add another one, and a stopped queue does nothing more", async () => {
  const done: string[] = [];
  const queue = new TurnQueue({ elapsedUs: () => 0 });
  queue.add(() => {
    done.push("first");
    queue.add(() => done.push("second"));
  });
  await turn();
  await turn();
  expect(done).toEqual(["first", "second"]);
  queue.add(() => done.push("never"));
  queue.stop();
  await turn();
  expect(done).toEqual(["first", "second"]);
});
