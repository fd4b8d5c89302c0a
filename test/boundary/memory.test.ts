import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";

afterAll(removeDirectories);

/** What 2,000,000 commands may add. A leak of one reply or record each would be 30 MiB and more. */
const GROWTH_BYTES_MAX = 14 << 20;
/** Behind the first: the allocator lets sizes differ, and what commands leave is in all of them. */
const PARTS_MAX = 3;
const TEST_MS_MAX = 240_000;

test(
  "millions of commands leave memory as it was",
  async () => {
    const program = join(import.meta.dir, "memory-process.ts");
    await using child = Bun.spawn([process.execPath, program, makeDirectory()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const sizes: number[] = [];
    const growth = (): number => Math.min(...sizes.slice(1)) - (sizes[0] ?? 0);
    const isEnough = (): boolean => growth() < GROWTH_BYTES_MAX || sizes.length > PARTS_MAX;
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      expect(text).toMatch(/^(\d+\n)+$/);
      sizes.push(...text.trimEnd().split("\n").map(Number));
      if (isEnough()) break;
    }
    expect(sizes.length).toBeGreaterThan(1);
    expect(growth()).toBeLessThan(GROWTH_BYTES_MAX);
  },
  TEST_MS_MAX,
);
