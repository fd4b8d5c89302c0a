// The demo traders' tokens, kept beside the data so that a second start prints the same key. A real
// venue keeps no token: its clients do.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** Account name → bearer token, in a file that only its owner may read. */
export class KeyFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What is not a text file of ours counts as empty: then new keys are made. */
  read(): Record<string, string> {
    if (!existsSync(this.#path)) return {};
    const lines = readFileSync(this.#path, "utf8").trim().split("\n");
    return Object.fromEntries(
      lines.map((line) => line.split(" ")).filter((parts) => parts.length === 2),
    );
  }

  write(tokens: Readonly<Record<string, string>>): void {
    const lines = Object.entries(tokens).map(([name, token]) => `${name} ${token}\n`);
    writeFileSync(`${this.#path}.new`, lines.join(""), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}
