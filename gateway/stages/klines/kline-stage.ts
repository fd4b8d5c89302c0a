// The stage that makes bars (rules 6.2). Its checkpoint is a sequence together with the bars as of
// that sequence, kept by a store; a restart goes on from there, as if nothing had happened.

import type { Transaction } from "../../domain/change.ts";
import type { Stage } from "../stage.ts";
import type { Bar } from "./bar.ts";
import { Bars, type BarsUpdate } from "./bars.ts";

/** Where bars outlive the process. */
export interface KlineStore {
  /**
   * Gives back what was saved: of each instrument and interval at least the newest
   * `CLOSED_BARS_MAX` + 1 bars, in the order of time. Undefined: nothing, or nothing that is whole.
   */
  load(): { readonly sequence: number; readonly state: Iterable<Bar> } | undefined;

  /**
   * Adds bars, or puts them in the place of those of the same instrument, interval and start, and
   * remembers `sequence`; both or neither, in the order of calls. One that is not above the
   * sequence kept changes nothing. Never waits for a disk.
   */
  save(sequence: number, state: readonly Bar[]): void;

  /**
   * The sequence that `load` would give after a crash of the process now; 0 = none.
   *
   * Errors: throws when a save has failed, until `load` is called.
   */
  savedSequence(): number;
}

/** Hears of every command that traded, once it is applied; after a restart again, by sequence. */
export type KlineListener = (update: BarsUpdate, sequence: number) => void;

/**
 * Closed bars that may wait for the store: some seconds' of a hundred instruments, 2 MB, handed
 * over in some milliseconds. Then the stage takes nothing until it has saved.
 */
export const UNSAVED_BARS_MAX = 10_000;

export class KlineStage implements Stage {
  readonly name = "klines";
  readonly #store: KlineStore;
  readonly #listener: KlineListener;
  #bars = new Bars();
  /** Last transaction in the bars. */
  #sequence = 0;
  /** Last sequence given to the store, and last one it said it had. */
  #sentSequence = 0;
  #savedSequence = 0;
  /** The store has said so, and was not loaded since. */
  #hasStoreFailed = false;
  /** Closed since then, and the instruments whose open bars have changed since. */
  #unsavedBars: Bar[] = [];
  readonly #unsavedInstruments = new Set<number>();

  constructor(store: KlineStore, listener: KlineListener = () => {}) {
    this.#store = store;
    this.#listener = listener;
  }

  /** For queries; another object after a restart. */
  get bars(): Bars {
    return this.#bars;
  }

  /** The last transaction in `bars`. */
  get sequence(): number {
    return this.#sequence;
  }

  start(from: number): void {
    const saved = this.#store.load();
    const sequence = saved?.sequence ?? 0;
    if (sequence < from) {
      throw new Error(`bars were kept up to sequence ${from}, and only those to ${sequence} found`);
    }
    this.#hasStoreFailed = false;
    this.#bars = Bars.restore(saved?.state ?? []);
    this.#sequence = sequence;
    this.#sentSequence = sequence;
    this.#unsavedBars = [];
    this.#unsavedInstruments.clear();
  }

  apply({ sequence, timeUs, changes }: Transaction): void | "busy" {
    // Loaded with the bars: the store had got further than its last answer said.
    if (sequence <= this.#sequence) return;
    if (this.#unsavedBars.length >= UNSAVED_BARS_MAX) return "busy";
    const trades = changes.filter((change) => change.entity === "trade");
    const update = this.#bars.add(trades, timeUs);
    this.#sequence = sequence;
    if (update === undefined) return;
    this.#unsavedBars.push(...update.closed);
    this.#unsavedInstruments.add(update.instrument);
    this.#listener(update, sequence);
  }

  /** Errors: throws, once, when the store has failed. */
  checkpoint(): number {
    if (this.#hasStoreFailed) return this.#savedSequence;
    try {
      this.#savedSequence = this.#store.savedSequence();
      // One at a time: what waits is bound here, not in the store.
      if (this.#savedSequence >= this.#sentSequence) this.#save();
      this.#savedSequence = this.#store.savedSequence();
    } catch (error) {
      this.#hasStoreFailed = true;
      throw error;
    }
    return this.#savedSequence;
  }

  #save(): void {
    if (this.#sequence <= this.#sentSequence) return;
    const open = [...this.#unsavedInstruments].flatMap((id) => this.#bars.open(id));
    const state = [...this.#unsavedBars, ...open];
    this.#sentSequence = this.#sequence;
    this.#unsavedBars = [];
    this.#unsavedInstruments.clear();
    this.#store.save(this.#sequence, state);
  }
}
