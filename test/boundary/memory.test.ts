import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";

afterAll(removeDirectories);

/** What 2,000,000 commands may add. A leak of one reply or record each would be 30 MiB and more. */
const GROWTH_BYTES_MAX = 14 << 20;
const TEST_MS_MAX = 120_000;

test(
  "5,000,000 commands leave memory as it was",
  async () => {
    const program = join(import.meta.dir, "memory-process.ts");
    const child = Bun.spawn([process.execPath, program, makeDirectory()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const output = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    expect(output).toMatch(/^-?\d+\n$/);
    expect(Number(output)).toBeLessThan(GROWTH_BYTES_MAX);
  },
  TEST_MS_MAX,
);
