// Stages that note what they took, over a journal without a core and a clock in the test's hand.

import { expect } from "bun:test";
import type { Reexecution } from "../../gateway/core/core.ts";
import type { ReleaseListener } from "../../gateway/core/deliveries.ts";
import type { Released } from "../../gateway/core/released.ts";
import type { Transaction } from "../../gateway/domain/change.ts";
import { GatewayFault } from "../../gateway/domain/fault.ts";
import { Log } from "../../gateway/log.ts";
import { Metrics } from "../../gateway/metrics.ts";
import type { Stage } from "../../gateway/stages/stage.ts";
import { Stages } from "../../gateway/stages/stages.ts";
import { ManualClock } from "./manual-clock.ts";
import { releasedAt, transactionAt } from "./transactions.ts";

const RING = { transactionsMax: 16, changesMax: 64 };

/** What a stage does at its next transactions; "" = takes it. */
export type Deed = "" | "throws" | "busy" | "keeps" | "slow";

/** Notes every sequence it took; what it had not kept is taken back when it is started again. */
export class NotingStage implements Stage {
  readonly name: string;
  readonly kind: Stage["kind"];
  taken: number[] = [];
  readonly #deeds: Deed[];
  readonly #clock: ManualClock;
  #kept = 0;

  constructor(
    name: string,
    clock: ManualClock,
    deeds: readonly Deed[] = [],
    kind: Stage["kind"] = "live",
  ) {
    this.name = name;
    this.kind = kind;
    this.#clock = clock;
    this.#deeds = [...deeds];
  }

  start(from: number): void {
    expect(from).toBe(this.#kept);
    this.taken = this.taken.filter((sequence) => sequence <= from);
  }

  apply({ sequence }: Transaction): void | "busy" {
    const deed = this.#deeds.shift() ?? "";
    if (deed === "throws") throw new Error(`${this.name} cannot`);
    if (deed === "busy") return "busy";
    if (deed === "slow") this.#clock.advanceMs(2);
    this.taken.push(sequence);
    if (deed === "keeps") this.#kept = sequence;
  }

  checkpoint(): number {
    return this.#kept;
  }
}

/** A journal of transactions 1 to n, re-executed a few at a time. */
class Journal {
  held = 0;
  heldBytes = 0;
  newest = 0;
  /** How many of the newest are in memory: four times what the ring shares. */
  kept = 64;
  open = 0;
  /** Everything up to here is gone. */
  goneUpTo = 0;
  listener: ReleaseListener | undefined;

  listen(listener: ReleaseListener): () => void {
    this.listener = listener;
    return () => {
      this.listener = undefined;
    };
  }

  holdJournal(sequence: number): void {
    this.held = sequence;
  }

  keepRecent(bytesMax: number): void {
    expect(bytesMax).toBeGreaterThan(0);
  }

  lookBack(sequence: number): Released | undefined {
    const isKept = sequence > this.newest - this.kept && sequence <= this.newest;
    return isKept ? releasedAt(sequence) : undefined;
  }

  status(): never {
    // why: only these numbers are read of the whole status.
    return { executedSequence: this.newest, journal: { heldBytes: this.heldBytes } } as never;
  }

  reexecute(after: number): Reexecution {
    expect(after).toBeGreaterThanOrEqual(this.held);
    if (after < this.goneUpTo) throw new GatewayFault("changes_unavailable", "they are gone");
    const until = this.newest;
    let next = after + 1;
    let isReady = false;
    this.open += 1;
    return {
      read: () => {
        isReady = !isReady;
        if (!isReady) return [];
        if (next > until) return undefined;
        const length = Math.min(3, until - next + 1);
        const read = Array.from({ length }, (_, at) => transactionAt(next + at));
        next += length;
        return read;
      },
      close: () => {
        this.open -= 1;
      },
    };
  }
}

export function openStages(build: (clock: ManualClock) => readonly Stage[]) {
  const clock = new ManualClock();
  const journal = new Journal();
  const lines: string[] = [];
  const log = new Log("info", clock, (bytes) => {
    lines.push(Buffer.from(bytes).toString());
    return bytes.length;
  });
  const metrics = new Metrics();
  const parts = { core: journal, clock, log, metrics, ring: RING };
  const stages = new Stages({ ...parts, heldBytesMax: 1_000 });
  for (const stage of build(clock)) stages.add(stage);
  stages.start();
  return {
    ...{ clock, journal, stages, metrics, lines, log },
    release(count: number) {
      for (let each = 0; each < count; each += 1) {
        journal.newest += 1;
        journal.listener?.(releasedAt(journal.newest));
      }
    },
    /** Lets turns and timers pass until no stage is behind. */
    async settle(stepMs = 1) {
      for (let turn = 0; turn < 10_000; turn += 1) {
        await new Promise(setImmediate);
        if (stages.status().every(({ lag, state }) => lag === 0 || state === "detached")) return;
        clock.advanceMs(stepMs);
      }
      throw new Error(`still behind: ${JSON.stringify(stages.status())}`);
    },
  };
}
