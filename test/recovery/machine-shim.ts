// A library between a venue and its machine that fails when it is told to; machine-shim.c says how.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory } from "../support/venue-process.ts";

const SOURCE = join(import.meta.dir, "machine-shim.c");

export type FaultName = "lose-sync" | "lose-write" | "hang-sync" | "full" | "clock";

export class MachineShim {
  /** For the process that is to fail. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #faults: string;

  /** Errors: throws with the compiler's words when there is none that works. */
  constructor() {
    const directory = makeDirectory();
    const library = join(directory, "machine-shim.so");
    this.#faults = join(directory, "faults");
    mkdirSync(this.#faults);
    const compiler = ["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"];
    const { exitCode, stderr } = Bun.spawnSync(compiler);
    if (exitCode !== 0) throw new Error(`cc failed: ${stderr.toString()}`);
    this.environment = { LD_PRELOAD: library, MACHINE_SHIM: this.#faults };
  }

  /** From now on, or once, as the fault is. */
  set(fault: FaultName, value = ""): void {
    writeFileSync(join(this.#faults, fault), value);
  }

  clear(fault: FaultName): void {
    rmSync(join(this.#faults, fault), { force: true });
  }
}
