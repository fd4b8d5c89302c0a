// What ids and integers are called outside: scales, symbols, codes. Scales never change (rules
// 1.2), so it does not matter when they are looked up.

import {
  type AverageFormat,
  formatAmount,
  formatPrice,
  formatQuantity,
} from "../domain/decimal.ts";
import type { Currency, Instrument } from "../domain/instrument.ts";
import type { Amount, Price, Quantity } from "../domain/units.ts";

/** An instrument with its currencies. */
export interface NamedInstrument {
  readonly instrument: Instrument;
  readonly base: Currency;
  readonly quote: Currency;
  readonly quantityFormat: AverageFormat;
}

/** Knows every instrument and currency that a change names. */
export interface ChangeNames {
  listingOf(instrument: number): NamedInstrument | undefined;
  currencyOf(currency: number): Currency | undefined;
}

/** Writes the numbers of one instrument; of one that there never was, as of a refused order, "". */
export class InstrumentTexts {
  readonly #listing: NamedInstrument | undefined;
  readonly symbol: string;

  constructor(instrument: number, names: ChangeNames) {
    this.#listing = names.listingOf(instrument);
    this.symbol = this.#listing?.instrument.symbol ?? "";
  }

  price(price: Price): string {
    return this.#listing === undefined ? "" : formatPrice(price, this.#listing.instrument);
  }

  quantity(quantity: Quantity): string {
    return this.#listing === undefined
      ? ""
      : formatQuantity(quantity, this.#listing.quantityFormat);
  }

  quote(amount: Amount): string {
    return this.#listing === undefined ? "" : formatAmount(amount, this.#listing.quote.scale);
  }

  base(amount: Amount): string {
    return this.#listing === undefined ? "" : formatAmount(amount, this.#listing.base.scale);
  }
}

/** Errors: throws when there is no such currency. */
export function findCurrency(currency: number, names: ChangeNames): Currency {
  const found = names.currencyOf(currency);
  if (found === undefined) throw new RangeError(`currency ${currency} is not known`);
  return found;
}

/** 0 stands for none in records; in texts it is left empty. */
export function orNone(value: number | bigint, text: string): string {
  return Number(value) === 0 ? "" : text;
}
