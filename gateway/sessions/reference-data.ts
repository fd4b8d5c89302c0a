// What every protocol must look up to read a message: instruments by symbol or alias, currencies by
// code. Fed by the change log, so it never knows of anything that is not yet durable. Balances,
// orders and accounts are not kept here: the gateway holds no state of its own.

import type { Core } from "../core/core.ts";
import type { Change } from "../domain/change.ts";
import { QueryKind } from "../domain/command.ts";
import type { QuantityFormat } from "../domain/decimal.ts";
import { NameKind } from "../domain/instrument.ts";
import type { Alias, Currency, Instrument } from "../domain/instrument.ts";

/**
 * An instrument with its currencies: all that prices and quantities need to be read and written.
 */
export interface Listing {
  readonly instrument: Instrument;
  readonly base: Currency;
  readonly quote: Currency;
  readonly quantityFormat: QuantityFormat & { readonly quoteScale: number };
}

export class ReferenceData {
  readonly #currencies = new Map<number, Currency>();
  readonly #currenciesByCode = new Map<string, Currency>();
  readonly #listings = new Map<number, Listing>();
  /** Symbols and aliases. */
  readonly #instrumentIds = new Map<string, number>();
  readonly #aliases = new Map<string, Alias>();
  /** Instrument → its aliases. */
  readonly #instrumentAliases = new Map<number, Set<string>>();

  /** Reads everything from a core that was just opened: what recovery replayed is durable. */
  static load(core: Pick<Core, "query">): ReferenceData {
    const reference = new ReferenceData();
    for (const opcode of [QueryKind.currencies, QueryKind.instruments, QueryKind.aliases]) {
      for (const change of core.query({ opcode }).changes) reference.apply(change);
    }
    return reference;
  }

  /** Takes note of a change, if it is about an instrument, currency or alias. */
  apply(change: Change): void {
    if (change.entity === "instrument") this.#setInstrument(change);
    else if (change.entity === "currency") this.#setCurrency(change);
    else if (change.entity === "alias") this.#setAlias(change, change.change === "deleted");
  }

  /** Finds an instrument by symbol or alias. */
  findListing(name: string): Listing | undefined {
    const id = this.#instrumentIds.get(name);
    return id === undefined ? undefined : this.#listings.get(id);
  }

  listingOf(instrumentId: number): Listing | undefined {
    return this.#listings.get(instrumentId);
  }

  /** All instruments, by id. */
  listings(): Listing[] {
    return [...this.#listings.values()];
  }

  findCurrency(code: string): Currency | undefined {
    return this.#currenciesByCode.get(code);
  }

  currencyOf(currencyId: number): Currency | undefined {
    return this.#currencies.get(currencyId);
  }

  /** All currencies, by id. */
  currencies(): Currency[] {
    return [...this.#currencies.values()];
  }

  /** All aliases of instruments and accounts, by kind and text. Cost: sorts them. */
  aliases(): Alias[] {
    return [...this.#aliases.values()].sort(
      (left, right) => left.kind - right.kind || (left.text < right.text ? -1 : 1),
    );
  }

  /** The aliases of an instrument, sorted. */
  aliasesOf(instrumentId: number): string[] {
    return [...(this.#instrumentAliases.get(instrumentId) ?? [])].sort();
  }

  #setCurrency(currency: Currency): void {
    this.#currencies.set(currency.currencyId, currency);
    this.#currenciesByCode.set(currency.code, currency);
  }

  #setInstrument(instrument: Instrument): void {
    const base = this.#currencies.get(instrument.baseCurrency);
    const quote = this.#currencies.get(instrument.quoteCurrency);
    if (base === undefined || quote === undefined) {
      throw new Error(`instrument ${instrument.instrumentId} before its currencies`);
    }
    const quantityFormat = {
      lotSize: instrument.lotSize,
      baseScale: base.scale,
      quoteScale: quote.scale,
    };
    const id = instrument.instrumentId;
    this.#listings.set(id, { instrument, base, quote, quantityFormat });
    this.#instrumentIds.set(instrument.symbol, id);
  }

  #setAlias(alias: Alias, isDeleted: boolean): void {
    const key = `${alias.kind} ${alias.text}`;
    if (isDeleted) this.#aliases.delete(key);
    else this.#aliases.set(key, alias);
    if (alias.kind !== NameKind.instrument) return;
    const ofInstrument = this.#instrumentAliases.get(alias.targetId) ?? new Set();
    this.#instrumentAliases.set(alias.targetId, ofInstrument);
    if (isDeleted) {
      ofInstrument.delete(alias.text);
      this.#instrumentIds.delete(alias.text);
    } else {
      ofInstrument.add(alias.text);
      this.#instrumentIds.set(alias.text, alias.targetId);
    }
  }
}
