// Bars and the figures of a day, for every protocol: what the kline stage has, up to now.

import type { Clock } from "../clock.ts";
import type { Bar } from "../stages/klines/bar.ts";
import type { Statistics } from "../stages/klines/bars.ts";
import type { Interval } from "../stages/klines/interval.ts";
import type { KlineStage } from "../stages/klines/kline-stage.ts";

/** Who makes them. */
export type KlineSource = Pick<KlineStage, "bars" | "completeFromUs" | "sequence">;

export class Klines {
  readonly #clock: Clock;
  #source: KlineSource | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Asks `source` from now on: the stage needs parts of the venue and so is made after it. */
  attach(source: KlineSource): void {
    this.#source = source;
  }

  /** The last transaction in the bars; 0 without a source. */
  get sequence(): number {
    return this.#source?.sequence ?? 0;
  }

  /**
   * No trade from this time on is missing; 0: none at all. Later than the venue's first trade where
   * the stage is younger than the journal reaches back.
   */
  get completeFromUs(): number {
    return Math.min(this.#source?.completeFromUs ?? 0, this.#clock.nowUs());
  }

  /**
   * The newest `limit` bars that start at `untilUs` or before, at most now; oldest first. A period
   * without a trade is a flat bar.
   */
  list(instrument: number, interval: Interval, untilUs: number, limit: number): readonly Bar[] {
    const endUs = Math.min(untilUs, this.#clock.nowUs());
    return this.#source?.bars.list(instrument, interval, endUs, limit) ?? [];
  }

  /** The last 24 hours, or since `completeFromUs`; undefined where no trade is known. */
  rollingDay(instrument: number): Statistics | undefined {
    return this.#source?.bars.rollingDay(instrument, this.#clock.nowUs());
  }
}
