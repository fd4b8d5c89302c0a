// Stages that leave out what is nothing to them, by its bytes, end up as those that are given all
// of a core's random trading.

import { afterAll, expect, test } from "bun:test";
import type { Core } from "../../gateway/core/core.ts";
import type { Released } from "../../gateway/core/released.ts";
import { ReferenceData } from "../../gateway/sessions/reference-data.ts";
import type { BarsUpdate } from "../../gateway/stages/klines/bars.ts";
import { KlineStage } from "../../gateway/stages/klines/kline-stage.ts";
import type { SettlementEvent } from "../../gateway/stages/settlement/settlement-event.ts";
import { SettlementStage } from "../../gateway/stages/settlement/settlement-stage.ts";
import type { Stage } from "../../gateway/stages/stage.ts";
import { openingCommands, RandomTrading } from "../support/random-trading.ts";
import { openCore, START_US } from "../support/scenario-core.ts";
import { makeDirectory, removeDirectories } from "../support/venue-process.ts";

afterAll(removeDirectories);

const COMMANDS = 3_000;
const COMMANDS_PER_TURN = 20;

/** Keeps the last state it was given, in text. */
class Memory {
  saved = "";
  sequence = 0;
  load(): undefined {}
  save(sequence: number, ...state: readonly unknown[]): void {
    this.saved = Bun.inspect(state);
    this.sequence = sequence;
  }
  savedSequence(): number {
    return this.sequence;
  }
}

function openStages(reference: ReferenceData) {
  const [kept, told]: [Memory[], (BarsUpdate | SettlementEvent)[]] = [[], []];
  const keep = (): Memory => {
    kept.push(new Memory());
    return kept.at(-1) ?? new Memory();
  };
  const klines = new KlineStage(keep(), (update) => told.push(update));
  const settlement = new SettlementStage((id) => reference.listingOf(id)?.instrument, keep(), {
    hearEvent: (event) => told.push(event),
  });
  const stages: readonly Stage[] = [klines, settlement];
  for (const stage of stages) stage.start(0);
  return {
    stages,
    look: () => {
      const sequences = stages.map((stage) => stage.checkpoint());
      const states = kept.map(({ saved }) => saved);
      return { sequences, states, told, found: settlement.discrepancies };
    },
  };
}

function trade(core: Core, seed: number): void {
  const [trading, opening] = [new RandomTrading(seed), openingCommands()];
  for (let sent = 0; sent < COMMANDS; sent += 1) {
    core.submitForHead(opening[sent] ?? trading.next(), (head) => trading.hear(head));
    if (sent % COMMANDS_PER_TURN > 0) continue;
    core.flush();
    core.setCallerTime(START_US + sent * 700_000);
    core.tick();
  }
  core.flush();
}

test.each([1, 2, 3])("of random trading with seed %d", (seed) => {
  const core = openCore(makeDirectory(), {});
  try {
    const reference = ReferenceData.load(core);
    const [passing, given] = [openStages(reference), openStages(reference)];
    const passed = passing.stages.map(() => 0);
    core.listen((released: Released) => {
      const transaction = released.transaction();
      for (const change of transaction.changes) reference.apply(change);
      for (const stage of given.stages) stage.apply(transaction);
      for (const [at, stage] of passing.stages.entries()) {
        if (stage.passes?.(released) === true) passed[at] = (passed[at] ?? 0) + 1;
        else stage.apply(transaction);
      }
    });
    trade(core, seed);
    const [found, expected] = [passing.look(), given.look()];
    expect(found).toEqual(expected);
    expect(found.found).toBe(0);
    expect(found.sequences).toEqual([0, 0].fill(core.status().executedSequence));
    expect(found.told.length).toBeGreaterThan(500);
    for (const count of passed) expect(count).toBeGreaterThan(COMMANDS / 4);
  } finally {
    core.stop();
  }
});
