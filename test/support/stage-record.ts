// What stages must have made of a change log, computed at once from all of it.

import type { Transaction } from "../../gateway/domain/change.ts";
import type { Instrument } from "../../gateway/domain/instrument.ts";
import type { Bar } from "../../gateway/stages/klines/bar.ts";
import { KlineStage } from "../../gateway/stages/klines/kline-stage.ts";
import { SettlementStage } from "../../gateway/stages/settlement/settlement-stage.ts";

/** Keeps the last state and nothing over the end of a test. */
class Memory<State> {
  state: State | undefined;
  #sequence = 0;

  load(): undefined {
    return undefined;
  }

  save(sequence: number, state: State): void {
    this.#sequence = sequence;
    this.state = state;
  }

  savedSequence(): number {
    return this.#sequence;
  }
}

/** Bars as text, every byte of them. */
export function toBarsText(bars: Iterable<Bar>): string {
  return JSON.stringify([...bars], (_, each) => (typeof each === "bigint" ? `${each}` : each));
}

/** Of an uninterrupted run: the bars, and the state of the settlement, as text. */
export function recordOf(log: readonly Transaction[]): { bars: string; settlement: string } {
  const instruments = new Map<number, Instrument>();
  for (const change of log.flatMap(({ changes }) => changes)) {
    if (change.entity === "instrument") instruments.set(change.instrumentId, change);
  }
  const klines = new KlineStage(new Memory());
  const store = new Memory<string>();
  const settlement = new SettlementStage((id) => instruments.get(id), store);
  for (const stage of [klines, settlement]) {
    stage.start(0);
    for (const transaction of log) stage.apply(transaction);
    stage.checkpoint();
  }
  return { bars: toBarsText(klines.bars.all()), settlement: store.state ?? "" };
}
