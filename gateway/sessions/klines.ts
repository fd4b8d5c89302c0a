// Bars and the figures of a day, for every protocol: what the kline stage has, up to now. What was
// released is in them, unless the stage is far behind; their sequence says what is.

import type { Clock } from "../clock.ts";
import type { Bar } from "../stages/klines/bar.ts";
import type { Statistics } from "../stages/klines/bars.ts";
import type { Interval } from "../stages/klines/interval.ts";
import type { KlineStage } from "../stages/klines/kline-stage.ts";
import type { Stages } from "../stages/stages.ts";

/** Who makes them. */
export type KlineSource = Pick<KlineStage, "bars" | "completeFromUs" | "sequence">;

export class Klines {
  readonly #clock: Clock;
  #source: KlineSource | undefined;
  #stages: Pick<Stages, "hasten"> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Asks `source`, one of `stages`, from now on: the stage needs parts of the venue and so is made
   * after it.
   */
  attach(source: KlineSource, stages: Pick<Stages, "hasten">): void {
    this.#source = source;
    this.#stages = stages;
  }

  /** The last transaction in the bars; 0 without a source. */
  get sequence(): number {
    return this.#current()?.sequence ?? 0;
  }

  /**
   * No trade from this time on is missing; 0: none at all. Later than the venue's first trade where
   * the stage is younger than the journal reaches back.
   */
  get completeFromUs(): number {
    return Math.min(this.#current()?.completeFromUs ?? 0, this.#clock.nowUs());
  }

  /**
   * The newest `limit` bars that start at `untilUs` or before, at most now; oldest first. A period
   * without a trade is a flat bar.
   */
  list(instrument: number, interval: Interval, untilUs: number, limit: number): readonly Bar[] {
    const endUs = Math.min(untilUs, this.#clock.nowUs());
    return this.#current()?.bars.list(instrument, interval, endUs, limit) ?? [];
  }

  /** The last 24 hours, or since `completeFromUs`; undefined where no trade is known. */
  rollingDay(instrument: number): Statistics | undefined {
    return this.#current()?.bars.rollingDay(instrument, this.#clock.nowUs());
  }

  #current(): KlineSource | undefined {
    this.#stages?.hasten();
    return this.#source;
  }
}
