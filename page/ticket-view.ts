// The order ticket and the key that opens it.

import { byId, setClass, setText } from "./dom.ts";
import { toOrder } from "./ticket.ts";

export interface TicketListener {
  onKey(token: string): void;
  onForget(): void;
  onOrder(body: Readonly<Record<string, string>>): void;
}

export class TicketView {
  readonly #form = byId("ticket", HTMLFormElement);
  readonly #price = byId("price", HTMLInputElement);
  readonly #quantity = byId("quantity", HTMLInputElement);
  readonly #postOnly = byId("post-only", HTMLInputElement);
  readonly #timeInForce = byId("time-in-force", HTMLSelectElement);
  readonly #listener: TicketListener;
  #symbol = "";

  constructor(listener: TicketListener) {
    this.#listener = listener;
    this.#form.addEventListener("input", () => this.#adapt());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    const key = byId("key", HTMLInputElement);
    byId("login", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const token = key.value.trim();
      key.value = "";
      if (token !== "") listener.onKey(token);
    });
    byId("forget", HTMLButtonElement).addEventListener("click", () => listener.onForget());
    this.#adapt();
  }

  /** `base`, `quote`: currencies. */
  choose(symbol: string, base: string, quote: string): void {
    if (this.#symbol !== symbol) this.setPrice("");
    this.#symbol = symbol;
    setText(byId("price-unit", HTMLElement), quote);
    setText(byId("quantity-unit", HTMLElement), base);
    this.#adapt();
  }

  setPrice(price: string): void {
    this.#price.value = price;
  }

  /** Shows what a key opens, or the field for one. */
  setLogin(isIn: boolean): void {
    document.body.classList.toggle("with-key", isIn);
    byId("login", HTMLFormElement).hidden = isIn;
    this.#form.hidden = !isIn;
    byId("account", HTMLElement).hidden = !isIn;
    byId("forget", HTMLButtonElement).hidden = !isIn;
  }

  say(text: string, kind: "good" | "bad" | "plain"): void {
    const says = byId("says", HTMLElement);
    setText(says, text);
    setClass(says, kind);
  }

  #submit(): void {
    const fields = {
      symbol: this.#symbol,
      side: this.#valueOf("side"),
      type: this.#valueOf("type"),
      price: this.#price.value.trim(),
      quantity: this.#quantity.value.trim(),
      timeInForce: this.#timeInForce.value,
      isPostOnly: this.#postOnly.checked,
    };
    const ticket = toOrder(fields, makeId());
    if (ticket.ok) {
      this.#listener.onOrder(ticket.body);
      return;
    }
    this.say(ticket.text, "bad");
    (ticket.field === "price" ? this.#price : this.#quantity).focus();
  }

  /** Fields that a market order does not have are off; the button says what it does. */
  #adapt(): void {
    const isMarket = this.#valueOf("type") === "MARKET";
    this.#price.disabled = isMarket;
    this.#postOnly.disabled = isMarket;
    this.#timeInForce.disabled = isMarket || this.#postOnly.checked;
    const isBuy = this.#valueOf("side") === "BUY";
    const button = byId("place", HTMLButtonElement);
    const [base = ""] = this.#symbol.split("-");
    setText(button, `${isBuy ? "Buy" : "Sell"} ${base}`);
    setClass(button, isBuy ? "buy" : "sell");
  }

  #valueOf(name: string): string {
    const value = new FormData(this.#form).get(name);
    return typeof value === "string" ? value : "";
  }
}

/** `crypto.randomUUID` is only there over HTTPS. */
function makeId(): string {
  return `page-${crypto.getRandomValues(new BigUint64Array(1))[0]?.toString(36) ?? ""}`;
}
