// The stage that settles on paper what the core has settled in its ledger (rules 6.3): one event
// per trade for whoever wants them, and a check of every transaction's balances.

import type { Transaction } from "../../domain/change.ts";
import type { Stage } from "../stage.ts";
import { type Discrepancy, Reconciliation } from "./reconciliation.ts";
import { type FindTerms, type SettlementEvent, toSettlementEvents } from "./settlement-event.ts";

/** Where the stage's state outlives the process: a text of some bytes per instrument. */
export interface SettlementStore {
  /** Undefined: nothing was saved, or nothing that is whole. */
  load(): { readonly sequence: number; readonly state: string } | undefined;

  /**
   * Puts both in the place of what was saved; both or neither, in the order of calls. One that is
   * not above the sequence kept changes nothing; of several that wait only the last need be kept.
   * Never waits for a disk.
   *
   * Errors: throws when an earlier one has failed, until `load` is called.
   */
  save(sequence: number, state: string): void;

  /** The sequence that `load` would give after a crash of the process now; 0 = none. */
  savedSequence(): number;
}

/** Hears of each once, and after a restart of the stage again, with the same sequence. */
export interface SettlementListener {
  hearEvent?(event: SettlementEvent): void;
  hearDiscrepancy?(discrepancy: Discrepancy): void;
}

export class SettlementStage implements Stage {
  readonly name = "settlement";
  readonly #findTerms: FindTerms;
  readonly #store: SettlementStore;
  readonly #listener: SettlementListener;
  #reconciliation: Reconciliation;
  #discrepancies = 0;
  #sequence = 0;
  /** Last sequence given to the store. */
  #sentSequence = 0;

  constructor(findTerms: FindTerms, store: SettlementStore, listener: SettlementListener = {}) {
    this.#findTerms = findTerms;
    this.#store = store;
    this.#listener = listener;
    this.#reconciliation = new Reconciliation(findTerms, []);
  }

  /** Found since the venue's first transaction: a metric that must be 0. */
  get discrepancies(): number {
    return this.#discrepancies;
  }

  start(from: number): void {
    const saved = this.#store.load();
    const sequence = saved?.sequence ?? 0;
    if (sequence < from) {
      throw new Error(`state was kept up to sequence ${from}, and only that of ${sequence} found`);
    }
    const { discrepancies, accumulators } = readState(saved?.state);
    this.#reconciliation = new Reconciliation(this.#findTerms, accumulators);
    this.#discrepancies = discrepancies;
    this.#sequence = sequence;
    this.#sentSequence = sequence;
  }

  apply(transaction: Transaction): void {
    const { sequence } = transaction;
    // Loaded with the state: the store had got further than its last answer said.
    if (sequence <= this.#sequence) return;
    const events = toSettlementEvents(transaction, this.#findTerms);
    const found = this.#reconciliation.check(transaction, events);
    this.#sequence = sequence;
    this.#discrepancies += found.length;
    for (const event of events) this.#listener.hearEvent?.(event);
    for (const discrepancy of found) this.#listener.hearDiscrepancy?.(discrepancy);
  }

  checkpoint(): number {
    if (this.#sequence > this.#sentSequence) {
      this.#sentSequence = this.#sequence;
      this.#store.save(this.#sequence, this.#writeState());
    }
    return this.#store.savedSequence();
  }

  #writeState(): string {
    const accumulators = this.#reconciliation.accumulators().map(([id, sum]) => [id, `${sum}`]);
    return JSON.stringify({ discrepancies: this.#discrepancies, accumulators });
  }
}

function readState(text: string | undefined) {
  if (text === undefined) return { discrepancies: 0, accumulators: [] };
  // why: `#writeState` wrote it, and the store gives back what it was given
  const state = JSON.parse(text) as { discrepancies: number; accumulators: [number, string][] };
  const accumulators = state.accumulators.map(([id, sum]): [number, bigint] => [id, BigInt(sum)]);
  return { discrepancies: state.discrepancies, accumulators };
}
