import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Core } from "../../gateway/core/core.ts";
import { within } from "../support/deadline.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";
import { SEGMENT_BYTES } from "./raw-core.ts";

afterAll(removeDirectories);

const EXIT_FATAL = 70;
const BREAK_AT = 25;
const CHILD_MS_MAX = 30_000;

describe.each(["os", "fsync"] as const)("durability %s", (durability) => {
  test(
    "a journal that fails ends the process before another reply",
    async () => {
      const dataDirectory = makeDirectory();
      const file = join(import.meta.dir, "fatal-child.ts");
      const child = Bun.spawn(
        [process.execPath, file, dataDirectory, durability, String(BREAK_AT)],
        {
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      const [output, errors, exitCode] = await within(
        CHILD_MS_MAX,
        "the end of the process",
        Promise.all([child.stdout.text(), child.stderr.text(), child.exited]),
      );

      const expected = Array.from({ length: BREAK_AT }, (_, index) => {
        return `submitted ${index + 1}\nreplied ${index + 1}\n`;
      });
      expect(output).toBe(`${expected.join("")}submitted ${BREAK_AT + 1}\n`);
      expect(errors).toMatch(/^openbell: fatal: journal_write_failed: .*\n$/);
      expect(exitCode).toBe(EXIT_FATAL);

      // Every acknowledged command is there; the one that was not acknowledged left no doubt.
      const core = Core.open({ dataDirectory, durability, segmentBytes: SEGMENT_BYTES });
      expect(core.openReport.sequence).toBe(BREAK_AT);
      core.stop();
    },
    CHILD_MS_MAX,
  );
});

test(
  "the exit code does not depend on a log that can be written",
  async () => {
    const file = join(import.meta.dir, "fatal-child.ts");
    const child = Bun.spawn(
      // The log often lies on the disk that failed.
      [
        "sh",
        "-c",
        'exec "$@" 2>/dev/full',
        "sh",
        process.execPath,
        file,
        makeDirectory(),
        "os",
        "1",
      ],
      { stdio: ["ignore", "ignore", "ignore"] },
    );
    expect(await within(CHILD_MS_MAX, "the end of the process", child.exited)).toBe(EXIT_FATAL);
  },
  CHILD_MS_MAX,
);
