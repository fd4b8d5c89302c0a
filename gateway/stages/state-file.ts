// A small state with its sequence in a file of its own: replaced whole, synced, never waited for. A
// checksum tells what was written from what became of it.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

export interface SavedState {
  readonly sequence: number;
  readonly state: string;
}

export class StateFile {
  readonly #path: string;
  #saved: SavedState | undefined;
  /** What comes next when the write under way is done. */
  #next: SavedState | undefined;
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;
  /** The file was there and is not what was written: it counts as none, and is written anew. */
  readonly isDamaged: boolean;

  /** Errors: throws when the file is there and cannot be read. */
  constructor(path: string) {
    this.#path = path;
    const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    if (text !== undefined) this.#saved = parse(text);
    this.isDamaged = text !== undefined && this.#saved === undefined;
  }

  /**
   * Forgets the state when it is of a later sequence: what a journal that lost its end does not
   * know is no past. Tells whether it did.
   *
   * Order: before the first `load`.
   */
  discardBeyond(sequence: number): boolean {
    if (this.savedSequence() <= sequence) return false;
    rmSync(this.#path);
    this.#saved = undefined;
    return true;
  }

  /** What the disk has. */
  load(): SavedState | undefined {
    this.#failure = undefined;
    return this.#saved;
  }

  /**
   * Puts a newer state in the place of the one kept; of several that wait only the last is written.
   */
  save(sequence: number, state: string): void {
    // Of a stage that was started again while its last save was on its way.
    if (sequence <= (this.#saved?.sequence ?? 0)) return;
    this.#next = { sequence, state };
    this.#writing ??= this.#write();
  }

  /**
   * Sequence of what `load` would give after a crash now; 0 = nothing.
   *
   * Errors: throws why the last one could not be written, until `load` is called.
   */
  savedSequence(): number {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#saved?.sequence ?? 0;
  }

  /** Resolves when nothing waits to be written. */
  async stop(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    try {
      for (let next = this.#next; next !== undefined; next = this.#next) {
        this.#next = undefined;
        if (next.sequence <= this.savedSequence()) continue;
        await replace(this.#path, JSON.stringify({ ...next, check: checkOf(next) }));
        this.#saved = next;
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(`${error}`);
    } finally {
      this.#writing = undefined;
    }
  }
}

/** Undefined: not what `#write` wrote. */
function parse(text: string): SavedState | undefined {
  try {
    // why: what it is not, its checksum is not either
    const { sequence, state, check } = JSON.parse(text) as SavedState & { check: string };
    return check === checkOf({ sequence, state }) ? { sequence, state } : undefined;
  } catch {
    return undefined;
  }
}

function checkOf({ sequence, state }: SavedState): string {
  return createHash("sha256").update(`${sequence} ${state}`).digest("hex");
}

/** On the disk, under its name, before it resolves. */
async function replace(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  const directory = await open(dirname(path));
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
