// The list of instruments with their day, and the head of the one that is chosen.

import { byId, setClass, setText } from "./dom.ts";
import { directionOf, group, signed, trim } from "./format.ts";
import type { Instrument, Ticker } from "./messages.ts";

interface Entry {
  readonly button: HTMLButtonElement;
  readonly price: HTMLElement;
  readonly change: HTMLElement;
}

const NONE = "–";

export class InstrumentsView {
  readonly #list = byId("instruments", HTMLElement);
  readonly #onChoose: (symbol: string) => void;
  readonly #entries = new Map<string, Entry>();

  constructor(onChoose: (symbol: string) => void) {
    this.#onChoose = onChoose;
  }

  list(instruments: readonly Instrument[]): void {
    for (const { symbol, state } of instruments) {
      const entry = this.#entries.get(symbol) ?? this.#add(symbol);
      entry.button.title = state === "open" ? "" : `Trading is ${state.replace("_", " ")}`;
    }
  }

  choose(symbol: string): void {
    for (const [each, { button }] of this.#entries) {
      if (each === symbol) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    setText(byId("symbol", HTMLElement), symbol);
    setText(byId("last", HTMLElement), NONE);
  }

  showDay(ticker: Ticker): void {
    const entry = this.#entries.get(ticker.symbol);
    if (entry === undefined) return;
    setText(entry.price, ticker.last_price === null ? NONE : group(ticker.last_price));
    showChange(entry.change, ticker);
  }

  /** The head's figures of the chosen instrument. */
  showHead(ticker: Ticker, instrument: Instrument): void {
    const { last_price: last, high, low, volume } = ticker;
    if (last !== null) this.showLast(instrument.symbol, last);
    showChange(byId("change", HTMLElement), ticker);
    setText(byId("high", HTMLElement), high === null ? NONE : group(high));
    setText(byId("low", HTMLElement), low === null ? NONE : group(low));
    setText(byId("volume", HTMLElement), `${group(trim(volume))} ${instrument.base_currency}`);
  }

  /** The last price of an instrument, between two looks at the figures of the day. */
  showLast(symbol: string, price: string): void {
    setText(byId("last", HTMLElement), group(price));
    const entry = this.#entries.get(symbol);
    if (entry !== undefined) setText(entry.price, group(price));
    const title = `${group(price)} ${symbol} · openbell`;
    if (document.title !== title) document.title = title;
  }

  #add(symbol: string): Entry {
    const button = document.createElement("button");
    button.type = "button";
    const name = document.createElement("span");
    const price = document.createElement("span");
    const change = document.createElement("span");
    setText(name, symbol);
    name.className = "name";
    price.className = "price";
    change.className = "change flat";
    setText(price, NONE);
    setText(change, NONE);
    button.append(name, price, change);
    button.addEventListener("click", () => this.#onChoose(symbol));
    const item = document.createElement("li");
    item.append(button);
    this.#list.append(item);
    const entry = { button, price, change };
    this.#entries.set(symbol, entry);
    return entry;
  }
}

function showChange(element: HTMLElement, { change_percent: percent }: Ticker): void {
  setText(element, percent === null ? NONE : `${signed(percent)} %`);
  setClass(element, `change ${percent === null ? "flat" : directionOf(percent)}`);
}
