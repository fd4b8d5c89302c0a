// What is new or changed of instruments and currencies, for those who are logged in, gathered for a
// moment: a reference price may move with each tick of the venue's clock.

import type { Currency, Instrument } from "../../domain/instrument.ts";
import type { Venue } from "../../sessions/venue.ts";
import { splitReference, type ReferencePart } from "./login/codec.ts";

export class ReferenceFeed {
  readonly #reference: Venue["reference"];
  /** Bounds: what the venue lists. */
  readonly #instruments = new Set<number>();
  readonly #currencies = new Set<number>();

  constructor(reference: Venue["reference"]) {
    this.#reference = reference;
  }

  noteInstrument(id: number): void {
    this.#instruments.add(id);
  }

  noteCurrency(id: number): void {
    this.#currencies.add(id);
  }

  /** What has changed since the last call, as it is now. */
  take(): readonly ReferencePart[] {
    if (this.#instruments.size + this.#currencies.size === 0) return [];
    const currencies: Currency[] = [];
    for (const id of this.#currencies) {
      const currency = this.#reference.currencyOf(id);
      if (currency !== undefined) currencies.push(currency);
    }
    const instruments: Instrument[] = [];
    for (const id of this.#instruments) {
      const listing = this.#reference.listingOf(id);
      if (listing !== undefined) instruments.push(listing.instrument);
    }
    this.#instruments.clear();
    this.#currencies.clear();
    return splitReference(currencies, instruments);
  }
}
