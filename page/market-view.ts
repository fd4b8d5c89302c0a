// The ladder and the last trades of the chosen instrument.

import { byId, Rows, setClass, setText } from "./dom.ts";
import { group, timeOf } from "./format.ts";
import { type LadderRow, toLadder } from "./ladder.ts";
import type { Level, Trade } from "./messages.ts";

/** What the channel `book:<symbol>:20` has. */
export const LEVELS = 20;
const TRADES_MAX = 30;

export class MarketView {
  readonly #asks = new Rows(byId("asks", HTMLTableSectionElement), 3);
  readonly #bids = new Rows(byId("bids", HTMLTableSectionElement), 3);
  readonly #tape = new Rows(byId("tape", HTMLTableSectionElement), 3);
  readonly #spread = byId("spread", HTMLElement);
  #trades: readonly Trade[] = [];

  /** `onPrice`: a level was clicked. */
  constructor(onPrice: (price: string) => void) {
    this.clear();
    for (const id of ["asks", "bids"]) {
      byId(id, HTMLTableSectionElement).addEventListener("click", ({ target }) => {
        const row = target instanceof Element ? target.closest("tr") : null;
        const price = row?.dataset["price"];
        if (price !== undefined && price !== "") onPrice(price);
      });
    }
  }

  /** Another instrument: nothing of the last one stays. */
  clear(): void {
    this.#trades = [];
    this.showBook([], []);
    this.#tape.reserve(TRADES_MAX);
    this.#tape.clearFrom(0, TRADES_MAX);
  }

  showBook(bids: readonly Level[], asks: readonly Level[]): void {
    const ladder = toLadder(bids, asks, LEVELS);
    for (let index = 0; index < LEVELS; index += 1) {
      // The best ask stands lowest, next to the best bid.
      showLevel(this.#asks, LEVELS - 1 - index, ladder.asks[index]);
      showLevel(this.#bids, index, ladder.bids[index]);
    }
    setText(this.#spread, ladder.spread === undefined ? "–" : group(ladder.spread));
  }

  /** Takes trades, oldest first. */
  showTrades(trades: readonly Trade[], isSnapshot: boolean): void {
    const known = isSnapshot ? [] : this.#trades;
    this.#trades = [...trades.toReversed(), ...known].slice(0, TRADES_MAX);
    for (const [index, trade] of this.#trades.entries()) {
      const texts = [group(trade.price), trade.quantity, timeOf(trade.traded_at_us)];
      setClass(this.#tape.fill(index, texts), trade.taker_side === "BUY" ? "bid" : "ask");
    }
  }
}

function showLevel(rows: Rows, index: number, level: LadderRow | undefined): void {
  const texts =
    level === undefined ? ["", "", ""] : [group(level.price), level.quantity, level.total];
  const row = rows.fill(index, texts);
  if (!(row instanceof HTMLElement)) return;
  row.style.setProperty("--share", `${((level?.share ?? 0) * 100).toFixed(1)}%`);
  row.dataset["price"] = level?.price ?? "";
}
