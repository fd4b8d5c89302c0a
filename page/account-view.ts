// What the account of the entered key has: balances, open orders, executions.

import { byId, Rows, setClass, setText } from "./dom.ts";
import { group, timeOf, trim } from "./format.ts";
import type { Holdings } from "./holdings.ts";
import type { Order } from "./messages.ts";

export class AccountView {
  readonly #balances = new Rows(byId("balances", HTMLTableSectionElement), 3);
  readonly #orders = new Rows(byId("orders", HTMLTableSectionElement), 6);
  readonly #executions = new Rows(byId("executions", HTMLTableSectionElement), 7);
  readonly #onCancel: (order: number) => void;

  constructor(onCancel: (order: number) => void) {
    this.#onCancel = onCancel;
  }

  show({ balances, orders, executions }: Holdings): void {
    for (const [index, { currency, available, frozen }] of balances.entries()) {
      this.#balances.fill(index, [currency, group(trim(available)), group(trim(frozen))]);
    }
    this.#balances.clearFrom(balances.length, balances.length);
    for (const [index, order] of orders.entries()) this.#showOrder(index, order);
    this.#orders.clearFrom(orders.length, orders.length);
    setText(byId("orders-count", HTMLElement), String(orders.length));
    for (const [index, each] of executions.entries()) {
      const fee = group(trim(each.fee));
      const texts = [timeOf(each.traded_at_us), each.symbol, each.side, group(each.price)];
      const row = this.#executions.fill(index, [...texts, each.quantity, each.role, fee]);
      setClass(row, each.side === "BUY" ? "bid" : "ask");
    }
    this.#executions.clearFrom(executions.length, executions.length);
  }

  #showOrder(index: number, order: Order): void {
    const { order_id: id, symbol, side = "", price, quantity } = order;
    const shown = [symbol, side, group(price ?? "market"), quantity ?? "", order.filled];
    const row = this.#orders.fill(index, shown);
    setClass(row, side === "BUY" ? "bid" : "ask");
    const cell = row.children[shown.length];
    if (cell === undefined || cell.querySelector("button")?.dataset["order"] === String(id)) return;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset["order"] = String(id);
    button.textContent = "Cancel";
    button.setAttribute(
      "aria-label",
      `Cancel ${side} ${quantity ?? ""} ${symbol} at ${price ?? "market"}`,
    );
    button.addEventListener("click", () => {
      button.disabled = true;
      this.#onCancel(id);
    });
    cell.replaceChildren(button);
  }
}
