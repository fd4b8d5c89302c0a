// Names and scales of a core, asked for each time: scenarios are small and nothing can be stale.

import type { Core } from "../../gateway/core/core.ts";
import type { Change } from "../../gateway/domain/change.ts";
import { type QueryFields, QueryKind } from "../../gateway/domain/command.ts";
import { type Currency, type Instrument, NameKind } from "../../gateway/domain/instrument.ts";
import type { OrderName } from "./scenario-venue.ts";

/** An id that nothing has: the engine finds nothing under it, as for a client with a wrong id. */
export const NO_ID = 4_000_000_000;

/** Changes of one kind. */
export type ChangeOf<Entity extends Change["entity"]> = Extract<Change, { entity: Entity }>;

export class Directory {
  readonly #core: Pick<Core, "query">;
  readonly #sessions = new Map<string, number>();

  constructor(core: Pick<Core, "query">) {
    this.#core = core;
  }

  /** The records of an answer; none when it was refused. */
  ask<Entity extends Change["entity"]>(query: QueryFields, entity: Entity): ChangeOf<Entity>[] {
    const { changes } = this.#core.query(query);
    return changes.filter((change): change is ChangeOf<Entity> => change.entity === entity);
  }

  accountId(name: string): number {
    const [found] = this.ask({ opcode: QueryKind.account, text: name }, "account");
    return found?.accountId ?? NO_ID;
  }

  accountName(id: number): string {
    const [found] = this.ask({ opcode: QueryKind.account, account: id }, "account");
    return found?.name ?? `account ${id}`;
  }

  sessionId(name: string): number {
    return this.#sessions.get(name) ?? NO_ID;
  }

  addSession(name: string, id: number): void {
    this.#sessions.set(name, id);
  }

  currencies(): readonly Currency[] {
    return this.ask({ opcode: QueryKind.currencies }, "currency");
  }

  currency(code: string): Currency | undefined {
    return this.currencies().find((currency) => currency.code === code);
  }

  /** Bounds: `id` is one that a record names. */
  currencyOf(id: number): Currency {
    const found = this.currencies().find((currency) => currency.currencyId === id);
    if (found === undefined) throw new RangeError(`no currency ${id}`);
    return found;
  }

  instruments(): readonly Instrument[] {
    return this.ask({ opcode: QueryKind.instruments }, "instrument");
  }

  /** By symbol or alias. */
  instrument(name: string): Instrument | undefined {
    const aliases = this.ask({ opcode: QueryKind.aliases }, "alias");
    const isIt = (text: string, kind: number): boolean =>
      text === name && kind === NameKind.instrument;
    const alias = aliases.find(({ text, kind }) => isIt(text, kind));
    return this.instruments().find(
      ({ symbol, instrumentId }) => symbol === name || instrumentId === alias?.targetId,
    );
  }

  /** Bounds: `id` is one that a record names. */
  instrumentOf(id: number): Instrument {
    const found = this.instruments().find((instrument) => instrument.instrumentId === id);
    if (found === undefined) throw new RangeError(`no instrument ${id}`);
    return found;
  }

  /** An order of an account; `undefined` when it is not found. */
  order(account: string, order: OrderName): ChangeOf<"order"> | undefined {
    const name = "orderId" in order ? { orderId: order.orderId } : { text: order.clientOrderId };
    const query = { opcode: QueryKind.order, account: this.accountId(account), ...name };
    return this.ask(query, "order")[0];
  }
}
