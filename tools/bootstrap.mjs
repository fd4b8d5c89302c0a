/**
 * Makes a fresh clone runnable and runs one TypeScript program in it: pinned Bun, the packages, the
 * addon, the live page; the last two not for the load, which is a client.
 *
 * Plain Node without dependencies, because it runs before anything is installed. Every step is
 * skipped when its result is current. What a person has to do is told in one sentence, with exit
 * code 1.
 *
 * Use: `node tools/bootstrap.mjs [--rebuild] [program.ts [arguments…]]`
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const TOOLCHAIN = path.join(ROOT, ".toolchain");
const BUN = path.join(TOOLCHAIN, "node_modules", "bun", "bin", "bun.exe");
const CORE = path.join(ROOT, "core-addon");
const ADDON = path.join(CORE, "openbell-core.node");
const PAGE = path.join(ROOT, "page");
const PAGE_BUILDER = path.join("tools", "build-page.ts");
const NODE_MAJOR_MIN = 20;
const MANIFEST = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8"));

/** What the person at the keyboard must do; its message is the whole output. */
class Remedy extends Error {}

/**
 * Installs what is missing, then runs `args` with Bun in the caller's directory.
 *
 * Signals reach the program; its exit code becomes ours.
 */
export async function bootstrap(args) {
  const isRebuild = args[0] === "--rebuild";
  const program = isRebuild ? args.slice(1) : args;
  try {
    checkMachine();
    await installBun();
    await installPackages(isVenue(program));
    if (!isClient(program)) {
      await buildAddon(isRebuild);
      await buildPage();
    }
  } catch (error) {
    if (!(error instanceof Remedy)) throw error;
    process.stderr.write(`openbell: ${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  if (program.length > 0) await runProgram(program);
}

function checkMachine() {
  const cargoHome = process.env.CARGO_HOME || path.join(os.homedir(), ".cargo");
  // A Rust installed a minute ago is not yet on the PATH of this terminal.
  process.env.PATH = `${process.env.PATH}${path.delimiter}${path.join(cargoHome, "bin")}`;
  const nodeMajor = Number(process.versions.node.split(".")[0]);
  if (nodeMajor < NODE_MAJOR_MIN) {
    throw new Remedy(
      `Node ${process.versions.node} is too old: install Node ${NODE_MAJOR_MIN} or newer ` +
        "from https://nodejs.org and run this again.",
    );
  }
  if (!["linux", "darwin"].includes(process.platform)) {
    throw new Remedy(`${process.platform} is not supported: use Linux, macOS, or WSL on Windows.`);
  }
  try {
    fs.accessSync(ROOT, fs.constants.W_OK);
  } catch {
    throw new Remedy(
      `${ROOT} is not writable: run this as its owner, or clone into a directory of your own.`,
    );
  }
}

/** Bun comes from npm, into the clone: nothing on the machine changes. */
async function installBun() {
  const wanted = MANIFEST.engines.bun;
  if ((await firstLine(BUN, ["--version"])) === wanted) return;
  say(`installing Bun ${wanted} into .toolchain (once, about 100 MB)`);
  fs.mkdirSync(TOOLCHAIN, { recursive: true });
  const npm = ["install", "--prefix", TOOLCHAIN, "--no-audit", "--no-fund", "--loglevel=error"];
  // Its install script puts the program in place, so it must run whatever the user's npm settings
  // say.
  npm.push("--save-exact", "--ignore-scripts=false", "--no-workspaces", `bun@${wanted}`);
  const code = await run("npm", npm, { cwd: TOOLCHAIN, quiet: true });
  if (code !== 0 || (await firstLine(BUN, ["--version"])) !== wanted) {
    throw new Remedy(
      `Bun ${wanted} could not be installed: check that npm reaches its registry ` +
        "(`npm ping`), delete .toolchain and run this again.",
    );
  }
}

/** Whoever only runs the venue needs nothing of the tests, a browser of 67 MB among it. */
async function installPackages(forVenue) {
  const stamp = path.join(ROOT, "node_modules", ".openbell-stamp");
  const all = hashOf([path.join(ROOT, "package.json"), path.join(ROOT, "bun.lock")]);
  const wanted = forVenue ? `${all} for the venue` : all;
  if ([all, wanted].includes(textOf(stamp))) return;
  say("installing packages");
  const args = ["install", "--frozen-lockfile", ...(forVenue ? ["--production"] : [])];
  const code = await run(BUN, args, { cwd: ROOT, quiet: true });
  if (code !== 0) {
    throw new Remedy(
      "the packages could not be installed: see the message above; " +
        "check that the npm registry is reachable (`npm ping`) and run this again.",
    );
  }
  fs.writeFileSync(stamp, wanted);
}

/**
 * Builds the addon in release mode when its sources are not those of the present file.
 *
 * The new file replaces the old one by rename: a venue that runs keeps the image it has mapped.
 */
async function buildAddon(isRebuild) {
  const stamp = `${ADDON}.stamp`;
  const wanted = hashOf(coreSources(CORE));
  if (!isRebuild && fs.existsSync(ADDON) && textOf(stamp) === wanted) return;
  await checkRust();
  say("building the core in release mode (the first time takes a few minutes)");
  const args = ["build", "--release", "--locked", "--package", "binding"];
  args.push("--message-format=json-render-diagnostics");
  let report = "";
  const code = await run("cargo", args, { cwd: CORE, onOutput: (text) => (report += text) });
  const built = report
    .split("\n")
    .filter((line) => line.includes('"compiler-artifact"') && line.includes('"cdylib"'))
    .map((line) => JSON.parse(line).filenames.find((name) => /\.(so|dylib)$/.test(name)))
    .pop();
  if (code !== 0 || built === undefined) {
    throw new Remedy("the core did not build: mend what cargo reports above and run this again.");
  }
  fs.copyFileSync(built, `${ADDON}.new`);
  fs.renameSync(`${ADDON}.new`, ADDON);
  fs.writeFileSync(stamp, wanted);
}

/** Builds the live page when its sources or packages are not those of the present one. */
async function buildPage() {
  const stamp = path.join(PAGE, "dist", ".stamp");
  const names = fs.readdirSync(PAGE).filter((name) => /\.(ts|html|css)$/.test(name));
  const sources = names.sort().map((name) => path.join(PAGE, name));
  const wanted = hashOf([...sources, path.join(ROOT, PAGE_BUILDER), path.join(ROOT, "bun.lock")]);
  if (textOf(stamp) === wanted) return;
  say("building the live page");
  const code = await run(BUN, [PAGE_BUILDER], { cwd: ROOT, quiet: true });
  if (code !== 0) {
    throw new Remedy(
      "the live page did not build: mend what is reported above and run this again.",
    );
  }
  fs.writeFileSync(stamp, wanted);
}

async function checkRust() {
  const wanted = /rust-version = "([0-9.]+)"/.exec(textOf(path.join(CORE, "Cargo.toml")))[1];
  const line = await firstLine("cargo", ["--version"]);
  if (line === undefined) {
    throw new Remedy(
      `Rust is missing: install Rust ${wanted} or newer from https://rustup.rs and run this again.`,
    );
  }
  const version = line.split(" ")[1] || line;
  if (isOlder(version, wanted)) {
    throw new Remedy(
      `Rust ${version} is too old: run \`rustup update stable\` to get ${wanted} or newer ` +
        "and run this again.",
    );
  }
  if ((await firstLine("cc", ["--version"])) === undefined) {
    throw new Remedy(
      "a C linker is missing: install it (Debian: `sudo apt-get install build-essential`, " +
        "macOS: `xcode-select --install`) and run this again.",
    );
  }
}

function isOlder(version, wanted) {
  const [has, needs] = [version, wanted].map((text) => text.split(".").map(Number.parseFloat));
  if (has[0] !== needs[0]) return has[0] < needs[0];
  return has[1] < needs[1];
}

/** Directories of the core that are not part of the addon. */
const NOT_ADDON = ["target", "tests", "bench", "examples"];

/** Every file that decides what the addon is, sorted. */
function coreSources(directory) {
  const files = [];
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const name = path.join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!NOT_ADDON.includes(entry.name)) files.push(...coreSources(name));
    } else if (/\.(rs|toml|lock)$/.test(entry.name)) files.push(name);
  }
  return files.sort();
}

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${path.relative(ROOT, file)}\0`).update(fs.readFileSync(file));
  }
  return hash.digest("hex");
}

function textOf(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

function say(text) {
  process.stderr.write(`openbell: ${text}\n`);
}

/** First line a program prints, `undefined` when it cannot be run or fails. */
function firstLine(command, args) {
  return new Promise((resolve) => {
    let text = "";
    const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.on("data", (chunk) => (text += chunk));
    child.on("error", () => resolve(undefined));
    child.on("close", (code) => resolve(code === 0 ? text.split("\n")[0].trim() : undefined));
  });
}

/** Runs one step; `quiet` keeps its output back unless it fails. Resolves to the exit code. */
function run(command, args, { cwd, quiet = false, onOutput }) {
  return new Promise((resolve) => {
    let kept = "";
    const output = onOutput || ((text) => (kept += text));
    const child = spawn(command, args, {
      cwd,
      stdio: ["ignore", "pipe", quiet ? "pipe" : "inherit"],
    });
    child.stdout.setEncoding("utf8").on("data", output);
    if (quiet) child.stderr.setEncoding("utf8").on("data", output);
    child.on("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    child.on("close", (code) => {
      if (quiet && code !== 0) process.stderr.write(kept);
      resolve(code);
    });
  });
}

/**
 * Runs the program in our place: same terminal, same directory, same signals, same exit code.
 *
 * The scripts of package.json begin with `exec`, so that a signal to npm reaches us and not a
 * shell.
 */
function runProgram(args) {
  const [flags, rest] = [args.filter(isRuntimeFlag), args.filter((arg) => !isRuntimeFlag(arg))];
  const child = spawn(BUN, [...flags, path.join(ROOT, rest[0]), ...rest.slice(1)], {
    stdio: "inherit",
  });
  // Ctrl-C reaches the whole group as well; the program takes the same signal twice as one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      process.exitCode = code === null ? 128 + os.constants.signals[signal] : code;
      resolve();
    });
  });
}

/** Whoever only measures a venue elsewhere needs no Rust. */
function isClient(args) {
  return args.find((arg) => !isRuntimeFlag(arg)) === "bench/load.ts";
}

function isVenue(args) {
  return args.find((arg) => !isRuntimeFlag(arg))?.startsWith("gateway/") ?? false;
}

/** Flags of Bun itself, as opposed to those of the program. */
function isRuntimeFlag(arg) {
  return arg === "--watch";
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await bootstrap(process.argv.slice(2));
}
