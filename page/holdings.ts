// What an account has: balances, open orders and executions, as the private channels tell it.

import type { Balance, ChannelMessage, Execution, Order } from "./messages.ts";

/** Executions shown. */
const EXECUTIONS_MAX = 50;
const OPEN: readonly string[] = ["conditional_pending", "pending", "partially_filled"];

export class Holdings {
  readonly #orders = new Map<number, Order>();
  readonly #balances = new Map<string, Balance>();
  #executions: Execution[] = [];

  /** Newest first. */
  get orders(): readonly Order[] {
    return [...this.#orders.values()].sort((one, other) => other.order_id - one.order_id);
  }

  /** By currency. */
  get balances(): readonly Balance[] {
    return [...this.#balances.values()].sort((one, other) =>
      one.currency < other.currency ? -1 : 1,
    );
  }

  /** Newest first. */
  get executions(): readonly Execution[] {
    return this.#executions;
  }

  apply({ type, orders = [], balances = [], executions = [], channel }: ChannelMessage): void {
    if (type === "snapshot" && channel === "orders") this.#orders.clear();
    if (type === "snapshot" && channel === "balances") this.#balances.clear();
    for (const order of orders) this.#takeOrder(order);
    for (const balance of balances) this.#balances.set(balance.currency, balance);
    if (executions.length > 0) this.addExecutions(executions);
  }

  /** Takes executions in any order; those it knows change nothing. */
  addExecutions(executions: readonly Execution[]): void {
    const keyOf = (each: Execution): string => `${each.trade_id} ${each.order_id}`;
    const all = new Map([...this.#executions, ...executions].map((each) => [keyOf(each), each]));
    this.#executions = [...all.values()]
      .sort((one, other) => other.trade_id - one.trade_id)
      .slice(0, EXECUTIONS_MAX);
  }

  clear(): void {
    this.#orders.clear();
    this.#balances.clear();
    this.#executions = [];
  }

  /** An update of an order tells only what can move. */
  #takeOrder(order: Order): void {
    if (!OPEN.includes(order.status_name)) this.#orders.delete(order.order_id);
    else this.#orders.set(order.order_id, { ...this.#orders.get(order.order_id), ...order });
  }
}
