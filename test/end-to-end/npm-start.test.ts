// `npm start` as typed: the signal that npm gets reaches the venue, whose exit code comes back.

import { afterAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { until, within } from "../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";

const ROOT = join(import.meta.dir, "../..");
/** Should the addon have to be built first. */
const START_MS_MAX = 240_000;
const STOP_MS_MAX = 10_000;

afterAll(removeDirectories);

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s to npm stops the venue cleanly",
  async (signal) => {
    const directory = makeDirectory();
    const doors = ["http", "metrics", "fix", "fix-market-data", "binary"];
    const ports = doors.map((door) => `--${door}-port=0`);
    const flags = [...ports, `--data-directory=${directory}`];
    const child = Bun.spawn(["npm", "start", "--", ...flags], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const read = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
    };
    const ends = Promise.all([read(child.stdout), read(child.stderr)]);
    await until(START_MS_MAX, "npm start is ready", () => {
      if (child.exitCode !== null) throw new Error(`npm start ended:\n${output}`);
      return output.includes("openbell is ready");
    });
    child.kill(signal);
    expect(await within(STOP_MS_MAX, "npm ends", child.exited)).toBe(0);
    // Both streams end only when the last process that holds them has.
    await within(STOP_MS_MAX, "the venue ends", ends);
    expect(output).toContain("event=stopped");
    expect(existsSync(join(directory, "address"))).toBe(false);
  },
  START_MS_MAX,
);
