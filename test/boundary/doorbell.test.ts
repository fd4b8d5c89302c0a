import { afterAll, expect, test } from "bun:test";
import { within } from "../support/deadline.ts";
import { removeDirectories } from "../support/venue-process.ts";
import { addon, RawCore, UNKNOWN_CANCEL } from "./raw-core.ts";

afterAll(removeDirectories);

/** Commands of the long run, and of each of its batches. */
const COMMANDS = 100_000;
const BATCH = 50;
/** Of these, ahead of a disk that stalls: less than the venue takes. */
const AHEAD_MAX = 50_000;
/** Single commands, each awaited: every one needs its own ring. */
const ROUNDS = 1_000;
/** A lost ring would wait for ever; a busy disk syncs a group in well under a second. */
const QUIET_MS_MAX = 30_000;
/** A disk that syncs in 20 ms is slow, not broken. */
const TEST_MS_MAX = 60_000;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A core whose doorbell reads, and nothing else does. */
class Listener {
  readonly core: RawCore;
  rings = 0;
  released = 0;
  #isOpen = true;
  #target = Number.POSITIVE_INFINITY;
  #reached: () => void = () => {};

  constructor() {
    this.core = new RawCore({ segmentBytes: 1 << 24, doorbell: () => this.#hear() });
  }

  /** Submits, and counts what left at once. */
  submit(commands: number): void {
    this.core.submit(Array.from({ length: commands }, () => UNKNOWN_CANCEL));
    this.#count();
  }

  /** Resolves once `target` transactions were released. */
  async reach(target: number): Promise<void> {
    if (this.released >= target) return;
    this.#target = target;
    await within(
      QUIET_MS_MAX,
      `the ring for command ${target}, ${this.released} released`,
      new Promise<void>((resolve) => (this.#reached = resolve)),
    );
  }

  /** A ring that was under way may still arrive. */
  stop(): void {
    this.#isOpen = false;
    this.core.stop();
  }

  #hear(): void {
    this.rings += 1;
    if (!this.#isOpen) return;
    addon.read(this.core.handle);
    this.#count();
  }

  #count(): void {
    this.released += this.core.released().length;
    while (this.core.place("hasMore") === 1) {
      addon.read(this.core.handle);
      this.released += this.core.released().length;
    }
    if (this.released >= this.#target) this.#reached();
  }
}

test(
  "every command alone is rung for",
  async () => {
    const listener = new Listener();
    for (let round = 1; round <= ROUNDS; round += 1) {
      listener.submit(1);
      await listener.reach(round);
    }
    expect(listener.released).toBe(ROUNDS);
    listener.stop();
  },
  TEST_MS_MAX,
);

test(
  "no wake-up is lost over 100,000 commands",
  async () => {
    const listener = new Listener();
    for (let submitted = 0; submitted < COMMANDS; submitted += BATCH) {
      listener.submit(BATCH);
      await nextTurn();
      await listener.reach(submitted - AHEAD_MAX);
    }
    // From here on only the doorbell reads.
    await listener.reach(COMMANDS);
    expect(listener.released).toBe(COMMANDS);
    expect(listener.rings).toBeLessThanOrEqual(listener.core.status("journalSyncs"));
    listener.stop();
  },
  TEST_MS_MAX,
);

test("rings that nobody answered yet are one", async () => {
  const listener = new Listener();
  const rounds = 20;
  for (let round = 1; round <= rounds; round += 1) {
    listener.submit(1);
    // Waits on this thread, so that no ring can be answered, until the journal has rung.
    addon.drain(listener.core.handle);
  }
  expect(listener.core.status("journalSyncs")).toBeGreaterThanOrEqual(rounds);
  expect(listener.rings).toBe(0);
  await nextTurn();
  await listener.reach(rounds);
  for (let turn = 0; turn < 10; turn += 1) await nextTurn();
  // One for all of them; a second when the last ring came after the first was answered.
  expect(listener.rings).toBeLessThanOrEqual(2);
  listener.stop();
});

test("after a stop at most the ring under way arrives", async () => {
  const listener = new Listener();
  listener.core.submit([UNKNOWN_CANCEL]);
  listener.stop();
  for (let turn = 0; turn < 1_000; turn += 1) await nextTurn();
  expect(listener.rings).toBeLessThanOrEqual(1);
});
