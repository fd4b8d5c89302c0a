// Lots traded per instrument since the venue began, in a JSON file.

import { existsSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import type { Transaction } from "../../gateway/domain/change.ts";
import type { Stage } from "../../gateway/stages/stage.ts";

export class VolumeStage implements Stage {
  readonly name = "volume";
  readonly kind = "derived";
  readonly #path: string;
  #kept: { sequence: number; lots: [number, number][] } = { sequence: 0, lots: [] };
  #lots = new Map<number, number>();
  #sequence = 0;
  #isWriting = false;

  constructor(path: string) {
    this.#path = path;
    if (existsSync(path)) this.#kept = JSON.parse(readFileSync(path, "utf8"));
  }

  start(from: number): void {
    this.#lots = new Map(this.#kept.lots);
    this.#sequence = from;
  }

  apply({ sequence, changes }: Transaction): void {
    for (const change of changes) {
      if (change.entity !== "trade") continue;
      this.#lots.set(change.instrument, this.lots(change.instrument) + change.quantity);
    }
    this.#sequence = sequence;
  }

  checkpoint(): number {
    if (!this.#isWriting && this.#sequence > this.#kept.sequence) void this.#write();
    return this.#kept.sequence;
  }

  lots(instrument: number): number {
    return this.#lots.get(instrument) ?? 0;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    const kept = { sequence: this.#sequence, lots: [...this.#lots] };
    await Bun.write(`${this.#path}.new`, JSON.stringify(kept));
    await rename(`${this.#path}.new`, this.#path);
    this.#kept = kept;
    this.#isWriting = false;
  }
}
