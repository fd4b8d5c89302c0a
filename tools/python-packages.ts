/** Python packages for tests, below .toolchain: made once, again when their versions change. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const TOOLCHAIN = join(import.meta.dir, "../.toolchain");
const INSTALL_MS_MAX = 5 * 60_000;

export type PythonPackages =
  | {
      readonly isThere: true;
      /** Called with `-m`: the programs beside it name its path, and a clone may be moved. */
      readonly python: string;
    }
  | { readonly isThere: false; readonly reason: string };

/** Installs what the file `requirements` pins, or says why that cannot be. */
export function installPythonPackages(
  name: string,
  requirements: string,
  size: string,
): PythonPackages {
  const home = join(TOOLCHAIN, name);
  const python = join(home, "bin/python");
  const stamp = join(home, "requirements");
  const wanted = readFileSync(requirements, "utf8");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return { isThere: true, python };
  const probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
  if (!succeeds(["python3", "-c", probe])) {
    return { isThere: false, reason: "Python 3.11 or newer with venv is missing" };
  }
  process.stdout.write(`installing ${name} into .toolchain (once, about ${size})\n`);
  if (!succeeds(["python3", "-m", "venv", "--clear", home])) {
    return { isThere: false, reason: "venv failed" };
  }
  const pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  // Wheels alone: no package may run code while it is installed.
  pip.push("--only-binary=:all:", "--no-deps", "--requirement", requirements);
  if (!succeeds(pip)) {
    return { isThere: false, reason: "pip could not install the packages: see above" };
  }
  writeFileSync(stamp, wanted);
  return { isThere: true, python };
}

function succeeds(command: readonly string[]): boolean {
  try {
    const stdio = ["ignore", "inherit", "inherit"] as const;
    return Bun.spawnSync([...command], { stdio: [...stdio], timeout: INSTALL_MS_MAX }).success;
  } catch {
    // There is no such program.
    return false;
  }
}
