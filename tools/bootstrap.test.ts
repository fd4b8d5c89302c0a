// The bootstrap in a small imitation of the clone, with imitations of npm, bun, cargo and cc.

import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const NODE = realpathSync(Bun.which("node") ?? "node");
const BUN_VERSION = "9.9.9";
const directories: string[] = [];
let root = "";
let programs = "";

/** Writes a shell program into the imitated PATH. It says in `calls` that it ran. */
function imitate(name: string, script: string): void {
  const lines = ["#!/bin/sh", `echo ${name} "$@" >> "${join(root, "calls")}"`, script];
  writeFileSync(join(programs, name), `${lines.join("\n")}\n`, { mode: 0o755 });
}

function calls(): string {
  const path = join(root, "calls");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "openbell-bootstrap-")));
  programs = join(root, "programs");
  directories.push(root);
  for (const path of ["programs", "tools", "core-addon/engine/src", "gateway", "built", "page"]) {
    mkdirSync(join(root, path), { recursive: true });
  }
  cpSync(join(import.meta.dir, "bootstrap.mjs"), join(root, "tools/bootstrap.mjs"));
  writeFileSync(join(root, "package.json"), JSON.stringify({ engines: { bun: BUN_VERSION } }));
  writeFileSync(join(root, "bun.lock"), "{}");
  writeFileSync(join(root, "core-addon/Cargo.toml"), 'rust-version = "1.95"\n');
  writeFileSync(join(root, "core-addon/engine/src/lib.rs"), "// engine\n");
  writeFileSync(join(root, "built/libbinding.so"), "addon");
  writeFileSync(join(root, "page/main.ts"), "// page\n");
  writeFileSync(join(root, "tools/build-page.ts"), "// builder\n");

  // Everything that shell programs need of the machine, and nothing that could be the real thing.
  for (const name of ["sh", "cat", "cp", "mkdir", "chmod"]) {
    symlinkSync(Bun.which(name) ?? name, join(programs, name));
  }
  const bun = `#!/bin/sh
case "$1" in
  --version) echo ${BUN_VERSION} ;;
  install) mkdir -p node_modules; echo bun "$@" >> calls ;;
  tools/build-page.ts) mkdir -p page/dist; echo bun build-page >> calls ;;
  *) shift; echo "program: $@"; exit 7 ;;
esac
`;
  writeFileSync(join(root, "imitated-bun"), bun);
  const target = ".toolchain/node_modules/bun/bin";
  imitate(
    "npm",
    `mkdir -p ${root}/${target} && cp ${root}/imitated-bun ${root}/${target}/bun.exe &&
     chmod 755 ${root}/${target}/bun.exe`,
  );
  const artifact = JSON.stringify({
    reason: "compiler-artifact",
    target: { kind: ["cdylib"] },
    filenames: [join(root, "built/libbinding.so")],
  });
  imitate(
    "cargo",
    `if [ "$1" = --version ]; then echo "cargo 1.95.0 (x)"; else echo '${artifact}'; fi`,
  );
  imitate("cc", "echo cc 1");
});

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

async function bootstrap(args: readonly string[], environment: Record<string, string> = {}) {
  const child = Bun.spawn([NODE, join(root, "tools/bootstrap.mjs"), ...args], {
    cwd: root,
    env: { PATH: programs, HOME: root, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, output, errors };
}

test("the first run installs and builds, the second only runs the program", async () => {
  const first = await bootstrap(["gateway/main.ts", "start"]);
  expect(first.output).toBe("program: start\n");
  expect(first.code).toBe(7);
  expect(first.errors.trim().split("\n")).toHaveLength(4);
  expect(readFileSync(join(root, "core-addon/openbell-core.node"), "utf8")).toBe("addon");
  const callsBefore = calls();
  expect(callsBefore).toContain(`bun@${BUN_VERSION}`);
  expect(callsBefore).toContain("cargo build --release --locked");

  const second = await bootstrap(["gateway/main.ts", "start"]);
  expect(second).toEqual({ code: 7, output: "program: start\n", errors: "" });
  expect(calls()).toBe(callsBefore);
});

test.each([
  ["a changed source", "core-addon/engine/src/lib.rs", ["cargo build"]],
  ["a changed lock file", "bun.lock", ["bun install", "bun build-page"]],
  ["a changed source of the page", "page/main.ts", ["bun build-page"]],
])("%s repeats its steps alone", async (_, path, repeated) => {
  await bootstrap([]);
  rmSync(join(root, "calls"));
  appendFileSync(join(root, path), "\n");
  await bootstrap([]);
  const steps = calls().match(/cargo build|bun build-page|bun install|npm install/g);
  expect([...(steps ?? [])]).toEqual(repeated);
});

test("the packages of the tests are installed when something needs them, once", async () => {
  await bootstrap(["gateway/main.ts", "start"]);
  await bootstrap(["--watch", "gateway/main.ts", "start"]);
  await bootstrap(["tools/test.ts"]);
  await bootstrap(["gateway/main.ts", "start"]);
  const installs = calls().match(/^bun install.*$/gm);
  expect([...(installs ?? [])]).toEqual([
    "bun install --frozen-lockfile --production",
    "bun install --frozen-lockfile",
  ]);
});

test("a changed test of the core repeats nothing", async () => {
  await bootstrap([]);
  rmSync(join(root, "calls"));
  mkdirSync(join(root, "core-addon/engine/tests"));
  writeFileSync(join(root, "core-addon/engine/tests/new.rs"), "");
  await bootstrap([]);
  expect(calls()).toBe("");
});

test("--rebuild builds although nothing changed", async () => {
  await bootstrap([]);
  rmSync(join(root, "calls"));
  expect((await bootstrap(["--rebuild"])).code).toBe(0);
  expect(calls()).toContain("cargo build");
});

describe("one sentence with the remedy when", () => {
  const old = "Object.defineProperty(process.versions,'node',{value:'18.20.0'})";
  test.each<[string, () => Record<string, string> | void, string]>([
    [
      "Node is old",
      () => ({ NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(old)}"` }),
      "Node 18.20.0 is too old: install Node 20 or newer",
    ],
    ["npm fails", () => imitate("npm", "exit 1"), "Bun 9.9.9 could not be installed: check"],
    ["npm is missing", () => rmSync(join(programs, "npm")), "Bun 9.9.9 could not be installed"],
    ["Rust is missing", () => rmSync(join(programs, "cargo")), "install Rust 1.95 or newer from"],
    ["Rust is old", () => imitate("cargo", "echo cargo 1.94.1"), "Rust 1.94.1 is too old: run"],
    ["a linker is missing", () => rmSync(join(programs, "cc")), "a C linker is missing: install"],
    [
      "the core does not build",
      () => imitate("cargo", 'if [ "$1" = --version ]; then echo cargo 1.95.0; else exit 101; fi'),
      "the core did not build: mend what cargo reports",
    ],
  ])("%s", async (_, damage, remedy) => {
    const environment = damage() ?? {};
    const { code, output, errors } = await bootstrap(["gateway/main.ts"], environment);
    const last = errors.trim().split("\n").at(-1) ?? "";
    expect(last).toStartWith("openbell: ");
    expect(last).toContain(remedy);
    expect(last).toEndWith(".");
    expect(output).toBe("");
    expect(code).toBe(1);
  });
});

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s reaches the program, its code comes back",
  async (signal) => {
    await bootstrap([]);
    const script = `#!/bin/sh
if [ "$1" = --version ]; then echo ${BUN_VERSION}; exit; fi
trap 'echo stopped; exit 3' INT TERM
echo ready
while true; do :; done
`;
    writeFileSync(join(root, ".toolchain/node_modules/bun/bin/bun.exe"), script);
    const child = Bun.spawn([NODE, join(root, "tools/bootstrap.mjs"), "gateway/main.ts"], {
      env: { PATH: programs },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    for await (const chunk of child.stdout) {
      output += new TextDecoder().decode(chunk);
      if (output === "ready\n") child.kill(signal);
    }
    expect(output).toBe("ready\nstopped\n");
    expect(await child.exited).toBe(3);
  },
);

test("the imitation stands in for the real clone", () => {
  const real = JSON.parse(readFileSync(join(dirname(import.meta.dir), "package.json"), "utf8"));
  expect(real.engines.bun).toMatch(/^\d+\.\d+\.\d+$/);
  expect(readFileSync(join(dirname(import.meta.dir), "core-addon/Cargo.toml"), "utf8")).toMatch(
    /^rust-version = "[0-9.]+"$/m,
  );
});
