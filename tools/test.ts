/**
 * Runs every check and every test, Rust and TypeScript; writes nothing into the tree.
 *
 * Use: `npm test [step…]`; without names every step runs. The last line is `N passed, N failed`,
 * the exit code 1 when anything failed. A runner that crashes or finds no test counts as a failure.
 * A step that this machine cannot run is named as skipped; with `npm test -- --no-skips` it fails.
 */
import { join } from "node:path";
import { FORMATTED } from "./formatted.ts";
import {
  type Counts,
  countBunTests,
  countCargoTests,
  countOne,
  countSchemathesis,
} from "./test-counts.ts";

const ROOT = join(import.meta.dir, "..");
const CORE = join(ROOT, "core-addon");

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly directory: string;
  readonly count: (output: string, exitCode: number) => Counts;
  /** What to do when it fails, if the output does not say it. */
  readonly remedy?: string;
}

/** A step that hangs fails. The longest takes ten minutes on two cores that do nothing else. */
const STEP_MS_MAX = 45 * 60_000;
/** Of a test that names no time of its own: a busy machine may take seconds for what takes ms. */
const TEST_MS_MAX = 60_000;

/** In the order of cost, so that the cheap refusals come first. */
const STEPS: readonly Step[] = [
  {
    name: "generated",
    command: [process.execPath, "schemas/generate.ts", "--check"],
    directory: ROOT,
    count: countOne,
  },
  {
    name: "format",
    command: [process.execPath, "fmt", "--check", ...FORMATTED],
    directory: ROOT,
    count: countOne,
    remedy: "run `bun run fix`",
  },
  { name: "types", command: [process.execPath, "check"], directory: ROOT, count: countOne },
  {
    name: "page-types",
    command: [process.execPath, "check", "--project", "page"],
    directory: ROOT,
    count: countOne,
  },
  {
    name: "rust-format",
    command: ["cargo", "fmt", "--all", "--check"],
    directory: CORE,
    count: countOne,
    remedy: "run `bun run fix`",
  },
  {
    name: "rust-lints",
    command: [
      ...["cargo", "clippy", "--locked", "--workspace", "--all-targets", "--all-features"],
      ...["--", "-D", "warnings"],
    ],
    directory: CORE,
    count: countOne,
  },
  {
    name: "rust",
    command: ["cargo", "test", "--locked", "--all-features", "--no-fail-fast"],
    directory: CORE,
    count: countCargoTests,
  },
  {
    name: "typescript",
    command: [process.execPath, "test", "--only-failures", "--timeout", `${TEST_MS_MAX}`],
    directory: ROOT,
    count: countBunTests,
  },
  {
    name: "schemathesis",
    command: [process.execPath, "tools/schemathesis.ts"],
    directory: ROOT,
    count: countSchemathesis,
  },
];

const NO_SKIPS = "--no-skips";

async function runStep(step: Step): Promise<Counts> {
  process.stdout.write(
    `\n── ${step.name}: ${step.command.join(" ").replace(process.execPath, "bun")}\n`,
  );
  const child = Bun.spawn([...step.command], {
    cwd: step.directory,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: STEP_MS_MAX,
  });
  const [output, errors, exitCode] = await Promise.all([
    passOn(child.stdout, process.stdout),
    passOn(child.stderr, process.stderr),
    child.exited,
  ]);
  const counts = step.count(output + errors, exitCode);
  if (counts.failed > 0 && step.remedy !== undefined) process.stdout.write(`${step.remedy}\n`);
  return counts;
}

/** Shows what arrives while it arrives, and keeps it. */
async function passOn(from: ReadableStream<Uint8Array>, to: NodeJS.WriteStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of from) {
    to.write(chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

const words = process.argv.slice(2);
const names = words.filter((word) => word !== NO_SKIPS);
const isComplete = words.includes(NO_SKIPS);
const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `No step ${unknown.join(", ")}; there are: ${STEPS.map((step) => step.name).join(", ")}\n`,
  );
  process.exit(2);
}

const lines: string[] = [];
const total = { passed: 0, failed: 0 };
for (const step of STEPS.filter((each) => names.length === 0 || names.includes(each.name))) {
  const startedNs = Bun.nanoseconds();
  const { passed, failed, skipped = 0 } = await runStep(step);
  const seconds = ((Bun.nanoseconds() - startedNs) / 1e9).toFixed(1);
  const note = skipped === 0 ? "" : `, ${skipped} skipped`;
  lines.push(`${step.name.padEnd(12)} ${passed} passed, ${failed} failed${note}  ${seconds} s`);
  total.passed += passed;
  total.failed += failed + (isComplete ? skipped : 0);
}
process.stdout.write(`\n${lines.join("\n")}\n${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
