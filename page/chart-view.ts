// The candles, drawn by lightweight-charts in the colours of page.css.

import { CandlestickSeries, ColorType, createChart } from "lightweight-charts";
import type { UTCTimestamp } from "lightweight-charts";
import type { Bar } from "./candles.ts";
import { digitsOf } from "./decimal.ts";

export class ChartView {
  readonly #chart;
  readonly #series;
  /** Last bar drawn, in seconds. */
  #lastTime = 0;

  constructor(container: HTMLElement) {
    this.#chart = createChart(container, {
      autoSize: true,
      // Its mark brings a style sheet of its own; the footer names it in words.
      layout: { attributionLogo: false },
      timeScale: { timeVisible: true, secondsVisible: false, barSpacing: 8, rightOffset: 3 },
      localization: { locale: "en-GB" },
    });
    this.#series = this.#chart.addSeries(CandlestickSeries, {});
    this.#paint();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.#paint());
  }

  /** Draws all bars anew. `tick`: the smallest step of a price. */
  showAll(bars: readonly Bar[], tick: string): void {
    const priceFormat = {
      type: "price",
      precision: digitsOf(tick),
      minMove: Number(tick),
    } as const;
    this.#series.applyOptions({ priceFormat });
    this.#series.setData(bars.map(toPoint));
    this.#lastTime = bars.at(-1)?.time ?? 0;
    this.#chart.timeScale().scrollToRealTime();
  }

  /** Draws what changed since the last call: the last bar and those behind it. */
  showNewest(bars: readonly Bar[]): void {
    for (const bar of bars.filter(({ time }) => time >= this.#lastTime)) {
      this.#series.update(toPoint(bar));
      this.#lastTime = bar.time;
    }
  }

  #paint(): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const [up, down] = [colour("--bid"), colour("--ask")];
    const grid = { color: colour("--line") };
    const border = { borderColor: colour("--line") };
    this.#chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colour("--surface") },
        textColor: colour("--muted"),
        fontFamily: style.fontFamily,
        fontSize: 11,
      },
      grid: { vertLines: grid, horzLines: grid },
      timeScale: border,
      rightPriceScale: border,
    });
    const wicks = { wickUpColor: up, wickDownColor: down, borderVisible: false };
    this.#series.applyOptions({ upColor: up, downColor: down, ...wicks });
  }
}

function toPoint(bar: Bar): Bar & { readonly time: UTCTimestamp } {
  // why: seconds since 1970 UTC are what the brand of the library means
  return { ...bar, time: bar.time as UTCTimestamp };
}
