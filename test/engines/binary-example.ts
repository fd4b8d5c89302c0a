// The clients of examples/binary as a newcomer builds them: code from the schema, the program and
// the library of its language.

import { cpSync } from "node:fs";
import { join } from "node:path";
import { type ExampleName, generate } from "../../examples/binary/generate.ts";
import { installPythonPackages } from "../../tools/python-packages.ts";
import { until, within } from "../support/deadline.ts";
import { buildOnce, builtAt, filesBelow, run } from "./toolchain.ts";

const ROOT = join(import.meta.dir, "../..");
const EXAMPLES = join(ROOT, "examples/binary");
const SCHEMA = join(ROOT, "schemas/order-entry.fbs");
/** Writes the code from it. */
const GENERATOR = join(EXAMPLES, "generate.ts");
/** A start of a process on a busy machine, a connection that it makes again, and an answer. */
const WAIT_MS_MAX = 30_000;

export type { ExampleName };

interface Recipe {
  /** What is not on this machine; undefined when all is there. */
  readonly missing: () => string | undefined;
  readonly build: (target: string) => Promise<void>;
  readonly command: (target: string) => string[];
}

const RECIPES: Record<ExampleName, Recipe> = {
  typescript: {
    missing: () => undefined,
    build: async () => {},
    command: () => [process.execPath, "trade.ts"],
  },
  python: {
    missing() {
      const packages = pythonPackages();
      return packages.isThere ? undefined : packages.reason;
    },
    build: async () => {},
    command() {
      const packages = pythonPackages();
      if (!packages.isThere) throw new Error(packages.reason);
      return [packages.python, "-u", "trade.py"];
    },
  },
  rust: {
    missing: () => (Bun.which("cargo") === null ? "cargo" : undefined),
    async build(target) {
      await run(["cargo", "build", "--locked", "--jobs", "2"], target);
    },
    command: (target) => [join(target, "target/debug/trade")],
  },
};

function pythonPackages() {
  const requirements = join(EXAMPLES, "python/requirements.txt");
  return installPythonPackages("flatbuffers", requirements, "20 MB");
}

/** What this machine lacks to build it; undefined when all is there. */
export function missingTool(name: ExampleName): string | undefined {
  return RECIPES[name].missing();
}

/** Generates its code from the schema and compiles it, unless that was done for these sources. */
export async function buildExample(name: ExampleName): Promise<void> {
  const sources = join(EXAMPLES, name);
  const made = [...filesBelow(sources), SCHEMA, GENERATOR];
  await buildOnce(`binary-${name}`, made, async (target) => {
    cpSync(sources, target, { recursive: true });
    await generate(name, join(target, "generated"));
    await RECIPES[name].build(target);
  });
}

/** A numbered message that an example has printed. */
export interface Printed {
  readonly number: number;
  readonly kind: string;
  readonly line: string;
}

export interface ExampleArguments {
  readonly port: number;
  readonly key: string;
  readonly session: string;
  readonly nextNumber: number;
}

/** An example as a process of its own. */
export class Example {
  /** What it has printed. */
  output = "";
  readonly #name: ExampleName;
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  /** Numbered messages that were waited for. */
  #seen = 0;

  /** Order: after `buildExample`. */
  constructor(name: ExampleName, { port, key, session, nextNumber }: ExampleArguments) {
    const target = builtAt(`binary-${name}`);
    const command = [...RECIPES[name].command(target), `${port}`, key, session, `${nextNumber}`];
    this.#name = name;
    this.#child = Bun.spawn(command, { cwd: target, stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) void this.#read(stream);
  }

  /** Types a line. */
  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
    void this.#child.stdin.flush();
  }

  get printed(): Printed[] {
    return [...this.output.matchAll(/^#(\d+) (\w+)\b.*(?=\n)/gm)]
      .map(([line, number, kind = ""]) => ({ number: Number(number), kind, line }))
      .filter(({ number }) => number > 0);
  }

  /** Waits until it has printed that it is logged in, with the instruments. */
  async loggedIn(times = 1): Promise<void> {
    await this.#until("login", () => this.output.split("BTC-USDT").length > times);
  }

  /** The next message of this kind that is not before one already waited for. */
  next(kind: string): Promise<Printed> {
    return this.#until(kind, () => {
      const at = this.printed.findIndex((each, index) => index >= this.#seen && each.kind === kind);
      if (at >= 0) this.#seen = at + 1;
      return this.printed[at] ?? false;
    });
  }

  /** Ends its input; it logs out. Returns its exit code. */
  async leave(): Promise<number> {
    this.#child.stdin.end();
    return within(WAIT_MS_MAX, `${this.#name} leaves`, this.#child.exited);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  #until<Value>(what: string, look: () => Value | false): Promise<Value> {
    return until(WAIT_MS_MAX, what, look).catch((cause: unknown) => {
      throw new Error(`${this.#name}: no ${what}:\n${this.output}`, { cause });
    });
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.output += decoder.decode(chunk, { stream: true });
  }
}

/** A field of a printed message, whatever the language writes around it. */
export function fieldOf({ line }: Printed, name: string): string | undefined {
  const text = line.replaceAll("_", "").toLowerCase();
  const pattern = new RegExp(`\\b${name.replaceAll("_", "")}(?:=|: )([\\w-]+)`);
  return pattern.exec(text)?.[1];
}
