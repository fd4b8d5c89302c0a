// Small files in the data directory that the operator's commands and the venue share. The journal,
// the snapshots and the lock belong to the core.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GatewayFault } from "../domain/fault.ts";

export class DataFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** The keys, an SQLite file. */
  get keysPath(): string {
    return join(this.directory, "keys.sqlite");
  }

  /** The demo traders' tokens. */
  get demoKeysPath(): string {
    return join(this.directory, "demo-keys");
  }

  /** The folder of what FIX sessions keep. */
  get fixPath(): string {
    return join(this.directory, "fix");
  }

  /** The folder of where the streams of the binary port were. */
  get binaryPath(): string {
    return join(this.directory, "binary");
  }

  get isInitialised(): boolean {
    return existsSync(this.keysPath);
  }

  get hasJournal(): boolean {
    return existsSync(join(this.directory, "journal"));
  }

  /** Errors: throws `data_directory_unwritable`, as all that writes here. */
  make(): void {
    try {
      mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw this.#unwritable(cause);
    }
    this.#write("write-probe", "");
    rmSync(join(this.directory, "write-probe"));
  }

  /** The operator's admin token, readable by its owner only. */
  readOperatorKey(): string | undefined {
    return this.#read("operator-key");
  }

  writeOperatorKey(token: string): void {
    this.#write("operator-key", `${token}\n`);
  }

  /** Where the running venue listens; left behind by one that was killed. */
  readAddress(): string | undefined {
    return this.#read("address");
  }

  writeAddress(url: string): void {
    this.#write("address", `${url}\n`);
  }

  removeAddress(): void {
    rmSync(join(this.directory, "address"), { force: true });
  }

  /** Errors: throws `disk_operation_failed` for a file that is there and cannot be read. */
  #read(name: string): string | undefined {
    const path = join(this.directory, name);
    try {
      return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
    } catch (cause) {
      const message = `cannot read ${path} (${reasonOf(cause)}): act as the owner of the venue`;
      throw new GatewayFault("disk_operation_failed", message, { cause });
    }
  }

  /** Replaces the file whole: a reader never sees half of it. */
  #write(name: string, text: string): void {
    const path = join(this.directory, name);
    try {
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (cause) {
      throw this.#unwritable(cause);
    }
  }

  #unwritable(cause: unknown): GatewayFault {
    const message =
      `cannot write to the data directory ${this.directory} (${reasonOf(cause)}): ` +
      "make it writable, free space, or name another one with --data-directory";
    return new GatewayFault("data_directory_unwritable", message, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
