// The flow's way into the venue: the same order entry as every protocol, without a socket.

import type { Core } from "../core/core.ts";
import type { Clock } from "../clock.ts";
import { Opcode, QueryKind } from "../domain/command.ts";
import { Side } from "../domain/order.ts";
import type { Price } from "../domain/units.ts";
import { RejectCode } from "../domain/reject.ts";
import type { Caller } from "../sessions/authenticator.ts";
import type { OrderEntry } from "../sessions/order-entry.ts";
import type { FlowOrder, FlowVenue } from "./flow.ts";
import { toInnerCaller } from "./set-up.ts";

/** How long an account's balances are believed, in microseconds: inventories drift over hours. */
const BALANCES_AGE_US_MAX = 1_000_000;
/** Longest page of an orders query. */
const PAGE_LENGTH = 1_000;

interface Inventory {
  readAtUs: number;
  /** Currency → share of what the account started with. */
  readonly shares: Map<number, number>;
}

export class InnerClient implements FlowVenue {
  readonly #core: Pick<Core, "query">;
  readonly #orderEntry: OrderEntry;
  readonly #clock: Clock;
  /** Currency → units that each account of the flow started with. */
  readonly #funds: ReadonlyMap<number, bigint>;
  readonly #callers = new Map<number, Caller>();
  readonly #inventories = new Map<number, Inventory>();

  constructor(
    core: Pick<Core, "query">,
    orderEntry: OrderEntry,
    clock: Clock,
    funds: ReadonlyMap<number, bigint>,
  ) {
    this.#core = core;
    this.#orderEntry = orderEntry;
    this.#clock = clock;
    this.#funds = funds;
  }

  place(order: FlowOrder, onReply: () => void): void {
    const { account, ...fields } = order;
    const command = { opcode: Opcode.newOrder, ...fields };
    const refused = this.#orderEntry.enter(this.#callerOf(account), command, onReply);
    if (refused !== undefined) onReply();
  }

  cancel(account: number, orderId: number, onReply: (isOver: boolean) => void): void {
    const command = { opcode: Opcode.cancelOrder, orderId };
    const refused = this.#orderEntry.enter(this.#callerOf(account), command, ({ code }) =>
      onReply(code === 0 || code === RejectCode.order_already_final),
    );
    if (refused !== undefined) onReply(false);
  }

  touch(instrument: number): { bid: Price | undefined; ask: Price | undefined } {
    const query = { opcode: QueryKind.book, instrument, quantity: 1 };
    let [bid, ask]: (Price | undefined)[] = [];
    for (const change of this.#core.query(query).changes) {
      if (change.entity !== "level") continue;
      if (change.side === Side.buy) bid = change.price;
      else ask = change.price;
    }
    return { bid, ask };
  }

  openOrders(account: number, instrument: number): number[] {
    const ids: number[] = [];
    let page: number[];
    do {
      const query = { account, instrument, orderId: ids.at(-1) ?? 0, quantity: PAGE_LENGTH };
      const { changes } = this.#core.query({ opcode: QueryKind.orders, ...query });
      page = changes.flatMap((change) => (change.entity === "order" ? [change.orderId] : []));
      ids.push(...page);
    } while (page.length === PAGE_LENGTH);
    return ids;
  }

  inventory(account: number, currency: number): number {
    const nowUs = this.#clock.elapsedUs();
    let inventory = this.#inventories.get(account);
    if (inventory === undefined || nowUs - inventory.readAtUs > BALANCES_AGE_US_MAX) {
      inventory = { readAtUs: nowUs, shares: this.#readShares(account) };
      this.#inventories.set(account, inventory);
    }
    return inventory.shares.get(currency) ?? 0;
  }

  #readShares(account: number): Map<number, number> {
    const shares = new Map<number, number>();
    for (const change of this.#core.query({ opcode: QueryKind.balances, account }).changes) {
      if (change.entity !== "balance") continue;
      const total = change.availableAfter + change.frozenAfter;
      const funds = this.#funds.get(change.currency) ?? total;
      shares.set(change.currency, Number(total) / Number(funds));
    }
    return shares;
  }

  #callerOf(account: number): Caller {
    const known = this.#callers.get(account);
    if (known !== undefined) return known;
    const caller = toInnerCaller("demo-flow", account, ["read", "trade"]);
    this.#callers.set(account, caller);
    return caller;
  }
}
