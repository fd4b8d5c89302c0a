// The stage that settles on paper what the core has settled in its ledger (rules 6.3): one event
// per trade for whoever wants them, and a check of every transaction's balances.

import type { Transaction } from "../../domain/change.ts";
import { Bookmark, type BookmarkedStore } from "../bookmark.ts";
import type { PassingTransaction, Stage } from "../stage.ts";
import { type Discrepancy, isPlainAsItLies, Reconciliation } from "./reconciliation.ts";
import { type FindTerms, type SettlementEvent, toSettlementEvents } from "./settlement-event.ts";

/** Where the stage's state outlives the process: a text of some bytes per instrument. */
export interface SettlementStore extends BookmarkedStore {
  /** Undefined: nothing was saved, or nothing that is whole. */
  load(): { readonly sequence: number; readonly state: string } | undefined;

  /**
   * Puts both in the place of what was saved; both or neither, in the order of calls. One that is
   * not above the sequence kept changes nothing. Never waits for a disk.
   */
  save(sequence: number, state: string): void;
}

/** Hears of each once, and after a restart of the stage again, with the same sequence. */
export interface SettlementListener {
  hearEvent?(event: SettlementEvent): void;
  hearDiscrepancy?(discrepancy: Discrepancy): void;
}

export class SettlementStage implements Stage {
  readonly name = "settlement";
  readonly kind = "derived";
  readonly #findTerms: FindTerms;
  readonly #store: SettlementStore;
  readonly #listener: SettlementListener;
  readonly #bookmark: Bookmark;
  #reconciliation: Reconciliation;
  #discrepancies = 0;
  #completeAfter = 0;

  constructor(findTerms: FindTerms, store: SettlementStore, listener: SettlementListener = {}) {
    this.#findTerms = findTerms;
    this.#store = store;
    this.#listener = listener;
    this.#reconciliation = new Reconciliation(findTerms, []);
    this.#bookmark = new Bookmark(store, (sequence) => store.save(sequence, this.#writeState()));
  }

  /** Found behind `completeAfter`: a metric that must be 0. */
  get discrepancies(): number {
    return this.#discrepancies;
  }

  /** Every transaction behind this sequence was checked. */
  get completeAfter(): number {
    return this.#completeAfter;
  }

  start(from: number): void {
    const saved = this.#store.load();
    this.#bookmark.reopen(from, saved?.sequence ?? 0);
    this.#restart(readState(saved?.state));
  }

  /**
   * A transaction says itself what balances were before it; what an instrument has collected is
   * believed when its record first tells.
   */
  beginAt(from: number): void {
    this.#store.load();
    this.#bookmark.begin(from);
    this.#restart({ discrepancies: 0, completeAfter: from, accumulators: [] });
  }

  /** Most orders and cancels are checked where they lie. */
  passes(transaction: PassingTransaction): boolean {
    const { sequence } = transaction;
    if (this.#bookmark.has(sequence)) return true;
    if (!isPlainAsItLies(transaction)) return false;
    this.#bookmark.reach(sequence);
    return true;
  }

  apply(transaction: Transaction): void {
    const { sequence } = transaction;
    if (this.#bookmark.has(sequence)) return;
    const events = toSettlementEvents(transaction, this.#findTerms);
    const found = this.#reconciliation.check(transaction, events);
    this.#bookmark.reach(sequence);
    this.#discrepancies += found.length;
    for (const event of events) this.#listener.hearEvent?.(event);
    for (const discrepancy of found) this.#listener.hearDiscrepancy?.(discrepancy);
  }

  /** Errors: throws, once, when the store has failed. */
  checkpoint(): number {
    return this.#bookmark.checkpoint();
  }

  #restart({ discrepancies, completeAfter, accumulators }: State): void {
    this.#reconciliation = new Reconciliation(this.#findTerms, accumulators);
    this.#discrepancies = discrepancies;
    this.#completeAfter = completeAfter;
  }

  #writeState(): string {
    const accumulators = this.#reconciliation.accumulators().map(([id, sum]) => [id, `${sum}`]);
    const { discrepancies, completeAfter } = this;
    return JSON.stringify({ discrepancies, completeAfter, accumulators });
  }
}

interface State {
  readonly discrepancies: number;
  readonly completeAfter: number;
  readonly accumulators: readonly (readonly [number, bigint])[];
}

function readState(text: string | undefined): State {
  if (text === undefined) return { discrepancies: 0, completeAfter: 0, accumulators: [] };
  // why: `#writeState` wrote it, and the store gives back what it was given
  const state = JSON.parse(text) as Omit<State, "accumulators"> & {
    accumulators: [number, string][];
  };
  const accumulators = state.accumulators.map(([id, sum]): [number, bigint] => [id, BigInt(sum)]);
  return { ...state, accumulators };
}
