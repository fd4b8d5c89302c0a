// The history's file in a process that is killed, and on a disk without space: afterwards it holds
// what the transactions say, each of them once.

import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../gateway/clock.ts";
import { Random } from "../../gateway/demo/random.ts";
import { HistoryStage } from "../../gateway/stages/history/history-stage.ts";
import { within } from "../support/deadline.ts";
import { feed } from "../support/history-feed.ts";
import { modelOf, readAll } from "../support/history-model.ts";
import { OrderStream } from "../support/order-stream.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { MachineShim } from "./machine-shim.ts";

const PROGRAM = join(import.meta.dir, "../support/history-process.ts");
const TRANSACTIONS = 8_000;
const LINE_MS_MAX = 20_000;
const TEST_MS_MAX = 90_000;

afterAll(() => removeDirectories());

/** Starts a process; `read` resolves with the first line from now on that fits. */
function startWriting(path: string, seed: number, environment: Readonly<Record<string, string>>) {
  const child = Bun.spawn([process.execPath, PROGRAM, path, `${seed}`, `${TRANSACTIONS}`], {
    env: { ...process.env, ...environment },
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const read = async (fits: (line: string) => boolean): Promise<string> => {
    for (;;) {
      const end = text.indexOf("\n");
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        if (fits(line)) return line;
        continue;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error(`the process ended: ${text}`);
      text += value;
    }
  };
  return {
    child,
    read: (what: string, fits: (line: string) => boolean) => within(LINE_MS_MAX, what, read(fits)),
  };
}

function toCheckpoint(line: string): number {
  return Number(line.slice("checkpoint ".length));
}

async function expectWhole(path: string, seed: number): Promise<void> {
  const transactions = new OrderStream(seed).take(TRANSACTIONS);
  const stage = new HistoryStage({
    path,
    retentionDays: 0,
    journalSequence: 1e9,
    clock: systemClock,
  });
  expect(stage.checkpoint()).toBe(TRANSACTIONS);
  await feed(stage, transactions);
  expect(await readAll(stage, new Random(seed))).toEqual(modelOf(transactions));
  await stage.stop();
}

test.each([21, 22])(
  "killed again and again, it holds every transaction once (seed %d)",
  async (seed) => {
    const random = new Random(seed);
    const path = join(makeDirectory(), "history.sqlite");
    let checkpoint = 0;
    for (let kill = 0; kill < 8; kill += 1) {
      const { child, read } = startWriting(path, seed, {});
      // The first time while the file is being made.
      const wanted = kill === 0 ? 0 : checkpoint + random.below(800);
      const line = await read("a checkpoint", (each) => toCheckpoint(each) >= wanted);
      child.kill("SIGKILL");
      await child.exited;
      const next = new HistoryStage({
        path,
        retentionDays: 0,
        journalSequence: 1e9,
        clock: systemClock,
      });
      checkpoint = next.checkpoint();
      expect(checkpoint).toBeGreaterThanOrEqual(toCheckpoint(line));
      await next.stop();
    }
    expect(checkpoint).toBeGreaterThan(0);
    const { child, read } = startWriting(path, seed, {});
    await read("the end", (line) => line === "done");
    await child.exited;
    await expectWhole(path, seed);
  },
  TEST_MS_MAX,
);

test(
  "without space its stage fails and says so, and goes on when space returns",
  async () => {
    const seed = 23;
    const shim = new MachineShim();
    const path = join(makeDirectory(), "history.sqlite");
    const { child, read } = startWriting(path, seed, shim.environment);
    await read("a checkpoint", (line) => /^checkpoint [1-9]/.test(line));
    shim.set("full");
    const failure = await read("the failure", (line) => line.startsWith("failed "));
    expect(failure).toContain("the history is not written: database or disk is full");
    shim.clear("full");
    await read("the end", (line) => line === "done");
    await child.exited;
    await expectWhole(path, seed);
  },
  TEST_MS_MAX,
);
